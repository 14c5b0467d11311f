package pins_test

import (
	"fmt"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var registryTests = map[string]func(play){
	"add says of each line whether it was created": func(p play) {
		created, err := p.lines.Add(p.t.Context(), []pins.NewLine{
			{Number: other, Language: "es"}, {Number: known, Language: "es"},
			{Number: unknown}, {Number: other, Language: "en"},
		}, p.start.Add(time.Minute))
		p.t.OK(err)
		p.t.Same(created, []bool{true, false, true, false})
		line := p.line(other)
		p.t.Same(line, pins.Line{
			Number: other, Language: "es", Since: p.start.Add(time.Minute), Revision: line.Revision,
		})
		p.t.Same(p.line(unknown).Language, "")
		p.history(other)
	},
	"add again changes nothing": func(p play) {
		p.t.OK(p.lines.SetLanguage(p.t.Context(), known, "en"))
		p.set("hash one", 1)
		p.fail(known, pins.Remote, 2, 6, 0)
		before := p.line(known)
		created, err := p.lines.Add(p.t.Context(), []pins.NewLine{{Number: known, Language: "es"}}, p.start.Add(time.Hour))
		p.t.OK(err)
		p.t.Same(created, []bool{false})
		p.t.Same(p.line(known), before)
	},
	"add gives new lines their features": func(p play) {
		for i, given := range []bool{true, false} {
			number := nanp.Number(fmt.Sprint("+1763555010", i))
			_, err := p.lines.Add(p.t.Context(), []pins.NewLine{{
				Number: number, Language: "en", Features: someFeatures, FeaturesGiven: given,
			}}, p.start)
			p.t.OK(err)
			line := p.line(number)
			p.t.Same(line, pins.Line{
				Number: number, Language: "en", Since: p.start, Revision: line.Revision, Features: someFeatures,
			})
			p.history(number)
		}
		every := pins.FeaturesOf(pins.AllFeatures[:]...)
		p.t.OK(check.Err(p.lines.Add(p.t.Context(), []pins.NewLine{{Number: other, Features: every}}, p.start)))
		p.t.Same(p.line(other).Features, every)
	},
	"add again leaves the features of lines": func(p play) {
		p.addFeatured()
		for _, features := range []pins.Features{{}, pins.FeaturesOf(pins.CallRejection)} {
			created, err := p.lines.Add(p.t.Context(), []pins.NewLine{
				{Number: other, Features: features, FeaturesGiven: true}, {Number: known, Features: features, FeaturesGiven: true},
			}, p.start.Add(time.Hour))
			p.t.OK(err)
			p.t.Same(created, []bool{false, false})
			p.t.Same(p.line(other).Features, someFeatures)
			p.t.Same(p.line(known).Features, pins.Features{})
		}
	},
	"of a number that is added twice at once, the first features count": func(p play) {
		created, err := p.lines.Add(p.t.Context(), []pins.NewLine{
			{Number: other, Features: someFeatures}, {Number: other, Features: pins.FeaturesOf(pins.CallRejection)},
		}, p.start)
		p.t.OK(err)
		p.t.Same(created, []bool{true, false})
		p.t.Same(p.line(other).Features, someFeatures)
	},
	"remove forgets the features": func(p play) {
		p.addFeatured()
		p.t.OK(p.lines.Remove(p.t.Context(), other, p.record(pins.Removed)))
		p.t.Same(p.admit(p.attempt(other, pins.Remote, 1, 0)).Line.Features, pins.Features{})
		p.add(other)
		p.t.Same(p.line(other).Features, pins.Features{})
	},
	"reset leaves the features": func(p play) {
		p.addFeatured()
		p.t.OK(p.reset(other))
		p.t.Same(p.line(other).Features, someFeatures)
	},
	"add takes no lines": func(p play) {
		created := check.Must(p.lines.Add(p.t.Context(), nil, p.start))(p.t)
		p.t.Same(len(created), 0)
	},
	"add takes many lines": func(p play) {
		lines := make([]pins.NewLine, 450) // more than two batches
		for i := range lines {
			lines[i].Number = nanp.Number(fmt.Sprintf("+1763555%04d", i))
		}
		for _, want := range []bool{true, false} {
			created := check.Must(p.lines.Add(p.t.Context(), lines, p.start))(p.t)
			p.t.Same(len(created), len(lines))
			for i := range created {
				if created[i] != want {
					p.t.Fatalf("line %d: created %t, want %t", i, created[i], want)
				}
			}
		}
		last := lines[len(lines)-1].Number
		p.t.Same(p.line(last).Number, last)
	},
	"remove deletes the line and its strikes, not its history": func(p play) {
		p.set("hash one", 1)
		p.lockHardBoth()
		want := check.Must(p.lines.History(p.t.Context(), known, 100))(p.t)
		removed := p.record(pins.Removed)
		p.t.OK(p.lines.Remove(p.t.Context(), known, removed))
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), known)), pins.ErrNoLine)
		p.history(known, append([]pins.Record{removed}, want...)...)
		admission := p.admit(p.attempt(known, pins.Remote, 99, afterSoft))
		p.t.Same(admission.Admitted, true)
		p.t.Same(admission.Known, false)
		p.t.Same(admission.Line.Remote, limit.Strikes{})
	},
	"a line that was removed can be added anew": func(p play) {
		p.set("hash one", 1)
		p.lockHardBoth()
		p.t.OK(p.lines.Remove(p.t.Context(), known, p.record(pins.Removed)))
		p.add(known)
		line := p.line(known)
		p.t.Same(line, pins.Line{Number: known, Since: p.start, Revision: line.Revision})
	},
	"who proved the PIN of a line that was removed can't change that of its successor": func(p play) {
		for n := range 3 { // a line that was changed, too
			old := p.line(known).Revision
			p.t.OK(p.lines.Remove(p.t.Context(), known, p.record(pins.Removed)))
			_, err := p.lines.Add(p.t.Context(), []pins.NewLine{{Number: known}}, p.start.Add(time.Duration(n+1)*time.Minute))
			p.t.OK(err)
			p.t.Is(p.change(old, "hash of the old customer", 10+n), storage.ErrStale)
			p.t.Same(p.line(known).Temporary(), true)
			p.set("hash one", 20+n)
		}
	},
	"remove of a number that is no line records nothing": func(p play) {
		p.t.Is(p.lines.Remove(p.t.Context(), unknown, p.record(pins.Removed)), pins.ErrNoLine)
		p.history(unknown)
	},
	"reset brings the temporary PIN back, with its record": func(p play) {
		p.t.OK(p.lines.SetLanguage(p.t.Context(), known, "es"))
		p.set("hash one", 1)
		before := p.line(known)
		p.fail(known, pins.Remote, 2, 4, 0)
		p.fail(known, pins.FromLine, 5, 7, 0)
		p.t.OK(p.reset(known))
		line := p.line(known)
		p.t.Same(line, pins.Line{
			Number: known, Language: "es", Since: p.start.Add(time.Hour), Revision: line.Revision,
		})
		p.t.Same(line.Revision > before.Revision, true)
		p.history(known, p.record(pins.Reset), p.validated(), p.changeOf(0, "", 1).Record)
	},
	"reset of a temporary PIN is recorded": func(p play) {
		p.t.OK(p.reset(known))
		p.t.OK(p.reset(known))
		p.t.Same(p.line(known).Temporary(), true)
		p.history(known, p.record(pins.Reset), p.validated(), p.record(pins.Reset), p.validated())
	},
	"reset of a number that is no line is recorded as refused": func(p play) {
		p.t.Is(p.reset(unknown), pins.ErrNoLine)
		p.history(unknown, p.record(pins.ResetRefused))
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), unknown)), pins.ErrNoLine)
	},
}

// someFeatures are neither all nor none.
var someFeatures = pins.FeaturesOf(pins.DoNotDisturb, pins.DialLock)

// addFeatured adds the other line, with some features.
func (p play) addFeatured() {
	p.t.Helper()
	p.t.OK(check.Err(p.lines.Add(p.t.Context(), []pins.NewLine{{Number: other, Features: someFeatures}}, p.start)))
}

func (p play) lockHardBoth() {
	p.t.Helper()
	p.lockHard(pins.Remote, 10)
	p.lockHard(pins.FromLine, 50)
}

var historyTests = map[string]func(play){
	"a number without records has none": func(p play) {
		p.history(known)
		p.history(unknown)
	},
	"the newest come first": func(p play) {
		p.manyRecords(12)
		records := check.Must(p.lines.History(p.t.Context(), known, 100))(p.t)
		p.t.Same(len(records), 12)
		for i, record := range records {
			p.t.Same(record.Reason, fmt.Sprint("record ", 11-i))
		}
	},
	"the limit keeps the newest": func(p play) {
		p.manyRecords(12)
		for _, limit := range []int{1, 5, 11, 12, 13} {
			records := check.Must(p.lines.History(p.t.Context(), known, limit))(p.t)
			p.t.Same(len(records), min(limit, 12))
			p.t.Same(records[0].Reason, "record 11")
		}
	},
	"no more than the newest MaxHistory are kept": func(p play) {
		p.manyRecords(pins.MaxHistory)
		p.set("hash one", 1)
		p.fail(known, pins.Remote, 2, 6, 0)
		p.t.OK(p.reset(known))
		p.t.OK(p.lines.Append(p.t.Context(), known, p.record(pins.NoticeUndelivered)))
		p.t.OK(p.lines.Remove(p.t.Context(), known, p.record(pins.Removed)))
		records := check.Must(p.lines.History(p.t.Context(), known, 2*pins.MaxHistory))(p.t)
		p.t.Same(len(records), pins.MaxHistory)
		p.t.Same(records[0].Event, pins.Removed)
		p.t.Same(records[len(records)-1].Reason, "record 6")
	},
	"a record is appended, of a number that is no line too": func(p play) {
		p.t.OK(p.reset(known))
		before := p.line(known)
		for _, number := range []nanp.Number{known, unknown} {
			p.t.OK(p.lines.Append(p.t.Context(), number, p.record(pins.ResetRefused)))
		}
		p.history(known, p.record(pins.ResetRefused), p.record(pins.Reset), p.validated())
		p.history(unknown, p.record(pins.ResetRefused))
		p.t.Same(p.line(known), before)
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), unknown)), pins.ErrNoLine)
	},
	"a record of features is kept whole": func(p play) {
		changed, installed := p.record(pins.FeatureChanged), p.record(pins.FeaturesInstalled)
		changed.Feature, changed.Changes = pins.DialLock, []string{"on", "added +16125550199"}
		changed.Side, changed.Call = pins.Remote, "CA0123456789abcdef0123456789abcdef"
		installed.Changes = []string{"installed dial-lock", "removed call-rejection"}
		for _, record := range []pins.Record{changed, installed} {
			p.t.OK(p.lines.Append(p.t.Context(), known, record))
		}
		p.history(known, installed, changed)
	},
	"lines have histories of their own": func(p play) {
		p.add(other)
		p.t.OK(p.reset(known))
		p.history(other)
		p.t.OK(p.reset(other))
		p.history(known, p.record(pins.Reset), p.validated())
	},
}

// manyRecords appends n records to the history of the known line, of the same moment.
func (p play) manyRecords(n int) {
	p.t.Helper()
	for i := range n {
		record := p.record(pins.Reset)
		record.Reason = fmt.Sprint("record ", i)
		p.t.OK(p.lines.Append(p.t.Context(), known, record))
	}
}

var lineTests = map[string]func(play){
	"a new line has the temporary PIN": func(p play) {
		line := p.line(known)
		p.t.Same(line.Temporary(), true)
		p.t.Same(line, pins.Line{Number: known, Since: p.start, Revision: line.Revision})
	},
	"features stay when all else changes": func(p play) {
		p.addFeatured()
		p.t.OK(p.lines.SetLanguage(p.t.Context(), other, "es"))
		change := p.changeOf(p.line(other).Revision, "hash one", 1)
		change.Number = other
		p.t.OK(p.lines.Change(p.t.Context(), change))
		p.t.Same(p.line(other).Features, someFeatures)
	},
	"admit shows the features": func(p play) {
		p.addFeatured()
		p.t.Same(p.admit(p.attempt(other, pins.FromLine, 1, 0)).Line.Features, someFeatures)
	},
	"a number that is no line is ErrNoLine": func(p play) {
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), unknown)), pins.ErrNoLine)
	},
	"a number that is no line is none after failures": func(p play) {
		p.fail(unknown, pins.Remote, 1, 3, 0)
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), unknown)), pins.ErrNoLine)
	},
	"the language is remembered": func(p play) {
		before := p.line(known)
		for _, language := range []string{"es", "es", "en"} {
			p.t.OK(p.lines.SetLanguage(p.t.Context(), known, language))
			before.Language = language
			p.t.Same(p.line(known), before)
		}
		p.history(known)
	},
	"a number that is no line has no language": func(p play) {
		p.t.Is(p.lines.SetLanguage(p.t.Context(), unknown, "es"), pins.ErrNoLine)
		p.t.Is(check.Err(p.lines.Line(p.t.Context(), unknown)), pins.ErrNoLine)
	},
}

var changeTests = map[string]func(play){
	"the PIN is in force, with its record": func(p play) {
		before := p.line(known)
		p.t.OK(p.change(before.Revision, "hash one", 1))
		line := p.line(known)
		p.t.Same(line.PIN, hash.Hash("hash one"))
		p.t.Same(line.Since, p.start.Add(time.Second))
		p.t.Same(line.Revision, before.Revision+1)
		p.history(known, p.changeOf(0, "", 1).Record)
	},
	"a notice is due of each change, and of a turn once": func(p play) {
		revision := p.line(known).Revision
		p.t.OK(p.change(revision, "hash one", 1))
		p.due(known, "change 1\x00\xff")
		p.t.OK(p.change(revision, "hash one", 1))
		p.t.Is(p.change(revision, "hash two", 2), storage.ErrStale)
		p.due(known, "change 1\x00\xff")
		silent := p.changeOf(revision+1, "hash three", 3)
		silent.Notice = nil
		p.t.OK(p.lines.Change(p.t.Context(), silent))
		p.set("hash four", 4)
		p.due(known, "change 1\x00\xff", "change 4\x00\xff")
		p.due(unknown)
	},
	"the newest of too many notices takes the place of the one before": func(p play) {
		var want []string
		for n := 1; n <= pins.MaxDue+2; n++ {
			p.set("a hash", n)
			want = append(want[:min(len(want), pins.MaxDue-1)], fmt.Sprintf("change %d\x00\xff", n))
		}
		p.due(known, want...)
		p.t.OK(p.validate(known, p.validation()))
		p.t.OK(p.lines.Reset(p.t.Context(), known, p.record(pins.Reset), []byte("reset")))
		p.due(known, append(want[:pins.MaxDue-1], "reset")...)
		untold := map[time.Time]pins.Record{}
		records := check.Must(p.lines.History(p.t.Context(), known, pins.MaxHistory))(p.t)
		for _, record := range records {
			if record.Event == pins.NoticeUndelivered {
				untold[record.At] = record
			}
		}
		for _, n := range []int{pins.MaxDue + 1, pins.MaxDue + 2} {
			at := p.changeOf(0, "", n).Record.At
			p.t.Same(untold[at], pins.NoticeReplaced(at))
		}
		p.t.Same(untold[p.record(pins.Reset).At], pins.NoticeReplaced(p.record(pins.Reset).At))
		p.t.Same(len(untold), 3)
	},
	"a second change needs the revision of the first": func(p play) {
		revision := p.line(known).Revision
		p.t.OK(p.change(revision, "hash one", 1))
		p.t.Is(p.change(revision, "hash two", 2), storage.ErrStale)
		p.t.Same(p.line(known).PIN, hash.Hash("hash one"))
		p.set("hash two", 3)
		p.t.Same(p.line(known).PIN, hash.Hash("hash two"))
		p.history(known, p.changeOf(0, "", 3).Record, p.changeOf(0, "", 1).Record)
	},
	"a revision to come is stale too": func(p play) {
		p.t.Is(p.change(p.line(known).Revision+1, "hash one", 1), storage.ErrStale)
		p.t.Same(p.line(known).Temporary(), true)
		p.history(known)
	},
	"the same turn again changes nothing": func(p play) {
		revision := p.line(known).Revision
		p.t.OK(p.change(revision, "hash one", 1))
		want := p.line(known)
		p.t.OK(p.change(revision, "hash one, other salt", 1))
		p.t.Same(p.line(known), want)
		p.t.OK(p.change(want.Revision, "hash two", 2))
		p.t.OK(p.change(revision, "hash one", 1))
		p.t.Same(p.line(known).PIN, hash.Hash("hash two"))
		p.history(known, p.changeOf(0, "", 2).Record, p.changeOf(0, "", 1).Record)
	},
	"the same turn after a reset changes nothing": func(p play) {
		revision := p.line(known).Revision
		p.t.OK(p.change(revision, "hash one", 1))
		p.t.OK(p.reset(known))
		p.t.OK(p.change(revision, "hash one", 1))
		p.t.Same(p.line(known).Temporary(), true)
	},
	"a change that was stale can be made in the same turn": func(p play) {
		revision := p.line(known).Revision
		p.t.Is(p.change(revision+7, "hash one", 1), storage.ErrStale)
		p.t.OK(p.change(revision, "hash one", 1))
		p.t.Same(p.line(known).PIN, hash.Hash("hash one"))
	},
	"a reset makes a proof stale": func(p play) {
		revision := p.line(known).Revision
		p.t.OK(p.reset(known))
		p.t.Is(p.change(revision, "hash one", 1), storage.ErrStale)
	},
	"a number that is no line is ErrNoLine": func(p play) {
		change := p.changeOf(0, "hash one", 1)
		change.Number = unknown
		p.t.Is(p.lines.Change(p.t.Context(), change), pins.ErrNoLine)
		p.history(unknown)
	},
	"language and strikes stay": func(p play) {
		p.t.OK(p.lines.SetLanguage(p.t.Context(), known, "es"))
		p.fail(known, pins.Remote, 1, 3, 0)
		p.set("hash one", 4)
		p.t.Same(p.line(known).Language, "es")
		p.strikes(pins.Remote, limit.Strikes{Failures: 3})
	},
}
