package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// KeyPattern is that of all keys of this package, as a Redis ACL takes it.
const KeyPattern = "uc:*"

// rightsKey stands for any of our keys where rights are tried. It never exists.
const rightsKey = "uc:rights"

// commands are those that this package and its scripts send, each with arguments that would do.
var commands = [][]any{
	{"ping"}, {"time"}, {"eval", "return 1", 1, rightsKey}, {"evalsha", strings.Repeat("0", 40), 1, rightsKey},
	{"get", rightsKey}, {"set", rightsKey, ""}, {"exists", rightsKey}, {"del", rightsKey},
	{"persist", rightsKey}, {"pexpire", rightsKey, 1}, {"rename", rightsKey, rightsKey},
	{"hget", rightsKey, ""}, {"hmget", rightsKey, ""}, {"hgetall", rightsKey}, {"hexists", rightsKey, ""}, {"hlen", rightsKey},
	{"hset", rightsKey, "", ""}, {"hsetnx", rightsKey, "", ""}, {"hincrby", rightsKey, "", 1}, {"hdel", rightsKey, ""},
	{"lpush", rightsKey, ""}, {"rpush", rightsKey, ""}, {"lrange", rightsKey, 0, 0}, {"llen", rightsKey}, {"lrem", rightsKey, 1, ""}, {"ltrim", rightsKey, 0, 0},
	{"sadd", rightsKey, ""}, {"sismember", rightsKey, ""},
	{"zadd", rightsKey, 1, ""}, {"zrem", rightsKey, ""}, {"zscore", rightsKey, ""}, {"zcard", rightsKey}, {"zcount", rightsKey, 0, 0},
	{"zrange", rightsKey, 0, 0}, {"zrangebyscore", rightsKey, 0, 0}, {"zrevrangebyscore", rightsKey, 0, 0}, {"zremrangebyscore", rightsKey, 0, 0},
	{"xadd", rightsKey, "*", "", ""}, {"xlen", rightsKey}, {"xrange", rightsKey, "-", "+"}, {"xrevrange", rightsKey, "+", "-"}, {"xtrim", rightsKey, "maxlen", 0},
	{"multi"}, {"discard"},
}

// clusterCommands are those by which the client learns of a cluster.
var clusterCommands = [][]any{{"cluster", "slots"}, {"command"}}

// Commands are examples of all commands that this package sends to a server, without those of a
// cluster: of the same form as what [DB.Missing] takes.
func Commands() [][]any { return slices.Clone(commands) }

// ClusterCommands are examples of those that it sends to a cluster alone.
func ClusterCommands() [][]any { return slices.Clone(clusterCommands) }

// Missing says in words which of the commands the user of the connection may not run, by their
// names, keys and channels: "to run HSET", "to use the key uc:x". Nothing is run: they are put into
// a transaction, which the server discards. The error is that a server does not answer.
func (db *DB) Missing(ctx context.Context, examples [][]any) ([]string, error) {
	var mu sync.Mutex
	var all []string
	err := db.eachServer(ctx, func(ctx context.Context, server *redis.Client) error {
		// Where a transaction can't be begun, what follows would be run.
		missing, err := try(ctx, server, [][]any{{"multi"}, {"discard"}})
		if err == nil && len(missing) == 0 {
			missing, err = try(ctx, server, slices.Concat([][]any{{"multi"}}, queueable(examples), [][]any{{"discard"}}))
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, missing...)
		return err
	})
	if err != nil {
		return nil, explain(err)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// queueable leaves out what can't stand in a transaction, and was tried before.
func queueable(examples [][]any) [][]any {
	return slices.DeleteFunc(slices.Clone(examples), func(example []any) bool {
		return example[0] == "multi" || example[0] == "discard"
	})
}

// try sends commands on one connection, and says what the user lacks for them.
func try(ctx context.Context, server *redis.Client, examples [][]any) ([]string, error) {
	sent := make([]*redis.Cmd, len(examples))
	_, err := server.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, example := range examples {
			sent[i] = pipe.Do(ctx, example...)
		}
		return nil
	})
	if err != nil && (!isReply(err) && !errors.Is(err, redis.Nil) || unauthenticated(err)) {
		return nil, err
	}
	var missing []string
	for i, cmd := range sent {
		if what := lacking(cmd.Err(), examples[i]); what != "" {
			missing = append(missing, what)
		}
	}
	return missing, nil
}

// lacking says what a server that refuses an example wants; "" if it refuses nothing.
func lacking(err error, example []any) string {
	name := strings.ToUpper(fmt.Sprint(example[0]))
	switch {
	case err == nil:
		return ""
	case strings.HasPrefix(err.Error(), "ERR unknown command"):
		return "to run " + name + ", which this server does not know"
	case !redis.HasErrorPrefix(err, "NOPERM"):
		return ""
	case strings.Contains(err.Error(), "to access a channel"), strings.Contains(err.Error(), "access one of the channels"):
		return fmt.Sprintf("to use the channel %v", example[1])
	case strings.Contains(err.Error(), "to access a key"), strings.Contains(err.Error(), "access one of the keys"):
		return fmt.Sprintf("to use keys such as %v", keyOf(example))
	}
	return "to run " + name
}

// keyOf is the first key of a command: the first argument, or that of a script.
func keyOf(command []any) any {
	if name := command[0]; name == "eval" || name == "evalsha" {
		return command[firstKey]
	}
	return command[1]
}
