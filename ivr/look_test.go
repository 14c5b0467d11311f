package ivr_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/ivr"
)

// looked is an event whose answer is looked for.
func looked(turn int) ivr.Event {
	event := keyed(turn, "")
	event.Look = true
	return event
}

// A look finds the answer of a turn, waits for who is making it, and makes none itself.
func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		engines := servers(t, 2, &ivr.Memory{}, counting(func(*ivr.Call) { runs++; time.Sleep(time.Second) }))
		for turn := range 2 {
			if _, err := engines[0].Turn(t.Context(), looked(turn)); !errors.Is(err, ivr.ErrNoAnswer) {
				t.Errorf("turn %d of an unknown call: %v", turn, err)
			}
		}
		first := deliver(t, engines[0], keyed(0, ""))
		if got := deliver(t, engines[1], looked(0)); !bytes.Equal(got, first) {
			t.Errorf("the first answer is %s, and found is %s", first, got)
		}
		if _, err := engines[0].Turn(t.Context(), looked(1)); !errors.Is(err, ivr.ErrNoAnswer) {
			t.Errorf("a turn that nobody has posted: %v", err)
		}
		answer := make(chan []byte)
		go func() { answer <- deliver(t, engines[0], keyed(1, "11")) }()
		synctest.Wait()
		found := deliver(t, engines[1], looked(1))
		if second := <-answer; !bytes.Equal(found, second) || runs != 1 {
			t.Errorf("the answer is %s, and found is %s; %d runs", second, found, runs)
		}
	})
}

// The server that made an answer is dead, and what the caller did is not known: there is nothing to
// wait for once its claim has run out.
func TestLookForWhatADeadServerLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := &ivr.Memory{}
		engine := servers(t, 1, memory, counting(func(*ivr.Call) {}))[0]
		deliver(t, engine, keyed(0, ""))
		now := time.Now()
		if _, err := memory.Begin(t.Context(), ivr.Claim{Call: sid, Turn: 1, Holder: "dead", Now: now, Until: now.Add(ivr.DefaultTimes.Lease)}); err != nil {
			t.Fatal(err)
		}
		took := elapsed(func() {
			if _, err := engine.Turn(t.Context(), looked(1)); !errors.Is(err, ivr.ErrNoAnswer) {
				t.Errorf("error %v", err)
			}
		})
		if took > ivr.DefaultTimes.Lease+100*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

// TestAServerThatWasStopped has a server stopped in the middle of a turn, as by SIGSTOP, until its
// time is over: it looks once more for the answer, which it or another server has stored.
func TestAServerThatWasStopped(t *testing.T) {
	stop := func() { time.Sleep(time.Minute) }
	tests := []struct {
		name   string
		commit func(ctx context.Context, commit ivr.Commit, next ivr.Store) error
		other  bool // another server has answered meanwhile
	}{
		{"after its commit", func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
			err := next.Commit(ctx, commit)
			stop()
			return errors.Join(err, ctx.Err())
		}, false},
		{"by a store that carries the commit out late", func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
			late := context.WithoutCancel(ctx)
			time.AfterFunc(ivr.DefaultTimes.Own+ivr.DefaultTimes.Look/2, func() { _ = next.Commit(late, commit) })
			<-ctx.Done()
			return ctx.Err()
		}, false},
		{"before its commit, and was replaced", func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
			stop()
			return next.Commit(ctx, commit)
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := &ivr.Memory{}
				other := servers(t, 1, memory, counting(func(*ivr.Call) {}))[0]
				stopped := servers(t, 1, &hooked{Store: memory, commit: tt.commit}, counting(func(*ivr.Call) {}))[0]
				deliver(t, other, keyed(0, ""))
				answer := make(chan []byte)
				go func() { answer <- deliver(t, stopped, keyed(1, "11")) }()
				synctest.Wait()
				if tt.other {
					deliver(t, other, keyed(1, "11"))
				}
				got := <-answer
				if stored := deliver(t, other, looked(1)); !bytes.Equal(got, stored) || len(got) == 0 {
					t.Errorf("it answers %s, and stored is %s", got, stored)
				}
			})
		})
	}
}
