package features_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestStore holds each sentence of the contract of [features.Store]. No test waits, or needs more than a few
// minutes' worth of time to be kept.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Change": changeTests, "Turn": turnTests, "Install": installTests,
		"Line": lineTests, "Together": togetherTests, "LastCaller": lastCallerTests,
	}, func(t check.T, db *redisstore.DB, start time.Time) play {
		p := play{t: t, db: db, start: start}
		p.add(known, list, dnd)
		return p
	})
}

// The numbers and the features of the tests.
const (
	known   nanp.Number = "+16125550142" // a line with the features list and dnd
	other   nanp.Number = "+16125550143" // to be added
	unknown nanp.Number = "+16125550199" // never a line

	list   = pins.DialLock
	absent = pins.CallRejection // not installed on the known line
)

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t     check.T
	db    *redisstore.DB
	start time.Time
}

func (p play) add(number nanp.Number, installed ...pins.Feature) {
	p.t.Helper()
	_, err := p.db.Lines().Add(p.t.Context(), []pins.NewLine{
		{Number: number, Features: pins.FeaturesOf(installed...)},
	}, p.start)
	p.t.OK(err)
}

// change is the change n of a feature of the known line, in turn n of a call. No two hold the
// same.
func (p play) change(feature pins.Feature, expected int64, n int) features.Change {
	turn := turn(n)
	return features.Change{
		Number: known, Feature: feature, Expected: expected, Revision: expected + 10,
		Settings: fmt.Appendf(nil, `{"settings":%d,"more":"¿\\ \"%%s\" %c"}`, n, 0),
		Event:    fmt.Appendf(nil, `{"event":%d,"more":"¡\n\r\\ %c"}`, n, 0xff),
		Record: pins.Record{
			At: p.start.Add(time.Duration(n) * time.Second), Event: pins.FeatureChanged,
			By: pins.ByCaller, Side: pins.FromLine, From: string(known), Call: turn.Call,
			Feature: feature, Changes: []string{"on", fmt.Sprint("change ", n), `¿"quoted"?`},
		},
		Turn: turn,
	}
}

func turn(n int) pins.Turn {
	return pins.Turn{Call: "CA0123456789abcdef0123456789abcdef", Number: n}
}

// make makes a change.
func (p play) make(change features.Change) {
	p.t.Helper()
	p.t.OK(p.db.Features().Change(p.t.Context(), change))
}

// refused makes a change that is refused, and leaves all as it was.
func (p play) refused(change features.Change, want error) {
	p.t.Helper()
	number := change.Number
	before, events := p.recordsOf(number), testkit.Events(p.t, p.db, number)
	stored, err := p.db.Features().Features(p.t.Context(), number, change.Turn)
	p.t.Is(p.db.Features().Change(p.t.Context(), change), want)
	after, afterErr := p.db.Features().Features(p.t.Context(), number, change.Turn)
	p.same(errors.Is(afterErr, pins.ErrNoLine), errors.Is(err, pins.ErrNoLine))
	p.same(after, stored)
	p.same(p.recordsOf(number), before)
	p.same(testkit.Events(p.t, p.db, number), events)
}

// stored returns what is stored of a line.
func (p play) stored(number nanp.Number) features.Stored {
	p.t.Helper()
	stored := check.Must(p.db.Features().Features(p.t.Context(), number, pins.Turn{}))(p.t)
	p.same(stored.Done, false)
	return stored
}

// settings wants exactly what these changes left of the known line, the last of each feature.
func (p play) settings(want ...features.Change) {
	p.t.Helper()
	kept := make(map[pins.Feature]features.Kept)
	for _, change := range want {
		kept[change.Feature] = features.Kept{Revision: change.Revision, Settings: change.Settings}
	}
	got := p.stored(known).Settings
	if len(got) == 0 && len(kept) == 0 {
		return
	}
	p.same(got, kept)
}

// published wants exactly the events of these changes, in order.
func (p play) published(want ...features.Change) {
	p.t.Helper()
	got := testkit.Events(p.t, p.db, known)
	p.same(len(got), len(want))
	for i, change := range want {
		p.same(string(got[i]), string(change.Event))
	}
}

// recorded wants exactly the records of these changes, the last one first.
func (p play) recorded(want ...features.Change) {
	p.t.Helper()
	got := p.recordsOf(known)
	p.same(len(got), len(want))
	for i, change := range want {
		p.same(got[len(got)-1-i], change.Record)
	}
}

// recordsOf returns the history of a line, newest first.
func (p play) recordsOf(number nanp.Number) []pins.Record {
	p.t.Helper()
	records := check.Must(p.db.Lines().History(p.t.Context(), number, pins.MaxHistory))(p.t)
	return records
}

// reset resets the PIN of the known line, and returns what stands in the history before that.
func (p play) reset(record pins.Record) (validated pins.Record) {
	p.t.Helper()
	v := pins.Validation{By: record.By, From: record.From, Method: pins.ByOperator, At: record.At, Until: record.At.Add(pins.ValidFor)}
	validated = pins.Record{At: record.At, Event: pins.CustomerValidated, By: record.By, From: record.From}
	p.t.OK(p.db.Lines().Validate(p.t.Context(), known, v, validated))
	p.t.OK(p.db.Lines().Reset(p.t.Context(), known, record, nil))
	return validated
}

func (p play) remove(number nanp.Number) {
	p.t.Helper()
	p.t.OK(p.db.Lines().Remove(p.t.Context(), number, pins.Record{At: p.start, Event: pins.Removed, By: "ann"}))
}

func (p play) same(got, want any) {
	p.t.Helper()
	check.Same(p.t, got, want, cmp.Comparer(sameFeatures))
}

func sameFeatures(a, b pins.Features) bool { return a == b }

var togetherTests = map[string]func(play){
	"of a hundred changes at once one stands": func(p play) {
		results := make([]error, 100)
		check.AtOnce(100, func(i int) { results[i] = p.db.Features().Change(p.t.Context(), p.change(list, 0, i)) })
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
		stands := p.change(list, 0, won)
		p.settings(stands)
		p.recorded(stands)
		p.published(stands)
	},
	"the same turn a hundred times at once is made once": func(p play) {
		one := p.change(list, 0, 1)
		check.AtOnce(100, func(int) {
			if err := p.db.Features().Change(p.t.Context(), one); err != nil {
				p.t.Error(err)
			}
		})
		p.settings(one)
		p.recorded(one)
		p.published(one)
	},
	"events and records of many who try until they are through are in the order of the changes": func(p play) {
		const many = 30
		check.AtOnce(many, func(i int) {
			if err := p.through(i); err != nil {
				p.t.Error(err)
			}
		})
		events, records := testkit.Events(p.t, p.db, known), p.recordsOf(known)
		p.same(len(events), many)
		p.same(len(records), many)
		for i := range events {
			want := fmt.Sprintf("revision %d", i+1)
			p.same(string(events[i]), want)
			p.same(records[many-1-i].Changes, []string{want})
		}
	},
}

// through makes change i of what the others have left.
func (p play) through(i int) error {
	for {
		stored, err := p.db.Features().Features(p.t.Context(), known, pins.Turn{})
		if err != nil {
			return err
		}
		change := p.change(list, stored.Settings[list].Revision, i)
		change.Revision = change.Expected + 1
		told := fmt.Sprintf("revision %d", change.Revision)
		change.Event, change.Record.Changes = []byte(told), []string{told}
		if err := p.db.Features().Change(p.t.Context(), change); !errors.Is(err, storage.ErrStale) {
			return err
		}
	}
}
