package console

import "time"

// A zone is the time zone in which the pages write times: one for all agents, wherever they sit,
// as they read the same history. Its abbreviation stands beside each time of day.
type zone struct{ location *time.Location }

// zoneOf is a zone; nil: UTC.
func zoneOf(location *time.Location) zone {
	if location == nil {
		location = time.UTC
	}
	return zone{location}
}

// moment is a time to the minute: "Mar 2, 2026, 12:15 PM CST".
func (z zone) moment(at time.Time) string { return z.write(at, "Jan 2, 2006, 3:04 PM MST") }

// hour is a time of today or so, to the minute: "12:15 PM CST".
func (z zone) hour(at time.Time) string { return z.write(at, "3:04 PM MST") }

// day is a day: "Mar 2, 2026".
func (z zone) day(at time.Time) string { return z.write(at, "Jan 2, 2006") }

// today is the day of a report: "March 2, 2026 (CST)".
func (z zone) today(at time.Time) string { return z.write(at, "January 2, 2006 (MST)") }

func (z zone) write(at time.Time, layout string) string { return at.In(z.location).Format(layout) }

// midnight is when the day of a time began.
func (z zone) midnight(at time.Time) time.Time {
	year, month, day := at.In(z.location).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, z.location)
}

// machine is a time as the attribute datetime has it.
func machine(at time.Time) string { return at.UTC().Format(time.RFC3339) }
