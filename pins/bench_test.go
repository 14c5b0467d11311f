package pins_test

import (
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// BenchmarkVerify measures PIN checks at the costs of service with 64 callers at once, and
// the most memory that the process held meanwhile.
func BenchmarkVerify(b *testing.B) {
	const callers = 64
	h := hasher(b, pins.HasherConfig{Params: pins.DefaultParams()})
	hash := hashed(b, h, pin)
	peak := watchMemory(b)
	var begun atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range callers {
		group.Go(func() {
			for begun.Add(1) <= int64(b.N) {
				if match, _, err := h.Verify(b.Context(), hash, pin); !match || err != nil {
					b.Error(match, err)
				}
			}
		})
	}
	group.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checks/s")
	b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
}

// watchMemory samples the memory that the process has from the system, less what it gave
// back, and returns a function that ends this and answers the most.
func watchMemory(b *testing.B) func() uint64 {
	b.Helper()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		var peak uint64
		for {
			metrics.Read(samples)
			peak = max(peak, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			select {
			case <-ticker.C:
			case <-done:
				most <- peak
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}

// BenchmarkCheck measures what the rules add to a hash that costs next to nothing.
func BenchmarkCheck(b *testing.B) {
	for name, number := range map[string]nanp.Number{"personal": personal, "missing": missing} {
		b.Run(name, func(b *testing.B) {
			f := newFixture(b)
			b.ReportAllocs()
			for b.Loop() {
				f.forget()
				f.now = f.now.Add(31 * time.Minute)
				if _, err := f.Check(b.Context(), f.attempt(number, pins.Remote), wrongPIN); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
