package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/durability"
)

// A Durability is what is asked of Redis before a change is confirmed whose loss a customer or the
// company would notice: of PINs, codes, features, accounts and agents, resets and unlocks, keys of
// the API, and the audit.
type Durability string

const (
	// Memory asks nothing: the change is in the memory of the server. A fail-over loses what
	// the new master hadn't got, and a crash what the disk hadn't.
	Memory Durability = "memory"
	// Replica asks that one replica has the change in its memory, within proofTime: WAIT. Where
	// a master has several, a fail-over can still choose one that lacks it.
	Replica Durability = "replica"
	// Disk asks that the change is on the server's disk, within proofTime: WAITAOF; before Redis
	// 7.2 its settings are asked for. Both need appendonly yes and appendfsync always, by which a
	// server writes to its disk before it answers: with everysec that takes up to a second.
	Disk Durability = "disk"
)

const (
	proofTime = 300 * time.Millisecond
	markFor   = time.Second
)

// durable is how changes are made durable. The zero value is for Memory.
type durable struct {
	level  Durability
	unsure func(key string, cause error) // told of each change in doubt
	places chan struct{}                 // what waits at once: each keeps a connection meanwhile
	within time.Duration                 // how long a proof may take
	old    atomic.Bool                   // a server doesn't know WAITAOF
}

// Require has changes confirmed only once they are as durable as that. One for which this can't be
// had stands all the same: its context is told, see package durability, and so is unsure, with the
// form of the key that was changed, as docs/keys.md names it, and with the cause. They hold nothing of
// the change. It is for a program's start, before anything else.
//
// Each script of a change takes up to 0.3 seconds more then; that of a PIN has two, with its notice. At most half of the connections of
// the pool wait for replicas and disks at once, so that nothing else waits for them.
func (db *DB) Require(level Durability, unsure func(key string, cause error)) {
	size := 0
	switch client := db.client.(type) {
	case *redis.ClusterClient:
		size = client.Options().PoolSize
	case *redis.Client:
		size = client.Options().PoolSize
	}
	db.durable.level, db.durable.unsure, db.durable.within = level, unsure, proofTime
	db.durable.places = make(chan struct{}, max(size/2, 1))
	if db.durable.waits() {
		db.every(announceAgainEvery, db.announceAgain)
	}
}

// DurabilityCommands are examples of the commands that this takes besides [Commands], without those that
// a server may not know.
func (db *DB) DurabilityCommands() [][]any {
	if db.durable.level == Replica {
		return [][]any{{"wait", 0, 1}}
	}
	return nil
}

// waits says whether there is anything to wait for.
func (d *durable) waits() bool { return d.level == Replica || d.level == Disk }

// proof is the command whose answer says whether all is durable that its connection has written.
func (d *durable) proof() []any {
	switch {
	case d.level == Replica:
		return []any{"wait", 1, d.within.Milliseconds()}
	case d.old.Load():
		return []any{"config", "get", "append*"}
	}
	return []any{"waitaof", 1, 0, d.within.Milliseconds()}
}

// proved says what the answer to a proof says.
func (d *durable) proved(answer any) bool {
	switch answer := answer.(type) {
	case int64: // WAIT: how many replicas
		return answer > 0
	case []any:
		if len(answer) == 2 { // WAITAOF: on the disk of the server, and of how many replicas
			local, _ := answer[0].(int64)
			return local > 0
		}
		settings := map[any]any{}
		for i := 1; i < len(answer); i += 2 {
			settings[answer[i-1]] = answer[i]
		}
		return settings["appendonly"] == "yes" && settings["appendfsync"] == "always"
	}
	return false
}

// lasting sends a command that runs a script which must last, and what proves that, on one connection to
// one server. Before the proof it writes a little: a script that finds its work done writes nothing, and
// the proof would be of what this connection wrote before. After a broken connection it does
// all of it again if the script may run twice, since another server may be the master by now.
//
// The context is that of the operation; whole is that of all.
func (db *DB) lasting(ctx, whole context.Context, cmd *redis.Cmd, twice bool) error {
	select {
	case db.durable.places <- struct{}{}:
		defer func() { <-db.durable.places }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ends, _ := ctx.Deadline()
	whole, cancel := context.WithDeadline(whole, ends.Add(db.durable.within))
	defer cancel()
	done := false
	for tries := 1; ; {
		sent := redis.NewCmd(ctx, cmd.Args()...)
		server, err := db.serverOf(ctx, cmd.Args())
		if err == nil {
			err = db.prove(whole, server, sent)
		}
		answered := sent.Val() != nil // else the error is that of the script
		if answered {
			cmd.SetVal(sent.Val())
			done = true
		}
		switch {
		case err == nil:
			return nil
		case !answered && db.moved(whole, err):
			continue
		case !done && redis.HasErrorPrefix(err, "ASK"): // the slot is being moved: the client follows, and nothing is proved
			if err := db.client.Process(ctx, once{cmd}); err != nil {
				return err
			}
			done = true
		case twice && !isReply(err) && tries <= maxRetries && whole.Err() == nil:
			tries++
			continue
		case !done:
			return err
		}
		durability.Tell(whole)
		key, _ := cmd.Args()[firstKey].(string)
		kind, _ := KindOf(key)
		db.durable.unsure(kind.Name, err)
		return nil
	}
}

// prove sends a script's command and has it proved. Without an answer of the script, the error is that of
// the script; else it is what proves nothing.
func (db *DB) prove(ctx context.Context, server *redis.Client, sent *redis.Cmd) error {
	key, _ := sent.Args()[firstKey].(string)
	mark := redis.NewCmd(ctx, "set", markKey(key), "", "px", markFor.Milliseconds())
	proof := redis.NewCmd(ctx, db.durable.proof()...)
	err := pipelined(ctx, server, once{sent}, once{mark}, once{proof})
	if sent.Val() == nil {
		return cmp.Or(sent.Err(), err)
	}
	if isUnknownCommand(proof.Err()) && !db.durable.old.Swap(true) {
		proof = redis.NewCmd(ctx, db.durable.proof()...)
		_ = server.Process(ctx, proof)
	}
	switch {
	case proof.Err() != nil:
		return fmt.Errorf("ask whether a change will last: %w", proof.Err())
	case mark.Err() != nil:
		return fmt.Errorf("mark a change: %w", mark.Err())
	case !db.durable.proved(proof.Val()):
		return notProved
	}
	return nil
}

// notProved is what Redis answered, so nothing is asked again.
const notProved = proofError("the change is not on a replica, or not on the disk, in time")

type proofError string

func (p proofError) Error() string { return string(p) }

// RedisError marks it as an answer of Redis.
func (proofError) RedisError() {}

func isUnknownCommand(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "ERR unknown command")
}

// movedPause is for how long a cluster is given to say which server has a key by now.
const movedPause = 20 * time.Millisecond

// moved says whether another server of a cluster has the key, and time is left to find out which.
func (db *DB) moved(ctx context.Context, err error) bool {
	cluster, is := db.client.(*redis.ClusterClient)
	if !is || !redis.HasErrorPrefix(err, "MOVED") {
		return false
	}
	cluster.ReloadState(ctx)
	select {
	case <-ctx.Done():
		return false
	case <-time.After(movedPause):
		return true
	}
}

// markKey holds nothing, in the slot of another key: a string. It lives for markFor.
func markKey(key string) string {
	_, tag, found := strings.Cut(key, "{")
	tag, _, closed := strings.Cut(tag, "}")
	if !found || !closed || tag == "" {
		tag = key
	}
	return "uc:lasting:{" + tag + "}"
}

// eachLasting runs a script that must last once for each of the commands, some at a time.
func (db *DB) eachLasting(ctx context.Context, s script, commands [][]any) ([]any, error) {
	answers, wrong := make([]any, len(commands)), make([]error, len(commands))
	places := make(chan struct{}, cap(db.durable.places))
	var all sync.WaitGroup
	for i, command := range commands {
		places <- struct{}{}
		all.Go(func() {
			answers[i], wrong[i] = db.send(ctx, s, command, false)
			<-places
		})
	}
	all.Wait()
	if err := cmp.Or(wrong...); err != nil {
		return nil, err
	}
	return answers, nil
}

const (
	// doubtFor is how long what may not last is proved again: a server that took it without its
	// replica is gone by then, or the replica is there.
	doubtFor = 10 * time.Minute
	// mostDoubted bounds the partitions that are remembered: more are announced once, as all are.
	mostDoubted = 10_000
	// announceAgainEvery is the pause between two announcements of the partitions in doubt.
	announceAgainEvery = 2 * time.Second
)

// doubted are partitions whose announcement may be lost in a fail-over, by what stands in another slot of a
// cluster and lasts: nobody would look there. The zero value is ready for use.
type doubted struct {
	mu         sync.Mutex
	partitions map[doubtedPartition]doubtedSince
}

// doubtedSince is when a partition was announced, by the clock of those who announce and by the machine's.
type doubtedSince struct{ announced, real time.Time }

type doubtedPartition struct {
	of   partitions
	name string
}

func (d *doubted) add(of partitions, now time.Time, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	partition := doubtedPartition{of, name}
	if _, known := d.partitions[partition]; known || len(d.partitions) >= mostDoubted {
		return
	}
	if d.partitions == nil {
		d.partitions = map[doubtedPartition]doubtedSince{}
	}
	d.partitions[partition] = doubtedSince{now, time.Now()}
}

// all are the partitions in doubt.
func (d *doubted) all() map[doubtedPartition]doubtedSince {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.partitions)
}

func (d *doubted) remove(partition doubtedPartition) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.partitions, partition)
}

// announceAgain announces the partitions in doubt, each until its announcement lasts.
func (db *DB) announceAgain(ctx context.Context) {
	for partition, since := range db.doubted.all() {
		passed := time.Since(since.real)
		_, lasts, err := partition.of.announceOnce(ctx, partition.name, since.announced.Add(passed))
		if err == nil && lasts || passed > doubtFor {
			db.doubted.remove(partition)
		}
	}
}

// proveAgain asks once more whether what stands under some keys will last, if that is required, and
// tells the context if it may not.
func (db *DB) proveAgain(ctx context.Context, keys ...string) error {
	if !db.durable.waits() {
		return nil
	}
	for _, key := range keys {
		if _, err := db.run(ctx, nothing, []string{key}); err != nil {
			return err
		}
	}
	return nil
}

// nothing changes nothing. What proves that it lasts proves the same of all that its server was told before.
var nothing = newWrite("prove", `return 1`).lasts()
