package pins

import "time"

// tally is one side of a line in [Memory]: its strikes, and the turns that make them.
type tally struct {
	strikes  Strikes
	last     time.Time          // the last failure
	underWay map[Turn]time.Time // until when each is held against the side
	settled  map[Turn]bool
}

func (t *tally) admit(attempt Attempt, rule LockRule) bool {
	t.forget(attempt.At, rule)
	if _, again := t.underWay[attempt.Turn]; again || t.settled[attempt.Turn] {
		return true
	}
	if t.strikes.LockedAt(attempt.At) || len(t.underWay) >= t.left(rule) {
		return false
	}
	t.underWay[attempt.Turn] = attempt.At.Add(rule.InFlight)
	return true
}

// settle ends a turn, and says whether it is the first time.
func (t *tally) settle(turn Turn, as SettledAs) bool {
	delete(t.underWay, turn)
	if t.settled[turn] {
		return false
	}
	if as != Released {
		t.settled[turn] = true
	}
	return true
}

// fail counts a failure, and says whether it locked the side.
func (t *tally) fail(at time.Time, rule LockRule) bool {
	t.forget(at, rule)
	t.strikes.Failures++
	t.last = at
	switch {
	case t.strikes.Failures == rule.Soft:
		t.strikes.LockedUntil = at.Add(rule.SoftFor)
		return true
	case t.strikes.Failures >= rule.Hard && !t.strikes.Locked:
		t.strikes.Locked = true
		return true
	}
	return false
}

// left is how many failures the side has until its next lock.
func (t *tally) left(rule LockRule) int {
	if t.strikes.Failures < rule.Soft {
		return rule.Soft - t.strikes.Failures
	}
	return rule.Hard - t.strikes.Failures
}

// forget drops what is too old by now: attempts that never ended, and failures that
// nothing followed.
func (t *tally) forget(now time.Time, rule LockRule) {
	for turn, until := range t.underWay {
		if !now.Before(until) {
			delete(t.underWay, turn)
		}
	}
	if !t.strikes.Locked && now.Sub(t.last) >= rule.ForgetIn {
		t.strikes = Strikes{}
	}
}
