package ivr_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/ivr"
)

// servers are engines that share a store.
func servers(t *testing.T, n int, store ivr.Store, flow *ivr.Flow) []*ivr.Engine {
	t.Helper()
	all := make([]*ivr.Engine, n)
	for i := range all {
		config := configOf(t, flow)
		config.Store, config.Now = store, time.Now
		all[i] = newEngine(t, config)
	}
	return all
}

// together delivers the same webhook many times at once, and returns the answer that all got.
func together(t *testing.T, engines []*ivr.Engine, times int, event ivr.Event) []byte {
	t.Helper()
	answers := make([][]byte, times)
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() {
			document, err := engines[i%len(engines)].Turn(context.Background(), event)
			if err != nil {
				t.Errorf("turn %d: %v", event.Turn, err)
			}
			answers[i] = document
		})
	}
	all.Wait()
	for _, answer := range answers {
		if !bytes.Equal(answer, answers[0]) {
			t.Fatalf("turn %d was answered in two ways:\n%s\n%s", event.Turn, answers[0], answer)
		}
	}
	return answers[0]
}

func TestATurnDeliveredTogetherRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		flow := counting(func(*ivr.Call) {
			runs.Add(1)
			time.Sleep(300 * time.Millisecond)
		})
		engines := servers(t, 3, &ivr.Memory{}, flow)
		together(t, engines, 12, ivr.Event{Call: sid})
		for turn := 1; turn <= 3; turn++ {
			answer := together(t, engines, 12, keyed(turn, "11"))
			want := "  en: So far: " + "III"[:turn] + "."
			if got := heard(t, answer); got[1] != want {
				t.Errorf("turn %d: %q, want %q", turn, got[1], want)
			}
		}
		if runs.Load() != 3 {
			t.Errorf("three turns ran %d times", runs.Load())
		}
	})
}

// The engines here race for real, with no bubble that would put their steps in order.
func TestTurnsDeliveredTogetherByTheClock(t *testing.T) {
	var runs atomic.Int32
	engines := servers(t, 2, &ivr.Memory{}, counting(func(*ivr.Call) { runs.Add(1) }))
	for turn := range 10 {
		together(t, engines, 8, keyed(turn, "11"))
	}
	if runs.Load() != 9 {
		t.Errorf("nine turns ran %d times", runs.Load())
	}
}

func TestATurnDeliveredLaterHasItsAnswer(t *testing.T) {
	runs := 0
	engines := servers(t, 2, &ivr.Memory{}, counting(func(*ivr.Call) { runs++ }))
	var answers [][]byte
	for turn := range 4 {
		answers = append(answers, deliver(t, engines[0], keyed(turn, "11")))
	}
	for turn, want := range answers {
		got := deliver(t, engines[1], keyed(turn, "2222"))
		if !bytes.Equal(got, want) {
			t.Errorf("turn %d, delivered again:\n%s\nwas:\n%s", turn, got, want)
		}
	}
	if runs != 3 {
		t.Errorf("three turns ran %d times", runs)
	}
}

// A server that dies between the work and the commit leaves a claim, which runs out.
func TestAServerThatDiesIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran []ivr.Call
		flow := counting(func(c *ivr.Call) { ran = append(ran, *c) })
		memory := &ivr.Memory{}
		dying := servers(t, 1, &hooked{Store: memory, commit: func(_ context.Context, commit ivr.Commit, next ivr.Store) error {
			if commit.Turn > 0 {
				return errDown
			}
			return next.Commit(context.Background(), commit)
		}}, flow)[0]
		healthy := servers(t, 1, memory, flow)[0]
		deliver(t, dying, keyed(0, ""))
		if _, err := dying.Turn(context.Background(), keyed(1, "11")); !errors.Is(err, errDown) {
			t.Fatalf("error %v, want that of the store", err)
		}
		took := elapsed(func() {
			if got := heard(t, deliver(t, healthy, keyed(1, "11")))[1]; got != "  en: So far: I." {
				t.Errorf("heard %q, as if the turn had happened twice", got)
			}
		})
		if took < 2*time.Second || took > ivr.DefaultTimes.Lease {
			t.Errorf("the claim of a dead server kept the caller waiting for %s", took)
		}
		if len(ran) != 2 || ran[0].SID != ran[1].SID || ran[0].Turn != ran[1].Turn {
			t.Errorf("want two runs that can be told for the same turn, got %d", len(ran))
		}
	})
}

// A server that was taken for dead, and wasn't, gives the other one's answer.
func TestASlowServerIsOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		flow := counting(func(*ivr.Call) {
			if runs.Add(1) == 1 {
				time.Sleep(8 * time.Second) // past its claim, deaf to its context
			}
		})
		engines := servers(t, 2, &ivr.Memory{}, flow)
		deliver(t, engines[0], keyed(0, ""))
		took := elapsed(func() { together(t, engines, 2, keyed(1, "11")) })
		if runs.Load() != 2 || took > 9*time.Second {
			t.Errorf("%d runs in %s, want two, and the answer when the slow one is done", runs.Load(), took)
		}
		if got := heard(t, deliver(t, engines[0], keyed(2, "11")))[1]; got != "  en: So far: II." {
			t.Errorf("heard %q after two turns", got)
		}
	})
}

// A turn beyond the one that the call waits for tells that commits were lost: the call
// starts over, and goes on from the number of that turn, so that none is used twice.
func TestATurnAfterLostCommits(t *testing.T) {
	runs := 0
	engine := servers(t, 1, &ivr.Memory{}, counting(func(*ivr.Call) { runs++ }))[0]
	deliver(t, engine, keyed(0, ""))
	deliver(t, engine, keyed(1, "11"))
	over := deliver(t, engine, keyed(4, "11"))
	if got := strings.Join(heard(t, over), "\n"); !strings.Contains(got, "start-over in English.") || runs != 1 {
		t.Errorf("heard %s after %d runs", got, runs)
	}
	for _, turn := range []int{2, 3, 4} {
		if got := deliver(t, engine, keyed(turn, "11")); !bytes.Equal(got, over) {
			t.Errorf("turn %d: %s", turn, got)
		}
	}
	if got := heard(t, deliver(t, engine, keyed(5, "11")))[1]; got != "  en: So far: I." || runs != 2 {
		t.Errorf("heard %q after %d runs", got, runs)
	}
}
