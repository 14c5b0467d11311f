package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/provisioning"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// whsec is the secret of the published vector, which is nobody's.
const whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// stored is a message as the tests store it; it is sent as it is.
type stored struct {
	Partition string
	N         int // in its partition, from 0
	At        time.Time
}

func (s stored) id() string { return fmt.Sprintf("evt_%s_%d", s.Partition, s.N) }

// open reads what the tests store.
func open(text []byte) (string, time.Time, []byte, error) {
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return "", time.Time{}, nil, errors.New("no JSON")
	}
	return s.id(), s.At, text, nil
}

// publish publishes messages first to last of a partition.
func publish(m *memory, partition string, first, last int) {
	for n := first; n <= last; n++ {
		text, err := json.Marshal(stored{partition, n, time.Now()})
		if err != nil {
			panic(err)
		}
		m.publish(partition, text, time.Now())
	}
}

// got is an attempt that reached the receiver.
type got struct {
	stored
	At     time.Time
	Status int // that it was answered with; 0: no answer
}

// receiver is the other end, as a transport. It checks that each attempt is signed, that a
// message is the same each time, and that no partition has two attempts at once.
type receiver struct {
	t *testing.T
	// answer answers an attempt with a status, or with 0 for no connection. It can wait.
	answer func(r *http.Request, s stored) (status int, header http.Header)

	mu         sync.Mutex
	got        []got
	bodies     map[string]string // by id
	partitions map[string]bool   // with an attempt under way
	now        int               // attempts under way
	most       int               // of them at once
}

func ok(*http.Request, stored) (int, http.Header) { return http.StatusNoContent, nil }

func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		r.t.Errorf("read an attempt: %v", err)
	}
	var s stored
	if err := json.Unmarshal(body, &s); err != nil {
		r.t.Errorf("an attempt's body is no JSON: %v", err)
	}
	r.arrived(request, s, body)
	at := time.Now()
	status, header := r.answer(request, s)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.partitions, s.Partition)
	r.now--
	r.got = append(r.got, got{s, at, status})
	if status == 0 {
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
		return nil, errors.New("connection refused")
	}
	recorder := httptest.NewRecorder()
	for name, values := range header {
		recorder.Header()[name] = values
	}
	recorder.WriteHeader(status)
	return recorder.Result(), nil
}

func (r *receiver) arrived(request *http.Request, s stored, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	verifier, err := standardwebhooks.NewWebhook(whsec)
	if err != nil {
		r.t.Error(err)
	}
	if err := verifier.Verify(body, request.Header); err != nil {
		r.t.Errorf("attempt at %s: %v", s.id(), err)
	}
	if id := request.Header.Get("webhook-id"); id != s.id() {
		r.t.Errorf("%s was sent as %s", s.id(), id)
	}
	if r.partitions == nil {
		r.partitions, r.bodies = map[string]bool{}, map[string]string{}
	}
	if before, known := r.bodies[s.id()]; known && before != string(body) {
		r.t.Errorf("%s came with another body", s.id())
	}
	r.bodies[s.id()] = string(body)
	if r.partitions[s.Partition] {
		r.t.Errorf("partition %s has two attempts at once", s.Partition)
	}
	r.partitions[s.Partition] = true
	r.now++
	r.most = max(r.most, r.now)
}

// attempts returns those of a partition, or all with "".
func (r *receiver) attempts(partition string) []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []got
	for _, g := range r.got {
		if partition == "" || g.Partition == partition {
			out = append(out, g)
		}
	}
	return out
}

// taken returns the numbers of a partition's messages in the order in which they were first taken.
func (r *receiver) taken(partition string) []int {
	var out []int
	for _, g := range r.attempts(partition) {
		if g.Status/100 == 2 && !slices.Contains(out, g.N) {
			out = append(out, g.N)
		}
	}
	return out
}

// inOrder checks that messages 0 to last of a partition were taken, in that order, and that none
// was tried before the one before it was taken.
func (r *receiver) inOrder(partition string, last int) {
	r.t.Helper()
	var want []int
	for n := range last + 1 {
		want = append(want, n)
	}
	if taken := r.taken(partition); !slices.Equal(taken, want) {
		r.t.Errorf("partition %s: taken %v, want 0 to %d", partition, taken, last)
	}
	next := 0
	for _, g := range r.attempts(partition) {
		if g.N > next {
			r.t.Errorf("partition %s: %d was tried before %d was taken", partition, g.N, next)
		}
		if g.N == next && g.Status/100 == 2 {
			next++
		}
	}
}

// running is a dispatcher that runs.
type running struct {
	*dispatch.Dispatcher
	cancel context.CancelFunc
	ended  chan error
}

// stop stops it and returns what Run did.
func (r running) stop() error {
	r.cancel()
	return <-r.ended
}

func config(store provisioning.Store, transport http.RoundTripper) dispatch.Config {
	return dispatch.Config{
		Store: store, Open: open, URL: "https://switch.example.com/events",
		Secret: secret.New(whsec), Transport: transport, Parallel: 8,
	}
}

// start starts a dispatcher.
func start(t *testing.T, c dispatch.Config) running {
	t.Helper()
	d, err := dispatch.New(c)
	check.OK(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r := running{d, cancel, make(chan error, 1)}
	go func() { r.ended <- d.Run(ctx) }()
	return r
}

// stopped stops a dispatcher that must end well.
func stopped(t *testing.T, r running) {
	t.Helper()
	if err := r.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// count is how often the log has some words.
func count(log *testkit.Log, words string) int { return strings.Count(log.String(), words) }
