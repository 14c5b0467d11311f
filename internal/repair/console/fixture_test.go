package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/repair/console"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const (
	shopHost = "repair.example.com"
	home     = testkit.Home // with a personal PIN
	other    = testkit.Other
	noLine   = testkit.Missing
	homeAt   = "/repair/lines/" + string(home)

	accountNumber = "1000-4821"
	accountCode   = "48213377"
	accountAnswer = "fluffy"
)

// A shop is a console with customers, and an agent of each role who is signed in. Its audit is the real one.
type shop struct {
	*testkit.World
	t        *testing.T
	calls    *calls
	opened   map[accounts.Number]accounts.Note
	people   *agents.Agents
	signIn   *signin.SignIn
	desk     *repair.Desk
	audit    *audit.Log
	recorded func()       // is told of each entry of the audit but of pages of people and keys
	read     atomic.Int64 // entries of the audit
	handler  http.Handler
	stopping chan struct{}
}

func newShop(t *testing.T) *shop { t.Helper(); return newShopWith(t, func(*console.Config) {}) }

// newShopWith is one whose console has other settings.
func newShopWith(t *testing.T, set func(*console.Config)) *shop {
	t.Helper()
	w := testkit.New(t)
	w.Set(time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC))
	s := &shop{t: t, World: w, calls: &calls{}, opened: map[accounts.Number]accounts.Note{}, stopping: make(chan struct{})}
	log := s.Log.Logger()
	s.audit = audit.New(audit.Config{Store: watched{s.AuditStore(), s}, Keys: s.Keys, Now: s.Now})
	s.hire(log)
	s.AddLines(t,
		pins.NewLine{Number: home, Language: "en", Features: pins.FeaturesOf(pins.DoNotDisturb, pins.DialLock)},
		pins.NewLine{Number: other},
	)
	provisioning := pins.Provisioning{Registry: s.Lines(), Validations: s.Lines(), Now: s.Now}
	s.desk = repair.New(repair.Config{
		Lines: s.Lines(), Provisioning: provisioning, Accounts: oneAccount{s.opened}, Deliveries: s.calls,
		Store: s.Desk(), Audit: s.audit, Keys: s.Keys, Now: s.Now, Log: log,
	})
	config := console.Config{
		Agents: s.people, SignIn: s.signIn, Desk: s.desk, Audit: s.audit, Keys: s.APIKeys(), History: provisioning,
		PublicURL: "https://" + shopHost, Company: "Example Telephone", Repair: "+18005731311",
		TemporaryPIN: secret.New("1234"), Now: s.Now, Wait: s.wait, Stopping: s.stopping, Log: log,
	}
	set(&config)
	console, err := console.New(config)
	s.ok(err)
	router := mux.NewRouter().SkipClean(true)
	console.Routes(router)
	s.handler = router
	return s
}

// hire sets up agents.
func (s *shop) hire(log *slog.Logger) {
	s.t.Helper()
	config := s.AgentsConfig()
	config.Audit = s.audit
	people, err := agents.New(config)
	s.ok(err)
	s.people = people
	desks := s.World.SignIn()
	s.signIn, err = signin.New(signin.Config{
		Agents: people, Store: desks, Attempts: desks, Mailer: s.Mail, Audit: s.audit, Keys: s.Keys,
		Now: s.Now, Random: rand.Reader, Log: log,
	})
	s.ok(err)
	for name, role := range map[string]agents.Role{
		"ann": agents.RoleAgent, "bob": agents.RoleAgent, "sue": agents.Supervisor, "ada": agents.Administrator,
	} {
		invitee := testkit.Invitee(name, role)
		invitee.Email = name + "@mail.example.com"
		s.Agent(s.t, people, invitee)
	}
}

func (s *shop) ok(err error) {
	s.t.Helper()
	check.OK(s.t, err)
}

// wait lets the clock pass the time, and a little real time, so that others get their turn.
func (s *shop) wait(ctx context.Context, d time.Duration) error {
	s.Pass(d)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Millisecond):
		return nil
	}
}

// An employee is an agent with a session in a browser.
type employee struct {
	*shop
	name  string
	token signin.Token
}

// as signs somebody in.
func (s *shop) as(name string) employee {
	s.t.Helper()
	agent, err := s.people.Find(s.t.Context(), agents.UserName(name))
	s.ok(err)
	token, err := s.signIn.Start(s.t.Context(), agent, "192.0.2.1")
	s.ok(err)
	return employee{s, name, token}
}

// A page is an answer of the console.
type page struct {
	t      *testing.T
	status int
	to     string // where it leads
	text   string
}

func (e employee) request(method, path string, form url.Values) *http.Request {
	r := httptest.NewRequestWithContext(e.t.Context(), method, "https://"+shopHost+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "__Host-uc-session", Value: e.token.Reveal()})
	return r
}

func (e employee) ask(method, path string, form url.Values) page {
	e.t.Helper()
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, e.request(method, path, form))
	return page{t: e.t, status: w.Code, to: w.Header().Get("Location"), text: w.Body.String()}
}

func (e employee) get(path string) page { e.t.Helper(); return e.ask(http.MethodGet, path, nil) }

// post sends a form of names and values, one after the other.
func (e employee) post(path string, values ...string) page {
	e.t.Helper()
	form := url.Values{}
	for pair := range slices.Chunk(values, 2) {
		form.Add(pair[0], pair[1])
	}
	return e.ask(http.MethodPost, path, form)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// words is the text of a page as it is read.
func (p page) words() string {
	plain := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&#43;", "+").Replace(tags.ReplaceAllString(strings.ReplaceAll(p.text, "<br>", " "), ""))
	return strings.Join(strings.Fields(plain), " ")
}

// says fails unless the page has a status and words.
func (p page) says(status int, words ...string) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status = %d; want %d: %s", p.status, status, p.words())
	}
	for _, want := range words {
		if !strings.Contains(p.words(), want) {
			p.t.Errorf("page does not say %q: %.1500s", want, p.words())
		}
	}
	return p
}

func (p page) lacks(words ...string) {
	p.t.Helper()
	for _, unwanted := range words {
		if strings.Contains(p.text, unwanted) {
			p.t.Errorf("page says %q: %.1500s", unwanted, p.words())
		}
	}
}

// leads fails unless the page is a redirect to a path.
func (p page) leads(path string) {
	p.t.Helper()
	if p.status != http.StatusSeeOther || p.to != path {
		p.t.Fatalf("%d to %q; want 303 to %q: %s", p.status, p.to, path, p.words())
	}
}

var hiddenKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

// call has the line called from its page, and returns where the call is followed.
func (e employee) call(line string) string {
	e.t.Helper()
	key := hiddenKey.FindStringSubmatch(e.get(line).says(http.StatusOK).text)
	if key == nil {
		e.t.Fatal("no form to call the line")
	}
	to := e.post(line+"/validate/call", "key", key[1])
	if to.status != http.StatusSeeOther {
		e.t.Fatalf("%d: %s", to.status, to.words())
	}
	return to.to
}

// validate has the line called and enters the right code.
func (e employee) validate() {
	e.t.Helper()
	at := e.call(homeAt)
	e.post(at, "code", e.code(at)).leads(homeAt)
}

// code is the one that the line is told.
func (e employee) code(at string) string {
	e.t.Helper()
	code, err := e.desk.ValidationCode(e.t.Context(), at[strings.LastIndex(at, "/")+1:])
	e.ok(err)
	return code.Reveal()
}

// wrong is a code that is not that one.
func (e employee) wrong(at string) string {
	e.t.Helper()
	if e.code(at) == "111222" {
		return "111223"
	}
	return "111222"
}

// events are the actions in the audit about the line, newest first.
func (s *shop) events(by string) []audit.Action {
	s.t.Helper()
	entries, err := s.audit.Page(s.t.Context(), audit.Filter{By: by}, audit.MaxPage)
	s.ok(err)
	var actions []audit.Action
	for _, entry := range entries {
		actions = append(actions, entry.Action)
	}
	return actions
}

// oneAccount is the account of the line at home.
type oneAccount struct {
	opened map[accounts.Number]accounts.Note
}

func (oneAccount) Get(_ context.Context, number accounts.Number) (accounts.Account, error) {
	if number != accountNumber {
		return accounts.Account{}, accounts.ErrNoAccount
	}
	return accounts.Account{Phone: home}, nil
}

func (oneAccount) Known(_ context.Context, number accounts.Number) (bool, error) {
	return number == accountNumber, nil
}

func (a oneAccount) Open(_ context.Context, number accounts.Number, note accounts.Note) error {
	a.opened[number] = note
	return nil
}

func (oneAccount) Verify(_ context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error) {
	right := claim.Code.Reveal() == accountCode || claim.Answer.Reveal() == accountAnswer
	return accounts.Result{Verified: right && number == accountNumber}, nil
}

// calls are those that lines get; a test says how they go.
type calls struct {
	mu   sync.Mutex
	made []deliveries.Delivery
	err  error
}

func (c *calls) RequestValidation(_ context.Context, ask deliveries.ValidationParams) (deliveries.Delivery, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return deliveries.Delivery{}, c.err
	}
	call := deliveries.Delivery{
		ID: deliveries.ID("dlv_" + ask.Ref), Topic: deliveries.ValidationCode, Status: deliveries.Queued, To: ask.Line, Ref: ask.Ref,
	}
	c.made = append(c.made, call)
	return call, nil
}

func (c *calls) Get(_ context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range c.made {
		if call.ID == id {
			return call, nil
		}
	}
	return deliveries.Delivery{}, deliveries.ErrNotFound
}

// goes lets something happen to the last call.
func (c *calls) goes(at time.Time, status deliveries.Status, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := &c.made[len(c.made)-1]
	last.Status = status
	last.Events = append(slices.Clone(last.Events), deliveries.Event{At: at, Status: status, Detail: detail})
}

func (c *calls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.made)
}

// watched is a store of the audit that tells the shop of each entry, and of how many were read.
type watched struct {
	redisstore.Audit
	shop *shop
}

func (w watched) Read(ctx context.Context, from int64, most int) ([]audit.Stored, error) {
	found, err := w.Audit.Read(ctx, from, most)
	w.shop.read.Add(int64(len(found)))
	return found, err
}

func (w watched) Append(ctx context.Context, entries []audit.Stored, next, before []byte) error {
	err := w.Audit.Append(ctx, entries, next, before)
	read := func(e audit.Stored) bool {
		return bytes.Contains(e.Line, []byte(audit.AgentRead)) || bytes.Contains(e.Line, []byte(audit.KeysRead))
	}
	if w.shop.recorded != nil && !slices.ContainsFunc(entries, read) {
		w.shop.recorded()
	}
	return err
}

func ExampleNew() {
	_, err := console.New(console.Config{PublicURL: "https://repair.example.com", Company: "Example Telephone"})
	fmt.Println(err)
	// Output: a console needs agents, sign-in, a desk, an audit, keys and a history
}
