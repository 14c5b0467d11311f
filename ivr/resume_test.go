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

	"updatecenter/internal/testkit"
	"updatecenter/ivr"
)

// helpful is a call whose help leads back, at most twice, to those questions of which it says
// so; place is where help was asked for last.
func helpful(place *ivr.Step) *ivr.Flow {
	inner := &ivr.Subflow{Name: "inner", Start: "inner-ask", Nodes: []ivr.Node{
		ivr.Gather{At: "inner-ask", Prompt: words("inner"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry,
			Next: "inner-done", Back: "inner-done", GaveUp: "inner-done"},
		ivr.Return{At: "inner-done"},
	}}
	outer := &ivr.Subflow{Name: "outer", Start: "outer-enter", Nodes: []ivr.Node{
		ivr.Enter{At: "outer-enter", Subflow: inner, On: map[ivr.Step]ivr.Step{"inner-done": "outer-done"}},
		ivr.Return{At: "outer-done"},
	}}
	flow := flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Options: []ivr.Option{{Prompt: option("enter"), Next: "enter"}, {Prompt: option("ask"), Next: "ask"}},
			Back: ivr.HangUp, GaveUp: ivr.HangUp},
		ivr.Enter{At: "enter", Subflow: outer, On: map[ivr.Step]ivr.Step{"outer-done": "tell"}},
		ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 1, Max: 4}, Zero: true, Into: entry,
			Next: "tell", Back: "menu", GaveUp: ivr.HangUp},
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "Heard {entry}.", ES: "Oí {entry}."}, Next: ivr.HangUp},
		ivr.Action[outcome]{At: "helping", On: ivr.On[outcome]{done: "bounded"},
			Run: func(_ context.Context, c *ivr.Call) (outcome, error) {
				*place = c.Place()
				return done, nil
			}},
		ivr.Retry{At: "bounded", Times: 3, Back: "told", GaveUp: "help"},
		say("told", "resume"),
		ivr.Resume{At: "resume"},
	)
	flow.Help, flow.Variables = "helping", []ivr.Variable{entry}
	return flow
}

func TestResume(t *testing.T) {
	var place ivr.Step
	c := dial(t, helpful(&place), gather("1", "any", "1", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", gather("1", "any", "2", "  en: told in English.", "  en: enter, press 1.", "  en: ask, press 2.")...)
	if place != "menu" {
		t.Errorf("asked at %q", place)
	}
	c.press("1", gather("0", "#", "3", "  en: inner in English.")...)
	c.press("0", gather("0", "#", "4", "  en: told in English.", "  en: inner in English.")...)
	if place != "enter" {
		t.Errorf("asked at %q", place)
	}
	c.press("12", "en: Heard <12>.", "hang up")

	c = dial(t, helpful(&place), gather("1", "any", "1", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", gather("1", "any", "2", "  en: told in English.", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", gather("1", "any", "3", "  en: told in English.", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", "en: help in English.", "hang up")
}

// Where 0 is an answer, nobody is helped.
func TestZeroIsAnAnswer(t *testing.T) {
	var place ivr.Step
	c := dial(t, helpful(&place), gather("1", "any", "1", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("2", gather("0", "#", "2", "  en: ask in English.")...)
	c.press("0", "en: Heard <0>.", "hang up")
	for _, exit := range helpful(&place).Exits() {
		if exit.From == "ask" && exit.Name == "0" {
			t.Errorf("0 leads to %s", exit.To)
		}
	}
}

// A call that comes to Resume of itself has nothing to resume.
func TestNothingToResume(t *testing.T) {
	flow := flowOf(work("start", "resume", func(c *ivr.Call) { c.Speak(ivr.English) }), ivr.Resume{At: "resume"})
	dial(t, flow, "en: sorry in English.", "hang up")
}

func TestCheckOfResume(t *testing.T) {
	complaints(t, func(f *ivr.Flow) {
		inner := &ivr.Subflow{Name: "inner", Start: "choose", Nodes: []ivr.Node{
			ivr.Menu{At: "choose", Options: []ivr.Option{{Prompt: option("on"), Next: "left"}}, Back: "resume", GaveUp: "left"},
			ivr.Resume{At: "resume"}, ivr.Return{At: "left"},
		}}
		replace(f, soundAgain, ivr.Enter{At: "again", Subflow: inner, On: map[ivr.Step]ivr.Step{"left": "tell"}})
	}, []string{`step "resume" resumes a question from inner, which is not the call itself`})
}

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
		engines := servers(t, 2, &memory{}, counting(func(*ivr.Call) { runs++; time.Sleep(time.Second) }))
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
		calls := &memory{}
		engine := servers(t, 1, calls, counting(func(*ivr.Call) {}))[0]
		deliver(t, engine, keyed(0, ""))
		now := time.Now()
		if _, err := calls.Begin(t.Context(), ivr.Claim{Call: sid, Turn: 1, Holder: "dead", Now: now, Until: now.Add(ivr.DefaultTimes.Lease)}); err != nil {
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
				calls := &memory{}
				other := servers(t, 1, calls, counting(func(*ivr.Call) {}))[0]
				stopped := servers(t, 1, &hooked{Store: calls, commit: tt.commit}, counting(func(*ivr.Call) {}))[0]
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

// servers are engines that share a store.
func servers(t *testing.T, n int, store ivr.Store, flow *ivr.Flow) []*ivr.Engine {
	t.Helper()
	all := make([]*ivr.Engine, n)
	for i := range all {
		config := configOn(t, store, flow)
		config.Now = time.Now
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
		engines := servers(t, 3, &memory{}, flow)
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
	engines := servers(t, 2, testkit.Redis(t).Calls(), counting(func(*ivr.Call) { runs.Add(1) }))
	for turn := range 10 {
		together(t, engines, 8, keyed(turn, "11"))
	}
	if runs.Load() != 9 {
		t.Errorf("nine turns ran %d times", runs.Load())
	}
}

func TestATurnDeliveredLaterHasItsAnswer(t *testing.T) {
	runs := 0
	engines := servers(t, 2, testkit.Redis(t).Calls(), counting(func(*ivr.Call) { runs++ }))
	var answers [][]byte
	for turn := range 4 {
		answers = append(answers, deliver(t, engines[0], keyed(turn, "11")))
		if got := deliver(t, engines[1], keyed(turn, "2222")); !bytes.Equal(got, answers[turn]) {
			t.Errorf("turn %d, delivered again:\n%s\nwas:\n%s", turn, got, answers[turn])
		}
	}
	for turn := range answers { // to older turns, of which nobody waits for the answer, it is the newest
		got := deliver(t, engines[1], keyed(turn, "2222"))
		if want := answers[3]; !bytes.Equal(got, want) {
			t.Errorf("turn %d, delivered again:\n%s\nwant:\n%s", turn, got, want)
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
		calls := &memory{}
		dying := servers(t, 1, &hooked{Store: calls, commit: func(_ context.Context, commit ivr.Commit, next ivr.Store) error {
			if commit.Turn > 0 {
				return errDown
			}
			return next.Commit(context.Background(), commit)
		}}, flow)[0]
		healthy := servers(t, 1, calls, flow)[0]
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
		engines := servers(t, 2, &memory{}, flow)
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
	engine := servers(t, 1, testkit.Redis(t).Calls(), counting(func(*ivr.Call) { runs++ }))[0]
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
