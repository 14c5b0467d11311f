package ivr_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/torture"
	"updatecenter/ivr"
)

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
				slow := &hooked{Store: &ivr.Memory{},
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
