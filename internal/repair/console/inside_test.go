package console

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/limit"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// bare is a console that knows nobody, and its log.
func bare(t *testing.T) (*Console, *strings.Builder) {
	t.Helper()
	var log strings.Builder
	config := Config{
		Random: strings.NewReader("12345"), Log: slog.New(slog.NewTextHandler(&log, nil)),
		Client: func(*http.Request) string { return "" },
	}
	config.setDefaults()
	c := &Console{config: config, host: "repair.example.com", https: true}
	var err error
	if c.files, err = readFiles(); err != nil {
		t.Fatal(err)
	}
	if c.pages, err = pagesOf(zoneOf(nil)); err != nil {
		t.Fatal(err)
	}
	return c, &log
}

// TestClientsThatLeave are no fault of ours; a time that is over is.
func TestClientsThatLeave(t *testing.T) {
	for name, tt := range map[string]struct {
		leaves bool
		err    error
		level  string
		said   int // bytes at least
	}{
		"left":                {true, fmt.Errorf("ask a store: %w", context.Canceled), "level=INFO", 0},
		"time over":           {false, fmt.Errorf("ask a store: %w", context.DeadlineExceeded), "level=ERROR", 100},
		"canceled by a store": {false, fmt.Errorf("ask a store: %w", context.Canceled), "level=ERROR", 100},
		"left in a fault":     {true, storage.ErrUnreadable, "level=ERROR", 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, log := bare(t)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			w := httptest.NewRecorder()
			c.guard(route{get: func(*visit) error {
				if tt.leaves {
					leave()
				}
				return tt.err
			}}).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "https://repair.example.com/repair/", nil))
			line, _, _ := strings.Cut(log.String(), "\n")
			if !strings.Contains(line, tt.level) || !strings.Contains(line, "cause=") {
				t.Errorf("log: %s", line)
			}
			if w.Body.Len() < tt.said || tt.level == "level=INFO" && w.Body.Len() > 0 {
				t.Errorf("%d bytes were said", w.Body.Len())
			}
		})
	}
}

func TestPanicsBecomePages(t *testing.T) {
	c, log := bare(t)
	w := httptest.NewRecorder()
	c.guard(route{get: func(*visit) error { panic("a secret 8265") }}).
		ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://repair.example.com/repair/", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "The page could not be made") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	if strings.Contains(log.String()+w.Body.String(), "8265") || !strings.Contains(log.String(), "console panicked") {
		t.Errorf("log: %s", log.String())
	}
}

func TestParsePublic(t *testing.T) {
	for written, ok := range map[string]bool{
		"https://repair.example.com": true, "https://repair.example.com/": true, "http://localhost:8080": true,
		"": false, "repair.example.com": false, "ftp://x": false, "https://": false, "https://x/repair": false,
		"https://x?y": false, "https://x#y": false, "https://u@x": false, "https://%zz": false,
	} {
		if _, err := parsePublic(written); (err == nil) != ok {
			t.Errorf("%q: %v", written, err)
		}
	}
}

func TestNewWantsItsParts(t *testing.T) {
	if _, err := New(Config{PublicURL: "https://repair.example.com"}); err == nil {
		t.Error("a console of nothing")
	}
}

// TestOpens holds to which pages an agent can be led back who has signed in.
func TestOpens(t *testing.T) {
	c := &Console{}
	for at, want := range map[string][]agents.Role{
		"/repair/": every, "/repair/lines/+16125550142": every, "/repair/lines/+16125550142/reset": every, "/repair/profile/factor": every,
		"/repair/lines/+16125550142/history": {agents.Supervisor, agents.Administrator}, "/repair/reports": {agents.Supervisor, agents.Administrator},
		"/repair/people/ann.b-c_d": {agents.Administrator}, "/repair/keys": {agents.Administrator}, "/repair/invite": {agents.Administrator},

		"": nil, "/": nil, "/repair": nil, "//evil.example": nil, "/repair/../v1": nil, "/repair//evil.example": nil, "/repair/lines/": nil,
		"https://evil.example/repair/": nil, `/repair/\evil.example`: nil, `/repair/lines/\evil`: nil, "/repair/?next=x": nil, "/repair/#x": nil,
		"/repair/sign-out": nil, "/repair/sign-in": nil, "/repair/sign-in/code": nil, "/repair/welcome/x": nil, "/repair/set-up/terms": nil,
		"/repair/static/app.js": nil, "/repair/lines/a b": nil, "/repair/lines/é": nil, "/repair/lines/%2e%2e": nil, "/repair/lines/\n": nil,
		"/repair/nowhere": nil, "/repair/people/bob/deactivate": nil, "/repair/validations/val_x/events": nil, "/repair/profile/sign-out-everywhere": nil,
		"/repair/lines/+16125550142/validate/call": nil, "/repair/lines/..": nil, "/repair/lines/" + strings.Repeat("a", maxPath): nil,
	} {
		for _, role := range every {
			if got := c.opens(at, role); got != slices.Contains(want, role) {
				t.Errorf("%q to a %s: %t", at, role, got)
			}
		}
	}
}

var every = []agents.Role{agents.RoleAgent, agents.Supervisor, agents.Administrator}

// FuzzResumption holds that whatever a browser sends leads to a page of ours or nowhere.
func FuzzResumption(f *testing.F) {
	f.Add("")
	f.Add(resumption{secret.New("token"), "/repair/", "agt_1"}.cookie().Reveal())
	f.Add("." + base64.RawURLEncoding.EncodeToString([]byte("//evil.example")))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, value string) {
		to := resumptionOf(secret.New(value))
		if to.path == "" {
			if !to.draft.IsZero() || to.agent != "" {
				t.Error("a draft of no page")
			}
			return
		}
		if !plain(to.path) || to.agent == "" || !strings.HasPrefix(to.path, "/repair/") || strings.Contains(to.path, "//") {
			t.Errorf("leads to %q", to.path)
		}
		if again := resumptionOf(to.cookie()); again.path != to.path || again.agent != to.agent || !again.draft.Equal(to.draft) {
			t.Errorf("%q is read again as %q", to.path, again.path)
		}
	})
}

// FuzzStep holds that a step is one of those that there are, and is read as it was written.
func FuzzStep(f *testing.F) {
	f.Add("token")
	f.Add(stepCookie(secret.New("token"), signin.Step{Kind: signin.AskEmail, Hint: "a•••@example.com"}).Reveal())
	f.Add("token.app.")
	f.Add("token.email.%%%")
	f.Fuzz(func(t *testing.T, value string) {
		token, step := stepOf(secret.New(value))
		if step.Kind == "" {
			return
		}
		if step.Kind != signin.AskApp && step.Kind != signin.AskEmail {
			t.Fatalf("kind %q", step.Kind)
		}
		if again, same := stepOf(stepCookie(token, step)); !again.Equal(token) || same != step {
			t.Errorf("%+v is read again as %+v", step, same)
		}
	})
}

// FuzzAppSetUp holds that no entry panics, and that what was taken has a key and can be drawn.
func FuzzAppSetUp(f *testing.F) {
	f.Add("otpauth://totp/Example:ann?secret=ABC&issuer=Example")
	f.Add("otpauth://totp/?secret=%zz")
	f.Add("")
	f.Fuzz(func(t *testing.T, written string) {
		shown, ok := appSetUp(written)
		if !ok {
			return
		}
		if appKey(shown).IsZero() {
			t.Error("no key")
		}
		if size, path, err := drawQR(shown); err != nil || size < 21+2*quiet || !strings.HasPrefix(path, "M4 4h") {
			t.Errorf("%d modules, %v", size, err)
		}
	})
}

func TestInWords(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "in a second"},
		{time.Second, "in a second"},
		{4*time.Second + 1, "in 5 seconds"},
		{time.Minute, "in 60 seconds"},
		{2 * time.Minute, "in 2 minutes"},
		{time.Hour, "in 60 minutes"},
		{2*time.Hour - 1, "in 2 hours"},
	} {
		if got := inWords(tt.d); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.d, got, tt.want)
		}
	}
}

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
