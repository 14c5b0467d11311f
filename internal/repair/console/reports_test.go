package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/repair/console"
	"updatecenter/internal/testkit/check"
)

func TestReportsAreForSupervisors(t *testing.T) {
	s := newShop(t)
	s.as("ann").get("/repair/reports").says(http.StatusForbidden)
	for _, name := range []string{"sue", "ada"} {
		s.as(name).get("/repair/reports").says(http.StatusOK, "Reports", "Nobody has reset or unlocked anything today", "Signed in")
		if events := s.events(name); events[0] != audit.AuditRead {
			t.Errorf("the audit of %s ends with %v", name, events[0])
		}
	}
}

func TestReportsOfToday(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	ann.post(homeAt+"/reset", because...).leads(homeAt)
	ann.post(homeAt+"/unlock", because...).leads(homeAt)
	for range 121 {
		ann.get(homeAt)
	}
	s.as("sue").get("/repair/reports").says(http.StatusOK, "Today, March 2, 2026 (UTC)", "annconsole11", "Limit reached", "look-ups")
	s.Pass(12 * time.Hour)
	s.as("sue").get("/repair/reports").says(http.StatusOK, "Nobody has reset", "No limit was reached today")
}

// TestReportsOfABusyDay: what was not looked at is not told as if it hadn't been, and the page does
// not take longer for it.
func TestReportsOfABusyDay(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	ann.post(homeAt+"/reset", because...).leads(homeAt)
	s.Pass(time.Minute)
	busy := audit.Event{Action: audit.LookedUp, By: "crm/77", Via: audit.ViaAPI, Subject: string(other)}
	record := func(times int) { // many at once, as they are written together
		const atOnce = 100
		var all sync.WaitGroup
		for range atOnce {
			all.Go(func() {
				for range times / atOnce {
					if err := s.audit.Record(t.Context(), busy); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
	record(900)
	sue := s.as("sue")
	sue.get("/repair/reports").says(http.StatusOK, "annconsole10").lacks("There was more today")
	record(9100)
	for _, query := range []string{"", "?by=nobody"} {
		before := s.read.Load()
		sue.get("/repair/reports"+query).says(http.StatusOK, "Nobody has reset or unlocked anything since Mar 2, 2026, 12:01 PM UTC",
			"No limit was reached since", "There was more today. Only the newest 1000 entries were looked at, back to Mar 2, 2026, 12:01 PM UTC").
			lacks("anything today")
		if read := s.read.Load() - before; read > 5000 {
			t.Errorf("%q read %d entries", query, read)
		}
	}
	at := "/repair/reports?by=ann&action=pin-reset"
	for range 12 {
		page := sue.get(at)
		if strings.Contains(page.text, "<td>PIN reset</td>") {
			return
		}
		page.says(http.StatusOK, "There may be more: 1000 entries were looked at", "Older entries")
		_, at, _ = strings.Cut(page.text, `<p><a href="`)
		at, _, _ = strings.Cut(at, `"`)
		at = strings.ReplaceAll(at, "&amp;", "&")
	}
	t.Error("the reset is not found by looking at older entries")
}

func TestManyLimits(t *testing.T) {
	s := newShop(t)
	for range 60 {
		s.ok(s.audit.Record(t.Context(), audit.Event{Action: audit.LimitReached, By: "crm/77", Via: audit.ViaAPI}))
	}
	page := s.as("sue").get("/repair/reports?by=nobody").says(http.StatusOK, "These are the newest: choose “Limit reached” below")
	if n := strings.Count(page.text, "<td>Limit reached</td>"); n != 50 {
		t.Errorf("%d entries; want 50", n)
	}
}

func TestReportsFilter(t *testing.T) {
	s := newShop(t)
	s.as("ann").get(homeAt)
	s.as("bob").get("/repair/lines/" + string(other))
	sue := s.as("sue")
	const row = `<td class="count">`
	tests := map[string]struct {
		query   string
		has     string
		without string
	}{
		"by":      {"by=ann", "ann, console", "bob, console"},
		"action":  {"action=looked-up", "bob, console", "<td>Signed in</td>"},
		"line":    {"about=" + url.QueryEscape("(612) 555-0143"), "bob, console", "ann, console"},
		"nothing": {"by=nobody", "No such entries", row},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			page := sue.get("/repair/reports?" + test.query)
			page.t = t
			page.says(http.StatusOK, test.has).lacks(test.without)
		})
	}
	sue.get("/repair/reports?by="+strings.Repeat("x", 101)).says(http.StatusUnprocessableEntity, "Error:")
	sue.get("/repair/reports?action=none").says(http.StatusUnprocessableEntity, "Error:")
	for _, before := range []string{"0", "-1", "x", "99999999999999999999"} {
		sue.get("/repair/reports?before=" + before).says(http.StatusNotFound)
	}
	sue.get("/repair/reports?by=%3Cb%3E").says(http.StatusOK).lacks("<b>")
}

func TestReportsHavePages(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	for range 60 {
		ann.get(homeAt)
	}
	sue := s.as("sue")
	first := sue.get("/repair/reports?by=ann&action=looked-up").says(http.StatusOK, "Older entries")
	if n := strings.Count(first.text, "<td>Looked up</td>"); n != 50 {
		t.Errorf("%d entries; want 50", n)
	}
	_, link, _ := strings.Cut(first.text, `<p><a href="`)
	link, _, _ = strings.Cut(link, `"`)
	second := sue.get(strings.ReplaceAll(link, "&amp;", "&")).says(http.StatusOK)
	if n := strings.Count(second.text, "<td>Looked up</td>"); n != 10 {
		t.Errorf("%d older entries; want 10", n)
	}
	second.lacks("Older entries")
}

// TestTimesOfAZone shows pages in Chicago, where a day is over six hours later than in UTC, on
// March 8 five.
func TestTimesOfAZone(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	check.OK(t, err)
	s := newShopWith(t, func(config *console.Config) { config.Zone = chicago })
	ann := s.as("ann")
	ann.validate()
	ann.get(homeAt).says(http.StatusOK, "This is good until 6:15 AM CST (15 minutes left)", "Mar 2, 2026, 6:00 AM CST").lacks("UTC")
	if page := ann.get(homeAt); !strings.Contains(page.text, `<time datetime="2026-03-02T12:15:00Z">6:15 AM CST</time>`) {
		t.Errorf("no time for programs in %s", page.text)
	}
	ann.post(homeAt+"/unlock", because...).leads(homeAt)
	for _, step := range []struct {
		pass    time.Duration
		day     string
		counted bool
	}{
		{18*time.Hour - time.Second, "Today, March 2, 2026 (CST)", true},
		{time.Second, "Today, March 3, 2026 (CST)", false},
		{5*24*time.Hour + 2*time.Hour, "Today, March 8, 2026 (CDT)", false},
		{21*time.Hour - time.Second, "Today, March 8, 2026 (CDT)", false},
		{time.Second, "Today, March 9, 2026 (CDT)", false},
	} {
		s.Pass(step.pass)
		page := s.as("sue").get("/repair/reports").says(http.StatusOK, step.day)
		if strings.Contains(page.words(), "annconsole01") != step.counted {
			t.Errorf("%s: %s", step.day, page.words())
		}
	}
	s.as("ada").get("/repair/people/ann").says(http.StatusOK, "Mar 2, 2026, 6:00 AM CST", "Deactivated on Sep 2, 2026")
}
