package redisstore

import (
	"context"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

const (
	// maxEvents is how many events of a line are kept: undelivered ones, and for keptDelivered
	// those that were delivered, of which the oldest make room.
	maxEvents = 1000
	// keptDelivered is how long events are kept after they were delivered, to be looked at
	// and to be delivered again.
	keptDelivered = 30 * 24 * time.Hour
	// maxSettings bounds settings and events, in bytes.
	maxSettings = 32 << 10
)

// Features keeps the settings of calling features: a [features.Store].
type Features struct{ db *DB }

var _ features.Store = Features{}

// Features returns the store of calling features. Its events wait in [DB.Outbox].
func (db *DB) Features() Features { return Features{db} }

// Features implements [features.Store]. What it reads of the line and of its settings need
// not be of the same moment: a change is refused anyway if its revision isn't the present one.
func (s Features) Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error) {
	asked := []any{"hmget", featuresKey(number), "v", turnField(turn)}
	for _, f := range pins.AllFeatures {
		asked = append(asked, revisionField(f), settingsField(f))
	}
	answers, err := s.db.ask(ctx, "Features.Features",
		[]any{"hmget", lineKey(number), "v", "lang", "pin", "since", "rev", "features"}, asked)
	if err != nil {
		return features.Stored{}, err
	}
	var line pins.Line
	if err := parseLineHash(answers[0], &line); err != nil {
		return features.Stored{}, err
	}
	fields, _ := answers[1].([]any)
	stored, err := parseSettings(fields)
	stored.Installed, stored.PINRevision = line.Features, line.Revision
	stored.Done = stored.Done && turn != pins.Turn{}
	return stored, err
}

// parseSettings reads v, the field of a turn, and a revision and settings for each feature.
func parseSettings(fields []any) (features.Stored, error) {
	stored := features.Stored{Settings: make(map[pins.Feature]features.Kept)}
	if len(fields) != 2+2*len(pins.AllFeatures) {
		return stored, storage.ErrDamaged
	}
	if isEmpty(fields) {
		return stored, nil
	}
	if err := checkVersion(fields[0]); err != nil {
		return stored, err
	}
	stored.Done = fields[1] != nil
	for i, f := range pins.AllFeatures {
		pair := fields[2+2*i : 4+2*i]
		if isEmpty(pair) {
			continue
		}
		var kept features.Kept
		if err := parseFields(pair, &kept.Revision, &kept.Settings); err != nil {
			return stored, err
		}
		stored.Settings[f] = kept
	}
	return stored, nil
}

// Change implements [features.Store]. It announces the event to the outbox before the change,
// so that no event is ever overlooked: see [Outbox]. Without a turn it can't simply be run
// again: the change would be another one.
func (s Features) Change(ctx context.Context, change features.Change) error {
	if len(change.Settings) > maxSettings || len(change.Event) > maxSettings {
		return errTooLong
	}
	record, err := encode(change.Record)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	heard, err := s.db.eventPartitions().announce(ctx, string(change.Number), change.Record.At)
	if err != nil {
		return err
	}
	done, err := s.change(ctx, change, record, heard)
	return featureVerdict(done, err)
}

// change runs the script, twice at most, and once where that would make two changes. Heard says
// whether somebody takes events.
func (s Features) change(ctx context.Context, change features.Change, record string, heard bool) (any, error) {
	run := s.db.run
	if change.Turn == (pins.Turn{}) {
		run = s.db.runOnce
	}
	n := change.Number
	return run(ctx, changeFeature,
		[]string{lineKey(n), featuresKey(n), historyKey(n), eventsKey(n), deliveredKey(n)},
		string(change.Feature), change.Expected, change.Revision, change.Settings, change.Event, record,
		turnField(change.Turn), millis(change.Record.At), pins.TurnsKept.Milliseconds(),
		s.db.drops(heard), maxEvents, keptDelivered.Milliseconds(), change.Proved)
}

// drops says, to a script, whether events that wait may be dropped: on a server without events, and if nobody takes any.
func (db *DB) drops(heard bool) int {
	if db.withoutEvents && !heard {
		return 1
	}
	return 0
}

// featureVerdict is the error of [changeFeature].
func featureVerdict(done any, err error) error {
	return verdict(done, err,
		pins.ErrNoLine, storage.ErrStale, features.ErrNotInstalled, features.ErrBacklog, features.ErrOvertaken)
}

func settingsField(f pins.Feature) string { return "s:" + string(f) }
func revisionField(f pins.Feature) string { return "r:" + string(f) }

// turnField is the mark of a turn that changed something; none of the turn that is no turn.
func turnField(t pins.Turn) string {
	if t == (pins.Turn{}) {
		return ""
	}
	return "t:" + turnName(t)
}

// The settings of a line's features are one hash:
//
//	v            1
//	s:<feature>  the settings of a feature, as package features wrote them; missing while
//	             nothing was ever changed
//	r:<feature>  their revision
//	t:<turn>     when that turn changed some; kept for pins.TurnsKept
//
// The events of a line are one stream, with the fields v, 1, and event, as package features
// wrote it. How far they were delivered is one hash:
//
//	v        1
//	at       the ID of the newest one that was; missing: none
//	rewound  how often the line's events were set to be delivered again; missing: never
//
// Times are milliseconds, and so are the IDs of events, before the dash.

// cursorLua reads how far events were delivered: the ID or false, and how often they were
// rewound; or nothing and an error to answer.
//
// parts are the two numbers of an ID, and after says whether one is behind another, or there
// is no other. newest is the ID of the newest event, or false.
const cursorLua = strangeLua + `
local function parts(id)
	local ms, seq = string.match(id, '^(%d+)%-(%d+)$')
	return tonumber(ms), tonumber(seq)
end

local function after(a, b)
	if not a then return false end
	if not b then return true end
	local ams, aseq = parts(a)
	local bms, bseq = parts(b)
	if ams == bms then return aseq > bseq end
	return ams > bms
end

local function cursor(key)
	local bad = strange(key)
	if bad then return nil, nil, bad end
	local h = redis.call('HMGET', key, 'at', 'rewound')
	local at, rewound = h[1], h[2]
	if at and (#at > 31 or not string.find(at, '^%d+%-%d+$')) then
		return nil, nil, redis.error_reply('GARBAGE not a record')
	end
	if rewound and not digits(rewound) then return nil, nil, redis.error_reply('GARBAGE not a record') end
	return at, rewound or '0'
end

local function newest(key)
	local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
	return last[1] and last[1][1]
end
`

// publishLua appends events to a line's stream, and makes room for them. It needs cursorLua. At
// is how far events were delivered, or false.
//
// The ID of an event is the time of the change, or, as IDs only grow, the next after that of the
// newest event, or of the newest that was delivered. With an event those go that were delivered
// more than kept milliseconds ago.
//
// room drops the oldest events so that there are no more than most, but none that wait, unless
// nobody takes them and none was ever taken. It drops all that are too many or, if whole says
// so, else none, and then says false. ready makes room for one more, and says how far events were delivered, whether there
// is none, and an error to answer.
const publishLua = `
local function publish(key, at, event, now, kept)
	local ms, seq = tonumber(now), 0
	local last = newest(key)
	if after(at, last) then last = at end
	if last then
		local lastms, lastseq = parts(last)
		if lastms >= ms then ms, seq = lastms, lastseq + 1 end
	end
	if at then
		local atms, atseq = parts(at)
		local old = ms - tonumber(kept)
		local first = string.format('%.0f-0', math.max(old, 0))
		if atms < old then first = string.format('%.0f-%.0f', atms, atseq + 1) end
		redis.call('XTRIM', key, 'MINID', '=', first)
	end
	redis.call('XADD', key, string.format('%.0f-%.0f', ms, seq), 'v', '1', 'event', event)
end

local function room(key, at, most, drop, whole)
	local count = redis.call('XLEN', key)
	local over = count - most
	if over <= 0 then return true end
	local may = 0
	if at then
		may = #redis.call('XRANGE', key, '-', at, 'COUNT', over)
	elseif drop then
		may = over
	end
	if may < over and whole then return false end
	if may > 0 then redis.call('XTRIM', key, 'MAXLEN', '=', count - may) end
	return true
end

local function ready(events, delivered, drop, most)
	local at, rewound, bad = cursor(delivered)
	if bad then return nil, false, bad end
	return at, not room(events, at, tonumber(most) - 1, drop == '1' and rewound == '0', true)
end
`

// changeFeature stores the settings of a feature, records the change and publishes its event,
// unless the turn did so before.
//
//	KEYS  line, settings, history, events, delivered
//	ARGV  feature, expected revision, revision, settings, event, record, field of the turn or
//	      nothing, now, milliseconds for which turns are kept, 1 if nobody takes the events,
//	      most events, milliseconds for which delivered ones are kept, revision that the PIN
//	      must have or 0
//	      1 changed, 0 no such line, -1 another revision, -2 not installed, -3 too many wait,
//	      -4 another revision of the PIN
var changeFeature = newWrite("Features.Change", lineLua+recordLua+sweepLua+cursorLua+publishLua+`
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
bad = strange(KEYS[2])
if bad then return bad end
local feature, turn, now = ARGV[1], ARGV[7], ARGV[8]
local h = redis.call('HMGET', KEYS[2], 'r:' .. feature, turn)
if turn ~= '' and h[2] then return 1 end
if ARGV[13] ~= '0' and ARGV[13] ~= l[5] then return -4 end
if not string.find(' ' .. (l[6] or '') .. ' ', ' ' .. feature .. ' ', 1, true) then return -2 end
if (h[1] or '0') ~= ARGV[2] then return -1 end

local at, full, wrong = ready(KEYS[4], KEYS[5], ARGV[10], ARGV[11])
if wrong then return wrong end
if full then return -3 end
record(KEYS[3], ARGV[6])
publish(KEYS[4], at, ARGV[5], now, ARGV[12])
redis.call('PERSIST', KEYS[4])
redis.call('PERSIST', KEYS[5])
redis.call('HSET', KEYS[2], 'v', '1', 's:' .. feature, ARGV[4], 'r:' .. feature, ARGV[3])
if turn ~= '' then
	redis.call('HSET', KEYS[2], turn, now)
	sweep(KEYS[2], tonumber(ARGV[9]), tonumber(now))
end
return 1
`).lasts()
