package main

import (
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// TestTortureKilledServersLoseNoEvent kills the server with the process's own SIGKILL while changes
// are made and delivered, again and again. In the end every change that was made has reached
// the switch, those of a line in their order.
func TestTortureKilledServersLoseNoEvent(t *testing.T) {
	t.Parallel() // it waits more than it works
	// How often the server dies, and how often if on this machine so many kills leave too little to look at.
	kills, maxKills := torture.Times(3, 50), torture.Times(40, 200)
	p := &doomed{t: t, server: redistest.Start(t), heard: newSwitch(t), made: make([]int, len(doomedLines)), kills: kills}
	p.prepare()
	p.takeTime()
	round := 0
	for ; round < kills || p.showsNothing() && round < maxKills; round++ {
		p.start()
		p.changeAndKill(round)
		p.look()
	}
	if p.showsNothing() {
		t.Errorf("%d events waited after %d kills, of %v changes: this shows nothing", p.left, round, p.made)
	}
	p.start()
	lost, changes := p.deliverAll()
	t.Logf("%d events waited after the %d kills, of %v changes", p.left, round, p.made)
	torture.Report(t, "servers killed while they tell the switch", "single", torture.Counts{
		torture.Operations: changes, torture.Kills: round, torture.Lost: lost,
	})
}

// doomed is a server that is killed, with a Redis and a switch that live on.
type doomed struct {
	t      *testing.T
	server *redistest.Server
	heard  *listeningSwitch
	db     *redisstore.DB
	token  string
	url    string
	cmd    *exec.Cmd
	takes  time.Duration // a change, as this machine is busy now
	made   []int         // changes of each line
	left   int           // events that the kills left to be delivered
	kills  int           // that are enough
}

// doomedLines are the lines whose features are changed.
var doomedLines = []nanp.Number{"+16125550161", "+16125550162", "+16125550163"}

func (p *doomed) prepare() {
	p.t.Helper()
	p.db = must(redisstore.OpenWithin(p.server.URL(), patience))(p.t)
	p.t.Cleanup(func() { p.db.Close() })
	var lines []pins.NewLine
	for _, number := range doomedLines {
		lines = append(lines, pins.NewLine{Number: number, Features: pins.FeaturesOf(pins.CallRejection)})
	}
	must(pins.Provisioning{Registry: p.db.Lines()}.Add(p.t.Context(), lines))(p.t)
	key, token, err := apikey.New(cryptorand.Reader, "test", []apikey.Scope{apikey.FeaturesWrite}, time.Now())
	check.OK(p.t, err)
	check.OK(p.t, p.db.Keys().AddKey(p.t.Context(), key))
	p.token = token.Reveal()
}

// start starts the server, and waits for it.
func (p *doomed) start() {
	p.t.Helper()
	p.url, p.cmd = serving(p.t, p.server, "PROVISIONING_URL="+p.heard.url, "PROVISIONING_SECRET="+p.heard.secret)
}

// takeTime sees how long a change takes, when nothing is killed.
func (p *doomed) takeTime() {
	p.t.Helper()
	p.start()
	begun := time.Now()
	var group sync.WaitGroup
	for i, number := range doomedLines {
		group.Go(func() { p.change(number, false, i) })
	}
	group.Wait()
	p.takes = time.Since(begun)
	killed(p.cmd)
}

// changeAndKill has all lines changed at once, and kills the server at some moment meanwhile.
func (p *doomed) changeAndKill(round int) {
	var group sync.WaitGroup
	for i, number := range doomedLines {
		group.Go(func() { p.change(number, round%2 == 0, i) })
	}
	time.Sleep(rand.N(2*p.takes + 10*time.Millisecond))
	killed(p.cmd)
	group.Wait()
}

// look counts the changes, and the events that are not delivered yet. It gives the next
// changes more time where the server has died before it made any, and less where it made all.
func (p *doomed) look() {
	p.t.Helper()
	changed := 0
	for i, number := range doomedLines {
		events := must(p.db.Events().Since(p.t.Context(), number, time.Time{}))(p.t)
		for _, event := range events {
			if !event.Delivered {
				p.left++
			}
		}
		if len(events) > p.made[i] {
			changed++
		}
		p.made[i] = len(events)
	}
	switch changed {
	case 0:
		p.takes = min(p.takes*3/2, 5*time.Second)
	case len(doomedLines):
		p.takes = p.takes * 4 / 5
	}
}

// showsNothing reports whether the kills have left too little to look at.
func (p *doomed) showsNothing() bool {
	return p.left < p.kills/2 || slices.Min(p.made) < p.kills/4
}

// change asks for a change that the server may not live to make, or to tell of.
func (p *doomed) change(number nanp.Number, on bool, n int) {
	body := fmt.Sprintf(`{"on":%t,"list":["61255%05d"]}`, on, rand.IntN(10)+10*n)
	request := must(http.NewRequestWithContext(p.t.Context(), http.MethodPut,
		p.url+"/v1/lines/"+string(number)+"/features/call-rejection", strings.NewReader(body)))(p.t)
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("If-Match", "*")
	if answer, err := http.DefaultClient.Do(request); err == nil {
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

// deliverAll waits until the switch has heard of every change that stands in a history: a
// server that was killed in the middle of a delivery had claimed the line for a minute. It returns
// of how many it was not told, and how many there are.
func (p *doomed) deliverAll() (lost, changes int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 3*time.Minute)
	defer cancel()
	for _, number := range doomedLines {
		want := p.changes(number)
		for len(p.heard.of(number)) < len(want) && ctx.Err() == nil {
			time.Sleep(50 * time.Millisecond)
		}
		heard := p.heard.of(number)
		if diff := cmp.Diff(want, heard); diff != "" {
			p.t.Errorf("%s (-changed +heard)\n%s", number, diff)
		}
		changes += len(want)
		lost += len(want) - len(heard)
	}
	return lost, changes
}

// changes are the settings of a line as its events have them, as many as its history has.
func (p *doomed) changes(number nanp.Number) []string {
	p.t.Helper()
	var want []string
	for _, event := range must(p.db.Events().Since(p.t.Context(), number, time.Time{}))(p.t) {
		shown := must(features.ShowEvent(event.Stored))(p.t)
		want = append(want, fmt.Sprintf("%s revision %d", shown.ID, shown.Revision))
	}
	records := must(pins.Provisioning{Registry: p.db.Lines()}.History(p.t.Context(), number, 0))(p.t)
	records = slices.DeleteFunc(records, func(r pins.Record) bool { return r.Event != pins.FeatureChanged })
	if len(records) != len(want) {
		p.t.Errorf("%s has %d changes in its history and %d events", number, len(records), len(want))
	}
	return want
}

// listeningSwitch hears events, each of which it counts once.
type listeningSwitch struct {
	url    string
	secret string
	mu     sync.Mutex
	events map[nanp.Number][]string
}

func newSwitch(t *testing.T) *listeningSwitch {
	s := &listeningSwitch{secret: "whsec_" + strings.Repeat("A", 43) + "=", events: map[nanp.Number][]string{}}
	verify := must(standardwebhooks.NewWebhook(s.secret))(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := must(io.ReadAll(r.Body))(t)
		if err := verify.Verify(body, r.Header); err != nil {
			t.Error(err)
		}
		s.hear(t, r.Header.Get("Webhook-Id"), body)
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *listeningSwitch) hear(t *testing.T, id string, body []byte) {
	var event struct {
		Data struct {
			Number   nanp.Number
			Revision int64
		}
	}
	if err := json.Unmarshal(body, &event); err != nil {
		t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fmt.Sprintf("%s revision %d", id, event.Data.Revision)
	if heard := s.events[event.Data.Number]; !slices.Contains(heard, name) {
		s.events[event.Data.Number] = append(heard, name)
	}
}

func (s *listeningSwitch) of(number nanp.Number) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events[number])
}

// TestRestart goes on with a call on another instance of the server after every turn.
func TestRestart(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, nil)
	c := s.dial(t, demoNew.Display())
	for _, keys := range []string{"1234#", "8265#", "8265#"} {
		s.app = s.start()
		c.press(keys)
	}
	c.hears("Your PIN has been changed.")
}

// TestDrain tells a server to stop: it serves on for a while, has connections end with their answers,
// and tells balancers.
func TestDrain(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), nil)
	told, tell := context.WithCancel(t.Context())
	ctx, end := s.app.drained(told, 100*time.Millisecond)
	defer end()
	ask := func() (int, string) {
		w := httptest.NewRecorder()
		s.app.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		return w.Code, w.Header().Get("Connection")
	}
	if status, connection := ask(); status != http.StatusOK || connection != "" || ctx.Err() != nil {
		t.Errorf("before: %d, connection %q, %v", status, connection, ctx.Err())
	}
	tell()
	<-ctx.Done()
	if status, connection := ask(); status != http.StatusServiceUnavailable || connection != "close" {
		t.Errorf("after: %d, connection %q", status, connection)
	}
}

// TestHangingRedis has a Redis that takes everything in and answers nothing: the caller
// hears the apology within three seconds, and the turn can be tried again.
func TestHangingRedis(t *testing.T) {
	s := newStage(t, redistest.Start(t), nil)
	s.db = must(redisstore.Open(s.server.URL()))(t)
	t.Cleanup(func() { s.db.Close() })
	s.app = s.start()
	const promised = 3 * time.Second
	took := time.Duration(math.MaxInt64)
	for try := 0; try < 10 && took > promised; try++ { // a busy machine is slow sometimes
		c := s.dial(t, demoNew.Display())
		s.server.Hang()
		asked := time.Now()
		c.press("1234#")
		took = min(took, time.Since(asked))
		c.hears("cannot take your call right now")
		s.RedisUp()
	}
	if took > promised {
		t.Errorf("the apology took %s", took)
	}
	again := s.dial(t, demoNew.Display())
	again.press("1234#")
	again.hears("Choose a new PIN")
}

// TestClusterAndSentinel plays calls of every kind of script on a Redis cluster, and
// through a sentinel.
func TestClusterAndSentinel(t *testing.T) {
	for name, start := range map[string]func(testing.TB) string{
		"cluster": redistest.StartCluster, "sentinel": redistest.StartSentinel,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStageAt(t, start(t), nil)
			for _, file := range []string{"new-customer", "customer-changes-pin", "from-elsewhere", "five-failures-lock-the-line"} {
				s.freshLines(t)
				script := readCall(t, "../../testdata/calls/"+file+".call")
				if result := simulator.Play(t.Context(), s.exchange(nil), script, s); result.Err != nil {
					t.Error(result.Err)
				}
			}
		})
	}
}
