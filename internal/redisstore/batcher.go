package redisstore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// slots are how many pipelines are on their way to a server at once. With more of them they are shorter,
	// and take more processor time for a command.
	slots = 4
	// asideSlots are those of what goes aside: hundreds of partitions, on a slow Redis, hold no more
	// connections than these, and a turn waits for none of them.
	asideSlots = 2
	// maxPipeline is how many commands a pipeline has, but that those given together are not parted.
	maxPipeline = 200
	// maxQueued bounds the commands that wait for a server; more are refused at once.
	maxQueued = 10_000
)

// errQueueFull refuses a command.
var errQueueFull = errors.New("too many commands wait for Redis")

// A batcher sends commands to one server. One that finds a slot free is sent at once, on a connection of its
// own; all that come while none is free wait, and go together on the next. So a single caller waits
// for no others, and many share their round trips.
type batcher struct {
	send  func(context.Context, []*redis.Cmd)
	slots int

	mu      sync.Mutex
	taken   int         // of the slots
	waiting []*pipeline // oldest first; none while a slot is free
	queued  int         // commands of these
}

// A pipeline is commands that go together.
type pipeline struct {
	commands []*redis.Cmd
	until    time.Time     // the last of their deadlines
	sent     bool          // or about to be: nothing joins or leaves it
	done     chan struct{} // closed once all have an answer or an error
}

// do sends commands together, and waits for their answers. The error is the first. When the context
// ends, what waits is not sent; what is on its way may still be done. A context that is canceled before its
// deadline does not end the wait for what was sent at once.
func (b *batcher) do(ctx context.Context, commands []*redis.Cmd) error {
	waits, err := b.join(ctx, commands)
	if err != nil {
		return err
	}
	if waits == nil {
		b.sendNow(ctx, commands)
		return firstError(commands)
	}
	select {
	case <-waits.done:
		return firstError(commands)
	case <-ctx.Done():
		b.leave(waits, commands)
		return ctx.Err()
	}
}

// join takes a free slot, or has commands wait in a pipeline.
func (b *batcher) join(ctx context.Context, commands []*redis.Cmd) (*pipeline, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken < b.slots {
		b.taken++
		return nil, nil //nolint:nilnil // no pipeline: a slot
	}
	if b.queued+len(commands) > maxQueued {
		return nil, errQueueFull
	}
	if n := len(b.waiting); n == 0 || len(b.waiting[n-1].commands)+len(commands) > maxPipeline {
		b.waiting = append(b.waiting, &pipeline{done: make(chan struct{})})
	}
	last := b.waiting[len(b.waiting)-1]
	last.commands = append(last.commands, commands...)
	if deadline, _ := ctx.Deadline(); deadline.After(last.until) {
		last.until = deadline
	}
	b.queued += len(commands)
	return last, nil
}

// leave takes commands out of a pipeline that was not sent yet.
func (b *batcher) leave(from *pipeline, commands []*redis.Cmd) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if from.sent {
		return
	}
	from.commands = slices.DeleteFunc(from.commands, func(cmd *redis.Cmd) bool { return slices.Contains(commands, cmd) })
	b.queued -= len(commands)
	if len(from.commands) == 0 {
		b.waiting = slices.DeleteFunc(b.waiting, func(other *pipeline) bool { return other == from })
	}
}

// sendNow sends commands by the slot that they have.
func (b *batcher) sendNow(ctx context.Context, commands []*redis.Cmd) {
	defer func() {
		if next := b.next(); next != nil {
			go b.drain(next)
		}
	}()
	b.send(ctx, commands)
}

// drain sends a pipeline, and those that wait, until none does.
func (b *batcher) drain(next *pipeline) {
	for ; next != nil; next = b.next() {
		b.sendOne(next)
	}
}

func (b *batcher) sendOne(p *pipeline) {
	defer close(p.done)
	ctx, cancel := context.WithDeadline(context.Background(), p.until)
	defer cancel()
	b.send(ctx, p.commands)
}

// next is the pipeline that the slot is for; without one it is free.
func (b *batcher) next() *pipeline {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.taken--
		return nil
	}
	next := b.waiting[0]
	b.waiting = slices.Delete(b.waiting, 0, 1)
	b.queued -= len(next.commands)
	next.sent = true
	return next
}

// free is how many slots are.
func (b *batcher) free() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.slots - b.taken
}

// errUnsent is the error of a command that the client gave neither an answer nor an error.
var errUnsent = errors.New("the command was not sent")

// firstError is that of some commands. That there is nothing to answer is none.
func firstError(commands []*redis.Cmd) error {
	for _, cmd := range commands {
		switch err := cmd.Err(); {
		case errors.Is(err, redis.Nil):
		case err != nil:
			return err
		case cmd.Val() == nil:
			return errUnsent
		}
	}
	return nil
}

// batchers has a batcher for each server, as one that gives no answers must hold up nothing that goes to
// others.
type batchers struct {
	db    *DB
	slots int

	mu       sync.Mutex
	byServer map[string]*batcher
}

func newBatchers(db *DB, slots int) *batchers {
	return &batchers{db: db, slots: slots, byServer: map[string]*batcher{}}
}

// do sends commands, those of each server together.
func (b *batchers) do(ctx context.Context, commands ...*redis.Cmd) error {
	parts, err := b.byAddress(ctx, commands)
	if err != nil {
		return err
	}
	errs := make(chan error, len(parts))
	for address, part := range parts {
		if len(parts) == 1 {
			return b.batcher(address).do(ctx, part)
		}
		go func() { errs <- b.batcher(address).do(ctx, part) }()
	}
	for range parts {
		err = cmp.Or(err, <-errs)
	}
	return err
}

// byAddress are commands by the address of the node of a cluster that has their keys.
func (b *batchers) byAddress(ctx context.Context, commands []*redis.Cmd) (map[string][]*redis.Cmd, error) {
	if _, is := b.db.client.(*redis.ClusterClient); !is {
		return map[string][]*redis.Cmd{"": commands}, nil
	}
	parts := map[string][]*redis.Cmd{}
	for _, cmd := range commands {
		server, err := b.db.serverOf(ctx, cmd.Args())
		if err != nil {
			return nil, err
		}
		address := server.Options().Addr
		parts[address] = append(parts[address], cmd)
	}
	return parts, nil
}

// batcher is that of a server. Those of servers that nothing goes to are forgotten when there is a new one.
func (b *batchers) batcher(address string) *batcher {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known, is := b.byServer[address]; is {
		return known
	}
	for other, batcher := range b.byServer {
		if batcher.free() == b.slots {
			delete(b.byServer, other)
		}
	}
	added := &batcher{send: b.send, slots: b.slots}
	b.byServer[address] = added
	return added
}

// send is how a batcher sends. Each command has an answer or an error of its own then.
func (b *batchers) send(ctx context.Context, commands []*redis.Cmd) {
	if len(commands) == 1 {
		_ = b.db.client.Process(ctx, commands[0])
		return
	}
	err := pipelined(ctx, b.db.client, commands...)
	if err == nil || isReply(err) {
		return
	}
	for _, cmd := range commands {
		if cmd.Err() == nil && cmd.Val() == nil {
			cmd.SetErr(err)
		}
	}
}

// pipelined sends commands in one pipeline. The error is the first of any command.
func pipelined[C redis.Cmder](ctx context.Context, client redis.Cmdable, commands ...C) error {
	_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, cmd := range commands {
			_ = pipe.Process(ctx, cmd) // it only queues
		}
		return nil
	})
	return err
}
