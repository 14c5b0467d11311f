package rdb

// What the scripts of the audit answer.
const (
	auditBehind   = 0
	auditOccupied = 2
	auditHeadless = 3
)

// appendAudit fills a place of the audit and moves the head; the first one is the lowest. Said
// again, nothing happens.
//
//	KEYS  head, chunk, lowest place
//	ARGV  head to be, head as it was or nothing, place, entry
//	      1 done, 0 the head is another one, 2 the place isn't empty, 3 the head is gone
var appendAudit = newScript(`
local head = redis.call('GET', KEYS[1])
if not head then head = '' end
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
if head == '' and redis.call('EXISTS', KEYS[3]) == 1 then return 3 end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4]) == 0 then return 2 end
if head == '' then redis.call('SET', KEYS[3], ARGV[3]) end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`)

// trimAudit empties places of the audit and moves the head and the lowest place. Said again,
// nothing happens.
//
//	KEYS  head, chunk of the first place, chunk of the last, lowest place
//	ARGV  head to be, head as it was, the lowest place to be, how many places are in the first
//	      chunk, places
//	      1 done, 0 the head is another one
var trimAudit = newScript(`
local head = redis.call('GET', KEYS[1])
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
local split = 4 + tonumber(ARGV[4])
redis.call('HDEL', KEYS[2], unpack(ARGV, 5, split))
if split < #ARGV then redis.call('HDEL', KEYS[3], unpack(ARGV, split + 1)) end
redis.call('SET', KEYS[4], ARGV[3])
redis.call('SET', KEYS[1], ARGV[1])
return 1
`)
