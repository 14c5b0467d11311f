package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
)

// TestSignInIsBoundedInMemory has thirty people try passwords at the same moment, at what a
// password really costs. All at once would take 570 MB; most of them wait instead.
func TestSignInIsBoundedInMemory(t *testing.T) {
	const attempts, most = 30, 256 << 20
	s := newStage(t, redistest.StartMini(t), func(c *config) {
		c.ConsoleURL, c.TrustedProxies = testConsole, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	server := must(newApp(s.config, outside{
		db: s.db, now: s.clock.Now, hash: hash.DefaultParams(), queue: s.queue, log: s.app.log, mails: &testkit.Mail{},
	}))(t)
	cookies := make([]string, attempts)
	for i := range cookies {
		answer := postForm(server.handler, i, "/repair/sign-in", "", url.Values{"name": {fmt.Sprintf("nobody%d", i)}})
		cookies[i], _, _ = strings.Cut(answer.Header().Get("Set-Cookie"), ";")
	}
	before, peak, stop := heap(), atomic.Uint64{}, make(chan struct{})
	var watch, group sync.WaitGroup
	watch.Go(func() {
		for ; ; time.Sleep(time.Millisecond) {
			peak.Store(max(peak.Load(), heap()))
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	var judged, sent atomic.Int64
	for i, cookie := range cookies {
		group.Go(func() {
			answer := postForm(server.handler, i, "/repair/sign-in/password", cookie, url.Values{"password": {"not the password at all"}})
			if strings.Contains(answer.Body.String(), "That is not right") {
				judged.Add(1)
			}
			sent.Add(1)
		})
	}
	group.Wait()
	close(stop)
	watch.Wait()
	t.Logf("%d of %d judged; the heap grew from %d to %d MiB", judged.Load(), sent.Load(), before>>20, peak.Load()>>20)
	if judged.Load() < passwordsAtOnce {
		t.Errorf("%d of %d passwords were judged: this shows nothing", judged.Load(), attempts)
	}
	if peak.Load() > before+most {
		t.Errorf("the heap grew from %d to %d MiB", before>>20, peak.Load()>>20)
	}
}

// heap is how much memory live objects and garbage take, in bytes.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// postForm posts a form as somebody's browser does, from an address of their own.
func postForm(handler http.Handler, who int, path, cookie string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, testConsole+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", testConsole)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", who))
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}
