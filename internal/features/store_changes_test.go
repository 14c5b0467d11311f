package features_test

import (
	"strings"

	"updatecenter/internal/features"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

var changeTests = map[string]func(play){
	"a change is stored, recorded and published": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		p.settings(one)
		p.recorded(one)
		p.published(one)
	},
	"changes of a feature follow each other": func(p play) {
		one, two, three := p.change(list, 0, 1), p.change(list, 10, 2), p.change(list, 20, 3)
		for _, change := range []features.Change{one, two, three} {
			p.make(change)
		}
		p.settings(three)
		p.recorded(one, two, three)
		p.published(one, two, three)
	},
	"features have revisions of their own, and one order of events": func(p play) {
		one, two, three := p.change(list, 0, 1), p.change(dnd, 0, 2), p.change(list, 10, 3)
		for _, change := range []features.Change{one, two, three} {
			p.make(change)
		}
		p.settings(two, three)
		p.recorded(one, two, three)
		p.published(one, two, three)
	},
	"a revision is as large as a time in milliseconds": func(p play) {
		one := p.change(list, 0, 1)
		one.Revision = p.start.UnixMilli()
		p.make(one)
		two := p.change(list, one.Revision, 2)
		two.Revision = one.Revision + 1
		p.refused(p.change(list, one.Revision-1, 3), storage.ErrStale)
		p.make(two)
		p.refused(p.change(list, one.Revision, 4), storage.ErrStale)
		p.settings(two)
	},
	"another revision than the expected one is stale": func(p play) {
		p.refused(p.change(list, 10, 1), storage.ErrStale)
		p.make(p.change(list, 0, 2))
		for n, expected := range []int64{0, 1, 9, 11, 20, -1} {
			p.refused(p.change(list, expected, 10+n), storage.ErrStale)
		}
		p.make(p.change(list, 10, 3))
	},
	"what was stale can be made in the same turn": func(p play) {
		p.make(p.change(list, 0, 1))
		p.refused(p.change(list, 0, 2), storage.ErrStale)
		two := p.change(list, 10, 2)
		p.make(two)
		p.settings(two)
	},
	"a number that is no line has nothing to change": func(p play) {
		change := p.change(list, 0, 1)
		change.Number = unknown
		p.refused(change, pins.ErrNoLine)
	},
	"a feature that is not installed can't be changed": func(p play) {
		p.refused(p.change(absent, 0, 1), features.ErrNotInstalled)
		p.settings()
	},
	"long settings stay whole": func(p play) {
		one := p.change(list, 0, 1)
		one.Settings = []byte(strings.Repeat(`"+123456789012345",`, 200))
		one.Event = []byte(strings.Repeat(`"+123456789012346",`, 200))
		one.Record.Changes = strings.Split(strings.Repeat("added +123456789012345,", 60), ",")
		p.make(one)
		p.settings(one)
		p.recorded(one)
		p.published(one)
	},
	"a change names the PIN that its caller proved to know": func(p play) {
		one := p.change(list, 0, 1)
		one.Proved = p.stored(known).PINRevision
		line, err := p.db.Lines().Line(p.t.Context(), known)
		p.t.OK(err)
		p.same(one.Proved, line.Revision)
		p.make(one)
		p.reset(pins.Record{At: p.start, Event: pins.Reset, By: "ann"})
		p.same(p.stored(known).PINRevision, line.Revision+1)
		for n, two := range []features.Change{
			p.change(list, 10, 2), p.change(list, 5, 3), p.change(absent, 0, 4),
		} {
			for _, proved := range []int64{line.Revision, line.Revision + 2, 1, -1} {
				two.Proved = proved
				p.refused(two, features.ErrOvertaken)
			}
			p.same(two.Turn, turn(n+2))
		}
		p.make(one) // the turn was made before
		two := p.change(list, 10, 2)
		two.Proved = line.Revision + 1
		p.make(two)
		p.settings(two)
	},
	"the records of PINs and of features are one history": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		reset := pins.Record{At: p.start, Event: pins.Reset, By: "ann", Reason: "forgot it"}
		validated := p.reset(reset)
		two := p.change(list, 10, 2)
		p.make(two)
		p.same(p.recordsOf(known), []pins.Record{two.Record, reset, validated, one.Record})
	},
	"lines have settings and events of their own": func(p play) {
		p.add(other, list)
		one := p.change(list, 0, 1)
		p.make(one)
		p.same(len(p.stored(other).Settings), 0)
		p.same(len(testkit.Events(p.t, p.db, other)), 0)
		theirs := p.change(list, 0, 1) // the same turn
		theirs.Number = other
		p.make(theirs)
		p.same(p.stored(other).Settings[list].Revision, theirs.Revision)
		p.published(one)
	},
}

var turnTests = map[string]func(play){
	"a turn again changes nothing more, and is no error": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		p.make(one)
		p.settings(one)
		p.recorded(one)
		p.published(one)
	},
	"a turn again after others changes nothing more": func(p play) {
		one, two := p.change(list, 0, 1), p.change(list, 10, 2)
		p.make(one)
		p.make(two)
		p.make(one)
		again := p.change(list, 20, 1) // as it would be made of the settings now
		p.make(again)
		p.settings(two)
		p.published(one, two)
	},
	"a turn that changed something is known": func(p play) {
		p.make(p.change(list, 0, 1))
		for n := range 4 {
			stored, err := p.db.Features().Features(p.t.Context(), known, turn(n))
			p.t.OK(err)
			p.same(stored.Done, n == 1)
		}
		elsewhere := pins.Turn{Call: "CA1", Number: 1}
		stored, err := p.db.Features().Features(p.t.Context(), known, elsewhere)
		p.t.OK(err)
		p.same(stored.Done, false)
	},
	"the zero turn is always new": func(p play) {
		one, two := p.change(list, 0, 1), p.change(list, 10, 2)
		one.Turn, two.Turn = pins.Turn{}, pins.Turn{}
		p.make(one)
		p.make(two)
		p.refused(two, storage.ErrStale)
		p.settings(two)
		p.published(one, two)
	},
}
