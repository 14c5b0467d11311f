package redisstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/redistest"
)

// A farStore is on a Redis that is some way away.
type farStore struct {
	audit.Store
	away time.Duration
}

func (s farStore) Head(ctx context.Context) ([]byte, error) {
	time.Sleep(s.away)
	return s.Store.Head(ctx)
}

func (s farStore) Append(ctx context.Context, entries []audit.Stored, next, before []byte) error {
	time.Sleep(s.away)
	return s.Store.Append(ctx, entries, next, before)
}

// BenchmarkAudit measures how many entries servers over one Redis append, and how long one takes at
// worst, when each of them has so many requests at once.
func BenchmarkAudit(b *testing.B) {
	for _, load := range []struct {
		servers, requests int
		away              time.Duration // the Redis, there and back
	}{
		{1, 1, 0}, {1, 64, 0}, {8, 1, 0}, {8, 16, 0}, {8, 64, 0},
		{1, 1, time.Millisecond}, {1, 64, time.Millisecond}, {8, 1, time.Millisecond}, {8, 16, time.Millisecond},
	} {
		b.Run(fmt.Sprintf("%d servers with %d requests/%s", load.servers, load.requests, load.away), func(b *testing.B) {
			url := redistest.Start(b).URL()
			var logs []*audit.Log
			for range load.servers {
				store := farStore{open(b, url).Audit(), load.away}
				logs = append(logs, audit.New(audit.Config{Store: store, Keys: auditKeys(b)}))
			}
			var left, longest, lost atomic.Int64
			left.Store(int64(b.N))
			var group sync.WaitGroup
			b.ResetTimer()
			for i := range load.servers * load.requests {
				group.Go(func() {
					for left.Add(-1) >= 0 {
						began := time.Now()
						if err := logs[i%load.servers].Record(b.Context(), byRoot); err != nil {
							lost.Add(1)
						}
						took := int64(time.Since(began))
						for was := longest.Load(); took > was && !longest.CompareAndSwap(was, took); was = longest.Load() {
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(longest.Load())/1e6, "ms-at-worst")
			b.ReportMetric(float64(lost.Load()), "lost")
		})
	}
}
