// Package redisstore keeps the project's state in Redis: every key and every script stands here.
//
//	db, err := redisstore.Open("redis://localhost:6379/0")
//	...
//	defer db.Close()
//	engine, err := ivr.New(ivr.Config{Store: db.Calls(), ...})
//
// One DB has the stores of all packages:
//
//   - [DB.Calls], [DB.CallsInTime]: calls under way ([ivr.Store])
//   - [DB.Lines]: lines with their PINs, failures, history and validations ([pins.Store],
//     [pins.CallerStore], [pins.Registry], [pins.Validations])
//   - [DB.Features]: settings of calling features ([features.Store])
//   - [DB.Outbox]: changes of these that wait for the operator's switch ([provisioning.Store]);
//     [DB.Events]: the same for the operator to look at and to repeat
//   - [DB.Accounts]: accounts, the failures to prove them, enrollments ([accounts.Store],
//     [accounts.Attempts], [accounts.Enrollments])
//   - [DB.Deliveries]: deliveries of codes, notices and validations ([deliveries.Store],
//     [deliveries.Phones]); [DB.Notices]: notices that are due ([deliveries.Due])
//   - [DB.Agents]: profiles of repair agents ([agents.Store]); [DB.SignIn]: their sessions and
//     the failures to sign in ([signin.Store], [signin.Attempts]); [DB.Desk]: validations by
//     calls ([repair.Store])
//   - [DB.Audit]: who did what ([audit.Store]); [DB.Keys]: keys to the API ([apikey.Store])
//
// They may share a Redis with other programs: every key begins with "uc:" (keys.go lists them all,
// with their lifetimes), but those of package queue, which uses [DB.Client]. Commands share
// connections (batcher.go).
//
// # What may be relied on
//
// Each method is one step: a script, which the server runs whole or not at all, however many
// servers of ours there are. A change of a feature takes two, as the outbox is elsewhere; see
// [Outbox] for why that loses nothing. An account number is likewise elsewhere than its account, and
// a delivery elsewhere than its limits and the index of what is unfinished: see [Accounts] and [Deliveries].
// Time comes from the caller, never from Redis; Redis' own expiry only sweeps up later. Records
// carry their version: one of a newer release is left alone ([storage.ErrNewer]), and so is garbage
// ([storage.ErrDamaged]), but for a call's, which is dropped, so that its caller can start over, and that
// of a line's failures, which a reset drops. A session that can't be read is none.
//
// An operation ends within a second, and within its context; one that takes an account number
// ends within three, and each round trip of Begin, of a call that the release before began, of Create,
// Update and Unfinished of deliveries, and of List of agents, within one. After an error nobody knows whether it took effect; all but
// Validate, Reset, Unlock, Remove, Append, AddKey, a change of a feature without a turn, Update
// of a delivery, and Count, Release and Delete of sign-ins can simply be run again. Errors never
// hold the URL, nor anything that was to be stored. They don't say what was attempted: the packages
// of the domain add that.
//
// The scripts run on Redis 7 or newer, alone, behind sentinels or as a cluster, where all keys
// of a script have the same hash tag; and on miniredis, for the demo and for tests.
package redisstore

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ErrURL is Open's refusal. It never quotes the URL, nor what a parser said of it, as a
// password that isn't escaped can turn up in any part of it.
var ErrURL = errors.New("want redis[s]://[user:password@]host[:port][/database], " +
	"with addr= for more cluster nodes or master_name= for a sentinel, and %XX for special characters")

// How long things may take. A caller waits in silence meanwhile.
const (
	operationTime = time.Second            // one operation, retries and queues included; see OpenWithin
	dialTime      = 500 * time.Millisecond // a connection
	maxRetries    = 1                      // of a command that met a broken connection
	retryPause    = 5 * time.Millisecond
)

// onePool has pipelines and single commands share connections.
const onePool = -1

// DB is a Redis that holds the project's data. Any number of goroutines may use it.
type DB struct {
	*shared
	gate          Gate
	withoutEvents bool
}

// A Gate is between the stores and Redis. It is given what an operation asks of Redis in one step, and either does
// it or returns an error in its place. Operations are named by store and method, such as "Lines.Admit"; the steps
// of one that has several have names of their own.
type Gate func(ctx context.Context, operation string, do func() error) error

// Through is the same database, whose stores ask Redis through a gate. It is for tests.
func (db *DB) Through(gate Gate) *DB { return &DB{db.shared, gate, db.withoutEvents} }

// WithoutEvents is the same database, for a server that knows of nobody who takes its events: when
// 1000 of a line wait, a change drops the oldest of them, and isn't refused as a backlog. It drops none
// that another server may deliver yet: none of a line of which an event was ever delivered, and none while
// partitions were claimed in the last 30 days.
func (db *DB) WithoutEvents() *DB { return &DB{db.shared, db.gate, true} }

// shared is what all stores of a database have in common.
type shared struct {
	client  redis.UniversalClient
	clocks  *clocks
	failing alarm         // set off where the client knows too little of a cluster
	within  time.Duration // for one operation
	// submit sends commands, together with those of other goroutines where no slot is free. What its
	// context gives up may still be done.
	submit  func(context.Context, ...*redis.Cmd) error
	aside   func(context.Context, ...*redis.Cmd) error // the same, of what goes aside
	marked  chan struct{}                              // receives after notices were stored; holds one
	durable durable
	doubted doubted

	noticeReplaced func(context.Context) // see OnNoticeReplaced

	background context.Context    // of what runs in the background
	stop       context.CancelFunc // ends it
	running    sync.WaitGroup
}

// Open prepares the use of the Redis at a URL; connections are made when they are needed,
// so it says nothing of whether Redis is there: see [DB.Ping]. The forms are
//
//	redis://user:password@host:6379/0               a single server
//	redis://host1:7000?addr=host2:7000&addr=...     a cluster, by some of its nodes
//	redis+cluster://host:7000                       a cluster, by one of its nodes
//	redis://sentinel1:26379?master_name=main&addr=sentinel2:26379
//	                                                a server that sentinels watch over;
//	                                                before the @ stands the sentinels' password,
//	                                                username= and password= are the server's
//
// and the same with rediss for TLS. Other parameters are go-redis' own (pool_size=...), but
// for the time-outs, which are fixed: an operation ends within a second, whatever Redis does.
// The error is [ErrURL].
func Open(address string) (*DB, error) { return OpenWithin(address, operationTime) }

// OpenWithin is Open where an operation may take another time than a second. It is for
// tests, on machines that are busy with other tests.
func OpenWithin(address string, within time.Duration) (*DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, ErrURL
	}
	clocks, failing := newClocks(), newAlarm()
	client, err := connect(u, within, clocks, failing)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	db := &DB{shared: &shared{
		client: client, clocks: clocks, failing: failing, within: within,
		marked: make(chan struct{}, 1), background: ctx, stop: stop,
	}}
	db.submit, db.aside = newBatchers(db, slots).do, newBatchers(db, asideSlots).do
	db.every(sampleEvery, db.sampleClocks)
	if cluster, ok := client.(*redis.ClusterClient); ok {
		db.running.Go(func() { db.followCluster(ctx, cluster) })
	}
	return db, nil
}

// every does something again and again until the client is closed.
func (db *DB) every(pause time.Duration, do func(context.Context)) {
	db.running.Go(func() {
		ticker := time.NewTicker(pause)
		defer ticker.Stop()
		for {
			select {
			case <-db.background.Done():
				return
			case <-ticker.C:
				do(db.background)
			}
		}
	})
}

// connect chooses the kind of client by the form of the URL.
func connect(u *url.URL, within time.Duration, clocks *clocks, failing alarm) (redis.UniversalClient, error) {
	switch {
	case u.Scheme == "redis+cluster" || u.Scheme == "rediss+cluster":
		u.Scheme = u.Scheme[:len(u.Scheme)-len("+cluster")]
		return cluster(u, within, clocks, failing)
	case u.Scheme != "redis" && u.Scheme != "rediss":
		return nil, ErrURL
	case u.Query().Has("master_name"):
		return sentinel(u, within, clocks)
	case u.Query().Has("addr"):
		return cluster(u, within, clocks, failing)
	}
	return single(u, within, clocks)
}

func single(u *url.URL, within time.Duration, clocks *clocks) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, ErrURL
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = dialTime, within, within, within
	o.DialerRetries, o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 1, maxRetries, retryPause, retryPause
	o.ContextTimeoutEnabled, o.DisableIdentity, o.Protocol = true, true, 2
	o.PipelinePoolSize = onePool
	o.MaintNotificationsConfig, o.OnConnect = quiet(), clocks.onConnect(o.Addr)
	return redis.NewClient(o), nil
}

// failoverAddress is the address that the client says it has when sentinels name that of its server.
const failoverAddress = "FailoverClient"

func sentinel(u *url.URL, within time.Duration, clocks *clocks) (redis.UniversalClient, error) {
	o, err := redis.ParseFailoverURL(u.String())
	if err != nil {
		return nil, ErrURL
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = dialTime, within, within, within
	o.DialerRetries, o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 1, maxRetries, retryPause, retryPause
	o.ContextTimeoutEnabled, o.DisableIdentity, o.Protocol = true, true, 2
	o.PipelinePoolSize = onePool
	o.OnConnect = clocks.onConnect(failoverAddress)
	return redis.NewFailoverClient(o), nil
}

// quiet keeps the client from asking every new connection for notices of maintenance.
func quiet() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// Ping says whether Redis can be reached, within a second: of a cluster, every master.
func (db *DB) Ping(ctx context.Context) error {
	err := db.eachServer(ctx, func(ctx context.Context, server *redis.Client) error { return server.Ping(ctx).Err() })
	if err != nil {
		return explain(err)
	}
	return nil
}

// Within is how long one operation may take.
func (db *DB) Within() time.Duration { return db.within }

// Client is the connection itself, for a library that keeps records of its own in the same
// Redis: that of package queue. Close closes it.
func (db *DB) Client() redis.UniversalClient { return db.client }

// Close ends all connections. Operations under way fail.
func (db *DB) Close() error {
	db.stop()
	err := db.client.Close()
	db.running.Wait()
	return err
}

// batch is how many lines go to Redis at once. More are no faster, and would take longer
// than an operation should on a slow machine.
const batch = 200

// runEach runs a script once for each of the commands, all in one round trip, and none of
// them twice, as the second answer would be wrong. Those whose server doesn't know the
// script yet go in a second round trip, with its text, and so do those that came too late by a clock
// that was set.
func (db *DB) runEach(ctx context.Context, s script, commands [][]any) ([]any, error) {
	return pass(ctx, db, s.operation, func() ([]any, error) { return db.runEachNow(ctx, s, commands) })
}

func (db *DB) runEachNow(ctx context.Context, s script, commands [][]any) ([]any, error) {
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
	alone := make([]once, len(commands))
	for i, cmd := range commands {
		alone[i] = once{cmd}
	}
	err := pipelined(ctx, db.client, alone...)
	if unknownScript(err) || isLate(err) {
		return nil
	}
	return err
}
