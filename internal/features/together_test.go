package features_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/pins"
)

// TestTogether has callers add a number each, take one away that was there, and the API
// replace the list as it saw it, all at once.
func TestTogether(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.Replace(features.Settings{List: entries(900, 910)}, false))
	seen := f.setting(t, lock)
	f.store.changes = nil

	var added, full, replaced atomic.Int64
	accepted := make([]bool, 100)
	f.race(t, func(i int, request features.Request) {
		switch {
		case i < 89:
			request.Edit = features.Add(entry(i))
		case i < 99:
			request.Edit = features.Drop(entry(900 + i - 89))
		default:
			request.Edit = features.Replace(features.Settings{List: append(seen.List, entry(950))}, true)
			request.Turn, request.Match = pins.Turn{}, func(present int64) bool { return present == seen.Revision }
		}
		_, err := f.Change(t.Context(), request)
		reason, _ := features.ReasonOf(err)
		switch {
		case err == nil && i < 89:
			accepted[i] = true
			added.Add(1)
		case err == nil && i == 99:
			replaced.Add(1)
		case err != nil && i == 99:
			if !errors.Is(err, features.ErrStale) {
				t.Errorf("replace: %v", err)
			}
		case reason == features.ListFull && i < 89:
			full.Add(1)
		case err != nil:
			t.Errorf("%d: %v", i, err)
		}
	})
	f.check(t, accepted, int(added.Load()), int(full.Load()), replaced.Load() == 1)
}

// race runs a hundred requests at once.
func (f *fixture) race(t *testing.T, change func(int, features.Request)) {
	t.Helper()
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range 100 {
		request := f.request(lock, features.Edit{})
		group.Go(func() {
			<-begin
			change(i, request)
		})
	}
	close(begin)
	group.Wait()
}

// check wants a list in which nothing is lost, and nothing stands twice.
func (f *fixture) check(t *testing.T, accepted []bool, added, full int, replaced bool) {
	t.Helper()
	var want []features.Entry
	for i, was := range accepted {
		if was {
			want = append(want, entry(i))
		}
	}
	if replaced {
		want = append(want, entry(950))
	}
	got := slices.Sorted(slices.Values(f.setting(t, lock).List))
	slices.Sort(want)
	same(t, "list", got, want)
	if added+full != 89 || added < 9 { // 20 fit: 10 stood there, and perhaps the one of the API
		t.Errorf("%d added, %d too many", added, full)
	}
	events, records := f.events(t), f.records(t)
	if len(events) != len(records) {
		t.Errorf("%d events, %d records", len(events), len(records))
	}
	for i := 1; i < len(events); i++ {
		if events[i].Revision <= events[i-1].Revision {
			t.Errorf("event %d has revision %d, the one before %d", i, events[i].Revision, events[i-1].Revision)
		}
	}
}

// TestTogetherOneList has a hundred callers add numbers to one list that takes 25.
func TestTogetherOneList(t *testing.T) {
	f := newFixture(t)
	var stand atomic.Int64
	f.race(t, func(i int, request features.Request) {
		request.Feature, request.Edit = noSol, features.Add(entry(i))
		setting, err := f.Change(t.Context(), request)
		reason, _ := features.ReasonOf(err)
		switch {
		case err == nil && slices.Contains(setting.List, entry(i)):
			stand.Add(1)
		case reason != features.ListFull:
			t.Errorf("%d: %+v, %v", i, setting, err)
		}
	})
	list := f.setting(t, noSol).List
	if n := len(slices.Compact(slices.Sorted(slices.Values(list)))); n != 25 || len(list) != 25 || stand.Load() != 25 {
		t.Errorf("%d entries, %d different ones, %d accepted; want 25", len(list), n, stand.Load())
	}
}

// TestTogetherSwitch has a hundred callers turn a feature on and off: who hears that they changed
// it did, in turn, and nobody else.
func TestTogetherSwitch(t *testing.T) {
	f := newFixture(t)
	var changed atomic.Int64
	f.race(t, func(i int, request features.Request) {
		request.Feature, request.Edit = scr, features.Switch(i%2 == 0)
		outcome, err := f.Change(t.Context(), request)
		if err != nil {
			t.Error(err)
		}
		if outcome.Changed {
			changed.Add(1)
		}
	})
	events := f.events(t)
	if n := int(changed.Load()); n != len(events) || n != len(f.records(t)) || n == 0 {
		t.Errorf("%d changes, %d events, %d records", n, len(events), len(f.records(t)))
	}
	for i, event := range events {
		if event.On != (i%2 == 0) {
			t.Errorf("event %d says on: %t", i, event.On)
		}
	}
}
