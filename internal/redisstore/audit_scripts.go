package redisstore

// What the scripts of the audit answer.
const (
	auditBehind   = 0
	auditOccupied = 2
	auditHeadless = 3
)

// appendAudit fills places of the audit that follow one another and moves the head; the first one of
// all is the lowest. Said again, nothing happens.
//
//	KEYS  head, chunk of the first place, chunk of the last, lowest place
//	ARGV  head to be, head as it was or nothing, how many places are in the first chunk, and for
//	      each place: the place, its entry
//	      1 done, 0 the head is another one, 2 a place isn't empty, 3 the head is gone
var appendAudit = newWrite(`
local head = redis.call('GET', KEYS[1])
if not head then head = '' end
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
if head == '' and redis.call('EXISTS', KEYS[4]) == 1 then return 3 end
local second = 4 + 2 * tonumber(ARGV[3])
local function chunk(i)
  if i < second then return KEYS[2] end
  return KEYS[3]
end
for i = 4, #ARGV, 2 do
  if redis.call('HEXISTS', chunk(i), ARGV[i]) == 1 then return 2 end
end
for i = 4, #ARGV, 2 do redis.call('HSET', chunk(i), ARGV[i], ARGV[i + 1]) end
if head == '' then redis.call('SET', KEYS[4], ARGV[4]) end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`).lasts()

// trimAudit empties places of the audit and moves the head and the lowest place. Said again,
// nothing happens.
//
//	KEYS  head, chunk of the first place, chunk of the last, lowest place
//	ARGV  head to be, head as it was, the lowest place to be, how many places are in the first
//	      chunk, places
//	      1 done, 0 the head is another one
var trimAudit = newWrite(`
local head = redis.call('GET', KEYS[1])
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
local split = 4 + tonumber(ARGV[4])
redis.call('HDEL', KEYS[2], unpack(ARGV, 5, split))
if split < #ARGV then redis.call('HDEL', KEYS[3], unpack(ARGV, split + 1)) end
redis.call('SET', KEYS[4], ARGV[3])
redis.call('SET', KEYS[1], ARGV[1])
return 1
`).lasts()

// setAsideAudit renames all keys of the audit and begins another. What stands in the place of the head
// and is none counts as no head. Said again, nothing happens.
//
//	KEYS  head, lowest place, first chunk; for each key of the audit: the key, what it becomes
//	ARGV  head to be, head as it was or nothing, first place, its entry
//	      1 done, 0 the head is another one
var setAsideAudit = newWrite(`
local head = redis.pcall('GET', KEYS[1])
if type(head) ~= 'string' then head = '' end
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
for i = 4, #KEYS, 2 do redis.call('RENAME', KEYS[i], KEYS[i + 1]) end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('SET', KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], ARGV[1])
return 1
`).lasts()
