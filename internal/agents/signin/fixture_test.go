package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const (
	password = testkit.Password
	here     = "203.0.113.7"
)

// world is a company with an administrator, root, and its servers.
type world struct {
	t *testing.T
	*testkit.World
	store  *recorded
	hasher testkit.Hasher
	agents *agents.Agents
	*signin.SignIn
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, World: testkit.New(t)}
	w.Set(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	w.store = &recorded{SignIn: w.World.SignIn(), subjects: map[string]bool{}}
	w.restart(w.Keys)
	return w
}

// restart has the server start with other secret keys, over the same stores.
func (w *world) restart(keys secret.Keyring) {
	w.t.Helper()
	w.Keys, w.hasher = keys, w.Hasher()
	config := w.AgentsConfig()
	config.Hasher = w.hasher
	all := check.Must(agents.New(config))(w.t)
	w.agents = all
	w.SignIn = w.server()
}

// server is one more server over the same people.
func (w *world) server() *signin.SignIn { w.t.Helper(); return w.serverWith(w.Keys) }

// serverWith is one with other keys.
func (w *world) serverWith(keys secret.Keyring) *signin.SignIn {
	w.t.Helper()
	config := w.config()
	config.Keys = keys
	s := check.Must(signin.New(config))(w.t)
	return s
}

func (w *world) config() signin.Config {
	return signin.Config{
		Agents: w.agents, Store: w.store, Attempts: w.store, Mailer: w.Mail, Audit: w.Audit, Keys: w.Keys,
		Now: w.Now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(w.Log, nil)),
	}
}

func (w *world) ok(err error) { w.t.Helper(); check.OK(w.t, err) }

func (w *world) is(err, want error) { w.t.Helper(); check.T{T: w.t}.Is(err, want) }

// work says which work was done since the last call.
func (w *world) work() string {
	made := strings.ReplaceAll(strings.Join(w.Calls.Made("SignIn"), " "), "SignIn.", "")
	return fmt.Sprintf("%s, %d looks at profiles, %d hashes", made, len(w.Calls.Made("Agents")), w.hashes())
}

// hashes is how many were made since the last call.
func (w *world) hashes() int { return len(w.Calls.Made("Hasher")) }

// waits checks that an error says until when nobody may try.
func (w *world) waits(err error, want time.Duration) {
	w.t.Helper()
	var wait *signin.WaitError
	if !errors.As(err, &wait) || !wait.Until.Equal(w.Now().Add(want)) {
		w.t.Fatalf("%v; want a wait of %v", err, want)
	}
}

var errDown = errors.New("out of order")

var root = agents.By{Name: "root", Via: audit.ViaConsole, From: here}

// invited uses the link of an invitation: nothing but the password is set up.
func (w *world) invited(name string) agents.Agent {
	w.t.Helper()
	return w.Invited(w.t, w.agents, testkit.Invitee(name, agents.RoleAgent))
}

// byEmail is an agent who is set up for codes by e-mail.
func (w *world) byEmail(name string) agents.Agent {
	w.t.Helper()
	return w.Agent(w.t, w.agents, testkit.Invitee(name, agents.RoleAgent))
}

// app is an agent's authenticator app.
type app struct{ key secret.Text }

func (w *world) code(a app) secret.Text {
	w.t.Helper()
	code := check.Must(totp.GenerateCode(a.key.Reveal(), w.Now()))(w.t)
	return secret.New(code)
}

// byApp is an agent who is set up with an app. Its present code is used.
func (w *world) byApp(name string) (agents.Agent, app) {
	w.t.Helper()
	agent := w.invited(name)
	setup := check.Must(w.agents.NewApp(agent))(w.t)
	a := app{setup.Key}
	agent, err := w.agents.ConfirmApp(w.t.Context(), agents.By{Name: name, Via: audit.ViaConsole}, agent.ID, a.key, w.code(a))
	w.ok(err)
	agent = w.SetUp(w.t, w.agents, agent)
	w.Pass(time.Minute)
	return agent, a
}

// begun is a sign-in under way.
func (w *world) begun(name string) signin.Token {
	w.t.Helper()
	token := check.Must(w.Begin(w.t.Context(), name, here, signin.Token{}))(w.t)
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
	return w.Mail.Last(w.t, agents.SignInCode).Code
}

// signedIn is a session of an agent who gets codes by e-mail.
func (w *world) signedIn(name string) signin.Token {
	w.t.Helper()
	token := w.proved(name)
	session := check.Must(w.enter(token, w.mailed()))(w.t)
	return session
}

func (w *world) session(token signin.Token) signin.Session {
	w.t.Helper()
	session := check.Must(w.Session(w.t.Context(), token))(w.t)
	return session
}

func (w *world) signedOut(token signin.Token) {
	w.t.Helper()
	w.is(check.Err(w.Session(w.t.Context(), token)), signin.ErrSignedOut)
}

// found is an agent as he or she is now.
func (w *world) found(name agents.UserName) agents.Agent {
	w.t.Helper()
	agent := check.Must(w.agents.Find(w.t.Context(), name))(w.t)
	return agent
}

// ended is an agent after a change that ended all sessions.
func (w *world) ended(name agents.UserName) agents.Agent {
	w.t.Helper()
	agent := check.Must(w.agents.EndSessions(w.t.Context(), root, w.found(name).ID))(w.t)
	return agent
}

// toSomebody is how many e-mails have an address.
func toSomebody(all []agents.Message) (n int) {
	for _, message := range all {
		if message.To != "" {
			n++
		}
	}
	return n
}

// another returns a code that isn't the one given.
func another(code secret.Text) secret.Text {
	last := code.Reveal()[5]
	return secret.New(code.Reveal()[:5] + string('0'+(last-'0'+1)%10))
}

// recorded is a store that keeps all records that were put there, and all subjects that were counted.
type recorded struct {
	redisstore.SignIn
	mu       sync.Mutex
	subjects map[string]bool
	held     []signin.Record
}

func (r *recorded) Put(ctx context.Context, record signin.Record, revision int64) error {
	r.mu.Lock()
	r.held = append(r.held, record)
	r.mu.Unlock()
	return r.SignIn.Put(ctx, record, revision)
}

func (r *recorded) Count(
	ctx context.Context, subject string, at time.Time, rule limit.Lock,
) (signin.Admission, error) {
	r.mu.Lock()
	r.subjects[subject] = true
	r.mu.Unlock()
	return r.SignIn.Count(ctx, subject, at, rule)
}

// The three steps of signing in. Each is a page of its own, and may be another server's.
func Example() {
	var s *signin.SignIn // from signin.New
	signIn := func(ctx context.Context, userName string, password, code secret.Text, from string, browser signin.Token) (signin.Token, error) {
		token, err := s.Begin(ctx, userName, from, browser)
		if err != nil {
			return signin.Token{}, err
		}
		if _, err := s.Password(ctx, token, password, from); err != nil {
			return signin.Token{}, err
		}
		session, _, err := s.Code(ctx, token, code, from)
		return session, err
	}
	_ = signIn
}

// A wrong entry can bring a wait, which holds from then on.
func ExampleWaitError() {
	until := time.Date(2026, 3, 2, 9, 0, 5, 0, time.UTC)
	err := fmt.Errorf("%w: %w", signin.ErrWrong, &signin.WaitError{Until: until})
	var wait *signin.WaitError
	fmt.Println(errors.Is(err, signin.ErrWrong), errors.As(err, &wait), wait.Until.Format("15:04:05"))
	// Output: true true 09:00:05
}

func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	whole := w.config()
	if _, err := signin.New(whole); err != nil {
		t.Fatal(err)
	}
	for name, without := range map[string]func(*signin.Config){
		"agents":   func(c *signin.Config) { c.Agents = nil },
		"a store":  func(c *signin.Config) { c.Store = nil },
		"attempts": func(c *signin.Config) { c.Attempts = nil },
		"a mailer": func(c *signin.Config) { c.Mailer = nil },
		"an audit": func(c *signin.Config) { c.Audit = nil },
		"keys":     func(c *signin.Config) { c.Keys = secret.Keyring{} },
		"a clock":  func(c *signin.Config) { c.Now = nil },
		"chance":   func(c *signin.Config) { c.Random = nil },
		"a log":    func(c *signin.Config) { c.Log = nil },
		"a rule":   func(c *signin.Config) { c.Rule = signin.Rule{Idle: time.Hour} },
		"locks": func(c *signin.Config) {
			c.Rule = signin.DefaultRule()
			c.Rule.Names.LockAt = 0
		},
		"one time to forget": func(c *signin.Config) {
			c.Rule = signin.DefaultRule()
			c.Rule.Names.ForgetRow = 2 * c.Rule.Names.ForgetIn
		},
		"a delay": func(c *signin.Config) {
			c.Rule = signin.DefaultRule()
			c.Rule.Code = 0
		},
	} {
		c := whole
		without(&c)
		if _, err := signin.New(c); err == nil {
			t.Errorf("without %s", name)
		}
	}
}

// Of a deleted agent there is nobody to tell, and all else is alike.
func TestDeletedAgents(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	w.Pass(400 * 24 * time.Hour)
	w.ok(w.agents.Sweep(t.Context()))
	for _, delay := range delays[:10] {
		w.is(w.try(w.begun("ann"), password), signin.ErrWrong)
		w.Pass(delay)
	}
	if mails := w.Mail.Of(agents.Locked); len(mails) != 0 {
		t.Errorf("mailed %+v", mails)
	}
}
