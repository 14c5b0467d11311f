package rdb

// The failures to prove that an account is the own are, for each subject, one hash:
//
//	v             1
//	failures      in a row, since the last lock
//	last          when the last one was
//	until         when the last lock ends; 0: there was none
//	p:<attempt>   an attempt under way: until when it is held against the subject
//	d:<attempt>   an attempt that was settled: when; kept for accounts.SettledKept
//
// Times are milliseconds.

// tallyLua reads a subject as it is at a time, failures forgotten if it is told after how
// long, or answers an error; and writes it back. What is shown are failures and until.
const tallyLua = digitsLua + `
local function tally(key, now, forget, kept)
	local t = {key = key, failures = 0, last = 0, soft = 0, under = 0, known = {}, old = {}}
	local v, wrong = nil, false
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		local name, n = flat[i], tonumber(flat[i + 1])
		local kind = string.sub(name, 1, 2)
		if name == 'v' then v = n
		elseif not n then wrong = true
		elseif name == 'failures' or name == 'last' then t[name] = n
		elseif name == 'until' then t.soft = n
		elseif kind == 'p:' and n > now then t.known[name], t.under = true, t.under + 1
		elseif kind == 'd:' and n + kept > now then t.known[name] = true
		elseif kind == 'p:' or kind == 'd:' then t.old[#t.old + 1] = name
		end
	end
	if v and v > 1 then return nil, redis.error_reply('VERSION newer record') end
	if #flat > 0 and v ~= 1 or wrong then return nil, redis.error_reply('GARBAGE not a record') end
	if now - t.last >= forget and now >= t.soft then t.failures, t.last, t.soft = 0, 0, 0 end
	return t
end

local function save(t, now, forget, least)
	for _, name in ipairs(t.old) do redis.call('HDEL', t.key, name) end
	redis.call('HSET', t.key, 'v', '1', 'failures', t.failures, 'last', t.last, 'until', t.soft)
	local left = 0
	if t.last > 0 then left = math.max(t.last + forget, t.soft) - now end
	redis.call('PEXPIRE', t.key, math.max(left, 0) + least)
end
`

// admitClaim reserves an attempt.
//
//	KEYS  strikes
//	ARGV  attempt, now, ForgetIn, milliseconds for which settled ones are kept, milliseconds
//	      for Redis to keep the key at least, failures that lock, when the attempt runs out
//	      {1 admitted or 0, failures, until}
var admitClaim = newScript(tallyLua + `
local now, forget = tonumber(ARGV[2]), tonumber(ARGV[3])
local t, bad = tally(KEYS[1], now, forget, tonumber(ARGV[4]))
if bad then return bad end
local mine = 'p:' .. ARGV[1]
local admitted = t.known[mine] or t.known['d:' .. ARGV[1]]
if not admitted and now >= t.soft and t.under < tonumber(ARGV[6]) - t.failures then
	admitted = true
	redis.call('HSET', t.key, mine, ARGV[7])
	save(t, now, forget, tonumber(ARGV[5]))
end
return {admitted and 1 or 0, t.failures, t.soft}
`)

// settleClaim ends an attempt.
//
//	KEYS  strikes; the account's history, if there is an account
//	ARGV  attempt, now, ForgetIn, milliseconds for which settled ones are kept, milliseconds
//	      for Redis to keep the key at least, failures that lock, failed, passed or weakly,
//	      when a lock ends, record of a pass or of a lock
//	      {failures, until}
var settleClaim = newScript(tallyLua + `
local now, forget = tonumber(ARGV[2]), tonumber(ARGV[3])
local t, bad = tally(KEYS[1], now, forget, tonumber(ARGV[4]))
if bad then return bad end
if t.known['d:' .. ARGV[1]] then return {t.failures, t.soft} end
local tell = false
if ARGV[7] == 'passed' then
	tell = true
	t.failures, t.last, t.soft = 0, 0, 0
elseif ARGV[7] == 'weakly' then
	tell = true
else
	t.failures, t.last = t.failures + 1, now
	if t.failures >= tonumber(ARGV[6]) then
		t.failures = 0
		if now >= t.soft then tell, t.soft = true, tonumber(ARGV[8]) end
	end
end
if tell and KEYS[2] then redis.call('LPUSH', KEYS[2], ARGV[9]) end
t.old[#t.old + 1] = 'p:' .. ARGV[1]
redis.call('HSET', t.key, 'd:' .. ARGV[1], ARGV[2])
save(t, now, forget, tonumber(ARGV[5]))
return {t.failures, t.soft}
`)
