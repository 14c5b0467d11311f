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
