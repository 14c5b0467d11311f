package main

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/voice/simulator"
)

// settledWithin is for the end: a task whose server was killed is run again within 120 s.
const settledWithin = 170 * time.Second

// TestTortureKilledDispatchersRingOnce kills the server that takes requests, and dials, with the
// process's own SIGKILL: again and again while customers ask for their codes. In the end each
// telephone has rung once, and each code was told. Webhooks go to a server that lives, as a
// load balancer sends them. Nobody is busy here, as a retry waits for minutes:
// TestRetriesRingOnceEach goes through those.
func TestTortureKilledDispatchersRingOnce(t *testing.T) {
	t.Parallel() // it waits more than it works
	d := newDoomedDialer(t)
	for round := range d.kills {
		d.start()
		d.askAndKill(round)
	}
	if len(d.interrupted) < d.kills/2 {
		t.Errorf("only %d attempts were interrupted by %d kills: this shows little", len(d.interrupted), d.kills)
	}
	d.start()
	d.clients.Wait()
	d.settle()
	d.everyoneServedOnce()
	t.Logf("%d attempts interrupted by %d kills, %d calls looked for", len(d.interrupted), d.kills, d.telephones.looks.Load())
}

// doomedDialer is a server that is killed, with all that lives on: Redis, the exchange, and a
// server for the webhooks.
type doomedDialer struct {
	t          *testing.T
	server     *redistest.Server
	redis      *redis.Client
	stage      *stage // the server for webhooks
	telephones *telephones
	token      string
	cmd        *exec.Cmd
	clients    sync.WaitGroup
	kills      int
	each       int // customers that ask before each kill, once each

	mu    sync.Mutex            // guards what follows
	url   string                // where the server is, or was
	asked map[int]deliveries.ID // by customer
	// interrupted are the tasks at which a server was when it was killed.
	interrupted map[string]bool
}

func newDoomedDialer(t *testing.T) *doomedDialer {
	t.Helper()
	d := &doomedDialer{t: t, kills: torture.Times(2, 20), each: 50, server: redistest.Start(t), asked: map[int]deliveries.ID{}, interrupted: map[string]bool{}}
	d.stage, d.telephones = newLiveStage(t, d.server.URL())
	d.stage.server = d.server
	d.redis = d.stage.redis(t)
	d.telephones.loses = forgotten
	d.telephones.answer = func(ctx context.Context, ring *simulator.Ringing, _ int) {
		if forgotten(ring.To) {
			time.Sleep(25 * time.Second) // until the server has come to look for the call
		}
		d.telephones.pressOne(ctx, ring)
	}
	for i := range d.customers() {
		d.stage.customer(t, i)
	}
	d.token = d.stage.apiKey(t)
	return d
}

// customers are how many ask.
func (d *doomedDialer) customers() int { return d.kills * d.each }

// newLiveStage sets up a server that goes by the machine's clock, and calls telephones
// once somebody works on its queue.
func newLiveStage(t testing.TB, redisURL string) (*stage, *telephones) {
	t.Helper()
	s := newEmptyStage(t)
	w := newTelephones(t, s, simulator.RealClock{})
	s.config.PerMinute = math.MaxInt32
	s.db = must(redisstore.OpenWithin(redisURL, patience))(t)
	t.Cleanup(func() { s.db.Close() })
	s.app = must(newApp(s.config, outside{db: s.db, now: time.Now, hash: cheap, log: slog.New(slog.DiscardHandler)}))(t)
	return s, w
}

// customerNumber and customerPhone are those of the customer i.
func customerNumber(i int) accounts.Number { return accounts.Number(fmt.Sprintf("7000-%06d", i)) }
func customerPhone(i int) nanp.Number      { return nanp.Number(fmt.Sprintf("+1763%07d", 2210000+i)) }

// forgotten are the customers of whose calls the dispatcher learns neither by the answer to
// its request nor, before they are picked up, by statuses.
func forgotten(phone string) bool { return strings.HasSuffix(phone, "37") }

// customer adds the customer i.
func (s *stage) customer(t testing.TB, i int) {
	t.Helper()
	must(s.app.accounts.Put(t.Context(), customerNumber(i), accounts.Details{
		Phone: customerPhone(i), Name: "Ann Olson",
		Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
	}, accounts.Note{By: "test"}))(t)
}

// apiKey adds a key for all that the API can do.
func (s *stage) apiKey(t testing.TB) string {
	t.Helper()
	key, token, err := apikey.New(cryptorand.Reader, "test", apikey.AllScopes[:], time.Now())
	if err == nil {
		err = s.db.Keys().AddKey(t.Context(), key)
	}
	check.OK(t, err)
	return token.Reveal()
}

// start starts the server, and waits for it.
func (d *doomedDialer) start() {
	d.t.Helper()
	var url string
	url, d.cmd = serving(d.t, d.server,
		"PUBLIC_URL="+d.stage.config.PublicURL, "TWILIO_ACCOUNT_SID="+simulator.DefaultAccountSID,
		"TWILIO_API_BASE_URL="+d.stage.config.TwilioURL, "CALL_FROM="+string(demoCallFrom), "CALL_RATE=100",
		"DELIVERIES_PER_MINUTE=100000", "LOG_LEVEL=error")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.url = url
}

// askAndKill has the next customers ask all at once, and kills the server at some moment
// meanwhile.
func (d *doomedDialer) askAndKill(round int) {
	for i := round * d.each; i < (round+1)*d.each; i++ {
		d.clients.Go(func() { d.ask(i) })
	}
	for deadline := time.Now().Add(3 * time.Second); d.atWork() == 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
	killed(d.cmd)
	for _, task := range d.active() {
		d.interrupted[task] = true
	}
}

// active are the tasks at which a server is, or was when it was killed.
func (d *doomedDialer) active() []string {
	return must(d.redis.LRange(d.t.Context(), "asynq:{updatecenter-codes}:active", 0, -1).Result())(d.t)
}

// atWork counts those that no killed server left.
func (d *doomedDialer) atWork() int {
	fresh := 0
	for _, task := range d.active() {
		if !d.interrupted[task] {
			fresh++
		}
	}
	return fresh
}

// ask asks for a customer's code until it hears that it was heard, with the same key each time.
func (d *doomedDialer) ask(i int) {
	ctx, cancel := context.WithTimeout(d.t.Context(), 5*time.Minute) // on a busy machine servers are slow to start
	defer cancel()
	for ctx.Err() == nil {
		location, answered := d.post(ctx, i)
		if id, accepted := strings.CutPrefix(location, "/v1/deliveries/"); accepted {
			d.mu.Lock()
			d.asked[i] = deliveries.ID(id)
			d.mu.Unlock()
			return
		}
		if answered != http.StatusServiceUnavailable && answered != 0 {
			d.t.Errorf("customer %d is answered %d", i, answered)
			return
		}
		time.Sleep(200 * time.Millisecond) // servers take seconds to start
	}
	d.t.Errorf("customer %d was never heard", i)
}

// post asks once. It returns where the delivery is, and the answer's status; 0: there was none.
func (d *doomedDialer) post(ctx context.Context, i int) (location string, status int) {
	d.mu.Lock()
	server := d.url
	d.mu.Unlock()
	answer, err := http.DefaultClient.Do(deliveryRequest(ctx, server, customerNumber(i), d.token, fmt.Sprint("customer-", i)))
	if err != nil {
		return "", 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.Header.Get("Location"), answer.StatusCode
}

// deliveryRequest asks for a call that tells an account's code.
func deliveryRequest(ctx context.Context, base string, account accounts.Number, token, key string) *http.Request {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/accounts/"+string(account)+"/deliveries",
		strings.NewReader(`{"secret":"security_code","method":"voice"}`))
	if err != nil {
		panic(err) // the URL is ours
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	return request
}

// waiting counts tasks in a state of asynq's: "pending", "active", "scheduled", "retry".
func (d *doomedDialer) waiting(state string) int64 {
	key := "asynq:{updatecenter-codes}:" + state
	if state == "pending" || state == "active" {
		return must(d.redis.LLen(d.t.Context(), key).Result())(d.t)
	}
	return must(d.redis.ZCard(d.t.Context(), key).Result())(d.t)
}

// settle waits until nothing is to be done any more: also what was interrupted has been run
// again by then.
func (d *doomedDialer) settle() {
	d.t.Helper()
	left, unfinished := int64(0), 0
	for deadline := time.Now().Add(settledWithin); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		left = d.waiting("pending") + d.waiting("active") + d.waiting("scheduled") + d.waiting("retry")
		unfinished = len(must(d.stage.db.Deliveries().Unfinished(d.t.Context(), time.Now().Add(time.Hour), d.customers()))(d.t))
		if left == 0 && unfinished == 0 {
			return
		}
	}
	d.t.Errorf("%d tasks wait, %d deliveries are unfinished", left, unfinished)
}

// everyoneServedOnce holds what the telephones did against what the records say.
func (d *doomedDialer) everyoneServedOnce() {
	d.t.Helper()
	rings, doubled, unheard := d.telephones.rung(), 0, 0
	for i := range d.customers() {
		delivery := must(d.stage.app.deliveries.Get(d.t.Context(), d.asked[i]))(d.t)
		switch n := rings[string(customerPhone(i))]; { // on a busy machine a call can end before it was answered, and another attempt is made
		case n > delivery.Attempt:
			doubled++
			d.t.Errorf("the telephone of customer %d rang %d times in %d attempts: %v", i, n, delivery.Attempt, delivery.Events)
		case n < delivery.Attempt || delivery.Status != deliveries.Delivered:
			unheard++
			d.t.Errorf("the telephone of customer %d rang %d times in %d attempts, %s: %v", i, n, delivery.Attempt, delivery.Status, delivery.Events)
		}
	}
	if len(rings) > d.customers() {
		d.t.Errorf("%d telephones rang", len(rings))
	}
	if d.telephones.looks.Load() == 0 {
		d.t.Error("no server ever looked for a call: nothing was forgotten")
	}
	torture.Report(d.t, "servers killed while they dial", "single", torture.Counts{
		torture.Operations: d.customers(), torture.Kills: d.kills, torture.Doubled: doubled, torture.Unheard: unheard,
	})
}

// TestRetriesRingOnceEach has two servers at once make every attempt, on a clock that is
// moved: each telephone is busy, then not answered, and rings once for each attempt. At times
// the answers to requests for calls are lost.
func TestRetriesRingOnceEach(t *testing.T) {
	const callers = 20
	s := newEmptyStage(t)
	w := newTelephones(t, s, s.clock)
	w.loses = func(phone string) bool { return strings.HasSuffix(phone, "3") }
	w.answer = func(ctx context.Context, ring *simulator.Ringing, times int) {
		switch times {
		case 1:
			ring.RefuseBusy(ctx)
		case 2:
			ring.LetRing(ctx)
		default:
			w.pressOne(ctx, ring)
		}
	}
	s.config.CallRate = 1000
	s.begin(t, redistest.Start(t).URL())
	other := s.start()
	var ids []deliveries.ID
	for i := range callers {
		s.customer(t, i)
		ids = append(ids, s.ask(t, customerNumber(i), deliveries.SecurityCode))
	}
	for next := s.queue.Next(); !next.IsZero(); next = s.queue.Next() {
		s.clock.Advance(next.Sub(s.clock.Now()))
		s.queue.Run(t.Context(), s.clock.Now(), bothOf(s.app, other))
		w.wait()
	}
	for i, id := range ids {
		if n := w.rung()[string(customerPhone(i))]; n != 3 {
			t.Errorf("the telephone of customer %d rang %d times", i, n)
		}
		s.becomes(t, id, deliveries.Delivered)
	}
}

// bothOf has two servers make an attempt at once. It is to be made again as the one says that
// has more to say.
func bothOf(one, other *app) func(context.Context, deliveries.Task) error {
	return func(ctx context.Context, task deliveries.Task) error {
		var first, second error
		var both sync.WaitGroup
		both.Go(func() { first = one.deliveries.Attempt(ctx, task) })
		both.Go(func() { second = other.deliveries.Attempt(ctx, task) })
		both.Wait()
		if first == nil {
			return second
		}
		return first
	}
}
