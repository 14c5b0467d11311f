package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Lines keeps the lines, their strikes, their history and who validated their customers: a
// [pins.Store], a [pins.CallerStore], a [pins.Registry] and [pins.Validations]. Every method is
// one round trip, but for Add. Of records that it can't read it says [storage.ErrNewer] or
// [storage.ErrDamaged], and changes nothing; but Reset, Unlock and Remove delete garbage that stands in
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
	answers, err := s.db.ask(ctx, "Lines.Line",
		[]any{"hmget", lineKey(number), "v", "lang", "pin", "since", "rev", "features"},
		[]any{"hmget", strikesKey(pins.FromLine, number), "v", "failures", "until", "hard"},
		[]any{"hmget", strikesKey(pins.Remote, number), "v", "failures", "until", "hard"})
	line := pins.Line{Number: number}
	if err == nil {
		err = cmp.Or(
			parseStrikesHash(answers[1], &line.FromLine), parseStrikesHash(answers[2], &line.Remote), parseLineHash(answers[0], &line))
	}
	if err != nil {
		return pins.Line{}, fmt.Errorf("read line: %w", err)
	}
	return line, nil
}

// SetLanguage implements [pins.Store].
func (s Lines) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	done, err := s.db.run(ctx, setLanguage, []string{lineKey(number)}, language)
	return verdict(done, err, pins.ErrNoLine)
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
		return errTooLong
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

// verdict is the error of a script that changes a line. By 2 it says that a notice took the place of another.
func (s Lines) verdict(ctx context.Context, done any, err error) error {
	if done == int64(2) {
		s.db.tellReplaced(ctx, 1)
	}
	return verdict(done, err, pins.ErrNoLine, storage.ErrStale, pins.ErrNotValidated)
}

// lineKeys are the keys of a line and of its sides, in the order in which scripts take them.
func lineKeys(n nanp.Number) []string {
	return []string{lineKey(n), strikesKey(pins.FromLine, n), strikesKey(pins.Remote, n)}
}

// turnName is a turn as a field or member; the name of the call is bounded as in keys.
func turnName(t pins.Turn) string { return tag(t.Call) + ":" + strconv.Itoa(t.Number) }

// parseLineHash reads v, lang, pin, since, rev and features. A hash without v can still hold
// others. Features whose names we don't know are a newer release's.
func parseLineHash(answer any, into *pins.Line) error {
	features := ""
	err := parseRecord(answer, pins.ErrNoLine, optional{&into.Language}, optional{(*string)(&into.PIN)},
		&into.Since, &into.Revision, optional{&features})
	var known []pins.Feature
	for name := range strings.FieldsSeq(features) {
		known = append(known, pins.Feature(name))
	}
	into.Features = pins.FeaturesOf(known...)
	return err
}

// parseStrikesHash reads v, failures, until and hard. A side that has only an attempt
// under way may have no failures yet.
func parseStrikesHash(answer any, into *limit.Strikes) error {
	return parseRecord(answer, nil, &into.Failures, &into.LockedUntil, &into.Closed)
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
var setLanguage = newWrite("Lines.SetLanguage", lineLua+`
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
var changePIN = newWrite("Lines.Change", lineLua+recordLua+sweepLua+dueLua+`
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

// addLine creates a line, if there is nothing under its key. Settings, validations and a last caller
// that are there without a line are of one that an earlier release removed, which knew of none: they
// are not for the next customer.
//
//	KEYS  line, settings, validations, last caller
//	ARGV  now, and names and values of the other fields
//	      1 created, 0 there was one
var addLine = newWrite("Lines.Add", `
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3], KEYS[4]) > 0 then
	if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
	redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
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

// removeLine deletes a line with its settings, validations, tickets, mailbox and last caller, clears the strikes and
// records it. Events that wait for the switch stay.
//
//	KEYS  line, strikes from the line, strikes from elsewhere, history, settings, validations, tickets, mailbox,
//	      last caller
//	ARGV  clearArgs; record
//	      1 removed, 0 no such line
var removeLine = newWrite("Lines.Remove", strangeLua+lineLua+recordLua+lineLockLua+clearedLua+`
local damage, stays = strange(KEYS[5])
if stays then return damage end
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
`+helpedLua+`
redis.call('DEL', KEYS[1], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9])
return 1
`).lasts()
