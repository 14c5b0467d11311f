package rdb

import (
	"context"
	"slices"

	"updatecenter/features"
	"updatecenter/pins"
)

// Install implements [features.Store]. It takes any number of lines, a batch at a time, as
// Add of [Lines]: after an error those up to some batch are done, and it can be run again.
// Features of a newer release stay as they are.
func (s Features) Install(ctx context.Context, lines []features.Installation, record pins.Record) ([]bool, error) {
	entry, err := encode(record)
	if err != nil {
		return make([]bool, len(lines)), err
	}
	changed := make([]bool, 0, len(lines))
	for part := range slices.Chunk(lines, batch) {
		commands := make([][]any, len(part))
		for i, line := range part {
			commands[i] = installCommand(line, entry)
		}
		answers, err := s.db.runEach(ctx, installFeatures, commands)
		if err != nil {
			return append(changed, make([]bool, len(lines)-len(changed))...), err
		}
		for _, answer := range answers {
			changed = append(changed, answer == int64(1))
		}
	}
	return changed, nil
}

func installCommand(line features.Installation, entry string) []any {
	args := []any{entry}
	for _, f := range pins.AllFeatures {
		wanted := 0
		if line.Features.Has(f) {
			wanted = 1
		}
		args = append(args, string(f), wanted)
	}
	n := line.Number
	return installFeatures.byHash([]string{lineKey(n), featuresKey(n), historyKey(n)}, args...)
}

// installFeatures sets which features a line has, and records it if that changes anything.
// Settings of those that go are forgotten; features that we don't know stay.
//
//	KEYS  line, settings, history
//	ARGV  record without its changes; for each feature that we know its name, 1 or 0
//	      1 changed, 0 not, or no such line
var installFeatures = newScript(lineLua + strangeLua + `
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
bad = strange(KEYS[2])
if bad then return bad end

local had, names, changes, gone, known = {}, {}, {}, {}, {}
for name in string.gmatch(l[6] or '', '%S+') do had[name] = true end
for i = 2, #ARGV, 2 do
	local name, wanted = ARGV[i], ARGV[i + 1] == '1'
	known[name] = true
	if wanted then names[#names + 1] = name end
	if wanted and not had[name] then changes[#changes + 1] = 'installed ' .. name end
	if had[name] and not wanted then
		changes[#changes + 1] = 'removed ' .. name
		gone[#gone + 1] = name
	end
end
if #changes == 0 then return 0 end
for name in string.gmatch(l[6] or '', '%S+') do
	if not known[name] then names[#names + 1] = name end
end

local record = cjson.decode(ARGV[1])
record.changes = changes
redis.call('LPUSH', KEYS[3], cjson.encode(record))
redis.call('HSET', KEYS[1], 'features', table.concat(names, ' '))
for _, name in ipairs(gone) do redis.call('HDEL', KEYS[2], 's:' .. name, 'r:' .. name) end
return 1
`)
