package redisstore_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/redistest"
)

// TestGuessesAreCountedAlike holds that the scripts come to the same as the arithmetic of
// signin.LockRule, whatever the rule and whatever comes after what.
func TestGuessesAreCountedAlike(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all := open(t, s.URL()).SignIn(clock)
		for seed := range uint64(20) {
			countAlike(t, all, fmt.Sprint("agt_", seed), rand.New(rand.NewPCG(seed, 0)))
		}
	})
}

func countAlike(t *testing.T, all signin.Attempts, subject string, random *rand.Rand) {
	t.Helper()
	memory, rule, at := signin.NewMemory(), someRule(random), now
	var counted []signin.Admission
	for step := range 60 {
		at = at.Add(time.Duration(random.Int64N(int64(20 * time.Second))).Truncate(time.Millisecond))
		switch n := random.IntN(20); {
		case n == 0:
			same(t, step, all.Clear(t.Context(), subject), memory.Clear(t.Context(), subject))
		case n < 5 && len(counted) > 0:
			one := counted[len(counted)-1-random.IntN(min(2, len(counted)))]
			same(t, step, all.Release(t.Context(), subject, one), memory.Release(t.Context(), subject, one))
		default:
			got, err := all.Count(t.Context(), subject, at, rule)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := memory.Count(t.Context(), subject, at, rule)
			same(t, step, got, want)
			counted = append(counted, got)
		}
	}
}

func same(t *testing.T, step int, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("step %d (-want +got)\n%s", step, diff)
	}
}

// someRule is one whose waits end, and whose failures are forgotten, within a few steps.
func someRule(random *rand.Rand) signin.LockRule {
	seconds := func(most int) time.Duration { return time.Duration(random.IntN(most)) * time.Second }
	rule := signin.LockRule{
		LockAt: 1 + random.IntN(5), LockFor: seconds(40), CloseAt: random.IntN(8), ForgetIn: time.Second + seconds(90),
		Window: seconds(2) * 60,
	}
	for range random.IntN(4) {
		rule.Delays = append(rule.Delays, seconds(15))
	}
	return rule
}
