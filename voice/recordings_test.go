package voice_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/voice"
)

var prompts = []ivr.Prompt{
	{Name: "welcome", EN: "Welcome.", ES: "Bienvenido."},
	{Name: "changed", EN: "Changed.", ES: "Cambiado."},
	{Name: "call-repair", EN: "Call {repair}.", ES: "Llame al {repair}."},
}

// files are a directory of files with their names as content.
func files(names ...string) fstest.MapFS {
	all := fstest.MapFS{}
	for _, name := range names {
		all[name] = &fstest.MapFile{Data: []byte("audio of " + name)}
	}
	return all
}

func openRecordings(t *testing.T, names ...string) *voice.Recordings {
	t.Helper()
	r, err := voice.OpenRecordings(files(names...), prompts, publicURL+"/phone/")
	check.OK(t, err)
	return r
}

func TestRecordingURLs(t *testing.T) {
	r := openRecordings(t, "welcome.en.mp3", "welcome.es.wav", "changed.es.mp3")
	tests := []struct {
		prompt   string
		language ivr.Language
		want     string
	}{
		{"welcome", ivr.English, publicURL + "/phone/voice/recordings/welcome.en.mp3"},
		{"welcome", ivr.Spanish, publicURL + "/phone/voice/recordings/welcome.es.wav"},
		{"changed", ivr.Spanish, publicURL + "/phone/voice/recordings/changed.es.mp3"},
		{"changed", ivr.English, ""},
		{"welcome", "", ""},
		{"call-repair", ivr.English, ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := r.URL(tt.prompt, tt.language); got != tt.want {
			t.Errorf("%s in %q: %q, want %q", tt.prompt, tt.language, got, tt.want)
		}
	}
}

func TestRecordingsThatWouldNeverBePlayed(t *testing.T) {
	tests := []struct{ file, want string }{
		{"goodbye.en.mp3", `there is no prompt "goodbye"`},
		{"call-repair.en.mp3", "the prompt has variables"},
		{"welcome.mp3", "want PROMPT.en.mp3"},
		{"welcome.fr.mp3", "want PROMPT.en.mp3"},
		{"welcome.en.ogg", "want PROMPT.en.mp3"},
		{"welcome.en.MP3", "want PROMPT.en.mp3"},
		{"welcome.en", "want PROMPT.en.mp3"},
		{"welcome.en.old.mp3", "want PROMPT.en.mp3"},
		{"changed.en.wav", `there is "changed.en.mp3" already`},
		{"welcome.es.mp3/part.mp3", "is a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			_, err := voice.OpenRecordings(files("changed.en.mp3", tt.file), prompts, publicURL)
			name, _, _ := strings.Cut(tt.file, "/")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), name) {
				t.Errorf("error %v, want one with %q and %q", err, name, tt.want)
			}
		})
	}
	_, err := voice.OpenRecordings(files("a.en.mp3", "b.en.mp3"), prompts, publicURL)
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("error %v, want both files told, a line each", err)
	}
}

func TestNoDirectoryOfRecordings(t *testing.T) {
	if _, err := voice.OpenRecordings(os.DirFS(t.TempDir()+"/missing"), prompts, publicURL); err == nil {
		t.Error("a directory that isn't there is opened")
	}
}

func TestRecordingsAreServed(t *testing.T) {
	s := newSite(t, func(c *voice.Config) { c.Recordings = openRecordings(t, "welcome.en.mp3", "welcome.es.wav") })
	for file, kind := range map[string]string{"welcome.en.mp3": "audio/mpeg", "welcome.es.wav": "audio/wav"} {
		r := s.request("/voice/recordings/"+file, nil)
		r.Method = http.MethodGet
		response := s.serve(r)
		if got := response.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s is sent as %q", file, got)
		}
		if status, body := s.read(response); status != http.StatusOK || body != "audio of "+file {
			t.Errorf("%s: %d %q", file, status, body)
		}
	}
}

// Only what was found at start is served, though the directory holds more by now.
func TestNoOtherFileIsServed(t *testing.T) {
	directory := files("welcome.en.mp3")
	recordings, err := voice.OpenRecordings(directory, prompts, publicURL)
	check.OK(t, err)
	directory["secrets.txt"] = &fstest.MapFile{Data: []byte("audio of secrets")}
	s := newSite(t, func(c *voice.Config) { c.Recordings = recordings })
	for _, path := range []string{
		"", ".", "..", "changed.en.mp3", "secrets.txt", "WELCOME.en.mp3", "welcome.en.mp3/", "x/../secrets.txt", "../recordings/secrets.txt",
		"%2e%2e%2fsecrets.txt", "..%5csecrets.txt", "welcome.en.mp3%00", "%2fetc%2fpasswd", "../../../../etc/passwd",
	} {
		if status, body := s.get("/voice/recordings/" + path); status < 300 || strings.Contains(body, "audio of") || strings.Contains(body, "root:") {
			t.Errorf("%q: %d %s", path, status, body)
		}
	}
}

// Without recordings all prompts are spoken, and nothing is served.
func TestNoRecordings(t *testing.T) {
	var none *voice.Recordings
	if url := none.URL("welcome", ivr.English); url != "" {
		t.Errorf("no recordings have one at %q", url)
	}
	s := newSite(t, func(c *voice.Config) { c.Recordings = none })
	if status, _ := s.get("/voice/recordings/welcome.en.mp3"); status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
}

func (s *site) get(path string) (int, string) {
	s.Helper()
	return s.read(s.serve(httptest.NewRequest(http.MethodGet, path, nil)))
}

func TestHealth(t *testing.T) {
	s := newSite(t, func(c *voice.Config) {
		c.Unready = func(context.Context) string { return "Redis is away" }
	})
	if status, body := s.get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz: %d %q", status, body)
	}
	status, body := s.get("/readyz")
	if status != http.StatusServiceUnavailable || body != "Redis is away\n" {
		t.Errorf("readyz: %d %q", status, body)
	}
	if status, body := newSite(t, nil).get("/readyz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("readyz: %d %q", status, body)
	}
}

// A server that is about to stop is taken out by balancers, whichever of the two they ask.
func TestHealthWhileDraining(t *testing.T) {
	draining := false
	s := newSite(t, func(c *voice.Config) { c.Draining = func() bool { return draining } })
	for _, want := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		for _, path := range []string{"/healthz", "/readyz"} {
			if status, body := s.get(path); status != want {
				t.Errorf("%s: %d %q, not %d", path, status, body, want)
			}
		}
		draining = true
	}
}

// A Redis that doesn't answer at all is one that can't be reached.
func TestReadyHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, func(c *voice.Config) {
			c.Unready = func(ctx context.Context) string { <-ctx.Done(); return "Redis is away" }
		})
		began := time.Now()
		if status, _ := s.get("/readyz"); status != http.StatusServiceUnavailable {
			t.Errorf("status %d", status)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
