package redisstore

// A profile is one hash:
//
//	v       1
//	name    the user name
//	rev     the revision
//	sealed  all else, as package agents sealed it
//
// Whose the user names are is one hash, in the same slot:
//
//	v       1
//	<name>  the ID; the shortest name has three letters

// profileLua reads a profile: its fields, none when there is no such profile, or an error to
// answer.
const profileLua = digitsLua + strangeLua + `
local function profile(key)
	local bad = strange(key)
	if bad then return nil, bad end
	local h = redis.call('HMGET', key, 'v', 'name', 'rev', 'sealed')
	if not h[1] then return {} end
	if h[2] and digits(h[3]) and h[4] then return h end
	return nil, redis.error_reply('GARBAGE not a record')
end

local function same(a, name, rev, sealed)
	return a[2] == name and a[3] == rev and a[4] == sealed
end
`

// What createAgent and saveAgent answer when they change nothing.
const (
	agentTaken   = 0
	agentsFull   = -1
	agentMissing = 0
	agentStale   = -1
)

// createAgent stores a new profile with its user name, unless it is stored already.
//
//	KEYS  profile, user names
//	ARGV  ID, user name, revision, sealed, most user names
//	      1 stored, 0 there is another under the user name or the ID, -1 there are too many
var createAgent = newWrite(profileLua + `
local a, bad = profile(KEYS[1])
if bad then return bad end
bad = strange(KEYS[2])
if bad then return bad end
local owner = redis.call('HGET', KEYS[2], ARGV[2])
if a[1] then
	if owner == ARGV[1] and same(a, ARGV[2], ARGV[3], ARGV[4]) then return 1 end
	return 0
end
if owner then return 0 end
if redis.call('HLEN', KEYS[2]) > tonumber(ARGV[5]) then return -1 end
redis.call('HSET', KEYS[2], 'v', '1', ARGV[2], ARGV[1])
redis.call('HSET', KEYS[1], 'v', '1', 'name', ARGV[2], 'rev', ARGV[3], 'sealed', ARGV[4])
return 1
`).lasts()

// saveAgent replaces a profile that has a revision, unless that is done already.
//
//	KEYS  profile
//	ARGV  user name, revision, sealed, next revision
//	      1 replaced, 0 no such profile, -1 another revision
var saveAgent = newWrite(profileLua + `
local a, bad = profile(KEYS[1])
if bad then return bad end
if a[2] ~= ARGV[1] then return 0 end
if same(a, ARGV[1], ARGV[4], ARGV[3]) then return 1 end
if a[3] ~= ARGV[2] then return -1 end
redis.call('HSET', KEYS[1], 'rev', ARGV[4], 'sealed', ARGV[3])
return 1
`).lasts()
