package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

const line nanp.Number = "+16125550142"

var start = time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)

// personalPIN stands for a personal PIN; it must turn up nowhere.
const personalPIN hash.Hash = "$argon2id$personal"

// A rig is the API over a world. Every answer is held against openapi.yaml, and at the end the log is searched
// for secrets.
type rig struct {
	*testing.T
	world   *testkit.World
	handler http.Handler
	config  Config // of handler
	billing *billingStore
	alerts  []repair.Alert            // that supervisors were told
	tokens  map[string][]apikey.Scope // of the keys that are valid
	all     string                    // the token of a key for everything
	secrets []string
	woken   atomic.Int64 // how often Changed was called
	unlike  bool         // the next request is refused for what openapi.yaml can't say

	notices  []accounts.Update // with which a notice was stored
	passing  func()            // called while time passes between two looks at a delivery; nil: nothing
	requests int
}

func newRig(t *testing.T) *rig {
	w := testkit.New(t)
	w.Set(start)
	r := &rig{T: t, world: w, tokens: map[string][]apikey.Scope{}, secrets: []string{string(personalPIN)}}
	r.billing = &billingStore{Accounts: w.AccountStore(), notices: &r.notices}
	lines := w.Lines()
	rules, err := pins.New(pins.Config{
		Store: lines, Callers: lines, Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	})
	check.OK(t, err)
	customers := r.customers()
	r.config = Config{
		Lines: rules, Provisioning: pins.Provisioning{Registry: lines, Validations: lines, Now: w.Now}, Keys: w.APIKeys(), Now: w.Now,
		Features: features.New(features.Config{Store: w.Features(), Keys: w.Keys, Now: w.Now}),
		Changed:  func() { r.woken.Add(1) },
		Accounts: customers, Deliveries: r.outbound(customers), Wait: r.pass,
		Log: w.Log.Logger(), Audit: w.Audit, Random: lettersOnly{},
	}
	r.config.Tickets = tickets.New(tickets.Config{Store: w.TicketStore(), Keys: w.Keys, Accounts: customers, Now: w.Now})
	r.config.Mailboxes = check.Must(mailboxes.New(mailboxes.Config{Store: w.MailboxStore(), Keys: w.Keys, Now: w.Now}))(t)
	r.config.Recoveries = recovery.New(recovery.Config{
		Accounts: customers, Deliveries: r.outbound(customers), Mailboxes: r.config.Mailboxes, Links: true, Learns: true,
	})
	r.config.Desk = r.desk(r.config.Provisioning, repair.Limits{})
	r.restart()
	t.Cleanup(func() {
		for _, s := range r.secrets {
			if strings.Contains(w.Log.String(), s) {
				t.Errorf("the log holds %q", s)
			}
		}
	})
	return r
}

func (r *rig) now() time.Time { return r.world.Now() }

// fault has all stores but that of keys do something before each call, until the next fault; nil: nothing.
func (r *rig) fault(do func(context.Context) error) {
	for _, store := range []string{"Lines", "Features", "Accounts", "Deliveries", "Desk", "Tickets", "Mailboxes"} {
		r.world.Calls.Mend(store)
		if do != nil {
			r.world.Calls.Before(store, do)
		}
	}
}

// lettersOnly makes names of problems that hold no digits, for the same reason.
type lettersOnly struct{}

func (lettersOnly) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0xab
	}
	return len(b), nil
}

// restart has requests answered by an API that is made of r.config as it is now.
func (r *rig) restart() *API {
	a := New(r.config)
	router := mux.NewRouter().SkipClean(true)
	a.Routes(router)
	r.handler = router
	return a
}

// key makes a valid key with those scopes and returns its token.
func (r *rig) key(name string, scopes ...apikey.Scope) string {
	r.Helper()
	var seed [32]byte
	copy(seed[:], name)
	key, text, err := apikey.New(rand.NewChaCha8(seed), name, scopes, start)
	check.OK(r, err)
	check.OK(r, r.world.DB.Keys().AddKey(r.Context(), key))
	token := text.Reveal()
	r.tokens[token] = scopes
	r.secrets = append(r.secrets, token, token[len(token)-43:])
	return token
}

// allowed returns the token of a key for everything.
func (r *rig) allowed() string {
	if r.all == "" {
		r.all = r.key("ordering", apikey.AllScopes[:]...)
	}
	return r.all
}

// ask sends a request with the key for everything. A body is sent as JSON.
func (r *rig) ask(method, path, body string) answer {
	r.Helper()
	return r.send(r.request(method, path, body))
}

// askWith also sends the header If-Match, unless it is empty.
func (r *rig) askWith(ifMatch, method, path, body string) answer {
	r.Helper()
	request := r.request(method, path, body)
	if ifMatch != "" {
		request.Header.Set("If-Match", ifMatch)
	}
	return r.send(request)
}

// ownKey begins the Idempotency-Key of requests for which a test names none.
const ownKey = "request-"

func (r *rig) request(method, path, body string) *http.Request {
	r.Helper()
	request := httptest.NewRequestWithContext(r.Context(), method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+r.allowed())
	r.requests++
	request.Header.Set("Idempotency-Key", fmt.Sprint(ownKey, r.requests))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

// send answers a request, and holds both against openapi.yaml.
func (r *rig) send(request *http.Request) answer {
	r.Helper()
	body := readAll(r.T, request)
	got := r.serve(withBody(request, body))
	for _, s := range r.secrets {
		if strings.Contains(got.body, s) {
			r.Errorf("%s %s: the answer holds %q", request.Method, request.URL, s)
		}
	}
	r.conforms(request, body, got)
	r.unlike = false
	return got
}

// serve answers a request, and leaves openapi.yaml out: for what has been held against it often enough.
func (r *rig) serve(request *http.Request) answer {
	r.Helper()
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, request)
	return answer{t: r.T, status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
}

// add provisions the line.
func (r *rig) add(language string, installed ...pins.Feature) {
	r.Helper()
	r.world.AddLines(r.T, pins.NewLine{Number: line, Language: language, Features: pins.FeaturesOf(installed...)})
}

// personal gives the line a PIN of its own.
func (r *rig) personal() { r.Helper(); r.world.SetPIN(r.T, line, personalPIN) }

// recorded fails unless the history of the line is one refused reset.
func (r *rig) recorded(by, reason string) {
	r.Helper()
	got, err := r.world.DB.Lines().History(r.Context(), line, 10)
	check.OK(r, err)
	want := []pins.Record{{At: r.now(), Event: pins.ResetRefused, By: by, From: "api", Reason: reason}}
	check.Same(r, got, want)
}

// fail counts failures on one side of the line.
func (r *rig) fail(side pins.Side, times int) {
	r.Helper()
	for i := range times {
		attempt := pins.Attempt{Number: line, Side: side, From: "+16515550199", Turn: pins.Turn{Call: "CA2" + string(side), Number: i}, At: r.now()}
		if _, err := r.world.DB.Lines().Settle(r.Context(), attempt, pins.Settlement{As: limit.Failed}, pins.DefaultLock()); err != nil {
			r.Fatal(err)
		}
	}
}

// An answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// is fails unless the answer has that status and, if it is a refusal, that problem type.
func (a answer) is(status int, problem string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status = %d, want %d; body: %s", a.status, status, a.body)
	}
	if problem != "" {
		var got Problem
		a.read(&got)
		if got.Type != "/openapi.yaml#"+problem || got.Status != status {
			a.t.Fatalf("problem = %+v, want %s", got, problem)
		}
		if !strings.HasPrefix(got.Instance, "urn:uuid:") || got.Title == "" || got.Detail == "" {
			a.t.Errorf("problem lacks something: %+v", got)
		}
	}
	return a
}

func (a answer) read(document any) {
	a.t.Helper()
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(document); err != nil {
		a.t.Fatalf("read %s: %v", a.body, err)
	}
}

func (a answer) line() Line {
	a.t.Helper()
	var l Line
	a.read(&l)
	return l
}

const (
	coded   accounts.Number = "MN-1000-4" // has a code
	missing accounts.Number = "MN-9999-9" // is no account's

	code = "826517"
	luz  = "Doña Luz, of St. Paul"

	enrolled accounts.EnrollmentID = "enr_aaaaaaaaaaaaaaaaaaaaaaaaaa" // has coded
	followed deliveries.ID         = "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa" // calls the telephone of coded

	accountPath    = "/v1/accounts/" + string(coded)
	enrollmentPath = "/v1/enrollments/" + string(enrolled)
	deliveryPath   = "/v1/deliveries/" + string(followed)

	newAccount = `{"phone":"612-555-0142","language":"es","name":"Pat Larsen","address":{"street":["12 Elm Street","Apt. 3"],` +
		`"city":"Minneapolis","state":"mn","zip":"55403"},"email":"pat@mail.example.com","email_since":"2026-01-02T03:04:05Z",` +
		`"security_code":"` + code + `"}`
)

// customers are the accounts of the rig.
func (r *rig) customers() *accounts.Accounts {
	r.Helper()
	all, err := accounts.New(accounts.Config{
		Store: r.billing, Attempts: r.billing, Enrollments: r.billing, Keys: r.world.Keys, Hasher: r.world.Hasher(),
		Notices: func(update accounts.Update) [][]byte {
			r.billing.update = update
			return [][]byte{[]byte("a notice")}
		},
		Now: r.world.Now,
	})
	check.OK(r, err)
	return all
}

// outbound are the deliveries of the rig. No task of theirs is ever run.
func (r *rig) outbound(all *accounts.Accounts) *deliveries.Deliveries {
	return deliveries.New(deliveries.Config{
		Store: r.world.Deliveries(), Phones: r.world.Deliveries(), Queue: &testkit.Queue{}, Dialer: r, Printer: r, Accounts: all,
		Mailer: r, Mailboxes: r, Now: r.world.Now,
		Codes: repair.Codes{Store: r.world.DB.Desk(), Keys: r.world.Keys, Now: r.world.Now},
	})
}

// desk is the repair desk of the rig.
func (r *rig) desk(provisioning pins.Provisioning, limits repair.Limits) *repair.Desk {
	return repair.New(repair.Config{
		Lines: r.config.Lines, Provisioning: provisioning, Accounts: r.config.Accounts, Deliveries: r.outbound(r.config.Accounts),
		Store: r.world.Desk(), Audit: r.world.Audit, Keys: r.world.Keys, Limits: limits, Now: r.world.Now,
		Alert: func(_ context.Context, alert repair.Alert) { r.alerts = append(r.alerts, alert) },
	})
}

var errNotHere = errors.New("nothing leaves a test")

// The rig stands for the ways out, which no request of the API goes by itself.

func (r *rig) Dial(context.Context, deliveries.Ring) (string, error)  { return "", errNotHere }
func (r *rig) Has(context.Context, nanp.Number, string) (bool, error) { return false, errNotHere }
func (r *rig) ResetByCall(context.Context, nanp.Number, string, deliveries.ID, string) (secret.Text, error) {
	return secret.Text{}, errNotHere
}
func (r *rig) HangUp(context.Context, string) error            { return errNotHere }
func (r *rig) Print(context.Context, deliveries.Message) error { return errNotHere }
func (r *rig) Send(context.Context, deliveries.Message) error  { return errNotHere }
func (r *rig) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, errNotHere
}

// pass lets time pass between two looks at a delivery, and things happen meanwhile.
func (r *rig) pass(ctx context.Context, d time.Duration) error {
	r.world.Pass(d)
	if r.passing != nil {
		r.passing()
	}
	return ctx.Err()
}

// provision creates the account coded, an enrollment and a delivery. The account's secrets
// must turn up nowhere from now on.
func (r *rig) provision() {
	r.Helper()
	r.secrets = append(r.secrets, code, luz)
	r.ask(http.MethodPut, accountPath, newAccount).is(http.StatusCreated, "")
	account, err := r.config.Accounts.Get(r.Context(), coded)
	if err == nil {
		err = r.world.DB.Accounts().Begin(r.Context(), accounts.Enrollment{ID: enrolled, Accounts: []accounts.ID{account.ID}, Since: r.now()})
	}
	if err == nil {
		_, err = r.world.DB.Deliveries().Create(r.Context(), deliveries.NewDelivery{Delivery: deliveries.Delivery{
			ID: followed, Account: account.ID, Topic: deliveries.SecurityCode, Method: deliveries.Voice,
			Status: deliveries.Queued, Attempt: 1, Due: r.now(), Created: r.now(),
			Events: []deliveries.Event{{At: r.now(), Status: deliveries.Queued, Attempt: 1}},
		}})
	}
	check.OK(r, err)
	r.notices = nil
}

// validated has an agent of a key ("ordering/77") validate the customer of the line.
func (r *rig) validated(by string) {
	r.Helper()
	v := pins.Validation{By: by, From: from, Method: pins.ByCall, At: r.now(), Until: r.now().Add(pins.ValidFor)}
	record := pins.Record{At: r.now(), Event: pins.CustomerValidated, By: by, From: from, Method: pins.ByCall}
	check.OK(r, r.world.DB.Lines().Validate(r.Context(), line, v, record))
}

// becomes gives the followed delivery another status.
func (r *rig) becomes(status deliveries.Status, detail string) {
	r.Helper()
	delivery, err := r.world.DB.Deliveries().Get(r.Context(), followed)
	check.OK(r, err)
	delivery.Status = status
	event := deliveries.Event{At: r.now(), Status: status, Attempt: delivery.Attempt, Detail: detail}
	check.OK(r, r.world.DB.Deliveries().Update(r.Context(), delivery, event))
}

var errRefused = errors.New("dial tcp 10.0.0.7:6379: connection refused")

// away is the fault of a store that is not there, and hanging that of one that is silent.
func away(context.Context) error { return errRefused }

func hanging(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// A billingStore tells of which updates it keeps notices.
type billingStore struct {
	redisstore.Accounts
	update  accounts.Update // that is to be stored
	notices *[]accounts.Update
}

func (s *billingStore) noted(notices [][]byte, err error) error {
	if err == nil && len(notices) > 0 {
		*s.notices = append(*s.notices, s.update)
	}
	return err
}

func (s *billingStore) Create(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	return s.noted(notices, s.Accounts.Create(ctx, account, records, notices))
}

func (s *billingStore) Change(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	return s.noted(notices, s.Accounts.Change(ctx, account, records, notices))
}
