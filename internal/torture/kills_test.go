package torture

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// atOnce is how many customers call at the same time.
const atOnce = 8

// customersFor is a plan for about so many customers, most of them new.
func customersFor(a arrangement, customers int) plan {
	sixth, twelfth := customers/6, customers/12
	return plan{redis: a, firstPINs: customers - 2*sixth - 3*twelfth, anotherPINs: sixth, features: sixth, help: twelfth}
}

// TestTortureKilledServers kills servers in mid-turn, again and again, while customers change PINs,
// features and tickets, and reset mailboxes.
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
			w := newWorld(t, withReplicas(customersFor(a, Times(36, 60)*times)))
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
	delay, least := "1m", Times(24, 1000)
	if Long() {
		delay = "5s"
	}
	a := single(t)
	w := newWorld(t, plan{
		redis: a, servers: Times(2, 8), fall: 3, settings: []string{"SHUTDOWN_DELAY=" + delay}, firstPINs: 10 * least,
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
	key, token, err := apikey.New(cryptorand.Reader, "test", apikey.AllScopes[:], time.Now())
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
