package redisstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"updatecenter/internal/torture"
	"updatecenter/ivr"
)

// TestTortureLinearizableCalls has clients answer the turns of one call.
func TestTortureLinearizableCalls(t *testing.T) {
	t.Parallel()
	callHistories(t, single(t), torture.Times(5, 120))
}

func callHistories(t *testing.T, at place, histories int) {
	t.Helper()
	each(t, "histories of a call are linearizable", at, histories, func(all *tried, n int, random *rand.Rand) {
		h, call := newHistory[callState](forever), "CA"+strconv.Itoa(n)
		var clock, writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			callUser{h, i, call, at.hasty[i%servers].Calls(), &clock, &writes}.any(random, 6)
		})
		last := callUser{h, clients, call, at.patient.Calls(), &clock, &writes}
		for turn := range maxTurns {
			last.begin(ivr.Claim{Turn: turn, Holder: "last", Now: last.at(0)})
		}
		judge(t, all, h, callState{})
	})
}

const (
	maxTurns = 16                     // of a call
	lease    = 200 * time.Millisecond // of a claim, by a clock that the clients move
)

// callState is a call as package ivr describes it, and as long as it isn't forgotten. States and answers are numbers: 0 is none.
type callState struct {
	known, claimed bool
	next           int
	holder         string
	until          time.Time
	state          int64
	answers        [maxTurns + 1]int64
}

// begun is what a client hears of a claim.
type begun struct {
	status        ivr.Status
	turn          int
	state, answer int64
}

// A callUser is a client of a call.
type callUser struct {
	*history[callState]
	client int
	call   string
	calls  ivr.Store
	clock  *atomic.Int64 // of all clients, in milliseconds
	writes *atomic.Int64 // of all clients
}

// op is an operation of this client.
func (u callUser) op(what string, r repetition, number int64, turn int, c contract[callState]) done[callState] {
	return done[callState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, turn}
}

// at moves the clock.
func (u callUser) at(ahead time.Duration) time.Time {
	return now.Add(time.Duration(u.clock.Add(ahead.Milliseconds())) * time.Millisecond)
}

// any answers turns, as any servers would: some die with their claim, some are slow, some commit twice.
func (u callUser) any(random *rand.Rand, operations int) {
	turn, holding := 0, false
	claim := ivr.Claim{Turn: -1}
	for range operations {
		at := u.at(time.Duration(random.IntN(100)) * time.Millisecond)
		switch choice := random.IntN(8); {
		case turn >= maxTurns:
			u.begin(ivr.Claim{Turn: random.IntN(maxTurns), Holder: u.holder(), Now: at})
		case holding && choice == 0:
			u.at(2 * lease) // and the claim runs out
		case holding:
			if err, ok := u.commit(ivr.Commit{Turn: turn, Holder: claim.Holder, Now: at, Expires: at.Add(time.Hour)}); ok {
				holding = choice == 2
				if err == nil && !holding {
					turn++
				}
			}
		case turn == 0 && choice < 3:
			if err, ok := u.commit(ivr.Commit{Holder: u.holder(), First: true, Now: at, Expires: at.Add(time.Hour)}); ok && err == nil {
				turn++
			}
		default:
			if claim.Turn != turn || choice < 4 { // otherwise the same holder claims again
				claim = ivr.Claim{Turn: turn, Holder: u.holder()}
			}
			claim.Now, claim.Until = at, at.Add(lease)
			if choice == 7 {
				claim.Until = time.Time{}
			}
			switch got, _ := u.begin(claim); got.status { //nolint:exhaustive // the others leave nothing to go on with
			case ivr.Claimed:
				holding = true
			case ivr.Answered:
				turn = got.turn + 1
			}
		}
	}
}

// holder is one that was never used.
func (u callUser) holder() string { return strconv.FormatInt(u.writes.Add(1), 10) }

func (u callUser) begin(claim ivr.Claim) (begun, bool) {
	claim.Call = u.call
	r := repeated
	if claim.Until.IsZero() {
		r = reads
	}
	got, ok := u.do(u.op(fmt.Sprintf("begin turn %d, holder %s, from %v to %v", claim.Turn, claim.Holder, claim.Now.Sub(now), claim.Until.Sub(now)), r, 0, claim.Turn,
		func(s callState) (callState, any) { return s.begin(claim) }),
		func(ctx context.Context) (any, error) {
			b, err := u.calls.Begin(ctx, claim)
			state, _ := strconv.ParseInt(string(b.State), 10, 64)
			answer, _ := strconv.ParseInt(string(b.Answer), 10, 64)
			u.saw(state, answer)
			return begun{b.Status, b.Turn, state, answer}, err
		})
	b, _ := got.(begun)
	return b, ok
}

// begin is the contract of ivr.Store.
func (s callState) begin(claim ivr.Claim) (callState, begun) {
	switch newest := s.next - 1; {
	case s.answers[claim.Turn] != 0:
		return s, begun{status: ivr.Answered, turn: claim.Turn, answer: s.answers[claim.Turn]}
	case s.state != 0 && claim.Turn < s.next:
		return s, begun{status: ivr.Answered, turn: newest, answer: s.answers[newest]}
	case s.claimed && s.holder != claim.Holder && claim.Now.Before(s.until):
		return s, begun{status: ivr.InProgress}
	case claim.Until.IsZero():
		return s, begun{status: ivr.Unanswered}
	case claim.Turn > s.next:
		s = callState{}
	}
	s.known, s.claimed, s.next, s.holder, s.until = true, true, claim.Turn, claim.Holder, claim.Until
	return s, begun{status: ivr.Claimed, state: s.state}
}

// commit commits a state and an answer that no other commit has.
func (u callUser) commit(c ivr.Commit) (any, bool) {
	number := u.writes.Add(1)
	c.Call, c.State = u.call, strconv.AppendInt(nil, number, 10)
	c.Answer = c.State
	return u.do(u.op(fmt.Sprintf("commit %s of turn %d, holder %s, first %t", c.State, c.Turn, c.Holder, c.First), onceOnly, number, c.Turn,
		func(s callState) (callState, any) { return s.commit(c, number) }),
		func(ctx context.Context) (any, error) { return refused(ivr.ErrOvertaken, u.calls.Commit(ctx, c)) })
}

// commit is the contract of ivr.Store.
func (s callState) commit(c ivr.Commit, number int64) (callState, any) {
	if c.First && !s.known {
		s = callState{known: true, claimed: true, next: c.Turn, holder: c.Holder}
	}
	switch {
	case s.holder == c.Holder && !s.claimed && s.next == c.Turn+1:
		return s, nil
	case s.holder != c.Holder || !s.claimed || s.next != c.Turn:
		return s, ivr.ErrOvertaken
	}
	s.claimed, s.next, s.state = false, c.Turn+1, number
	s.answers[c.Turn] = number
	return s, nil
}
