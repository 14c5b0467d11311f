package redisstore

import (
	"context"
	"slices"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Install implements [features.Store]. It takes any number of lines, a batch at a time, as
// Add of [Lines]: after an error those up to some batch are done, and it can be run again.
// Features of a newer release stay as they are.
//
// Most installations take nothing away, so no partition is announced for them. A line that loses a
// feature is left as it is at first; it is announced, and then comes again, with all that the
// batch says of its number.
func (s Features) Install(ctx context.Context, lines []features.Installation, record pins.Record, removal features.Removal) ([]bool, error) {
	changed := make([]bool, len(lines))
	entry, err := encode(record)
	if err != nil {
		return changed, err
	}
	i := installation{store: s, entry: entry, record: record, removal: removal}
	for first := 0; first < len(lines); first += batch {
		end := min(first+batch, len(lines))
		if err := i.install(ctx, lines[first:end], changed[first:end]); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// installation is an Install under way.
type installation struct {
	store   Features
	entry   string // the record, written
	record  pins.Record
	removal features.Removal
}

// install does one batch, and notes of each line whether it was changed.
func (i installation) install(ctx context.Context, lines []features.Installation, changed []bool) error {
	commands := make([][]any, len(lines))
	for n, line := range lines {
		commands[n] = i.command(line, 0, nil)
	}
	answers, err := i.store.db.runEach(ctx, installFeatures, commands)
	if err != nil {
		return err
	}
	var losing []nanp.Number
	for n, answer := range answers {
		changed[n] = answer == int64(1)
		if answer == int64(-1) && !slices.Contains(losing, lines[n].Number) {
			losing = append(losing, lines[n].Number)
		}
	}
	return i.uninstall(ctx, losing, lines, changed)
}

// uninstall does what the batch says of the lines that lose features.
func (i installation) uninstall(ctx context.Context, losing []nanp.Number, lines []features.Installation, changed []bool) error {
	if len(losing) == 0 {
		return nil
	}
	heard, err := i.store.db.eventPartitions().announceAll(ctx, losing, i.record.At)
	if err != nil {
		return err
	}
	var commands [][]any
	var places []int
	for n, line := range lines {
		if !slices.Contains(losing, line.Number) {
			continue
		}
		events, err := i.events(line)
		if err != nil {
			return err
		}
		commands = append(commands, i.command(line, i.store.db.drops(heard), events))
		places = append(places, n)
	}
	answers, err := i.store.db.runEach(ctx, installFeatures, commands)
	if err != nil {
		return err
	}
	for n, answer := range answers {
		changed[places[n]] = changed[places[n]] || answer == int64(1)
	}
	return nil
}

// removed is the event of a feature that goes, but for its revision, which stands between.
type removed struct{ before, after []byte }

// events are those of all features that the line should not have.
func (i installation) events(line features.Installation) (map[pins.Feature]removed, error) {
	events := make(map[pins.Feature]removed)
	for _, f := range pins.AllFeatures {
		if line.Features.Has(f) {
			continue
		}
		before, after, err := i.removal(line.Number, f)
		if err != nil {
			return nil, err
		}
		if len(before)+len(after) > maxSettings {
			return nil, errTooLong
		}
		events[f] = removed{before, after}
	}
	return events, nil
}

func (i installation) command(line features.Installation, drop int, events map[pins.Feature]removed) []any {
	announced := 0
	if events != nil {
		announced = 1
	}
	args := []any{i.entry, millis(i.record.At), announced, drop, maxEvents, keptDelivered.Milliseconds()}
	for _, f := range pins.AllFeatures {
		wanted := 0
		if line.Features.Has(f) {
			wanted = 1
		}
		args = append(args, string(f), wanted, events[f].before, events[f].after)
	}
	n := line.Number
	return installFeatures.byHash(
		[]string{lineKey(n), featuresKey(n), historyKey(n), eventsKey(n), deliveredKey(n)}, args...)
}

// installFeatures sets which features a line has, records it if that changes anything, and
// publishes an event for each that goes. Settings of these are forgotten; features that we don't
// know stay. There is always room for the events: a switch that is away must not keep a
// customer's features from being taken away.
//
//	KEYS  line, settings, history, events, delivered
//	ARGV  record without its changes, now, 1 if the partition was announced, 1 if nobody takes the
//	      events, most events, milliseconds for which delivered ones are kept; for each feature
//	      that we know its name, 1 or 0, and the event that it went, in two parts between which
//	      the revision stands
//	      1 changed, 0 not, or no such line, -1 not, as a feature goes and nobody announced it
var installFeatures = newWrite("Features.Install", lineLua+recordLua+cursorLua+publishLua+`
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
bad = strange(KEYS[2])
if bad then return bad end

local had, names, changes, gone, known = {}, {}, {}, {}, {}
for name in string.gmatch(l[6] or '', '%S+') do had[name] = true end
for i = 7, #ARGV, 4 do
	local name, wanted = ARGV[i], ARGV[i + 1] == '1'
	known[name] = true
	if wanted then names[#names + 1] = name end
	if wanted and not had[name] then changes[#changes + 1] = 'installed ' .. name end
	if had[name] and not wanted then
		changes[#changes + 1] = 'removed ' .. name
		gone[#gone + 1] = {name, ARGV[i + 2], ARGV[i + 3]}
	end
end
if #changes == 0 then return 0 end
if #gone > 0 and ARGV[3] ~= '1' then return -1 end
for name in string.gmatch(l[6] or '', '%S+') do
	if not known[name] then names[#names + 1] = name end
end

local at, rewound
if #gone > 0 then
	at, rewound, bad = cursor(KEYS[5])
	if bad then return bad end
	room(KEYS[4], at, tonumber(ARGV[5]) - #gone, ARGV[4] == '1' and rewound == '0', false)
end
local entry = cjson.decode(ARGV[1])
entry.changes = changes
record(KEYS[3], cjson.encode(entry))
redis.call('HSET', KEYS[1], 'features', table.concat(names, ' '))
for _, feature in ipairs(gone) do
	local revision = tonumber(redis.call('HGET', KEYS[2], 'r:' .. feature[1]) or 0) or 0
	revision = string.format('%.0f', math.max(revision + 1, tonumber(ARGV[2])))
	publish(KEYS[4], at, feature[2] .. revision .. feature[3], ARGV[2], ARGV[6])
	redis.call('HDEL', KEYS[2], 's:' .. feature[1], 'r:' .. feature[1])
end
if #gone > 0 then
	redis.call('PERSIST', KEYS[4])
	redis.call('PERSIST', KEYS[5])
end
return 1
`).lasts()
