package redisstore

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// batch is how many lines go to Redis at once. More are no faster, and would take longer
// than an operation should on a slow machine.
const batch = 200

// runEach runs a script once for each of the commands, all in one round trip, and none of
// them twice, as the second answer would be wrong. Those whose server doesn't know the
// script yet go in a second round trip, with its text, and so do those that came too late by a clock
// that was set.
func (db *DB) runEach(ctx context.Context, s script, commands [][]any) ([]any, error) {
	if s.lasting && db.durable.waits() {
		return db.eachLasting(ctx, s, commands)
	}
	ctx, cancel := context.WithTimeout(ctx, db.within)
	defer cancel()
	answers := make([]any, len(commands))
	unsent := make([]int, len(commands))
	for i := range commands {
		unsent[i] = i
	}
	commands = slices.Clone(commands)
	var late error
	for range attempts {
		timer := timer{db: db}
		sent := make([]*redis.Cmd, len(unsent))
		for n, i := range unsent {
			command, err := timer.timed(ctx, s, commands[i])
			if err != nil {
				return nil, db.explain(err)
			}
			sent[n] = redis.NewCmd(ctx, command...)
		}
		if err := db.sendAll(ctx, sent); err != nil {
			return nil, db.explain(err)
		}
		var again []int
		for n, i := range unsent {
			err := sent[n].Err()
			switch {
			case unknownScript(err):
				commands[i] = s.byText(commands[i])
			case isLate(err):
				db.forgetClock(ctx, commands[i])
				late = err
			case err != nil:
				return nil, db.explain(err)
			default:
				answers[i] = sent[n].Val()
				continue
			}
			again = append(again, i)
		}
		if unsent = again; len(unsent) == 0 {
			return answers, nil
		}
	}
	return nil, db.explain(late)
}

// sendAll sends commands together. That a server doesn't know the script, or that they came too late, is
// no error here.
func (db *DB) sendAll(ctx context.Context, commands []*redis.Cmd) error {
	_, err := db.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, cmd := range commands {
			if err := pipe.Process(ctx, once{cmd}); err != nil {
				return err
			}
		}
		return nil
	})
	if unknownScript(err) || isLate(err) {
		return nil
	}
	return err
}
