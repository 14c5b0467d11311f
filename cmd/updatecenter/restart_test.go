package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/voice/simulator"
)

// TestRestart goes on with a call on another instance of the server after every turn.
func TestRestart(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		s := newStage(t, server, nil)
		c := s.dial(t, demoNew.Display())
		for _, keys := range []string{"1234#", "8265#", "8265#"} {
			s.app = s.start()
			c.press(keys)
		}
		c.hears("Your PIN has been changed.")
	})
}

// TestDrain tells a server to stop: it serves on for a while, has connections end with their answers,
// and tells balancers.
func TestDrain(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), nil)
	told, tell := context.WithCancel(t.Context())
	ctx, end := s.app.drained(told, 100*time.Millisecond)
	defer end()
	ask := func() (int, string) {
		w := httptest.NewRecorder()
		s.app.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		return w.Code, w.Header().Get("Connection")
	}
	if status, connection := ask(); status != http.StatusOK || connection != "" || ctx.Err() != nil {
		t.Errorf("before: %d, connection %q, %v", status, connection, ctx.Err())
	}
	tell()
	<-ctx.Done()
	if status, connection := ask(); status != http.StatusServiceUnavailable || connection != "close" {
		t.Errorf("after: %d, connection %q", status, connection)
	}
}

// TestHangingRedis has a Redis that takes everything in and answers nothing: the caller
// hears the apology within three seconds, and the turn can be tried again.
func TestHangingRedis(t *testing.T) {
	s := newStage(t, redistest.Start(t), nil)
	s.db = must(redisstore.Open(s.server.URL()))(t)
	t.Cleanup(func() { s.db.Close() })
	s.app = s.start()
	c := s.dial(t, demoNew.Display())
	s.server.Hang()
	asked := time.Now()
	c.press("1234#")
	if took := time.Since(asked); took > 3*time.Second {
		t.Errorf("the apology took %s", took)
	}
	c.hears("cannot take your call right now")
	s.RedisUp()
	again := s.dial(t, demoNew.Display())
	again.press("1234#")
	again.hears("Choose a new PIN")
}

// TestClusterAndSentinel plays calls of every kind of script on a Redis cluster, and
// through a sentinel.
func TestClusterAndSentinel(t *testing.T) {
	for name, start := range map[string]func(testing.TB) string{
		"cluster": redistest.StartCluster, "sentinel": redistest.StartSentinel,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStageAt(t, start(t), nil)
			for _, file := range []string{"new-customer", "customer-changes-pin", "from-elsewhere", "five-failures-lock-the-line"} {
				s.freshLines(t)
				script := readCall(t, "../../testdata/calls/"+file+".call")
				if result := simulator.Play(t.Context(), s.exchange(nil), script, s); result.Err != nil {
					t.Error(result.Err)
				}
			}
		})
	}
}
