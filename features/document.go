package features

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
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
// is for [Replace] to say. The error is a [*Refusal]; that a number is the line's own is
// found when they are put in force.
func (r Rule) Read(d Document) (Settings, error) {
	s, err := r.parts(d)
	if err != nil {
		return Settings{}, err
	}
	return r.checked("", s)
}

// parts takes a document apart. What is still wrong with the parts is found by checked.
func (r Rule) parts(d Document) (Settings, error) {
	s := r.defaults()
	s.On = d.On
	if (d.List != nil && r.List == nil) || (d.Schedules != nil && !r.Schedules) || d.Code.Given && !r.Code {
		return Settings{}, refuse(NotOfFeature)
	}
	if d.List != nil {
		for _, written := range *d.List {
			s.List = append(s.List, Entry(written))
		}
	}
	if d.Schedules != nil {
		for _, written := range *d.Schedules {
			schedule, err := written.schedule()
			if err != nil {
				return Settings{}, err
			}
			s.Schedules = append(s.Schedules, schedule)
		}
	}
	return r.choices(d, s)
}

// choices goes on with the parts of a document that are one value each.
func (r Rule) choices(d Document, s Settings) (Settings, error) {
	if (d.Greeting != nil && !r.Greetings) || (d.Breakthrough != nil && !r.Breakthrough) || d.ForwardTo.Given && !r.Target {
		return Settings{}, refuse(NotOfFeature)
	}
	if d.Greeting != nil {
		s.Greeting = *d.Greeting
	}
	if d.Breakthrough != nil {
		s.Breakthrough = *d.Breakthrough
	}
	if code := d.Code.Value; code != nil {
		read, err := checkCode(*code, "")
		if err != nil {
			return Settings{}, err
		}
		s.Code = read
	}
	if d.ForwardTo.Value != nil {
		target, err := r.ParseTarget("", *d.ForwardTo.Value)
		if err != nil {
			return Settings{}, err
		}
		s.Target = target
	}
	return s, nil
}

func scheduleDocuments(all []Schedule) []ScheduleDocument {
	documents := make([]ScheduleDocument, 0, len(all))
	for _, s := range all {
		documents = append(documents, ScheduleDocument{s.Days, s.Start.String(), s.End.String()})
	}
	return slices.Clip(documents)
}

// schedule reads a schedule. The error is a [*Refusal], NotATime or NoLength.
func (d ScheduleDocument) schedule() (Schedule, error) {
	start, err := ParseClock(d.Start)
	if err != nil {
		return Schedule{}, err
	}
	end, err := ParseClock(d.End)
	if err != nil {
		return Schedule{}, err
	}
	s := Schedule{Days: d.Days, Start: start, End: end}
	return s, s.check()
}
