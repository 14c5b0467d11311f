package features_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
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
		line := check.Must(p.db.Lines().Line(p.t.Context(), known))(p.t)
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
			stored := check.Must(p.db.Features().Features(p.t.Context(), known, turn(n)))(p.t)
			p.same(stored.Done, n == 1)
		}
		elsewhere := pins.Turn{Call: "CA1", Number: 1}
		stored := check.Must(p.db.Features().Features(p.t.Context(), known, elsewhere))(p.t)
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

var installTests = map[string]func(play){
	"install says of each line whether anything changed": func(p play) {
		p.add(other)
		got := p.install(
			features.Installation{Number: known, Features: pins.FeaturesOf(list, dnd)},
			features.Installation{Number: unknown, Features: pins.FeaturesOf(list)},
			features.Installation{Number: other, Features: pins.FeaturesOf(absent)},
		)
		p.same(got, []bool{false, false, true})
		p.same(p.stored(other).Installed, pins.FeaturesOf(absent))
		p.same(len(p.recordsOf(known)), 0)
		p.same(len(p.recordsOf(unknown)), 0)
		p.t.Is(check.Err(p.db.Features().Features(p.t.Context(), unknown, pins.Turn{})), pins.ErrNoLine)
	},
	"install records what it changed, and publishes what it took away": func(p play) {
		p.same(p.install(features.Installation{Number: known, Features: pins.FeaturesOf(list, absent)}), []bool{true})
		records := p.recordsOf(known)
		p.same(len(records), 1)
		slices.Sort(records[0].Changes)
		want := p.installation()
		want.Changes = []string{"installed " + string(absent), "removed " + string(dnd)}
		p.same(records[0], want)
		p.removed(0, p.removal(dnd, p.start.UnixMilli()))
	},
	"what is only installed is not published": func(p play) {
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(list, dnd, absent)})
		p.published()
	},
	"removals are published in order, after what was changed": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		p.install(
			features.Installation{Number: known},
			features.Installation{Number: unknown},
			features.Installation{Number: known, Features: pins.FeaturesOf(list)},
			features.Installation{Number: known},
		)
		p.same(string(testkit.Events(p.t, p.db, known)[0]), string(one.Event))
		now := p.start.UnixMilli()
		p.removed(1, p.removal(dnd, now), p.removal(list, now), p.removal(list, now))
		p.same(len(testkit.Events(p.t, p.db, unknown)), 0)
	},
	"a removal has the revision after that of the settings, if time is behind": func(p play) {
		one := p.change(list, 0, 1)
		one.Revision = p.start.UnixMilli() + 5000
		p.make(one)
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(dnd)})
		p.removed(1, p.removal(list, one.Revision+1))
	},
	"a removal that can't be written takes nothing away": func(p play) {
		broken := errors.New("broken")
		_, err := p.db.Features().Install(p.t.Context(), []features.Installation{{Number: known}}, p.installation(),
			func(nanp.Number, pins.Feature) ([]byte, []byte, error) { return nil, nil, broken })
		p.t.Is(err, broken)
		p.same(p.stored(known).Installed, pins.FeaturesOf(list, dnd))
		p.same(len(p.recordsOf(known)), 0)
	},
	"settings stay with what stays installed": func(p play) {
		one, two := p.change(list, 0, 1), p.change(dnd, 0, 2)
		p.make(one)
		p.make(two)
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(list, absent)})
		p.settings(one)
		p.refused(p.change(dnd, two.Revision, 3), features.ErrNotInstalled)
		p.removed(2, p.removal(dnd, p.start.UnixMilli()))
	},
	"a feature that is installed again starts anew": func(p play) {
		p.make(p.change(list, 0, 1))
		p.install(features.Installation{Number: known})
		p.same(p.stored(known).Installed, pins.Features{})
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(list)})
		p.settings()
		p.refused(p.change(list, 10, 2), storage.ErrStale)
		p.make(p.change(list, 0, 3))
	},
	"what stands twice is installed in turn": func(p play) {
		got := p.install(
			features.Installation{Number: known, Features: pins.FeaturesOf(absent)},
			features.Installation{Number: known, Features: pins.FeaturesOf(list)},
			features.Installation{Number: known, Features: pins.FeaturesOf(list)},
		)
		p.same(got, []bool{true, true, false})
		p.same(p.stored(known).Installed, pins.FeaturesOf(list))
		p.same(len(p.recordsOf(known)), 2)
	},
	"what is taken away and given back is both": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		got := p.install(
			features.Installation{Number: known},
			features.Installation{Number: known, Features: pins.FeaturesOf(list, dnd)},
		)
		p.same(got, []bool{true, true})
		p.same(p.stored(known).Installed, pins.FeaturesOf(list, dnd))
		p.settings()
		p.same(len(testkit.Events(p.t, p.db, known)), 3)
	},
	"the history keeps no more than the newest MaxHistory": func(p play) {
		for range pins.MaxHistory {
			p.t.OK(p.db.Lines().Append(p.t.Context(), known, pins.Record{At: p.start, Event: pins.NoticeUndelivered, By: "ann"}))
		}
		p.make(p.change(list, 0, 1))
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(pins.AllFeatures[:]...)})
		records := check.Must(p.db.Lines().History(p.t.Context(), known, 2*pins.MaxHistory))(p.t)
		p.same(len(records), pins.MaxHistory)
		p.same(records[0].Event, pins.FeaturesInstalled)
	},
	"install takes no lines": func(p play) { p.same(len(p.install()), 0) },
	"install takes many lines": func(p play) {
		lines := make([]pins.NewLine, 450) // more than two batches
		wanted := make([]features.Installation, len(lines))
		for i := range lines {
			lines[i].Number = nanp.Number(fmt.Sprintf("+1763555%04d", i))
			wanted[i] = features.Installation{Number: lines[i].Number, Features: pins.FeaturesOf(list)}
		}
		p.t.OK(check.Err(p.db.Lines().Add(p.t.Context(), lines, p.start)))
		for _, want := range []bool{true, false} {
			got := p.install(wanted...)
			p.same(len(got), len(wanted))
			p.same(slices.Contains(got, !want), false)
		}
		p.same(p.stored(lines[len(lines)-1].Number).Installed, pins.FeaturesOf(list))
	},
}

// installation is the record that the tests install with.
func (p play) installation() pins.Record {
	return pins.Record{
		At: p.start, Event: pins.FeaturesInstalled, By: "ann", From: "command line", Reason: `¿"why"?`,
	}
}

func (p play) install(lines ...features.Installation) []bool {
	p.t.Helper()
	changed, err := p.db.Features().Install(p.t.Context(), lines, p.installation(), func(n nanp.Number, f pins.Feature) ([]byte, []byte, error) {
		return []byte(removalOf(n, f)), []byte(" ¿%d?"), nil
	})
	p.t.OK(err)
	return changed
}

// removalOf is how the events of removals begin in the tests.
func removalOf(number nanp.Number, feature pins.Feature) string {
	return fmt.Sprintf(`"%%s\%s %s `, number, feature)
}

// removal is the event that a feature of the known line is gone.
func (p play) removal(feature pins.Feature, revision int64) string {
	return removalOf(known, feature) + fmt.Sprint(revision) + " ¿%d?"
}

// removed wants exactly these removals after the first events of the known line.
func (p play) removed(first int, want ...string) {
	p.t.Helper()
	var got []string
	for _, event := range testkit.Events(p.t, p.db, known)[first:] {
		got = append(got, string(event))
	}
	p.same(got, want)
}

var lineTests = map[string]func(play){
	"a line has the features that it was added with, and no settings": func(p play) {
		p.same(p.stored(known).Installed, pins.FeaturesOf(list, dnd))
		p.settings()
		line := check.Must(p.db.Lines().Line(p.t.Context(), known))(p.t)
		p.same(line.Features, pins.FeaturesOf(list, dnd))
	},
	"a line shows the features that were installed": func(p play) {
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(pins.AllFeatures[:]...)})
		line := check.Must(p.db.Lines().Line(p.t.Context(), known))(p.t)
		p.same(line.Features, pins.FeaturesOf(pins.AllFeatures[:]...))
	},
	"a change of a feature leaves the PIN alone, and a reset of the PIN the settings": func(p play) {
		before := check.Must(p.db.Lines().Line(p.t.Context(), known))(p.t)
		one := p.change(list, 0, 1)
		p.make(one)
		after := check.Must(p.db.Lines().Line(p.t.Context(), known))(p.t)
		p.same(after, before)
		p.reset(pins.Record{At: p.start, Event: pins.Reset, By: "ann"})
		p.settings(one)
	},
	"settings go with the line": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		p.remove(known)
		p.t.Is(check.Err(p.db.Features().Features(p.t.Context(), known, pins.Turn{})), pins.ErrNoLine)
		p.refused(p.change(list, one.Revision, 2), pins.ErrNoLine)
		p.add(known)
		p.same(p.stored(known).Installed, pins.Features{})
		p.install(features.Installation{Number: known, Features: pins.FeaturesOf(list)})
		p.settings()
		p.refused(p.change(list, one.Revision, 3), storage.ErrStale)
	},
	"what was published of a line that was removed is still delivered": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		p.remove(known)
		p.published(one)
	},
}
