package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/features"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// serve runs a dispatcher against a server, with so many events of a line; its errors are told by the log.
func serve(t *testing.T, events int, handler http.HandlerFunc) (running, *testkit.Log) {
	t.Helper()
	server, db, log := httptest.NewServer(handler), testkit.Redis(t), &testkit.Log{}
	t.Cleanup(server.Close)
	for n := range events {
		text, err := json.Marshal(stored{"partition", n, time.Now()})
		if err == nil {
			err = happens(t.Context(), db, int64(n), text)
		}
		check.OK(t, err)
	}
	c := config(db.Outbox(), nil)
	c.URL, c.Log = server.URL+"/events?token=topsecret", log.Logger()
	d := start(t, c)
	t.Cleanup(d.cancel)
	return d, log
}

// happens has the dial lock of a line change, which was changed so often before, with an event.
func happens(ctx context.Context, db *redisstore.DB, before int64, event []byte) error {
	const number = "+16125550142"
	line := pins.NewLine{Number: number, Features: pins.FeaturesOf(pins.DialLock)}
	if _, err := db.Lines().Add(ctx, []pins.NewLine{line}, time.Now()); err != nil {
		return err
	}
	return db.Features().Change(ctx, features.Change{
		Number: number, Feature: pins.DialLock, Expected: before, Revision: before + 1, Event: event,
		Record: pins.Record{At: time.Now(), Event: pins.FeatureChanged},
	})
}

func TestARequestAsTheReceiverSeesIt(t *testing.T) {
	var verified, others atomic.Int64
	d, _ := serve(t, 5, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		verifier, err := standardwebhooks.NewWebhook(whsec)
		if err == nil {
			err = verifier.Verify(body, r.Header)
		}
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" ||
			r.RequestURI != "/events?token=topsecret" || r.UserAgent() != "updatecenter" {
			t.Errorf("%s %s, headers %v, error %v", r.Method, r.RequestURI, r.Header, err)
			others.Add(1)
			return
		}
		verified.Add(1)
		_, _ = io.WriteString(w, strings.Repeat("thank you ", 100_000)) // more than is read
	})
	check.Await(t, "all are delivered", func() bool { return verified.Load() == 5 })
	stopped(t, d)
	if others.Load() > 0 || verified.Load() != 5 {
		t.Errorf("%d right requests, %d others", verified.Load(), others.Load())
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer other.Close()
	d, log := serve(t, 1, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	check.Await(t, "it is refused", func() bool { return count(log, `"status":307`) > 0 })
	stopped(t, d)
	if followed.Load() > 0 {
		t.Error("it was followed")
	}
}

func TestNoConnection(t *testing.T) {
	d, log := serve(t, 1, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	check.Await(t, "it is away", func() bool { return count(log, "the receiver is away") > 0 })
	stopped(t, d)
	if count(log, "token") > 0 {
		t.Error("the log holds the URL")
	}
}

func TestLogAndMetricsTellOfFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, log, registry := &memory{}, &testkit.Log{}, prometheus.NewRegistry()
		var tries atomic.Int64
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			return []int{400, 0, 503, 200}[tries.Add(1)-1], nil
		}}
		store.publish("partition", []byte(`{"Partition":"partition","N":0,"Code":"topsecret"}`), time.Now())
		c := config(store, to)
		c.Log, c.Registerer = log.Logger(), registry
		d := start(t, c)
		time.Sleep(time.Minute)
		for words, want := range map[string]int{
			"refused an event": 1, `"id":"evt_partition_0"`: 1, `"status":400`: 1, "the receiver is away": 2, "connection refused": 1,
			`"failures":1`: 1, `"failures":2`: 1, `"status":503`: 1, "the receiver is there again": 1, "topsecret": 0,
			"switch.example.com": 0,
		} {
			if got := count(log, words); got != want {
				t.Errorf("the log has %q %d times, want %d", words, got, want)
			}
		}
		for name, want := range map[string]float64{
			"updatecenter_events_delivered_total": 1, "updatecenter_event_attempts_failed_total": 3,
		} {
			if got := value(t, registry, name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		stopped(t, d)
	})
}

// value adds up a metric over its labels.
func value(t *testing.T, registry *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := registry.Gather()
	check.OK(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			sum += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return sum
}

func TestMetricsTellWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, registry := &memory{}, prometheus.NewRegistry()
		var back atomic.Bool
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			if back.Load() {
				return 200, nil
			}
			return 503, nil
		}}
		publish(store, "one", 0, 0)
		time.Sleep(time.Minute)
		c := config(store, to)
		c.Registerer = registry
		d := start(t, c)
		time.Sleep(time.Hour)
		if got := value(t, registry, "updatecenter_event_lanes_waiting"); got != 1 {
			t.Errorf("%v partitions wait", got)
		}
		if got := value(t, registry, "updatecenter_event_oldest_seconds"); got < 3600 || got > 3660 {
			t.Errorf("the oldest waits for %v s", got)
		}
		back.Store(true)
		time.Sleep(7 * time.Minute)
		if got := value(t, registry, "updatecenter_event_oldest_seconds"); got != 0 {
			t.Errorf("with nothing left the oldest waits for %v s", got)
		}
		if got := value(t, registry, "updatecenter_event_lanes_waiting"); got != 0 {
			t.Errorf("with nothing left %v partitions wait", got)
		}
		stopped(t, d)
	})
}

func Example() {
	received := make(chan string)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.Header.Get("webhook-id") + " " + string(body)
	}))
	defer server.Close()
	db, end := testkit.Embedded()
	defer end()
	dispatcher, err := dispatch.New(dispatch.Config{
		Store: db.Outbox(), URL: server.URL, Secret: secret.New("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
		Open: func(stored []byte) (id string, at time.Time, body []byte, err error) {
			return "evt_1", time.Now(), stored, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- dispatcher.Run(ctx) }()

	if err := happens(ctx, db, 0, []byte(`{"on":true}`)); err != nil {
		panic(err)
	}
	dispatcher.Wake()
	fmt.Println(<-received)
	stop()
	fmt.Println(<-ended)
	// Output:
	// evt_1 {"on":true}
	// <nil>
}

var errKilled = errors.New("killed")

// mortal is a server's way to everything outside, which ends after a number of steps: what it
// does then has no effect. With answers lost, the last step has its effect, and only its
// answer is lost.
type mortal struct {
	store provisioning.Store
	to    http.RoundTripper

	mu       sync.Mutex
	left     int
	lostOnly bool
}

// step says whether a step has its effect, and whether the server hears of it.
func (m *mortal) step() (effect, heard bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left--
	return m.left > 0 || m.left == 0 && m.lostOnly, m.left > 0
}

func (m *mortal) died() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.left <= 0
}

// do takes a step, if the server still lives.
func (m *mortal) do(step func() error) error {
	effect, heard := m.step()
	var err error
	if effect {
		err = step()
	}
	if !heard {
		return errKilled
	}
	return err
}

func (m *mortal) Claim(ctx context.Context, holder string, now, until time.Time, most int) (partitions []string, err error) {
	err = m.do(func() (err error) {
		partitions, err = m.store.Claim(ctx, holder, now, until, most)
		return err
	})
	if err != nil {
		return nil, err
	}
	return partitions, nil
}

func (m *mortal) Next(ctx context.Context, partition string, most int) (messages []provisioning.Message, err error) {
	err = m.do(func() (err error) {
		messages, err = m.store.Next(ctx, partition, most)
		return err
	})
	if err != nil {
		return nil, err
	}
	return messages, nil
}

func (m *mortal) Delivered(ctx context.Context, partition, position string) error {
	return m.do(func() error { return m.store.Delivered(ctx, partition, position) })
}

func (m *mortal) Release(ctx context.Context, partition, holder string, now, again time.Time) error {
	return m.do(func() error { return m.store.Release(ctx, partition, holder, now, again) })
}

func (m *mortal) Due(context.Context) (int, time.Time, error) { return 0, time.Time{}, nil }

func (m *mortal) RoundTrip(request *http.Request) (answer *http.Response, err error) {
	err = m.do(func() (err error) {
		answer, err = m.to.RoundTrip(request)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// A server is killed after its first step, its second, and so on until it lives to the end.
// Another one takes over: all is delivered, in order, and at most one message of each partition
// twice.
func TestNothingIsLostWhereverAServerDies(t *testing.T) {
	for _, lostOnly := range []bool{false, true} {
		for steps, survived := 1, false; !survived; steps++ {
			t.Run(fmt.Sprintf("%d steps, the last one has its effect %t", steps, lostOnly), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { survived = killed(t, steps, lostOnly) })
			})
		}
	}
}

func killed(t *testing.T, steps int, lostOnly bool) (survived bool) {
	store := &memory{}
	to := &receiver{t: t, answer: ok}
	publish(store, "a", 0, 3)
	publish(store, "b", 0, 3)
	first := &mortal{store: store, to: to, left: steps, lostOnly: lostOnly}
	died := start(t, config(first, first))
	time.Sleep(100 * time.Millisecond)
	survived = !first.died()
	_ = died.stop()
	second := start(t, config(store, to))
	publish(store, "a", 4, 4)
	time.Sleep(2 * time.Minute)
	to.inOrder("a", 4)
	to.inOrder("b", 3)
	if got := len(to.attempts("")); got > 9+2 {
		t.Errorf("%d attempts at 9 messages", got)
	}
	stopped(t, second)
	return survived
}

// The store fails now and then, and the dispatcher goes on.
func TestAStoreThatFailsIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		log := &testkit.Log{}
		to := &receiver{t: t, answer: ok}
		broken := &mortal{store: store, to: to, left: 0}
		c := config(broken, to)
		c.Log = log.Logger()
		d := start(t, c)
		publish(store, "partition", 0, 9)
		time.Sleep(time.Minute)
		if got := count(log, "no partitions to be had"); got < 55 || got > 65 {
			t.Errorf("%d complaints in a minute", got)
		}
		broken.mu.Lock()
		broken.left = 1 << 30
		broken.mu.Unlock()
		time.Sleep(2 * time.Second)
		to.inOrder("partition", 9)
		stopped(t, d)
	})
}

// unreadable is a store that can't read one partition.
type unreadable struct{ *memory }

func (u unreadable) Next(ctx context.Context, partition string, most int) ([]provisioning.Message, error) {
	if partition == "bad" {
		return nil, errors.New("garbage")
	}
	return u.memory.Next(ctx, partition, most)
}

func TestALaneThatTheStoreCantReadIsAskedForMoreAndMoreSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, log := &memory{}, &testkit.Log{}
		to := &receiver{t: t, answer: ok}
		publish(store, "bad", 0, 0)
		publish(store, "good", 0, 9)
		c := config(unreadable{store}, to)
		c.Log = log.Logger()
		d := start(t, c)
		time.Sleep(10 * time.Minute)
		to.inOrder("good", 9)
		if got := count(log, `"partition":"bad","cause":"garbage"`); got < 14 || got > 21 {
			t.Errorf("%d complaints in ten minutes", got)
		}
		stopped(t, d)
	})
}
