package console

import (
	"strings"
	"testing"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func TestHappenings(t *testing.T) {
	tests := map[string]struct {
		record pins.Record
		want   happening
	}{
		"changed at home": {
			pins.Record{Event: pins.Changed, By: pins.ByCaller, Side: pins.FromLine, From: "+16125550142"},
			happening{What: "PIN changed", Who: "in a call from the line"},
		},
		"changed from elsewhere": {
			pins.Record{Event: pins.Changed, By: pins.ByCaller, Side: pins.Remote, From: "+16515550199"},
			happening{What: "PIN changed", Who: "in a call from 651-555-0199"},
		},
		"changed from a withheld number": {
			pins.Record{Event: pins.Changed, By: pins.ByCaller, Side: pins.Remote},
			happening{What: "PIN changed", Who: "in a call from elsewhere"},
		},
		"changed from something else": {
			pins.Record{Event: pins.Changed, By: pins.ByCaller, Side: pins.Remote, From: "+44 anonymous"},
			happening{What: "PIN changed", Who: "in a call from +44 anonymous"},
		},
		"reset": {
			pins.Record{Event: pins.Reset, By: "ann", From: "console", Reason: "forgotten"},
			happening{What: "PIN reset to the temporary one", Who: "by ann, console", More: "forgotten"},
		},
		"refused": {
			pins.Record{Event: pins.ResetRefused, By: "crm/77", From: "api", Reason: "not validated"},
			happening{What: "Reset refused", Who: "by crm/77, api", More: "not validated"},
		},
		"locked for a time": {
			pins.Record{Event: pins.Locked, By: pins.ByCaller, Side: pins.FromLine, Until: noon},
			happening{What: "Calls from the line locked until Mar 2, 2026, 12:00 PM UTC, after wrong PINs", Who: "in a call from the line"},
		},
		"locked for good": {
			pins.Record{Event: pins.Locked, By: pins.ByCaller, Side: pins.Remote, From: "+16515550199"},
			happening{What: "Calls from elsewhere locked after too many wrong PINs", Who: "in a call from 651-555-0199"},
		},
		"unlocked": {
			pins.Record{Event: pins.PINUnlocked, By: "ann", From: "console", Reason: "knows it"},
			happening{What: "Unlocked, PIN kept", Who: "by ann, console", More: "knows it"},
		},
		"validated": {
			pins.Record{Event: pins.CustomerValidated, By: "sue", From: "console", Method: pins.ByPhotoID, Reason: "driver license"},
			happening{What: "Customer validated", Who: "by sue, console", More: "by photo ID in a store; driver license"},
		},
		"validated by a call": {
			pins.Record{Event: pins.CustomerValidated, By: "ann", From: "console", Method: pins.ByCall, Reason: "val_x"},
			happening{What: "Customer validated", Who: "by ann, console", More: "by a call to the line"},
		},
		"a feature": {
			pins.Record{Event: pins.FeatureChanged, By: pins.ByCaller, Side: pins.FromLine, Feature: pins.DialLock, Changes: []string{"on", "added +16515550199"}},
			happening{What: "Dial Lock changed", Who: "in a call from the line", More: "on; added 651-555-0199"},
		},
		"features": {
			pins.Record{Event: pins.FeaturesInstalled, By: "billing", From: "api", Changes: []string{"installed do-not-disturb", "removed security-screen"}, Reason: "ordered"},
			happening{What: "Features of the line changed", Who: "by billing, api", More: "installed Do Not Disturb; removed Security Screen; ordered"},
		},
		"removed": {
			pins.Record{Event: pins.Removed, By: "root", From: "command line"},
			happening{What: "Line removed", Who: "by root, command line"},
		},
		"skipped": {
			pins.Record{Event: pins.EventSkipped, By: "root", From: "command line", Changes: []string{"evt_1"}},
			happening{What: "A change was not sent to the switch", Who: "by root, command line", More: "evt_1"},
		},
		"of a newer release": {
			pins.Record{Event: "painted"},
			happening{What: "painted"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.record.At, test.want.At = noon, noon
			check.Same(t, happenings([]pins.Record{test.record}, zoneOf(nil)), []happening{test.want})
		})
	}
}

func TestEveryFeatureHasAName(t *testing.T) {
	for _, feature := range pins.AllFeatures {
		if name := featureName(feature); name == string(feature) || strings.Contains(name, "-") {
			t.Errorf("%s is called %q", feature, name)
		}
	}
}

func TestLockWords(t *testing.T) {
	tests := map[string]struct {
		strikes limit.Strikes
		want    string
	}{
		"none":  {limit.Strikes{Failures: 4}, ""},
		"over":  {limit.Strikes{Failures: 5, LockedUntil: noon}, ""},
		"timed": {limit.Strikes{Failures: 5, LockedUntil: noon.Add(time.Minute)}, "Locked until Mar 2, 2026, 12:01 PM UTC."},
		"hard":  {limit.Strikes{Failures: 10, Closed: true}, "Locked until the PIN is reset or the line is unlocked."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := lockWords(test.strikes, noon, zoneOf(nil)); got != test.want {
				t.Errorf("words = %q; want %q", got, test.want)
			}
		})
	}
}

func TestTimeLeft(t *testing.T) {
	tests := []struct {
		left time.Duration
		want string
	}{
		{-time.Second, "it is over"}, {0, "it is over"}, {time.Second, "less than a minute left"},
		{time.Minute, "1 minute left"}, {119 * time.Second, "1 minute left"}, {15 * time.Minute, "15 minutes left"},
	}
	for _, test := range tests {
		if got := timeLeft(test.left); got != test.want {
			t.Errorf("%s: %q; want %q", test.left, got, test.want)
		}
	}
}
