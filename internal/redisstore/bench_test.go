package redisstore

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/nanp"
	"updatecenter/internal/redistest"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// BenchmarkTurn claims and commits turns on a real Redis, from 64 goroutines and from one:
// with commands sent together, as the package does, and each on a connection of its own.
func BenchmarkTurn(b *testing.B) {
	together := openBench(b)
	alone := &DB{shared: &shared{
		client: together.client, clocks: together.clocks, failing: together.failing, within: together.within,
		submit: func(ctx context.Context, commands ...*redis.Cmd) error {
			return together.client.Process(ctx, commands[0])
		},
	}}
	var ids atomic.Int64
	for _, way := range []struct {
		name string
		db   *DB
	}{{"together", together}, {"alone", alone}} {
		b.Run("64callers/"+way.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(max(1, 64/runtime.GOMAXPROCS(0)))
			b.RunParallel(func(pb *testing.PB) { takeTurns(b, way.db.Calls(), &ids, pb.Next) })
		})
		b.Run("1caller/"+way.name, func(b *testing.B) {
			b.ReportAllocs()
			takeTurns(b, way.db.Calls(), &ids, b.Loop)
		})
	}
}

func openBench(b *testing.B) *DB {
	b.Helper()
	db, err := Open(redistest.Start(b).DirectURL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// takeTurns plays calls of 20 turns for as long as there is another.
func takeTurns(b *testing.B, calls Calls, ids *atomic.Int64, another func() bool) {
	state, answer, now, ctx := make([]byte, 400), make([]byte, 900), time.Now(), context.Background()
	id := ""
	for n := 0; another(); n++ {
		turn := n % 20
		if turn == 0 {
			id = fmt.Sprintf("CA%032x", ids.Add(1))
		}
		begun, err := calls.Begin(ctx, ivr.Claim{Call: id, Turn: turn, Holder: id, Now: now, Until: now.Add(6 * time.Second)})
		if err != nil || begun.Status != ivr.Claimed {
			b.Errorf("status %d: %v", begun.Status, err)
			return
		}
		err = calls.Commit(ctx, ivr.Commit{Call: id, Turn: turn, Holder: id, State: state, Answer: answer,
			Now: now, Expires: now.Add(time.Hour)})
		if err != nil {
			b.Error(err)
			return
		}
	}
}

// BenchmarkAdd imports lines on a real Redis, 1000 in each call.
func BenchmarkAdd(b *testing.B) {
	lines := openBench(b).Lines()
	part := make([]pins.NewLine, 1000)
	b.ReportAllocs()
	start, done := time.Now(), 0
	for b.Loop() {
		for i := range part {
			part[i] = pins.NewLine{Number: nanp.Number(fmt.Sprintf("+1612%07d", done+i)), Language: "es"}
		}
		if _, err := lines.Add(context.Background(), part, start); err != nil {
			b.Fatal(err)
		}
		done += len(part)
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "lines/s")
}
