package ivr

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// KeptAnswers is how many of a call's newest answers a [Store] keeps at the least; to a turn
// whose answer is gone it gives the newest.
const KeptAnswers = 100

// Memory is a [Store] that lives and dies with its process: for tests, and to try a flow
// out. A call that has expired is dropped when it is met again, and not before. The zero
// value is ready; any number of goroutines may use it.
type Memory struct {
	mu    sync.Mutex
	calls map[string]kept
}

// kept is a call as the store holds it.
type kept struct {
	next    int    // the turn that the call waits for
	state   []byte // nil while no turn was committed
	answers map[int][]byte
	expires time.Time
	holder  string // of the claim on next, or who committed the turn before it
	until   time.Time
	claimed bool
}

// Begin implements [Store].
func (m *Memory) Begin(ctx context.Context, claim Claim) (Begun, error) {
	if err := ctx.Err(); err != nil {
		return Begun{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	call := m.calls[claim.Call]
	if call.state != nil && !claim.Now.Before(call.expires) {
		call = kept{}
	}
	if answer, ok := call.answers[claim.Turn]; ok {
		return Begun{Status: Answered, Turn: claim.Turn, Answer: slices.Clone(answer)}, nil
	}
	if call.state != nil && claim.Turn < call.next {
		newest := call.next - 1
		return Begun{Status: Answered, Turn: newest, Answer: slices.Clone(call.answers[newest])}, nil
	}
	if call.claimed && call.holder != claim.Holder && claim.Now.Before(call.until) {
		return Begun{Status: InProgress}, nil
	}
	if claim.Until.IsZero() {
		return Begun{Status: Unanswered}, nil
	}
	if claim.Turn > call.next {
		call = kept{}
	}
	call.next, call.holder, call.until, call.claimed = claim.Turn, claim.Holder, claim.Until, true
	m.keep(claim.Call, call)
	return Begun{Status: Claimed, State: slices.Clone(call.state)}, nil
}

// Commit implements [Store].
func (m *Memory) Commit(ctx context.Context, commit Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	call, known := m.calls[commit.Call]
	if commit.First && !known {
		call = kept{next: commit.Turn, holder: commit.Holder, claimed: true}
	}
	if call.holder != commit.Holder {
		return ErrOvertaken
	}
	if !call.claimed && call.next == commit.Turn+1 {
		return nil
	}
	if !call.claimed || call.next != commit.Turn {
		return ErrOvertaken
	}
	answers := map[int][]byte{commit.Turn: slices.Clone(commit.Answer)}
	maps.Copy(answers, call.answers)
	delete(answers, commit.Turn-KeptAnswers)
	m.keep(commit.Call, kept{
		next: commit.Turn + 1, state: append([]byte{}, commit.State...), answers: answers,
		expires: commit.Expires, holder: commit.Holder,
	})
	return nil
}

func (m *Memory) keep(id string, call kept) {
	if m.calls == nil {
		m.calls = map[string]kept{}
	}
	m.calls[id] = call
}
