package features_test

import (
	"errors"
	"fmt"

	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

var togetherTests = map[string]func(play){
	"of a hundred changes at once one stands": func(p play) {
		results := make([]error, 100)
		p.together(func(i int) { results[i] = p.db.Features().Change(p.t.Context(), p.change(list, 0, i)) })
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
		p.together(func(int) {
			if err := p.db.Features().Change(p.t.Context(), one); err != nil {
				p.t.Error(err)
			}
		})
		p.settings(one)
		p.recorded(one)
		p.published(one)
	},
	"events and records of a hundred who try until they are through are in the order of the changes": func(p play) {
		p.together(func(i int) {
			if err := p.through(i); err != nil {
				p.t.Error(err)
			}
		})
		events, records := testkit.Events(p.t, p.db, known), p.recordsOf(known)
		p.same(len(events), 100)
		p.same(len(records), 100)
		for i := range events {
			want := fmt.Sprintf("revision %d", i+1)
			p.same(string(events[i]), want)
			p.same(records[99-i].Changes, []string{want})
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
