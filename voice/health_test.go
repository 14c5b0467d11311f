package voice_test

import (
	"context"
	"net/http"
	"net/http/httptest"
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
