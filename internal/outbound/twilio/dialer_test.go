package twilio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

const (
	callsPath = "/2010-04-01/Accounts/" + sid + "/Calls.json"
	callSID   = "CA00112233445566778899aabbccddeeff"

	home   = nanp.Number("+16125550142")
	access = nanp.Number("+18886128052")
)

var _ deliveries.Dialer = (*twilio.Dialer)(nil)

// line answers what is asked about calls, and holds every request to Twilio's description.
type line struct {
	t      *testing.T
	rules  description
	answer http.HandlerFunc

	mu    sync.Mutex
	asked []asked
}

type asked struct {
	method, path string
	form         url.Values // body and query
	user         string
}

func newLine(t *testing.T, answer http.HandlerFunc) *line {
	return &line{t: t, rules: readDescription(t), answer: answer}
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		l.t.Errorf("read form: %v", err)
	}
	for _, fault := range l.rules.check(r) {
		l.t.Errorf("%s %s: %s", r.Method, r.URL.Path, fault)
	}
	user, _, _ := r.BasicAuth()
	l.mu.Lock()
	l.asked = append(l.asked, asked{r.Method, r.URL.Path, r.Form, user})
	l.mu.Unlock()
	l.answer(w, r)
}

// requests are those asked so far.
func (l *line) requests() []asked {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

// answers writes the same to everybody.
func answers(status int, body any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
}

func dialer(t *testing.T, handler http.Handler, change func(*twilio.DialerConfig)) *twilio.Dialer {
	t.Helper()
	config := twilio.DialerConfig{From: access, PublicURL: "https://ivr.example.com/78/"}
	if change != nil {
		change(&config)
	}
	d, err := account(t, handler, nil).Dialer(config)
	check.OK(t, err)
	return d
}

var ring = deliveries.Ring{To: home, Task: deliveries.Task{Delivery: "dlv_abc", Attempt: 2}}

func TestDial(t *testing.T) {
	plain := url.Values{
		"To": {"+16125550142"}, "From": {"+18886128052"},
		"Url": {"https://ivr.example.com/78/voice/callback/dlv_abc/2"}, "Method": {"POST"},
		"FallbackUrl": {"https://ivr.example.com/78/voice/callback/fallback"}, "FallbackMethod": {"POST"},
		"StatusCallback": {"https://ivr.example.com/78/voice/status/dlv_abc/2"}, "StatusCallbackMethod": {"POST"},
		"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"},
		"Timeout":             {"30"}, "TimeLimit": {"600"},
	}
	for name, c := range map[string]struct {
		change func(*twilio.DialerConfig)
		more   url.Values
	}{
		"plain":            {nil, nil},
		"detects machines": {func(c *twilio.DialerConfig) { c.DetectMachines = true }, url.Values{"MachineDetection": {"DetectMessageEnd"}}},
	} {
		l := newLine(t, answers(http.StatusCreated, record{"sid": callSID, "status": "queued"}))
		got, err := dialer(t, l, c.change).Dial(t.Context(), ring)
		if got != callSID || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		want := url.Values{}
		for _, some := range []url.Values{plain, c.more} {
			for field, values := range some {
				want[field] = values
			}
		}
		asked := l.requests()
		if len(asked) != 1 || asked[0].method != http.MethodPost || asked[0].path != callsPath {
			t.Fatalf("%s: asked %v", name, asked)
		}
		if diff := cmp.Diff(want, asked[0].form); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDialRefused(t *testing.T) {
	const (
		number, busy = deliveries.NumberRefused, deliveries.TwilioBusy
		operator     = deliveries.OperatorMustMend
		unknown      = deliveries.Reason("") // whether it rings
	)
	for _, c := range []struct {
		status, code int
		reason       deliveries.Reason
	}{
		{http.StatusBadRequest, 21211, number}, // no such number
		{http.StatusBadRequest, 13223, number},
		{http.StatusBadRequest, 21214, number},
		{http.StatusBadRequest, 21217, number},
		{http.StatusBadRequest, 21202, number}, // premium
		{http.StatusTooManyRequests, 20429, busy},
		{http.StatusTooManyRequests, 0, busy},
		{http.StatusTooManyRequests, 10004, busy},
		{http.StatusBadRequest, 10004, busy},
		{http.StatusBadRequest, 22005, busy},
		{http.StatusUnauthorized, 20003, operator},
		{http.StatusUnauthorized, 0, operator},
		{http.StatusUnauthorized, 10001, operator}, // suspended
		{http.StatusBadRequest, 21205, operator},   // Url
		{http.StatusBadRequest, 21210, operator},   // From
		{http.StatusBadRequest, 21212, operator},   // From
		{http.StatusForbidden, 21215, operator},    // no calls to that country
		{http.StatusForbidden, 21216, operator},    // blocked, also all of +1 for want of a profile
		{http.StatusBadRequest, 21219, operator},   // trial
		{http.StatusBadRequest, 13224, operator},   // carriers' outages too
		{http.StatusNotFound, 20404, operator},     // no such account
		{http.StatusBadRequest, 29999, operator},   // not invented yet
		{http.StatusInternalServerError, 0, unknown},
		{http.StatusServiceUnavailable, 20503, unknown},
		{http.StatusBadGateway, 20429, unknown},
		{http.StatusNotFound, 0, unknown}, // of something on the way
		{http.StatusRequestTimeout, 0, unknown},
	} {
		l := newLine(t, answers(c.status, record{"code": c.code, "message": "hidden +16125550142", "status": c.status}))
		_, err := dialer(t, l, nil).Dial(t.Context(), ring)
		var refused *deliveries.RefusedError
		if err == nil || errors.As(err, &refused) != (c.reason != unknown) {
			t.Errorf("%d, %d: got %v", c.status, c.code, err)
			continue
		}
		if refused != nil && (refused.Code != c.code || refused.Reason != c.reason || refused.After != 0) {
			t.Errorf("%d, %d: got %+v", c.status, c.code, *refused)
		}
		if got := errors.Is(err, twilio.ErrCredentials); got != (c.status == http.StatusUnauthorized) {
			t.Errorf("%d: credentials refused: %v", c.status, got)
		}
		if tells := err.Error(); strings.Contains(tells, "hidden") || strings.Contains(tells, "555") || strings.Contains(tells, "dlv_") {
			t.Errorf("%d: the error tells too much: %v", c.status, err)
		}
	}
}

func TestDialRefusedForAWhile(t *testing.T) {
	for written, want := range map[string]time.Duration{
		"7": 7 * time.Second, "": 0, "soon": 0, "-1": 0, "99999999999999": 0,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		l := newLine(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", written)
			w.Header().Set("Date", "Sun, 01 Mar 2026 12:00:00 GMT")
			answers(http.StatusTooManyRequests, record{"code": 20429})(w, nil)
		})
		_, err := dialer(t, l, nil).Dial(t.Context(), ring)
		var refused *deliveries.RefusedError
		if !errors.As(err, &refused) || refused.After != want {
			t.Errorf("%q: got %v, want %v", written, err, want)
		}
	}
}

func TestCodeLabel(t *testing.T) {
	for code, want := range map[int]string{21211: "21211", 20003: "20003", 29999: "other", 0: "other"} {
		if got := twilio.CodeLabel(code); got != want {
			t.Errorf("%d: got %q", code, got)
		}
	}
}

// After these nobody knows whether it rings, and the request is not sent again.
func TestDialLost(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"connection lost":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"answer cut short":  func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{"sid":`) },
		"answer without it": answers(http.StatusCreated, record{"status": "queued"}),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"too slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		l := newLine(t, answer)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		got, err := dialer(t, l, nil).Dial(ctx, ring)
		cancel()
		var refused *deliveries.RefusedError
		if got != "" || err == nil || errors.As(err, &refused) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if asked := l.requests(); len(asked) != 1 {
			t.Errorf("%s: asked %d times", name, len(asked))
		}
		if name == "too slow" && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestHangUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		ok     bool
	}{
		{"under way", answers(http.StatusOK, record{"sid": callSID, "status": "completed"}), true},
		{"over", answers(http.StatusBadRequest, record{"code": 21220, "status": 400}), true},
		{"unknown", answers(http.StatusNotFound, record{"code": 20404, "status": 404}), false},
		{"trouble", answers(http.StatusInternalServerError, nil), false},
	} {
		l := newLine(t, c.answer)
		if err := dialer(t, l, nil).HangUp(t.Context(), callSID); (err == nil) != c.ok {
			t.Errorf("%s: got %v", c.name, err)
		}
		want := []asked{{http.MethodPost, strings.Replace(callsPath, ".json", "/"+callSID+".json", 1), url.Values{"Status": {"completed"}}, sid}}
		if diff := cmp.Diff(want, l.requests(), cmp.AllowUnexported(asked{})); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	l := newLine(t, answers(http.StatusOK, nil))
	for _, sid := range []string{"", "CA1", "CA00112233445566778899aabbcc/../..", strings.Replace(callSID, "CA", "AC", 1)} {
		if err := dialer(t, l, nil).HangUp(t.Context(), sid); err == nil || len(l.requests()) != 0 {
			t.Errorf("%q: got %v, asked %v", sid, err, l.requests())
		}
	}
}

func TestDialerConfig(t *testing.T) {
	a, err := twilio.New(twilio.Config{AccountSID: sid, AuthToken: secret.New(token)})
	check.OK(t, err)
	for want, c := range map[string]twilio.DialerConfig{
		"number to call from": {PublicURL: "https://ivr.example.com"},
		"public URL":          {From: access},
		"public URL: an":      {From: access, PublicURL: "https://my_ivr.example.com"},
		"public URL: want":    {From: access, PublicURL: "https://ivr.example.com/?hidden"},
	} {
		d, err := a.Dialer(c)
		if d != nil || !errors.Is(err, twilio.ErrConfig) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestPublicURL(t *testing.T) {
	const real, simulated = "https://api.twilio.com", "http://127.0.0.1:9"
	for _, c := range []struct {
		public, base string
		ok           bool
	}{
		{"https://ivr.example.com", real, true},
		{"https://ivr.example.com:8443/78", real, true},
		{"https://ivr.example.com:65535", real, true},
		{"https://198.51.100.7", real, true},
		{"https://[2001:db8::7]", real, true},
		{"https://ivr.example.com:65536", real, false},
		{"https://ivr.example.com:0", real, false},
		{"https://[::]:8080", real, false},
		{"https://0.0.0.0", real, false},
		{"https://ivr", real, false},
		{"https://ivr.", real, false},
		{"http://localhost:8080", real, false},
		{"http://127.0.0.1:8080", real, false},
		{"http://[::1]:8080", real, false},
		{"http://[::ffff:127.0.0.1]", real, false},
		{"http://10.0.0.7", real, false},
		{"http://169.254.169.254", real, false},
		{"https://my_ivr.example.com", real, false},
		{"ftp://ivr.example.com", real, false},
		{"http://127.0.0.1:8080", simulated, true},
		{"http://10.0.0.7", simulated, true},
		{"http://localhost:8080", simulated, false}, // the simulator refuses it, as Twilio does
		{"http://[::]:8080", simulated, false},
		{"http://127.0.0.1:80800", simulated, false},
	} {
		if err := twilio.CheckPublicURL(c.public, c.base); (err == nil) != c.ok || err != nil && !errors.Is(err, twilio.ErrConfig) {
			t.Errorf("%s with %s: got %v", c.public, c.base, err)
		}
	}
}

func ExampleDialer_Dial() {
	server := httptest.NewServer(answers(http.StatusCreated, record{"sid": callSID})) // in place of api.twilio.com
	defer server.Close()
	account, err := twilio.New(twilio.Config{AccountSID: sid, AuthToken: secret.New(token), BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	dialer, err := account.Dialer(twilio.DialerConfig{From: "+18886128052", PublicURL: "https://ivr.example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(dialer.Dial(context.Background(), deliveries.Ring{
		To: "+16125550142", Task: deliveries.Task{Delivery: "dlv_abc", Attempt: 1},
	}))
	// Output: CA00112233445566778899aabbccddeeff <nil>
}
