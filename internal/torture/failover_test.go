package torture

import (
	"math/rand/v2"
	"testing"
	"time"
)

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
