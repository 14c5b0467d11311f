package ivr

import (
	"context"
	"errors"
	"time"
)

// ErrOvertaken is Commit's refusal: another one answered the turn, or took over the claim.
var ErrOvertaken = errors.New("the turn was answered by another")

// Store keeps the calls under way. What it is given is sealed already. It must work for
// any number of servers that share it.
type Store interface {
	// Begin claims a turn of a call, or only looks for its answer. The same holder may claim it again.
	Begin(ctx context.Context, claim Claim) (Begun, error)
	// Commit stores the new state and the answer of a claimed turn in one step, and ends
	// the claim. It says ErrOvertaken when another one took over the claim; one that ran
	// out and was not taken over still counts. Said again by the same holder, it changes
	// nothing and is no error, as a lost confirmation must be retried.
	Commit(ctx context.Context, commit Commit) error
}

// Claim is the wish to answer a turn.
type Claim struct {
	Call   string // the CallSid
	Turn   int    // 0 is the incoming call
	Holder string // who claims; random, never used twice
	Now    time.Time
	Until  time.Time // when the claim runs out, as its holder must have died; zero: nothing is claimed or changed
}

// Begun is what Begin found.
type Begun struct {
	Status Status
	State  []byte // of a Claimed turn; nil when the call is unknown: never seen, expired or lost, in whole or in part
	Answer []byte // of an Answered turn
	Turn   int    // of an Answered turn: the one whose answer it is
}

// Status says how a claim went.
type Status int

const (
	// Claimed: the turn is the holder's. It is the one that the call waits for, or the
	// call is unknown (then any turn can be claimed, and the call goes on from it). A turn
	// beyond the one that the call waits for can only have been asked for by an answer
	// whose commit was lost, by a store that failed over. What is left of the call is
	// dropped then, and the call unknown: to go on from the old state would use the numbers
	// of turns again, whose effects would be taken for done.
	Claimed Status = iota + 1
	// Answered: the turn has its answer; or it is before the one that the call waits for
	// and has none (any more), and the answer is the newest.
	Answered
	// InProgress: another holder has the turn that the call waits for.
	InProgress
	// Unanswered: nothing was to be claimed, the turn has no answer, and no other holder has the
	// turn that the call waits for.
	Unanswered
)

// Commit is a turn's effect on the call.
type Commit struct {
	Call   string
	Turn   int
	Holder string
	// First says that the turn begins the call, and was not claimed before: the commit
	// claims it as well. It is refused when anything is stored of the call.
	First   bool
	State   []byte
	Answer  []byte
	Expires time.Time // when the call is forgotten, unless a turn is committed before
	Now     time.Time
}
