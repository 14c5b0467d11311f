package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Lines keeps the lines, their strikes, their history and who validated their customers: a
// [pins.Store], a [pins.CallerStore], a [pins.Registry] and [pins.Validations]. Every method is
// one round trip, but for Add. Of records that it can't read it says [ErrVersion] or
// [ErrGarbage], and changes nothing; but Reset, Unlock and Remove delete garbage that stands in
// the place of strikes.
type Lines struct{ db *DB }

var (
	_ pins.Store       = Lines{}
	_ pins.CallerStore = Lines{}
	_ pins.Registry    = Lines{}
	_ pins.Validations = Lines{}
)

// Lines returns the store of lines.
func (db *DB) Lines() Lines { return Lines{db} }

// Line implements [pins.Store]. Every call begins with it, so it needs no script: what it
// reads of a line and of its sides need not be of the same moment.
func (s Lines) Line(ctx context.Context, number nanp.Number) (pins.Line, error) {
	answers, err := s.db.ask(ctx,
		[]any{"hmget", lineKey(number), "v", "lang", "pin", "since", "rev", "features"},
		[]any{"hmget", strikesKey(pins.FromLine, number), "v", "failures", "until", "hard"},
		[]any{"hmget", strikesKey(pins.Remote, number), "v", "failures", "until", "hard"})
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	line, err := parseHashes(number, answers)
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	return line, nil
}

// SetLanguage implements [pins.Store].
func (s Lines) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	done, err := s.db.run(ctx, setLanguage, []string{lineKey(number)}, language)
	return verdict(done, err)
}

// Change implements [pins.Store]. With a notice it is two round trips.
func (s Lines) Change(ctx context.Context, change pins.Change) error {
	record, err := encode(change.Record)
	if err != nil {
		return err
	}
	replaced, err := encode(pins.NoticeReplaced(change.Record.At))
	if err != nil {
		return err
	}
	if len(change.Notice) > maxRecord {
		return errLongRecord
	}
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	n := change.Number
	return s.db.Notices().mark(ctx, string(n), change.Record.At, len(change.Notice), func() error {
		done, err := s.db.run(ctx, changePIN, []string{lineKey(n), historyKey(n), noticesKey(string(n))},
			turnName(change.Turn), change.Revision, string(change.PIN), millis(change.Record.At), record,
			pins.TurnsKept.Milliseconds(), change.Notice, pins.MaxDue, replaced)
		return s.verdict(ctx, done, err)
	})
}

// verdict is verdict of a script that may also say that a notice took the place of another, by 2.
func (s Lines) verdict(ctx context.Context, done any, err error) error {
	if done == int64(2) {
		s.db.tellReplaced(ctx, 1)
	}
	return verdict(done, err)
}

// verdict reads the answer of a script that did what it should, 1, or did not.
func verdict(done any, err error) error {
	switch {
	case err != nil:
		return err
	case done == int64(0):
		return pins.ErrNoLine
	case done == int64(-1):
		return storage.ErrStale
	case done == int64(-2):
		return pins.ErrNotValidated
	}
	return nil
}

// lineKeys are the keys of a line and of its sides, in the order in which scripts take them.
func lineKeys(n nanp.Number) []string {
	return []string{lineKey(n), strikesKey(pins.FromLine, n), strikesKey(pins.Remote, n)}
}

// turnName is a turn as a field or member; the name of the call is bounded as in keys.
func turnName(t pins.Turn) string { return tag(t.Call) + ":" + strconv.Itoa(t.Number) }

// parseHashes reads three answers: fields of the hash of a line, and of those of its sides.
func parseHashes(number nanp.Number, parts []any) (pins.Line, error) {
	line := pins.Line{Number: number}
	if err := parseStrikesHash(parts[1], &line.FromLine); err != nil {
		return pins.Line{}, err
	}
	if err := parseStrikesHash(parts[2], &line.Remote); err != nil {
		return pins.Line{}, err
	}
	fields, _ := parts[0].([]any)
	if err := parseLineHash(fields, &line); err != nil {
		return pins.Line{}, err
	}
	return line, nil
}

// parseLine reads what [admit] answers of a line: its fields as [Lines.Line] asks for them, and the
// strikes of its sides. Of an unknown one the number and the strikes are known.
func parseLine(number nanp.Number, answer any) (line pins.Line, known bool, err error) {
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return pins.Line{}, false, ErrGarbage
	}
	line.Number = number
	for i, side := range []*limit.Strikes{&line.FromLine, &line.Remote} {
		if *side, err = parseStrikes(parts[1+i]); err != nil {
			return pins.Line{}, false, err
		}
	}
	fields, ok := parts[0].([]any)
	if ok && len(fields) == 0 {
		return line, false, nil
	}
	if err := parseLineHash(fields, &line); err != nil {
		return pins.Line{}, false, err
	}
	return line, true, nil
}

// parseLineHash reads v, lang, pin, since, rev and features. A hash without v can still hold
// others. Features whose names we don't know are a newer release's.
func parseLineHash(fields []any, into *pins.Line) error {
	if len(fields) != 6 {
		return ErrGarbage
	}
	if isEmpty(fields) {
		return pins.ErrNoLine
	}
	if err := checkVersion(fields[0]); err != nil {
		return err
	}
	into.Language, _ = fields[1].(string)
	pin, _ := fields[2].(string)
	into.PIN = hash.Hash(pin)
	var since int64
	if !parseNumber(fields[3], &since) || !parseNumber(fields[4], &into.Revision) {
		return ErrGarbage
	}
	into.Since = moment(since)
	into.Features = parseFeatures(fields[5])
	return nil
}

func parseFeatures(field any) pins.Features {
	names, _ := field.(string)
	var known []pins.Feature
	for name := range strings.FieldsSeq(names) {
		known = append(known, pins.Feature(name))
	}
	return pins.FeaturesOf(known...)
}

// parseStrikesHash reads v, failures, until and hard. A side that has only an attempt
// under way may have no failures yet.
func parseStrikesHash(answer any, into *limit.Strikes) error {
	fields, _ := answer.([]any)
	if len(fields) != 4 {
		return ErrGarbage
	}
	if isEmpty(fields) {
		return nil
	}
	if err := checkVersion(fields[0]); err != nil {
		return err
	}
	var failures, until, hard int64
	if !parseNumber(fields[1], &failures) || !parseNumber(fields[2], &until) || !parseNumber(fields[3], &hard) {
		return ErrGarbage
	}
	*into = limit.Strikes{Failures: int(failures), LockedUntil: moment(until), Closed: hard == 1}
	return nil
}

func isEmpty(fields []any) bool {
	for _, field := range fields {
		if field != nil {
			return false
		}
	}
	return true
}

// checkVersion holds a record to the version of this release.
func checkVersion(field any) error {
	text, _ := field.(string)
	switch version, err := strconv.Atoi(text); {
	case err != nil || version < 1:
		return ErrGarbage
	case version > 1:
		return ErrVersion
	}
	return nil
}

func parseNumber(field any, into *int64) bool {
	text, ok := field.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	*into = n
	return ok && err == nil
}

// moment is the time of stored milliseconds; 0 is no time.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// A line is one hash:
//
//	v         1
//	lang      the language; missing while not chosen
//	pin       the hash of the personal PIN; missing while the line has the temporary one
//	since     when the PIN came into force
//	rev       the revision, from the time when the line was added
//	features  the names of the installed calling features, separated by spaces; missing or
//	          empty: none
//	t:<turn>  when that turn changed the PIN; kept for pins.TurnsKept
//
// Times are milliseconds.

// lineLua reads a line: its fields, none when there is no such line, or an error to answer.
const lineLua = digitsLua + `
local function line(key)
	local h = redis.call('HMGET', key, 'v', 'lang', 'pin', 'since', 'rev', 'features')
	if h[1] == '1' then
		if digits(h[4]) and digits(h[5]) then return h end
		return nil, redis.error_reply('GARBAGE not a record')
	end
	if h[1] and tonumber(h[1]) then return nil, redis.error_reply('VERSION newer record') end
	if redis.call('EXISTS', key) == 1 then return nil, redis.error_reply('GARBAGE not a record') end
	return {}
end
`

// setLanguage stores a line's language.
//
//	KEYS  line
//	ARGV  language
//	      1 stored, 0 no such line
var setLanguage = newWrite(lineLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
redis.call('HSET', KEYS[1], 'lang', ARGV[1])
return 1
`)

// changePIN gives a line a new PIN, records it and keeps the notice as due, unless the turn did so before.
//
//	KEYS  line, history, notices
//	ARGV  turn, expected revision, PIN, now, record, milliseconds for which turns are kept, notice or
//	      nothing, most notices, record of one that it takes the place of
//	      1 changed, 2 and a notice took the place of another, 0 no such line, -1 another revision
var changePIN = newWrite(lineLua + recordLua + sweepLua + dueLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
local turn, now = 't:' .. ARGV[1], ARGV[4]
if redis.call('HEXISTS', KEYS[1], turn) == 1 then return 1 end
if l[5] ~= ARGV[2] then return -1 end
local replaced = due(KEYS[3], ARGV[7], ARGV[8], KEYS[2], ARGV[9])
record(KEYS[2], ARGV[5])
redis.call('HSET', KEYS[1], 'pin', ARGV[3], 'since', now, turn, now)
redis.call('HINCRBY', KEYS[1], 'rev', 1)
sweep(KEYS[1], tonumber(ARGV[6]), tonumber(now))
return 1 + replaced
`).lasts()

// sweepLua forgets the turns that made changes so long ago that they can't come again.
const sweepLua = `
local function sweep(key, kept, now)
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		if string.sub(flat[i], 1, 2) == 't:' and (tonumber(flat[i + 1]) or 0) + kept <= now then
			redis.call('HDEL', key, flat[i])
		end
	end
end
`

// addLine creates a line, if there is nothing under its key. Settings and validations that are
// there without a line are of one that an earlier release removed, which knew of none: they are
// not for the next customer.
//
//	KEYS  line, settings, validations
//	ARGV  now, and names and values of the other fields
//	      1 created, 0 there was one
var addLine = newWrite(`
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) > 0 then
	if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
	redis.call('DEL', KEYS[2], KEYS[3])
end
redis.call('HSET', KEYS[1], 'v', '1', 'since', ARGV[1], 'rev', ARGV[1], unpack(ARGV, 2))
return 1
`)

// helpedLua records the clearing and clears the strikes, as do those who reset, unlock or remove
// a line, which is there. Garbage in the place of strikes is deleted, as nothing else could help
// the line. It needs recordLua, lineLockLua and clearedLua.
const helpedLua = `
local home, away = load(KEYS[2]), load(KEYS[3])
if home.bad and not home.garbage then return home.bad end
if away.bad and not away.garbage then return away.bad end
record(KEYS[4], ARGV[4])
cleared(home)
cleared(away)
`

// removeLine deletes a line with its settings and validations, clears the strikes and records it.
// Events that wait for the switch stay.
//
//	KEYS  line, strikes from the line, strikes from elsewhere, history, settings, validations
//	ARGV  clearArgs; record
//	      1 removed, 0 no such line
var removeLine = newWrite(strangeLua + lineLua + recordLua + lineLockLua + clearedLua + `
local damage, stays = strange(KEYS[5])
if stays then return damage end
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
` + helpedLua + `
redis.call('DEL', KEYS[1], KEYS[5], KEYS[6])
return 1
`).lasts()
