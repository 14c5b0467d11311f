package torture

import (
	"math/rand/v2"
	"net/http"
	"strings"
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

// TestTortureLostAnswers loses one answer in four after the server has made it: Twilio then asks the
// fallback, and does not ask again.
func TestTortureLostAnswers(t *testing.T) {
	t.Parallel()
	calls := Times(24, 600)
	w := newWorld(t, plan{redis: redistest.Start(t).URL(), firstPINs: calls / 2, anotherPINs: calls / 4, features: calls / 4})
	w.balancer.losing(func(r *http.Request) bool {
		return strings.Contains(r.URL.Path, "/voice/turn") && rand.IntN(4) == 0
	})
	w.play(8, 0, nil)
	w.balancer.losing(nil)
	Report(t, "answers lost", "single", w.reckon())
}
