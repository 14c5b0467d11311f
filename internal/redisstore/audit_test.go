package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestAuditOnCluster holds that all keys of the audit are in one slot, and in as many chunks as
// there may be.
func TestAuditOnCluster(t *testing.T) {
	db := open(t, redistest.StartCluster(t))
	now := time.Now().AddDate(-2, 0, 0)
	log := auditOn(t, db, func() time.Time { return now })
	recordMany(t, log, audit.MaxRead+30)
	now = time.Now()
	recordMany(t, log, 3)
	if gone, err := log.Trim(t.Context(), now.AddDate(-1, 0, 0), byRoot); gone != audit.MaxRead+30 || err != nil {
		t.Errorf("%d gone, %v", gone, err)
	}
	intact(t, log, 4)
	if _, err := log.Begin(t.Context(), kept{io.Discard}, byRoot, true); err != nil {
		t.Fatal(err)
	}
	recordMany(t, log, 2)
	intact(t, log, 3)
}

// kept is a file of which nothing is kept.
type kept struct{ io.Writer }

func (kept) Sync() error { return nil }

var byRoot = audit.Event{Action: audit.PINReset, By: "command line: root", Via: audit.ViaCommandLine, Subject: "+16125550142"}

func auditOn(t testing.TB, db *redisstore.DB, now func() time.Time) *audit.Log {
	t.Helper()
	return audit.New(audit.Config{Store: db.Audit(), Keys: testkit.Keys("a"), Now: now})
}

// recordMany records as many at once as are appended together.
func recordMany(t *testing.T, log *audit.Log, count int) {
	t.Helper()
	for ; count > 0; count -= audit.MaxTogether {
		check.AtOnce(min(count, audit.MaxTogether), func(int) { check.Is(t, log.Record(t.Context(), byRoot), nil) })
	}
}

func intact(t *testing.T, log *audit.Log, want int64) {
	t.Helper()
	report, err := log.Verify(t.Context(), nil)
	if err != nil || !report.Intact() || report.Entries != want {
		t.Errorf("%d entries, faults %v, %v; want %d", report.Entries, report.Faults, err, want)
	}
}

// TestAuditInRedis holds that an export is what Redis holds, byte for byte, that entries are in
// hashes of bounded size, and that nothing of the audit is ever swept up.
func TestAuditInRedis(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		log, client, ctx := auditOn(t, open(t, s.URL()), nil), raw(t, s), t.Context()
		const count = audit.MaxRead + 2
		recordMany(t, log, count)
		var want, got strings.Builder
		for seq := range count {
			key := fmt.Sprintf("uc:audit:{log}:%d", seq/audit.MaxRead)
			want.WriteString(client.HGet(ctx, key, fmt.Sprint(seq+1)).Val() + "\n")
		}
		if n, err := log.Export(ctx, &got, time.Time{}); n != count || err != nil || got.String() != want.String() {
			t.Errorf("%d exported, %v", n, err)
		}
		for key, size := range map[string]int64{"uc:audit:{log}:0": audit.MaxRead, "uc:audit:{log}:1": 2} {
			if got := client.HLen(ctx, key).Val(); got != size {
				t.Errorf("%s holds %d entries", key, got)
			}
		}
		for _, key := range client.Keys(ctx, "*").Val() {
			if ttl := client.TTL(ctx, key).Val(); ttl != -1 || !strings.HasPrefix(key, "uc:audit:{log}:") {
				t.Errorf("%s is kept for %v", key, ttl)
			}
		}
	})
}

// TestAuditOnGarbage holds that whatever stands under the audit's keys is a fault of the audit,
// and nothing is recorded there.
func TestAuditOnGarbage(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		log, client, ctx := auditOn(t, open(t, s.URL()), nil), raw(t, s), t.Context()
		for _, key := range []string{"uc:audit:{log}:head", "uc:audit:{log}:0"} {
			for what, fill := range put {
				check.OK(t, client.FlushAll(ctx).Err())
				recordMany(t, log, 3)
				check.OK(t, errors.Join(client.Del(ctx, key).Err(), fill(ctx, client, key)))
				report, err := log.Verify(ctx, nil)
				if err != nil || report.Intact() {
					t.Errorf("%s under %s: faults %v, %v", what, key, report.Faults, err)
				}
				before := contents(t, s)
				err = log.Record(ctx, byRoot)
				if key == "uc:audit:{log}:0" && err == nil {
					continue // the chunk is a hash: what is missing there is known, and it goes on
				}
				if !errors.Is(err, audit.ErrUnreadable) || contents(t, s) != before {
					t.Errorf("%s under %s: recorded, %v", what, key, err)
				}
			}
		}
	})
}

// TestAuditWithoutItsHead holds that a head that was removed is missed, whatever stands in the
// place of what tells that there was one.
func TestAuditWithoutItsHead(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		log, client, ctx := auditOn(t, open(t, s.URL()), nil), raw(t, s), t.Context()
		recordMany(t, log, 3)
		check.OK(t, client.Del(ctx, "uc:audit:{log}:head", "uc:audit:{log}:0").Err())
		for _, lowest := range []string{"1", "1000", "", "0", "-1", "one", "9223372036854775807"} {
			check.OK(t, client.Set(ctx, "uc:audit:{log}:lowest", lowest, 0).Err())
			report, err := log.Verify(ctx, nil)
			if err != nil || len(report.Faults) != 1 || report.Faults[0].String() != "the head: missing" {
				t.Errorf("%q: faults %v, %v", lowest, report.Faults, err)
			}
			if n, err := log.Export(ctx, io.Discard, time.Time{}); n != 0 || err != nil {
				t.Errorf("%q: %d exported, %v", lowest, n, err)
			}
			if err := log.Record(ctx, byRoot); !errors.Is(err, audit.ErrTampered) {
				t.Errorf("%q: recorded, %v", lowest, err)
			}
		}
		for what, fill := range put {
			if err := errors.Join(client.Del(ctx, "uc:audit:{log}:lowest").Err(), fill(ctx, client, "uc:audit:{log}:lowest")); err != nil {
				t.Fatal(err)
			}
			if report, err := log.Verify(ctx, nil); err != nil || report.Intact() {
				t.Errorf("%s: faults %v, %v", what, report.Faults, err)
			}
		}
	})
}

// TestAuditWithoutRedis holds that recording fails in time, whatever Redis does.
func TestAuditWithoutRedis(t *testing.T) {
	s := redistest.Start(t)
	log := auditOn(t, openForFaults(t, s.URL()), nil)
	recordMany(t, log, 1)
	for name, fail := range map[string]func(){"down": s.Down, "hung": s.Hang} {
		fail()
		began := time.Now()
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if err := log.Record(context.Background(), byRoot); err == nil {
					t.Errorf("%s: recorded", name)
				}
			})
		}
		group.Wait()
		if took := time.Since(began); took > audit.Within+time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
		s.Up()
	}
	deadline := time.Now().Add(patience)
	for log.Record(t.Context(), byRoot) != nil && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	report, err := log.Verify(t.Context(), nil)
	if err != nil || !report.Intact() {
		t.Errorf("then faults %v, %v", report.Faults, err)
	}
}

// TestAuditBounds holds the bounds of what is stored.
func TestAuditBounds(t *testing.T) {
	store, ctx := open(t, redistest.StartMini(t).URL()).Audit(), t.Context()
	large := make([]byte, audit.MaxLine+1)
	for name, err := range map[string]error{
		"a long entry":      store.Append(ctx, []audit.Stored{{Seq: 1, Line: large}}, []byte("h"), nil),
		"a long head":       store.Append(ctx, []audit.Stored{{Seq: 1, Line: []byte("x")}}, large, nil),
		"a long last head":  store.Trim(ctx, 1, 1, large, nil),
		"no entries":        store.Append(ctx, nil, []byte("h"), nil),
		"many entries":      store.Append(ctx, make([]audit.Stored, audit.MaxTogether+1), []byte("h"), nil),
		"no places":         store.Trim(ctx, 2, 1, []byte("h"), nil),
		"a place before 1":  store.Trim(ctx, 0, 1, []byte("h"), nil),
		"more than MaxRead": store.Trim(ctx, 1, audit.MaxRead+1, []byte("h"), nil),
	} {
		if err == nil || errors.Is(err, storage.ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
				logs = append(logs, audit.New(audit.Config{Store: store, Keys: testkit.Keys("a")}))
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
