package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/queue"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// How often Redis is written to, to see whether it takes that, and looked at; and how long after it came back
// operations can still fail that were begun before.
const (
	writeEvery = time.Second
	lookEvery  = 30 * time.Second
	settleFor  = 30 * time.Second
)

// redisWatch looks after the Redis of a server: it refuses one that can't be worked with, and tells
// the log and the metrics how data can be lost in it, and when it is away or takes no writes. Any number of goroutines
// may use it.
type redisWatch struct {
	db       *redisstore.DB
	keys     secret.Keyring
	now      func() time.Time
	log      *slog.Logger
	embedded bool // the demo's, of which nothing is expected

	durability redisstore.Durability // that is required

	writing sync.Mutex // held while Redis is written to
	wrote   time.Time  // when that began last
	refused error      // of that

	mu       sync.Mutex
	checked  bool
	away     time.Time // since when it can't be used; zero: it can
	trouble  string    // what is the matter then
	back     time.Time // when it came back last
	servers  []redisstore.ServerInfo
	missing  []string        // rights
	reported map[string]bool // findings that are in the log

	unsure atomic.Int64 // changes that may not last
}

func newRedisWatch(c config, o outside) *redisWatch {
	w := &redisWatch{db: o.db, keys: c.SecretKeys, now: o.now, log: o.log, embedded: o.embedded,
		durability: c.Durability, reported: map[string]bool{}}
	if c.Durability != "" {
		o.db.Require(c.Durability, w.noteUnsure)
	}
	return w
}

// noteUnsure counts a change, of a key of such a form, that was made and may not last.
func (w *redisWatch) noteUnsure(key string, cause error) {
	w.unsure.Add(1)
	w.log.Warn("a change was made that may not last", slog.String("key", key),
		slog.String("durability", string(w.durability)), slog.Any("cause", cause))
}

// start checks the Redis before anything is served. One that is away is checked when it is back,
// by run: callers get an apology meanwhile, which is better than nobody who answers. The error is
// that the Redis can't be worked with.
func (w *redisWatch) start(ctx context.Context) error {
	err := w.check(ctx)
	if errors.Is(err, redisstore.ErrUnanswered) {
		w.note(err)
		return nil
	}
	if err == nil {
		_ = w.writable(ctx, time.Now())
	}
	return err
}

// run watches until the context ends. The error is that a Redis that was away at the start can't
// be worked with.
func (w *redisWatch) run(ctx context.Context) error {
	write, look := time.NewTicker(writeEvery), time.NewTicker(lookEvery)
	defer write.Stop()
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-write.C:
			_ = w.writable(ctx, time.Now())
			if w.isChecked() || w.isAway() {
				continue
			}
			if err := w.check(ctx); err != nil && !errors.Is(err, redisstore.ErrUnanswered) {
				return err
			}
		case <-look.C:
			if err := w.look(ctx); err != nil && ctx.Err() == nil {
				background(w.log).Warn("Redis could not be looked at", slog.Any("cause", err))
			}
		}
	}
}

// check says whether the Redis can be worked with: whether its user has all rights, nothing is
// evicted, and the secret keys are those of its data.
func (w *redisWatch) check(ctx context.Context) error {
	if !w.embedded {
		if err := w.look(ctx); err != nil {
			return err
		}
		if err := w.refusal(); err != nil {
			return err
		}
	}
	lacking, err := checkSecretKeys(ctx, w.db, w.keys)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		w.log.Warn("SECRET_KEYS lacks keys that were in use: what is still under them can't be read",
			slog.String("keys", strings.Join(lacking, ", ")))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked = true
	return nil
}

// look looks at all servers and rights, and tells the log what is new.
func (w *redisWatch) look(ctx context.Context) error {
	if w.embedded {
		return nil
	}
	missing, err := w.db.Missing(ctx, slices.Concat(redisstore.Commands(), w.db.DurabilityCommands(), queue.Commands()))
	if err != nil {
		return err
	}
	servers, err := w.db.Servers(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.servers == nil {
		for _, s := range servers {
			w.log.Info("Redis", slog.String("server", s.Address), slog.String("version", s.Version), slog.String("persistence", persistence(s)),
				slog.String("maxmemory_policy", s.Eviction), slog.Int64("maxmemory", s.MaxMemory), slog.Int("replicas", s.Replicas))
		}
	}
	w.servers, w.missing = servers, missing
	w.tell()
	return nil
}

// tell warns of each finding once, until it is gone.
func (w *redisWatch) tell() {
	found := map[string]bool{}
	warn := func(key, message string, attributes ...any) {
		if found[key] = true; !w.reported[key] {
			w.log.Warn(message, attributes...)
		}
	}
	for _, s := range w.servers {
		for _, finding := range s.Findings() {
			attributes := []any{slog.String("server", s.Address), slog.String("finding", string(finding))}
			if finding == redisstore.NotLookedAt {
				attributes = append(attributes, slog.String("unknown", strings.Join(s.Unknown, ", ")))
			}
			if finding == redisstore.NotDurable {
				attributes = append(attributes, slog.String("durability", string(s.Required)))
			}
			warn(s.Address+" "+string(finding), redisstore.Findings[finding], attributes...)
		}
	}
	for _, right := range w.missing {
		warn(right, "the user of Redis lacks a right", slog.String("right", right))
	}
	w.reported = found
}

// refusal is the reason why the Redis can't be worked with, as it was looked at last.
func (w *redisWatch) refusal() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.missing) > 0 {
		return usage(fmt.Errorf("REDIS_URL: the user may not do all that is needed: it lacks the right %s; "+
			"README.md says what a user of its own needs", strings.Join(w.missing, ", and ")))
	}
	for _, s := range w.servers {
		if slices.Contains(s.Findings(), redisstore.Evicts) {
			return usage(fmt.Errorf("REDIS_URL: the server at %s has maxmemory-policy %s: %s", s.Address, s.Eviction, redisstore.Findings[redisstore.Evicts]))
		}
	}
	return nil
}

// persistence says in a word how a server keeps its data on disk.
func persistence(s redisstore.ServerInfo) string {
	switch {
	case slices.Contains(s.Unknown, "aof_enabled"):
		return "unknown"
	case !s.AppendOff:
		return strings.TrimSuffix("append-only "+s.Fsync, " ")
	case s.Snapshots == "off":
		return "none"
	}
	return "snapshots"
}

// note takes down whether Redis can be used. The log gets a line when that changes.
func (w *redisWatch) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case errors.Is(err, context.Canceled): // nobody knows
	case err != nil:
		if w.away.IsZero() {
			w.away = w.now()
		}
		if trouble := troubleOf(err); trouble != w.trouble {
			w.trouble = trouble
			w.log.Error(trouble+": callers hear an apology", slog.Any("cause", err))
		}
	case !w.away.IsZero():
		w.log.Info("Redis is back", slog.Duration("after", w.now().Sub(w.away).Round(time.Millisecond)))
		w.away, w.trouble, w.back = time.Time{}, "", w.now()
	}
}

// troubleOf says what is the matter with a Redis that can't be written to, for everybody to read.
func troubleOf(err error) string {
	if why := redisstore.NoWrites(err); why != "" {
		return "Redis takes no writes (" + why + ")"
	}
	return "Redis is away"
}

func (w *redisWatch) isAway() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.away.IsZero()
}

func (w *redisWatch) isChecked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.checked
}

// troubled says whether Redis can't be used, or couldn't until a moment ago. If nothing is known of that it
// writes, which takes a second at most.
func (w *redisWatch) troubled() bool {
	if asked := time.Now(); !w.isAway() {
		_ = w.writable(context.Background(), asked)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.away.IsZero() || !w.back.IsZero() && w.now().Sub(w.back) < settleFor
}

// writable says whether Redis takes writes, by one that began after since: many may ask at once.
func (w *redisWatch) writable(ctx context.Context, since time.Time) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if w.wrote.After(since) {
		return w.refused
	}
	began := time.Now()
	err := w.db.Writable(ctx)
	if ctx.Err() == nil { // else who asked gave up, which says nothing to others
		w.wrote, w.refused = began, err
		w.note(err)
	}
	return err
}

// background is the log of what runs by itself, again and again. What it can't do since Redis is
// away or takes no writes it tells at level debug, as redisWatch tells of that once.
func background(log *slog.Logger) *slog.Logger { return slog.New(quiet{log.Handler()}) }

type quiet struct{ slog.Handler }

// Handle implements [slog.Handler].
func (q quiet) Handle(ctx context.Context, record slog.Record) error {
	record.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && errors.Is(err, redisstore.ErrUnanswered) {
			record.Level = slog.LevelDebug
		}
		return true
	})
	if !q.Enabled(ctx, record.Level) {
		return nil
	}
	return q.Handler.Handle(ctx, record)
}

// WithAttrs implements [slog.Handler].
func (q quiet) WithAttrs(attributes []slog.Attr) slog.Handler {
	return quiet{q.Handler.WithAttrs(attributes)}
}

// WithGroup implements [slog.Handler].
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }

// checkSecretKeys refuses secret keys that are not those of the data in a Redis, and returns the
// ids of keys that were in use and are not among them.
func checkSecretKeys(ctx context.Context, db *redisstore.DB, keys secret.Keyring) (lacking []string, err error) {
	lacking, err = db.CheckSecretKeys(ctx, keys, func(ctx context.Context) error { return opensStored(ctx, db, keys) })
	if errors.Is(err, redisstore.ErrSecretKeys) {
		return nil, usage(err)
	}
	return lacking, err
}

// opensStored says whether keys open what a release has stored that kept no check of its keys: the
// audit, or else one account of some.
func opensStored(ctx context.Context, db *redisstore.DB, keys secret.Keyring) error {
	head, err := db.Audit().Head(ctx)
	if err != nil {
		return err
	}
	if len(head) > 0 {
		err := audit.New(audit.Config{Store: db.Audit(), Keys: keys}).Opens(ctx)
		if errors.Is(err, audit.ErrUnreadable) { // it is damaged, or of a newer release
			return nil
		}
		return err
	}
	store := db.Accounts()
	some, err := store.Some(ctx)
	if err != nil {
		return err
	}
	all, err := accounts.New(accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: keys})
	if err != nil {
		return err
	}
	var unread error
	for _, id := range some {
		if _, err = all.ByID(ctx, id); err == nil {
			return nil
		}
		if errors.Is(err, redisstore.ErrUnanswered) || errors.Is(err, storage.ErrUnreadable) {
			unread = err
		}
	}
	return unread
}
