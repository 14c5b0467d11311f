package ivr_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/durability"
	"updatecenter/internal/secret"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
)

// Twilio waits 15 seconds, so whatever the store does, a turn ends before with an answer or
// an error.
func TestAStoreThatFails(t *testing.T) {
	apologyTime := ivr.DefaultTimes.Own + ivr.DefaultTimes.Look
	waitTime := ivr.DefaultTimes.Turn + ivr.DefaultTimes.Look
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	tests := []struct {
		name  string
		store *hooked
		want  error // wrapped by what Turn returns
		text  string
		least time.Duration // until Turn returns
	}{
		{"begin fails", &hooked{Store: &memory{}, begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) {
			return ivr.Begun{}, errDown
		}}, errDown, "begin turn 1", 0},
		{"commit fails", &hooked{Store: &memory{}, commit: func(context.Context, ivr.Commit, ivr.Store) error {
			return errDown
		}}, errDown, "commit turn 1", ivr.DefaultTimes.Look},
		{"begin hangs", &hooked{Store: &memory{}, begin: func(ctx context.Context, _ ivr.Claim, _ ivr.Store) (ivr.Begun, error) {
			return ivr.Begun{}, hangs(ctx)
		}}, context.DeadlineExceeded, "begin turn 1", apologyTime},
		{"commit hangs", &hooked{Store: &memory{}, commit: func(ctx context.Context, _ ivr.Commit, _ ivr.Store) error {
			return hangs(ctx)
		}}, context.DeadlineExceeded, "commit turn 1", apologyTime},
		{"somebody else has it for ever", &hooked{Store: &memory{}, begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) {
			return ivr.Begun{Status: ivr.InProgress}, nil
		}}, context.DeadlineExceeded, "wait for turn 1", waitTime},
		{"always overtaken", &hooked{Store: &memory{}, commit: func(context.Context, ivr.Commit, ivr.Store) error {
			return ivr.ErrOvertaken
		}}, context.DeadlineExceeded, "turn 1", waitTime},
		{"a status that isn't one", &hooked{Store: &memory{}, begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) {
			return ivr.Begun{}, nil
		}}, nil, "begin turn 1: status 0", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := servers(t, 1, tt.store, asking())[0]
				var document []byte
				var err error
				took := elapsed(func() { document, err = engine.Turn(context.Background(), keyed(1, "8265")) })
				if err == nil || document != nil {
					t.Fatalf("document %s, error %v; want an error alone", document, err)
				}
				if tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "8265") {
					t.Errorf("error %q, want %q and %v, and nothing that was keyed", err, tt.text, tt.want)
				}
				if took < tt.least || took > tt.least+50*time.Millisecond {
					t.Errorf("it took %s, want %s", took, tt.least)
				}
			})
		})
	}
}

// When the store is back the turn can be tried again, as if nothing had been.
func TestATurnCanBeTriedAgain(t *testing.T) {
	down := true
	config := configOf(t, asking())
	config.Store = &hooked{Store: config.Store, commit: func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
		if down {
			return errDown
		}
		return next.Commit(ctx, commit)
	}}
	engine := newEngine(t, config)
	if _, err := engine.Turn(context.Background(), keyed(0, "")); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	down = false
	dialEngine(t, engine, welcomed...)
}

func TestATurnEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		calls := &memory{}
		engine := servers(t, 1, calls, asking())[0]
		claim := ivr.Claim{Call: sid, Holder: "somebody", Now: time.Now(), Until: time.Now().Add(time.Hour)}
		if _, err := calls.Begin(ctx, claim); err != nil {
			t.Fatal(err)
		}
		took := elapsed(func() {
			if _, err := engine.Turn(ctx, keyed(0, "")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
		})
		if took > time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestTheApologyNeedsNoStore(t *testing.T) {
	engine := newEngine(t, configOn(t, nil, asking()))
	english, spanish := "en: Apology: call slow(<800>..<573>..<1311>).", "es: Disculpa: llame al slow(<800>..<573>..<1311>)."
	tests := []struct {
		language ivr.Language
		want     []string
	}{
		{ivr.English, []string{english, "hang up"}},
		{ivr.Spanish, []string{spanish, "hang up"}},
		{"", []string{english, spanish, "hang up"}},
		{"fr", []string{english, spanish, "hang up"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, heard(t, engine.Apology(tt.language, ""))); diff != "" {
			t.Errorf("%q: - expected, + heard:\n%s", tt.language, diff)
		}
	}
}

// Without randomness or keys nothing can be claimed or sealed, and nothing is stored.
func TestNoRandomnessNoKeys(t *testing.T) {
	damages := map[string]func(*ivr.Config){
		"no randomness":       func(c *ivr.Config) { c.Random = iotest.ErrReader(errDown) },
		"not enough of it":    func(c *ivr.Config) { c.Random = bytes.NewReader(make([]byte, 20)) },
		"not enough for both": func(c *ivr.Config) { c.Random = bytes.NewReader(make([]byte, 16+24)) },
		"no keys":             func(c *ivr.Config) { c.Keys = secret.Keyring{} },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			var commits []ivr.Commit
			config := configOf(t, asking())
			config.Store = watched(config.Store, &commits)
			damage(&config)
			if _, err := newEngine(t, config).Turn(context.Background(), keyed(0, "")); err == nil || len(commits) != 0 {
				t.Errorf("error %v, %d commits", err, len(commits))
			}
		})
	}
}

func TestParseLanguage(t *testing.T) {
	for code, want := range map[string]ivr.Language{"en": ivr.English, "es": ivr.Spanish, "": "", "EN": "", "fr": "", "en-US": ""} {
		if got := ivr.ParseLanguage(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}

// operation is one of a Redis that takes so long for it, or gives up after a second, as package redisstore
// does.
func operation(ctx context.Context, takes time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(takes):
		return ctx.Err()
	}
}

// TestTortureSlowStore has a store take ever longer for an operation, and each turn need one to begin, two
// to five for its work, and one to commit. An apology is heard within three seconds, and so is an answer.
// Time is virtual here.
func TestTortureSlowStore(t *testing.T) {
	const promised = 3 * time.Second
	step := time.Duration(torture.Times(100, 5)) * time.Millisecond
	turns, answers, late := 0, 0, 0
	for takes := step; takes <= 1200*time.Millisecond; takes += step {
		for works := 2; works <= 5; works++ {
			synctest.Test(t, func(t *testing.T) {
				slow := &hooked{Store: &memory{},
					begin: func(ctx context.Context, claim ivr.Claim, next ivr.Store) (ivr.Begun, error) {
						if err := operation(ctx, takes); err != nil {
							return ivr.Begun{}, err
						}
						return next.Begin(ctx, claim)
					},
					commit: func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
						if err := operation(ctx, takes); err != nil {
							return err
						}
						return next.Commit(ctx, commit)
					}}
				flow := failing(func(ctx context.Context, _ *ivr.Call) (outcome, error) {
					var err error
					for range works {
						err = errors.Join(err, operation(ctx, takes))
					}
					return done, err
				})
				engine := servers(t, 1, slow, flow)[0]
				var answer []byte
				took := elapsed(func() { answer, _ = engine.Turn(t.Context(), keyed(1, "")) })
				turns++
				if took > promised {
					late++
					t.Logf("%s an operation, %d for the work: %s", takes, works, took)
				}
				if answer != nil {
					answers++
				}
			})
		}
	}
	if answers == 0 || answers == turns {
		t.Errorf("%d of %d turns were answered: this shows nothing", answers, turns)
	}
	torture.Report(t, "apologies of a slow store later than 3 s", "embedded", torture.Counts{torture.Operations: turns, torture.Dead: late})
}

// TestCallersHearOfDoubt holds that a change which may not last is told once, after what was done or
// before the next question, and to its end; and that a replay tells the same.
func TestCallersHearOfDoubt(t *testing.T) {
	doubtful := func(at, next ivr.Step) ivr.Action[outcome] {
		return ivr.Action[outcome]{At: at, On: ivr.On[outcome]{done: next},
			Run: func(ctx context.Context, _ *ivr.Call) (outcome, error) {
				durability.Tell(ctx)
				return done, nil
			}}
	}
	entry := ivr.Variable{Name: "entry", Kind: ivr.Secret}
	ask := ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry, Next: "good", Back: "bye", GaveUp: "bye"}
	flow := flowOf(
		speak("start", "ask", ivr.English), ask,
		doubtful("good", "said"), say("said", "more"), doubtful("more", "also"), say("also", "bare"),
		ivr.Gather{At: "bare", Prompt: words("bare"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry, Next: "once-more", Back: "bye", GaveUp: "bye"},
		doubtful("once-more", "last"), ivr.Gather{At: "last", Prompt: words("last"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry, Next: "end", Back: "bye", GaveUp: "bye"},
		doubtful("end", ivr.HangUp), say("bye", ivr.HangUp),
	)
	flow.Notices.Unsure = words("unsure")
	c := dialEngine(t, newEngine(t, configOf(t, flow)), "gather 0 # -> 1?lang=en", "  en: ask in English.")
	for range 2 {
		c.press("1", "en: said in English.", "en: unsure in English.", "gather 0 # -> 2?lang=en", "  en: also in English.", "  en: bare in English.")
		c.turn--
	}
	c.turn++
	c.press("1", "en: unsure in English.", "gather 0 # -> 3?lang=en", "  en: last in English.")
	c.press("1", "en: unsure in English.", "hang up")
}
