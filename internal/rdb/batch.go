package rdb

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// batch is how many lines go to Redis at once. More are no faster, and would take longer
// than an operation should on a slow machine.
const batch = 200

// runEach runs a script once for each of the commands, all in one round trip, and none of
// them twice, as the second answer would be wrong. Those whose server doesn't know the
// script yet go in a second round trip, with its text.
func (db *DB) runEach(ctx context.Context, s script, commands [][]any) ([]any, error) {
	ctx, cancel := context.WithTimeout(ctx, db.within)
	defer cancel()
	sent := make([]*redis.Cmd, len(commands))
	for i, command := range commands {
		sent[i] = redis.NewCmd(ctx, command...)
	}
	if err := db.sendAll(ctx, sent); err != nil {
		return nil, explain(err)
	}
	var late []*redis.Cmd
	for i, cmd := range sent {
		if unknownScript(cmd.Err()) {
			sent[i] = redis.NewCmd(ctx, s.byText(cmd.Args())...)
			late = append(late, sent[i])
		}
	}
	if err := db.sendAll(ctx, late); err != nil {
		return nil, explain(err)
	}
	answers := make([]any, len(sent))
	for i, cmd := range sent {
		if err := cmd.Err(); err != nil {
			return nil, explain(err)
		}
		answers[i] = cmd.Val()
	}
	return answers, nil
}

// sendAll sends commands together. That a server doesn't know the script is no error here.
func (db *DB) sendAll(ctx context.Context, commands []*redis.Cmd) error {
	if len(commands) == 0 {
		return nil
	}
	_, err := db.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, cmd := range commands {
			if err := pipe.Process(ctx, once{cmd}); err != nil {
				return err
			}
		}
		return nil
	})
	if unknownScript(err) {
		return nil
	}
	return err
}
