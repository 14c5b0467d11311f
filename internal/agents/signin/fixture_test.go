package signin_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

const (
	password = "seven brown llamas hum"
	here     = "203.0.113.7"
)

// world is a company with an administrator, root, and its servers.
type world struct {
	t      *testing.T
	now    atomic.Int64 // milliseconds
	people *people
	stores *stores
	hasher *hasher
	mails  *mailbox
	audit  *journal
	log    *bytes.Buffer
	keys   secret.Keyring
	agents *agents.Agents
	*signin.SignIn
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := testkit.Redis(t)
	w := &world{
		t: t, people: &people{Agents: db.Agents()}, mails: &mailbox{}, audit: &journal{}, log: &bytes.Buffer{}, keys: ring(t),
	}
	w.stores = &stores{SignIn: db.SignIn(w.time), subjects: map[string]bool{}}
	w.now.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixMilli())
	h, err := hash.New(hash.Config{
		Keys: w.keys, Params: hash.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, AtOnce: 2, Waiting: 64,
	})
	w.ok(err)
	w.hasher = &hasher{Hasher: h}
	w.agents, err = agents.New(agents.Config{
		Store: w.people, Hasher: w.hasher, Keys: w.keys, Mailer: w.mails, Audit: w.audit,
		LinkURL: "https://repair.example.com/repair/welcome/", Now: w.time, Random: rand.Reader,
	})
	w.ok(err)
	w.SignIn = w.server(w.stores)
	return w
}

// server is one more server over the same people.
func (w *world) server(all *stores) *signin.SignIn {
	w.t.Helper()
	return w.serverWith(all, w.keys)
}

// serverWith is one with other keys.
func (w *world) serverWith(all *stores, keys secret.Keyring) *signin.SignIn {
	w.t.Helper()
	s, err := signin.New(signin.Config{
		Agents: w.agents, Store: all, Attempts: all, Mailer: w.mails, Audit: w.audit, Keys: keys,
		Now: w.time, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	w.ok(err)
	return s
}

func ring(t *testing.T) secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeyring("2026a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (w *world) time() time.Time          { return time.UnixMilli(w.now.Load()).UTC() }
func (w *world) advance(by time.Duration) { w.now.Add(by.Milliseconds()) }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Fatalf("%v; want %v", err, want)
	}
}

// waits checks that an error says until when nobody may try.
func (w *world) waits(err error, want time.Duration) {
	w.t.Helper()
	var wait *signin.WaitError
	if !errors.As(err, &wait) || !wait.Until.Equal(w.time().Add(want)) {
		w.t.Fatalf("%v; want a wait of %v", err, want)
	}
}

var root = agents.By{Name: "root", Via: audit.ViaConsole, From: here}

// invited uses the link of an invitation: nothing but the password is set up.
func (w *world) invited(name string) agents.Agent {
	w.t.Helper()
	_, err := w.agents.Invite(w.t.Context(), root, agents.Invitee{
		Name: name, FullName: "Ann Olson", Email: name + "@example.com", Role: agents.RoleAgent,
	})
	w.ok(err)
	link := w.mails.last(w.t, agents.Invitation).Link.Reveal()
	token := secret.New(link[strings.LastIndexByte(link, '/')+1:])
	agent, err := w.agents.UseLink(w.t.Context(), agents.By{Via: audit.ViaConsole}, token, secret.New(password))
	w.ok(err)
	return agent
}

// finish ends a set-up after the factor.
func (w *world) finish(of agents.Agent) agents.Agent {
	w.t.Helper()
	by := agents.By{Name: string(of.Name), Via: audit.ViaConsole}
	_, err := w.agents.AcceptTerms(w.t.Context(), by, of.ID)
	w.ok(err)
	agent, err := w.agents.UpdateProfile(w.t.Context(), by, of.ID, agents.Profile{FullName: of.FullName, Email: of.Email})
	w.ok(err)
	return agent
}

// byEmail is an agent who is set up for codes by e-mail.
func (w *world) byEmail(name string) agents.Agent {
	w.t.Helper()
	agent, err := w.agents.ChooseEmail(w.t.Context(), agents.By{Name: name, Via: audit.ViaConsole}, w.invited(name).ID)
	w.ok(err)
	return w.finish(agent)
}

// app is an agent's authenticator app.
type app struct{ key secret.Text }

func (w *world) code(a app) secret.Text {
	w.t.Helper()
	code, err := totp.GenerateCode(a.key.Reveal(), w.time())
	w.ok(err)
	return secret.New(code)
}

// byApp is an agent who is set up with an app. Its present code is used.
func (w *world) byApp(name string) (agents.Agent, app) {
	w.t.Helper()
	agent := w.invited(name)
	setup, err := w.agents.NewApp(agent)
	w.ok(err)
	a := app{setup.Key}
	agent, err = w.agents.ConfirmApp(w.t.Context(), agents.By{Name: name, Via: audit.ViaConsole}, agent.ID, a.key, w.code(a))
	w.ok(err)
	agent = w.finish(agent)
	w.advance(time.Minute)
	return agent, a
}

// begun is a sign-in under way.
func (w *world) begun(name string) signin.Token {
	w.t.Helper()
	token, err := w.Begin(w.t.Context(), name, here, signin.Token{})
	w.ok(err)
	return token
}

func (w *world) try(token signin.Token, entry string) error {
	_, err := w.Password(w.t.Context(), token, secret.New(entry), here)
	return err
}

// proved is a sign-in under way after the right password.
func (w *world) proved(name string) signin.Token {
	w.t.Helper()
	token := w.begun(name)
	w.ok(w.try(token, password))
	return token
}

func (w *world) enter(token signin.Token, code secret.Text) (signin.Token, error) {
	session, _, err := w.Code(w.t.Context(), token, code, here)
	return session, err
}

// mailed is the code that was mailed last.
func (w *world) mailed() secret.Text {
	w.t.Helper()
	return w.mails.last(w.t, agents.SignInCode).Code
}

// signedIn is a session of an agent who gets codes by e-mail.
func (w *world) signedIn(name string) signin.Token {
	w.t.Helper()
	token := w.proved(name)
	session, err := w.enter(token, w.mailed())
	w.ok(err)
	return session
}

func (w *world) session(token signin.Token) signin.Session {
	w.t.Helper()
	session, err := w.Session(w.t.Context(), token)
	w.ok(err)
	return session
}

func (w *world) signedOut(token signin.Token) {
	w.t.Helper()
	_, err := w.Session(w.t.Context(), token)
	w.is(err, signin.ErrSignedOut)
}

// found is an agent as he or she is now.
func (w *world) found(name agents.UserName) agents.Agent {
	w.t.Helper()
	agent, err := w.agents.Find(w.t.Context(), name)
	w.ok(err)
	return agent
}

// ended is an agent after a change that ended all sessions.
func (w *world) ended(name agents.UserName) agents.Agent {
	w.t.Helper()
	agent, err := w.agents.EndSessions(w.t.Context(), root, w.found(name).ID)
	w.ok(err)
	return agent
}

// another returns a code that isn't the one given.
func another(code secret.Text) secret.Text {
	last := code.Reveal()[5]
	return secret.New(code.Reveal()[:5] + string('0'+(last-'0'+1)%10))
}

// hasher counts hashes, and how many ran at once. After is called when an entry was judged.
type hasher struct {
	*hash.Hasher
	hashes atomic.Int64
	after  func()
}

func (h *hasher) Verify(ctx context.Context, hash hash.Hash, entry secret.Text) (bool, bool, error) {
	h.hashes.Add(1)
	if h.after != nil {
		defer h.after()
	}
	return h.Hasher.Verify(ctx, hash, entry)
}

func (h *hasher) VerifyNothing(ctx context.Context, entry secret.Text) error {
	h.hashes.Add(1)
	return h.Hasher.VerifyNothing(ctx, entry)
}

// people counts questions about profiles.
type people struct {
	redisstore.Agents
	asked atomic.Int64
}

func (p *people) Load(ctx context.Context, id agents.ID) (agents.Stored, error) {
	p.asked.Add(1)
	return p.Agents.Load(ctx, id)
}

func (p *people) ByName(ctx context.Context, name agents.UserName) (agents.Stored, error) {
	p.asked.Add(1)
	return p.Agents.ByName(ctx, name)
}

func (p *people) Save(ctx context.Context, profile agents.Stored) error {
	p.asked.Add(1)
	return p.Agents.Save(ctx, profile)
}

// stores writes down what is asked, and fails while down is set. Deleted is called after each
// deletion.
type stores struct {
	redisstore.SignIn
	mu       sync.Mutex
	asked    []string
	subjects map[string]bool
	held     []signin.Record
	down     error
	deleted  func()
}

func (s *stores) ask(what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, what)
	return s.down
}

func (s *stores) Put(ctx context.Context, record signin.Record, revision int64) error {
	if err := s.ask("put"); err != nil {
		return err
	}
	s.mu.Lock()
	s.held = append(s.held, record)
	s.mu.Unlock()
	return s.SignIn.Put(ctx, record, revision)
}

func (s *stores) Get(ctx context.Context, key [32]byte) (signin.Record, error) {
	if err := s.ask("get"); err != nil {
		return signin.Record{}, err
	}
	return s.SignIn.Get(ctx, key)
}

func (s *stores) Delete(ctx context.Context, key [32]byte, revision int64) error {
	if err := s.ask("delete"); err != nil {
		return err
	}
	if s.deleted != nil {
		defer s.deleted()
	}
	return s.SignIn.Delete(ctx, key, revision)
}

func (s *stores) Count(ctx context.Context, subject string, at time.Time, rule limit.Lock) (signin.Admission, error) {
	if err := s.ask("count"); err != nil {
		return signin.Admission{}, err
	}
	s.mu.Lock()
	s.subjects[subject] = true
	s.mu.Unlock()
	return s.SignIn.Count(ctx, subject, at, rule)
}

func (s *stores) Release(ctx context.Context, subject string, admission signin.Admission) error {
	if err := s.ask("release"); err != nil {
		return err
	}
	return s.SignIn.Release(ctx, subject, admission)
}

// mailbox gets all e-mails.
type mailbox struct {
	mu       sync.Mutex
	messages []agents.Message
}

func (m *mailbox) Mail(ctx context.Context, message agents.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.messages = append(m.messages, message)
	return nil
}

// of are those of a kind that went to somebody.
func (m *mailbox) of(kind agents.MessageKind) (found []agents.Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range m.messages {
		if message.Kind == kind && message.To != "" {
			found = append(found, message)
		}
	}
	return found
}

// toNobody is how many have no address.
func (m *mailbox) toNobody() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range m.messages {
		if message.To == "" {
			n++
		}
	}
	return n
}

func (m *mailbox) last(t *testing.T, kind agents.MessageKind) agents.Message {
	t.Helper()
	found := m.of(kind)
	if len(found) == 0 {
		t.Fatalf("no e-mail %s", kind)
	}
	return found[len(found)-1]
}

// journal is an audit that can be out of order. Before is called before each record.
type journal struct {
	mu     sync.Mutex
	events []audit.Event
	down   error
	before func(audit.Event)
}

func (j *journal) Record(ctx context.Context, event audit.Event) error {
	if j.before != nil {
		j.before(event)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := errors.Join(ctx.Err(), j.down); err != nil {
		return err
	}
	j.events = append(j.events, event)
	return nil
}

func (j *journal) of(action audit.Action) (found []audit.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, event := range j.events {
		if event.Action == action {
			found = append(found, event)
		}
	}
	return found
}
