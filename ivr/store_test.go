package ivr_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// TestStore holds each sentence of the contract of [ivr.Store]. Time is handed to the store by the tests,
// which never sleep.
func TestStore(t *testing.T) {
	tests := []struct {
		name string
		run  func(play)
	}{
		{"an unknown call can be claimed at any turn", unknownCall},
		{"a committed turn has its answer", answered},
		{"the call waits for the next turn, with its state", nextTurn},
		{"a turn before the next without an answer gets the newest", pastTurn},
		{"a turn beyond the next means that commits were lost", lostCommits},
		{"a turn beyond the next waits for a claim on that", lostCommitsMeanwhile},
		{"a claim keeps others out until it runs out", claimRunsOut},
		{"a claim on an unknown call is for all its turns", claimOnUnknown},
		{"a holder may claim again", claimAgain},
		{"who looks claims and changes nothing", looking},
		{"a commit needs the claim", commitNeedsClaim},
		{"a commit said twice happens once", commitTwice},
		{"a first turn is claimed by its commit", firstTurn},
		{"one of many first turns wins", oneFirstWins},
		{"a late commit stands if nobody took over", lateCommit},
		{"a call is forgotten when it expires", expiry},
		{"a commit prolongs the call", prolonged},
		{"any bytes are kept", anyBytes},
		{"calls are apart, whatever their names", apart},
		{"the newest answers are kept", keptAnswers},
		{"one of many claims wins", oneClaimWins},
		{"one of many commits wins", oneCommitWins},
		{"a canceled context is an error", canceled},
	}
	kinds := map[string]func(*redisstore.DB) ivr.Store{
		"incoming": func(db *redisstore.DB) ivr.Store { return db.Calls() },
		"outgoing": func(db *redisstore.DB) ivr.Store { return db.CallsInTime() },
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for kind, calls := range kinds {
			for _, tt := range tests {
				t.Run(kind+"/"+tt.name, func(t *testing.T) { tt.run(play{t, calls(fresh(t))}) })
			}
		}
	})
}

const (
	lease    = 6 * time.Second
	lifetime = time.Hour
)

// play is a test with its store.
type play struct {
	*testing.T
	store ivr.Store
}

func (p play) begin(id string, turn int, holder string, now time.Time) ivr.Begun {
	p.Helper()
	begun, err := p.store.Begin(context.Background(),
		ivr.Claim{Call: id, Turn: turn, Holder: holder, Now: now, Until: now.Add(lease)})
	if err != nil {
		p.Fatalf("begin turn %d for %s: %v", turn, holder, err)
	}
	return begun
}

// look asks for a turn's answer without a claim.
func (p play) look(turn int, holder string, now time.Time) ivr.Begun {
	p.Helper()
	begun, err := p.store.Begin(context.Background(), ivr.Claim{Call: sid, Turn: turn, Holder: holder, Now: now})
	if err != nil {
		p.Fatalf("look for turn %d for %s: %v", turn, holder, err)
	}
	return begun
}

func (p play) unanswered(got ivr.Begun) {
	p.Helper()
	if got.Status != ivr.Unanswered {
		p.Fatalf("status %d, want unanswered", got.Status)
	}
}

func (p play) commit(id string, turn int, holder, state, answer string, now time.Time) error {
	return p.store.Commit(context.Background(), ivr.Commit{
		Call: id, Turn: turn, Holder: holder, State: []byte(state), Answer: []byte(answer),
		Now: now, Expires: now.Add(lifetime),
	})
}

// first commits a first turn without a claim.
func (p play) first(id, holder, state, answer string) error {
	return p.store.Commit(context.Background(), ivr.Commit{
		Call: id, Holder: holder, First: true, State: []byte(state), Answer: []byte(answer),
		Now: start, Expires: start.Add(lifetime),
	})
}

// turn claims and commits a turn, which must succeed.
func (p play) turn(id string, turn int, state, answer string, now time.Time) {
	p.Helper()
	holder := fmt.Sprint("holder of turn ", turn)
	if begun := p.begin(id, turn, holder, now); begun.Status != ivr.Claimed {
		p.Fatalf("turn %d: status %d, want claimed", turn, begun.Status)
	}
	if err := p.commit(id, turn, holder, state, answer, now); err != nil {
		p.Fatalf("commit turn %d: %v", turn, err)
	}
}

// claimed checks that a claim was granted, with that state; "" means that the call must be
// unknown.
func (p play) claimed(got ivr.Begun, state string) {
	p.Helper()
	if got.Status != ivr.Claimed {
		p.Fatalf("status %d, want claimed", got.Status)
	}
	if known := got.State != nil; known != (state != "") || !bytes.Equal(got.State, []byte(state)) {
		p.Fatalf("state %q (known: %v), want %q", got.State, known, state)
	}
}

func (p play) answered(got ivr.Begun, turn int, answer string) {
	p.Helper()
	if got.Status != ivr.Answered || got.Turn != turn || string(got.Answer) != answer {
		p.Fatalf("status %d, turn %d, answer %q; want answered, turn %d, %q",
			got.Status, got.Turn, got.Answer, turn, answer)
	}
}

func (p play) inProgress(got ivr.Begun) {
	p.Helper()
	if got.Status != ivr.InProgress {
		p.Fatalf("status %d, want in progress", got.Status)
	}
}

func (p play) overtaken(err error) {
	p.Helper()
	check.Is(p, err, ivr.ErrOvertaken)
}

func (p play) ok(err error) {
	p.Helper()
	check.OK(p, err)
}
