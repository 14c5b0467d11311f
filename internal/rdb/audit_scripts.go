package rdb

// What the scripts of the audit answer.
const (
	auditBehind   = 0
	auditOccupied = 2
)

// appendAudit fills a place of the audit and moves the head. Said again, nothing happens.
//
//	KEYS  head, chunk
//	ARGV  head to be, head as it was or nothing, place, entry
//	      1 done, 0 the head is another one, 2 the place isn't empty
var appendAudit = newScript(`
local head = redis.call('GET', KEYS[1])
if not head then head = '' end
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4]) == 0 then return 2 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`)

// trimAudit empties places of the audit and moves the head. Said again, nothing happens.
//
//	KEYS  head, chunk of the first place, chunk of the last
//	ARGV  head to be, head as it was, how many places are in the first chunk, places
//	      1 done, 0 the head is another one
var trimAudit = newScript(`
local head = redis.call('GET', KEYS[1])
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
local split = 3 + tonumber(ARGV[3])
redis.call('HDEL', KEYS[2], unpack(ARGV, 4, split))
if split < #ARGV then redis.call('HDEL', KEYS[3], unpack(ARGV, split + 1)) end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`)
