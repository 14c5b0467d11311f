package features

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Minutes.
const (
	perHour = 60
	perDay  = 24 * perHour
	perWeek = 7 * perDay
)

// ParseClock reads a time of day by the 24-hour clock, "00:00" to "23:59", always five
// characters. The error is a [*Refusal], NotATime.
func ParseClock(text string) (Clock, error) {
	if len(text) != len("21:30") || text[2] != ':' || !areDigits(text[:2]+text[3:]) {
		return 0, refuse(NotATime)
	}
	// Two digits each: nothing can fail.
	hours, _ := strconv.Atoi(text[:2])
	minutes, _ := strconv.Atoi(text[3:])
	if hours >= 24 || minutes >= perHour {
		return 0, refuse(NotATime)
	}
	return Clock(hours*perHour + minutes), nil
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
