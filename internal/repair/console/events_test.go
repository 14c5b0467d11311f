package console_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
)

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

// TestStreamEndsWithTheSession that has lasted for twelve hours.
func TestStreamEndsWithTheSession(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	began := s.Now()
	ann := s.as("ann")
	end := began.Add(12 * time.Hour)
	for s.Now().Before(end.Add(-10 * time.Minute)) {
		s.Pass(5 * time.Minute)
		ann.get("/repair/").says(http.StatusOK)
	}
	stream := ann.follow(t.Context(), server, ann.call(homeAt))
	stream.hears("We are about to ring the line")
	s.Pass(end.Sub(s.Now()))
	happened := s.Now()
	stream.ends()
	if took := s.Now().Sub(happened); took > 5*time.Second {
		t.Errorf("it goes on for %s", took)
	}
}

func TestStreamKeepsNoSessionAlive(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	ann := s.as("ann")
	at := ann.call(homeAt)
	s.Pass(9 * time.Minute)
	ann.get("/repair/").says(http.StatusOK)
	ann.follow(t.Context(), server, at).ends() // a minute later the code runs out
	s.Pass(15 * time.Minute)
	ann.get("/repair/").leads("/repair/sign-in?note=signed-out")
}

func TestStreamsAreBounded(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	ann := s.as("ann")
	at := ann.call(homeAt)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 5 {
		if status := ann.follow(ctx, server, at).status; status != http.StatusOK {
			t.Fatalf("status = %d", status)
		}
	}
	if status := ann.follow(ctx, server, at).status; status != http.StatusServiceUnavailable {
		t.Errorf("status of one too many = %d", status)
	}
	bob := s.as("bob")
	theirs := bob.call(homeAt)
	if status := bob.follow(ctx, server, theirs).status; status != http.StatusOK {
		t.Errorf("status of another agent's = %d", status)
	}
	cancel()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		if ann.follow(t.Context(), server, at).status == http.StatusOK {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("streams that were left still count")
}

func TestStreamIsForWhoAsksForEvents(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	ann.get(eventsOf(at)).says(http.StatusNotAcceptable)
	employee{shop: s}.get(eventsOf(at)).says(http.StatusUnauthorized)
	ann.post(eventsOf(at)).says(http.StatusMethodNotAllowed)
}
