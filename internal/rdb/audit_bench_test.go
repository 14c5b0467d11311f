package rdb_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/audit"
	"updatecenter/internal/redistest"
)

// BenchmarkAudit measures how many entries servers over one Redis append, and how long one takes at
// worst, when each of them has so many requests at once.
func BenchmarkAudit(b *testing.B) {
	for _, load := range []struct{ servers, requests int }{{1, 1}, {1, 64}, {8, 1}, {8, 16}, {8, 64}} {
		b.Run(fmt.Sprintf("%d servers with %d requests", load.servers, load.requests), func(b *testing.B) {
			url := redistest.Start(b).URL()
			var logs []*audit.Log
			for range load.servers {
				logs = append(logs, auditOn(b, openWithin(b, url, patience), time.Now))
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
