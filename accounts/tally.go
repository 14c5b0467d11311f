package accounts

import "time"

// tally is one subject in [Memory]: its strikes, and the attempts that make them.
type tally struct {
	strikes  Strikes
	last     time.Time            // the last failure
	underWay map[string]time.Time // until when each attempt is held against the subject
	settled  map[string]bool
}

func (t *tally) admit(attempt Attempt, rule LockRule) bool {
	t.forget(attempt.At, rule)
	if _, again := t.underWay[attempt.ID]; again || t.settled[attempt.ID] {
		return true
	}
	if t.strikes.LockedAt(attempt.At) || len(t.underWay) >= rule.Failures-t.strikes.Failures {
		return false
	}
	t.underWay[attempt.ID] = attempt.At.Add(rule.InFlight)
	return true
}

// settle ends an attempt, and says whether that is something for the history.
func (t *tally) settle(attempt Attempt, as SettledAs, rule LockRule) bool {
	t.forget(attempt.At, rule)
	delete(t.underWay, attempt.ID)
	if t.settled[attempt.ID] {
		return false
	}
	t.settled[attempt.ID] = true
	switch as {
	case Passed:
		t.strikes = Strikes{}
		return true
	case PassedWeakly:
		return true
	case Failed:
	}
	return t.fail(attempt.At, rule)
}

// fail counts a failure, and says whether it locked.
func (t *tally) fail(at time.Time, rule LockRule) bool {
	t.last = at
	t.strikes.Failures++
	if t.strikes.Failures < rule.Failures {
		return false
	}
	t.strikes.Failures = 0
	if t.strikes.LockedAt(at) {
		return false
	}
	t.strikes.LockedUntil = at.Add(rule.LockFor)
	return true
}

// forget drops what is too old by now: attempts that never ended, and failures that nothing
// followed.
func (t *tally) forget(now time.Time, rule LockRule) {
	for id, until := range t.underWay {
		if !now.Before(until) {
			delete(t.underWay, id)
		}
	}
	if now.Sub(t.last) >= rule.ForgetIn && !t.strikes.LockedAt(now) {
		t.strikes = Strikes{}
	}
}
