package redisstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Validate implements [pins.Validations]. Run again it validates again, and records that too.
func (s Lines) Validate(ctx context.Context, number nanp.Number, v pins.Validation, record pins.Record) error {
	entry, err := encode(record)
	if err != nil {
		return err
	}
	value := validationText(v)
	if len(value) > maxRecord {
		return errTooLong
	}
	keys := []string{lineKey(number), validationsKey(number), historyKey(number)}
	done, err := s.db.runOnce(ctx, validate, keys,
		validator(v.By, v.From), value, millis(v.Until), millis(record.At), entry, slack.Milliseconds())
	return verdict(done, err, pins.ErrNoLine)
}

// Validation implements [pins.Validations].
func (s Lines) Validation(ctx context.Context, number nanp.Number, by, from string, at time.Time) (pins.Validation, error) {
	answer, err := s.db.askOne(ctx, "Lines.Validation", "hget", validationsKey(number), validator(by, from))
	if err != nil && !errors.Is(err, storage.ErrDamaged) {
		return pins.Validation{}, err
	}
	value, _ := answer.(string)
	v, ok := parseValidation(value)
	if !ok || millis(at) >= millis(v.Until) {
		return pins.Validation{}, pins.ErrNotValidated
	}
	v.By, v.From = by, from
	return v, nil
}

// Reset implements [pins.Validations]. Run again it resets again, and records that too.
func (s Lines) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	replaced, err := encode(pins.NoticeReplaced(record.At))
	if err != nil {
		return err
	}
	if len(notice) > maxRecord {
		return errTooLong
	}
	return s.db.Notices().mark(ctx, string(number), record.At, len(notice), func() error {
		return s.help(ctx, resetPIN, number, record, notice, pins.MaxDue, replaced)
	})
}

// Unlock implements [pins.Validations]. Run again it unlocks again, and records that too.
func (s Lines) Unlock(ctx context.Context, number nanp.Number, record pins.Record) error {
	return s.help(ctx, unlockLine, number, record)
}

// help runs one of the scripts that want the customer to be validated.
func (s Lines) help(ctx context.Context, what script, number nanp.Number, record pins.Record, more ...any) error {
	refusal := record
	refusal.Event = pins.ResetRefused
	refused, err := encode(refusal)
	if err != nil {
		return err
	}
	keys := append(clearKeys(number), validationsKey(number), noticesKey(string(number)))
	return s.clear(ctx, what, keys, record, append([]any{refused, validator(record.By, record.From)}, more...)...)
}

// validator is who validated, as the name of a field. Quoted, no two are alike.
func validator(by, from string) string { return tag(strconv.Quote(by) + " " + strconv.Quote(from)) }

// validationText is what is stored of a validation.
func validationText(v pins.Validation) string {
	return fmt.Sprintf("%d %d %s %s", instant(v.Until), instant(v.At), v.Method, v.Note)
}

// validationForm is that of the scripts too.
var validationForm = regexp.MustCompile(`^([0-9]{1,15}) ([0-9]{1,15}) ([a-z-]+) ((?s:.*))$`)

// parseValidation reads what validationText wrote, and says whether it is that.
func parseValidation(text string) (pins.Validation, bool) {
	parts := validationForm.FindStringSubmatch(text)
	if parts == nil {
		return pins.Validation{}, false
	}
	until, _ := parseNumber(parts[1])
	at, _ := parseNumber(parts[2])
	return pins.Validation{
		Method: pins.ValidationMethod(parts[3]), Note: parts[4], At: moment(at), Until: moment(until),
	}, true
}

// The validations of a line's customer are one hash, with a field for each who validated: the
// tag of their name and interface. A value holds, with spaces between them,
//
//	until when it counts
//	when it was made
//	the method: lower-case letters and hyphens
//	the note: the rest, which can be empty
//
// Times are milliseconds.

// validatedLua reads until when a value counts, or nothing where it is no validation; and says
// whether somebody has one that counts. It needs digitsLua.
const validatedLua = `
local function counts(value)
	if type(value) ~= 'string' then return nil end
	local ends, made = string.match(value, '^(%d+) (%d+) [a-z%-]+ ')
	if not digits(ends) or not digits(made) then return nil end
	return tonumber(ends)
end

local function validated(key, who, now)
	local ends = counts(redis.pcall('HGET', key, who))
	return ends ~= nil and now < ends
end
`

// validate remembers a validation and records it. Those that count no more are forgotten.
//
//	KEYS  line, validations, history
//	ARGV  who, validation, until when it counts, now, record, slack
//	      1 remembered, 0 no such line
var validate = newWrite("Lines.Validate", lineLua+recordLua+validatedLua+`
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
local now, last = tonumber(ARGV[4]), tonumber(ARGV[3])
local flat = redis.pcall('HGETALL', KEYS[2])
if flat.err then
	if not string.find(flat.err, 'WRONGTYPE', 1, true) then return flat end
	redis.call('DEL', KEYS[2])
	flat = {}
end
for i = 1, #flat, 2 do
	local ends = counts(flat[i + 1])
	if not ends or ends <= now then
		redis.call('HDEL', KEYS[2], flat[i])
	else
		last = math.max(last, ends)
	end
end
record(KEYS[3], ARGV[5])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], math.max(last - now, 0) + tonumber(ARGV[6]))
return 1
`)

// helpLua is how resetPIN and unlockLine begin: they do nothing without a validation that counts.
var helpLua = lineLua + recordLua + lineLockLua + clearedLua + validatedLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
local refused
if not l[1] then refused = 0
elseif not validated(KEYS[5], ARGV[6], now) then refused = -2
end
if refused then
	record(KEYS[4], ARGV[5])
	return refused
end
` + helpedLua

// resetPIN goes back to the temporary PIN, clears the strikes, records it and keeps the notice as due.
//
//	KEYS  line, strikes from the line, strikes from elsewhere, history, validations, notices
//	ARGV  clearArgs; record, record of a refusal,
//	      who does it, notice or nothing, most notices, record of one that it takes
//	      the place of
//	      1 reset, 2 and a notice took the place of another, 0 no such line, -2 not validated
var resetPIN = newWrite("Lines.Reset", helpLua+dueLua+`
local replaced = due(KEYS[6], ARGV[7], ARGV[8], KEYS[4], ARGV[9])
redis.call('HDEL', KEYS[1], 'pin')
redis.call('HSET', KEYS[1], 'since', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'rev', 1)
return 1 + replaced
`).lasts()

// unlockLine clears the strikes and records it.
//
//	KEYS  as resetPIN
//	ARGV  as resetPIN, to who does it
//	      1 unlocked, 0 no such line, -2 not validated
var unlockLine = newWrite("Lines.Unlock", helpLua+`
return 1
`).lasts()
