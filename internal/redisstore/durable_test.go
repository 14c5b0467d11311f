package redisstore_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"

	"updatecenter/internal/durability"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/pins"
)

// requiring is open with a durability, and the count of changes in doubt.
func requiring(t *testing.T, url string, level redisstore.Durability) (*redisstore.DB, *atomic.Int64) {
	t.Helper()
	var doubts atomic.Int64
	db := reached(t, url, func(url string) (*redisstore.DB, error) {
		db, err := redisstore.Open(url)
		if err == nil {
			db.Require(level, func(key string, _ error) {
				if key == "" || strings.Contains(key, "{+") {
					t.Errorf("the key is told as %q", key)
				}
				doubts.Add(1)
			})
		}
		return db, err
	})
	return db, &doubts
}

// confirmed are the changes that were confirmed without a doubt, by the numbers of their lines.
type confirmed struct {
	mu      sync.Mutex
	changes map[nanp.Number][]int
	count   int
	doubted int
}

// change gives lines their PINs, one after the other, until the context ends; the n-th change of a line
// is one of turn n.
func (c *confirmed) change(ctx context.Context, db *redisstore.DB, lines []nanp.Number) {
	for n := 1; ctx.Err() == nil; n++ {
		for _, line := range lines {
			if ctx.Err() != nil {
				return
			}
			if !changedOnce(ctx, db, line, n) {
				c.mu.Lock()
				c.doubted++
				c.mu.Unlock()
				continue
			}
			c.mu.Lock()
			c.changes[line] = append(c.changes[line], n)
			c.count++
			c.mu.Unlock()
		}
	}
}

// changedOnce says whether a change was confirmed without a doubt.
func changedOnce(ctx context.Context, db *redisstore.DB, line nanp.Number, n int) bool {
	ctx, doubt := durability.Watch(ctx)
	stored, err := db.Lines().Line(ctx, line)
	if err != nil {
		return false
	}
	err = db.Lines().Change(ctx, pins.Change{
		Number: line, Revision: stored.Revision, PIN: pinNamed(n),
		Turn: pins.Turn{Call: "CA", Number: n}, Record: pins.Record{At: now.Add(time.Duration(n) * time.Second), Event: pins.Changed},
	})
	return err == nil && !doubt.Any()
}

// lost counts the changes after the one that is in force.
func (c *confirmed) lost(t *testing.T, db *redisstore.DB) int {
	t.Helper()
	lost := 0
	for line, changes := range c.changes {
		var stored pins.Line
		until(t, func() (err error) { stored, err = db.Lines().Line(context.Background(), line); return err })
		inForce, _ := strconv.Atoi(strings.TrimPrefix(string(stored.PIN), "hash "))
		for _, n := range changes {
			if n > inForce {
				lost++
			}
		}
	}
	return lost
}

// until tries again what fails while a fail-over goes on.
func until(t *testing.T, do func() error) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err := do()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestTortureFailOver has masters die while customers change their PINs, and their replicas have not
// got the newest changes.
func TestTortureFailOver(t *testing.T) {
	for name, start := range map[string]func(testing.TB, ...string) *redistest.Replicated{
		"sentinel": redistest.StartReplicatedSentinel, "cluster": redistest.StartReplicatedCluster,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := start(t)
			count, lost, _ := failOver(t, all, redisstore.Memory, 0)
			if t.Logf("with memory %d changes were confirmed, %d of them lost", count, lost); lost == 0 {
				t.Error("with memory nothing was lost: the test can't see that anything is")
			}
			rounds, gone := torture.Times(1, 10), 0
			count = 0
			for round := range rounds {
				confirmed, lost, doubted := failOver(t, all, redisstore.Replica, 1+round)
				t.Logf("%d changes were confirmed, %d in doubt or refused", confirmed, doubted)
				if doubted == 0 {
					t.Error("nothing was in doubt")
				}
				count, gone = count+confirmed, gone+lost
			}
			torture.Report(t, "a master dies whose replica lags, DURABILITY=replica", name, torture.Counts{
				torture.Operations: count, torture.Kills: rounds, torture.Lost: gone,
			})
		})
	}
}

// failOver kills every master in one round, and counts.
func failOver(t *testing.T, all *redistest.Replicated, level redisstore.Durability, round int) (count, lost, doubted int) {
	t.Helper()
	db, _ := requiring(t, all.URL, level)
	var numbers []nanp.Number
	for n := range 60 { // of a cluster, some on each master
		numbers = append(numbers, nanp.Number("+1612555"+strconv.Itoa(1000+100*round+n)))
	}
	for _, number := range numbers {
		until(t, func() error {
			_, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: number}}, now)
			return err
		})
	}
	for _, pair := range all.Pairs {
		pair.Synced(t)
	}
	c := confirmed{changes: map[nanp.Number][]int{}}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for n := range 6 {
		running.Go(func() { c.change(ctx, db, numbers[10*n:10*n+10]) })
	}
	c.reach(t, 200, 0)
	for _, pair := range all.Pairs {
		pair.Master.HoldReplication()
	}
	if level == redisstore.Memory {
		c.reach(t, 400, 0)
	} else {
		c.reach(t, 0, 10)
	}
	for _, pair := range all.Pairs {
		pair.FailOver(t)
		pair.Replica.ReleaseReplication()
	}
	stop()
	running.Wait()
	after, _ := requiring(t, all.URL, level)
	lost = c.lost(t, after)
	for _, pair := range all.Pairs {
		pair.Rejoin(t)
	}
	return c.count, lost, c.doubted
}

// reach waits until so many more changes were confirmed, and in doubt.
func (c *confirmed) reach(t *testing.T, more, doubted int) {
	t.Helper()
	c.mu.Lock()
	more, doubted = more+c.count, doubted+c.doubted
	c.mu.Unlock()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		reached := c.count >= more && c.doubted >= doubted
		c.mu.Unlock()
		if reached {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d changes were confirmed, %d in doubt", c.count, c.doubted)
		}
	}
}

// TestContractsDurably has all stores wait for a replica, that confirms.
func TestContractsDurably(t *testing.T) {
	t.Parallel()
	all := redistest.StartReplicatedSentinel(t)
	db := open(t, all.URL)
	var doubts atomic.Int64
	db.Require(redisstore.Replica, func(string, error) { doubts.Add(1) })
	db.ProveWithin(patience)
	for name, do := range operations(db) {
		ctx, doubt := durability.Watch(t.Context())
		if err := do(ctx); errors.Is(err, redisstore.ErrUnanswered) {
			t.Errorf("%s: %v", name, err)
		}
		if doubt.Any() {
			t.Errorf("%s is in doubt", name)
		}
	}
	if doubts.Load() > 0 {
		t.Errorf("%d doubts", doubts.Load())
	}
}

// TestProofs has a Redis answer in all ways whether a change will last.
func TestProofs(t *testing.T) {
	for _, test := range []struct {
		name   string
		level  redisstore.Durability
		doubt  bool
		answer func(c *server.Peer) // to WAIT or WAITAOF; nil: neither is known
	}{
		{"one replica", redisstore.Replica, false, func(c *server.Peer) { c.WriteInt(1) }},
		{"no replica", redisstore.Replica, true, func(c *server.Peer) { c.WriteInt(0) }},
		{"WAIT refused", redisstore.Replica, true, func(c *server.Peer) { c.WriteError("NOPERM no") }},
		{"interrupted", redisstore.Replica, true, func(c *server.Peer) { c.Close() }},
		{"on disk", redisstore.Disk, false, func(c *server.Peer) { c.WriteLen(2); c.WriteInt(1); c.WriteInt(0) }},
		{"not on disk", redisstore.Disk, true, func(c *server.Peer) { c.WriteLen(2); c.WriteInt(0); c.WriteInt(1) }},
		{"no file", redisstore.Disk, true, func(c *server.Peer) {
			c.WriteError("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.")
		}},
		{"no settings", redisstore.Disk, true, nil},
		{"memory", redisstore.Memory, false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := redistest.StartMini(t)
			s.Mini().Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
				if test.answer == nil || !strings.HasPrefix(cmd, "WAIT") {
					return false
				}
				test.answer(c)
				return true
			})
			db, doubts := requiring(t, s.URL(), test.level)
			addLine(t, db)
			ctx, doubt := durability.Watch(t.Context())
			err := db.Lines().Change(ctx, pins.Change{
				Number: number, PIN: "hash", Revision: now.UnixMilli(), Turn: pins.Turn{Call: "CA", Number: 1},
				Record: pins.Record{At: now, Event: pins.Changed},
			})
			if err != nil || doubt.Any() != test.doubt || doubts.Load() > 0 != test.doubt {
				t.Errorf("%v, doubt %t, %d", err, doubt.Any(), doubts.Load())
			}
			if line, err := db.Lines().Line(t.Context(), number); err != nil || line.PIN != "hash" {
				t.Errorf("the line has %q, %v", line.PIN, err)
			}
		})
	}
}

// TestWhatIsProved holds which operations are in doubt where no replica confirms them.
func TestWhatIsProved(t *testing.T) {
	s := redistest.StartMini(t)
	s.Mini().Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if !strings.HasPrefix(cmd, "WAIT") {
			return false
		}
		c.WriteInt(0)
		return true
	})
	db, _ := requiring(t, s.URL(), redisstore.Replica)
	var proved []string
	for name, do := range operations(db) {
		s.Mini().FlushAll()
		ctx, doubt := durability.Watch(t.Context())
		_ = do(ctx) // most find nothing to work on, and are proved all the same
		if doubt.Any() {
			proved = append(proved, name)
		}
	}
	slices.Sort(proved)
	check.Same(t, proved, []string{
		"add key", "add line of account", "begin enrollment", "change", "change account",
		"change account with a notice", "change feature", "change mailbox", "change tickets", "change with a notice", "claim ticket",
		"create account", "create agent", "create delivery", "install", "join", "note notice", "put link", "remove",
		"renumber", "reset", "reset with a notice", "save agent", "unlock", "update delivery",
	})
}

// TestDiskByItsSettings holds that a Redis without WAITAOF is asked how it keeps its data, and that what
// is confirmed survives a kill.
func TestDiskByItsSettings(t *testing.T) {
	for settings, sure := range map[string]bool{redistest.Durable: true, "appendonly yes\n": false, "": false} {
		s := redistest.StartWith(t, settings)
		db, _ := requiring(t, s.URL(), redisstore.Disk)
		addLine(t, db)
		for n := range 3 {
			if got := changedOnce(t.Context(), db, number, n+1); got != sure {
				t.Errorf("%q: confirmed: %t", settings, got)
			}
		}
		s.Kill()
		s.Restart(t)
		if !sure {
			continue
		}
		var line pins.Line
		until(t, func() (err error) { line, err = db.Lines().Line(t.Context(), number); return err })
		if line.PIN != pinNamed(3) {
			t.Errorf("%q: after a kill the PIN is %q", settings, line.PIN)
		}
	}
}

// TestRepeatedChangeIsProvedAgain holds that a change which finds its work done is not confirmed for a
// write of another connection that no replica has.
func TestRepeatedChangeIsProvedAgain(t *testing.T) {
	t.Parallel()
	all := redistest.StartReplicatedSentinel(t)
	db, _ := requiring(t, all.URL, redisstore.Replica)
	addLine(t, db)
	all.Pairs[0].Synced(t)
	all.Pairs[0].Master.HoldReplication()
	for range 3 {
		other, _ := requiring(t, all.URL, redisstore.Replica)
		if changedOnce(t.Context(), other, number, 1) {
			t.Error("confirmed")
		}
	}
	all.Pairs[0].Master.ReleaseReplication()
	all.Pairs[0].Synced(t)
	db.ProveWithin(patience)
	if !changedOnce(t.Context(), db, number, 1) {
		t.Error("not confirmed once the replica has it")
	}
}

// TestNothingIsRepeatedForItsProof has the slot of a line begin to move once a reset is made, so that the
// small write before the proof is sent elsewhere. The reset is made once, and in doubt.
func TestNothingIsRepeatedForItsProof(t *testing.T) {
	s := redistest.StartMini(t)
	s.Mini().Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
		if cmd != "SET" || !strings.HasPrefix(args[0], "uc:lasting:") {
			return false
		}
		c.WriteError("ASK 1 127.0.0.1:1")
		return true
	})
	db, _ := requiring(t, s.URL(), redisstore.Replica)
	record := pins.Record{At: now.Add(time.Minute), Event: pins.Reset, By: validation.By}
	for _, name := range []string{"add", "validate"} {
		check.OK(t, operations(db)[name](t.Context()))
	}
	ctx, doubt := durability.Watch(t.Context())
	if err := db.Lines().Reset(ctx, number, record, nil); err != nil || !doubt.Any() {
		t.Errorf("%v, doubt %t", err, doubt.Any())
	}
	history, err := db.Lines().History(t.Context(), number, 10)
	check.OK(t, err)
	resets := 0
	for _, entry := range history {
		if entry.At.Equal(record.At) {
			resets++
		}
	}
	if resets != 1 {
		t.Errorf("%d resets", resets)
	}
}
