package torture

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestTortureEverything has all faults happen in turn, never two at once: whose answer was lost asks the
// fallback once, and who is killed then has nobody to save the call.
func TestTortureEverything(t *testing.T) {
	t.Parallel()
	if !Long() {
		return // each fault has a short form of its own
	}
	onEach(t, 4, 96, func(t *testing.T, a arrangement, faults int) {
		p := customersFor(a, 12*faults)
		if len(a.pairs) > 0 {
			p = withReplicas(p)
		}
		w := newWorld(t, p)
		w.play(faults, func(i int) {
			switch {
			case i%5 == 1:
				w.stall(a)
			case i%5 == 2:
				w.stopOne()
			case i%5 == 3 && len(a.pairs) > 0:
				w.failOver(a, i%10 == 3)
			case i%5 == 4:
				w.loseAnswers()
			default:
				w.killOne()
			}
		})
		Report(t, "all faults in turn", a.kind, w.reckon())
	})
}

// loseAnswers loses one answer in four for a while, and is over before the calls of that time are.
func (w *world) loseAnswers() {
	w.balancer.losing(oneAnswerIn(4))
	time.Sleep(2 * time.Second)
	w.balancer.losing(nil)
}

// floodRate is what a server may call in a second in the test of a flood. A validation is to ring within
// three seconds, and so after as many telephones at most; in the short form within 20, as the machine is
// busy with other tests, and all that waits takes a minute.
const floodRate = 5

// TestTortureFloodOfNotices has customers whose agents wait be called while the notices of thousands
// of changes wait. Unheard are those before whom too many others are called.
func TestTortureFloodOfNotices(t *testing.T) {
	t.Parallel()
	onEach(t, 300, 20_000, func(t *testing.T, a arrangement, notices int) {
		w := newWorld(t, plan{redis: a, servers: 1, firstPINs: notices, settings: []string{fmt.Sprint("CALL_RATE=", floodRate)}})
		announcing := w.newLines(func(number nanp.Number, _ pins.Event, name string) []byte {
			return deliveries.Notice{Topic: deliveries.PINChanged, Line: number, Method: deliveries.Voice, Key: name}.Due()
		})
		var changing sync.WaitGroup
		for i := range 4 {
			changing.Go(func() {
				for n := i; n < len(w.customers); n += 4 {
					w.choose(announcing, w.customers[n])
				}
			})
		}
		changing.Wait()
		w.awaitRings(2 * floodRate) // the flood is on its way
		token, late, validations, ahead := w.apiKey(), 0, Times(3, 10), Times(20, 3)*floodRate
		for i := range validations {
			line := w.customers[len(w.customers)-1-i].line
			before := w.telephones.rung()
			w.validate(token, line)
			if after := w.awaitValidation(line); after-before > ahead {
				late++
			}
		}
		if waiting := notices - w.telephones.rung(); waiting < notices/4 {
			t.Errorf("only %d of %d notices waited at the end: this shows nothing", waiting, notices)
		}
		Report(t, "validations among waiting notices", a.kind, Counts{Operations: validations, Unheard: late})
	})
}

// apiKey adds a key for all that the API can do.
func (w *world) apiKey() string {
	w.t.Helper()
	key, token, err := apikey.New(rand.Reader, "test", apikey.AllScopes[:], time.Now())
	if err == nil {
		err = w.db.Keys().AddKey(w.t.Context(), key)
	}
	check.OK(w.t, err)
	return token.Reveal()
}

// validate has a line be called with a code for an agent.
func (w *world) validate(token string, line nanp.Number) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost,
		w.balancer.url+"/v1/lines/"+string(line)+"/validations", strings.NewReader(`{"agent":"77","method":"call"}`))
	check.OK(w.t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", "for-"+string(line))
	answer, err := http.DefaultClient.Do(request)
	check.OK(w.t, err)
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		body, _ := io.ReadAll(answer.Body)
		w.t.Fatalf("a validation is answered %s: %s", answer.Status, body)
	}
}

// awaitValidation waits until a line was called for a validation, and returns how many telephones had
// rung until then, that one included.
func (w *world) awaitValidation(line nanp.Number) int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		for _, call := range w.telephones.calls(string(line)) {
			if !strings.Contains(call.words, "was changed") {
				return call.order
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Errorf("%s was never called", line)
	return 1 << 30
}

// awaitRings waits until so many telephones have rung.
func (w *world) awaitRings(telephones int) {
	w.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); w.telephones.rung() < telephones; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%d telephones have rung, want %d", w.telephones.rung(), telephones)
		}
	}
}
