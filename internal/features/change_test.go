package features_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var errStore = errors.New("the store is away")

func TestFind(t *testing.T) {
	f := newFixture(t)
	if _, err := f.Find(t.Context(), missing); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("missing: %v", err)
	}
	found, err := f.Find(t.Context(), bare)
	if err != nil || found.Number != bare || found.Installed.Len() != 0 {
		t.Errorf("bare: %+v, %v", found, err)
	}
	for _, feature := range append(pins.AllFeatures[:], "caller-id") {
		if setting, installed := found.Setting(feature); installed {
			t.Errorf("bare has %+v", setting)
		}
	}
}

func TestChangeOfNothing(t *testing.T) {
	f := newFixture(t)
	for number, want := range map[nanp.Number]error{missing: pins.ErrNoLine, bare: features.ErrNotInstalled} {
		request := f.request(scr, features.Switch(true))
		request.Number = number
		if _, err := f.Change(t.Context(), request); !errors.Is(err, want) {
			t.Errorf("change of %s: %v", number, err)
		}
		if err := f.Weigh(t.Context(), number, scr, request.Edit); !errors.Is(err, want) {
			t.Errorf("weigh of %s: %v", number, err)
		}
	}
	before := f.change(t, scr, features.Switch(true))
	if after := f.change(t, scr, features.Switch(true)); after.Revision != before.Revision {
		t.Errorf("an edit that changes nothing made revision %d of %d", after.Revision, before.Revision)
	}
	if len(f.store.changes) != 1 || len(f.Records(t, line)) != 1 || len(f.events(t)) != 1 {
		t.Errorf("%d changes, %d records, %d events; want 1 of each", len(f.store.changes), len(f.Records(t, line)), len(f.events(t)))
	}
}

func TestRevisions(t *testing.T) {
	f := newFixture(t)
	first := f.change(t, scr, features.Switch(true))
	if want := f.Now().UnixMilli(); first.Revision != want {
		t.Errorf("first revision %d, want %d", first.Revision, want)
	}
	if second := f.change(t, scr, features.Switch(false)); second.Revision != first.Revision+1 {
		t.Errorf("in the same moment: %d after %d", second.Revision, first.Revision)
	}
	f.Pass(-time.Hour) // a clock that was put back
	if third := f.change(t, scr, features.Switch(true)); third.Revision != first.Revision+2 {
		t.Errorf("an hour earlier: %d after %d", third.Revision, first.Revision+1)
	}
	f.Pass(2 * time.Hour)
	if fourth := f.change(t, scr, features.Switch(false)); fourth.Revision != f.Now().UnixMilli() {
		t.Errorf("an hour later: %d", fourth.Revision)
	}
	f.Pass(time.Second)
	for _, installed := range []pins.Features{{}, pins.FeaturesOf(scr)} {
		if _, err := f.Install(t.Context(), []features.Installation{{Number: line, Features: installed}}, pins.Note{By: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	if again := f.change(t, scr, features.Switch(true)); again.Revision != f.Now().UnixMilli() || !again.On {
		t.Errorf("installed again: %+v", again)
	}
}

func TestExpectedRevision(t *testing.T) {
	f := newFixture(t)
	change := func(revision int64, edit features.Edit) (features.Outcome, error) {
		request := f.request(rej, edit)
		request.Turn, request.Match = pins.Turn{}, func(present int64) bool { return present == revision }
		return f.Change(t.Context(), request)
	}
	first := check.Must(change(0, features.Add("612")))(t)
	for _, revision := range []int64{0, first.Revision - 1, first.Revision + 1} {
		if _, err := change(revision, features.Add("763")); !errors.Is(err, storage.ErrStale) {
			t.Errorf("revision %d: %v, want ErrStale", revision, err)
		}
	}
	if _, err := change(0, features.Add("612")); !errors.Is(err, storage.ErrStale) {
		t.Errorf("an edit that would be refused: %v, want ErrStale", err)
	}
	f.Calls.BeforeNext("Features.Change", func() { // another one in between, which the request hasn't seen
		other := f.request(rej, features.Add("952"))
		if _, err := f.Change(t.Context(), other); err != nil {
			t.Error(err)
		}
	})
	if _, err := change(first.Revision, features.Add("763")); !errors.Is(err, storage.ErrStale) {
		t.Errorf("another in between: %v, want ErrStale", err)
	}
	same(t, "list", f.setting(t, rej).List, []features.Entry{"612", "952"})
}

func TestTurnsDoneTwice(t *testing.T) {
	f := newFixture(t)
	add, on := f.request(rej, features.Add("612")), f.request(rej, features.Switch(true))
	for _, request := range []features.Request{add, on} {
		if _, err := f.Change(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
	other := f.change(t, rej, features.Add("763"))
	for _, request := range []features.Request{add, on, add} {
		got := check.Must(f.Change(t.Context(), request))(t)
		same(t, "outcome", got, features.Outcome{Setting: other, Made: true})
	}
	if n := len(f.Records(t, line)); n != 3 || len(f.events(t)) != 3 {
		t.Errorf("%d records, %d events; want 3", n, len(f.events(t)))
	}
	without := on
	without.Turn = pins.Turn{}
	for _, wanted := range []bool{false, true} {
		without.Edit = features.Switch(wanted)
		got, err := f.Change(t.Context(), without)
		if err != nil || got.On != wanted || !got.Changed {
			t.Errorf("without a turn: %+v, %v; want on %t", got, err, wanted)
		}
	}
	if call := f.Records(t, line)[0].Call; call != "" {
		t.Errorf("a change without a call was recorded in call %s", call)
	}
}

func TestStoreThatFailed(t *testing.T) {
	for name, c := range map[string]struct {
		before, after []error
		want          error
		asked, stands int
	}{
		"before it was made, once":  {before: []error{errStore}, asked: 2, stands: 1},
		"before it was made, twice": {before: []error{errStore, errStore}, want: errStore, asked: 2},
		"after it was made, once":   {after: []error{errStore}, asked: 2, stands: 1},
		"with a full outbox":        {before: []error{features.ErrBacklog}, want: features.ErrBacklog, asked: 1},
		"with a damaged record":     {before: []error{storage.ErrUnreadable}, want: storage.ErrUnreadable, asked: 1},
		"stale a few times":         {before: []error{storage.ErrStale, storage.ErrStale}, asked: 3, stands: 1},
	} {
		for _, turn := range []pins.Turn{{}, {Call: "CA1", Number: 7}} {
			t.Run(name, func(t *testing.T) {
				f := newFixture(t)
				f.Calls.FailNext("Features.Change", slices.Clone(c.before)...)
				f.Calls.LoseNext("Features.Change", slices.Clone(c.after)...)
				request := f.request(rej, features.Add("612"))
				request.Turn = turn
				outcome, err := f.Change(t.Context(), request)
				if !errors.Is(err, c.want) || len(f.store.changes) != c.asked || len(f.Records(t, line)) != c.stands || len(f.events(t)) != c.stands {
					t.Errorf("%v; asked %d times, %d records, %d events", err, len(f.store.changes), len(f.Records(t, line)), len(f.events(t)))
				}
				if err == nil {
					same(t, "outcome", outcome, features.Outcome{Setting: f.setting(t, rej), Changed: true, Made: true})
				}
			})
		}
	}
}

func TestContended(t *testing.T) {
	f := newFixture(t)
	f.Calls.Fail("Features.Change", storage.ErrStale)
	_, err := f.Change(t.Context(), f.request(rej, features.Add("612")))
	if n := len(f.store.changes); !errors.Is(err, storage.ErrContended) || n != 100 {
		t.Errorf("%v after %d tries", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.store.changes = nil
	f.Calls.Mend("")
	f.Calls.BeforeNext("Features.Change", cancel)
	f.Calls.Fail("Features.Change", storage.ErrStale)
	_, err = f.Change(ctx, f.request(rej, features.Add("612")))
	if n := len(f.store.changes); !errors.Is(err, storage.ErrContended) || n != 1 {
		t.Errorf("%v after %d tries of one who has given up", err, n)
	}
}

func TestInstall(t *testing.T) {
	f := newFixture(t)
	all := []features.Installation{{Number: line, Features: pins.FeaturesOf(scr)}, {Number: missing}, {Number: bare}}
	for _, note := range []pins.Note{
		{}, {By: strings.Repeat("n", 101)}, {By: "ann\n"}, {By: "ann", From: strings.Repeat("n", 101)},
		{By: "ann", Reason: strings.Repeat("n", pins.MaxReason+1)}, {By: "ann", Reason: "\xff"},
	} {
		if _, err := f.Install(t.Context(), all, note); !errors.Is(err, pins.ErrNote) {
			t.Errorf("%+v: %v, want ErrNote", note, err)
		}
	}
	changed, err := f.Install(t.Context(), all, pins.Note{By: "ann", From: "api", Reason: "moved house"})
	if err != nil || !slices.Equal(changed, []bool{true, false, false}) {
		t.Errorf("changed %v, %v", changed, err)
	}
	record := f.Records(t, line)[0]
	same(t, "record", record, pins.Record{
		At: f.Now(), Event: pins.FeaturesInstalled, By: "ann", From: "api", Reason: "moved house", Changes: record.Changes,
	})
	if len(record.Changes) != 5 || record.Changes[0] != "removed no-solicitation" {
		t.Errorf("changes %q", record.Changes)
	}
}

func TestUnreadableSettings(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	good := f.store.changes[0].Settings
	revision := f.setting(t, lock).Revision
	for name, bad := range map[string]string{
		"empty": "", "no object": "[]", "no version": "{}", "newer": strings.Replace(string(good), `"v":1`, `"v":2`, 1),
		"cut": string(good[:len(good)-2]), "no schedule": `{"v":1,"schedules":[{"days":"weekdays","start":"25:00","end":"26:00"}]}`,
		"no number": `{"v":1,"target":"911"}`,
	} {
		err := f.store.Store.Change(t.Context(), features.Change{
			Number: line, Feature: lock, Expected: revision, Revision: revision + 1, Settings: []byte(bad),
		})
		check.OK(t, err)
		revision++
		if _, err := f.Find(t.Context(), line); !errors.Is(err, storage.ErrUnreadable) {
			t.Errorf("%s: %v, want ErrUnreadable", name, err)
		}
	}
}

func TestCodesAreBoundToTheirPlace(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	sealed := f.store.changes[0].Settings
	for name, place := range map[string]features.Change{
		"another feature": {Number: line, Feature: dnd}, "another line": {Number: bare, Feature: lock},
	} {
		place.Revision, place.Settings, place.Record.At = 1, sealed, f.Now()
		all := []features.Installation{{Number: bare, Features: pins.FeaturesOf(lock)}}
		if _, err := f.Install(t.Context(), all, pins.Note{By: "ann"}); err != nil {
			t.Fatal(err)
		}
		check.OK(t, f.store.Store.Change(t.Context(), place))
		found, err := f.Find(t.Context(), place.Number)
		if setting, _ := found.Setting(place.Feature); err != nil || !setting.CodeLost || !setting.Code.IsZero() {
			t.Errorf("%s: %+v, %v, want a lost code", name, setting, err)
		}
	}
}

func TestKeysCanBeReplaced(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	for ids, lost := range map[string]bool{"2026b 2026a": false, "2026b": true} {
		found, err := f.lines(testkit.Keys(strings.Fields(ids)...)).Find(t.Context(), line)
		if setting, _ := found.Setting(lock); err != nil || setting.CodeLost != lost {
			t.Errorf("keys %s: %+v, %v, want the code lost: %t", ids, setting, err, lost)
		}
	}
	without := f.lines(secret.Keyring{})
	request := features.Request{Number: line, Feature: dnd, Edit: features.SetCode(secret.New("4821"))}
	if _, err := without.Change(t.Context(), request); err == nil {
		t.Error("a code was sealed without a key")
	}
}

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
