package torture

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/rdb"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/pins"
	"updatecenter/voice/touchtone"
)

// TestTortureRollingRestart replaces the servers behind a balancer one after the other, by SIGTERM
// alone, while customers choose their PINs. No call may notice: none falls back, hears an apology
// or ends before its PIN is changed.
//
// In the short form each server is told once more to stop when it is out of the pool, which ends
// its delay; in the long form the delay has to be long enough for a balancer that asks each second.
func TestTortureRollingRestart(t *testing.T) {
	t.Parallel() // it waits more than it works
	r := newRollout(t, Times(3, 8), time.Duration(Times(50, 1000))*time.Millisecond)
	calls := r.callUntil(Times(60, 1000), func() {
		for i := range r.replicas {
			r.replace(i)
		}
	})
	if calls.problems != nil {
		t.Logf("the first that a call noticed: %v", calls.problems)
	}
	Report(t, "servers replaced behind a balancer", "single", Counts{
		Operations: calls.ended, Kills: len(r.replicas), Unheard: calls.noticed, Dead: calls.dead,
	})
}

// rollout is some servers behind a balancer, and an exchange that calls them there.
type rollout struct {
	t        testing.TB
	program  string
	redis    *redistest.Server
	delay    string
	balancer *balancer
	exchange *touchtone.Exchange
	replicas []*replica
	script   string       // of a call from 612-555-0142
	lines    atomic.Int64 // that have called
}

// replica is one of the servers: always at one address, as one process after the other.
type replica struct {
	address string
	process *exec.Cmd
	log     *bytes.Buffer
}

const rolloutToken = "rollouttoken"

// maxRolloutLines is how many lines there are, each for one call.
const maxRolloutLines = 5000

func newRollout(t testing.TB, servers int, every time.Duration) *rollout {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	r := &rollout{t: t, program: binary, redis: redistest.Start(t), delay: "1m"}
	if Long() {
		r.delay = "5s"
	}
	if delay := os.Getenv("SHUTDOWN_DELAY"); delay != "" { // to see it fail by 0s
		r.delay = delay
	}
	r.addLines()
	var addresses []string
	for range servers {
		address := freeAddress(t)
		addresses = append(addresses, address)
		r.replicas = append(r.replicas, &replica{address: address})
	}
	r.balancer = newBalancer(t, "/healthz", every, addresses...)
	for i := range r.replicas {
		r.start(i)
	}
	if r.exchange, err = touchtone.New(touchtone.Config{PublicURL: r.balancer.url, AuthToken: secret.New(rolloutToken), Clock: quickClock{}}); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("../../testdata/calls/new-customer.call")
	if err != nil {
		t.Fatal(err)
	}
	r.script = string(file)
	return r
}

func rolloutLine(i int) nanp.Number { return nanp.Number(fmt.Sprintf("+1612555%04d", i)) }

func (r *rollout) addLines() {
	db, err := rdb.OpenWithin(r.redis.URL(), time.Minute)
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	lines := make([]pins.NewLine, maxRolloutLines)
	for i := range lines {
		lines[i] = pins.NewLine{Number: rolloutLine(i), Language: "en"}
	}
	if _, err := (pins.Provisioning{Registry: db.Lines()}).Add(r.t.Context(), lines); err != nil {
		r.t.Fatal(err)
	}
}

// start starts the process of a replica, and waits until the balancer has it.
func (r *rollout) start(i int) {
	r.t.Helper()
	one := r.replicas[i]
	one.log = &bytes.Buffer{}
	one.process = exec.CommandContext(r.t.Context(), r.program, "serve")
	one.process.Stderr = one.log
	one.process.Env = append(os.Environ(),
		"LISTEN_ADDR="+one.address, "PUBLIC_URL="+r.balancer.url, "REDIS_URL="+r.redis.URL(), "SHUTDOWN_DELAY="+r.delay,
		"TWILIO_AUTH_TOKEN="+rolloutToken, "SIP_DOMAINS="+touchtone.DefaultSIPDomain,
		"SECRET_KEYS=a:"+base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 32))))
	if err := one.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.balancer.await(r.t, one.address, true)
}

// replace tells a replica to stop, waits until it has, and starts another in its place.
func (r *rollout) replace(i int) {
	r.t.Helper()
	one := r.replicas[i]
	tell := func() {
		if err := one.process.Process.Signal(syscall.SIGTERM); err != nil {
			r.t.Fatal(err)
		}
	}
	tell()
	if r.delay == "1m" {
		r.balancer.await(r.t, one.address, false)
		tell()
	}
	if err := one.process.Wait(); err != nil {
		r.t.Errorf("after SIGTERM: %v\n%s", err, one.log)
	}
	r.balancer.await(r.t, one.address, false)
	r.start(i)
}

// notices are what calls noticed.
type notices struct {
	ended, noticed, dead int
	problems             error
}

// callUntil has customers call, ten at once, until meanwhile is over and at least so many have.
func (r *rollout) callUntil(least int, meanwhile func()) notices {
	r.t.Helper()
	var mu sync.Mutex
	var all notices
	var over atomic.Bool
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for {
				line := r.lines.Add(1) - 1
				if line >= maxRolloutLines || over.Load() && line >= int64(least) {
					return
				}
				noticed, dead, err := r.call(r.t.Context(), rolloutLine(int(line)))
				mu.Lock()
				all.ended++
				all.noticed += noticed
				all.dead += dead
				if all.problems == nil {
					all.problems = err
				}
				mu.Unlock()
			}
		})
	}
	meanwhile()
	over.Store(true)
	callers.Wait()
	return all
}

// call is one customer who chooses a PIN, and calls again with it. It counts whether anything was
// noticed, and whether the call came to nothing.
func (r *rollout) call(ctx context.Context, line nanp.Number) (noticed, dead int, err error) {
	script, err := touchtone.Parse("new-customer.call", strings.NewReader(strings.ReplaceAll(r.script, "612-555-0142", string(line))))
	if err != nil {
		return 0, 1, err
	}
	result := touchtone.Play(ctx, r.exchange, script, nil)
	if len(result.Problems) > 0 {
		noticed, err = 1, result.Problems[0]
	}
	if result.Err != nil {
		dead, err = 1, result.Err
	}
	return noticed, dead, err
}

// quickClock has calls last a fiftieth of their time.
type quickClock struct{ touchtone.RealClock }

func (quickClock) After(d time.Duration) <-chan time.Time { return time.After(d / 50) }

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
