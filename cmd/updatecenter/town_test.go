package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

// A town is a telephone exchange with its REST API, and people who come to every telephone
// that rings.
type town struct {
	t      testing.TB
	answer func(ctx context.Context, ring *simulator.Ringing, times int)
	loses  func(phone string) bool // of which calls answers and statuses are lost; nil: of none

	exchange *simulator.Exchange
	rest     *simulator.REST
	looks    atomic.Int64 // how often calls were listed
	people   sync.WaitGroup
	mu       sync.Mutex
	rings    map[string]int
	marks    map[string]bool // the URLs of calls, each of which is that of an attempt
}

// newTown makes a town that the server of a stage is to call, and be asked by.
func newTown(t testing.TB, s *stage, clock simulator.Clock) *town {
	t.Helper()
	w := &town{t: t, rings: map[string]int{}, marks: map[string]bool{}}
	w.exchange = s.exchange(func(c *simulator.Config) {
		c.Clock, c.Client = clock, &http.Client{Transport: lossy{direct{&s.app}, w}}
	})
	w.rest = simulator.NewREST(w.exchange)
	server := httptest.NewServer(w)
	s.config.twilioURL = server.URL
	t.Cleanup(func() { server.Close(); w.rest.Close(); w.wait() })
	return w
}

// ServeHTTP is the REST API.
func (w *town) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		w.looks.Add(1)
		w.rest.ServeHTTP(out, r)
		return
	}
	form, answer := formOf(r), httptest.NewRecorder()
	w.rest.ServeHTTP(answer, r)
	if answer.Code == http.StatusCreated {
		w.ring(form)
		if w.forgets(form) {
			panic(http.ErrAbortHandler)
		}
	}
	maps.Copy(out.Header(), answer.Header())
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
}

// ring has somebody come to the telephone.
func (w *town) ring(form url.Values) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if mark := form.Get("Url"); w.marks[mark] {
		w.t.Errorf("a second call for %s", mark)
	} else {
		w.marks[mark] = true
	}
	w.people.Go(func() { w.pickUp(form.Get("To")) })
}

func (w *town) pickUp(phone string) {
	ctx := context.WithoutCancel(w.t.Context()) // what has begun goes on to its end
	ring, err := w.exchange.AwaitRing(ctx, phone, 10*time.Second)
	if err != nil {
		w.t.Error(err)
		return
	}
	w.mu.Lock()
	w.rings[phone]++
	times := w.rings[phone]
	w.mu.Unlock()
	w.answer(ctx, ring, times)
}

// pressOne picks up, asks to hear the code, and hangs up when it was told.
func (w *town) pressOne(ctx context.Context, ring *simulator.Ringing) {
	call, pressed := ring.Answer(ctx, simulator.Human), false
	for {
		event, err := call.Next(ctx)
		if err != nil {
			w.t.Error(err)
			return
		}
		switch event.(type) {
		case simulator.Asked:
			if pressed {
				call.HangUp(ctx)
			} else if err := call.Press('1'); err != nil {
				w.t.Error(err)
				return
			}
			pressed = true
		case simulator.Ended:
			return
		}
	}
}

// rung is how often each telephone rang.
func (w *town) rung() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.rings)
}

// wait returns when nobody is at a telephone any more. It takes the lock under which somebody comes: a
// closed connection tells the race detector nothing about what its handler did before.
func (w *town) wait() {
	w.mu.Lock()
	people := &w.people
	w.mu.Unlock()
	people.Wait()
}

// forgets says whether a call is one of which the one who dials shall learn nothing.
func (w *town) forgets(form url.Values) bool { return w.loses != nil && w.loses(form.Get("To")) }

// lossy loses the statuses of such calls until these are picked up.
type lossy struct {
	direct
	town *town
}

// RoundTrip implements [http.RoundTripper].
func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	form := formOf(r)
	status := form.Get("CallStatus")
	if strings.Contains(r.URL.Path, "/voice/status/") && (status == "initiated" || status == "ringing") && l.town.forgets(form) {
		return nil, errors.New("the webhook is lost")
	}
	return l.direct.RoundTrip(r)
}

// formOf reads the form of a request, and leaves it there.
func formOf(r *http.Request) url.Values {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	return form
}
