package torture

import (
	"errors"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

// TestTortureRollingRestart replaces the servers behind a balancer one after the other, by SIGTERM
// alone, while customers choose their PINs and are told of it by telephone. No call may notice: no webhook
// of one is left without an answer, which has Twilio fall back.
//
// In the short form each server is told once more to stop when it is out of the pool, which ends
// its delay; in the long form the delay has to be long enough for a balancer that asks each second and
// takes a server out when it has failed three times.
func TestTortureRollingRestart(t *testing.T) {
	t.Parallel() // it waits more than it works
	delay, least := "1m", Times(60, 1000)
	if Long() {
		delay = "5s"
	}
	a := single(t)
	w := newWorld(t, plan{
		redis: a, servers: Times(3, 8), every: time.Duration(Times(50, 1000)) * time.Millisecond, fall: 3,
		settings: []string{"SHUTDOWN_DELAY=" + delay}, firstPINs: 10 * least,
	})
	w.callDuring(w.customers, least, func() {
		for _, s := range w.servers {
			w.replace(s)
		}
	})
	w.customers = slices.DeleteFunc(w.customers, func(c *customer) bool { return c.dialed.IsZero() })
	counts := w.reckon()
	counts[Unheard] = 0
	for _, c := range w.customers {
		if !w.noticed(c) {
			continue
		}
		if counts[Unheard]++; counts[Unheard] <= showMost {
			t.Logf("noticed: %s", w.story(c, w.changes(c)))
		}
	}
	if _, why := w.balancer.brokenSoFar(); counts[Unheard] > 0 {
		t.Log(why)
	}
	Report(t, "servers replaced behind a balancer", a.kind, counts)
}

// noticed says whether the balancer had no answer to a webhook of a customer's call, or of one that told of
// the change. That the answer is an apology, as Redis was slow on a busy machine, is nothing that a
// restart does.
func (w *world) noticed(c *customer) bool {
	faults := slices.Clone(c.faults)
	for _, call := range w.town.calls(string(c.line)) {
		faults = append(faults, call.faults...)
	}
	return slices.ContainsFunc(faults, func(err error) bool {
		fault, is := errors.AsType[*simulator.WebhookError](err)
		return is && fault.Status == http.StatusBadGateway
	})
}

// replace tells a server to stop, waits until it has, and starts another in its place.
func (w *world) replace(s *server) {
	w.t.Helper()
	s.process.Signal(syscall.SIGTERM)
	if Long() {
		select {
		case <-s.process.Exited():
		case <-time.After(upWithin):
		}
	} else {
		w.balancer.await(w.t, s.address, false)
	}
	s.process.Stop(w.t)
	w.kills++
	w.start(s)
	w.balancer.await(w.t, s.address, true)
}
