package sse_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/sse"
	"updatecenter/internal/testkit/check"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestStream(t *testing.T) {
	w := httptest.NewRecorder() // which has no deadlines
	s, err := sse.Open(w, time.Minute, start)
	check.OK(t, err)
	for header, want := range map[string]string{"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s = %q; want %q", header, got, want)
		}
	}
	if w.Code != http.StatusOK || !w.Flushed || w.Body.Len() > 0 {
		t.Errorf("status %d, flushed %t, body %q", w.Code, w.Flushed, w.Body)
	}
	if err := s.Send("data: 1\n\n", start); err != nil || w.Body.String() != "data: 1\n\n" {
		t.Errorf("sent %q, %v", w.Body, err)
	}
}

func TestBeat(t *testing.T) {
	const beat = ": nothing new\n\n"
	w := httptest.NewRecorder()
	s, err := sse.Open(w, time.Minute, start)
	check.OK(t, err)
	for _, step := range []struct {
		after time.Duration
		text  string // to send; empty: a beat
		want  string
	}{
		{0, "", ""},
		{14 * time.Second, "", ""},
		{15 * time.Second, "", beat},
		{29 * time.Second, "", ""},
		{30 * time.Second, "", beat},
		{40 * time.Second, "data: 1\n\n", "data: 1\n\n"},
		{54 * time.Second, "", ""},
		{55 * time.Second, "", beat},
	} {
		w.Body.Reset()
		send := s.Beat
		if step.text != "" {
			send = func(now time.Time) error { return s.Send(step.text, now) }
		}
		if err := send(start.Add(step.after)); err != nil || w.Body.String() != step.want {
			t.Errorf("after %s: sent %q, %v; want %q", step.after, w.Body, err, step.want)
		}
	}
}

func TestHead(t *testing.T) {
	w := httptest.NewRecorder()
	sse.Head(w)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != sse.Type || w.Body.Len() > 0 {
		t.Errorf("status %d, headers %v, body %q", w.Code, w.Header(), w.Body)
	}
}

var errBroken = errors.New("broken pipe")

// A failing client fails in one thing.
type failing struct {
	*httptest.ResponseRecorder
	read, write, take, flush error
}

func (f failing) SetReadDeadline(time.Time) error  { return f.read }
func (f failing) SetWriteDeadline(time.Time) error { return f.write }
func (f failing) FlushError() error                { return f.flush }

func (f failing) Write(text []byte) (int, error) {
	if f.take != nil {
		return 0, f.take
	}
	return f.ResponseRecorder.Write(text)
}

func TestClientIsGone(t *testing.T) {
	for name, client := range map[string]failing{
		"keep connection":      {read: errBroken},
		"extend time to write": {write: errBroken},
		"write events":         {take: errBroken},
		"send events":          {flush: errBroken},
	} {
		client.ResponseRecorder = httptest.NewRecorder()
		s, err := sse.Open(client, time.Minute, start)
		if s != nil || !errors.Is(err, errBroken) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	later := &failing{ResponseRecorder: httptest.NewRecorder()}
	s, err := sse.Open(later, time.Minute, start)
	check.OK(t, err)
	later.take = errBroken
	check.Is(t, s.Send("data: 1\n\n", start), errBroken)
	check.Is(t, s.Beat(start.Add(time.Minute)), errBroken)
}

// TestOutlastsTheServersTimes goes through a server that gives other requests a fraction of a
// second, and whose events must come one by one.
func TestOutlastsTheServersTimes(t *testing.T) {
	const times = 100 * time.Millisecond
	taken := make(chan bool)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sse.Open(w, time.Minute, start)
		for range 2 {
			select {
			case <-taken:
			case <-r.Context().Done():
				return
			}
			time.Sleep(2 * times)
			if err == nil {
				err = s.Send("data: 1\n", start)
			}
		}
		if err != nil {
			t.Error(err)
		}
	}))
	server.Config.ReadTimeout, server.Config.WriteTimeout = times, times
	server.Start()
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	check.OK(t, err)
	response, err := server.Client().Do(request)
	check.OK(t, err)
	defer response.Body.Close()
	body := bufio.NewReader(response.Body)
	for range 2 {
		taken <- true
		if line, err := body.ReadString('\n'); err != nil || line != "data: 1\n" {
			t.Fatalf("got %q, %v", line, err)
		}
	}
	if rest, err := io.ReadAll(body); err != nil || len(rest) > 0 {
		t.Errorf("then %q, %v", rest, err)
	}
}
