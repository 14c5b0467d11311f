package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// hash reads fields of the record at a key, which is a hash with the field v, or says that it is missing. After
// the name of each field stands what it is read into, as parseRecord takes it.
func (db *DB) hash(ctx context.Context, operation, key string, missing error, fields ...any) error {
	command, into := []any{"hmget", key, "v"}, []any(nil)
	for pair := range slices.Chunk(fields, 2) {
		command, into = append(command, pair[0]), append(into, pair[1])
	}
	answer, err := db.askOne(ctx, operation, command...)
	if err != nil {
		return err
	}
	return parseRecord(answer, missing, into...)
}

// pairs are the fields of a hash and their values.
func (db *DB) pairs(ctx context.Context, operation, key string) (map[string]string, error) {
	answer, err := db.askOne(ctx, operation, "hgetall", key)
	return parsePairs(answer), err
}

func parsePairs(answer any) map[string]string {
	flat := texts[string](answer)
	fields := make(map[string]string, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		fields[flat[i]] = flat[i+1]
	}
	return fields
}

// parseRecord reads v and other fields of a record, these as parseFields does. If all are missing, the error is that.
func parseRecord(answer any, missing error, into ...any) error {
	fields, _ := answer.([]any)
	if len(fields) == 0 {
		return storage.ErrDamaged
	}
	if isEmpty(fields) {
		return missing
	}
	if err := checkVersion(fields[0]); err != nil {
		return err
	}
	return parseFields(fields[1:], into...)
}

// parseFields reads fields of a hash, or the parts of another answer: each into a *string, *[]byte, *bool, *int, *int64
// or *time.Time, an [optional], a *limit.Strikes as shown in lockLua, or as it is into an *any.
func parseFields(answer any, into ...any) error {
	fields, _ := answer.([]any)
	if len(fields) != len(into) {
		return storage.ErrDamaged
	}
	for i, field := range fields {
		if !parseField(field, into[i]) {
			return storage.ErrDamaged
		}
	}
	return nil
}

// optional is a text that stays as it is where there is no such field.
type optional struct{ text *string }

func parseField(field, into any) bool {
	text, is := field.(string)
	switch into := into.(type) {
	case *any:
		*into = field
		return true
	case optional:
		if is {
			*into.text = text
		}
		return true
	case *string:
		*into = text
		return is
	case *[]byte:
		*into = []byte(text)
		return is
	case *limit.Strikes:
		strikes, err := parseStrikes(field, nil)
		*into = strikes
		return err == nil
	}
	n, is := parseNumber(field)
	switch into := into.(type) {
	case *bool:
		*into = n == 1
	case *int:
		*into = int(n)
	case *int64:
		*into = n
	case *time.Time:
		*into = moment(n)
	}
	return is
}

// parseNumber reads an integer of a script, or one that is stored.
func parseNumber(field any) (n int64, is bool) {
	if n, is := field.(int64); is {
		return n, true
	}
	text, _ := field.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func isEmpty(fields []any) bool {
	return !slices.ContainsFunc(fields, func(field any) bool { return field != nil })
}

// checkVersion holds a record to the version of this release.
func checkVersion(field any) error {
	switch version, is := parseNumber(field); {
	case !is || version < 1:
		return storage.ErrDamaged
	case version > 1:
		return storage.ErrNewer
	}
	return nil
}

// texts are the elements of an answer that are texts.
func texts[T ~string](answer any) []T {
	parts, _ := answer.([]any)
	all := make([]T, len(parts))
	for i, part := range parts {
		text, _ := part.(string)
		all[i] = T(text)
	}
	return all
}

// digitsLua says whether a field is there and is a number as we store numbers.
const digitsLua = `
local function digits(s)
	if not s or #s > 15 then return false end
	return string.find(s, '^%d+$') ~= nil
end
`

// strangeLua says what is wrong with a hash, as an error to answer, whether it has to stay
// nevertheless, as only a newer release can read it, and whether it is there. Nothing is wrong with
// one that isn't.
const strangeLua = digitsLua + `
local function strange(key)
	local v = redis.pcall('HGET', key, 'v')
	if type(v) == 'table' then return v, not string.find(v.err, 'WRONGTYPE', 1, true) end
	if v == '1' then return nil, false, true end
	if v and tonumber(v) then return redis.error_reply('VERSION newer record'), true end
	if redis.call('EXISTS', key) == 1 then return redis.error_reply('GARBAGE not a record'), false, true end
	return nil, false, false
end
`

// sealedLua reads and replaces a record that is sealed: a hash with its revision in rev, and sealed. stored returns
// both, nothing of what isn't there, or an error to answer. swap replaces the record that has a revision by that of the
// next, with other fields; from 0 it makes it. It answers 1, also if that was done before, 0 if there is none, and
// -1 if there is another revision.
const sealedLua = strangeLua + `
local function stored(key)
	local bad, _, known = strange(key)
	if bad or not known then return nil, nil, bad end
	local h = redis.call('HMGET', key, 'rev', 'sealed')
	if digits(h[1]) and h[2] then return h[1], h[2] end
	return nil, nil, redis.error_reply('GARBAGE not a record')
end

local function swap(key, rev, nxt, sealed, ...)
	local has, held, bad = stored(key)
	if bad then return bad end
	if has == nxt and held == sealed then return 1 end
	if not has and rev ~= '0' then return 0 end
	if has ~= rev and has then return -1 end
	redis.call('HSET', key, 'v', '1', 'rev', nxt, 'sealed', sealed, ...)
	return 1
end
`

// replaceSealed replaces a record that is sealed.
//
//	KEYS  record
//	ARGV  revision, the next one, sealed
//	      1 replaced, 0 no such record, -1 another revision
var replaceSealed = newWrite("replace", sealedLua+`
if ARGV[1] == '0' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return swap(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
`)

// replace replaces a record by replaceSealed, as another operation, and returns missing of one that isn't there.
func (db *DB) replace(ctx context.Context, script script, key string, revision int64, sealed []byte, missing error) error {
	done, err := db.run(ctx, script, []string{key}, revision, revision+1, sealed)
	return verdict(done, err, missing, storage.ErrStale)
}

// verdict is the error that a script's answer stands for: of 0 the first refusal, of -1 the second, and so on; of
// others there is none.
func verdict(done any, err error, refusals ...error) error {
	if err == nil && done == nil {
		return storage.ErrDamaged // no script ends so
	}
	n, is := done.(int64)
	if err == nil && is && n <= 0 && int(-n) < len(refusals) {
		return refusals[-n]
	}
	return err
}

// millis is the form in which times are stored: whole milliseconds since 1970.
func millis(t time.Time) int64 { return t.UnixMilli() }

// instant is millis; 0 is no time.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return millis(t)
}

// moment is the time of stored milliseconds; 0 is no time.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// errTooLong refuses a record, or what goes with it, that is longer than its kind may be.
var errTooLong = errors.New("the record is too long")

const (
	maxRecord = 8 << 10
	maxClaim  = 256 // of what a network claims, in a record of ours
)

// record and accountRecord are entries of histories as they are stored.
type (
	record struct {
		storage.Version
		pins.Record
	}
	accountRecord struct {
		storage.Version
		accounts.Record
	}
)

func encode(r pins.Record) (string, error) { return encodeForm(&record{Record: r}) }

func encodeAccountRecord(r accounts.Record) (string, error) {
	return encodeForm(&accountRecord{Record: r})
}

func encodeForm(form storage.Form) (string, error) {
	text, err := storage.Encode(form)
	if err != nil {
		return "", fmt.Errorf("write record: %w", err)
	}
	if len(text) > maxRecord {
		return "", errTooLong
	}
	return string(text), nil
}

// history reads the newest entries of a history, of records of a kind.
func history[R any](ctx context.Context, db *DB, operation, key string, most int) ([]R, error) {
	if most <= 0 {
		return nil, nil
	}
	answer, err := db.askOne(ctx, operation, "lrange", key, 0, most-1)
	if err != nil {
		return nil, err
	}
	entries := texts[string](answer)
	records := make([]R, len(entries))
	for i, entry := range entries {
		if err := storage.Decode([]byte(entry), &records[i]); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return records, nil
}

// clip bounds what a network claims, so that no claim keeps a lock from being recorded.
func clip(claim string) string {
	if len(claim) > maxClaim {
		claim = claim[:maxClaim]
	}
	return strings.ToValidUTF8(claim, "")
}
