package torture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/redistest"
)

// A balancer hands requests to servers in turn, over HTTP connections that it keeps. It asks a health path
// of each at an interval, hands nothing to those that have not answered it with 200 for some times on end,
// or that have just broken a connection. Where a server does not answer it says 502. When none is
// healthy, as all are busy, it asks one all the same.
//
// It retries no POST, not even where a kept connection turns out to be closed: nginx doesn't once it has
// sent a part of one (proxy_next_upstream without non_idempotent), HAProxy doesn't by default (retry-on
// conn-failure), and AWS' load balancers never do. Go's transport would, if the body could be had again.
type balancer struct {
	url   string
	path  string // that tells the health of a server
	every time.Duration
	fall  int // checks that fail on end until a server counts as down: HAProxy's "fall"

	backends []*backend
	next     atomic.Int64

	mu     sync.Mutex
	lose   func(*http.Request) bool // of which requests the answers are lost, once made; nil: none
	broken int                      // requests that were answered 502
	said   []string                 // of the first of these, why
}

// A backend is a server behind it.
type backend struct {
	address string
	proxy   *httputil.ReverseProxy
	healthy atomic.Bool
	broken  atomic.Bool  // a connection, since it was healthy
	checks  atomic.Int64 // of its health, that were good
	faults  atomic.Int64 // connections that it broke
	asked   atomic.Int64 // requests that it was handed and has not answered
}

// How many connections to a server are kept, and for how long: nginx keeps them for a minute.
const (
	keptMost = 256
	keptFor  = time.Minute
)

// errLost is an answer that a server has made, and that Twilio never gets.
var errLost = errors.New("the answer is lost")

// newBalancer is one in front of servers at addresses, until the test ends.
func newBalancer(t testing.TB, path string, every time.Duration, fall int, addresses ...string) *balancer {
	t.Helper()
	b := &balancer{path: path, every: every, fall: fall}
	for _, address := range addresses {
		one := &backend{address: address}
		one.proxy = httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
		one.proxy.Transport = &http.Transport{MaxIdleConnsPerHost: keptMost, IdleConnTimeout: keptFor}
		one.proxy.ErrorLog = log.New(io.Discard, "", 0)
		one.proxy.ModifyResponse = b.loses
		one.proxy.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) { b.fail(w, r, one, err) }
		b.backends = append(b.backends, one)
	}
	server := httptest.NewServer(b)
	b.url = server.URL
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var asking sync.WaitGroup
	for _, one := range b.backends {
		asking.Go(func() { b.watch(ctx, one) })
	}
	t.Cleanup(func() { stop(); asking.Wait(); server.Close() })
	return b
}

// watch asks for the health of a server until the context ends.
func (b *balancer) watch(ctx context.Context, one *backend) {
	failed := 0
	for tick := time.NewTicker(b.every); ; {
		faults := one.faults.Load()
		good := healthy(ctx, "http://"+one.address+b.path, max(2*b.every, 2*time.Second))
		switch {
		case !good:
			if failed++; failed >= b.fall {
				one.healthy.Store(false)
			}
		case one.faults.Load() == faults: // and it was not killed meanwhile
			failed = 0
			one.checks.Add(1)
			one.broken.Store(false)
			one.healthy.Store(true)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// healthy says whether a URL answers 200 within a time.
func healthy(ctx context.Context, address string, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	answer, err := fresh.RoundTrip(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// fresh takes a new connection for each request.
var fresh = &http.Transport{DisableKeepAlives: true}

// ServeHTTP implements [http.Handler].
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chosen := b.choose()
	defer chosen.asked.Add(-1)
	chosen.proxy.ServeHTTP(w, r)
}

// choose takes a healthy server, or one that has broken no connection, or any, and counts a request more there.
func (b *balancer) choose() *backend {
	first := int(b.next.Add(1))
	for _, fit := range []func(*backend) bool{
		func(one *backend) bool { return one.healthy.Load() },
		func(one *backend) bool { return !one.broken.Load() },
		func(*backend) bool { return true },
	} {
		for i := range b.backends {
			one := b.backends[(first+i)%len(b.backends)]
			one.asked.Add(1) // before it is looked at: await sees one or the other
			if fit(one) {
				return one
			}
			one.asked.Add(-1)
		}
	}
	panic("there are no servers")
}

// await waits until the server at an address is handed requests, or is not and has answered all.
func (b *balancer) await(t testing.TB, address string, healthy bool) {
	t.Helper()
	b.until(t, address, func(one *backend) bool {
		return one.healthy.Load() == healthy && (healthy || one.asked.Load() == 0)
	})
}

// awaitAgain waits until the server at an address has shown its health from now on, not just lately.
func (b *balancer) awaitAgain(t testing.TB, address string) {
	t.Helper()
	first := int64(-1)
	b.until(t, address, func(one *backend) bool {
		checks := one.checks.Load()
		if first < 0 {
			first = checks
		}
		return checks > first+1 && one.healthy.Load() // the one under way may be from before
	})
}

func (b *balancer) until(t testing.TB, address string, holds func(*backend) bool) {
	t.Helper()
	i := slices.IndexFunc(b.backends, func(one *backend) bool { return one.address == address })
	for deadline := time.Now().Add(2 * time.Minute); !holds(b.backends[i]); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s is not as the balancer should see it", address)
		}
	}
}

// losing has answers be lost from now on, of the requests that lose names.
func (b *balancer) losing(lose func(*http.Request) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lose = lose
}

// loses throws an answer away.
func (b *balancer) loses(answer *http.Response) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lose != nil && b.lose(answer.Request) {
		return errLost
	}
	return nil
}

// fail answers for a server that did not.
func (b *balancer) fail(w http.ResponseWriter, r *http.Request, one *backend, err error) {
	if !errors.Is(err, errLost) && r.Context().Err() == nil {
		one.faults.Add(1)
		one.broken.Store(true)
		one.healthy.Store(false) // until it is asked for its health again
	}
	b.mu.Lock()
	b.broken++
	if len(b.said) < saidMost {
		b.said = append(b.said, fmt.Sprintf("%s %s %s: %v", time.Now().Format("15:04:05.000"), one.address, r.URL.Path, err))
	}
	b.mu.Unlock()
	w.WriteHeader(http.StatusBadGateway)
}

// saidMost bounds what is kept of why servers did not answer.
const saidMost = 100

// brokenSoFar is how many requests were answered 502, and of the first of them why.
func (b *balancer) brokenSoFar() (int, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken, strings.Join(b.said, "\n")
}

// An arrangement is a Redis of one of the kinds that a REDIS_URL can name.
type arrangement struct {
	kind    string // as in the table
	url     string
	servers []*redistest.Server // that can be stopped
	pairs   []*redistest.Pair   // of those that can fail over
}

// The kinds of Redis.
func single(t testing.TB) arrangement {
	s := redistest.Start(t)
	return arrangement{kind: "single", url: s.URL(), servers: []*redistest.Server{s}}
}

func sentinel(t testing.TB) arrangement {
	return replicated("sentinel", redistest.StartReplicatedSentinel(t))
}

func cluster(t testing.TB) arrangement {
	return replicated("cluster", redistest.StartReplicatedCluster(t))
}

func replicated(kind string, r *redistest.Replicated) arrangement {
	a := arrangement{kind: kind, url: r.URL, pairs: r.Pairs}
	for _, p := range r.Pairs {
		a.servers = append(a.servers, p.Master)
	}
	return a
}

// kinds are all of them, with the share of an experiment's work that is done on each; in the short
// form the first alone is used.
var kinds = []struct {
	name  string
	start func(testing.TB) arrangement
	share float64
}{{"single", single, 0.5}, {"sentinel", sentinel, 0.25}, {"cluster", cluster, 0.25}}

// onEach runs an experiment on each kind of Redis, with its share of so many faults.
func onEach(t *testing.T, short, long int, experiment func(t *testing.T, a arrangement, faults int)) {
	for i, kind := range kinds {
		if i > 0 && !Long() {
			return
		}
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			experiment(t, kind.start(t), Times(short, int(float64(long)*kind.share)))
		})
	}
}
