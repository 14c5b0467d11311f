package accounts

import "time"

// tally is one subject in [Memory]: its strikes, and the attempts that make them.
type tally struct {
	strikes  Strikes
	inRow    int                  // failures, over all locks
	last     time.Time            // the last failure
	nobodys  bool                 // the subject is no account
	underWay map[string]time.Time // until when each attempt is held against the subject
	settled  map[string]bool
}

func (t *tally) admit(attempt Attempt, rule LockRule) bool {
	t.forget(attempt.At, rule)
	if _, again := t.underWay[attempt.ID]; again || t.settled[attempt.ID] {
		return true
	}
	if t.strikes.LockedAt(attempt.At) || t.strikes.Closed || len(t.underWay) >= t.room(rule) {
		return false
	}
	t.underWay[attempt.ID] = attempt.At.Add(rule.InFlight)
	return true
}

// room is how many failures are left until the next lock, or until the subject is closed.
func (t *tally) room(rule LockRule) int {
	return min(rule.Failures-t.strikes.Failures, rule.CloseAt-t.inRow)
}

// settle ends an attempt, and returns what of it is for the history.
func (t *tally) settle(attempt Attempt, settlement Settlement, rule LockRule) (Record, bool) {
	t.forget(attempt.At, rule)
	delete(t.underWay, attempt.ID)
	if t.settled[attempt.ID] {
		return Record{}, false
	}
	t.settled[attempt.ID] = true
	switch settlement.As {
	case Passed:
		t.clear()
	case PassedWeakly:
	case Failed:
		return t.fail(attempt.At, settlement, rule)
	}
	return settlement.Record, true
}

// fail counts a failure, and returns the record if it locked or closed.
func (t *tally) fail(at time.Time, settlement Settlement, rule LockRule) (Record, bool) {
	t.last = at
	t.strikes.Failures++
	t.inRow++
	switch {
	case t.strikes.Closed:
		t.strikes.Failures = 0
		return Record{}, false
	case t.inRow >= rule.CloseAt:
		t.strikes = Strikes{Closed: true}
		return settlement.Closing(), true
	case t.strikes.Failures < rule.Failures:
		return Record{}, false
	}
	t.strikes.Failures = 0
	if t.strikes.LockedAt(at) {
		return Record{}, false
	}
	t.strikes.LockedUntil = at.Add(rule.LockFor)
	record := settlement.Record
	record.Until = t.strikes.LockedUntil
	return record, true
}

// open clears all, if the subject is closed and no failure came after that time.
func (t *tally) open(after time.Time) bool {
	if !t.strikes.Closed || t.last.After(after) {
		return false
	}
	t.clear()
	return true
}

func (t *tally) clear() { t.strikes, t.inRow = Strikes{}, 0 }

// forget drops what is too old by now: attempts that never ended, and failures that nothing
// followed.
func (t *tally) forget(now time.Time, rule LockRule) {
	for id, until := range t.underWay {
		if !now.Before(until) {
			delete(t.underWay, id)
		}
	}
	idle := now.Sub(t.last)
	switch {
	case t.strikes.Closed:
		if t.nobodys && idle >= KeptClosed*rule.ForgetRow {
			t.clear()
		}
	case idle >= rule.ForgetRow:
		t.clear()
	case idle >= rule.ForgetIn && !t.strikes.LockedAt(now):
		t.strikes = Strikes{}
	}
}
