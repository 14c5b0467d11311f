package torture

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"
)

// balancer spreads requests over servers, in turn, and asks each for its health. One that answers
// anything but 200 gets no further requests until it answers 200 again. It tries nothing twice:
// what a server doesn't answer is 502.
type balancer struct {
	URL   string
	proxy *httputil.ReverseProxy

	mu   sync.Mutex
	in   map[string]bool // servers by their URLs
	next []string        // those that are in, the one that is asked next first
}

// newBalancer starts one that asks for the health of the servers every so often.
func newBalancer(t testing.TB, every time.Duration, servers ...string) *balancer {
	b := &balancer{in: map[string]bool{}}
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	b.proxy = &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(b.pick()); r.Out.Host = r.In.Host },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "no server answers", http.StatusBadGateway)
		},
	}
	front := httptest.NewServer(b.proxy)
	b.URL = front.URL
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var asking sync.WaitGroup
	for _, server := range servers {
		asking.Go(func() { b.watch(ctx, server, every) })
	}
	t.Cleanup(func() { stop(); asking.Wait(); front.Close(); transport.CloseIdleConnections() })
	return b
}

// pick returns the server that gets the next request.
func (b *balancer) pick() *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.next) == 0 {
		return &url.URL{Scheme: "http", Host: "127.0.0.1:1"} // nobody is there
	}
	server := b.next[0]
	b.next = append(b.next[1:], server)
	picked, err := url.Parse(server)
	if err != nil {
		return &url.URL{}
	}
	return picked
}

// watch asks for the health of a server until the context ends.
func (b *balancer) watch(ctx context.Context, server string, every time.Duration) {
	for ctx.Err() == nil {
		b.set(server, healthy(ctx, server))
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

func healthy(ctx context.Context, server string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/healthz", nil)
	if err != nil {
		return false
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (b *balancer) set(server string, in bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.in[server] == in {
		return
	}
	b.in[server] = in
	b.next = nil
	for name, in := range b.in {
		if in {
			b.next = append(b.next, name)
		}
	}
}

// await waits until a server is in, or is not.
func (b *balancer) await(t testing.TB, server string, in bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		now := b.in[server]
		b.mu.Unlock()
		if now == in {
			return
		}
	}
	t.Fatalf("%s: in the balancer's pool is not %t", server, in)
}
