package queue

import "strings"

// The names that asynq gives its keys, and the channel on which it hears of tasks to be canceled.
const (
	// Channel is that of a Redis ACL.
	Channel   = "asynq:cancel"
	ownKeys   = "asynq:{" + string(before) + "*" // of all queues
	queuesKey = "asynq:queues"
)

// KeyPatterns are those of all keys of the queues, as a Redis ACL takes them: their tasks; the names
// of all queues; and which servers work on them, which asynq keeps for its tools.
func KeyPatterns() []string {
	return []string{ownKeys, queuesKey, "asynq:servers", "asynq:servers:*", "asynq:workers", "asynq:workers:*"}
}

// Commands are examples of all commands that asynq sends for us, itself and in scripts, with keys
// and the channel that it uses.
func Commands() [][]any {
	key := AgentMail.key("rights") // whose name the keys of a release before didn't have
	return [][]any{
		{"ping"}, {"eval", "return 1", 1, key}, {"evalsha", strings.Repeat("0", 40), 1, key}, {"subscribe", Channel},
		{"get", key}, {"set", key, ""}, {"setex", "asynq:servers:rights", 1, ""}, {"exists", key}, {"del", "asynq:workers:rights"}, {"incr", key},
		{"expire", "asynq:workers:rights", 1}, {"expireat", key, 1}, {"hget", key, ""}, {"hset", key, "", ""}, {"hdel", key, ""},
		{"llen", key}, {"lpush", key, ""}, {"rpush", key, ""}, {"lrem", key, 0, ""}, {"rpoplpush", key, key},
		{"sadd", queuesKey, ""}, {"srem", key, ""}, {"smembers", key},
		{"zadd", "asynq:servers", 1, ""}, {"zadd", "asynq:workers", 1, ""}, {"zrem", key, ""}, {"zcard", key}, {"zrange", key, 0, 0},
		{"zrangebyscore", key, 0, 0}, {"zremrangebyscore", key, 0, 0}, {"zremrangebyrank", key, 0, 0},
	}
}
