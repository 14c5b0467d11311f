package pins_test

import (
	"fmt"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

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
		_, err := p.lines.Line(p.t.Context(), unknown)
		p.t.Is(err, pins.ErrNoLine)
	},
	"a number that is no line is none after failures": func(p play) {
		p.fail(unknown, pins.Remote, 1, 3, 0)
		_, err := p.lines.Line(p.t.Context(), unknown)
		p.t.Is(err, pins.ErrNoLine)
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
		_, err := p.lines.Line(p.t.Context(), unknown)
		p.t.Is(err, pins.ErrNoLine)
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
		records, err := p.lines.History(p.t.Context(), known, pins.MaxHistory)
		p.t.OK(err)
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
