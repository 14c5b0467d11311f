package redisstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/nanp"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// held is a server whose answers a test gives.
type held struct {
	sent    chan []string // the first arguments of what was sent together
	answers chan struct{}
}

// newHeld returns a batcher of two slots, whose sending waits for an answer, or for the end of its context.
func newHeld() (*batcher, held) {
	h := held{sent: make(chan []string, 100), answers: make(chan struct{})}
	return &batcher{slots: 2, send: func(ctx context.Context, commands []*redis.Cmd) {
		var names []string
		for _, cmd := range commands {
			names = append(names, fmt.Sprint(cmd.Args()[0]))
		}
		h.sent <- names
		var err error
		select {
		case <-h.answers:
		case <-ctx.Done():
			err = ctx.Err()
		}
		for _, cmd := range commands {
			if cmd.SetVal(cmd.Args()[0]); cmd.Args()[0] == "wrong" {
				cmd.SetErr(errWrong)
			}
			if err != nil {
				cmd.SetErr(err)
			}
		}
	}}, h
}

var errWrong = errors.New("wrong command")

// ask has a batcher do commands, all at once, and returns its error later.
func ask(ctx context.Context, b *batcher, names ...string) <-chan error {
	failed := make(chan error, 1)
	var commands []*redis.Cmd
	for _, name := range names {
		commands = append(commands, redis.NewCmd(ctx, name))
	}
	go func() { failed <- b.do(ctx, commands) }()
	synctest.Wait()
	return failed
}

// within is a context as operations have it.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	t.Cleanup(cancel)
	return ctx
}

func expectSent(t *testing.T, h held, want ...[]string) {
	t.Helper()
	synctest.Wait()
	for _, names := range want {
		select {
		case got := <-h.sent:
			if !slices.Equal(got, names) {
				t.Errorf("sent %q, want %q", got, names)
			}
		default:
			t.Errorf("nothing was sent, want %q", names)
		}
	}
	select {
	case got := <-h.sent:
		t.Errorf("sent %q, want nothing more", got)
	default:
	}
}

// Nothing waits while a slot is free, and what waits goes together, in the order in which it came.
func TestBatcherSendsWhatWaitsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, h := newHeld()
		ctx := within(t)
		all := []<-chan error{ask(ctx, b, "a"), ask(ctx, b, "b", "c")}
		expectSent(t, h, []string{"a"}, []string{"b", "c"})
		all = append(all, ask(ctx, b, "d"), ask(ctx, b, "e", "f"), ask(ctx, b, "g"))
		expectSent(t, h)
		h.answers <- struct{}{}
		expectSent(t, h, []string{"d", "e", "f", "g"})
		h.answers <- struct{}{}
		h.answers <- struct{}{}
		for i, failed := range all {
			if err := <-failed; err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		last := ask(ctx, b, "h")
		expectSent(t, h, []string{"h"})
		h.answers <- struct{}{}
		if err := <-last; err != nil || b.free() != 2 {
			t.Errorf("%v; both slots are free: %t", err, b.free() == 2)
		}
	})
}

// A command has an error of its own, whatever went with it.
func TestBatcherTellsErrorsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, h := newHeld()
		ctx := within(t)
		ask(ctx, b, "a")
		ask(ctx, b, "b")
		right, wrong, both := ask(ctx, b, "c"), ask(ctx, b, "wrong"), ask(ctx, b, "d", "wrong")
		close(h.answers)
		if err := <-right; err != nil {
			t.Error(err)
		}
		if err1, err2 := <-wrong, <-both; !errors.Is(err1, errWrong) || !errors.Is(err2, errWrong) {
			t.Errorf("%v and %v, want %v", err1, err2, errWrong)
		}
	})
}

// What waits when its context ends is not sent, and what is on its way holds nobody longer than that.
func TestBatcherKeepsToContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, h := newHeld()
		short, cancel := context.WithCancel(within(t))
		ask(within(t), b, "a")
		ask(within(t), b, "b")
		alone := ask(short, b, "c")
		cancel()
		if err := <-alone; !errors.Is(err, context.Canceled) || len(b.waiting) > 0 || b.queued > 0 {
			t.Errorf("%v; %d commands wait", err, b.queued)
		}

		short, cancel = context.WithCancel(within(t))
		canceled, stays := ask(short, b, "d", "e"), ask(within(t), b, "f")
		cancel()
		if err := <-canceled; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		h.answers <- struct{}{}
		expectSent(t, h, []string{"a"}, []string{"b"}, []string{"f"})
		h.answers <- struct{}{}
		h.answers <- struct{}{}
		if err := <-stays; err != nil {
			t.Error(err)
		}

		ask(within(t), b, "g")
		ask(within(t), b, "h")
		short, cancel = context.WithCancel(within(t))
		onItsWay := ask(short, b, "i")
		h.answers <- struct{}{}
		expectSent(t, h, []string{"g"}, []string{"h"}, []string{"i"})
		cancel()
		if err := <-onItsWay; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(h.answers)
		synctest.Wait()
		if b.free() != 2 {
			t.Error("a slot is not free")
		}
	})
}

// A server that does not answer has what waits sent, or given up, by its deadlines, and all slots freed.
func TestBatcherOfASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := newHeld()
		var all []<-chan error
		for n := range 10 {
			all = append(all, ask(within(t), b, strconv.Itoa(n)))
			time.Sleep(10 * time.Millisecond)
		}
		began := time.Now()
		for n, failed := range all {
			if err := <-failed; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%d: %v", n, err)
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		synctest.Wait()
		if b.free() != 2 {
			t.Error("a slot is not free")
		}
	})
}

// What waits is bounded, and so is what goes together.
func TestBatcherIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, h := newHeld()
		ctx := within(t)
		ask(ctx, b, "a")
		ask(ctx, b, "b")
		for range maxQueued {
			ask(ctx, b, "c")
		}
		if err := <-ask(ctx, b, "d"); !errors.Is(err, errQueueFull) {
			t.Errorf("one more: %v", err)
		}
		close(h.answers)
		synctest.Wait()
		<-h.sent
		<-h.sent
		for range maxQueued / maxPipeline {
			if got := <-h.sent; len(got) != maxPipeline {
				t.Errorf("%d commands went together", len(got))
			}
		}
		expectSent(t, h)
	})
}

// Each of many callers gets the answer to its own command, in the order in which it asks.
func TestSubmitKeepsAnswersApart(t *testing.T) {
	db, err := OpenWithin(redistest.Start(t).DirectURL(), time.Minute)
	check.OK(t, err)
	var callers sync.WaitGroup
	for caller := range 64 {
		callers.Go(func() {
			key := fmt.Sprint("caller ", caller)
			for n := range 50 {
				set, get := redis.NewCmd(t.Context(), "incr", key), redis.NewCmd(t.Context(), "get", key)
				if err := db.submit(within(t), set, get); err != nil || get.Val() != strconv.Itoa(n+1) {
					t.Errorf("caller %d reads %v, %v; want %d", caller, get.Val(), err, n+1)
				}
				if err := db.submit(within(t), redis.NewCmd(t.Context(), "nonsense", key)); !isReply(err) {
					t.Errorf("nonsense: %v", err)
				}
			}
		})
	}
	callers.Wait()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := db.submit(within(t), redis.NewCmd(t.Context(), "get", "caller 1")); !errors.Is(err, redis.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A node of a cluster that gives no answers holds up nothing that goes to others, nor what is sent to others
// together with what goes to it.
func TestAStalledNodeHoldsUpNoOther(t *testing.T) {
	cluster := redistest.StartReplicatedCluster(t)
	db, err := OpenWithin(cluster.URL, time.Minute)
	check.OK(t, err)
	stalled, sound := keysOf(t, db, cluster.Pairs[0].Master.Addr())
	together := "{" + sound + "}" // in the same slot
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cluster.Pairs[0].Master.Hang()
	all, failed := newBatchers(db, slots), make(chan error, 10*slots)
	for range cap(failed) {
		go func() { failed <- all.do(ctx, redis.NewCmd(ctx, "incr", stalled), redis.NewCmd(ctx, "incr", together)) }()
	}
	for all.batcher(cluster.Pairs[0].Master.Addr()).free() > 0 {
		time.Sleep(time.Millisecond)
	}
	for range 10 * slots {
		if err := all.do(ctx, redis.NewCmd(ctx, "incr", sound)); err != nil {
			t.Error(err)
		}
	}
	for carriedOut := ""; carriedOut != strconv.Itoa(cap(failed)); {
		cmd := redis.NewCmd(ctx, "get", together)
		_ = all.do(ctx, cmd)
		carriedOut, _ = cmd.Val().(string)
	}
	if len(failed) > 0 {
		t.Errorf("the node answers: %v", <-failed)
	}
	cancel()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	for range cap(failed) {
		if err := <-failed; err == nil {
			t.Error("a command has an answer of a node that gives none")
		}
	}
}

// keysOf returns a key of the node at an address, and one of another.
func keysOf(t *testing.T, db *DB, address string) (its, another string) {
	t.Helper()
	for n := 0; its == "" || another == ""; n++ {
		key := fmt.Sprint("key ", n)
		server, err := db.serverOf(t.Context(), []any{"get", key})
		switch {
		case err != nil:
			t.Fatal(err)
		case server.Options().Addr == address:
			its = key
		default:
			another = key
		}
	}
	return its, another
}

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
