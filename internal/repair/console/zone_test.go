package console

import (
	"testing"
	"time"
	_ "time/tzdata"

	"updatecenter/internal/testkit/check"
)

func chicago(t *testing.T) *time.Location {
	t.Helper()
	location, err := time.LoadLocation("America/Chicago")
	check.OK(t, err)
	return location
}

// TestZone writes times around both changes of the clock of 2026: on March 8 from 2 to 3 o'clock,
// on November 1 from 2 back to 1.
func TestZone(t *testing.T) {
	z := zoneOf(chicago(t))
	for _, test := range []struct {
		at                string
		moment, hour      string
		today, day, since string // since: so long after midnight
	}{
		{"2026-03-02T18:15:00Z", "Mar 2, 2026, 12:15 PM CST", "12:15 PM CST", "March 2, 2026 (CST)", "Mar 2, 2026", "12h15m0s"},
		{"2026-03-03T05:59:59Z", "Mar 2, 2026, 11:59 PM CST", "11:59 PM CST", "March 2, 2026 (CST)", "Mar 2, 2026", "23h59m59s"},
		{"2026-03-03T06:00:00Z", "Mar 3, 2026, 12:00 AM CST", "12:00 AM CST", "March 3, 2026 (CST)", "Mar 3, 2026", "0s"},
		{"2026-03-08T07:59:00Z", "Mar 8, 2026, 1:59 AM CST", "1:59 AM CST", "March 8, 2026 (CST)", "Mar 8, 2026", "1h59m0s"},
		{"2026-03-08T08:00:00Z", "Mar 8, 2026, 3:00 AM CDT", "3:00 AM CDT", "March 8, 2026 (CDT)", "Mar 8, 2026", "2h0m0s"},
		{"2026-03-09T04:59:59Z", "Mar 8, 2026, 11:59 PM CDT", "11:59 PM CDT", "March 8, 2026 (CDT)", "Mar 8, 2026", "22h59m59s"},
		{"2026-11-01T06:30:00Z", "Nov 1, 2026, 1:30 AM CDT", "1:30 AM CDT", "November 1, 2026 (CDT)", "Nov 1, 2026", "1h30m0s"},
		{"2026-11-01T07:30:00Z", "Nov 1, 2026, 1:30 AM CST", "1:30 AM CST", "November 1, 2026 (CST)", "Nov 1, 2026", "2h30m0s"},
		{"2026-11-02T05:59:59Z", "Nov 1, 2026, 11:59 PM CST", "11:59 PM CST", "November 1, 2026 (CST)", "Nov 1, 2026", "24h59m59s"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		check.OK(t, err)
		for what, got := range map[string][2]string{
			"moment": {z.moment(at), test.moment}, "hour": {z.hour(at), test.hour},
			"today": {z.today(at), test.today}, "day": {z.day(at), test.day},
			"since midnight": {at.Sub(z.midnight(at)).String(), test.since}, "machine": {machine(at), test.at},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %s is %q, want %q", test.at, what, got[0], got[1])
			}
		}
	}
	if got := zoneOf(nil).moment(noon); got != "Mar 2, 2026, 12:00 PM UTC" {
		t.Errorf("without a zone: %q", got)
	}
}
