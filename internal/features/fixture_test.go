package features_test

import (
	"context"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
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

// fixture is a world with two lines and a clock that stands.
type fixture struct {
	*features.Lines
	db    *redisstore.DB
	store *watched
	keys  secret.Keyring
	now   time.Time
	turn  int // of the next change
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	db := testkit.Redis(t)
	f := &fixture{
		db: db, store: &watched{Store: db.Features()}, keys: keyring(t, "2026a"),
		now: time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC),
	}
	f.Lines = f.lines(f.keys)
	_, err := db.Lines().Add(t.Context(), []pins.NewLine{
		{Number: line, Features: pins.FeaturesOf(pins.AllFeatures[:]...)}, {Number: bare},
	}, f.now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// lines makes the rules anew on the same store, under other keys.
func (f *fixture) lines(keys secret.Keyring) *features.Lines {
	return features.New(features.Config{
		Store: f.store, Keys: keys, Random: rand.NewChaCha8([32]byte{7}), Now: func() time.Time { return f.now },
	})
}

// keyring has a key for each id, the first being current.
func keyring(t testing.TB, ids ...string) secret.Keyring {
	t.Helper()
	var entries []string
	for _, id := range ids {
		key := base64.StdEncoding.EncodeToString([]byte(id + strings.Repeat(".", 32-len(id))))
		entries = append(entries, id+":"+key)
	}
	ring, err := secret.ParseKeyring(strings.Join(entries, ","))
	if err != nil {
		t.Fatal(err)
	}
	return ring
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
	found, err := f.Find(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	setting, installed := found.Setting(feature)
	if !installed {
		t.Fatalf("%s is not installed", feature)
	}
	return setting
}

// records is the history of the line, newest first.
func (f *fixture) records(t testing.TB) []pins.Record {
	t.Helper()
	records, err := f.db.Lines().History(t.Context(), line, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// events are those of the line, oldest first.
func (f *fixture) events(t testing.TB) []features.Event {
	t.Helper()
	var all []features.Event
	for _, stored := range testkit.Events(t, f.db, line) {
		event, err := f.OpenEvent(stored)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, event)
	}
	return all
}

// watched is a store whose changes can fail, before or after they are made.
type watched struct {
	features.Store
	mu      sync.Mutex
	before  []error // of the next changes, which are not made; nil: no failure
	after   []error // of the next changes, which are made
	changes []features.Change
	meet    func() // before each change
}

func (w *watched) Change(ctx context.Context, change features.Change) error {
	meet, before, after := w.next(change)
	if meet != nil {
		meet()
	}
	if before != nil {
		return before
	}
	if err := w.Store.Change(ctx, change); err != nil {
		return err
	}
	return after
}

func (w *watched) next(change features.Change) (meet func(), before, after error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes = append(w.changes, change)
	if len(w.before) > 0 {
		before, w.before = w.before[0], w.before[1:]
	}
	if len(w.after) > 0 {
		after, w.after = w.after[0], w.after[1:]
	}
	meet, w.meet = w.meet, nil
	return meet, before, after
}
