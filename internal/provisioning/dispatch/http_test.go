package dispatch_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/provisioning"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/secret"
)

// await waits in real time, for tests with a real network.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s: never", what)
}

// serve runs a dispatcher against a server; its errors are told by the log.
func serve(t *testing.T, handler http.HandlerFunc) (*provisioning.Memory, running, *lines) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	store, log := &provisioning.Memory{}, &lines{}
	c := config(store, nil)
	c.URL, c.Log = server.URL+"/events?token=topsecret", log.logger()
	d := start(t, c)
	t.Cleanup(d.cancel)
	return store, d, log
}

func TestARequestAsTheReceiverSeesIt(t *testing.T) {
	var verified, others atomic.Int64
	store, d, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
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
	publish(store, "lane", 0, 4)
	d.Wake()
	await(t, "all are delivered", func() bool { return verified.Load() == 5 })
	stopped(t, d)
	if others.Load() > 0 || verified.Load() != 5 {
		t.Errorf("%d right requests, %d others", verified.Load(), others.Load())
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer other.Close()
	store, d, log := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	publish(store, "lane", 0, 0)
	d.Wake()
	await(t, "it is refused", func() bool { return log.count("status=307") > 0 })
	stopped(t, d)
	if followed.Load() > 0 {
		t.Error("it was followed")
	}
}

func TestNoConnection(t *testing.T) {
	store, d, log := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	publish(store, "lane", 0, 0)
	d.Wake()
	await(t, "it is away", func() bool { return log.count("the receiver is away") > 0 })
	stopped(t, d)
	if log.count("token") > 0 {
		t.Error("the log holds the URL")
	}
}

func TestLogAndMetricsTellOfFailures(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, log, registry := &provisioning.Memory{}, &lines{}, prometheus.NewRegistry()
		var tries atomic.Int64
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			return []int{400, 0, 503, 200}[tries.Add(1)-1], nil
		}}
		store.Publish("lane", []byte(`{"Lane":"lane","N":0,"Code":"topsecret"}`), time.Now())
		c := config(store, to)
		c.Log, c.Registerer = log.logger(), registry
		d := start(t, c)
		time.Sleep(time.Minute)
		for words, want := range map[string]int{
			"refused an event": 1, "id=evt_lane_0": 1, "status=400": 1, "the receiver is away": 2, "connection refused": 1,
			"failures=1": 1, "failures=2": 1, "status=503": 1, "the receiver is there again": 1, "topsecret": 0,
			"switch.example.com": 0,
		} {
			if got := log.count(words); got != want {
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
	if err != nil {
		t.Fatal(err)
	}
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
	bubble(t, func(t *testing.T) {
		store, registry := &provisioning.Memory{}, prometheus.NewRegistry()
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
			t.Errorf("%v lanes wait", got)
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
			t.Errorf("with nothing left %v lanes wait", got)
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
	store := &provisioning.Memory{}
	dispatcher, err := dispatch.New(dispatch.Config{
		Store: store, URL: server.URL, Secret: secret.New("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
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

	store.Publish("+16125550142", []byte(`{"on":true}`), time.Now())
	dispatcher.Wake()
	fmt.Println(<-received)
	stop()
	fmt.Println(<-ended)
	// Output:
	// evt_1 {"on":true}
	// <nil>
}
