package main

import (
	"strings"
	"testing"
	"time"

	"updatecenter/pins"
)

// A caller claims a From that would clear the screen and forge a row.
func TestHistoryShowsNoControls(t *testing.T) {
	var out strings.Builder
	err := showHistory(&out, []pins.Record{{
		At: time.Unix(0, 0), Event: pins.Locked, By: pins.ByCaller, Side: pins.Remote, From: "x\x1b[2J\nFAKE", Call: "CA1",
	}})
	if err != nil || strings.ContainsRune(out.String(), 0x1b) || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%v: %q", err, out.String())
	}
}

func TestHistoryTellsWhatHappened(t *testing.T) {
	tests := map[string]pins.Record{
		"pin-changed":                  {Event: pins.Changed},
		"customer-validated: photo-id": {Event: pins.CustomerValidated, Method: pins.ByPhotoID},
		"feature-changed do-not-disturb: on, greeting 2": {
			Event: pins.FeatureChanged, Feature: pins.DoNotDisturb, Changes: []string{"on", "greeting 2"},
		},
		"feature-changed dial-lock: code set": {
			Event: pins.FeatureChanged, Feature: pins.DialLock, Changes: []string{"code set"},
		},
		"features-installed: installed dial-lock, removed call-rejection": {
			Event: pins.FeaturesInstalled, Changes: []string{"installed dial-lock", "removed call-rejection"},
		},
		"feature-changed dial-lock: on[2J": { // of a record that is damaged
			Event: pins.FeatureChanged, Feature: "dial-lock\n", Changes: []string{"on\x1b[2J"},
		},
	}
	for want, record := range tests {
		record.By = pins.ByCaller
		var out strings.Builder
		if err := showHistory(&out, []pins.Record{record}); err != nil {
			t.Fatal(err)
		}
		_, row, _ := strings.Cut(out.String(), "\n")
		if !strings.Contains(row, "  "+want+"  caller") {
			t.Errorf("want %q in\n%s", want, out.String())
		}
	}
}

func TestPasswordsOfURLsAreNotLogged(t *testing.T) {
	if got := redacted("https://twilio:hunter2@ivr.example.com/x"); strings.Contains(got, "hunter2") || !strings.Contains(got, "ivr.example.com/x") {
		t.Error(got)
	}
}
