package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/pins"
)

// asking are the operations that ask a store for more than the key.
func asking() []struct{ method, path, body string } {
	all := operations()
	return all[:len(all)-1]
}

func TestStoreAway(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.secrets = append(r.secrets[:0:0], "8265")
	check := func() {
		t.Helper()
		for _, o := range asking() {
			got := r.askWith("*", o.method, o.path, o.body).is(http.StatusServiceUnavailable, "unavailable")
			if strings.Contains(got.body, "refused") || strings.Contains(got.body, "10.0.0.7") {
				t.Errorf("the client is told the cause: %s", got.body)
			}
			if got.header.Get("Retry-After") != "5" {
				t.Errorf("Retry-After = %s", got.header.Get("Retry-After"))
			}
			var problem Problem
			got.read(&problem)
			r.log.holds(t, problem.Instance, errRefused.Error(), "ERROR", o.method)
		}
	}
	r.store.fault = away
	check()
	r.store.fault, r.keys.fault = nil, away
	check()
}

// TestStoredRecordUnreadable: to try again would not help.
func TestStoredRecordUnreadable(t *testing.T) {
	r := newRig(t)
	damaged := func(context.Context) error { return fmt.Errorf("ask: %w", pins.ErrUnreadable) }
	check := func() {
		t.Helper()
		for _, o := range asking() {
			got := r.askWith("*", o.method, o.path, o.body).is(http.StatusInternalServerError, "internal")
			if got.header.Get("Retry-After") != "" {
				t.Errorf("Retry-After = %s", got.header.Get("Retry-After"))
			}
		}
	}
	r.store.fault = damaged
	check()
	r.store.fault, r.keys.fault = nil, damaged
	check()
	r.log.holds(t, "ERROR", pins.ErrUnreadable.Error())
}

// TestLineLostMidway: a line is removed between being found and getting its language or its
// features.
func TestLineLostMidway(t *testing.T) {
	for _, body := range []string{`{"language":"en"}`, `{"features":["dial-lock"]}`} {
		r := newRig(t)
		r.add("")
		asked := 0
		r.store.fault = func(ctx context.Context) error {
			if asked++; asked == 2 {
				return r.store.Remove(ctx, line, pins.Record{})
			}
			return nil
		}
		r.ask(http.MethodPut, linePath, body).is(http.StatusNotFound, "no-such-line")
	}
}

func TestStoreHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.store.fault = hanging
		began := time.Now()
		r.ask(http.MethodGet, linePath, "").is(http.StatusServiceUnavailable, "unavailable")
		if took := time.Since(began); took != storesWithin {
			t.Errorf("took %s", took)
		}
		r.log.holds(t, "ERROR", context.DeadlineExceeded.Error())
	})
}

func TestClientGoesAway(t *testing.T) {
	r := newRig(t)
	r.store.fault = hanging
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.send(r.request(http.MethodGet, linePath, "").WithContext(ctx)).is(http.StatusServiceUnavailable, "unavailable")
	if strings.Contains(r.log.String(), "ERROR") {
		t.Errorf("log: %s", r.log)
	}
}

// TestAnswerThatIsNoJSON: RFC 3339 ends with the year 9999.
func TestAnswerThatIsNoJSON(t *testing.T) {
	r := newRig(t)
	r.now = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	got := r.ask(http.MethodPut, linePath, `{}`).is(http.StatusInternalServerError, "internal")
	if strings.Contains(got.body, "year") {
		t.Errorf("the client is told the cause: %s", got.body)
	}
	r.log.holds(t, "ERROR", "year outside of range")
}

func TestNoRandomness(t *testing.T) {
	a := New(Config{Random: strings.NewReader("")})
	recorder := httptest.NewRecorder()
	a.refuse(recorder, httptest.NewRequestWithContext(t.Context(), "BREW", "/", nil), noPath())
	if body := recorder.Body.String(); recorder.Code != http.StatusNotFound || strings.Contains(body, "instance") {
		t.Errorf("%d %s", recorder.Code, body)
	}
}

func TestRefusalKeepsItsCause(t *testing.T) {
	err := unavailable(errRefused)
	if !errors.Is(err, errRefused) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("err = %v", err)
	}
	if noPath().Error() != "No such path" {
		t.Errorf("err = %v", noPath())
	}
}

// TestAtOnce is for the race detector: one API, many clients.
func TestAtOnce(t *testing.T) {
	r := newRig(t)
	token := r.allowed()
	server := httptest.NewServer(r.handler)
	defer server.Close()
	var wait sync.WaitGroup
	statuses := make(chan int, 32)
	for range cap(statuses) {
		wait.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+linePath, strings.NewReader(`{"language":"es"}`))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer "+token)
			request.Header.Set("Content-Type", "application/json")
			response, err := server.Client().Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			statuses <- response.StatusCode
		})
	}
	wait.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[http.StatusCreated] != 1 || count[http.StatusOK] != cap(statuses)-1 {
		t.Errorf("statuses: %v", count)
	}
}
