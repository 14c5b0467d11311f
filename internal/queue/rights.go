package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// The names that asynq gives its keys, and the channel on which it hears of tasks to be canceled.
const (
	ownKeys   = "asynq:{" + name + "}:"
	Channel   = "asynq:cancel"
	queuesKey = "asynq:queues"
)

// KeyPatterns are those of all keys of the queue, as a Redis ACL takes them: its tasks; the names
// of all queues; and which servers work on it, which asynq keeps for its tools.
func KeyPatterns() []string {
	return []string{ownKeys + "*", queuesKey, "asynq:servers", "asynq:servers:*", "asynq:workers", "asynq:workers:*"}
}

// Commands are examples of all commands that asynq sends for us, itself and in scripts, with keys
// and the channel that it uses.
func Commands() [][]any {
	const key = ownKeys + "rights"
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

// errPaused: somebody has told asynq, by one of its tools, to work on no tasks.
var errPaused = errors.New("the queue is paused")

// Ping says whether tasks can be queued and are worked on: whether the server of Redis that holds
// them answers, and whether the queue is paused.
func (q *Queue) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, enqueueWithin)
	defer cancel()
	if err := q.redis.LLen(ctx, ownKeys+"pending").Err(); err != nil {
		return fmt.Errorf("look at the queue: %w", err)
	}
	paused, err := q.redis.Exists(ctx, ownKeys+"paused").Result()
	switch {
	case err != nil:
		return fmt.Errorf("look at the queue: %w", err)
	case paused > 0:
		return errPaused
	}
	return nil
}
