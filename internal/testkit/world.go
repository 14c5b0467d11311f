package testkit

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// A World is what tests of a domain stand on: the stores of all domains on an embedded Redis of the test's
// own, a clock that stands until the test moves it, and a mailer, an audit and a log that keep what they get.
// All calls to them are counted, and can be made to fail, by [World.Calls]; but those by DB itself.
type World struct {
	Clock
	Calls *Calls
	DB    *redisstore.DB
	Keys  secret.Keyring // with the key "2026a"
	Mail  *Mail
	Audit *Trail
	Log   *Log
	Queue *Queue
	Redis *redistest.Server // of [New]

	watched *redisstore.DB // the same, by way of Calls
}

// New makes a world that is empty. The clock stands at noon of March 1, 2026, UTC.
func New(t testing.TB) *World {
	t.Helper()
	server := redistest.StartMini(t)
	w := On(open(t, server.URL()))
	w.Redis = server
	return w
}

// On makes a world on a database.
func On(db *redisstore.DB) *World {
	calls := &Calls{}
	w := &World{
		Calls: calls, DB: db, Keys: Keys("2026a"), Mail: &Mail{calls: calls}, Audit: &Trail{calls: calls}, Log: &Log{},
		Queue: &Queue{calls: calls}, watched: db.Through(calls.err),
	}
	w.Set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	return w
}

// Lines are the lines of a [World].
type Lines struct{ redisstore.Lines }

// Find is Line, for those who look lines up without the rules of package pins.
func (s Lines) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return s.Line(ctx, number)
}

// Lines are the lines.
func (w *World) Lines() Lines { return Lines{w.watched.Lines()} }

// CallsInTime are the calls that we make.
func (w *World) CallsInTime() redisstore.Calls { return w.watched.CallsInTime() }

// Features are the settings of features.
func (w *World) Features() redisstore.Features { return w.watched.Features() }

// TicketStore is the store of repair tickets.
func (w *World) TicketStore() redisstore.Tickets { return w.watched.Tickets() }

// MailboxStore is the store of voice mailboxes.
func (w *World) MailboxStore() redisstore.Mailboxes { return w.watched.Mailboxes() }

// AccountStore is the store of accounts.
func (w *World) AccountStore() redisstore.Accounts { return w.watched.Accounts() }

// Deliveries are the deliveries.
func (w *World) Deliveries() redisstore.Deliveries { return w.watched.Deliveries() }

// APIKeys are the keys of the REST API.
func (w *World) APIKeys() redisstore.Keys { return w.watched.Keys() }

// AgentStore is the store of agents' profiles.
func (w *World) AgentStore() redisstore.Agents { return w.watched.Agents() }

// SignIn is the store of sessions.
func (w *World) SignIn() redisstore.SignIn { return w.watched.SignIn(w.Now) }

// Desk is the store of the repair desk.
func (w *World) Desk() redisstore.Desk { return w.watched.Desk() }

// AuditStore is the store of the real audit.
func (w *World) AuditStore() redisstore.Audit { return w.watched.Audit() }

// A Clock stands until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to a time.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Keys returns a ring with a key for each id, the first being current. The same id is the same key.
func Keys(ids ...string) secret.Keyring {
	var entries []string
	for _, id := range ids {
		key := base64.StdEncoding.EncodeToString([]byte(id + strings.Repeat(".", 32-len(id))))
		entries = append(entries, id+":"+key)
	}
	return must(secret.ParseKeyring(strings.Join(entries, ",")))
}

// Cheap are parameters of a hasher that cost next to nothing.
func Cheap() hash.Params { return hash.Params{MemoryKiB: 8, Passes: 1, Lanes: 1} }

// Hasher hashes at next to no cost.
type Hasher struct {
	*hash.Hasher
	calls *Calls
}

// Hasher makes a hasher under the keys of the world, which makes two hashes at once while 64 wait.
func (w *World) Hasher() Hasher {
	config := hash.Config{Keys: w.Keys, Params: Cheap(), AtOnce: 2, Waiting: 64}
	return Hasher{must(hash.New(config)), w.Calls}
}

func (h Hasher) Hash(ctx context.Context, entry secret.Text) (hash.Hash, error) {
	return Call(ctx, h.calls, "Hasher.Hash", func() (hash.Hash, error) { return h.Hasher.Hash(ctx, entry) })
}

func (h Hasher) Verify(ctx context.Context, of hash.Hash, entry secret.Text) (match, stale bool, err error) {
	match, err = Call(ctx, h.calls, "Hasher.Verify", func() (bool, error) {
		match, stale, err = h.Hasher.Verify(ctx, of, entry)
		return match, err
	})
	return match, stale, err
}

func (h Hasher) VerifyNothing(ctx context.Context, entry secret.Text) error {
	return h.calls.err(ctx, "Hasher.VerifyNothing", func() error { return h.Hasher.VerifyNothing(ctx, entry) })
}

// A Log keeps what is logged. The zero value is ready. It is safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	all bytes.Buffer
}

// Logger writes to the log, in JSON and without times.
func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewJSONHandler(l, logtest.Untimed())) }

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// Clear forgets what was logged so far.
func (l *Log) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Reset()
}

// Holds fails the test unless one line of the log has all of those words.
func (l *Log) Holds(t testing.TB, words ...string) {
	t.Helper()
next:
	for line := range strings.Lines(l.String()) {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue next
			}
		}
		return
	}
	t.Errorf("no line of the log holds %q:\n%s", words, l)
}
