package redisstore_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/torture"
)

// TestTortureDeadMaster has masters of a cluster die, and their replicas take over, while lines are
// changed. Two seconds after the cluster is healthy again nothing fails any more.
func TestTortureDeadMaster(t *testing.T) {
	t.Parallel()
	all := redistest.StartReplicatedCluster(t)
	db := openForFaults(t, all.URL)
	lines := freshLines(t, open(t, all.URL), 0, 60)
	kills, during, after := 0, 0, 0
	die := func(how func()) {
		during += changesUntil(db, lines, how)
		after += failures(db, lines, torture.Times(5, 20))
		kills++
	}
	for n, pair := range all.Pairs[:torture.Times(1, 3)] {
		die(func() { pair.FailOver(t) })
		if !torture.Long() {
			continue
		}
		pair.Rejoin(t)
		dead := pair.Master
		die(func() { // the other way round, this time without a word to anybody
			dead.Stop(t)
			pair.Await(t)
		})
		dead.Resume(t)
		t.Logf("%d masters died, %d of all changes failed meanwhile", 2*n+2, during)
	}
	t.Logf("%d changes failed until then", during)
	torture.Report(t, "a master of the cluster dies", "cluster", torture.Counts{
		torture.Operations: kills * torture.Times(5, 20) * len(lines), torture.Kills: kills, torture.Dead: after,
	})
}

// changesUntil changes lines over and over, until something is over and two seconds more. It returns how
// many changes failed.
func changesUntil(db *redisstore.DB, lines []nanp.Number, over func()) int {
	ctx, stop := context.WithCancel(context.Background())
	failed := make(chan int)
	go func() {
		count := 0
		for ctx.Err() == nil {
			count += failures(db, lines, 1)
		}
		failed <- count
	}()
	over()
	time.Sleep(2 * time.Second) // what is promised
	stop()
	return <-failed
}

// failures changes all lines so many times, and returns how many changes failed.
func failures(db *redisstore.DB, lines []nanp.Number, times int) int {
	var count atomic.Int64
	var all sync.WaitGroup
	for _, line := range lines {
		all.Go(func() {
			for range times {
				if err := db.Lines().SetLanguage(context.Background(), line, "es"); err != nil {
					count.Add(1)
				}
			}
		})
	}
	all.Wait()
	return int(count.Load())
}
