package torture

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
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
