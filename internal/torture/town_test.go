package torture

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/voice/simulator"
)

// What the servers and the exchange share.
const (
	publicURL = "https://ivr.test"
	authToken = "demoauthtoken"
	callFrom  = simulator.DefaultNumber
)

// A town is a telephone exchange with its REST API, whose webhooks go to a balancer, and people who
// pick up every telephone that rings.
type town struct {
	t        testing.TB
	url      string // of the REST API
	exchange *simulator.Exchange
	rest     *simulator.REST
	people   sync.WaitGroup

	mu    sync.Mutex
	told  map[string][]told // by telephone
	rings int
}

// told is a call that somebody took.
type told struct {
	order  int // among all calls: 1 is the first
	words  string
	faults []error // webhooks that went wrong
}

// pickUpWithin is how long a telephone may take to ring once its call was made.
const pickUpWithin = time.Minute

// newTown makes a town that calls the webhooks at target, until the test ends.
func newTown(t testing.TB, target string) *town {
	t.Helper()
	w := &town{t: t, told: map[string][]told{}}
	exchange, err := simulator.New(simulator.Config{
		PublicURL: publicURL, Target: target, AuthToken: secret.New(authToken),
		Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.exchange, w.rest = exchange, simulator.NewREST(exchange)
	server := httptest.NewServer(w)
	w.url = server.URL
	t.Cleanup(func() { server.Close(); w.rest.Close(); w.people.Wait() })
	return w
}

// ServeHTTP is the REST API.
func (w *town) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	form, answer := readForm(r), httptest.NewRecorder()
	w.rest.ServeHTTP(answer, r)
	if r.Method == http.MethodPost && answer.Code == http.StatusCreated && strings.HasSuffix(r.URL.Path, "/Calls.json") {
		w.people.Go(func() { w.pickUp(form.Get("To")) })
	}
	maps.Copy(out.Header(), answer.Header())
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
}

// pickUp takes a call, and keeps what was said in it.
func (w *town) pickUp(phone string) {
	ctx := context.WithoutCancel(w.t.Context()) // what has begun goes on to its end
	ring, err := w.exchange.AwaitRing(ctx, phone, pickUpWithin)
	if err != nil {
		w.t.Error(err)
		return
	}
	w.mu.Lock()
	w.rings++
	order := w.rings
	w.mu.Unlock()
	call := ring.Answer(ctx, simulator.Human)
	words := hear(ctx, call)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told[phone] = append(w.told[phone], told{order, words, call.Problems()})
}

// hear listens until the caller is asked something, and hangs up then, or until the call is over.
func hear(ctx context.Context, call *simulator.Call) string {
	var words []string
	for {
		event, err := call.Next(ctx)
		if err != nil {
			return strings.Join(words, " ")
		}
		switch event := event.(type) {
		case simulator.Spoken:
			words = append(words, event.Words)
		case simulator.Asked:
			call.HangUp(ctx)
		case simulator.Ended:
			return strings.Join(words, " ")
		}
	}
}

// calls are what was said at a telephone, call by call.
func (w *town) calls(phone string) []told {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.told[phone])
}

// readForm reads the form of a request, and leaves it there.
func readForm(r *http.Request) url.Values {
	if body, again := r.Body.(*read); again {
		form, _ := url.ParseQuery(string(body.all))
		return form
	}
	all, _ := io.ReadAll(r.Body)
	r.Body = &read{bytes.NewReader(all), all}
	form, _ := url.ParseQuery(string(all))
	return form
}

// read is a body that was read, and can be once more.
type read struct {
	*bytes.Reader
	all []byte
}

// Close implements [io.Closer].
func (*read) Close() error { return nil }

// rung is how many calls were taken so far.
func (w *town) rung() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rings
}
