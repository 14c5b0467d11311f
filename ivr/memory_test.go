package ivr_test

import (
	"context"
	"sync"
	"time"

	"updatecenter/ivr"
)

// memory keeps one call, for tests that stop the clock, which Redis can't. The call never expires.
type memory struct {
	mu      sync.Mutex
	state   []byte
	answers map[int][]byte
	holder  string // of the newest claim
	until   time.Time
}

// Begin implements [ivr.Store].
func (m *memory) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	answer, answered := m.answers[claim.Turn]
	switch {
	case ctx.Err() != nil:
		return ivr.Begun{}, ctx.Err()
	case answered:
		return ivr.Begun{Status: ivr.Answered, Turn: claim.Turn, Answer: answer}, nil
	case m.holder != claim.Holder && claim.Now.Before(m.until):
		return ivr.Begun{Status: ivr.InProgress}, nil
	case claim.Until.IsZero():
		return ivr.Begun{Status: ivr.Unanswered}, nil
	}
	m.holder, m.until = claim.Holder, claim.Until
	return ivr.Begun{Status: ivr.Claimed, State: m.state}, nil
}

// Commit implements [ivr.Store].
func (m *memory) Commit(ctx context.Context, commit ivr.Commit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if commit.First && m.holder == "" {
		m.holder = commit.Holder
	}
	_, answered := m.answers[commit.Turn]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case m.holder != commit.Holder:
		return ivr.ErrOvertaken
	case answered:
		return nil
	}
	if m.answers == nil {
		m.answers = map[int][]byte{}
	}
	m.answers[commit.Turn] = commit.Answer
	m.state, m.until = commit.State, time.Time{}
	return nil
}
