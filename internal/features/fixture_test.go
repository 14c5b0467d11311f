package features_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const (
	line    nanp.Number = "+16125550142" // has all features
	bare    nanp.Number = "+16125550143" // has none
	missing nanp.Number = "+16125550199" // is no line

	noSol = pins.NoSolicitation
	scr   = pins.SecurityScreen
	dnd   = pins.DoNotDisturb
	lock  = pins.DialLock
	rej   = pins.CallRejection
	fwd   = pins.SelectiveCallForwarding
)

// fixture is a world with two lines.
type fixture struct {
	*features.Lines
	*testkit.World
	store *recorded
	turn  int // of the next change
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	w := testkit.New(t)
	w.Pass(123 * time.Millisecond)
	f := &fixture{World: w, store: &recorded{Store: w.Features()}}
	f.Lines = f.lines(w.Keys)
	f.AddLines(t, pins.NewLine{Number: line, Features: pins.FeaturesOf(pins.AllFeatures[:]...)}, pins.NewLine{Number: bare})
	return f
}

// lines makes the rules anew on the same store, under other keys.
func (f *fixture) lines(keys secret.Keyring) *features.Lines {
	return features.New(features.Config{Store: f.store, Keys: keys, Random: rand.NewChaCha8([32]byte{7}), Now: f.Now})
}

// request is a change of the line in the next turn of a call.
func (f *fixture) request(feature pins.Feature, edit features.Edit) features.Request {
	f.turn++
	return features.Request{
		Number: line, Feature: feature, Edit: edit, Turn: pins.Turn{Call: "CA1", Number: f.turn},
		By: pins.ByCaller, Side: pins.FromLine, From: string(line),
	}
}

// try weighs an edit, makes it, and wants both to say the same.
func (f *fixture) try(t testing.TB, feature pins.Feature, edit features.Edit) (features.Setting, error) {
	t.Helper()
	weighed := f.Weigh(t.Context(), line, feature, edit)
	outcome, err := f.Change(t.Context(), f.request(feature, edit))
	mine, _ := features.ReasonOf(weighed)
	theirs, _ := features.ReasonOf(err)
	if mine != theirs || (weighed == nil) != (err == nil) {
		t.Fatalf("weighed: %v, changed: %v", weighed, err)
	}
	return outcome.Setting, err
}

// change makes edits one after the other, which must be accepted.
func (f *fixture) change(t testing.TB, feature pins.Feature, edits ...features.Edit) features.Setting {
	t.Helper()
	var setting features.Setting
	for i, edit := range edits {
		var err error
		if setting, err = f.try(t, feature, edit); err != nil {
			t.Fatalf("edit %d: %v", i, err)
		}
	}
	return setting
}

// setting is a feature of the line as it is.
func (f *fixture) setting(t testing.TB, feature pins.Feature) features.Setting {
	t.Helper()
	found := check.Must(f.Find(t.Context(), line))(t)
	setting, installed := found.Setting(feature)
	if !installed {
		t.Fatalf("%s is not installed", feature)
	}
	return setting
}

// events are those of the line, oldest first.
func (f *fixture) events(t testing.TB) []features.Event {
	t.Helper()
	var all []features.Event
	for _, stored := range testkit.Events(t, f.DB, line) {
		event := check.Must(f.OpenEvent(stored))(t)
		all = append(all, event)
	}
	return all
}

// recorded is a store that keeps all changes that were asked for.
type recorded struct {
	features.Store
	mu      sync.Mutex
	changes []features.Change
}

func (r *recorded) Change(ctx context.Context, change features.Change) error {
	r.mu.Lock()
	r.changes = append(r.changes, change)
	r.mu.Unlock()
	return r.Store.Change(ctx, change)
}

func Example() {
	const number nanp.Number = "+16125550142"
	ctx := context.Background()
	db, end := testkit.Embedded()
	defer end()
	installed := pins.FeaturesOf(pins.CallRejection)
	if _, err := db.Lines().Add(ctx, []pins.NewLine{{Number: number, Features: installed}}, time.Now()); err != nil {
		fmt.Println(err)
	}
	lines := features.New(features.Config{Store: db.Features(), Keys: secret.Keyring{}})

	rule, _ := features.RuleOf(pins.CallRejection)
	entry, err := rule.ParseEntry("612-555")
	if err != nil {
		fmt.Println(err)
	}
	setting, err := lines.Change(ctx, features.Request{
		Number: number, Feature: pins.CallRejection, Edit: features.Add(entry), By: "ann", From: "api",
	})
	fmt.Println(setting.List, err)

	_, err = rule.ParseEntry("911")
	reason, _ := features.ReasonOf(err)
	fmt.Println(reason, "-", reason.Sentence())
	// Output:
	// [612555] <nil>
	// barred - Service codes such as 911, and numbers with these first digits, can't be used here. Give another number.
}
