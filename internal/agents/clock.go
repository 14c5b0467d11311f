package agents

import "time"

// The times of a profile that nobody uses. The operator's business portal has people deactivated
// after six months without signing in and deleted after six more, with an e-mail 30 days before
// each.
const (
	UnusedMonths = 6  // calendar months until a profile is deactivated, and from then until it is deleted
	WarningDays  = 30 // before each
)

// AddMonths returns t some calendar months later, in UTC. From a day that the month doesn't have
// it is the month's last: six months after August 31 is the end of February.
func AddMonths(t time.Time, months int) time.Time {
	t = t.UTC()
	year, month, day := t.Date()
	last := time.Date(year, month+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(months), min(day, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// StateAt is where the profile is in its life at a time, whether or not [Agents.Sweep] has written
// it down yet.
func (a Agent) StateAt(now time.Time) State {
	state, _ := a.at(now)
	return state
}

// Deadline is when the present state ends if the agent doesn't sign in, and the state after it;
// zero for a deleted profile.
func (a Agent) Deadline(now time.Time) (time.Time, State) {
	switch state, since := a.at(now); state {
	case Invited, Active:
		return AddMonths(a.used(), UnusedMonths), Deactivated
	case Deactivated:
		return AddMonths(since, UnusedMonths), Deleted
	case Deleted:
	}
	return time.Time{}, Deleted
}

// at is the state at a time, and since when it is.
func (a Agent) at(now time.Time) (State, time.Time) {
	state, since := a.State, a.Since
	if state == Invited || state == Active {
		end := AddMonths(a.used(), UnusedMonths)
		if now.Before(end) {
			return state, since
		}
		state, since = Deactivated, end
	}
	if state == Deactivated {
		end := AddMonths(since, UnusedMonths)
		if now.Before(end) {
			return state, since
		}
		state, since = Deleted, end
	}
	return state, since
}

// used is when the agent last signed in or was activated, whichever is later.
func (a Agent) used() time.Time {
	if a.LastSignIn.After(a.Since) {
		return a.LastSignIn
	}
	return a.Since
}
