package simulator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/signature"
	"updatecenter/voice/simulator"
)

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
