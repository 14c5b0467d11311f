package voice_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/voice"
)

func TestACallThatWeMadeIsAnswered(t *testing.T) {
	tests := []struct{ answeredBy, want string }{
		{"", ""}, {"human", "human"}, {"machine_start", "machine_start"}, {"machine_end_beep", "machine_end_beep"},
		{"machine_end_silence", "machine_end_silence"}, {"machine_end_other", "machine_end_other"},
		{"fax", "fax"}, {"unknown", "unknown"}, {"Human", ""}, {"a robot\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.answeredBy, func(t *testing.T) {
			s := newSite(t, nil)
			status, body := s.post("/voice/callback/dlv_abc/2", call("AnsweredBy", tt.answeredBy, "Direction", "outbound-api"))
			if status != http.StatusOK || body != "<Response/>" {
				t.Errorf("%d %s", status, body)
			}
			want := ivr.Event{Call: sid, Reference: "dlv_abc/2", Caller: ivr.Caller{AnsweredBy: tt.want}}
			if diff := cmp.Diff(want, s.callbackEvent()); diff != "" {
				t.Errorf("- expected, + event:\n%s", diff)
			}
			if strings.Contains(s.log.String(), "6125550142") {
				t.Errorf("the log tells who is called: %s", s.log.String())
			}
		})
	}
}

func TestATurnOfACallThatWeMade(t *testing.T) {
	s := newSite(t, nil)
	for range 2 {
		if status, body := s.post("/voice/callback/turn/1?lang=es", call("Digits", "1")); status != http.StatusOK || body != "<Response/>" {
			t.Errorf("%d %s", status, body)
		}
	}
	if len(s.callback.events) != 2 || s.callback.events[0] != s.callback.events[1] || len(s.engine.events) != 0 {
		t.Fatalf("the engine was given %+v, the other %+v", s.callback.events, s.engine.events)
	}
	event := s.callback.events[0]
	if event.Turn != 1 || event.Input.Keys != "1" || event.Language != ivr.Spanish {
		t.Errorf("the event is %+v", event)
	}
	if status, body := s.post("/voice/callback/turn/0", call()); status != http.StatusOK || body != "<Response>callback </Response>" {
		t.Errorf("%d %s", status, body)
	}
}

// A call that we made has apologies of its own, from its engine.
func TestApologiesInACallThatWeMade(t *testing.T) {
	paths := map[string]string{
		"/voice/callback/dlv_abc/1":      "<Response>callback </Response>",
		"/voice/callback/turn/1?lang=es": "<Response>callback es</Response>",
	}
	engines := map[string]func(context.Context, ivr.Event) ([]byte, error){
		"an error": func(context.Context, ivr.Event) ([]byte, error) { return nil, errors.New("redis is down") },
		"a panic":  func(context.Context, ivr.Event) ([]byte, error) { panic("redis is down") },
	}
	for path, want := range paths {
		for name, turn := range engines {
			s := newSite(t, nil)
			s.callback.turn = turn
			if status, body := s.post(path, call()); status != http.StatusOK || body != want {
				t.Errorf("%s at %s: %d %s, want %s", name, path, status, body, want)
			}
		}
	}
}

// The fallback of a call that we made does what that of others does, by the URL that failed. Where
// answering machines are listened for it begins no call of which it isn't told who has picked it up: a
// mailbox would be taken for a person.
func TestFallbackInACallThatWeMade(t *testing.T) {
	caller := ivr.Caller{Number: "+16125550142", From: "+16125550142"}
	begins := "/voice/callback/dlv_abc/1"
	tests := []struct {
		failed  string
		detects bool
		more    []string
		want    ivr.Event
	}{
		{begins, true, []string{"AnsweredBy", "human"}, ivr.Event{Reference: "dlv_abc/1", Caller: ivr.Caller{AnsweredBy: "human"}}},
		{begins, true, []string{"AnsweredBy", "unknown"}, ivr.Event{Reference: "dlv_abc/1", Caller: ivr.Caller{AnsweredBy: "unknown"}}},
		{begins, true, nil, ivr.Event{Reference: "dlv_abc/1", Look: true}},
		{begins, true, []string{"AnsweredBy", ""}, ivr.Event{Reference: "dlv_abc/1", Look: true}},
		{begins, false, nil, ivr.Event{Reference: "dlv_abc/1"}},
		{"/voice/callback/turn/3?lang=es", true, []string{"Digits", "9"}, ivr.Event{Turn: 3, Caller: caller, Language: ivr.Spanish, Input: ivr.Input{Keys: "9"}}},
		{"/voice/callback/turn/3?lang=es", true, nil, ivr.Event{Turn: 3, Caller: caller, Language: ivr.Spanish, Look: true}},
	}
	for _, tt := range tests {
		s := newSite(t, func(c *voice.Config) { c.Detects = tt.detects })
		if status, body := s.post("/voice/callback/fallback", call(append(tt.more, "ErrorUrl", publicURL+tt.failed)...)); status != http.StatusOK || body != "<Response/>" {
			t.Errorf("%s: %d %s", tt.failed, status, body)
		}
		tt.want.Call = sid
		if diff := cmp.Diff(tt.want, s.callbackEvent()); diff != "" {
			t.Errorf("%s: - expected, + event:\n%s", tt.failed, diff)
		}
	}
}

// ourCall is what a call that we make is about.
const ourCall = "dlv_abcdefghijklmnopqrstuvwxyz/2"

// status is the form of a status callback, with other fields than usual.
func status(more ...string) []string {
	return append([]string{"CallStatus", "busy", "SequenceNumber", "3", "Timestamp", "Tue, 04 Mar 2031 05:06:07 +0000"}, more...)
}

func TestStatusesOfCallsThatWeMake(t *testing.T) {
	at := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	usual := takenIn{
		Task:           deliveries.Task{Delivery: "dlv_abcdefghijklmnopqrstuvwxyz", Attempt: 2},
		StatusCallback: deliveries.StatusCallback{CallSID: sid, CallStatus: "busy", Sequence: 3, At: at},
	}
	with := func(change func(*takenIn)) takenIn {
		s := usual
		change(&s)
		return s
	}
	tests := []struct {
		name string
		form []string
		want takenIn
	}{
		{"usual", status(), usual},
		{"who answered", status("AnsweredBy", "machine_end_beep"), with(func(s *takenIn) { s.AnsweredBy = "machine_end_beep" })},
		{"the first", status("SequenceNumber", "0", "CallStatus", "initiated"), with(func(s *takenIn) { s.Sequence, s.CallStatus = 0, "initiated" })},
		{"without a time", status("Timestamp", ""), with(func(s *takenIn) { s.At = time.Time{} })},
		{"a time elsewhere", status("Timestamp", "Mon, 03 Mar 2031 23:06:07 -0600"), usual},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, nil)
			if code, body := s.post("/voice/status/"+ourCall, call(tt.form...)); code != http.StatusNoContent || body != "" {
				t.Errorf("%d %q", code, body)
			}
			if diff := cmp.Diff([]takenIn{tt.want}, s.statuses.all); diff != "" {
				t.Errorf("- expected, + told:\n%s", diff)
			}
			if n := s.metric("updatecenter_call_statuses_total"); n != 1 {
				t.Errorf("counted %v times", n)
			}
		})
	}
}

func TestStatusesThatCantBe(t *testing.T) {
	for _, form := range [][]string{
		status("CallStatus", ""), status("CallStatus", "exploded"), status("CallStatus", "unknown"),
		status("SequenceNumber", ""), status("SequenceNumber", "-1"), status("SequenceNumber", "65536"), status("SequenceNumber", "x"),
		status("Timestamp", "yesterday"), status("Timestamp", "2031-03-04T05:06:07Z"),
	} {
		s := newSite(t, nil)
		s.refuses(s.request("/voice/status/"+ourCall, call(form...)), http.StatusBadRequest)
		if log := s.log.String(); strings.Contains(log, "yesterday") || strings.Contains(log, "exploded") {
			t.Errorf("the log quotes the request: %s", log)
		}
	}
}

// What can't be taken in is no 204, so that Twilio's console shows it, and tries again if it
// was told to.
func TestStatusesThatFail(t *testing.T) {
	s := newSite(t, nil)
	s.statuses.err = errors.New("redis is down")
	if code, _ := s.post("/voice/status/"+ourCall, call(status()...)); code != http.StatusServiceUnavailable {
		t.Errorf("status %d", code)
	}
}

// What can't be a delivery of ours is no call that we make.
func TestStatusesOfUnknownCalls(t *testing.T) {
	s := newSite(t, nil)
	if code, _ := s.post("/voice/status/dlv_abc/2", call(status()...)); code != http.StatusNotFound || s.told() != 0 {
		t.Errorf("status %d, and %d were told", code, s.told())
	}
}

// Twilio that hangs up doesn't keep a status from being taken in.
func TestAStatusOutlivesItsRequest(t *testing.T) {
	s := newSite(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, _ := s.read(s.serve(s.request("/voice/status/"+ourCall, call(status()...)).WithContext(ctx))); code != http.StatusNoContent {
		t.Errorf("status %d", code)
	}
}

// An edge that makes no calls has no routes for them.
func TestNoCallsToMake(t *testing.T) {
	for _, path := range []string{"/voice/callback/dlv_abc/1", "/voice/callback/turn/1", "/voice/status/" + ourCall} {
		s := newSite(t, func(c *voice.Config) { c.Callback, c.Statuses = nil, nil })
		s.refuses(s.request(path, call()), http.StatusNotFound)
	}
}

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
