package features_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
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
			check.Is(t, err, storage.ErrStale)
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
	var requests [100]features.Request
	for i := range requests {
		requests[i] = f.request(lock, features.Edit{})
	}
	check.AtOnce(len(requests), func(i int) { change(i, requests[i]) })
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
	events, records := f.events(t), f.Records(t, line)
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
	if n := int(changed.Load()); n != len(events) || n != len(f.Records(t, line)) || n == 0 {
		t.Errorf("%d changes, %d events, %d records", n, len(events), len(f.Records(t, line)))
	}
	for i, event := range events {
		if event.On != (i%2 == 0) {
			t.Errorf("event %d says on: %t", i, event.On)
		}
	}
}

// lose makes the rules anew without the key of the codes that were set, as an operator does who
// lost it.
func (f *fixture) lose() { f.Lines = f.lines(testkit.Keys("2026b")) }

// TestLostCodeSpoilsNothingElse holds that a line whose code can't be opened is found and can be
// changed, and that the code stays as it was sealed until somebody means to change it.
func TestLostCodeSpoilsNothingElse(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")), features.Switch(true))
	f.change(t, dnd, features.ChooseGreeting(2))
	f.lose()
	want := features.Settings{On: true, CodeLost: true}
	same(t, "lost", f.setting(t, lock).Settings, want)
	same(t, "document", document(t, f.setting(t, lock)), `{"on":true,"list":[],"code_set":true}`)
	same(t, "another feature", f.setting(t, dnd).Greeting, 2)

	f.change(t, dnd, features.ChooseGreeting(3))
	f.change(t, lock, features.Add("6125550199"), features.Drop("+16125550199"), features.Switch(false),
		features.Replace(features.Settings{On: true, CodeLost: true}, true))
	same(t, "still lost", f.setting(t, lock).Settings, want)
	f.Lines = f.lines(testkit.Keys("2026b", "2026a")) // the key is found
	same(t, "found", f.setting(t, lock).Settings, features.Settings{On: true, Code: secret.New("4821")})
}

// TestLostCodeIsMended has each edit that says what the code is put an end to the lost one.
func TestLostCodeIsMended(t *testing.T) {
	for told, c := range map[string]struct {
		edit features.Edit
		code string
	}{
		"code set":          {features.SetCode(secret.New("9376")), "9376"},
		"code removed":      {features.DropCode(), ""},
		"code set, off":     {features.Replace(features.Settings{Code: secret.New("9376")}, false), "9376"},
		"code removed, off": {features.Replace(features.Settings{CodeLost: true}, false), ""},
	} {
		t.Run(told, func(t *testing.T) {
			f := newFixture(t)
			f.change(t, lock, features.SetCode(secret.New("4821")), features.Switch(true))
			f.lose()
			got := f.change(t, lock, c.edit)
			same(t, "mended", got.Settings, features.Settings{On: !strings.Contains(told, "off"), Code: secret.New(c.code)})
			same(t, "kept", f.setting(t, lock), got)
			changes := f.Records(t, line)[0].Changes
			if len(changes) != strings.Count(told, ",")+1 || !strings.Contains(told, changes[len(changes)-1]) {
				t.Errorf("told %q, want %q", changes, told)
			}
			if err := lastEvent(t, f); err != nil {
				t.Errorf("the event of it: %v", err)
			}
		})
	}
}

// TestLostCodeIsNotDelivered holds that the switch isn't told of settings without the code that
// they have: their event waits until the key is back, or the event is skipped.
func TestLostCodeIsNotDelivered(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	f.lose()
	f.change(t, lock, features.Switch(true))
	check.Is(t, lastEvent(t, f), storage.ErrUnreadable)
	events := testkit.Events(t, f.DB, line)
	shown, err := features.ShowEvent(events[len(events)-1])
	if err != nil || shown.Settings == nil || !*shown.Settings.CodeSet {
		t.Errorf("shown as %+v, %v", shown, err)
	}
}

// lastEvent opens the newest event of the line.
func lastEvent(t *testing.T, f *fixture) error {
	t.Helper()
	events := testkit.Events(t, f.DB, line)
	_, err := f.OpenEvent(events[len(events)-1])
	return err
}

// TestOvertakenCallers holds that a caller whose PIN was reset or changed meanwhile changes
// nothing, and learns nothing of what is set up.
func TestOvertakenCallers(t *testing.T) {
	f := newFixture(t)
	found := check.Must(f.Find(t.Context(), line))(t)
	proved := f.request(rej, features.Add("612"))
	proved.Proved = found.PINRevision
	if _, err := f.Change(t.Context(), proved); err != nil {
		t.Fatal(err)
	}
	registry := pins.Provisioning{Registry: f.DB.Lines(), Validations: f.DB.Lines()}
	reset := func() {
		if err := registry.ResetByOperator(t.Context(), line, pins.Note{By: "ann", Reason: "forgot it"}); err != nil {
			t.Error(err)
		}
	}
	reset()
	for name, edit := range map[string]features.Edit{
		"a good edit": features.Add("763"), "a refused one": features.Add("612"), "nothing": {},
	} {
		request := f.request(rej, edit)
		request.Proved = found.PINRevision
		if _, err := f.Change(t.Context(), request); !errors.Is(err, features.ErrOvertaken) {
			t.Errorf("%s: %v, want ErrOvertaken", name, err)
		}
	}
	outcome, err := f.Change(t.Context(), proved) // the turn that was made comes again
	if err != nil || outcome.Changed {
		t.Errorf("made before: %+v, %v", outcome, err)
	}
	request := f.request(rej, features.Add("763"))
	request.Proved = found.PINRevision + 1
	f.Calls.BeforeNext("Features.Change", reset) // between the look and the change
	if _, err := f.Change(t.Context(), request); !errors.Is(err, features.ErrOvertaken) {
		t.Errorf("at the last moment: %v, want ErrOvertaken", err)
	}
	same(t, "list", f.setting(t, rej).List, []features.Entry{"612"})
	f.change(t, rej, features.Add("763")) // who is no caller proves nothing
}
