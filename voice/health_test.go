package voice_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/voice"
)

func (s *site) get(path string) (int, string) {
	s.Helper()
	return s.read(s.serve(httptest.NewRequest(http.MethodGet, path, nil)))
}

func TestHealth(t *testing.T) {
	s := newSite(t, func(c *voice.Config) {
		c.Reachable = func(context.Context) error { return errors.New("redis://user:password@host is down") }
	})
	if status, body := s.get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz: %d %q", status, body)
	}
	status, body := s.get("/readyz")
	if status != http.StatusServiceUnavailable || strings.Contains(body, "password") {
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
			c.Reachable = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
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
