package redisstore

// The failures to sign in are, for each subject, one hash:
//
//	v         1
//	failures  in a row
//	first     when the first one was
//	last      when the last one was
//	until     until when no attempt is admitted; 0: there was no wait
//	closed    1: none is admitted until all is cleared or forgotten
//
// Times are milliseconds.

// guessesLua reads a subject, or answers an error; and writes it. shown is what is told.
const guessesLua = strangeLua + digitsLua + `
local function none() return {failures = 0, first = 0, last = 0, soft = 0, closed = 0} end

local function guesses(key)
	local bad = strange(key)
	if bad then return nil, bad end
	local h = redis.call('HMGET', key, 'failures', 'first', 'last', 'until', 'closed', 'v')
	if not h[6] then return none() end
	for i = 1, 5 do
		if not digits(h[i]) then return nil, redis.error_reply('GARBAGE not a record') end
	end
	return {failures = tonumber(h[1]), first = tonumber(h[2]), last = tonumber(h[3]),
		soft = tonumber(h[4]), closed = tonumber(h[5])}
end

local function save(key, s)
	redis.call('HSET', key, 'v', '1', 'failures', s.failures, 'first', s.first, 'last', s.last,
		'until', s.soft, 'closed', s.closed)
end

local function shown(s) return {s.failures, s.first, s.last, s.soft, s.closed} end
`

// countSignIn counts one more failure, unless the strikes bar the attempt: what signin.LockRule's
// Faded, BarredAt and After say, one after the other.
//
//	KEYS  strikes
//	ARGV  now, failures that lock, how long, failures that close or 0, ForgetIn, Window or 0,
//	      slack; delays
//	      {1 admitted or 0, strikes before, strikes now}
//	      of either: {failures, first, last, until, closed}
var countSignIn = newWrite(guessesLua + `
local b, bad = guesses(KEYS[1])
if bad then return bad end
local now, lock_at, lock_for, close_at = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local forget, window, delays = tonumber(ARGV[5]), tonumber(ARGV[6]), #ARGV - 7

local ends = b.last + forget
if window > 0 then ends = math.min(ends, b.first + window) end
if now >= math.max(ends, b.soft) then b = none() end
if b.closed == 1 or now < b.soft then return {0, shown(b), shown(b)} end

local s = {failures = b.failures + 1, first = b.first, last = now, soft = b.soft, closed = 0}
if b.failures == 0 then s.first = now end
local wait = 0
if delays > 0 then wait = tonumber(ARGV[7 + math.min(s.failures, delays)]) end
if s.failures % lock_at == 0 then wait = math.max(wait, lock_for) end
if wait > 0 then s.soft = now + wait end
if close_at > 0 and s.failures >= close_at then s.closed = 1 end
save(KEYS[1], s)

ends = now + forget
if window > 0 then ends = math.min(ends, s.first + window) end
redis.call('PEXPIRE', KEYS[1], math.max(ends, s.soft) - now + tonumber(ARGV[7]))
return {1, shown(b), shown(s)}
`)

// releaseSignIn takes back what an attempt has counted. Redis keeps the rest no shorter than
// before.
//
//	KEYS  strikes
//	ARGV  failures, first, last, until and closed after the attempt; the same before it
//	      1
var releaseSignIn = newScript(guessesLua + `
local s, bad = guesses(KEYS[1])
if bad then return bad end
if s.failures == 0 then return 1 end
local same = true
for i, n in ipairs(shown(s)) do
	if n ~= tonumber(ARGV[i]) then same = false end
end
if same then
	s = {failures = tonumber(ARGV[6]), first = tonumber(ARGV[7]), last = tonumber(ARGV[8]),
		soft = tonumber(ARGV[9]), closed = tonumber(ARGV[10])}
else
	s.failures = s.failures - 1
end
if s.failures > 0 then save(KEYS[1], s) else redis.call('DEL', KEYS[1]) end
return 1
`)

// clearSignIn forgets failures, waits and locks.
//
//	KEYS  strikes
//	      1
var clearSignIn = newScript(strangeLua + `
local bad = strange(KEYS[1])
if bad then return bad end
redis.call('DEL', KEYS[1])
return 1
`)
