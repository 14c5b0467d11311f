package redisstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestTortureLateWrites stops a Redis while customers change their PINs and lines are imported, for longer
// than they wait. What they were told has failed must not come into force when it goes on.
func TestTortureLateWrites(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	setup, rounds := open(t, server.DirectURL()), torture.Times(1, 20)
	told, late, lost := 0, 0, 0
	for round := range rounds {
		lines := freshLines(t, setup, round, 200)
		db, err := redisstore.Open(server.DirectURL())
		check.OK(t, err)
		for len(changeAll(db, lines, 0)) > 0 { // until there are connections, and all lines have one PIN
		}
		server.Stop(t)
		var imported error
		var imports sync.WaitGroup
		imports.Go(func() { _, imported = db.Lines().Add(t.Context(), newLines(importExchange+round, 200), now) })
		failed := changeAll(db, lines, 1)
		imports.Wait()
		server.Resume(t)
		if err := db.Close(); err != nil { // which sends what waits
			t.Error(err)
		}
		l, f := compare(t, server, lines, failed, 1)
		told, late, lost = told+len(failed), late+l, lost+f
		if imported != nil {
			told, late = told+200, late+addedBefore(t, server, newLines(importExchange+round, 200))
		}
	}
	t.Logf("%d of %d changes and imported lines were told to have failed", told, 400*rounds)
	torture.Report(t, "a Redis that stops for longer than callers wait", "single", torture.Counts{
		torture.Operations: told, torture.Kills: rounds, torture.Lost: lost, torture.Unheard: late,
	})
}

// importExchange is the first exchange of the lines that are imported late: those of others are below.
const importExchange = 500

// newLines are lines to add, of an exchange.
func newLines(exchange, count int) []pins.NewLine {
	lines := make([]pins.NewLine, count)
	for n := range lines {
		lines[n].Number = nanp.Number(fmt.Sprintf("+1612%03d%04d", 200+exchange, n))
	}
	return lines
}

// freshLines adds lines, and returns their numbers.
func freshLines(t *testing.T, db *redisstore.DB, exchange, count int) []nanp.Number {
	t.Helper()
	lines, numbers := newLines(exchange, count), make([]nanp.Number, count)
	for n, line := range lines {
		numbers[n] = line.Number
	}
	if _, err := db.Lines().Add(t.Context(), lines, now); err != nil {
		t.Fatal(err)
	}
	return numbers
}

// addedBefore adds lines, and counts those that there were.
func addedBefore(t *testing.T, server *redistest.Server, lines []pins.NewLine) (count int) {
	t.Helper()
	created, err := open(t, server.DirectURL()).Lines().Add(t.Context(), lines, now)
	check.OK(t, err)
	for _, is := range created {
		if !is {
			count++
		}
	}
	return count
}

// changeAll gives all lines their n-th PIN, at the same moment, and returns those that were told that it
// failed. A second time it does nothing more.
func changeAll(db *redisstore.DB, lines []nanp.Number, n int) map[nanp.Number]bool {
	var mu sync.Mutex
	var all sync.WaitGroup
	failed := map[nanp.Number]bool{}
	for _, line := range lines {
		all.Go(func() {
			turn := pins.Turn{Call: "CA" + strconv.Itoa(n), Number: 1}
			err := db.Lines().Change(context.Background(), pins.Change{
				Number: line, Revision: now.UnixMilli() + int64(n), PIN: pinNamed(n), Turn: turn, Record: pins.Record{At: now, Event: pins.Changed},
			})
			if err != nil {
				mu.Lock()
				failed[line] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return failed
}

func pinNamed(n int) hash.Hash { return hash.Hash("hash " + strconv.Itoa(n)) }

// compare counts the lines whose n-th PIN is in force although they were told that it failed, and the
// others that don't have it.
func compare(t *testing.T, server *redistest.Server, lines []nanp.Number, failed map[nanp.Number]bool, n int) (late, lost int) {
	t.Helper()
	db := open(t, server.DirectURL()) // what others have sent before is read before what comes on new connections
	for _, number := range lines {
		line, err := db.Lines().Line(t.Context(), number)
		check.OK(t, err)
		switch inForce := line.PIN == pinNamed(n); {
		case inForce && failed[number]:
			late++
		case !inForce && !failed[number]:
			lost++
		}
	}
	return late, lost
}

// TestAnswersThatAreStoredWereGiven stops a Redis while turns of calls are committed, for longer than they
// wait. In calls of which it matters, no answer is stored in whose place an apology was heard.
func TestAnswersThatAreStoredWereGiven(t *testing.T) {
	t.Parallel()
	const calls = 50
	server := redistest.Start(t)
	db, err := redisstore.Open(server.DirectURL())
	check.OK(t, err)
	commit := func(prefix string) (failed []string) {
		var mu sync.Mutex
		var all sync.WaitGroup
		for n := range calls {
			all.Go(func() {
				call := prefix + strconv.Itoa(n)
				err := db.CallsInTime().Commit(context.Background(), ivr.Commit{
					Call: call, Holder: "a", First: true, State: []byte("state"), Answer: []byte("answer"), Now: now, Expires: now.Add(time.Hour),
				})
				if err != nil {
					mu.Lock()
					failed = append(failed, call)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		return failed
	}
	for n := 0; len(commit("CA"+strconv.Itoa(n)+"-")) > 0; n++ { // until there are connections
	}
	server.Stop(t)
	failed := commit("CB")
	server.Resume(t)
	if err := db.Close(); err != nil { // which sends what waits
		t.Error(err)
	}
	after := open(t, server.DirectURL()) // see compare
	for _, call := range failed {
		begun, err := after.CallsInTime().Begin(t.Context(), ivr.Claim{Call: call, Now: now})
		if err != nil || begun.Status != ivr.Unanswered {
			t.Errorf("%s: %+v, %v", call, begun, err)
		}
	}
	if len(failed) == 0 {
		t.Error("all were committed while Redis stood still")
	}
}

// TestWritesByTheServersClock has a server whose clock is wrong, and is set.
func TestWritesByTheServersClock(t *testing.T) {
	mini := redistest.StartMini(t)
	known, n := open(t, mini.URL()), 0
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 0, 24 * time.Hour, -time.Minute} {
		mini.Mini().SetTime(time.Now().Add(ahead))
		for _, db := range []*redisstore.DB{known, open(t, mini.URL())} {
			line := nanp.Number(fmt.Sprintf("+1612555%04d", n))
			if _, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: line}}, now); err != nil {
				t.Errorf("%v ahead: add: %v", ahead, err)
			}
			if err := db.Lines().SetLanguage(t.Context(), line, "es"); err != nil {
				t.Errorf("%v ahead: %v", ahead, err)
			}
			n++
		}
	}
}

// TestTimeThatIsToldTooLate has a server tell its time, on a new connection, after we gave up waiting for
// that. It is not taken for the answer to what is asked next.
func TestTimeThatIsToldTooLate(t *testing.T) {
	const within = 500 * time.Millisecond
	mini := redistest.StartMini(t)
	db, err := redisstore.OpenWithin(mini.URL(), within)
	check.OK(t, err)
	t.Cleanup(func() { _ = db.Close() })
	var asked atomic.Int64
	mini.Mini().Server().SetPreHook(func(_ *server.Peer, cmd string, _ ...string) bool {
		if cmd == "TIME" && asked.Add(1) == 1 {
			time.Sleep(within + within/2)
		}
		return false
	})
	// As package queue asks: without a deadline of its own.
	if answer, err := db.Client().Do(context.Background(), "echo", "mine").Result(); err == nil && answer != "mine" {
		t.Errorf("the answer is %v", answer)
	}
	if asked.Load() == 0 {
		t.Error("nobody has asked for the time")
	}
}

// TestLateScriptsAreDecided holds that the scripts that may run late are those of the decision record.
func TestLateScriptsAreDecided(t *testing.T) {
	files, err := filepath.Glob("*.go")
	check.OK(t, err)
	var made []string
	for _, file := range files {
		for _, match := range regexp.MustCompile(`(?m)^var (\w+) = newScript\(`).FindAllStringSubmatch(read(t, file), -1) {
			made = append(made, match[1])
		}
	}
	record, err := filepath.Glob("../../docs/decisions/0006-*.md")
	if err != nil || len(record) != 1 {
		t.Fatal(record, err)
	}
	var decided []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(read(t, record[0]), -1) {
		for _, name := range strings.Split(row[1], ", ") {
			decided = append(decided, strings.Trim(name, "`"))
		}
	}
	slices.Sort(made)
	slices.Sort(decided)
	if !slices.Equal(made, decided) {
		t.Errorf("scripts that may run late: %q; decided: %q", made, decided)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	check.OK(t, err)
	return string(text)
}

// TestTortureDeadMaster has masters of a cluster die, and their replicas take over, while lines are
// changed. Two seconds after the cluster is healthy again nothing fails any more.
func TestTortureDeadMaster(t *testing.T) {
	t.Parallel()
	all := redistest.StartReplicatedCluster(t)
	db := openForFaults(t, all.URL)
	lines := freshLines(t, open(t, all.URL), 0, 60)
	kills, during, after := 0, 0, 0
	die := func(how func()) {
		during += changesUntil(db, lines, how)
		after += failures(db, lines, torture.Times(5, 20))
		kills++
	}
	for n, pair := range all.Pairs[:torture.Times(1, 3)] {
		die(func() { pair.FailOver(t) })
		if !torture.Long() {
			continue
		}
		pair.Rejoin(t)
		dead := pair.Master
		die(func() { // the other way round, this time without a word to anybody
			dead.Stop(t)
			pair.Await(t)
		})
		dead.Resume(t)
		t.Logf("%d masters died, %d of all changes failed meanwhile", 2*n+2, during)
	}
	t.Logf("%d changes failed until then", during)
	torture.Report(t, "a master of the cluster dies", "cluster", torture.Counts{
		torture.Operations: kills * torture.Times(5, 20) * len(lines), torture.Kills: kills, torture.Dead: after,
	})
}

// changesUntil changes lines over and over, until something is over and two seconds more. It returns how
// many changes failed.
func changesUntil(db *redisstore.DB, lines []nanp.Number, over func()) int {
	ctx, stop := context.WithCancel(context.Background())
	failed := make(chan int)
	go func() {
		count := 0
		for ctx.Err() == nil {
			count += failures(db, lines, 1)
		}
		failed <- count
	}()
	over()
	time.Sleep(2 * time.Second) // what is promised
	stop()
	return <-failed
}

// failures changes all lines so many times, and returns how many changes failed.
func failures(db *redisstore.DB, lines []nanp.Number, times int) int {
	var count atomic.Int64
	var all sync.WaitGroup
	for _, line := range lines {
		all.Go(func() {
			for range times {
				if err := db.Lines().SetLanguage(context.Background(), line, "es"); err != nil {
					count.Add(1)
				}
			}
		})
	}
	all.Wait()
	return int(count.Load())
}
