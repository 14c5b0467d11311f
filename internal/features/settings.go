package features

import (
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Settings are what a customer has set up of one feature. Parts that a feature doesn't have
// (see [Rule]) are zero.
type Settings struct {
	On           bool
	List         []Entry     // in the order in which they were added
	Schedules    []Schedule  // weekday ones first, by their start
	Greeting     int         // 1 to [Greetings]
	Breakthrough bool        // an urgent caller can get through
	Code         secret.Text // four digits, or none; never shown
	CodeLost     bool        // there is a code that can't be opened, as its key is gone; Code is none
	Target       nanp.Number // where calls are forwarded; empty: not chosen
}

// hasCode says whether there is a code, be it lost or not.
func (s Settings) hasCode() bool { return s.CodeLost || !s.Code.IsZero() }

// Setting is a feature of a line with its settings.
type Setting struct {
	Feature  pins.Feature
	Revision int64 // grows with every change; 0 while nothing was ever changed
	Settings
}

// Entry is an entry of a list: a telephone number in E.164, or, where the list takes them
// (see [ListRule]), the 3 digits of an area code, or the 6 of an area code and an exchange.
type Entry string

// Schedule is a time in which Do Not Disturb works. One that ends before it starts ends on
// the next day.
type Schedule struct {
	Days  Days
	Start Clock
	End   Clock
}

// Days are the days on which a schedule starts.
type Days string

// The days.
const (
	Weekdays Days = "weekdays" // Monday to Friday
	Weekend  Days = "weekend"  // Saturday and Sunday
)

// Clock is a time of day in minutes after midnight, 0 to 1439. As text it is "21:30".
type Clock int
