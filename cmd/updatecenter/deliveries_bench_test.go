package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/redistest"
	"updatecenter/voice/simulator"
)

// BenchmarkRequestDelivery asks for calls end to end, on a real Redis, from many connections:
// each is stored and queued when it is answered. Every customer asks as often as one may in an
// hour.
func BenchmarkRequestDelivery(b *testing.B) {
	s, _ := newLiveStage(b, redistest.Start(b).DirectURL())
	server := httptest.NewServer(s.app.handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	token, each := s.apiKey(b), s.config.outbound.limits.AnHour
	for i := range b.N/each + 1 {
		s.customer(b, i)
	}
	var requests atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(128)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			n := int(requests.Add(1)) - 1
			if err := requestCall(b.Context(), client, server.URL, token, n/each, n); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// requestCall asks for the code of a customer, in the request of that number.
func requestCall(ctx context.Context, client *http.Client, base, token string, customer, number int) error {
	answer, err := client.Do(deliveryRequest(ctx, base, customerNumber(customer), token, strconv.Itoa(number)))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("answer %d: %s", answer.StatusCode, body)
	}
	return err
}

// askedInTurn is of how many requests BenchmarkRequestToRinging tells.
const askedInTurn = 20

// BenchmarkRequestToRinging measures the time from a request until the telephone rings,
// through the queue and the exchange's REST API, on a system that has nothing else to do, and
// begins one call a second at most. It is p50-ms and p95-ms that say it; ns/op is that of all
// requests with the pauses between them.
func BenchmarkRequestToRinging(b *testing.B) {
	s, w := newLiveStage(b, redistest.Start(b).DirectURL())
	rang := make(chan time.Time, 1)
	w.answer = func(ctx context.Context, ring *simulator.Ringing, _ int) {
		rang <- time.Now()
		ring.Answer(ctx, simulator.Human).HangUp(ctx)
	}
	s.workOnQueue(b)
	server := httptest.NewServer(s.app.handler)
	defer server.Close()
	token := s.apiKey(b)
	var took []time.Duration
	for b.Loop() {
		for range askedInTurn {
			s.customer(b, len(took))
			time.Sleep(1100 * time.Millisecond) // the call before is over, and one may be begun again
			asked := time.Now()
			if err := requestCall(b.Context(), http.DefaultClient, server.URL, token, len(took), len(took)); err != nil {
				b.Fatal(err)
			}
			select {
			case at := <-rang:
				took = append(took, at.Sub(asked))
			case <-time.After(10 * time.Second):
				b.Fatal("the telephone does not ring")
			}
		}
	}
	slices.Sort(took)
	for _, percent := range []int{50, 95} {
		rank := int(math.Ceil(float64(len(took)*percent)/100)) - 1
		b.ReportMetric(float64(took[rank])/float64(time.Millisecond), fmt.Sprintf("p%d-ms", percent))
	}
}

// workOnQueue makes attempts as a server does, until the test ends.
func (s *stage) workOnQueue(t testing.TB) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.app.work(ctx) }()
	t.Cleanup(func() { stop(); <-done })
}
