package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

func TestFindTakesAnySpelling(t *testing.T) {
	ann := newShop(t).as("ann")
	ann.get("/repair/").says(http.StatusOK, "Find a line")
	for _, number := range []string{"6125550142", "612-555-0142", " (612) 555-0142 ", "+1 612 555 0142", "612.555.0142"} {
		ann.post("/repair/", "number", number).leads(homeAt)
	}
}

func TestFindRefuses(t *testing.T) {
	ann := newShop(t).as("ann")
	for name, number := range map[string]string{
		"nothing": "", "spaces": "  ", "a word": "hello", "too short": "555-0142", "emergency": "911",
		"another country": "+442079460018", "too long": strings.Repeat("6", 41), "a line break": "612-555-0142\n\nx",
		"not UTF-8": "612-555-0142\xff", "a path": "../people", "a zero byte": "612-555-0142\x00",
	} {
		t.Run(name, func(t *testing.T) {
			page := ann.post("/repair/", "number", number)
			page.t = t
			page.says(http.StatusUnprocessableEntity, "Error:")
		})
	}
}

func TestLinePathIsJudged(t *testing.T) {
	ann := newShop(t).as("ann")
	for _, path := range []string{
		"/repair/lines/911", "/repair/lines/x", "/repair/lines/", "/repair/lines/+16125550142%0a",
		"/repair/lines/+16125550142'", "/repair/lines/+442079460018/reset", "/repair/lines/1/validate/secret",
	} {
		ann.get(path).says(http.StatusNotFound, "There is no such page")
	}
	ann.get("/repair/lines/"+string(noLine)).says(http.StatusNotFound, "612-555-0199 is no line of ours", "Find a line")
}

func TestLineShowsWhatIsKnown(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.get(homeAt).says(http.StatusOK,
		"Line 612-555-0142", "Temporary", "Mar 2, 2026, 12:00 PM UTC", "English", "Do Not Disturb", "Dial Lock",
		"Calls from the line No wrong PINs. Not locked.", "Calls from elsewhere No wrong PINs. Not locked.",
		"Call 612-555-0142 with a code", "Check security code or answer", "Not enough to know who is calling",
	).lacks("Photo ID", "/history", "Reset the PIN", "1234", "Security Screen")
	s.ok(s.DB.Lines().Append(t.Context(), home, pins.Record{
		At: s.Now(), Event: pins.Locked, By: pins.ByCaller, Side: pins.Remote, From: "<b>+1651</b>",
	}))
	ann.get(homeAt).says(http.StatusOK, "Calls from elsewhere locked after too many wrong PINs in a call from").lacks("<b>+1651")
	s.as("sue").get(homeAt).says(http.StatusOK, "Photo ID in a store", "The whole history of 612-555-0142")
}

func TestLookUpsAreRecordedAndLimited(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	for range 120 {
		ann.get(homeAt).says(http.StatusOK)
	}
	ann.get(homeAt).says(http.StatusTooManyRequests, "You have looked up as many lines and accounts as one may in an hour", "Supervisors have been told").lacks("Do Not Disturb")
	if events := s.events("ann"); events[0] != audit.LimitReached || events[1] != audit.LookedUp {
		t.Errorf("audit ends with %v", events[:2])
	}
	s.as("bob").get(homeAt).says(http.StatusOK)
	s.Pass(time.Hour)
	s.as("ann").get(homeAt).says(http.StatusOK)
}

func TestHistoryIsForSupervisors(t *testing.T) {
	s := newShop(t)
	for range 60 {
		s.ok(s.DB.Lines().Append(t.Context(), home, pins.Record{At: s.Now(), Event: pins.Changed, By: pins.ByCaller, Side: pins.FromLine}))
	}
	s.ok(s.DB.Lines().Append(t.Context(), home, pins.Record{At: s.Now(), Event: pins.ResetRefused, By: "crm/7", From: "api", Reason: "a reason"}))
	s.as("ann").get(homeAt + "/history").says(http.StatusForbidden).lacks("PIN changed")
	for _, name := range []string{"sue", "ada"} {
		page := s.as(name).get(homeAt+"/history").says(http.StatusOK, "Reset refused by crm/7, api a reason")
		if n := strings.Count(page.text, "PIN changed"); n != 60 {
			t.Errorf("%s sees %d changes; want 60", name, n)
		}
	}
	if n := strings.Count(s.as("ann").get(homeAt).text, "PIN changed"); n != 49 {
		t.Errorf("the line shows %d changes; want 49 besides the refusal", n)
	}
	if !slices.Contains(s.events("sue"), audit.LookedUp) {
		t.Error("a look at a history is not recorded")
	}
}

func TestHistoryIsCutAndOutlivesTheLine(t *testing.T) {
	s := newShop(t)
	removed := pins.Record{At: s.Now(), Event: pins.Removed, By: "root", From: "command line"}
	for range pins.MaxHistory {
		s.ok(s.DB.Lines().Append(t.Context(), home, pins.Record{At: s.Now(), Event: pins.Changed, By: pins.ByCaller}))
	}
	s.ok(s.DB.Lines().Remove(t.Context(), home, removed))
	s.as("sue").get(homeAt+"/history").says(http.StatusOK, "The newest 1000 records", "Line removed by root")
	s.as("sue").get("/repair/lines/"+string(noLine)+"/history").says(http.StatusOK, "Nothing has happened yet")
}

func TestPagesOfOthersNeedASession(t *testing.T) {
	s := newShop(t)
	nobody := employee{shop: s}
	for _, path := range []string{homeAt, homeAt + "/reset", homeAt + "/history", "/repair/reports"} {
		nobody.get(path).leads("/repair/sign-in")
	}
	nobody.post(homeAt+"/reset", "reason", "x", "sure", "yes").leads("/repair/sign-in?note=not-sent")
}

func TestWhatWasTypedOutlivesTheSession(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	ann.get(homeAt + "/reset").says(http.StatusOK)
	s.Pass(16 * time.Minute)
	ann.post(homeAt+"/reset", "reason", "Forgot it.", "sure", "yes").leads("/repair/sign-in?note=kept")
	line, err := s.DB.Lines().Line(t.Context(), home)
	s.ok(err)
	if records, _ := s.DB.Lines().History(t.Context(), home, 1); records[0].Event == pins.Reset || line.Number != nanp.Number(home) {
		t.Error("a PIN was reset without a session")
	}
}
