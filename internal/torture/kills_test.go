package torture

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

// atOnce is how many customers call at the same time.
const atOnce = 8

// customersFor is a plan for about so many customers, most of them new.
func customersFor(a arrangement, customers int) plan {
	return plan{redis: a, firstPINs: customers - 2*(customers/6), anotherPINs: customers / 6, features: customers / 6}
}

// TestTortureKilledServers kills servers in mid-turn, again and again, while customers change PINs
// and features.
func TestTortureKilledServers(t *testing.T) {
	t.Parallel()
	onEach(t, 4, 200, func(t *testing.T, a arrangement, kills int) {
		w := newWorld(t, customersFor(a, 6*kills))
		w.play(kills, func(int) { w.killOne() })
		Report(t, "servers killed in mid-turn", a.kind, w.reckon())
	})
}

// TestTortureLostAnswers loses one answer in four after the server has made it: Twilio then asks the
// fallback, and does not ask again.
func TestTortureLostAnswers(t *testing.T) {
	t.Parallel()
	onEach(t, 24, 800, func(t *testing.T, a arrangement, calls int) {
		w := newWorld(t, customersFor(a, calls))
		w.balancer.losing(oneAnswerIn(4))
		w.play(0, nil)
		w.balancer.losing(nil)
		if lost, _ := w.balancer.brokenSoFar(); lost == 0 {
			t.Error("no answer was lost: this shows nothing")
		}
		counts := w.reckon()
		delete(counts, Kills)
		Report(t, "answers lost", a.kind, counts)
	})
}

// oneAnswerIn loses the answers to one turn of a call in n.
func oneAnswerIn(n int) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/voice/turn") && rand.IntN(n) == 0 }
}

// stallMost is the longest time for which Redis stalls: more than a turn is given.
const stallMost = 6 * time.Second

// TestTortureStalledRedis stops Redis for up to some seconds, so that what it is sent waits for it,
// and is run afterwards.
func TestTortureStalledRedis(t *testing.T) {
	t.Parallel()
	onEach(t, 2, 40, func(t *testing.T, a arrangement, stalls int) {
		w := newWorld(t, customersFor(a, max(24, 12*stalls)))
		w.play(stalls, func(int) { w.stall(a) })
		Report(t, "Redis stalled for seconds", a.kind, w.reckon())
	})
}

// stall stops a Redis for some time. On a kind that fails over, it is the master, for less than it
// takes to be replaced.
func (w *world) stall(a arrangement) {
	server := a.servers[0]
	if len(a.pairs) > 0 {
		server = a.pairs[rand.IntN(len(a.pairs))].Master
	}
	length := rand.N(stallMost)
	if len(a.pairs) > 0 {
		length = min(length, 3*time.Second)
	}
	server.Stop(w.t)
	time.Sleep(length)
	server.Resume(w.t)
	w.kills++
	time.Sleep(500 * time.Millisecond) // so that calls go on between two
}

// TestTortureStoppedServers stops servers of ours for seconds, and has them go on with what they were
// at: by then others have answered in their place.
func TestTortureStoppedServers(t *testing.T) {
	t.Parallel()
	if !Long() {
		return
	}
	onEach(t, 1, 24, func(t *testing.T, a arrangement, stops int) {
		w := newWorld(t, customersFor(a, 12*stops))
		w.play(stops, func(int) { w.stopOne() })
		Report(t, "servers stopped for seconds", a.kind, w.reckon())
	})
}

// withReplicas has changes wait for a replica before they are confirmed.
func withReplicas(p plan) plan {
	p.settings = append(p.settings, "DURABILITY=replica")
	p.mayLose = true
	return p
}

// TestTortureMastersFailOver kills masters, half of them while nothing reaches their replicas, has the
// replicas take over, and counts changes that were confirmed and are gone.
func TestTortureMastersFailOver(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds[1:] {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			a, times := kind.start(t), Times(1, 12)
			w := newWorld(t, withReplicas(customersFor(a, 60*times)))
			w.play(times, func(i int) { w.failOver(a, i%2 == 0) })
			Report(t, "masters fail over", a.kind, w.reckon())
		})
	}
}

// failOver kills the master of a pair, and brings the pair back. Cut off, its replica hears nothing
// for the last second.
func (w *world) failOver(a arrangement, cut bool) {
	w.t.Helper()
	pair := a.pairs[rand.IntN(len(a.pairs))]
	if cut {
		pair.Master.HoldReplication()
		time.Sleep(time.Second)
	}
	master := pair.Master
	master.Kill()
	w.kills++
	pair.Await(w.t)
	master.ReleaseReplication()
	pair.Rejoin(w.t)
	pair.Synced(w.t)
}

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
	for _, call := range w.telephones.calls(string(c.line)) {
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
