package repair_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"updatecenter/audit"
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
	s.pass(12 * time.Hour)
	s.as("sue").get("/repair/reports").says(http.StatusOK, "Nobody has reset", "No limit was reached today")
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
