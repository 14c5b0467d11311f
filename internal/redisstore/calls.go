package redisstore

import (
	"context"
	"errors"
	"strconv"

	"updatecenter/ivr"
)

// ErrTooLarge refuses a state or an answer of more than [MaxValue] bytes.
var ErrTooLarge = errors.New("larger than a call may be")

// MaxValue is the size up to which a state and an answer are stored, in bytes. Twilio takes
// no answer over 64 kB.
const MaxValue = 256 << 10

// Calls keeps the calls under way: an [ivr.Store]. A turn is two round trips, the
// first turn of a call one.
type Calls struct {
	db     *DB
	commit script
}

var _ ivr.Store = Calls{}

// Calls returns the store of calls.
func (db *DB) Calls() Calls { return Calls{db, commit} }

// CallsInTime returns the store of calls whose commits are carried out in time or not at all: a turn that
// has an answer there was given it.
func (db *DB) CallsInTime() Calls { return Calls{db, commitInTime} }

// Begin implements [ivr.Store]. A call whose record is damaged is unknown; of one that a
// newer release wrote it says [ErrVersion].
func (c Calls) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	until := int64(0)
	if !claim.Until.IsZero() {
		until = millis(claim.Until)
	}
	answer, err := c.db.run(ctx, begin, []string{callKey(claim.Call)},
		claim.Turn, claimName(claim.Turn, claim.Holder), millis(claim.Now), until, keep(claim.Until.Sub(claim.Now)))
	if err != nil {
		return ivr.Begun{}, err
	}
	begun, ok := readBegun(answer)
	if !ok {
		return ivr.Begun{}, ErrGarbage
	}
	return begun, nil
}

// readBegun reads the answer of [begin].
func readBegun(answer any) (ivr.Begun, bool) {
	parts, _ := answer.([]any)
	switch {
	case len(parts) == 1 && parts[0] == int64(beganInProgress):
		return ivr.Begun{Status: ivr.InProgress}, true
	case len(parts) == 1 && parts[0] == int64(beganUnanswered):
		return ivr.Begun{Status: ivr.Unanswered}, true
	case len(parts) == 1 && parts[0] == int64(beganClaimed):
		return ivr.Begun{Status: ivr.Claimed}, true
	case len(parts) == 2 && parts[0] == int64(beganClaimed):
		state, ok := parts[1].(string)
		return ivr.Begun{Status: ivr.Claimed, State: []byte(state)}, ok
	case len(parts) == 3 && parts[0] == int64(beganAnswered):
		number, _ := parts[1].(string)
		text, ok := parts[2].(string)
		turn, err := strconv.Atoi(number)
		return ivr.Begun{Status: ivr.Answered, Turn: turn, Answer: []byte(text)}, ok && err == nil
	}
	return ivr.Begun{}, false
}

// claimName is a claim as it is stored.
func claimName(turn int, holder string) string { return strconv.Itoa(turn) + " " + holder }

// Commit implements [ivr.Store]. It can say [ErrTooLarge].
func (c Calls) Commit(ctx context.Context, commitment ivr.Commit) error {
	turn := commitment.Turn
	if len(commitment.State) > MaxValue || len(commitment.Answer) > MaxValue {
		return ErrTooLarge
	}
	drop := ""
	if turn >= ivr.KeptAnswers {
		drop = strconv.Itoa(turn - ivr.KeptAnswers)
	}
	stood, err := c.db.run(ctx, c.commit, []string{callKey(commitment.Call)},
		turn, turn+1, drop, claimName(turn, commitment.Holder), commitment.State, commitment.Answer,
		millis(commitment.Expires), keep(commitment.Expires.Sub(commitment.Now)), commitment.First)
	if err != nil {
		return err
	}
	if stood != int64(1) {
		return ivr.ErrOvertaken
	}
	return nil
}
