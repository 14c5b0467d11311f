package api

import (
	"context"
	"encoding/json"
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
	"updatecenter/internal/features"
	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const line nanp.Number = "+16125550142"

var start = time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)

// hash stands for a personal PIN; it must turn up nowhere.
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
	for _, store := range []string{"Lines", "Features", "Accounts", "Deliveries", "Desk"} {
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

func (r *rig) request(method, path, body string) *http.Request {
	r.Helper()
	request := httptest.NewRequestWithContext(r.Context(), method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+r.allowed())
	r.requests++
	request.Header.Set("Idempotency-Key", fmt.Sprintf("request-%d", r.requests))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

// send answers a request, and holds both against openapi.yaml.
func (r *rig) send(request *http.Request) answer {
	r.Helper()
	body := readAll(r.T, request)
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, withBody(request, body))
	got := answer{t: r.T, status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
	for _, s := range r.secrets {
		if strings.Contains(got.body, s) {
			r.Errorf("%s %s: the answer holds %q", request.Method, request.URL, s)
		}
	}
	r.conforms(withBody(request, body), got)
	r.unlike = false
	return got
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
