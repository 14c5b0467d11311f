package features_test

import (
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// lose makes the rules anew without the key of the codes that were set, as an operator does who
// lost it.
func (f *fixture) lose(t testing.TB) { f.Lines = f.lines(keyring(t, "2026b")) }

// TestLostCodeSpoilsNothingElse holds that a line whose code can't be opened is found and can be
// changed, and that the code stays as it was sealed until somebody means to change it.
func TestLostCodeSpoilsNothingElse(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")), features.Switch(true))
	f.change(t, dnd, features.ChooseGreeting(2))
	f.lose(t)
	want := features.Settings{On: true, CodeLost: true}
	same(t, "lost", f.setting(t, lock).Settings, want)
	same(t, "document", document(t, f.setting(t, lock)), `{"on":true,"list":[],"code_set":true}`)
	same(t, "another feature", f.setting(t, dnd).Greeting, 2)

	f.change(t, dnd, features.ChooseGreeting(3))
	f.change(t, lock, features.Add("6125550199"), features.Drop("+16125550199"), features.Switch(false),
		features.Replace(features.Settings{On: true, CodeLost: true}, true))
	same(t, "still lost", f.setting(t, lock).Settings, want)
	f.Lines = f.lines(keyring(t, "2026b", "2026a")) // the key is found
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
			f.lose(t)
			got := f.change(t, lock, c.edit)
			same(t, "mended", got.Settings, features.Settings{On: !strings.Contains(told, "off"), Code: secret.New(c.code)})
			same(t, "kept", f.setting(t, lock), got)
			changes := f.records(t)[0].Changes
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
	f.lose(t)
	f.change(t, lock, features.Switch(true))
	if err := lastEvent(t, f); !errors.Is(err, pins.ErrUnreadable) {
		t.Errorf("opened: %v, want ErrUnreadable", err)
	}
	events := f.store.Events(line)
	shown, err := features.ShowEvent(events[len(events)-1])
	if err != nil || shown.Settings == nil || !*shown.Settings.CodeSet {
		t.Errorf("shown as %+v, %v", shown, err)
	}
}

// lastEvent opens the newest event of the line.
func lastEvent(t *testing.T, f *fixture) error {
	t.Helper()
	events := f.store.Events(line)
	_, err := f.OpenEvent(events[len(events)-1])
	return err
}

// TestOvertakenCallers holds that a caller whose PIN was reset or changed meanwhile changes
// nothing, and learns nothing of what is set up.
func TestOvertakenCallers(t *testing.T) {
	f := newFixture(t)
	found, err := f.Find(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	proved := f.request(rej, features.Add("612"))
	proved.Proved = found.PINRevision
	if _, err := f.Change(t.Context(), proved); err != nil {
		t.Fatal(err)
	}
	registry := pins.Provisioning{Registry: f.pins, Validations: f.pins}
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
	f.store.meet = reset // between the look and the change
	if _, err := f.Change(t.Context(), request); !errors.Is(err, features.ErrOvertaken) {
		t.Errorf("at the last moment: %v, want ErrOvertaken", err)
	}
	same(t, "list", f.setting(t, rej).List, []features.Entry{"612"})
	f.change(t, rej, features.Add("763")) // who is no caller proves nothing
}
