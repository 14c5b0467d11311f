package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"updatecenter/internal/agents"
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
	record(1700)
	for _, query := range []string{"", "?by=nobody"} {
		before := s.read.Load()
		sue.get("/repair/reports"+query).says(http.StatusOK, "Nobody has reset or unlocked anything since Mar 2, 2026, 12:01 PM UTC",
			"No limit was reached since", "There was more today. Only the newest 1000 entries were looked at, back to Mar 2, 2026, 12:01 PM UTC").
			lacks("anything today")
		if read := s.read.Load() - before; read > 5000 { // all would be 6500 at least
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

const (
	aForm    = "it is a form: what is sent is recorded"
	ownSetUp = "it shows an agent what is the agent's own"
	noDeed   = "it leads to the next page, and shows nothing"
)

// unrecorded are the requests that leave no entry in the audit, each with its reason.
var unrecorded = map[string]string{
	"GET /repair":                          noDeed,
	"GET /repair/":                         aForm,
	"POST /repair/":                        noDeed,
	"GET /repair/static/{file}":            "it is the same for everybody",
	"GET /repair/sign-in":                  aForm,
	"POST /repair/sign-in":                 "a user name proves nothing; the password that follows is recorded",
	"GET /repair/sign-in/password":         aForm,
	"GET /repair/sign-in/code":             aForm,
	"POST /repair/sign-in/resend":          "another code goes to the agent's own address; what is done with it is recorded",
	"GET /repair/welcome/{token}":          aForm,
	"GET /repair/set-up/password":          noDeed,
	"GET /repair/set-up/factor":            aForm,
	"GET /repair/set-up/terms":             aForm,
	"GET /repair/set-up/profile":           ownSetUp,
	"GET /repair/profile":                  ownSetUp,
	"GET /repair/profile/password":         aForm,
	"GET /repair/profile/factor":           aForm,
	"GET /repair/profile/confirm":          aForm,
	"GET /repair/invite":                   aForm,
	"GET " + callOf:                        "it shows an agent the own call, which was recorded when it was begun",
	"GET " + eventsAt:                      "it shows an agent the own call, which was recorded when it was begun",
	"GET " + lineAt + "/validate/secret":   aForm,
	"GET " + lineAt + "/validate/photo-id": aForm,
	"GET " + lineAt + "/reset":             aForm,
	"GET " + lineAt + "/unlock":            aForm,
	"GET " + lineAt + "/open-account":      aForm,
}

const (
	lineAt   = "/repair/lines/{number}"
	callOf   = lineAt + "/validate/call/{validation}"
	eventsAt = "/repair/validations/{validation}/events"
	onePath  = "/repair/people/{name}"
)

// A recording is a request and the entry that it leaves. Without ask it is asked for by ada, who is an
// administrator, with these values; bob is whom it is about.
type recording struct {
	action audit.Action
	values []string
	ask    func(s *shop)
}

func leaves(action audit.Action, values ...string) recording {
	return recording{action: action, values: values}
}

func leavesWhen(action audit.Action, ask func(s *shop)) recording {
	return recording{action: action, ask: ask}
}

// recorded are all other requests.
var recorded = map[string]recording{
	"POST /repair/sign-in/password": leavesWhen(audit.SignInFailed, func(s *shop) {
		b := s.browser()
		b.post("/repair/sign-in", "name", "ann")
		b.post("/repair/sign-in/password", "password", "wrong wrong wrong")
	}),
	"POST /repair/sign-in/code": leavesWhen(audit.SignedIn, func(s *shop) { s.browser().signInAs("ann") }),
	"POST /repair/sign-out":     leaves(audit.SignedOut),
	"POST /repair/welcome/{token}": leavesWhen(audit.PasswordChanged, func(s *shop) {
		s.browser().post(s.invited("pat"), "password", password, "again", password)
	}),
	"POST /repair/set-up/factor":               leavesWhen(audit.FactorChanged, func(s *shop) { s.settingUp(1) }),
	"POST /repair/set-up/terms":                leavesWhen(audit.ProfileChanged, func(s *shop) { s.settingUp(2) }),
	"POST /repair/set-up/profile":              leavesWhen(audit.AgentSetUp, func(s *shop) { s.settingUp(3) }),
	"POST /repair/profile":                     leaves(audit.ProfileChanged, "full_name", "Ada", "email", "ada@mail.example.com"),
	"POST /repair/profile/password":            leaves(audit.PasswordChanged, "present", password, "password", newPassword, "again", newPassword),
	"POST /repair/profile/sign-out-everywhere": leaves(audit.SignedOutEverywhere),
	"POST /repair/profile/confirm":             leavesWhen(audit.ProfileChanged, (*shop).changesAddress),
	"POST /repair/profile/factor":              leavesWhen(audit.FactorChanged, (*shop).changesApp),
	"GET " + lineAt:                            leaves(audit.LookedUp),
	"GET " + lineAt + "/history":               leaves(audit.LookedUp),
	"POST " + lineAt + "/validate/call":        leaves(audit.ValidationBegun, "key", "a"),
	"POST " + lineAt + "/validate/photo-id":    leaves(audit.Validated, "note", "passport and bill"),
	"POST " + lineAt + "/validate/secret":      leaves(audit.ValidationBegun, "account", "1000-1", "kind", "code", "secret", "826517", "code", "826517", "answer", ""),
	"POST " + lineAt + "/open-account":         leaves(audit.AccountOpened, "account", string(accountNumber), "reason", "mistyped"),
	"POST " + lineAt + "/reset":                leaves(audit.ResetRefused, "reason", "forgotten", "sure", "yes"),
	"POST " + lineAt + "/unlock":               leaves(audit.ResetRefused, "reason", "forgotten", "sure", "yes"),
	"GET /repair/reports":                      leaves(audit.AuditRead),
	"GET /repair/people":                       leaves(audit.AgentRead),
	"GET " + onePath:                           leaves(audit.AgentRead),
	"POST " + onePath + "/link":                leaves(audit.AgentInvited),
	"POST " + onePath + "/deactivate":          leaves(audit.AgentDeactivated, "sure_deactivate", "yes"),
	"POST " + onePath + "/reactivate":          leaves(audit.AgentReactivated, "sure_unlock", "yes"),
	"POST " + onePath + "/role":                leaves(audit.RoleChanged, "role", "supervisor"),
	"POST " + onePath + "/require":             leaves(audit.FactorRequired, "required", "app"),
	"GET " + onePath + "/profile":              leaves(audit.AgentRead),
	"POST " + onePath + "/profile":             leaves(audit.ProfileChanged, "full_name", "Bobby", "email", "bob@mail.example.com"),
	"GET " + onePath + "/recreate":             leaves(audit.AgentRead),
	"POST " + onePath + "/recreate":            leavesWhen(audit.AgentRecreated, (*shop).recreates),
	"POST /repair/invite":                      leaves(audit.AgentInvited, "name", "cat", "full_name", "Cat", "email", "cat@mail.example.com", "role", "agent"),
	"GET /repair/keys":                         leaves(audit.KeysRead),
	"POST /repair/keys":                        leaves(audit.KeyCreated, "name", "crm", "scopes", "lines:read"),
	"GET /repair/keys/revoke":                  leaves(audit.KeysRead),
	"POST /repair/keys/revoke":                 leavesWhen(audit.KeyRevoked, func(s *shop) { s.of("ada").revokes() }),
	"POST " + callOf: leavesWhen(audit.ValidationFailed, func(s *shop) {
		ann := s.as("ann")
		at := ann.call(homeAt)
		ann.post(at, "code", ann.wrong(at))
	}),
}

// settingUp has somebody new take steps of the set-up.
func (s *shop) settingUp(steps int) {
	b := s.browser()
	b.post(s.invited("pat"), "password", password, "again", password)
	b.post("/repair/set-up/factor", "with", "email")
	if steps > 1 {
		b.post("/repair/set-up/terms", "accept", "yes")
	}
	if steps > 2 {
		b.post("/repair/set-up/profile", "full_name", "Pat")
	}
}

func (s *shop) changesAddress() {
	b := s.of("ann")
	b.post("/repair/profile", "full_name", "Ann Example", "email", "new@mail.example.com", "present", password)
	b.post("/repair/profile/confirm", "code", s.mailedTo("ann@mail.example.com"), "email_code", s.mailedTo("new@mail.example.com"))
}

func (s *shop) changesApp() {
	b := s.of("ann")
	b.post("/repair/profile/factor", "with", "app", "present", password)
	b.post("/repair/profile/confirm", "code", s.mailedTo("ann@mail.example.com"))
	setUp := b.get("/repair/profile/factor").setUp()
	code, err := totp.GenerateCode(secretOf(s.t, setUp), s.Now())
	s.ok(err)
	b.post("/repair/profile/factor", "with", "app", "setup", setUp, "code", code)
}

func (s *shop) recreates() {
	_, err := s.people.Deactivate(s.t.Context(), agents.By{Name: "ada", Via: "console"}, "bob")
	s.ok(err)
	for range 2 {
		s.Pass(175 * 24 * time.Hour)
		_, err = s.people.SignedIn(s.t.Context(), s.idOf("ada"))
		s.ok(err)
	}
	s.Pass(20 * 24 * time.Hour)
	s.of("ada").post("/repair/people/bob/recreate", "name", "bob2", "full_name", "Bob", "email", "bob@mail.example.com", "role", "agent")
}

func (b *browser) revokes() {
	b.post("/repair/keys", "name", "crm", "scopes", "lines:read")
	b.post("/repair/keys/revoke", "name", "crm", "sure", "yes")
}

// TestEveryPageIsRecorded walks the routes. Each must leave the entry that it has in one list; or stand
// in the other with a reason.
func TestEveryPageIsRecorded(t *testing.T) {
	probe := newShop(t)
	b := probe.of("ada")
	var operations []string
	for _, path := range probe.paths() {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			answer := b.get
			if method == http.MethodPost {
				answer = func(path string) page { return probe.of("ada").post(path) }
			}
			operation := method + " " + path
			if answer(braces.Replace(path)).status == http.StatusMethodNotAllowed || slices.Contains(operations, operation) {
				continue
			}
			operations = append(operations, operation)
		}
	}
	for _, operation := range operations {
		want, must := recorded[operation]
		switch {
		case must == (unrecorded[operation] != ""):
			t.Errorf("%s must stand in one of both lists", operation)
		case must:
			t.Run(operation, func(t *testing.T) { newShop(t).leavesEntry(operation, want) })
		}
	}
	for listed := range unrecorded {
		if !slices.Contains(operations, listed) {
			t.Errorf("%s is no page", listed)
		}
	}
	for listed := range recorded {
		if !slices.Contains(operations, listed) {
			t.Errorf("%s is no page", listed)
		}
	}
}

func (s *shop) leavesEntry(operation string, want recording) {
	s.t.Helper()
	b := s.of("ada")
	before := s.trail()[0].Seq
	method, path, _ := strings.Cut(operation, " ")
	path = braces.Replace(path)
	status := ""
	switch {
	case want.ask != nil:
		want.ask(s)
	case method == http.MethodPost:
		status = b.post(path, want.values...).words()
	default:
		status = b.get(path).words()
	}
	for _, e := range s.trail() {
		if e.Seq > before && e.Action == want.action {
			return
		}
	}
	s.t.Errorf("no %s: %s", want.action, status)
}
