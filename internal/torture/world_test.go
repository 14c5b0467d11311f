package torture

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/programtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// patience is how long an operation of the test's own on Redis may take, and upWithin how long a
// server until it is ready: machines may be busy.
const (
	patience = 30 * time.Second
	upWithin = time.Minute
)

// secretKeys are the SECRET_KEYS of all servers.
var secretKeys = "test:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))

// program builds the program once for all tests of this package.
var program = sync.OnceValues(func() (string, error) {
	return programtest.Build(context.Background(), binaries, "../..")
})

// binaries is where it is built.
var binaries string

func TestMain(m *testing.M) {
	var err error
	if binaries, err = os.MkdirTemp("", "torture"); err != nil {
		panic(err)
	}
	status := m.Run()
	_ = os.RemoveAll(binaries)
	os.Exit(status)
}

// A plan says which world to set up. What is zero has the default in brackets.
type plan struct {
	redis    arrangement
	servers  int           // [3]
	health   string        // the path that the balancer asks [/healthz]
	every    time.Duration // the interval at which it does [1 s, a quarter in the short form]
	fall     int           // how often on end a server must fail that until it gets no requests [1]
	settings []string      // NAME=VALUE, for every server
	mayLose  bool          // masters fail over: what was not confirmed can be gone, and a notice be told again

	firstPINs, anotherPINs, features int // how many customers have each errand
	help                             int // and each of those for the help line
}

// A world is servers of this program as processes on one Redis, behind a balancer, with telephones and
// customers.
type world struct {
	t          testing.TB
	plan       plan
	db         *redisstore.DB // of the test itself
	lines      *pins.Lines
	balancer   *balancer
	telephones *telephones
	operator   *operator
	servers    []*server

	customers     []*customer
	callTakes     atomic.Int64 // how long the last good call did, in nanoseconds
	kills         int
	notifiedAgain int // customers to whom a notice was told more often than there are changes, after a fail-over
}

// A server is one process at a time, always at the same address.
type server struct {
	address string
	process *programtest.Process
}

// newWorld starts everything, waits until it is ready and gets requests, and stops it when the test ends.
func newWorld(t testing.TB, p plan) *world {
	t.Helper()
	if p.servers == 0 {
		p.servers = 3
	}
	if p.health == "" {
		p.health = "/healthz"
	}
	if p.every == 0 {
		p.every = time.Duration(Times(250, 1000)) * time.Millisecond
	}
	p.fall = max(p.fall, 1)
	w := &world{t: t, plan: p, operator: newOperator(t)}
	w.callTakes.Store(int64(time.Second))
	w.openRedis()
	var addresses []string
	for range p.servers {
		address := redistest.FreeAddress(t)
		addresses = append(addresses, address)
		w.servers = append(w.servers, &server{address: address})
	}
	w.balancer = newBalancer(t, p.health, p.every, p.fall, addresses...)
	w.telephones = newTelephones(t, w.balancer.url)
	for _, s := range w.servers {
		w.start(s)
	}
	t.Cleanup(w.stop)
	for _, s := range w.servers {
		w.await(s)
		w.balancer.await(t, s.address, true)
	}
	w.settle()
	return w
}

func (w *world) openRedis() {
	w.t.Helper()
	db, err := redisstore.OpenWithin(w.plan.redis.url, patience)
	check.OK(w.t, err)
	w.t.Cleanup(func() { db.Close() })
	w.db = db
	w.lines = w.newLines(nil)
}

// newLines are the lines as the test's own process sees them. Its hashes cost little.
func (w *world) newLines(notice pins.Notice) *pins.Lines {
	w.t.Helper()
	keys, err := secret.ParseKeyring(secretKeys)
	check.OK(w.t, err)
	hasher, err := hash.New(hash.Config{Keys: keys, Params: testkit.Cheap()})
	check.OK(w.t, err)
	lines, err := pins.New(pins.Config{
		Store: w.db.Lines(), Callers: w.db.Lines(), Hasher: hasher, Notice: notice,
		Policy: pins.Policy{Temporary: secret.New(temporaryPIN), MinDigits: 4, MaxDigits: 4},
	})
	check.OK(w.t, err)
	return lines
}

// start starts a server's process, without waiting for it.
func (w *world) start(s *server) {
	w.t.Helper()
	binary, err := program()
	check.OK(w.t, err)
	s.process = programtest.Start(w.t, binary, slices.Concat([]string{
		"LISTEN_ADDR=" + s.address, "PUBLIC_URL=" + publicURL, "REDIS_URL=" + w.plan.redis.url, "SECRET_KEYS=" + secretKeys,
		"TWILIO_AUTH_TOKEN=" + authToken, "TWILIO_ACCOUNT_SID=" + simulator.DefaultAccountSID, "TWILIO_API_BASE_URL=" + w.telephones.url,
		"SIP_DOMAINS=" + simulator.DefaultSIPDomain, "CALL_FROM=" + callFrom, "CALL_RATE=100",
		"DELIVERIES_PER_MINUTE=100000", "LOG_LEVEL=warn", "HELP_LINE_NUMBERS=" + helpLine,
		"PROVISIONING_URL=" + w.operator.url, "PROVISIONING_SECRET=" + operatorSecret,
	}, w.plan.settings), "serve")
}

// await waits until a server is ready.
func (w *world) await(s *server) {
	w.t.Helper()
	for deadline := time.Now().Add(upWithin); !healthy(w.t.Context(), "http://"+s.address+"/readyz", 5*time.Second); {
		select {
		case <-s.process.Exited():
			w.t.Fatalf("the server ended before it was ready:\n%s", s.process.Said.String())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("the server is not ready:\n%s", s.process.Said.String())
		}
	}
}

// stop ends all servers, those that are stopped by a signal too.
func (w *world) stop() {
	for _, s := range w.servers {
		s.process.Signal(syscall.SIGCONT)
		s.process.Kill()
	}
}

// killOne kills a server by SIGKILL, whatever it does, starts it again, and waits until the balancer
// hands it requests.
func (w *world) killOne() {
	s := w.servers[rand.IntN(len(w.servers))]
	s.process.Kill()
	w.kills++
	w.start(s)
	w.await(s)
	w.balancer.awaitAgain(w.t, s.address)
}

// stopOne stops a server by SIGSTOP for some seconds.
func (w *world) stopOne() {
	s := w.servers[rand.IntN(len(w.servers))]
	s.process.Signal(syscall.SIGSTOP)
	w.kills++
	time.Sleep(rand.N(stallMost))
	s.process.Signal(syscall.SIGCONT)
	w.balancer.awaitAgain(w.t, s.address)
}

// settle adds the lines of all customers, and has those who have a PIN of their own choose it.
func (w *world) settle() {
	w.t.Helper()
	var lines []pins.NewLine
	n := 2_200_000
	next := func() nanp.Number {
		for {
			number := nanp.Number(fmt.Sprintf("+1612%07d", n))
			n++
			if acceptable(oldPIN, number) && acceptable(newPIN, number) {
				return number
			}
		}
	}
	for _, kind := range []struct {
		errand errand
		times  int
	}{
		{contact, w.plan.help}, {tested, w.plan.help}, {mailbox, w.plan.help},
		{anotherPIN, w.plan.anotherPINs}, {feature, w.plan.features}, {firstPIN, w.plan.firstPINs},
	} {
		for range kind.times {
			number := next()
			lines = append(lines, pins.NewLine{Number: number, Language: "en", Features: pins.FeaturesOf(pins.SecurityScreen)})
			w.customers = append(w.customers, &customer{line: number, errand: kind.errand})
		}
	}
	provisioning := pins.Provisioning{Registry: w.db.Lines()}
	for batch := range slices.Chunk(lines, 500) {
		if _, err := provisioning.Add(w.t.Context(), batch); err != nil {
			w.t.Fatal(err)
		}
	}
	w.helped()
	var choosing sync.WaitGroup
	own := len(w.customers) - w.plan.firstPINs
	for chunk := range slices.Chunk(w.customers[:own], 1+own/4) {
		choosing.Go(func() {
			for _, c := range chunk {
				w.choose(w.lines, c)
			}
		})
	}
	choosing.Wait()
	for _, pair := range w.plan.redis.pairs { // nobody waits for a replica here
		pair.Synced(w.t)
	}
	rand.Shuffle(len(w.customers), func(i, j int) { w.customers[i], w.customers[j] = w.customers[j], w.customers[i] })
}

// acceptable says whether a line may have such a PIN: not the end of its number, for example.
func acceptable(pin string, number nanp.Number) bool {
	return pins.Guess(secret.New(pin), number) == pins.Acceptable
}

// choose gives a line a PIN of its own.
func (w *world) choose(lines *pins.Lines, c *customer) {
	line, err := lines.Find(w.t.Context(), c.line)
	if err == nil {
		err = lines.Change(w.t.Context(), pins.ChangeRequest{
			Number: c.line, Revision: line.Revision, Entry: secret.New(oldPIN),
			Turn: pins.Turn{Call: "before"}, Side: pins.FromLine, From: string(c.line),
		})
	}
	if err != nil {
		w.t.Error(err)
	}
}

// play has customers call, atOnce at the same time, until all have. They come in as many crowds as
// there are faults, and each fault happens at some moment of the calls of its crowd; the next crowd
// comes when the fault and these calls are over, so that no call meets two: who has lost a turn, and then
// the fallback as well, is not asked again by Twilio. fault is called by the test's own goroutine.
func (w *world) play(faults int, fault func(i int)) {
	crowds := max(faults, 1)
	i := 0
	for crowd := range slices.Chunk(w.customers, (len(w.customers)+crowds-1)/crowds) {
		w.callDuring(crowd, len(crowd), func() {
			if i < faults {
				time.Sleep(rand.N(time.Duration(w.callTakes.Load()) + 100*time.Millisecond))
				fault(i)
			}
		})
		i++
	}
}

// callDuring has customers of a crowd call, atOnce at the same time, until at least so many have and
// what happens meanwhile is over. It is called by the test's own goroutine.
func (w *world) callDuring(crowd []*customer, least int, meanwhile func()) {
	var calling sync.WaitGroup
	var next atomic.Int64
	var over atomic.Bool
	for range atOnce {
		calling.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(crowd) && (n < least || !over.Load()); n = int(next.Add(1)) - 1 {
				w.call(crowd[n])
			}
		})
	}
	meanwhile()
	over.Store(true)
	calling.Wait()
}

// call has a customer call. Who hears that something went wrong lets some time pass before the next
// one takes the telephone.
func (w *world) call(c *customer) {
	c.calls(context.WithoutCancel(w.t.Context()), w.telephones.exchange)
	if c.heard == heardDone {
		w.callTakes.Store(int64(time.Since(c.dialed)))
		return
	}
	time.Sleep(time.Second)
}

// quietAfter is how long it must be over before nothing more is expected to happen: what a killed server
// had claimed is told again after a minute, if it is told twice. quietFor is the same while it is not over,
// and quietWithin the longest that anything takes: what a killed server had begun is begun again a minute or two
// later, and a call whose end nobody could note after six. The short form does not wait for that.
const (
	quietAfter  = 75 * time.Second
	quietFor    = 150 * time.Second
	quietWithin = 15 * time.Minute
	quietShort  = 15 * time.Second
)

// quiet waits until nobody is owed a notice or an event, and no delivery is under way; or until nothing has
// happened for so long that nothing more will. It says whether it has seen the end: in the short form
// it may not have.
func (w *world) quiet() bool {
	w.t.Helper()
	last, since, begun := -1, time.Now(), time.Now()
	for ; time.Since(begun) < quietWithin; time.Sleep(500 * time.Millisecond) {
		unfinished := w.unfinished()
		over := unfinished == 0 && !slices.ContainsFunc(w.customers, w.owed)
		if !Long() && (over || time.Since(begun) > quietShort) {
			return over
		}
		if rung := w.telephones.rung(); rung != last || unfinished > 0 {
			last, since = rung, time.Now()
		}
		if over && time.Since(since) > quietAfter || time.Since(since) > quietFor {
			return true
		}
	}
	return true
}

// unfinished is how many deliveries are under way, 1000 at most.
func (w *world) unfinished() int {
	w.t.Helper()
	var ids []deliveries.ID
	w.ask(func() (err error) {
		ids, err = w.db.Deliveries().Unfinished(w.t.Context(), time.Now().Add(time.Hour), 1000)
		return err
	})
	return len(ids)
}

// owed says whether a customer's change was made, and somebody was not told of it yet.
func (w *world) owed(c *customer) bool { return slices.Contains(w.told(c), 0) && w.changes(c) > 0 }
