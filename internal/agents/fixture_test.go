package agents_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/logtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

const linkURL = "https://repair.example.com/repair/welcome/"

var (
	goodPassword  = secret.New("wagon lichen thirsty plum")
	otherPassword = secret.New("velvet acorn hydrant 7 moth")
	byRoot        = agents.By{Name: "root", Via: audit.ViaConsole, From: "192.0.2.1"}
	errBroken     = errors.New("connection lost")
)

// fixture is a world with nobody in it and a clock that stands.
type fixture struct {
	*agents.Agents
	store  *watched
	mailer *mailbox
	audit  *book
	log    *bytes.Buffer
	mu     sync.Mutex
	now    time.Time
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{
		store: &watched{Agents: testkit.Redis(t).Agents()}, mailer: &mailbox{}, audit: &book{}, log: &bytes.Buffer{},
		now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	all, err := agents.New(f.config(t))
	f.Agents = all
	ok(t, err)
	return f
}

func (f *fixture) config(t testing.TB) agents.Config {
	t.Helper()
	keys := keyring(t, "2026a")
	// The least that Argon2 can cost: these tests are not about that.
	hasher, err := hash.New(hash.Config{Keys: keys, Params: hash.Params{MemoryKiB: 8, Passes: 1, Lanes: 1}})
	ok(t, err)
	return agents.Config{
		Store: f.store, Hasher: hasher, Keys: keys, Mailer: f.mailer, Audit: f.audit, LinkURL: linkURL,
		Now: f.clock, Log: slog.New(slog.NewJSONHandler(f.log, logtest.Untimed())),
	}
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) setTime(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = now
}

func (f *fixture) pass(d time.Duration) { f.setTime(f.clock().Add(d)) }

func keyring(t testing.TB, id string) secret.Keyring {
	t.Helper()
	ring, err := secret.ParseKeyring(id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	ok(t, err)
	return ring
}

func bob() agents.Invitee {
	return agents.Invitee{Name: "bob", FullName: "Bob Berg", Email: "bob@example.com", Role: agents.RoleAgent}
}

func named(name string, role agents.Role) agents.Invitee {
	invitee := bob()
	invitee.Name, invitee.Role = name, role
	return invitee
}

// invited has somebody invited, and returns the token of the link in the e-mail.
func (f *fixture) invited(t testing.TB, invitee agents.Invitee) (agents.Agent, secret.Text) {
	t.Helper()
	agent, err := f.Invite(t.Context(), byRoot, invitee)
	ok(t, err)
	return agent, f.mailer.token(t)
}

// active has somebody invited and set up, with codes by e-mail.
func (f *fixture) active(t testing.TB, invitee agents.Invitee) agents.Agent {
	t.Helper()
	agent, token := f.invited(t, invitee)
	_, err := f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword)
	ok(t, err)
	by := self(agent)
	_, err = f.ChooseEmail(t.Context(), by, agent.ID)
	ok(t, err)
	_, err = f.AcceptTerms(t.Context(), by, agent.ID)
	ok(t, err)
	agent, err = f.UpdateProfile(t.Context(), by, agent.ID, agents.Profile{FullName: agent.FullName, Email: agent.Email})
	ok(t, err)
	f.mailer.forget()
	f.audit.forget()
	return agent
}

// withApp has somebody set up, with an app.
func (f *fixture) withApp(t testing.TB, invitee agents.Invitee) agents.Agent {
	t.Helper()
	agent := f.active(t, invitee)
	app, err := f.NewApp(agent)
	ok(t, err)
	agent, err = f.ConfirmApp(t.Context(), self(agent), agent.ID, app.Key, f.code(t, app.Key, 0))
	ok(t, err)
	f.mailer.forget()
	f.audit.forget()
	return agent
}

// code is what an app shows some time from now.
func (f *fixture) code(t testing.TB, key secret.Text, from time.Duration) secret.Text {
	t.Helper()
	code, err := totp.GenerateCode(key.Reveal(), f.clock().Add(from))
	ok(t, err)
	return secret.New(code)
}

func (f *fixture) get(t testing.TB, id agents.ID) agents.Agent {
	t.Helper()
	agent, err := f.Get(t.Context(), id)
	ok(t, err)
	return agent
}

func self(agent agents.Agent) agents.By {
	return agents.By{Name: string(agent.Name), Via: audit.ViaConsole, From: "192.0.2.7"}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

func same(t testing.TB, got, want any) {
	t.Helper()
	secrets := cmp.Comparer(func(a, b secret.Text) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, got, secrets, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// mailbox takes e-mails.
type mailbox struct {
	mu     sync.Mutex
	all    []agents.Message
	broken bool
}

func (m *mailbox) Mail(ctx context.Context, message agents.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.broken {
		return errBroken
	}
	m.all = append(m.all, message)
	return nil
}

func (m *mailbox) breaks(broken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = broken
}

func (m *mailbox) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = nil
}

// kinds are what the e-mails were about, and to whom.
func (m *mailbox) kinds() (kinds []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range m.all {
		kinds = append(kinds, string(message.Kind)+" "+message.To)
	}
	return kinds
}

func (m *mailbox) last(t testing.TB) agents.Message {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.all) == 0 {
		t.Fatal("no e-mail")
	}
	return m.all[len(m.all)-1]
}

func (m *mailbox) token(t testing.TB) secret.Text {
	t.Helper()
	token, found := strings.CutPrefix(m.last(t).Link.Reveal(), linkURL)
	if !found {
		t.Fatal("the e-mail has no link to the console")
	}
	return secret.New(token)
}

// book is an audit.
type book struct {
	mu     sync.Mutex
	all    []audit.Event
	broken bool
}

func (b *book) Record(ctx context.Context, event audit.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.broken {
		return errBroken
	}
	b.all = append(b.all, event)
	return nil
}

func (b *book) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = nil
}

// lines are what was recorded, in short.
func (b *book) lines() (lines []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.all {
		lines = append(lines, strings.Join(slices.DeleteFunc([]string{e.By, string(e.Action), e.Subject, e.Detail},
			func(s string) bool { return s == "" }), " "))
	}
	return lines
}

// watched is a store that fails or meddles when told to.
type watched struct {
	redisstore.Agents
	mu       sync.Mutex
	broken   bool
	loseNext bool   // the next write is done, and its answer lost
	loseAll  bool   // so are all
	before   func() // what happens before the next write
	after    func() // and after it
}

func (w *watched) write(do func() error) error {
	w.mu.Lock()
	before, after, lose := w.before, w.after, w.loseNext || w.loseAll
	w.before, w.after, w.loseNext = nil, nil, false
	w.mu.Unlock()
	if before != nil {
		before()
	}
	if w.broken {
		return errBroken
	}
	err := do()
	if after != nil {
		after()
	}
	if lose {
		return errBroken
	}
	return err
}

func (w *watched) Save(ctx context.Context, profile agents.Stored) error {
	return w.write(func() error { return w.Agents.Save(ctx, profile) })
}

func (w *watched) Create(ctx context.Context, profile agents.Stored) error {
	return w.write(func() error { return w.Agents.Create(ctx, profile) })
}
