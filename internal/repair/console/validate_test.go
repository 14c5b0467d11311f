package console_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/pins"
)

func TestValidateByCall(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	ann.get(at).says(http.StatusOK, "We are about to ring the line", "3 tries left", "until 12:10 PM UTC (10 minutes left)", "Refresh",
		"Not enough to know who is calling").lacks(ann.code(at), "Error:")
	code := ann.code(at)
	ann.post(at, "code", code[:3]+" "+code[3:]).leads(homeAt)
	ann.get(homeAt).says(http.StatusOK, "You have validated this customer by a call to the line. This is good until 12:15 PM UTC (15 minutes left)",
		"Reset the PIN", "Unlock, and keep the PIN").lacks("with a code")
	ann.get(at).says(http.StatusOK, "The code was right", "Go on with the line").lacks("<input id=\"code\"")
	s.as("bob").get(homeAt).says(http.StatusOK, "Call 612-555-0142 with a code")
	s.Pass(15*time.Minute - time.Second)
	s.as("ann").get(homeAt).says(http.StatusOK, "less than a minute left")
	s.Pass(time.Second)
	s.as("ann").get(homeAt).says(http.StatusOK, "Call 612-555-0142 with a code").lacks("Reset the PIN")
}

func TestCodeHasThreeTries(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	right, wrong := ann.code(at), ann.wrong(at)
	for _, entry := range []string{"", "12345", "1234567", "12345a", "１２３４５６７"} {
		ann.post(at, "code", entry).says(http.StatusUnprocessableEntity, "Error:", "3 tries left")
	}
	ann.post(at, "code", wrong).leads(at)
	ann.get(at).says(http.StatusOK, "That was not the code.", "2 tries left").lacks(wrong)
	ann.post(at, "code", wrong).leads(at)
	ann.get(at).says(http.StatusOK, "1 try left")
	ann.post(at, "code", wrong).leads(at)
	ann.get(at).says(http.StatusOK, "All tries were wrong", "again, with a new code").lacks(`name="code"`)
	ann.post(at, "code", right).leads(at)
	ann.get(homeAt).says(http.StatusOK).lacks("Reset the PIN")
}

func TestCodeIsGoodOnceAndForTenMinutes(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	code := ann.code(at)
	ann.post(at, "code", code).leads(homeAt)
	s.Pass(15 * time.Minute)
	ann = s.as("ann")
	ann.post(at, "code", code).leads(at)
	ann.get(homeAt).says(http.StatusOK).lacks("Reset the PIN")

	at = ann.call(homeAt)
	code = ann.code(at)
	s.Pass(10 * time.Minute)
	ann.post(at, "code", code).leads(at)
	ann.get(at).says(http.StatusOK, "The code has run out").lacks(`name="code"`)
	ann.get(homeAt).lacks("Reset the PIN")
}

func TestValidationIsItsAgentsAlone(t *testing.T) {
	s := newShop(t)
	at := s.as("ann").call(homeAt)
	code := s.as("ann").code(at)
	for _, name := range []string{"bob", "sue", "ada"} {
		colleague := s.as(name)
		colleague.get(at).says(http.StatusNotFound)
		colleague.post(at, "code", code).says(http.StatusNotFound)
		colleague.get(eventsOf(at)).says(http.StatusNotFound)
	}
	elsewhere := strings.Replace(at, string(home), string(other), 1)
	s.as("ann").get(elsewhere).says(http.StatusNotFound)
	s.as("ann").post(elsewhere, "code", code).says(http.StatusNotFound)
	for _, id := range []string{"val_", "x", "val_" + strings.Repeat("a", 26), strings.Repeat("a", 5000)} {
		s.as("ann").get(homeAt + "/validate/call/" + id).says(http.StatusNotFound)
	}
	s.as("ann").post(at, "code", code).leads(homeAt)
}

func eventsOf(at string) string {
	return "/repair/validations/" + at[strings.LastIndex(at, "/")+1:] + "/events"
}

func TestDoubleClickCallsOnce(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	key := hiddenKey.FindStringSubmatch(ann.get(homeAt).text)[1]
	first := ann.post(homeAt+"/validate/call", "key", key)
	second := ann.post(homeAt+"/validate/call", "key", key)
	second.leads(first.to)
	if n := s.calls.count(); n != 1 {
		t.Errorf("%d calls; want 1", n)
	}
	for _, bad := range []string{"", strings.Repeat("k", 65)} {
		ann.post(homeAt+"/validate/call", "key", bad).says(http.StatusBadRequest)
	}
	ann.get(homeAt + "/validate/call").says(http.StatusMethodNotAllowed)
	if n := s.calls.count(); n != 1 {
		t.Errorf("%d calls; want 1", n)
	}
}

func TestCallIsTold(t *testing.T) {
	tests := map[string]struct {
		status deliveries.Status
		detail string
		words  []string
	}{
		"ringing":      {deliveries.Ringing, "", []string{"The telephone rings", "press 1"}},
		"answered":     {deliveries.Answered, "", []string{"The call was answered"}},
		"told":         {deliveries.Delivered, "", []string{"The code was told", "six digits"}},
		"nobody asked": {deliveries.NoticeLeft, "", []string{"nobody pressed 1", "mailbox"}},
		"declined":     {deliveries.Declined, "", []string{"had not asked for it", "24 hours"}},
		"busy":         {deliveries.Failed, "busy", []string{"The line is busy", "another telephone"}},
		"no answer":    {deliveries.Failed, "no answer", []string{"Nobody answered"}},
		"failed":       {deliveries.Failed, "the call failed", []string{"did not get through"}},
		"called off":   {deliveries.Canceled, "", []string{"called off"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			ann := s.as("ann")
			at := ann.call(homeAt)
			s.calls.goes(s.Now(), test.status, test.detail)
			ann.get(at).says(http.StatusOK, test.words...)
		})
	}
}

// A code that is told is asked for at once, and not when the call is over.
func TestCallTellsItsCode(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	s.calls.goes(s.Now(), deliveries.Answered, "")
	s.calls.made[0].Spoken = 2
	ann.get(at).says(http.StatusOK, "The code is being told", "six digits")
}

func TestRefusedCallSaysWhatElse(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		words  string
	}{
		"limit of the line": {&deliveries.LimitError{Until: time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)}, http.StatusTooManyRequests, "can be called again after Mar 2, 2026, 1:00 PM UTC"},
		"objection":         {&deliveries.BlockedError{Until: time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)}, http.StatusConflict, "had not asked for our call"},
		"no calls":          {deliveries.ErrNoWay, http.StatusConflict, "No calls can be made"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.calls.err = test.err
			ann := s.as("ann")
			key := hiddenKey.FindStringSubmatch(ann.get(homeAt).text)[1]
			ann.post(homeAt+"/validate/call", "key", key).says(test.status, "The line was not called", test.words, "Check the security code or answer")
		})
	}
}

func TestCallsAreLimited(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	for i := range 30 {
		if to := ann.post(homeAt+"/validate/call", "key", strings.Repeat("k", i+1)); to.status != http.StatusSeeOther {
			t.Fatalf("call %d: %s", i+1, to.words())
		}
	}
	ann.post(homeAt+"/validate/call", "key", "last").says(http.StatusTooManyRequests, "You have had as many lines called")
	if n := s.calls.count(); n != 30 {
		t.Errorf("%d calls; want 30", n)
	}
}

func TestValidateBySecret(t *testing.T) {
	tests := map[string]struct {
		line  string
		form  []string
		right bool
	}{
		"code":                    {homeAt, []string{"account", "1000 4821", "kind", "code", "secret", accountCode}, false},
		"code, number as printed": {homeAt, []string{"account", accountNumber, "kind", "code", "secret", accountCode}, true},
		"answer":                  {homeAt, []string{"account", accountNumber, "kind", "answer", "secret", accountAnswer}, true},
		"wrong":                   {homeAt, []string{"account", accountNumber, "kind", "code", "secret", "48213378"}, false},
		"nobody's account":        {homeAt, []string{"account", "9", "kind", "code", "secret", accountCode}, false},
		"account of another line": {"/repair/lines/" + string(other), []string{"account", accountNumber, "kind", "code", "secret", accountCode}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ann := newShop(t).as("ann")
			at := test.line + "/validate/secret"
			ann.get(at).says(http.StatusOK, "Account number", "Not enough to know who is calling").lacks("Error:")
			if test.right {
				ann.post(at, test.form...).leads(test.line)
				ann.get(test.line).says(http.StatusOK, "by the security code or answer of the account", "Reset the PIN")
				return
			}
			ann.post(at, test.form...).leads(at + "?wrong")
			ann.get(at+"?wrong").says(http.StatusOK, "That was not right").lacks(accountCode, accountNumber)
			ann.get(test.line).says(http.StatusOK).lacks("Reset the PIN")
		})
	}
}

// TestWrongSecretKeepsTheRest: account number and choice are there again, and only there.
func TestWrongSecretKeepsTheRest(t *testing.T) {
	s := newShop(t)
	b := s.of("ann")
	at := homeAt + "/validate/secret"
	b.post(at, "account", accountNumber, "kind", "answer", "secret", "whiskers").leads(at + "?wrong")
	for name, cookie := range b.cookies {
		if strings.Contains(cookie.Value, accountNumber) || strings.Contains(cookie.Value, "whiskers") {
			t.Errorf("%s has what was typed", name)
		}
	}
	b.get(at+"?wrong").says(http.StatusOK, "That was not right").
		has(`value="`+accountNumber+`"`).has(`value="answer" checked`).lacks("whiskers", `value="code" checked`, "signed out before")
	b.get(at+"?wrong").says(http.StatusOK, "That was not right").lacks(accountNumber) // once
	b.get(at).says(http.StatusOK).lacks(accountNumber)
	b.post(at, "account", accountNumber, "kind", "code", "secret", "48213378").leads(at + "?wrong")
	s.of("bob").get(at + "?wrong").lacks(accountNumber)
	b.get(homeAt).says(http.StatusOK).lacks(accountNumber)
}

func TestSecretFieldsAreBounded(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := homeAt + "/validate/secret"
	for name, form := range map[string][]string{
		"nothing":       {},
		"no account":    {"kind", "code", "secret", "hidden-one"},
		"odd account":   {"account", "10_00", "kind", "code", "secret", "hidden-one"},
		"long account":  {"account", strings.Repeat("1", 65), "kind", "code", "secret", "hidden-one"},
		"no secret":     {"account", accountNumber, "kind", "code"},
		"long secret":   {"account", accountNumber, "kind", "code", "secret", "hidden-one" + strings.Repeat("1", 100)},
		"another kind":  {"account", accountNumber, "kind", "zip", "secret", "hidden-one"},
		"a ZIP instead": {"account", accountNumber, "zip", "55401"},
	} {
		t.Run(name, func(t *testing.T) {
			page := ann.post(at, form...)
			page.t = t
			page.says(http.StatusUnprocessableEntity, "Error:").lacks("hidden-one")
		})
	}
	if slices.Contains(s.events("ann"), audit.ValidationBegun) {
		t.Error("something was judged")
	}
}

func TestPhotoIDIsForSupervisors(t *testing.T) {
	s := newShop(t)
	at := homeAt + "/validate/photo-id"
	note := []string{"note", "Driver license of Minnesota, store at Lake Street"}
	s.as("ann").get(at).says(http.StatusForbidden)
	ann := s.as("ann")
	ann.post(at, note...).says(http.StatusForbidden, "This page is not for your role").lacks("photo")
	failed, err := s.audit.Page(t.Context(), audit.Filter{Action: audit.ValidationFailed}, 10)
	s.ok(err)
	if len(failed) != 1 || failed[0].By != "ann" || failed[0].Subject != string(home) || failed[0].Detail != "by photo ID, not allowed" {
		t.Errorf("the audit has %+v", failed)
	}
	ann.post("/repair/lines/none/validate/photo-id", note...).says(http.StatusForbidden)
	s.as("ann").get(homeAt).lacks("Reset the PIN")
	sue := s.as("sue")
	for _, short := range []string{"", "license", strings.Repeat("x", 501), "driver license\nand a line"} {
		sue.post(at, "note", short).says(http.StatusUnprocessableEntity, "Error:")
	}
	sue.get(homeAt).lacks("Reset the PIN")
	sue.get(at).says(http.StatusOK, "You answer for it")
	sue.post(at, note...).leads(homeAt)
	sue.get(homeAt).says(http.StatusOK, "by photo ID in a store", "Customer validated by sue, console")
	records, err := s.DB.Lines().History(t.Context(), home, 1)
	s.ok(err)
	if records[0].Event != pins.CustomerValidated || records[0].Reason != note[1] {
		t.Errorf("history has %+v", records[0])
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	code, wrong := ann.code(at), ann.wrong(at)
	ann.post(at, "code", wrong)
	ann.post(at, "code", code)
	ann.post(homeAt+"/validate/secret", "account", accountNumber, "kind", "code", "secret", accountCode)
	for _, hidden := range []string{code, wrong, accountCode, accountNumber, "6125550142", ann.token.Reveal()} {
		if strings.Contains(s.Log.String(), hidden) {
			t.Errorf("the log holds %q:\n%s", hidden, s.Log.String())
		}
	}
}

// TestOpenAccount: an agent opens what wrong codes have closed, by the number on the bill and with a reason.
func TestOpenAccount(t *testing.T) {
	s := newShop(t)
	b := s.of("ann")
	at := homeAt + "/open-account"
	b.get(homeAt + "/validate/secret").has("/open-account\">somebody opens it")
	b.get(at).says(http.StatusOK, "Twenty wrong codes", "OPEN THE ACCOUNT")
	for _, wrong := range []struct{ account, reason, words string }{
		{"", "mistyped", "Enter the account number."},
		{string(accountNumber), "", "Say why, in a few words."},
		{"no number!", "mistyped", "letters, digits and hyphens"},
		{"MN-404", "mistyped", "No account has this number."},
	} {
		b.post(at, "account", wrong.account, "reason", wrong.reason).says(http.StatusUnprocessableEntity, wrong.words)
	}
	if len(s.opened) > 0 {
		t.Fatal("opened")
	}
	b.post(at, "account", string(accountNumber), "reason", "mistyped").leads(homeAt + "/validate/secret?opened")
	b.get(homeAt+"/validate/secret?opened").says(http.StatusOK, "The account is open")
	want := accounts.Note{By: "ann", From: "console", Reason: "mistyped"}
	if got := s.opened[accountNumber]; got != want || len(s.opened) != 1 {
		t.Errorf("opened %+v", s.opened)
	}
	last := s.trail()[0]
	if last.Action != audit.AccountOpened || last.By != "ann" || last.Subject != "account "+string(accountNumber) || last.Detail != "mistyped" {
		t.Errorf("recorded %+v", last)
	}
}

// A reading is a stream that is open.
type reading struct {
	t      *testing.T
	status int
	lines  chan string
}

// follow opens the stream of a call, as an EventSource does.
func (e employee) follow(ctx context.Context, server *httptest.Server, at string) reading {
	e.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+eventsOf(at), nil)
	e.ok(err)
	r.Host = shopHost
	r.Header.Set("Accept", "text/event-stream")
	r.AddCookie(&http.Cookie{Name: "__Host-uc-session", Value: e.token.Reveal()})
	answer, err := server.Client().Do(r)
	e.ok(err)
	got := reading{t: e.t, status: answer.StatusCode, lines: make(chan string, 1000)}
	go func() {
		defer close(got.lines)
		defer func() { _ = answer.Body.Close() }()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			got.lines <- lines.Text()
		}
	}()
	return got
}

// hears reads on until the words come.
func (r reading) hears(words string) {
	r.t.Helper()
	timeout := time.After(3 * time.Minute)
	for {
		select {
		case line, open := <-r.lines:
			if !open {
				r.t.Fatalf("the stream ended before %q", words)
			}
			if strings.Contains(line, words) {
				return
			}
		case <-timeout:
			r.t.Fatalf("no %q came", words)
		}
	}
}

// ends fails unless the stream ends. It returns what came until then.
func (r reading) ends() string {
	r.t.Helper()
	var rest strings.Builder
	timeout := time.After(3 * time.Minute)
	for {
		select {
		case line, open := <-r.lines:
			if !open {
				return rest.String()
			}
			rest.WriteString(line + "\n")
		case <-timeout:
			r.t.Fatal("the stream does not end")
		}
	}
}

func serve(t *testing.T, s *shop) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	return server
}

func TestStreamTellsHowTheCallGoes(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	ann := s.as("ann")
	at := ann.call(homeAt)
	code := ann.code(at)
	stream := ann.follow(t.Context(), server, at)
	if stream.status != http.StatusOK {
		t.Fatalf("status = %d", stream.status)
	}
	stream.hears("We are about to ring the line")
	s.calls.goes(s.Now(), deliveries.Ringing, "")
	stream.hears("The telephone rings")
	s.calls.goes(s.Now(), deliveries.Failed, "busy")
	stream.hears("The line is busy")
	rest := stream.ends()
	if !strings.Contains(rest, "event: over") || strings.Contains(rest, code) {
		t.Errorf("the stream ended with %q", rest)
	}
	if ann.follow(t.Context(), server, at).ends() == "" {
		t.Error("a stream of a call that is over says nothing")
	}
}

func TestStreamEnds(t *testing.T) {
	tests := map[string]func(*testing.T, employee){
		"when the server stops": func(_ *testing.T, e employee) { close(e.stopping) },
		"when its time is over": func(_ *testing.T, e employee) { e.Pass(10 * time.Minute) },
		"when the code was right": func(_ *testing.T, e employee) {
			at := homeAt + "/validate/call/" + e.calls.made[0].Ref
			e.post(at, "code", e.code(at))
		},
		"when the agent is deactivated": func(_ *testing.T, e employee) {
			_, err := e.people.Deactivate(e.t.Context(), agents.By{Name: "root", Via: audit.ViaCommandLine}, "ann")
			e.ok(err)
		},
		"when the agent signs out": func(_ *testing.T, e employee) {
			e.post("/repair/sign-out")
		},
		"when the agent signs out everywhere": func(_ *testing.T, e employee) {
			e.post("/repair/profile/sign-out-everywhere")
		},
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			server := serve(t, s)
			ann := s.as("ann")
			stream := ann.follow(t.Context(), server, ann.call(homeAt))
			stream.hears("We are about to ring the line")
			happens(t, ann)
			happened := s.Now()
			stream.ends()
			if took := s.Now().Sub(happened); took > 5*time.Second { // of a clock that the stream alone moves
				t.Errorf("it goes on for %s", took)
			}
		})
	}
}
