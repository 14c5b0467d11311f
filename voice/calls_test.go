package voice_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/voice"
	"updatecenter/voice/signature"
)

const (
	publicURL = "https://calls.example.com"
	sid       = "CA00000000000000000000000000000001"
	formType  = "application/x-www-form-urlencoded"
)

var token = secret.New("the token that signs")

// fakeEngine answers every turn with a document that tells nothing, unless a test has
// something else in mind, and keeps the events that it was given.
type fakeEngine struct {
	name   string // in its apologies
	turn   func(ctx context.Context, event ivr.Event) ([]byte, error)
	mu     sync.Mutex
	events []ivr.Event
}

func (f *fakeEngine) Turn(ctx context.Context, event ivr.Event) ([]byte, error) {
	f.mu.Lock()
	f.events = append(f.events, event)
	f.mu.Unlock()
	if f.turn != nil {
		return f.turn(ctx, event)
	}
	return []byte("<Response/>"), nil
}

func (f *fakeEngine) Apology(l ivr.Language, may string) []byte {
	return []byte("<Response>" + f.name + string(l) + may + "</Response>")
}

// fakeStatuses takes in every status, unless a test has an error in mind, and keeps them.
type fakeStatuses struct {
	err error
	all []takenIn
}

// A takenIn is a status callback with its task.
type takenIn struct {
	Task deliveries.Task
	deliveries.StatusCallback
}

func (f *fakeStatuses) Status(ctx context.Context, task deliveries.Task, callback deliveries.StatusCallback) error {
	f.all = append(f.all, takenIn{task, callback})
	if _, bounded := ctx.Deadline(); !bounded {
		return errors.New("a status may take for ever")
	}
	return errors.Join(f.err, ctx.Err())
}

// site is an edge that a test can post to.
type site struct {
	testing.TB
	engine   *fakeEngine // of calls that come in
	callback *fakeEngine // of calls that we make
	statuses *fakeStatuses
	registry *prometheus.Registry
	log      strings.Builder
	handler  http.Handler
	public   string
}

// newSite is an edge as the settings usually make it, after a test has changed them.
func newSite(t testing.TB, change func(*voice.Config)) *site {
	t.Helper()
	s := &site{TB: t, engine: &fakeEngine{}, callback: &fakeEngine{name: "callback "}, statuses: &fakeStatuses{},
		registry: prometheus.NewRegistry()}
	config := voice.Config{
		Engine: s.engine, Callback: s.callback, Statuses: s.statuses, PublicURL: publicURL, AuthTokens: []secret.Text{token},
		SIPDomains: []string{"Switch.sip.twilio.com"}, Dial78: []nanp.Number{"+16125550178"},
		Unready: func(context.Context) string { return "" },
		Metrics: voice.NewMetrics(s.registry), Log: slog.New(slog.NewTextHandler(&s.log, logtest.Untimed())),
	}
	if change != nil {
		change(&config)
	}
	router := mux.NewRouter()
	edge := voice.New(config)
	edge.Routes(router)
	edge.Probes(router)
	s.handler, s.public = router, strings.TrimSuffix(config.PublicURL, "/")
	return s
}

// call is the form of a webhook, with more fields as they stand.
func call(more ...string) url.Values {
	form := url.Values{"CallSid": {sid}, "From": {"+16125550142"}, "To": {"+18886128052"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// request is a webhook that Twilio has signed.
func (s *site) request(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	r.Header.Set(signature.Header, signature.Sign(token, s.public+path, form))
	return r
}

func (s *site) serve(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result()
}

// post delivers a webhook that Twilio has signed, and returns the status and the body.
func (s *site) post(path string, form url.Values) (int, string) {
	s.Helper()
	return s.read(s.serve(s.request(path, form)))
}

func (s *site) read(response *http.Response) (int, string) {
	s.Helper()
	body, err := io.ReadAll(response.Body)
	check.OK(s, err)
	return response.StatusCode, string(body)
}

// event is the only one that the engine of calls that come in was given.
func (s *site) event() ivr.Event { return s.only(s.engine, s.callback) }

// callbackEvent is the only one that the engine of calls that we make was given.
func (s *site) callbackEvent() ivr.Event { return s.only(s.callback, s.engine) }

// only is the one event that an engine was given, and the other none.
func (s *site) only(engine, other *fakeEngine) ivr.Event {
	s.Helper()
	if len(engine.events) != 1 || len(other.events) != 0 {
		s.Fatalf("the engine was given %d events, the other %d", len(engine.events), len(other.events))
	}
	return engine.events[0]
}

// told counts what was handed on.
func (s *site) told() int { return len(s.engine.events) + len(s.callback.events) + len(s.statuses.all) }

// refuses holds that a request gets a status alone, and that nobody hears of it.
func (s *site) refuses(r *http.Request, want int) {
	s.Helper()
	status, body := s.read(s.serve(r))
	if status != want {
		s.Errorf("status %d, want %d", status, want)
	}
	if len(body) > 60 || s.told() != 0 {
		s.Errorf("it says %q, and %d were told", body, s.told())
	}
}

// metric adds up a counter over its labels, or how often a histogram was filled.
func (s *site) metric(name string) float64 {
	s.Helper()
	families, err := s.registry.Gather()
	check.OK(s, err)
	sum := 0.0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			sum += metric.GetCounter().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

func TestAnIncomingCall(t *testing.T) {
	tests := []struct {
		name string
		more []string
		want ivr.Caller
	}{
		{"to an access number", nil, ivr.Caller{Number: "+16125550142", From: "+16125550142"}},
		{"to an access number, fully attested", []string{"StirVerstat", "TN-Validation-Passed-A"},
			ivr.Caller{Number: "+16125550142", From: "+16125550142", Vouched: true}},
		{"over the switch", []string{"To", "sip:78@switch.sip.ashburn.twilio.com", "From", "sip:6125550142@192.0.2.1", "SipDomain", "switch.sip.twilio.com"},
			ivr.Caller{Number: "+16125550142", From: "+16125550142", FromLine: true, Vouched: true}},
		{"to a dial-78 number", []string{"To", "+16125550178", "StirVerstat", "TN-Validation-Passed-A"},
			ivr.Caller{Number: "+16125550142", From: "+16125550142", FromLine: true, Vouched: true}},
		{"withheld", []string{"From", "anonymous"}, ivr.Caller{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, nil)
			if status, body := s.post("/voice/incoming", call(tt.more...)); status != http.StatusOK || body != "<Response/>" {
				t.Errorf("%d %s", status, body)
			}
			check.Same(t, s.event(), ivr.Event{Call: sid, Caller: tt.want})
			if strings.Contains(s.log.String(), "6125550142") {
				t.Errorf("the log tells who calls: %s", s.log.String())
			}
		})
	}
}

func TestATurn(t *testing.T) {
	known := ivr.Caller{Number: "+16125550142", From: "+16125550142"}
	tests := []struct {
		path string
		more []string
		want ivr.Event
	}{
		{"/voice/turn/1", []string{"Digits", "8265", "FinishedOnKey", "#", "msg", "Gather End"}, ivr.Event{Turn: 1, Input: ivr.Input{Keys: "8265"}}},
		{"/voice/turn/2?lang=es", nil, ivr.Event{Turn: 2, Language: ivr.Spanish}},
		{"/voice/turn/3?lang=fr", []string{"Digits", ""}, ivr.Event{Turn: 3}},
		{"/voice/turn/9999?lang=en", []string{"DialCallStatus", "busy"}, ivr.Event{Turn: 9999, Language: ivr.English, Input: ivr.Input{DialStatus: "busy"}}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			s := newSite(t, nil)
			if status, body := s.post(tt.path, call(tt.more...)); status != http.StatusOK || body != "<Response/>" {
				t.Errorf("%d %s", status, body)
			}
			tt.want.Call, tt.want.Caller = sid, known
			check.Same(t, s.event(), tt.want)
			if strings.Contains(s.log.String(), "8265") {
				t.Errorf("the log tells what was keyed: %s", s.log.String())
			}
		})
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	s := newSite(t, nil)
	response := s.serve(s.request("/voice/incoming", call()))
	if got := response.Header.Get("Content-Type"); got != "text/xml; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	if n := s.metric("updatecenter_webhook_seconds"); n != 1 {
		t.Errorf("measured %v times", n)
	}
}

// An engine that fails, or falls over, still leaves the caller with a sentence, in the
// language that the turn's URL has.
func TestAnEngineThatFails(t *testing.T) {
	engines := map[string]func(context.Context, ivr.Event) ([]byte, error){
		"an error": func(context.Context, ivr.Event) ([]byte, error) { return nil, errors.New("redis is down") },
		"a panic":  func(context.Context, ivr.Event) ([]byte, error) { panic("redis is down") },
	}
	paths := map[string]string{
		"/voice/incoming":               "<Response></Response>",
		"/voice/turn/1":                 "<Response></Response>",
		"/voice/turn/1?lang=es":         "<Response>es</Response>",
		"/voice/turn/1?lang=xx":         "<Response></Response>",
		"/voice/turn/1?lang=en&may=pin": "<Response>enpin</Response>",
		"/voice/fallback":               "<Response>espin</Response>",
	}
	for name, turn := range engines {
		for path, want := range paths {
			t.Run(name+" at "+path, func(t *testing.T) {
				s := newSite(t, nil)
				s.engine.turn = turn
				if status, body := s.post(path, call("ErrorUrl", publicURL+"/voice/turn/1?lang=es&may=pin")); status != http.StatusOK || body != want {
					t.Errorf("%d %s, want %s", status, body, want)
				}
				if n := s.metric("updatecenter_apologies_total"); n != 1 {
					t.Errorf("counted %v times", n)
				}
				if log := s.log.String(); !strings.Contains(log, "redis is down") || !strings.Contains(log, sid) {
					t.Errorf("the log has no cause, or no call: %s", log)
				}
			})
		}
	}
}

// Twilio that hangs up doesn't stop a turn: it will ask again, and wants the answer then.
func TestATurnOutlivesItsRequest(t *testing.T) {
	s := newSite(t, nil)
	s.engine.turn = func(ctx context.Context, _ ivr.Event) ([]byte, error) { return []byte("<Response/>"), ctx.Err() }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if status, body := s.read(s.serve(s.request("/voice/incoming", call()).WithContext(ctx))); status != http.StatusOK || body != "<Response/>" {
		t.Errorf("%d %s", status, body)
	}
}

func TestStatusCallbacks(t *testing.T) {
	tests := []struct{ name, status, duration, logged string }{
		{"completed", "completed", "42", "status=completed seconds=42"},
		{"under way", "ringing", "", "status=ringing seconds=0"},
		{"a word that Twilio doesn't know", "exploded\nlevel=ERROR", "", "status=unknown seconds=0"},
		{"none", "", "", "status=unknown seconds=0"},
		{"another case", "Completed", "1", "status=unknown seconds=1"},
		{"no number", "completed", "long", "status=completed seconds=0"},
		{"a negative one", "completed", "-5", "status=completed seconds=0"},
		{"more than a number holds", "completed", "99999999999999999999", "status=completed seconds=0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, nil)
			form := call("CallStatus", tt.status, "CallDuration", tt.duration, "SequenceNumber", "x", "Timestamp", "yesterday")
			if status, body := s.post("/voice/status", form); status != http.StatusNoContent || body != "" {
				t.Errorf("%d %q", status, body)
			}
			if log := s.log.String(); !strings.Contains(log, tt.logged) || strings.Count(log, "\n") != 1 {
				t.Errorf("want %q, and one line, in the log: %s", tt.logged, log)
			}
			if n := s.metric("updatecenter_call_statuses_total"); n != 1 || len(s.engine.events) != 0 {
				t.Errorf("counted %v times, %d events", n, len(s.engine.events))
			}
		})
	}
}

// The fallback gives the turn of the URL that failed what the webhook would have, and a look where
// the form does not hold what the turn needs.
func TestFallback(t *testing.T) {
	known := ivr.Caller{Number: "+16125550142", From: "+16125550142"}
	keyed := []string{"Digits", "8265", "msg", "Gather End"}
	tests := []struct {
		name, failed string
		more         []string
		want         ivr.Event
	}{
		{"the incoming call", publicURL + "/voice/incoming", nil, ivr.Event{}},
		{"with connection overrides", publicURL + "/voice/incoming#rc=2&rp=all", nil, ivr.Event{}},
		{"with a port", publicURL + ":443/voice/incoming", nil, ivr.Event{}},
		{"in capitals", "HTTPS://Calls.Example.com/voice/incoming", nil, ivr.Event{}},
		{"a turn", publicURL + "/voice/turn/3?lang=es&may=pin", keyed, ivr.Event{Turn: 3, Language: ivr.Spanish, Input: ivr.Input{Keys: "8265"}}},
		{"a turn without keys", publicURL + "/voice/turn/3", []string{"FinishedOnKey", "", "msg", "Gather End"}, ivr.Event{Turn: 3}},
		{"a turn after a transfer", publicURL + "/voice/turn/3", []string{"DialCallStatus", "busy"}, ivr.Event{Turn: 3, Input: ivr.Input{DialStatus: "busy"}}},
		{"a turn, of which the form has nothing", publicURL + "/voice/turn/3?lang=en", nil, ivr.Event{Turn: 3, Language: ivr.English, Look: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, nil)
			form := call(append(tt.more, "ErrorCode", "11200", "ErrorUrl", tt.failed)...)
			if status, body := s.post("/voice/fallback", form); status != http.StatusOK || body != "<Response/>" {
				t.Errorf("%d %s", status, body)
			}
			tt.want.Call, tt.want.Caller = sid, known
			check.Same(t, s.event(), tt.want)
			if log := s.log.String(); !strings.Contains(log, "11200") || strings.Contains(log, "8265") {
				t.Errorf("the log doesn't tell why, or tells what was keyed: %s", log)
			}
		})
	}
	s := newSite(t, nil)
	form := call("ErrorUrl", publicURL+"/voice/incoming")
	form.Del("From")
	if s.post("/voice/fallback", form); !s.event().Look {
		t.Error("a call of nobody is begun")
	}
}

// Where there is no turn of ours the fallback answers by itself, in the language of the URL.
func TestFallbackOfNoTurn(t *testing.T) {
	tests := []struct{ failed, want string }{
		{"", "<Response></Response>"},
		{"::%zz?lang=es", "<Response></Response>"},
		{"?lang=%zz", "<Response></Response>"},
		{"/voice/turn/3?lang=es", "<Response>es</Response>"},
		{"https://other.example.com/voice/turn/3?lang=es", "<Response>es</Response>"},
		{"http://calls.example.com/voice/turn/3?lang=es", "<Response>es</Response>"},
		{publicURL + ":8443/voice/turn/3?lang=es", "<Response>es</Response>"},
		{publicURL + ".example.net/voice/turn/3?lang=en", "<Response>en</Response>"},
		{publicURL + "/voice/turn/0?lang=en", "<Response>en</Response>"},
		{publicURL + "/voice/turn/x?lang=en", "<Response>en</Response>"},
		{publicURL + "/voice/turn/3/4?lang=en", "<Response>en</Response>"},
		{publicURL + "/voice/turn/99999999?lang=en&may=pin", "<Response>enpin</Response>"},
		{publicURL + "/voice/fallback?lang=en", "<Response>en</Response>"},
		{publicURL + "/voice/status/dlv_abc/1?lang=en", "<Response>en</Response>"},
		{publicURL + "/voice/callback/dlv%20abc/1?lang=en", "<Response>en</Response>"},
		{publicURL + "/healthz?lang=fr", "<Response></Response>"},
	}
	for _, tt := range tests {
		t.Run(tt.failed, func(t *testing.T) {
			s := newSite(t, nil)
			if status, body := s.post("/voice/fallback", call("ErrorCode", "11200", "ErrorUrl", tt.failed, "Digits", "1")); status != http.StatusOK || body != tt.want {
				t.Errorf("%d %s, want %s", status, body, tt.want)
			}
			if n := s.metric("updatecenter_apologies_total"); n != 1 || s.told() != 0 {
				t.Errorf("counted %v times, told %d", n, s.told())
			}
		})
	}
}

// Below a public URL with a path of its own only what stands below that is ours.
func TestFallbackBelowAPath(t *testing.T) {
	for path, want := range map[string]int{"/ivr/voice/turn/3": 1, "/voice/turn/3": 0, "/ivrvoice/turn/3": 0} {
		s := newSite(t, func(c *voice.Config) { c.PublicURL = publicURL + "/ivr" })
		r := s.request("/voice/fallback", call("ErrorUrl", publicURL+path))
		if status, _ := s.read(s.serve(r)); status != http.StatusOK || s.told() != want {
			t.Errorf("%s: status %d, told %d", path, status, s.told())
		}
	}
}
