package torture

import (
	"testing"

	"updatecenter/internal/redistest"
)

// TestTortureKilledServers kills servers in mid-turn, again and again, while customers change PINs
// and features.
func TestTortureKilledServers(t *testing.T) {
	t.Parallel()
	kills := Times(4, 200)
	w := newWorld(t, plan{redis: redistest.Start(t).URL(), firstPINs: 5 * kills, anotherPINs: kills / 2, features: kills / 2})
	w.play(8, kills, func(int) { w.killOne() })
	Report(t, "servers killed in mid-turn", "single", w.reckon())
}
