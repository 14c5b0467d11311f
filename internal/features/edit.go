package features

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

// Edit is one change of a feature's settings. It is applied to the settings as they are at
// that moment, and refused, with a [*Refusal], if what comes of it breaks the feature's [Rule].
// The zero Edit changes nothing. Every edit of a part that the feature doesn't have is
// NotOfFeature.
type Edit struct {
	part  string // of a [Document] that it changes; empty: whether the feature is on
	apply func(*draft) error
}

// draft is settings that are being edited. Slices are replaced, never written into.
type draft struct {
	rule   Rule
	number nanp.Number // the line
	Settings
}

// edited returns what the edit makes of settings.
func (e Edit) edited(rule Rule, number nanp.Number, s Settings) (Settings, error) {
	d := draft{rule, number, s}
	if err := d.do(e); err != nil {
		return Settings{}, err
	}
	return d.Settings, nil
}

func (d *draft) do(e Edit) error {
	switch {
	case e.apply == nil:
		return nil
	case !d.rule.has(e.part):
		return refuse(NotOfFeature)
	}
	return e.apply(d)
}

// Together makes several edits, or none of them. Refusals: theirs.
func Together(edits ...Edit) Edit {
	return Edit{"", func(d *draft) error {
		for _, e := range edits {
			if err := d.do(e); err != nil {
				return err
			}
		}
		return nil
	}}
}

// Switch turns the feature on or off. Refusals: NoTarget.
func Switch(on bool) Edit {
	return Edit{"", func(d *draft) error {
		if on && d.rule.Target && d.Target == "" {
			return refuse(NoTarget)
		}
		d.On = on
		return nil
	}}
}

// Add adds an entry at the end of the list. Refusals: those of [Rule.ParseEntry],
// AlreadyListed, ListFull.
func Add(entry Entry) Edit {
	return Edit{"list", func(d *draft) error {
		entry, err := d.rule.ParseEntry(string(entry))
		switch {
		case err != nil:
			return err
		case slices.Contains(d.List, entry):
			return refuse(AlreadyListed)
		case len(d.List) >= d.rule.List.Most:
			return refuse(ListFull)
		}
		d.List = append(slices.Clip(d.List), entry)
		return nil
	}}
}

// Drop removes an entry from the list. Refusals: NotListed.
func Drop(entry Entry) Edit {
	return Edit{"list", func(d *draft) (err error) {
		d.List, err = without(d.List, entry)
		return err
	}}
}

// without returns all but one, or refuses what is not there: NotListed.
func without[T comparable](all []T, one T) ([]T, error) {
	i := slices.Index(all, one)
	if i < 0 {
		return all, refuse(NotListed)
	}
	return slices.Concat(all[:i], all[i+1:]), nil
}

// AddSchedule adds a schedule. Refusals: NotATime, NoLength, SchedulesFull, Overlaps.
func AddSchedule(s Schedule) Edit {
	return Edit{"schedules", func(d *draft) error {
		if err := s.check(); err != nil {
			return err
		}
		same := 0
		for _, other := range d.Schedules {
			if other.Days == s.Days {
				same++
			}
		}
		switch {
		case same >= SchedulesPerDays: // first, as other times would be no help
			return refuse(SchedulesFull)
		case slices.ContainsFunc(d.Schedules, s.overlaps):
			return refuse(Overlaps)
		}
		d.Schedules = sorted(append(slices.Clip(d.Schedules), s))
		return nil
	}}
}

// DropSchedule removes a schedule. Refusals: NotListed.
func DropSchedule(s Schedule) Edit {
	return Edit{"schedules", func(d *draft) (err error) {
		d.Schedules, err = without(d.Schedules, s)
		return err
	}}
}

// ChooseGreeting chooses what callers hear, 1 to [Greetings]. Refusals: NoSuchGreeting.
func ChooseGreeting(greeting int) Edit {
	return Edit{"greeting", func(d *draft) error {
		if greeting < 1 || greeting > Greetings {
			return refuse(NoSuchGreeting)
		}
		d.Greeting = greeting
		return nil
	}}
}

// LetThrough says whether urgent callers get through.
func LetThrough(urgent bool) Edit {
	return Edit{"emergency_breakthrough", func(d *draft) error {
		d.Breakthrough = urgent
		return nil
	}}
}

// SetCode sets the privileged code, or replaces it. Refusals: NotACode, EasyCode.
func SetCode(code secret.Text) Edit {
	return Edit{"code", func(d *draft) error {
		code, err := checkCode(code, d.number)
		if err != nil {
			return err
		}
		d.Code, d.CodeLost = code, false
		return nil
	}}
}

// DropCode takes the privileged code away, if there is one.
func DropCode() Edit {
	return Edit{"code", func(d *draft) error {
		d.Code, d.CodeLost = secret.Text{}, false
		return nil
	}}
}

// ForwardTo chooses the number that calls are forwarded to; empty: none any more. Refusals:
// those of [Rule.ParseTarget], and NoTarget when it is taken away while the feature is on.
func ForwardTo(target nanp.Number) Edit {
	return Edit{"forward_to", func(d *draft) error {
		if target == "" && d.On {
			return refuse(NoTarget)
		}
		var parsed nanp.Number
		if target != "" {
			var err error
			if parsed, err = d.rule.ParseTarget(d.number, string(target)); err != nil {
				return err
			}
		}
		d.Target = parsed
		return nil
	}}
}

// checkCode reads a code as typed.Digits does, and refuses what is none, and the codes that are
// guessed first: by the same rules as PINs, which are as long.
func checkCode(entry secret.Text, line nanp.Number) (secret.Text, error) {
	code, ok := typed.Digits(entry, CodeDigits, CodeDigits)
	switch {
	case !ok:
		return secret.Text{}, refuse(NotACode)
	case pins.Guess(code, line) != pins.Acceptable:
		return secret.Text{}, refuse(EasyCode)
	}
	return code, nil
}

// Minutes.
const (
	perHour = 60
	perDay  = 24 * perHour
	perWeek = 7 * perDay
)

// ParseClock reads a time of day by the 24-hour clock, "00:00" to "23:59", always five
// characters. The error is a [*Refusal], NotATime.
func ParseClock(text string) (Clock, error) {
	at, err := time.Parse("15:04", text) // takes "9:30" as well
	if err != nil || len(text) != len("21:30") {
		return 0, refuse(NotATime)
	}
	return Clock(at.Hour()*perHour + at.Minute()), nil
}

// String returns the time as [ParseClock] reads it.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/perHour, int(c)%perHour) }

// NextDay says whether the schedule ends on the day after it starts; at midnight too.
func (s Schedule) NextDay() bool { return s.End < s.Start }

// String tells the schedule, "weekdays 21:00-07:00".
func (s Schedule) String() string { return fmt.Sprintf("%s %s-%s", s.Days, s.Start, s.End) }

// check refuses what is no schedule.
func (s Schedule) check() error {
	var refused Refusals
	if s.Days != Weekdays && s.Days != Weekend {
		refused.add("days", refuse(NotATime))
	}
	if !s.Start.valid() {
		refused.add("start", refuse(NotATime))
	}
	if !s.End.valid() {
		refused.add("end", refuse(NotATime))
	} else if s.Start == s.End {
		refused.add("end", refuse(NoLength))
	}
	return refused.err()
}

// noClock is no time of day.
const noClock Clock = -1

func (c Clock) valid() bool { return c >= 0 && c < perDay }

// overlaps looks at the whole week, which begins anew where it ends: what starts on Friday
// evening can reach into the weekend, and what starts on Sunday evening into Monday.
func (s Schedule) overlaps(other Schedule) bool {
	for _, mine := range s.starts() {
		for _, theirs := range other.starts() {
			if after(mine, theirs) < s.length() || after(theirs, mine) < other.length() {
				return true
			}
		}
	}
	return false
}

// starts are the minutes of the week at which the schedule starts; Monday is the first day.
func (s Schedule) starts() []int {
	first, last := 0, 4
	if s.Days == Weekend {
		first, last = 5, 6
	}
	var all []int
	for day := first; day <= last; day++ {
		all = append(all, day*perDay+int(s.Start))
	}
	return all
}

// length is how many minutes the schedule lasts, less than a day.
func (s Schedule) length() int { return (int(s.End-s.Start) + perDay) % perDay }

// after is how many minutes from one minute of the week it is until the next time that it
// is the other.
func after(from, until int) int { return (until - from + perWeek) % perWeek }

// sorted puts weekdays first, then the earlier start.
func sorted(all []Schedule) []Schedule {
	return slices.SortedFunc(slices.Values(all), func(a, b Schedule) int {
		return cmp.Or(cmp.Compare(a.Days, b.Days), cmp.Compare(a.Start, b.Start))
	})
}
