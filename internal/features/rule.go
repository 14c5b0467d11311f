package features

import "updatecenter/pins"

// The bounds of settings. All but the length of a code are the operator's feature sheets'.
const (
	Greetings        = 4 // of Do Not Disturb, numbered from 1
	CodeDigits       = 4 // of a privileged code
	SchedulesPerDays = 2 // on weekdays, and as many on the weekend
)

// ownListLimit bounds the lists for which no source names a number; it is that of Call
// Rejection.
const ownListLimit = 25

// Rule says which parts the settings of a feature have. Every feature can be on or off.
type Rule struct {
	Feature      pins.Feature
	List         *ListRule // nil: it has no list
	Schedules    bool      // see [SchedulesPerDays]
	Greetings    bool      // one of [Greetings]
	Breakthrough bool      // urgent callers can be let through
	Code         bool      // a privileged code of [CodeDigits]
	Target       bool      // a number to forward to, without which it can't be on
}

// ListRule says what the list of a feature takes.
type ListRule struct {
	Most          int  // entries at most
	AreaCodes     bool // also 3 digits, an area code or a toll-free one such as 800, and 6, with an exchange; some are barred
	International bool // also numbers beyond the North American plan
}

// RuleOf returns the rule of a feature; false for a name that is no feature's.
func RuleOf(f pins.Feature) (Rule, bool) {
	r := Rule{Feature: f}
	switch f {
	case pins.NoSolicitation:
		r.List = &ListRule{Most: ownListLimit}
	case pins.SecurityScreen:
	case pins.DoNotDisturb:
		r.Schedules, r.Greetings, r.Breakthrough, r.Code = true, true, true, true
	case pins.DialLock:
		r.List, r.Code = &ListRule{Most: 20, International: true}, true
	case pins.CallRejection:
		r.List = &ListRule{Most: 25, AreaCodes: true}
	case pins.SelectiveCallForwarding:
		r.List, r.Target = &ListRule{Most: ownListLimit}, true
	default:
		return Rule{}, false
	}
	return r, true
}

// defaults are the settings while nothing was ever changed: off, and an urgent caller gets
// through Do Not Disturb.
func (r Rule) defaults() Settings {
	s := Settings{Breakthrough: r.Breakthrough}
	if r.Greetings {
		s.Greeting = 1
	}
	return s
}
