package console_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/durability"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

var because = []string{"reason", "Customer forgot it.", "sure", "yes"}

// lastEvent is the newest in the history of the line at home.
func (s *shop) lastEvent() pins.Record {
	s.t.Helper()
	records, err := s.DB.Lines().History(s.t.Context(), home, 1)
	s.ok(err)
	if len(records) == 0 {
		return pins.Record{}
	}
	return records[0]
}

func TestReset(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	ann.get(homeAt+"/reset").says(http.StatusOK, "Reset the PIN of 612-555-0142")
	ann.post(homeAt+"/reset", because...).leads(homeAt)
	ann.get(homeAt).says(http.StatusOK,
		"The PIN is reset. Tell the customer:", "You will be told that your PIN was reset. If you hear", "dial 78 from 612-555-0142 itself", "1234", "800-573-1311",
		"Customer forgot it.", "PIN reset to the temporary one by ann, console",
	)
	want := pins.Record{Event: pins.Reset, By: "ann", From: "console", Reason: "Customer forgot it."}
	if got := s.lastEvent(); got.Event != want.Event || got.By != want.By || got.From != want.From || got.Reason != want.Reason {
		t.Errorf("history ends with %+v", got)
	}
	if !slices.Contains(s.events("ann"), audit.PINReset) {
		t.Error("the reset is not in the audit")
	}
	s.as("bob").get(homeAt).says(http.StatusOK).lacks("Tell the customer:")
	s.Pass(15*time.Minute + time.Second)
	s.as("ann").get(homeAt).says(http.StatusOK).lacks("Tell the customer:")
}

func TestResetThatMayNotLast(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	s.Calls.Before("Lines.Reset", func(ctx context.Context) error { durability.Tell(ctx); return nil })
	ann.post(homeAt+"/reset", because...).leads(homeAt + "?unsure=")
	ann.get(homeAt+"?unsure=").says(http.StatusOK, "The PIN is reset.", "could not make sure that what was changed will last")
	ann.get(homeAt).says(http.StatusOK).lacks("could not make sure")
}

func TestUnlock(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	ann.get(homeAt+"/unlock").says(http.StatusOK, "Unlock 612-555-0142", "The PIN stays as it is")
	ann.post(homeAt+"/unlock", because...).leads(homeAt)
	ann.get(homeAt).says(http.StatusOK, "The line is unlocked. Tell the customer:", "888-612-8052", "Unlocked, PIN kept by ann, console").lacks("The PIN is reset")
	if got := s.lastEvent(); got.Event != pins.PINUnlocked {
		t.Errorf("history ends with %+v", got)
	}
}

func TestNoResetWithoutOnesOwnValidation(t *testing.T) {
	tests := map[string]func(*testing.T, *shop) employee{
		"none":             func(_ *testing.T, s *shop) employee { return s.as("ann") },
		"another agent's":  func(_ *testing.T, s *shop) employee { s.as("bob").validate(); return s.as("ann") },
		"a supervisor":     func(_ *testing.T, s *shop) employee { return s.as("sue") },
		"an administrator": func(_ *testing.T, s *shop) employee { return s.as("ada") },
		"15 minutes ago": func(_ *testing.T, s *shop) employee {
			s.as("ann").validate()
			s.Pass(15 * time.Minute)
			return s.as("ann")
		},
		"of another line": func(t *testing.T, s *shop) employee {
			ann := s.as("ann")
			at := ann.call("/repair/lines/" + string(other))
			ann.post(at, "code", ann.code(at)).leads("/repair/lines/" + string(other))
			return ann
		},
		"a code that was replayed": func(_ *testing.T, s *shop) employee {
			ann := s.as("ann")
			at := ann.call(homeAt)
			code := ann.code(at)
			ann.post(at, "code", code)
			s.Pass(15 * time.Minute)
			ann = s.as("ann")
			ann.post(at, "code", code)
			return ann
		},
		"a fourth try": func(_ *testing.T, s *shop) employee {
			ann := s.as("ann")
			at := ann.call(homeAt)
			right, wrong := ann.code(at), ann.wrong(at)
			for range 3 {
				ann.post(at, "code", wrong)
			}
			ann.post(at, "code", right)
			return ann
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			agent := arrange(t, s)
			for before, what := range []string{"/reset", "/unlock"} {
				s.Pass(time.Second)
				agent.post(homeAt+what, because...).says(http.StatusConflict, "You have not validated this customer in the last 15 minutes", "Error:")
				if got := s.lastEvent(); got.Event != pins.ResetRefused || !got.At.Equal(s.Now()) {
					t.Errorf("%s: history ends with %+v", what, got)
				}
				refusals := 0
				for _, action := range s.events(agent.name) {
					switch action { //nolint:exhaustive // the others are no refusals and no deeds
					case audit.ResetRefused:
						refusals++
					case audit.PINReset, audit.PINUnlocked:
						t.Errorf("%s: the audit has %s", what, action)
					}
				}
				if refusals != before+1 {
					t.Errorf("%s: the audit has %d refusals", what, refusals)
				}
			}
		})
	}
}

func TestResetFieldsAreBounded(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	for name, form := range map[string][]string{
		"nothing":       {},
		"no reason":     {"sure", "yes"},
		"blank":         {"reason", "   ", "sure", "yes"},
		"not sure":      {"reason", "kept reason"},
		"long":          {"reason", strings.Repeat("x", 501), "sure", "yes"},
		"two lines":     {"reason", "one\ntwo", "sure", "yes"},
		"not printable": {"reason", "one\u202etwo", "sure", "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			page := ann.post(homeAt+"/reset", form...)
			page.t = t
			page.says(http.StatusUnprocessableEntity, "Error:")
			if name == "not sure" && !strings.Contains(page.text, "kept reason") {
				t.Error("what was typed is gone")
			}
		})
	}
	if got := s.lastEvent(); got.Event != pins.CustomerValidated {
		t.Errorf("history ends with %+v", got)
	}
	ann.post(homeAt+"/reset", "reason", strings.Repeat("é", 500), "sure", "yes").leads(homeAt)
}

func TestResetsAreLimited(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	for range 20 {
		ann.post(homeAt+"/reset", because...).leads(homeAt)
	}
	page := ann.post(homeAt+"/unlock", because...).says(http.StatusTooManyRequests, "You have reset, unlocked and opened as much as one may in an hour")
	if !strings.Contains(page.text, `value="Customer forgot it."`) {
		t.Error("what was typed is gone")
	}
	if got := s.lastEvent(); got.Event != pins.Reset {
		t.Errorf("history ends with %+v", got)
	}
}

func TestGETChangesNothing(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	ann.get(homeAt + "/reset?reason=x&sure=yes").says(http.StatusOK)
	ann.get(homeAt + "/unlock?reason=x&sure=yes").says(http.StatusOK)
	if got := s.lastEvent(); got.Event != pins.CustomerValidated {
		t.Errorf("history ends with %+v", got)
	}
}

func TestResetOfALineThatIsGone(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	ann.validate()
	s.ok(s.DB.Lines().Remove(t.Context(), home, pins.Record{At: s.Now(), Event: pins.Removed, By: "root", From: "command line"}))
	ann.post(homeAt+"/reset", because...).says(http.StatusNotFound, "not a line of ours any more")
}

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
