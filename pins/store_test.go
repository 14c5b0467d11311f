package pins_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestStore holds each sentence of the contracts of [pins.Store], [pins.CallerStore], [pins.Registry] and
// [pins.Validations]. Time is handed to the stores, so that no test waits. It starts at the present, and goes
// on by months within a test: what a store lets expire by its own clock must outlast that
// test, and what is to be forgotten must be so by the time that was handed over.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Line": lineTests, "Admit": admitTests, "Settle": settleTests, "Lock": lockTests,
		"Together": togetherTests, "Change": changeTests, "Caller": callerTests,
		"Registry": registryTests, "History": historyTests, "Validations": validationTests,
	}, func(t check.T, db *redisstore.DB, start time.Time) play {
		p := play{t: t, db: db, lines: db.Lines(), start: start}
		p.add(known)
		return p
	})
}

// The numbers of the tests.
const (
	known   nanp.Number = "+16125550142" // a line with the temporary PIN
	other   nanp.Number = "+16125550143" // to be added
	unknown nanp.Number = "+16125550199" // never a line
	caller              = "+19525550100"
)

// rule is the lock rule of service.
var rule = pins.DefaultLock()

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t     check.T
	db    *redisstore.DB
	lines redisstore.Lines
	start time.Time
}

// attempt is turn n of a call, made at a time after the start.
func (p play) attempt(number nanp.Number, side pins.Side, n int, after time.Duration) pins.Attempt {
	return pins.Attempt{
		Number: number, Side: side, From: caller, At: p.start.Add(after),
		Turn: pins.Turn{Call: "CA0123456789abcdef0123456789abcdef", Number: n},
	}
}

func (p play) admit(a pins.Attempt) pins.Admission {
	p.t.Helper()
	admission := check.Must(p.lines.Admit(p.t.Context(), a, rule))(p.t)
	return admission
}

func (p play) admitted(a pins.Attempt, want bool) {
	p.t.Helper()
	if got := p.admit(a).Admitted; got != want {
		p.t.Fatalf("turn %d at %v: admitted %t, want %t", a.Turn.Number, a.At.Sub(p.start), got, want)
	}
}

func (p play) settle(a pins.Attempt, as limit.Outcome) limit.Strikes {
	p.t.Helper()
	strikes := check.Must(p.lines.Settle(p.t.Context(), a, pins.Settlement{As: as}, rule))(p.t)
	return strikes
}

// fail admits and fails the turns from first to last, and returns the strikes then.
func (p play) fail(number nanp.Number, side pins.Side, first, last int, after time.Duration) (strikes limit.Strikes) {
	p.t.Helper()
	for n := first; n <= last; n++ {
		a := p.attempt(number, side, n, after)
		p.admitted(a, true)
		strikes = p.settle(a, limit.Failed)
	}
	return strikes
}

// pass admits and passes a turn of the known line.
func (p play) pass(side pins.Side, n int, after time.Duration) {
	p.t.Helper()
	a := p.attempt(known, side, n, after)
	p.admitted(a, true)
	p.t.Same(p.settle(a, limit.Passed), limit.Strikes{})
}

func (p play) line(number nanp.Number) pins.Line {
	p.t.Helper()
	line := check.Must(p.lines.Line(p.t.Context(), number))(p.t)
	return line
}

func (p play) strikes(side pins.Side, want limit.Strikes) {
	p.t.Helper()
	p.t.Same(p.line(known).Strikes(side), want)
}

func (p play) add(number nanp.Number) {
	p.t.Helper()
	p.t.OK(check.Err(p.lines.Add(p.t.Context(), []pins.NewLine{{Number: number}}, p.start)))
}

// set gives the known line a PIN in turn n.
func (p play) set(pin hash.Hash, n int) {
	p.t.Helper()
	p.t.OK(p.change(p.line(known).Revision, pin, n))
}

// change is what set does, for a caller who has proved to know the PIN of that revision.
func (p play) change(revision int64, pin hash.Hash, n int) error {
	p.t.Helper()
	return p.lines.Change(p.t.Context(), p.changeOf(revision, pin, n))
}

func (p play) changeOf(revision int64, pin hash.Hash, n int) pins.Change {
	a := p.attempt(known, pins.FromLine, n, time.Duration(n)*time.Second)
	return pins.Change{
		Number: known, Revision: revision, PIN: pin, Turn: a.Turn,
		Record: pins.Record{
			At: a.At, Event: pins.Changed, By: pins.ByCaller,
			Side: a.Side, From: a.From, Call: a.Turn.Call,
		},
		Notice: fmt.Appendf(nil, "change %d\x00\xff", n),
	}
}

// reset resets the PIN of a line, whose customer is validated before.
func (p play) reset(number nanp.Number) error {
	p.t.Helper()
	if err := p.validate(number, p.validation()); err != nil && !errors.Is(err, pins.ErrNoLine) {
		return err
	}
	return p.lines.Reset(p.t.Context(), number, p.record(pins.Reset), nil)
}

// due checks the notices of a line that are due.
func (p play) due(number nanp.Number, want ...string) {
	p.t.Helper()
	got := []string{}
	for _, notice := range testkit.Notices(p.t, p.db, string(number)) {
		got = append(got, string(notice))
	}
	p.t.Same(got, append([]string{}, want...))
}

func (p play) record(event pins.Event) pins.Record {
	return pins.Record{
		At: p.start.Add(time.Hour), Event: event, By: "ann", From: "command line", Reason: "forgot it: ¿no? \"\n",
	}
}

func (p play) history(number nanp.Number, want ...pins.Record) {
	p.t.Helper()
	got := check.Must(p.lines.History(p.t.Context(), number, 100))(p.t)
	if len(got) == 0 && len(want) == 0 {
		return
	}
	p.t.Same(got, want)
}

var admitTests = map[string]func(play){
	"a line is admitted as it is": func(p play) {
		p.set("hash one", 1)
		p.fail(known, pins.Remote, 2, 3, 0)
		admission := p.admit(p.attempt(known, pins.Remote, 4, 0))
		p.t.Same(admission, pins.Admission{Admitted: true, Known: true, Line: p.line(known)})
		p.t.Same(admission.Line.PIN, hash.Hash("hash one"))
		p.t.Same(admission.Line.Remote.Failures, 2)
	},
	"a number that is no line is admitted and counted in the same way": func(p play) {
		p.fail(unknown, pins.Remote, 1, 4, 0)
		admission := p.admit(p.attempt(unknown, pins.Remote, 5, 0))
		p.t.Same(admission.Admitted, true)
		p.t.Same(admission.Known, false)
		p.t.Same(admission.Line.Number, unknown)
		p.t.Same(admission.Line.Strikes(pins.Remote), limit.Strikes{Failures: 4})
		p.admitted(p.attempt(unknown, pins.Remote, 6, 0), false)
	},
	"the other side has room of its own": func(p play) {
		for n := range rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, n, 0), true)
		}
		p.admitted(p.attempt(known, pins.FromLine, 99, 0), true)
	},
	"the other line has room of its own": func(p play) {
		p.add(other)
		for n := range rule.LockAt {
			p.admitted(p.attempt(known, pins.Remote, n, 0), true)
		}
		p.admitted(p.attempt(other, pins.Remote, 99, 0), true)
	},
	"turns of the same number in two calls are two": func(p play) {
		a := p.attempt(known, pins.Remote, 1, 0)
		b := a
		b.Turn.Call = "CAfedcba9876543210fedcba9876543210"
		p.admitted(a, true)
		p.admitted(b, true)
		p.settle(a, limit.Failed)
		p.t.Same(p.settle(b, limit.Failed), limit.Strikes{Failures: 2})
	},
}

var togetherTests = map[string]func(play){
	"a hundred wrong entries at once get five, and five after the soft lock": func(p play) {
		for _, number := range []nanp.Number{known, unknown} {
			p.t.Same(p.storm(number, 0, 0), rule.LockAt)
			p.t.Same(p.storm(number, 100, rule.LockFor-time.Second), 0)
			p.t.Same(p.storm(number, 200, rule.LockFor+time.Second), rule.CloseAt-rule.LockAt)
			p.t.Same(p.storm(number, 300, 80*24*time.Hour), 0)
		}
		strikes := p.line(known).Remote
		p.t.Same(strikes.Failures, rule.CloseAt)
		p.t.Same(strikes.Closed, true)
		records := check.Must(p.lines.History(p.t.Context(), known, 100))(p.t)
		p.t.Same(len(records), 2)
	},
	"of a hundred changes at once one stands": func(p play) {
		revision, results := p.line(known).Revision, make([]error, 100)
		check.AtOnce(100, func(i int) { results[i] = p.change(revision, hash.Hash(fmt.Sprint("hash ", i)), i) })
		won := -1
		for i, err := range results {
			switch {
			case err != nil:
				p.t.Is(err, storage.ErrStale)
			case won >= 0:
				p.t.Fatalf("changes %d and %d both stand", won, i)
			default:
				won = i
			}
		}
		p.t.Same(p.line(known).PIN, hash.Hash(fmt.Sprint("hash ", won)))
		p.history(known, p.changeOf(0, "", won).Record)
	},
}

// storm makes a hundred attempts from first at once, fails those that are admitted, and says how many were.
func (p play) storm(number nanp.Number, first int, after time.Duration) int {
	admitted := make([]bool, 100)
	check.AtOnce(100, func(i int) {
		a := p.attempt(number, pins.Remote, first+i, after)
		admission, err := p.lines.Admit(p.t.Context(), a, rule)
		if err == nil && admission.Admitted {
			admitted[i] = true
			_, err = p.lines.Settle(p.t.Context(), a, pins.Settlement{As: limit.Failed}, rule)
		}
		if err != nil {
			p.t.Error(err)
		}
	})
	return count(admitted)
}

func count(all []bool) (n int) {
	for _, yes := range all {
		if yes {
			n++
		}
	}
	return n
}
