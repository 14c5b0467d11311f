package repair

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/signin"
)

func TestPanicsBecomePages(t *testing.T) {
	var log strings.Builder
	c := &Console{
		now: time.Now, random: strings.NewReader("12345"), log: slog.New(slog.NewTextHandler(&log, nil)),
		host: "repair.example.com", https: true,
	}
	var err error
	if c.files, err = readFiles(); err != nil {
		t.Fatal(err)
	}
	if c.pages, err = parsePages(); err != nil {
		t.Fatal(err)
	}
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

func TestOurs(t *testing.T) {
	for at, want := range map[string]bool{
		"/repair/": true, "/repair/lines/+16125550142": true, "/repair/lines/+16125550142/reset": true, "/repair/people/ann.b-c_d": true,
		"": false, "/": false, "/repair": false, "//evil.example": false, "/repair/../v1": false, "/repair//evil.example": false,
		"https://evil.example/repair/": false, `/repair/\evil.example`: false, "/repair/?next=x": false, "/repair/#x": false,
		"/repair/sign-out": false, "/repair/sign-in/code": false, "/repair/welcome/x": false, "/repair/set-up/terms": false,
		"/repair/static/app.js": false, "/repair/a b": false, "/repair/é": false, "/repair/%2e%2e/": false, "/repair/\n": false,
		"/repair/" + strings.Repeat("a", maxPath): false,
	} {
		if ours(at) != want {
			t.Errorf("%q: %t", at, !want)
		}
	}
}

// FuzzResumption holds that whatever a browser sends leads to a page of ours or nowhere.
func FuzzResumption(f *testing.F) {
	f.Add("")
	f.Add(resumption{secret.New("token"), "/repair/"}.cookie().Reveal())
	f.Add("." + base64.RawURLEncoding.EncodeToString([]byte("//evil.example")))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, value string) {
		to := resumptionOf(secret.New(value))
		if to.path == "" {
			if !to.draft.IsZero() {
				t.Error("a draft of no page")
			}
			return
		}
		if !ours(to.path) || !strings.HasPrefix(to.path, "/repair/") || strings.Contains(to.path, "//") {
			t.Errorf("leads to %q", to.path)
		}
		if again := resumptionOf(to.cookie()); again.path != to.path || !again.draft.Equal(to.draft) {
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
