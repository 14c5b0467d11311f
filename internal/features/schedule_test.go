package features_test

import (
	"strings"
	"testing"

	"updatecenter/internal/features"
)

// at is a time of day that there is.
func at(t testing.TB, text string) features.Clock {
	t.Helper()
	c, err := features.ParseClock(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

// schedule reads what Schedule.String writes.
func schedule(t testing.TB, text string) features.Schedule {
	t.Helper()
	days, times, _ := strings.Cut(text, " ")
	start, end, _ := strings.Cut(times, "-")
	return features.Schedule{Days: features.Days(days), Start: at(t, start), End: at(t, end)}
}

func TestParseClock(t *testing.T) {
	for text, want := range map[string]features.Clock{"00:00": 0, "00:01": 1, "07:05": 425, "21:30": 1290, "23:59": 1439} {
		if got := at(t, text); got != want || got.String() != text {
			t.Errorf("%s is %d, %s", text, got, got)
		}
	}
	for _, text := range []string{
		"", "24:00", "23:60", "7:05", "07:5", "07.05", "0705", " 07:05", "07:05 ", "-1:00", "+1:00", "07:05:00", "07:0x", "٠٧:٠",
	} {
		_, err := features.ParseClock(text)
		refused(t, text, err, features.NotATime)
	}
}

func TestNextDay(t *testing.T) {
	for text, want := range map[string]bool{
		"weekdays 21:00-07:00": true, "weekdays 07:00-21:00": false, "weekend 21:00-00:00": true, "weekend 00:00-00:01": false,
	} {
		s := schedule(t, text)
		if got := s.NextDay(); got != want || s.String() != text {
			t.Errorf("%s: next day %t", s, got)
		}
	}
}

func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		one, two string
		want     bool
	}{
		{"weekdays 09:00-12:00", "weekdays 13:00-17:00", false},
		{"weekdays 09:00-12:00", "weekdays 12:00-17:00", false}, // as one ends, the other starts
		{"weekdays 09:00-12:01", "weekdays 12:00-17:00", true},
		{"weekdays 09:00-17:00", "weekdays 10:00-11:00", true}, // within
		{"weekdays 09:00-12:00", "weekdays 09:00-12:00", true}, // the same
		{"weekdays 21:00-07:00", "weekdays 22:00-23:00", true}, // before midnight
		{"weekdays 21:00-07:00", "weekdays 06:00-08:00", true}, // after it
		{"weekdays 21:00-07:00", "weekdays 07:00-21:00", false},
		{"weekdays 21:00-07:00", "weekdays 23:00-01:00", true}, // both across midnight
		{"weekdays 00:00-23:59", "weekdays 23:59-00:00", false},
		{"weekdays 21:00-00:00", "weekdays 00:00-07:00", false},
		{"weekdays 12:00-11:59", "weekdays 11:59-12:00", false},
		{"weekdays 09:00-17:00", "weekend 09:00-17:00", false},
		{"weekend 21:00-07:00", "weekend 06:00-08:00", true}, // Saturday's into Sunday
		{"weekend 21:00-07:00", "weekend 07:00-08:00", false},
		// Friday's reaches into Saturday.
		{"weekdays 21:00-07:00", "weekend 06:00-08:00", true},
		{"weekdays 21:00-07:00", "weekend 07:00-08:00", false},
		{"weekdays 21:00-07:00", "weekend 00:00-00:01", true},
		{"weekdays 21:00-00:00", "weekend 00:00-00:01", false},
		// Sunday's reaches into Monday, over the end of the week.
		{"weekend 21:00-07:00", "weekdays 06:00-08:00", true},
		{"weekend 21:00-07:00", "weekdays 07:00-08:00", false},
		{"weekend 21:00-07:00", "weekdays 00:00-00:01", true},
		{"weekend 21:00-00:00", "weekdays 00:00-00:01", false},
		{"weekend 22:00-06:00", "weekdays 22:00-06:00", false},
		{"weekend 22:00-06:00", "weekdays 22:00-06:01", false}, // Saturday's starts at 22:00
		{"weekend 05:00-06:00", "weekdays 22:00-05:01", true},
	} {
		for _, order := range [][2]string{{c.one, c.two}, {c.two, c.one}} {
			f := newFixture(t)
			f.change(t, dnd, features.AddSchedule(schedule(t, order[0])))
			want := features.Reason("")
			if c.want {
				want = features.Overlaps
			}
			_, err := f.try(t, dnd, features.AddSchedule(schedule(t, order[1])))
			refused(t, strings.Join(order[:], ", then "), err, want)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"00:00", "23:59", "24:00", "7:05", "", "::::;", "0\x000:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := features.ParseClock(text)
		if err == nil && (c < 0 || c > 1439 || c.String() != text) {
			t.Errorf("%q is %d, %s", text, c, c)
		}
		if reason, _ := features.ReasonOf(err); err != nil && reason != features.NotATime {
			t.Errorf("%q: %v", text, err)
		}
	})
}
