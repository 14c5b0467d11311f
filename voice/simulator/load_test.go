package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/signature"
	"updatecenter/voice/simulator"
)

func scripts(t *testing.T, texts ...string) []simulator.Script {
	t.Helper()
	var parsed []simulator.Script
	for i, text := range texts {
		script, err := simulator.Parse(fmt.Sprintf("load-%d.call", i), strings.NewReader(text))
		check.OK(t, err)
		parsed = append(parsed, script)
	}
	return parsed
}

func TestLoad(t *testing.T) {
	app := center(t)
	config := app.config()
	config.DeliverTwice = true
	clock := simulator.NewVirtualClock(time.Unix(0, 0))
	told := 0
	report, err := simulator.Load(t.Context(), newExchange(t, config), simulator.LoadPlan{
		Calls: 50, Rate: 10, AtOnce: 8, Clock: clock,
		Scripts:  scripts(t, "dial 78 from 612-555-0142\npress 1234\npress 8265#\nended", "dial 888-612-8052 from x\nhear \"PIN\"\nhear \"balloon\""),
		Line:     func(i int) string { return fmt.Sprintf("612555%04d", i) },
		Progress: func(done int) { told = done },
	})
	check.OK(t, err)
	if report.Calls != 50 || report.Scripts != 50 || report.Turns != 25*3+25 || report.Failed != 25 || told != 50 {
		t.Errorf("report %+v, told %d", report, told)
	}
	if len(report.Reasons) != 5 || !strings.Contains(report.Reasons[0], `load-1.call:3: expected to hear "balloon"`) {
		t.Errorf("reasons %q", report.Reasons)
	}
	if report.Duration < 4*time.Second || report.Duration > 6*time.Second {
		t.Errorf("50 calls at 10 a second took %v", report.Duration)
	}
	if report.P50 <= 0 || report.P50 > report.P95 || report.P95 > report.P99 || report.P99 > report.Max {
		t.Errorf("latencies %v %v %v %v", report.P50, report.P95, report.P99, report.Max)
	}
	lines, calls := map[string]bool{}, map[string]bool{}
	for _, p := range app.got("/voice/incoming") {
		lines[numberIn.FindString(p.form.Get("From"))] = true
		calls[p.form.Get("CallSid")] = true
	}
	if len(lines) != 50 || len(calls) != 50 || !lines["6125550049"] {
		t.Errorf("%d calls from %v", len(calls), lines)
	}
}

var numberIn = regexp.MustCompile(`612555[0-9]{4}`)

// TestLoadCounts plays a script that names no words to hear. Of status callbacks that fail no caller hears.
func TestLoadCounts(t *testing.T) {
	away := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	for name, test := range map[string]struct {
		incoming, fallback, status http.HandlerFunc
		failed, errors             int // of three calls; errors at the least
	}{
		"an application that fails": {away, away, nil, 3, 6},
		"the fallback":              {away, twimlAnswer(goodbye), nil, 3, 3},
		"lost status callbacks":     {twimlAnswer(goodbye), nil, http.NotFound, 0, 3},
	} {
		app := newApplication(t, nil)
		app.answers["/voice/incoming"], app.answers["/voice/fallback"] = test.incoming, test.fallback
		if test.status != nil {
			app.answers["/voice/status"] = test.status
		}
		report, err := simulator.Load(t.Context(), newExchange(t, app.config()), simulator.LoadPlan{
			Calls: 3, Scripts: scripts(t, "dial 78 from 612-555-0142\nended"),
		})
		if err != nil || report.Failed != test.failed || report.Errors < test.errors || test.failed > 0 && !strings.Contains(report.Reasons[0], "status 503") {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	report, err := simulator.Load(ctx, newExchange(t, center(t).config()), simulator.LoadPlan{
		Calls: 1000, AtOnce: 2, Scripts: scripts(t, "dial 78 from 612-555-0142\nhear \"PIN\""),
		Progress: func(done int) {
			if done == 5 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || report.Failed != 0 || report.Scripts < 5 || report.Scripts > 10 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestLoadRefuses(t *testing.T) {
	good := simulator.LoadPlan{Calls: 1, Scripts: scripts(t, "silence")}
	for name, change := range map[string]func(*simulator.LoadPlan){
		"no calls":       func(p *simulator.LoadPlan) { p.Calls = 0 },
		"too many calls": func(p *simulator.LoadPlan) { p.Calls = 1_000_001 },
		"negative rate":  func(p *simulator.LoadPlan) { p.Rate = -1 },
		"no rate":        func(p *simulator.LoadPlan) { p.Rate = math.NaN() },
		"too many":       func(p *simulator.LoadPlan) { p.AtOnce = 10_001 },
		"no scripts":     func(p *simulator.LoadPlan) { p.Scripts = nil },
	} {
		plan := good
		change(&plan)
		if _, err := simulator.Load(t.Context(), newExchange(t, center(t).config()), plan); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestReportTable(t *testing.T) {
	report := simulator.Report{Calls: 2, Turns: 7, Errors: 3, Failed: 1, Reasons: []string{"x.call:1: no"}, P50: 1234 * time.Microsecond, Duration: time.Second}
	want := "calls             2\nturns             7\nerrors            3\nfailed            1\ntook             1s\n" +
		"p50          1.23ms\np95              0s\np99              0s\nmax              0s\nfailed: x.call:1: no\n"
	if got := report.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}

const (
	publicURL = "https://center.example.com"
	authToken = "0123456789abcdef"
)

// post is a webhook as an application got it.
type post struct {
	path, token string
	form        url.Values
}

// application answers webhooks from a table of documents by path, and keeps what it got.
type application struct {
	t       *testing.T
	answers map[string]http.HandlerFunc

	mu    sync.Mutex
	posts []post
}

func newApplication(t *testing.T, documents map[string]string) *application {
	app := &application{t: t, answers: map[string]http.HandlerFunc{
		"/voice/status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	}}
	for path, document := range documents {
		app.answers[path] = twimlAnswer(document)
	}
	return app
}

// twimlAnswer answers with verbs.
func twimlAnswer(document string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = fmt.Fprint(w, response(document))
	}
}

func response(document string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Response>` + document + `</Response>`
}

func (a *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.t.Errorf("%s: %v", r.URL.Path, err)
	}
	if got, want := r.Header.Get("X-Twilio-Signature"), signature.Sign(secret.New(authToken), publicURL+r.URL.RequestURI(), r.PostForm); got != want {
		a.t.Errorf("%s: signature %q, want %q", r.URL.Path, got, want)
	}
	if r.Host != "center.example.com" {
		a.t.Errorf("%s: host %q", r.URL.Path, r.Host)
	}
	a.mu.Lock()
	a.posts = append(a.posts, post{r.URL.Path, r.Header.Get("I-Twilio-Idempotency-Token"), r.Form})
	a.mu.Unlock()
	if answer := a.answers[r.URL.Path]; answer != nil {
		answer(w, r)
		return
	}
	http.NotFound(w, r)
}

// got are the webhooks at a path, in order; an empty path: all but status callbacks.
func (a *application) got(path string) []post {
	a.mu.Lock()
	defer a.mu.Unlock()
	var some []post
	for _, p := range a.posts {
		if p.path == path || path == "" && p.path != simulator.StatusPath {
			some = append(some, p)
		}
	}
	return some
}

// RoundTrip lets the application be an HTTP client's transport.
func (a *application) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	a.ServeHTTP(recorder, r)
	if recorder.Code == lostConnection {
		return nil, fmt.Errorf("connection refused")
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

// lostConnection as a status stands for no connection at all.
const lostConnection = 599

func (a *application) config() simulator.Config {
	return simulator.Config{
		PublicURL: publicURL,
		AuthToken: secret.New(authToken),
		Client:    &http.Client{Transport: a},
		Clock:     simulator.NewVirtualClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)),
		Random:    rand.NewChaCha8([32]byte{32}), // whose first calls have their status callbacks in order
	}
}

func newExchange(t *testing.T, config simulator.Config) *simulator.Exchange {
	t.Helper()
	exchange, err := simulator.New(config)
	check.OK(t, err)
	return exchange
}

// dial starts a call to 78.
func dial(t *testing.T, config simulator.Config) *simulator.Call {
	t.Helper()
	call, err := newExchange(t, config).Dial(t.Context(), "78", "612-555-0142", simulator.NoPassport)
	check.OK(t, err)
	return call
}

// listen hears a call up to its next question, as one line for each event.
func listen(t *testing.T, call *simulator.Call) string {
	t.Helper()
	events, err := call.Listen(t.Context())
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	return told(events)
}

func told(events []simulator.Event) string {
	var lines []string
	for _, event := range events {
		switch event := event.(type) {
		case simulator.Spoken:
			lines = append(lines, "says "+event.Words)
		case simulator.Played:
			lines = append(lines, "plays "+event.URL)
		case simulator.Paused:
			lines = append(lines, "pauses "+event.Length.String())
		case simulator.Transferred:
			lines = append(lines, "transfers to "+event.To)
		case simulator.Gathering:
			lines = append(lines, fmt.Sprintf("asks %v, %d keyed", event.Timeout, event.Keyed))
		case simulator.Ended:
			lines = append(lines, fmt.Sprintf("ended by %s, %s", event.By, event.Status))
		}
	}
	return strings.Join(lines, "\n")
}

// play plays a script given as text.
func play(t *testing.T, exchange *simulator.Exchange, text string, world simulator.World) simulator.Result {
	t.Helper()
	script, err := simulator.Parse("test.call", strings.NewReader(text))
	check.OK(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	return simulator.Play(ctx, exchange, script, world)
}

// A small application: it greets, and hangs up.
var greeter = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, `<Response><Say language="en-US">Welcome to the Update Center.</Say></Response>`)
})

func Example() {
	server := httptest.NewServer(greeter)
	defer server.Close()
	exchange, err := simulator.New(simulator.Config{
		PublicURL: server.URL,
		AuthToken: secret.New("the account's token"),
		Clock:     simulator.NewVirtualClock(time.Now()),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	script, err := simulator.Parse("greeting.call", strings.NewReader(`
dial 78 from 612-555-0142
hear "update center"
language en
ended
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	result := simulator.Play(context.Background(), exchange, script, nil)
	fmt.Println("failure:", result.Err)
	for _, said := range result.Transcript {
		fmt.Printf("%s: %s\n", said.Speaker, said.Words)
	}
	// Output:
	// failure: <nil>
	// Caller: (dial 78 from 612-555-0142)
	// Center: Welcome to the Update Center.
	// Exchange: the far end hung up
}

func ExampleCall_Next() {
	server := httptest.NewServer(greeter)
	defer server.Close()
	exchange, err := simulator.New(simulator.Config{PublicURL: server.URL, AuthToken: secret.New("the account's token")})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := exchange.Dial(context.Background(), "888-612-8052", "612-555-0142", simulator.AttestedA)
	for err == nil {
		var event simulator.Event
		event, err = call.Next(context.Background())
		switch event := event.(type) {
		case simulator.Spoken:
			fmt.Println(event.Words)
		case simulator.Ended:
			fmt.Println("over:", event.By)
			return
		}
	}
	// Output:
	// Welcome to the Update Center.
	// over: the far end
}
