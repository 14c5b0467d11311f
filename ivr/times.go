package ivr

import "time"

// Times bound how long a turn takes. Twilio waits 15 s for an answer, and callers wait in silence.
type Times struct {
	Own    time.Duration // to begin, run and commit a turn, or to give its stored answer
	Commit time.Duration // of Own: kept for the commit, so that an apology of the flow's can be stored
	Look   time.Duration // after a failure: to look once more for the turn's stored answer
	Lease  time.Duration // of a claim, after which its holder is taken for dead; longer than Own
	Turn   time.Duration // for a turn with waits for the claims of others, without Look; longer than Lease and Own
}

// DefaultTimes are for a [Store] whose operations take a second at most: an apology is heard within
// Own and Look, and whoever takes over from a server that has died waits for Lease at most.
var DefaultTimes = Times{
	Own:    2400 * time.Millisecond,
	Commit: 400 * time.Millisecond,
	Look:   400 * time.Millisecond,
	Lease:  3 * time.Second,
	Turn:   8 * time.Second,
}

// Slower returns the times for a store that may take so many times as long.
func (t Times) Slower(times time.Duration) Times {
	return Times{Own: t.Own * times, Commit: t.Commit * times, Look: t.Look * times, Lease: t.Lease * times, Turn: t.Turn * times}
}
