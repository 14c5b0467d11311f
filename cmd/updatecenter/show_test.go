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

func TestPasswordsOfURLsAreNotLogged(t *testing.T) {
	if got := redacted("https://twilio:hunter2@ivr.example.com/x"); strings.Contains(got, "hunter2") || !strings.Contains(got, "ivr.example.com/x") {
		t.Error(got)
	}
}
