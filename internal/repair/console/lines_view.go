package console

import (
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// A lineView is what every page about a line needs.
type lineView struct {
	Number string // "612-555-0142"
	Path   string // "/repair/lines/+16125550142"
}

func viewOf(number nanp.Number) lineView {
	return lineView{Number: number.Display(), Path: linePath(number)}
}

// A partView is a page of a line at a path of its own.
type partView struct {
	lineView
	Self string
}

func lineViewPath(number nanp.Number, path string) partView {
	view := viewOf(number)
	return partView{view, view.Path + path}
}

// linePath is where a line is. A + in a path stands for itself (RFC 3986, section 3.3).
func linePath(number nanp.Number) string { return "/repair/lines/" + string(number) }

// A cardView is a line as the agent sees it.
type cardView struct {
	lineView
	Temporary    bool
	Since        time.Time
	Language     string
	Sides        []sideView
	Features     []string
	History      []happening
	Validation   *validationView // nil: there is none
	Done         *doneView       // nil: this agent has just changed nothing
	Key          string          // names the next call to the line, so that a double click rings once
	PhotoID      bool
	WholeHistory bool
	Dial         string
	Access       string // the number by which the line is reached from any telephone
	Repair       string
	TemporaryPIN string // as customers are told it; empty: not to be told
}

// A sideView is how wrong PINs stand for calls from one side.
type sideView struct{ Name, Failures, Lock string }

// A validationView says how the agent has validated the customer, and how long that is good.
type validationView struct {
	Way   string
	Until time.Time
	Left  string
}

// A doneView is what this agent has changed of the line a moment ago.
type doneView struct {
	Reset bool // else unlocked
	At    time.Time
}

// viewCard shows a line to an agent at the time now. What belongs to the house and to the agent's
// role is the caller's to fill in.
func viewCard(card repair.Card, who repair.Who, now time.Time, z zone) cardView {
	line := card.Line
	view := cardView{
		lineView: viewOf(line.Number), Temporary: line.Temporary(), Since: line.Since,
		Language: languageWords(line.Language),
		Sides: []sideView{
			{"Calls from the line", failureWords(line.FromLine), lockWords(line.FromLine, now, z)},
			{"Calls from elsewhere", failureWords(line.Remote), lockWords(line.Remote, now, z)},
		},
		Features: featureNames(line.Features), History: happenings(card.History, z),
		Validation: viewValidation(card.Validation, now), Done: doneBy(who, card.History, now),
		PhotoID: who.PhotoID,
	}
	if access, err := pins.AccessNumber(line.Number.AreaCode()); err == nil {
		view.Access = access.Display()
	}
	return view
}

func viewValidation(v pins.Validation, now time.Time) *validationView {
	if !now.Before(v.Until) {
		return nil
	}
	return &validationView{Way: wayWords(v.Method), Until: v.Until, Left: timeLeft(v.Until.Sub(now))}
}

// doneBy finds what the agent has done for this customer: the newest change of the PIN or its
// locks, if it was this agent's and no longer ago than a validation lasts. It is read off the
// history, so a page that is loaded again says the same.
func doneBy(who repair.Who, history []pins.Record, now time.Time) *doneView {
	for _, record := range history {
		switch record.Event {
		case pins.Reset, pins.PINUnlocked:
			if record.By != who.Name || record.From != who.Via || now.Sub(record.At) > pins.ValidFor {
				return nil
			}
			return &doneView{Reset: record.Event == pins.Reset, At: record.At}
		case pins.Changed, pins.Locked, pins.Removed:
			return nil
		case pins.ResetRefused, pins.CustomerValidated, pins.FeatureChanged, pins.FeaturesInstalled, pins.EventSkipped, pins.NoticeUntold:
		}
	}
	return nil
}

func languageWords(language string) string {
	switch language {
	case "en":
		return "English"
	case "es":
		return "Spanish"
	}
	return "Not chosen yet"
}

// lockWords says whether and how a side is locked; empty: it is not.
func lockWords(strikes pins.Strikes, now time.Time, z zone) string {
	switch {
	case strikes.Locked:
		return "Locked until the PIN is reset or the line is unlocked."
	case strikes.LockedAt(now):
		return "Locked until " + z.moment(strikes.LockedUntil) + "."
	}
	return ""
}
