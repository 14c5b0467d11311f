package ivr_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

func claimRunsOut(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	p.inProgress(p.begin(sid, 1, "b", start.Add(lease-time.Millisecond)))
	p.answered(p.begin(sid, 0, "b", start), 0, "answer 0")
	p.claimed(p.begin(sid, 1, "b", start.Add(lease)), "state 0")
	p.overtaken(p.commit(sid, 1, "a", "late", "late", start.Add(lease)))
	p.inProgress(p.begin(sid, 1, "a", start.Add(lease)))
	p.ok(p.commit(sid, 1, "b", "state 1", "answer 1", start.Add(lease)))
	p.answered(p.begin(sid, 1, "a", start.Add(lease)), 1, "answer 1")
	p.overtaken(p.commit(sid, 1, "a", "late", "late", start.Add(lease)))
	p.claimed(p.begin(sid, 2, "c", start.Add(lease)), "state 1")
}

func claimOnUnknown(p play) {
	p.claimed(p.begin(sid, 0, "a", start), "")
	p.inProgress(p.begin(sid, 0, "b", start))
	p.inProgress(p.begin(sid, 3, "b", start))
	p.claimed(p.begin(sid, 3, "b", start.Add(lease)), "")
	p.overtaken(p.commit(sid, 0, "a", "late", "late", start.Add(lease)))
	p.ok(p.commit(sid, 3, "b", "state 3", "answer 3", start.Add(lease)))
	p.answered(p.begin(sid, 0, "c", start.Add(lease)), 3, "answer 3")
}

func claimAgain(p play) {
	p.claimed(p.begin(sid, 0, "a", start), "")
	p.claimed(p.begin(sid, 0, "a", start.Add(time.Second)), "")
	p.inProgress(p.begin(sid, 0, "b", start.Add(lease)))
	p.ok(p.commit(sid, 0, "a", "state 0", "answer 0", start))
	p.claimed(p.begin(sid, 1, "c", start), "state 0")
	p.claimed(p.begin(sid, 1, "c", start), "state 0")
}

// looking holds that a look finds what a claim would, and that the call is as if it had not been.
func looking(p play) {
	p.unanswered(p.look(0, "z", start))
	p.unanswered(p.look(3, "z", start))
	p.ok(p.first(sid, "a", "state 0", "answer 0"))
	p.answered(p.look(0, "z", start), 0, "answer 0")
	p.unanswered(p.look(1, "z", start))
	p.unanswered(p.look(7, "z", start)) // a claim would drop the call

	p.claimed(p.begin(sid, 1, "b", start), "state 0")
	p.inProgress(p.look(1, "z", start))
	p.unanswered(p.look(1, "b", start))
	p.unanswered(p.look(1, "z", start.Add(lease)))
	p.ok(p.commit(sid, 1, "b", "state 1", "answer 1", start.Add(lease)))
	p.answered(p.look(1, "z", start), 1, "answer 1")
	p.unanswered(p.look(1, "z", start.Add(2*lifetime)))
	p.claimed(p.begin(sid, 2, "c", start), "state 1")
}

func commitNeedsClaim(p play) {
	p.overtaken(p.commit(sid, 0, "a", "stolen", "stolen", start))
	p.claimed(p.begin(sid, 0, "a", start), "")
	p.overtaken(p.commit(sid, 0, "b", "stolen", "stolen", start))
	p.overtaken(p.commit(sid, 1, "a", "astray", "astray", start))
	p.ok(p.commit(sid, 0, "a", "state 0", "answer 0", start))
	p.overtaken(p.commit(sid, 1, "a", "unclaimed", "unclaimed", start))
	p.overtaken(p.commit(sid, 0, "b", "stolen", "stolen", start))
	p.answered(p.begin(sid, 0, "c", start), 0, "answer 0")
	p.claimed(p.begin(sid, 1, "d", start), "state 0")
}

// commitTwice holds that a commit whose confirmation was lost can be said again.
func commitTwice(p play) {
	p.claimed(p.begin(sid, 0, "a", start), "")
	p.ok(p.commit(sid, 0, "a", "state 0", "answer 0", start))
	p.ok(p.commit(sid, 0, "a", "state 0", "answer 0", start))
	p.claimed(p.begin(sid, 1, "b", start), "state 0")
	p.inProgress(p.begin(sid, 1, "c", start))
}

// firstTurn holds that a first turn needs no claim, but a call of which nothing is stored.
func firstTurn(p play) {
	p.ok(p.first(sid, "a", "state 0", "answer 0"))
	p.ok(p.first(sid, "a", "state 0", "answer 0"))
	p.overtaken(p.first(sid, "b", "stolen", "stolen"))
	p.answered(p.begin(sid, 0, "c", start), 0, "answer 0")
	p.claimed(p.begin(sid, 1, "d", start), "state 0")
	p.inProgress(p.begin(sid, 1, "e", start))
	p.ok(p.commit(sid, 1, "d", "state 1", "answer 1", start))

	const other = "CA00000000000000000000000000000002"
	p.claimed(p.begin(other, 0, "a", start), "")
	p.overtaken(p.first(other, "b", "stolen", "stolen"))
	p.ok(p.commit(other, 0, "a", "state 0", "answer 0", start))
}

func oneFirstWins(p play) {
	var won atomic.Int32
	p.together(20, func(i int) error {
		err := p.first(sid, fmt.Sprint("holder ", i), "state 0", fmt.Sprint("answer ", i))
		if err == nil {
			won.Add(1)
		}
		if errors.Is(err, ivr.ErrOvertaken) {
			return nil
		}
		return err
	})
	if won.Load() != 1 {
		p.Errorf("%d of 20 first turns won", won.Load())
	}
}

func lateCommit(p play) {
	p.claimed(p.begin(sid, 0, "a", start), "")
	p.ok(p.commit(sid, 0, "a", "state 0", "answer 0", start.Add(2*lease)))
	p.claimed(p.begin(sid, 1, "b", start.Add(2*lease)), "state 0")
}

func oneClaimWins(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	var won atomic.Int32
	p.together(40, func(i int) error {
		begun, err := p.store.Begin(context.Background(), ivr.Claim{
			Call: sid, Turn: 1, Holder: fmt.Sprint("holder ", i), Now: start, Until: start.Add(lease)})
		if begun.Status == ivr.Claimed {
			won.Add(1)
		} else if err == nil && begun.Status != ivr.InProgress {
			return fmt.Errorf("status %d", begun.Status)
		}
		return err
	})
	if won.Load() != 1 {
		p.Fatalf("%d claims won, want 1", won.Load())
	}
}

// oneCommitWins has many race for the same turns, each with a claim that the next one may
// take over at once. As callers do, they go on to the next turn once the one before has its
// answer.
func oneCommitWins(p play) {
	const turns = 5
	var stood [turns]atomic.Int32
	p.turn(sid, 0, "state", "answer", start)
	p.together(20, func(i int) error {
		for turn := 1; turn < turns; turn++ {
			won, err := p.race(turn, fmt.Sprintf("holder %d of turn %d", i, turn))
			if err != nil {
				return err
			}
			if won {
				stood[turn].Add(1)
			}
		}
		return nil
	})
	for turn := 1; turn < turns; turn++ {
		if n := stood[turn].Load(); n != 1 {
			p.Errorf("turn %d was committed %d times", turn, n)
		}
	}
}

// race tries to answer a turn until it is answered, and says whether it did that.
func (p play) race(turn int, name string) (won bool, err error) {
	for try := 0; ; try++ {
		holder := fmt.Sprint(name, ", try ", try)
		begun, err := p.store.Begin(context.Background(),
			ivr.Claim{Call: sid, Turn: turn, Holder: holder, Now: start, Until: start})
		if err != nil || begun.Status == ivr.Answered {
			return false, err
		}
		if err := p.commit(sid, turn, holder, "state", holder, start); !errors.Is(err, ivr.ErrOvertaken) {
			return err == nil, err
		}
	}
}

// together runs f many times at once.
func (p play) together(times int, f func(i int) error) {
	p.Helper()
	check.AtOnce(times, func(i int) { check.Is(p, f(i), nil) })
}

func unknownCall(p play) {
	p.claimed(p.begin(sid, 0, "a", start), "")
	const lost = "CAlost"
	p.claimed(p.begin(lost, 5, "a", start), "")
	p.ok(p.commit(lost, 5, "a", "state 5", "answer 5", start))
	p.claimed(p.begin(lost, 6, "b", start), "state 5")
}

func answered(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.answered(p.begin(sid, 0, "b", start), 0, "answer 0")
	p.turn(sid, 1, "state 1", "answer 1", start)
	p.answered(p.begin(sid, 1, "d", start), 1, "answer 1")
}

func nextTurn(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	p.ok(p.commit(sid, 1, "a", "state 1", "answer 1", start))
	p.claimed(p.begin(sid, 2, "b", start), "state 1")
}

func pastTurn(p play) {
	p.turn(sid, 3, "state 3", "answer 3", start)
	p.answered(p.begin(sid, 2, "a", start), 3, "answer 3")
	p.claimed(p.begin(sid, 4, "a", start), "state 3")
	p.answered(p.begin(sid, 2, "b", start), 3, "answer 3")
}

func lostCommits(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	late := start.Add(lease)
	p.claimed(p.begin(sid, 10, "b", late), "")
	p.overtaken(p.commit(sid, 1, "a", "late", "late", late))
	p.inProgress(p.begin(sid, 0, "c", late)) // its answer went with the old record
	p.inProgress(p.begin(sid, 10, "c", late))
	p.ok(p.commit(sid, 10, "b", "state 10", "answer 10", late))
	p.answered(p.begin(sid, 0, "d", late), 10, "answer 10")
	p.claimed(p.begin(sid, 11, "d", late), "state 10")
}

func lostCommitsMeanwhile(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	p.inProgress(p.begin(sid, 2, "b", start))
	p.ok(p.commit(sid, 1, "a", "state 1", "answer 1", start))
	p.claimed(p.begin(sid, 2, "b", start), "state 1")
}

func expiry(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	just := start.Add(lifetime - time.Millisecond)
	p.answered(p.begin(sid, 0, "a", just), 0, "answer 0")
	p.claimed(p.begin(sid, 0, "b", start.Add(lifetime)), "")
	p.ok(p.commit(sid, 0, "b", "anew", "answer anew", start.Add(lifetime)))
	p.claimed(p.begin(sid, 1, "c", start.Add(lifetime)), "anew")
}

func prolonged(p play) {
	later := start.Add(lifetime - time.Second)
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.turn(sid, 1, "state 1", "answer 1", later)
	p.answered(p.begin(sid, 0, "a", later.Add(lifetime-time.Second)), 1, "answer 1")
}

func anyBytes(p play) {
	var all strings.Builder
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	values := []string{all.String(), "\r\n$-1\r\n", strings.Repeat("\x00\xff", 32<<10)}
	for i, v := range values {
		id := fmt.Sprintf("CAbytes%d", i)
		p.turn(id, 0, v, v, start)
		p.answered(p.begin(id, 0, "a", start), 0, v)
		p.claimed(p.begin(id, 1, "b", start), v)
	}
	const empty = "CAempty"
	p.turn(empty, 0, "", "", start)
	p.answered(p.begin(empty, 0, "a", start), 0, "")
	if got := p.begin(empty, 1, "b", start); got.Status != ivr.Claimed || got.State == nil {
		p.Fatalf("status %d, state %v; want an empty state", got.Status, got.State)
	}
}

func apart(p play) {
	names := []string{"CA1", "CA10", "CA1}", "{CA1}", "CA1:0", "CA1 ", "", strings.Repeat("CA", 500), "\x00"}
	for _, id := range names {
		p.turn(id, 0, "state of "+id, "answer of "+id, start)
	}
	for _, id := range names {
		p.answered(p.begin(id, 0, "b", start), 0, "answer of "+id)
		p.claimed(p.begin(id, 1, "b", start), "state of "+id)
	}
}

func keptAnswers(p play) {
	const turns = ivr.KeptAnswers + 5
	for turn := range turns {
		p.turn(sid, turn, "state", fmt.Sprint("answer ", turn), start)
	}
	for turn := turns - ivr.KeptAnswers; turn < turns; turn++ {
		p.answered(p.begin(sid, turn, "a", start), turn, fmt.Sprint("answer ", turn))
	}
}

func canceled(p play) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	claim := ivr.Claim{Call: sid, Holder: "a", Now: start, Until: start.Add(lease)}
	if _, err := p.store.Begin(ctx, claim); err == nil {
		p.Error("begin went on")
	}
	if err := p.store.Commit(ctx, ivr.Commit{Call: sid, Holder: "a", Now: start}); err == nil {
		p.Error("commit went on")
	}
}

// TestWithdraw holds that the answer of a claim is taken back, unless the call has gone on since.
func TestWithdraw(t *testing.T) {
	tests := map[string]struct {
		holder string // whose answer is withdrawn
		goesOn bool
		want   ivr.Status // of a look for it
	}{
		"its own":                           {"a", false, ivr.Unanswered},
		"that of another":                   {"b", false, ivr.Answered},
		"its own, and the call has gone on": {"a", true, ivr.Answered},
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				withdrawn := make(chan struct{})
				once := sync.OnceFunc(func() { close(withdrawn) })
				calls := fresh(t).Through(func(_ context.Context, operation string, do func() error) error {
					err := do()
					if operation == "Calls.Withdraw" && err == nil {
						once()
					}
					return err
				}).CallsInTime()
				p := play{t, calls}
				p.ok(p.first(sid, "a", "state 0", "answer 0"))
				if tt.goesOn {
					p.claimed(p.begin(sid, 1, "c", start), "state 0")
				}
				calls.Withdraw(ivr.Claim{Call: sid, Holder: tt.holder})
				<-withdrawn
				if got := p.look(0, "d", start); got.Status != tt.want {
					t.Errorf("status %d, want %d", got.Status, tt.want)
				}
			})
		}
	})
}
