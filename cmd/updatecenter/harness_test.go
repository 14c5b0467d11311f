package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/logtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// cheap makes hashing quick: what it costs is measured elsewhere.
var cheap = testkit.Cheap()

// patience is how long a test's Redis may take over an operation: with the race detector,
// beside other tests, what takes a millisecond can take a second.
const patience = 4 * time.Second

// stage is a whole server on a Redis, with the demo's lines and a telephone exchange
// that calls its handler directly. Its clock stands still unless it is moved.
type stage struct {
	t        testing.TB
	server   *redistest.Server
	db       *redisstore.DB
	app      *app
	clock    *simulator.VirtualClock
	logs     *testkit.Log
	taken    *exits
	config   config
	refusing refusing       // what calls to the help line ask for
	queue    *testkit.Queue // of attempts at deliveries, which nobody makes by himself

	attempting sync.Mutex // held while attempts are made, and while the clock moves
}

// newStage sets up a server. Change may alter its settings.
func newStage(t testing.TB, server *redistest.Server, change func(*config)) *stage {
	t.Helper()
	s := newStageAt(t, server.URL(), change)
	s.server = server
	return s
}

// newStageAt sets up a server on the Redis at a URL, whose faults can't be switched.
func newStageAt(t testing.TB, url string, change func(*config)) *stage {
	t.Helper()
	s := newEmptyStage(t)
	if change != nil {
		change(&s.config)
	}
	s.begin(t, url)
	return s
}

// newEmptyStage is a stage without its server, for which more can be prepared.
func newEmptyStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{
		t: t, logs: &testkit.Log{}, queue: &testkit.Queue{}, taken: &exits{seen: map[ivr.Exit]bool{}},
		clock: simulator.NewVirtualClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)),
	}
	s.config = testConfig(t)
	return s
}

// begin starts the server on the Redis at a URL.
func (s *stage) begin(t testing.TB, url string) {
	t.Helper()
	s.db = must(redisstore.OpenWithin(url, patience))(t)
	t.Cleanup(func() { s.db.Close() })
	s.app = s.start()
	s.freshLines(t)
}

// anew has a stage begin anew for another test: on an empty Redis, with the demo's lines and an empty log.
func (s *stage) anew(t testing.TB) {
	t.Helper()
	s.t = t
	flush(t, s.server)
	s.logs.Clear()
	check.OK(t, addDemoLines(t.Context(), s.app, s.db, s.clock.Now))
}

// freshLines removes the demo's lines, if they are there, and adds them anew.
func (s *stage) freshLines(t testing.TB) {
	t.Helper()
	for _, line := range demoLines {
		err := pins.Provisioning{Registry: s.db.Lines()}.Remove(t.Context(), line.Number, pins.Note{By: "test"})
		if err != nil && !errors.Is(err, pins.ErrNoLine) {
			t.Fatal("remove line:", err)
		}
	}
	check.OK(t, addDemoLines(t.Context(), s.app, s.db, s.clock.Now))
}

// start makes another instance of the server on the same Redis.
func (s *stage) start() *app {
	s.t.Helper()
	return must(newApp(s.config, outside{
		db: s.db, now: s.clock.Now, hash: cheap, onExit: s.taken.record, queue: s.queue, help: s.refusing.around,
		log: slog.New(slog.NewJSONHandler(s.logs, logtest.Untimed())),
	}))(s.t)
}

func testConfig(t testing.TB) config {
	t.Helper()
	c := must(demoConfig("ivr.test"))(t)
	c.PublicURL, c.TwilioURL, c.consoleSettings = "https://ivr.test", "", consoleSettings{Zone: c.Zone}
	c.SecretKeys = must(secret.ParseKeyring(testKeys))(t)
	return c
}

// exchange is a telephone exchange in front of the app.
func (s *stage) exchange(change func(*simulator.Config)) *simulator.Exchange {
	s.t.Helper()
	c := simulator.Config{
		PublicURL: s.config.PublicURL, AuthToken: secret.New(demoToken), Clock: s.clock,
		Client: &http.Client{Transport: direct{&s.app}},
	}
	if change != nil {
		change(&c)
	}
	return must(simulator.New(c))(s.t)
}

// Advance, RedisDown and RedisUp make a stage the world of a call script.
func (s *stage) Advance(d time.Duration) {
	s.attempting.Lock()
	defer s.attempting.Unlock()
	s.clock.Advance(d)
	if s.server != nil && s.server.Mini() != nil {
		s.server.Mini().FastForward(d)
	}
}

func (s *stage) RedisDown() { s.server.Down() }

func (s *stage) RedisUp() {
	s.server.Up()
	eventually(s.t, func() bool { return s.db.Ping(context.Background()) == nil }, "Redis is back")
}

// direct delivers requests to the handler of an app, which may be replaced meanwhile.
type direct struct{ app **app }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	(*d.app).handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// exits gathers which exits calls took.
type exits struct {
	mu   sync.Mutex
	seen map[ivr.Exit]bool
}

func (e *exits) record(exit ivr.Exit) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen[exit] = true
}

// must ends the test on an error: must(f())(t).
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check.OK(t, err)
		return value
	}
}

// Telephones are a telephone exchange with its REST API, and people who come to every telephone
// that rings.
type telephones struct {
	t      testing.TB
	answer func(ctx context.Context, ring *simulator.Ringing, times int)
	loses  func(phone string) bool // of which calls answers and statuses are lost; nil: of none

	exchange *simulator.Exchange
	rest     *simulator.REST
	looks    atomic.Int64 // how often calls were listed
	people   sync.WaitGroup
	mu       sync.Mutex
	rings    map[string]int
	marks    map[string]bool // the URLs of calls, each of which is that of an attempt
}

// newTelephones makes telephones that the server of a stage is to call, and be asked by.
func newTelephones(t testing.TB, s *stage, clock simulator.Clock) *telephones {
	t.Helper()
	w := &telephones{t: t, rings: map[string]int{}, marks: map[string]bool{}}
	w.exchange = s.exchange(func(c *simulator.Config) {
		c.Clock, c.Client = clock, &http.Client{Transport: lossy{direct{&s.app}, w}}
	})
	w.rest = simulator.NewREST(w.exchange)
	server := httptest.NewServer(w)
	s.config.TwilioURL = server.URL
	t.Cleanup(func() { server.Close(); w.rest.Close(); w.wait() })
	return w
}

// ServeHTTP is the REST API.
func (w *telephones) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		w.looks.Add(1)
		w.rest.ServeHTTP(out, r)
		return
	}
	form, answer := formOf(r), httptest.NewRecorder()
	w.rest.ServeHTTP(answer, r)
	if answer.Code == http.StatusCreated {
		w.ring(form)
		if w.forgets(form) {
			panic(http.ErrAbortHandler)
		}
	}
	maps.Copy(out.Header(), answer.Header())
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
}

// ring has somebody come to the telephone.
func (w *telephones) ring(form url.Values) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if mark := form.Get("Url"); w.marks[mark] {
		w.t.Errorf("a second call for %s", mark)
	} else {
		w.marks[mark] = true
	}
	w.people.Go(func() { w.pickUp(form.Get("To")) })
}

func (w *telephones) pickUp(phone string) {
	ctx := context.WithoutCancel(w.t.Context()) // what has begun goes on to its end
	ring, err := w.exchange.AwaitRing(ctx, phone, 3*time.Minute)
	if err != nil {
		w.t.Error(err)
		return
	}
	w.mu.Lock()
	w.rings[phone]++
	times := w.rings[phone]
	w.mu.Unlock()
	w.answer(ctx, ring, times)
}

// pressOne picks up, asks to hear the code, and hangs up when it was told.
func (w *telephones) pressOne(ctx context.Context, ring *simulator.Ringing) {
	call, pressed := ring.Answer(ctx, simulator.Human), false
	for {
		event, err := call.Next(ctx)
		if err != nil {
			w.t.Error(err)
			return
		}
		switch event.(type) {
		case simulator.Gathering:
			if pressed {
				call.HangUp(ctx)
			} else if err := call.Press('1'); err != nil {
				w.t.Error(err)
				return
			}
			pressed = true
		case simulator.Ended:
			return
		}
	}
}

// rung is how often each telephone rang.
func (w *telephones) rung() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.rings)
}

// wait returns when nobody is at a telephone any more. It takes the lock under which somebody comes: a
// closed connection tells the race detector nothing about what its handler did before.
func (w *telephones) wait() {
	w.mu.Lock()
	people := &w.people
	w.mu.Unlock()
	people.Wait()
}

// forgets says whether a call is one of which the one who dials shall learn nothing.
func (w *telephones) forgets(form url.Values) bool { return w.loses != nil && w.loses(form.Get("To")) }

// lossy loses the statuses of such calls until these are picked up.
type lossy struct {
	direct
	telephones *telephones
}

// RoundTrip implements [http.RoundTripper].
func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	form := formOf(r)
	status := form.Get("CallStatus")
	if strings.Contains(r.URL.Path, "/voice/status/") && (status == "initiated" || status == "ringing") && l.telephones.forgets(form) {
		return nil, errors.New("the webhook is lost")
	}
	return l.direct.RoundTrip(r)
}

// formOf reads the form of a request, and leaves it there.
func formOf(r *http.Request) url.Values {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	return form
}
