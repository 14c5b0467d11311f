package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// reckon waits until everything is quiet, and holds what customers have heard, and were told, against
// what stands in Redis.
//
//   - lost: the caller heard that it is done, and it is not there, or does not let them in; or its event is not there.
//   - doubled: a change that stands twice in the history, or of which the telephone or an event told twice.
//   - unheard: a change that is there, and the caller heard nothing that says so or lets them try it.
//   - untold: a change of which the line's telephone, or an event, never told whom it has to.
//   - dead: a call that ended without a sentence of ours that helps.
//
// Not counted as doubled is when a telephone tells once more what a master that is gone knew it had
// answered: only changes wait for a replica.
func (w *world) reckon() Counts {
	w.t.Helper()
	ended := w.quiet()
	if unfinished := w.unfinished(); unfinished > 0 {
		w.t.Logf("%d deliveries are still under way", unfinished)
	}
	done := map[*customer]int{}
	for _, c := range w.customers {
		done[c] = w.changes(c)
	}
	counts := Counts{Operations: len(w.customers), Kills: w.kills, Lost: 0, Doubled: 0, Unheard: 0, Untold: 0, Dead: 0}
	verdicts := map[verdict]int{}
	for turn, c := range w.customers {
		verdicts[c.heard]++
		wrong := w.judge(c, turn, done[c])
		if !ended { // they may be told yet
			delete(wrong, Untold)
		}
		for count, n := range wrong {
			counts[count] += n
			if counts[count] <= showMost {
				w.t.Logf("%s: %s", columnName(count), w.story(c, done[c]))
			}
		}
	}
	if !ended {
		delete(counts, Untold)
	}
	broken, why := w.balancer.brokenSoFar()
	if counts[Dead] > 0 {
		w.t.Log(why)
	}
	w.t.Logf("of %d calls, %v; the balancer said 502 %d times; %d were told again, or of what is gone, after a fail-over",
		len(w.customers), verdicts, broken, w.notifiedAgain)
	return counts
}

// showMost bounds the stories that are told of each kind.
const showMost = 5

func columnName(c Count) string {
	return [...]string{"operations", "kills", "lost", "doubled", "unheard", "untold", "dead"}[c]
}

// judge counts what went wrong for a customer, for whom done changes were made.
func (w *world) judge(c *customer, turn, done int) Counts {
	wrong := Counts{}
	if c.failed != nil {
		w.t.Logf("the telephone of %s: %v", c.line, c.failed)
	}
	switch {
	case c.event() != pins.Changed && w.events(c) != done:
		wrong[Lost]++
	case c.heard == heardDone && (done == 0 || c.event() == pins.Changed && !w.letsIn(c, turn)):
		wrong[Lost]++
	case done > 0 && c.heard != heardDone && c.heard != heardMayBe:
		wrong[Unheard]++
	}
	if c.heard == heardTwilio || c.heard == heardNothing || c.failed != nil {
		wrong[Dead]++
	}
	if done > 1 {
		wrong[Doubled]++
	}
	for _, told := range w.told(c) {
		switch {
		case told == 0 && done > 0:
			wrong[Untold]++
		case told > done && w.plan.mayLose:
			w.notifiedAgain++
		case told > done:
			wrong[Doubled]++
		}
	}
	return wrong
}

// told is how often each was told of a customer's change who has to be: at the line's telephone, and the operator by
// events.
func (w *world) told(c *customer) (times []int) {
	if c.notice() != "" {
		times = append(times, w.timesNotified(c))
	}
	if c.event() != pins.Changed {
		times = append(times, w.operator.heard(c.line))
	}
	return times
}

// changes are how often a customer's change stands in the history of the line.
func (w *world) changes(c *customer) int {
	w.t.Helper()
	var records []pins.Record
	w.ask(func() (err error) {
		records, err = pins.Provisioning{Registry: w.db.Lines()}.History(w.t.Context(), c.line, 0)
		return err
	})
	n := 0
	for _, r := range records {
		if r.Event == c.event() && r.Call == c.call && c.call != "" {
			n++
		}
	}
	return n
}

// events are how many a customer's line has had.
func (w *world) events(c *customer) int {
	w.t.Helper()
	var events []redisstore.Event
	w.ask(func() (err error) {
		events, err = w.db.Events().Since(w.t.Context(), c.line, time.Time{})
		return err
	})
	return len(events)
}

// ask asks Redis for up to a minute: after a fail-over, its new master is known only after a while.
func (w *world) ask(question func() error) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := question()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatal(err)
		}
	}
}

// letsIn says whether the line takes the new PIN.
func (w *world) letsIn(c *customer, turn int) bool {
	w.t.Helper()
	var result pins.CheckResult
	w.ask(func() (err error) {
		result, err = w.lines.Check(w.t.Context(), pins.Attempt{
			Number: c.line, Side: pins.FromLine, From: string(c.line), Turn: pins.Turn{Call: fmt.Sprint("after ", c.call), Number: turn},
		}, secret.New(newPIN))
		return err
	})
	return result.Outcome == pins.Right
}

// timesNotified is how often the line's telephone told of the change.
func (w *world) timesNotified(c *customer) int {
	told := 0
	for _, call := range w.telephones.calls(string(c.line)) {
		if strings.Contains(call.words, c.notice()) {
			told++
		}
	}
	return told
}

// story is what happened to a customer, for whoever looks into it.
func (w *world) story(c *customer, done int) string {
	heard := c.words
	if len(heard) > 300 {
		heard = "... " + heard[len(heard)-300:]
	}
	due, err := w.db.Notices().Next(w.t.Context(), string(c.line), 10)
	var rang strings.Builder
	for _, call := range w.telephones.calls(string(c.line)) {
		delivery, err := w.db.Deliveries().Get(w.t.Context(), call.delivery)
		fmt.Fprintf(&rang, "[%d: %q, faults %v, of %+v (%v)]", call.order, call.words, call.faults, delivery, err)
	}
	return fmt.Sprintf("%s %s in call %s at %s: changed %d times, told %v times, %d notices due (%v), telephone %s, heard that %s (%s); %v",
		c.line, c.errand, c.call, c.dialed.Format(time.TimeOnly), done, w.told(c), len(due), err, rang.String(), c.heard, heard, c.faults)
}

// heard takes what a test is told.
type heard struct {
	testing.TB
	errors []string
}

func (h *heard) Helper() {}
func (h *heard) Errorf(format string, args ...any) {
	h.errors = append(h.errors, fmt.Sprintf(format, args...))
}

func TestReport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows")
	t.Setenv(environment, file)
	for _, test := range []struct {
		counts Counts
		fails  bool
	}{
		{Counts{Operations: 3, Kills: 2, Lost: 0}, false},
		{Counts{Operations: 3, Doubled: 1}, true},
		{Counts{Lost: 0}, true},
		{Counts{Operations: 3, Kills: 0}, true},
	} {
		h := &heard{TB: t}
		Report(h, "servers killed", "single", test.counts)
		if failed := len(h.errors) > 0; failed != test.fails {
			t.Errorf("%v: %q", test.counts, h.errors)
		}
	}
	got, err := os.ReadFile(file)
	const want = "servers killed\tsingle\t3\t2\t0\t-\t-\t-\t-\tTestReport\n" +
		"servers killed\tsingle\t3\t-\t-\t1\t-\t-\t-\tTestReport\n" +
		"servers killed\tsingle\t-\t-\t0\t-\t-\t-\t-\tTestReport\n" +
		"servers killed\tsingle\t3\t0\t-\t-\t-\t-\t-\tTestReport\n"
	if err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTimes(t *testing.T) {
	t.Setenv(environment, "")
	if Long() || Times(2, 200) != 2 {
		t.Error("the short form is long")
	}
	t.Setenv(environment, "a file")
	if !Long() || Times(2, 200) != 200 {
		t.Error("the long form is short")
	}
}
