package redisstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/storage"
)

// slack is how much longer than the logical lifetime Redis keeps a key: clocks differ, and
// a turn may be under way while its call expires.
const slack = 10 * time.Minute

// script is a Lua script that the server runs as one step.
type script struct {
	operation  string // that it is run for, see [Gate]
	text, hash string
	write      bool // see newWrite
	lasting    bool // see lasts
	apart      bool // see aside
}

// newScript makes a script that may run at any time: one that reads, or whose writing is right however
// late it comes. docs/decisions/0006 has all that write, with the reason of each.
func newScript(operation, text string) script {
	return script{operation: operation, text: text, hash: redis.NewScript(text).Hash()}
}

// newWrite makes a script that changes nothing once its caller was told that it failed. Its text sees
// nothing of that: see lateLua.
func newWrite(operation, text string) script {
	s := newScript(operation, lateLua+text)
	s.write = true
	return s
}

// of is the same script, run for another operation.
func (s script) of(operation string) script {
	s.operation = operation
	return s
}

// lasts makes a script one of a change that people rely on: see [Durability].
func (s script) lasts() script {
	s.lasting = true
	return s
}

// aside makes a script one of the many that go on by themselves: when Redis is slow, nothing that a caller
// waits for waits for them.
func (s script) aside() script {
	s.apart = true
	return s
}

// firstKey is where the first key stands in a command that runs a script.
const firstKey = 3

// byHash is the command that runs the script if the server knows it. It has room for what timed adds.
func (s script) byHash(keys []string, args ...any) []any {
	command := make([]any, 0, firstKey+len(keys)+len(args)+1)
	command = append(command, "evalsha", s.hash, len(keys))
	for _, key := range keys {
		command = append(command, key)
	}
	return append(command, args...)
}

// byText makes a command of byHash one that always runs, and makes the script known.
func (s script) byText(command []any) []any {
	return append([]any{"eval", s.text}, command[2:]...)
}

// run runs a script. After a broken connection it may run twice, so a second run with the
// same arguments must change nothing more. One of newScript may still run after its caller gave up.
func (db *DB) run(ctx context.Context, s script, keys []string, args ...any) (any, error) {
	return pass(ctx, db, s.operation, func() (any, error) { return db.send(ctx, s, s.byHash(keys, args...), true) })
}

// runInto is run of a script whose answer has parts, each of which is read as parseFields does.
func (db *DB) runInto(ctx context.Context, s script, keys []string, args []any, into ...any) error {
	answer, err := db.run(ctx, s, keys, args...)
	if err != nil {
		return err
	}
	return parseFields(answer, into...)
}

// sound returns a value, or none with an error.
func sound[T any](value T, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return value, nil
}

// runOnce runs a script at most once; after a broken connection nobody knows whether it ran.
func (db *DB) runOnce(ctx context.Context, s script, keys []string, args ...any) (any, error) {
	return pass(ctx, db, s.operation, func() (any, error) { return db.send(ctx, s, s.byHash(keys, args...), false) })
}

// pass does what an operation asks of Redis, if the gate lets it.
func pass[T any](ctx context.Context, db *DB, operation string, do func() (T, error)) (answer T, err error) {
	if db.gate == nil {
		return do()
	}
	err = db.gate(ctx, operation, func() (err error) {
		answer, err = do()
		return err
	})
	return answer, err
}

// once is a command that the client doesn't repeat.
type once struct{ *redis.Cmd }

// NoRetry is how the client asks.
func (once) NoRetry() bool { return true }

// attempts are how often a script is sent at most: by its hash; by its text, where the server doesn't
// know it yet; and once more where its clock was set, or another server has the key by now.
const attempts = 3

// send runs a script, twice at most after a broken connection, or once.
func (db *DB) send(whole context.Context, s script, command []any, twice bool) (any, error) {
	ctx, cancel := context.WithTimeout(whole, db.within)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var cmd *redis.Cmd
	for range attempts {
		timer := timer{db: db}
		sent, err := timer.timed(ctx, s, command)
		if err == nil {
			cmd = redis.NewCmd(ctx, sent...)
			err = db.sendTimed(ctx, whole, s, cmd, twice)
		}
		switch {
		case unknownScript(err):
			command = s.byText(command)
		case isLate(err):
			db.forgetClock(ctx, command)
		case err != nil:
			return nil, db.explain(err)
		default:
			return cmd.Val(), nil
		}
	}
	return nil, db.explain(cmd.Err())
}

// sendTimed sends a script's command, and waits until what lasts is as durable as is required.
func (db *DB) sendTimed(ctx, whole context.Context, s script, cmd *redis.Cmd, twice bool) error {
	switch {
	case s.lasting && db.durable.waits():
		return db.lasting(ctx, whole, cmd, twice)
	case twice && s.apart:
		return db.aside(ctx, cmd)
	case twice:
		return db.submit(ctx, cmd)
	}
	return db.client.Process(ctx, once{cmd})
}

// ask sends commands in one round trip, together with those of others. Each may be carried out twice, and after
// its caller gave up, so they read, or write what may be written so (docs/decisions/0006). The answer of what is
// not there is nil.
func (db *DB) ask(ctx context.Context, operation string, commands ...[]any) ([]any, error) {
	return pass(ctx, db, operation, func() ([]any, error) { return db.askNow(ctx, commands) })
}

// askOne is ask of one command.
func (db *DB) askOne(ctx context.Context, operation string, command ...any) (any, error) {
	answers, err := db.ask(ctx, operation, command)
	if err != nil {
		return nil, err
	}
	return answers[0], nil
}

func (db *DB) askNow(ctx context.Context, commands [][]any) ([]any, error) {
	ctx, cancel := context.WithTimeout(ctx, db.within)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sent := make([]*redis.Cmd, len(commands))
	for i, command := range commands {
		sent[i] = redis.NewCmd(ctx, command...)
	}
	if err := db.submit(ctx, sent...); err != nil {
		return nil, db.explain(err)
	}
	answers := make([]any, len(sent))
	for i, cmd := range sent {
		answers[i] = cmd.Val()
	}
	return answers, nil
}

func unknownScript(err error) bool { return err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") }

// ErrUnanswered says that Redis can't be reached, does not answer in time, is not there for operations
// yet, or takes no writes, which [NoWrites] tells. The operation may have been carried out.
var ErrUnanswered = errors.New("no answer")

// isReply says whether an error is what Redis answered.
func isReply(err error) bool {
	_, ok := errors.AsType[redis.Error](err)
	return ok
}

// unanswered says whether an operation failed as Redis is away, or is starting or failing over, or
// came to it too late.
func unanswered(err error) bool {
	if isReply(err) {
		return slices.ContainsFunc([]string{"LOADING", "MASTERDOWN", "CLUSTERDOWN", "LATE"}, func(prefix string) bool {
			return redis.HasErrorPrefix(err, prefix)
		})
	}
	return !errors.Is(err, context.Canceled)
}

// refusals are the error codes of a Redis that takes no writes of anybody, with the reason.
var refusals = []struct{ code, why string }{
	{"READONLY", "read-only"},
	{"OOM", "full"},
	{"MISCONF", "its disk fails"},
	{"NOREPLICAS", "too few replicas"},
}

// NoWrites says in a word why Redis answered a write with this error, such as "full" or "read-only"; "": it
// did not answer, or is not ready yet.
func NoWrites(err error) string {
	if why := refusal(err); why != "" || !isReply(err) || unanswered(err) {
		return why
	}
	return "refused"
}

// refusal is why Redis takes no writes of anybody; "" if it does.
func refusal(err error) string {
	for _, refusal := range refusals {
		if redis.HasErrorPrefix(err, refusal.code) {
			return refusal.why
		}
	}
	return ""
}

// noWrites is the error of a Redis that takes no writes of anybody: [ErrUnanswered], as all goes on by itself
// once it does.
type noWrites struct{ cause error }

// Error implements error.
func (e noWrites) Error() string { return "it takes no writes: " + e.cause.Error() }

// Unwrap is for [errors.Is].
func (e noWrites) Unwrap() []error { return []error{ErrUnanswered, e.cause} }

// unauthenticated says whether Redis refuses the user or the password, or wants one.
func unauthenticated(err error) bool {
	return redis.HasErrorPrefix(err, "WRONGPASS") || redis.HasErrorPrefix(err, "NOAUTH")
}

// explain tells damaged and newer records, and a Redis that is away, from other errors.
func explain(err error) error {
	switch {
	case redis.HasErrorPrefix(err, "VERSION"):
		return storage.ErrNewer
	case redis.HasErrorPrefix(err, "GARBAGE"), strings.Contains(err.Error(), "WRONGTYPE"):
		return storage.ErrDamaged
	case unanswered(err):
		return fmt.Errorf("ask Redis: %w: %w", ErrUnanswered, err)
	case refusal(err) != "":
		return fmt.Errorf("ask Redis: %w", noWrites{err})
	case unauthenticated(err):
		return fmt.Errorf("ask Redis: the user or the password in REDIS_URL is wrong, or missing: %w", err)
	}
	return fmt.Errorf("ask Redis: %w", err)
}

// explain is [explain], and has the client look again which node of a cluster has which slots.
func (db *DB) explain(err error) error {
	if unanswered(err) || redis.HasErrorPrefix(err, "READONLY") {
		db.failing.set()
	}
	return explain(err)
}

// keep is how long Redis keeps what logically lives for d, in milliseconds.
func keep(d time.Duration) int64 { return (max(d, 0) + slack).Milliseconds() }

// LogTo sends what the Redis client has to say, such as each connection that it failed to
// make, to a log, at level debug: what matters of it is in the errors of the operations. The
// client has one log for the process, so this is for a program's start. It holds addresses,
// and never passwords or what is stored.
func LogTo(log *slog.Logger) { redis.SetLogger(clientLog{log}) }

type clientLog struct{ log *slog.Logger }

// Printf is how the client logs.
func (l clientLog) Printf(ctx context.Context, format string, args ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "Redis client", "said", fmt.Sprintf(format, args...))
	}
}
