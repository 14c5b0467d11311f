package features

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Document is settings as JSON, for the API and for events. It has only the parts that the
// feature has; of those that it is read from, a part that is left out has its default.
type Document struct {
	On           bool                `json:"on"`
	List         *[]string           `json:"list,omitempty"`
	Schedules    *[]ScheduleDocument `json:"schedules,omitempty"`
	Greeting     *int                `json:"greeting,omitempty"`
	Breakthrough *bool               `json:"emergency_breakthrough,omitempty"`
	CodeSet      *bool               `json:"code_set,omitempty"` // not looked at when it is read
	// Code is only read, never shown: the new code, or null for none. Left out, the present
	// one is to stay: see [Replace].
	Code      Part[secret.Text] `json:"code,omitzero"`
	ForwardTo Part[string]      `json:"forward_to,omitzero"` // null: nowhere
}

// ScheduleDocument is a [Schedule] in a [Document].
type ScheduleDocument struct {
	Days  Days   `json:"days"`
	Start string `json:"start"` // "21:30": see [ParseClock]
	End   string `json:"end"`
}

// Part is a part of a [Document] that is null, a value, or left out.
type Part[T any] struct {
	Given bool
	Value *T // nil: null
}

// IsZero says whether the part is left out.
func (p Part[T]) IsZero() bool { return !p.Given }

// MarshalJSON writes the value, or null.
func (p Part[T]) MarshalJSON() ([]byte, error) { return json.Marshal(p.Value) }

// UnmarshalJSON reads the value, or null. The error quotes nothing.
func (p *Part[T]) UnmarshalJSON(text []byte) error {
	p.Given, p.Value = true, nil
	if bytes.Equal(bytes.TrimSpace(text), []byte("null")) {
		return nil
	}
	p.Value = new(T)
	if json.Unmarshal(text, p.Value) != nil {
		return errors.New("read part: not of its type")
	}
	return nil
}

// DocumentOf shows the settings of a feature. Of a code it says only whether there is one.
func DocumentOf(setting Setting) Document {
	rule, _ := RuleOf(setting.Feature) // of no feature, no part is shown
	s := setting.Settings
	d := Document{On: s.On}
	if rule.List != nil {
		list := make([]string, len(s.List))
		for i, entry := range s.List {
			list[i] = string(entry)
		}
		d.List = &list
	}
	if rule.Schedules {
		schedules := scheduleDocuments(s.Schedules)
		d.Schedules = &schedules
	}
	if rule.Greetings {
		d.Greeting = &s.Greeting
	}
	if rule.Breakthrough {
		d.Breakthrough = &s.Breakthrough
	}
	if rule.Code {
		set := s.hasCode()
		d.CodeSet = &set
	}
	if rule.Target {
		d.ForwardTo = forwardTo(s.Target)
	}
	return d
}

func forwardTo(target nanp.Number) Part[string] {
	if target == "" {
		return Part[string]{Given: true}
	}
	number := string(target)
	return Part[string]{Given: true, Value: &number}
}

// Read reads the settings of a feature, all but whether a code that is left out stays: that
// is for [Replace] to say. The error is [Refusals], of all that is wrong; that a number is the
// line's own is found when they are put in force.
func (r Rule) Read(d Document) (Settings, error) {
	s, refused := r.taken(d)
	return r.checked("", s, refused)
}

// Missing names the parts that the feature has and the document does not, but for the code: left
// out, that stays.
func (r Rule) Missing(d Document) []string {
	var missing []string
	for _, part := range r.parts(d) {
		if part.has && !part.given && part.name != "code" {
			missing = append(missing, part.name)
		}
	}
	return missing
}

// A part is one of a [Document]: whether the feature has it, and the document.
type part struct {
	name       string
	has, given bool
}

// has says whether the feature has a part.
func (r Rule) has(name string) bool {
	return name == "" || slices.ContainsFunc(r.parts(Document{}), func(p part) bool { return p.name == name && p.has })
}

func (r Rule) parts(d Document) []part {
	return []part{
		{"list", r.List != nil, d.List != nil},
		{"schedules", r.Schedules, d.Schedules != nil},
		{"greeting", r.Greetings, d.Greeting != nil},
		{"emergency_breakthrough", r.Breakthrough, d.Breakthrough != nil},
		{"code", r.Code, d.Code.Given},
		{"forward_to", r.Target, d.ForwardTo.Given},
	}
}

// taken takes a document apart. What is wrong with the parts is found by checked, but for what
// settings can't hold: a part that is not the feature's, and an empty text that is not null.
func (r Rule) taken(d Document) (Settings, Refusals) {
	var refused Refusals
	for _, part := range r.parts(d) {
		if part.given && !part.has {
			refused.add(part.name, refuse(NotOfFeature))
		}
	}
	s := r.defaults()
	s.On = d.On
	if r.List != nil && d.List != nil {
		for _, written := range *d.List {
			s.List = append(s.List, Entry(written))
		}
	}
	if r.Schedules && d.Schedules != nil {
		for _, written := range *d.Schedules {
			s.Schedules = append(s.Schedules, written.schedule())
		}
	}
	if r.Greetings && d.Greeting != nil {
		s.Greeting = *d.Greeting
	}
	if r.Breakthrough && d.Breakthrough != nil {
		s.Breakthrough = *d.Breakthrough
	}
	if r.Code && d.Code.Value != nil {
		if s.Code = *d.Code.Value; s.Code.IsZero() {
			refused.add("code", refuse(NotACode))
		}
	}
	if r.Target && d.ForwardTo.Value != nil {
		if s.Target = nanp.Number(*d.ForwardTo.Value); s.Target == "" {
			refused.add("forward_to", refuse(NotANumber))
		}
	}
	return s, refused
}

func scheduleDocuments(all []Schedule) []ScheduleDocument {
	documents := make([]ScheduleDocument, 0, len(all))
	for _, s := range all {
		documents = append(documents, ScheduleDocument{s.Days, s.Start.String(), s.End.String()})
	}
	return slices.Clip(documents)
}

// schedule reads a schedule; a time that is none is refused by [Schedule.check].
func (d ScheduleDocument) schedule() Schedule {
	s := Schedule{Days: d.Days, Start: noClock, End: noClock}
	if start, err := ParseClock(d.Start); err == nil {
		s.Start = start
	}
	if end, err := ParseClock(d.End); err == nil {
		s.End = end
	}
	return s
}

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

var rules = map[pins.Feature]Rule{
	pins.NoSolicitation:          {List: &ListRule{Most: ownListLimit}},
	pins.SecurityScreen:          {},
	pins.DoNotDisturb:            {Schedules: true, Greetings: true, Breakthrough: true, Code: true},
	pins.DialLock:                {List: &ListRule{Most: 20, International: true}, Code: true},
	pins.CallRejection:           {List: &ListRule{Most: 25, AreaCodes: true}},
	pins.SelectiveCallForwarding: {List: &ListRule{Most: ownListLimit}, Target: true},
}

// RuleOf returns the rule of a feature; false for a name that is no feature's.
func RuleOf(f pins.Feature) (Rule, bool) {
	rule, known := rules[f]
	if known {
		rule.Feature = f
	}
	return rule, known
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
