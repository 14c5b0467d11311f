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

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
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
	if c.pages, err = parsePages(zoneOf(nil)); err != nil {
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
