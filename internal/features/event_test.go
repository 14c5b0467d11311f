package features_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/golden"
	"updatecenter/internal/logtest"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestEvents(t *testing.T) {
	f := newFixture(t)
	first := f.change(t, dnd, features.SetCode(secret.New("4821")))
	second := f.change(t, rej, features.Add("612"))
	events := f.events(t)
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	for i, setting := range []features.Setting{first, second} {
		same(t, "event", events[i], features.Event{
			ID: events[i].ID, Type: features.FeatureChanged, At: f.Now(), Number: line, Feature: setting.Feature, Revision: setting.Revision,
			By: pins.ByCaller, Settings: setting.Settings,
		})
		drawn, found := strings.CutPrefix(events[i].ID, "evt_")
		if id, err := hex.DecodeString(drawn); !found || err != nil || len(id) != 16 {
			t.Errorf("id %q", events[i].ID)
		}
	}
	if events[0].ID == events[1].ID {
		t.Error("two events have one id")
	}
}

func TestPayloads(t *testing.T) {
	f := newFixture(t)
	f.change(t, noSol, features.Add("6125550199"), features.Switch(true))
	f.change(t, scr, features.Switch(true))
	f.change(t, dnd, features.SetCode(secret.New("4821")), features.AddSchedule(schedule(t, "weekend 22:30-00:00")))
	f.change(t, dnd, features.DropCode())
	f.change(t, lock, features.SetCode(secret.New("0042")), features.Add("011442079460018"))
	f.change(t, rej, features.Add("612555"))
	f.change(t, fwd, features.Add("6125550199"), features.ForwardTo("+16125550177"), features.Switch(true))
	if _, err := f.Install(t.Context(), []features.Installation{{Number: line, Features: pins.FeaturesOf(rej)}}, pins.Note{By: "ann"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, event := range f.events(t) {
		payload := check.Must(event.Payload())(t)
		got = append(got, string(payload))
	}
	golden.Is(t, "payloads.jsonl", strings.Join(got, "\n")+"\n")
}

func TestUnreadableEvents(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	good := string(testkit.Events(t, f.DB, line)[0])
	for name, bad := range map[string]string{
		"empty": "", "cut": good[:len(good)-1], "null": "null", "newer": strings.Replace(good, `"v":1`, `"v":2`, 1),
		"of another line":    strings.Replace(good, string(line), string(bare), 1),
		"of another feature": strings.Replace(good, `"dial-lock"`, `"do-not-disturb"`, 1),
		"of no feature":      strings.Replace(good, `"dial-lock"`, `"caller-id"`, 1),
		"of no line":         strings.Replace(good, string(line), "", 1),
		"of another type":    strings.Replace(good, "changed", "renamed", 1),
	} {
		event, err := f.OpenEvent([]byte(bad))
		if !errors.Is(err, storage.ErrUnreadable) || event.ID != "" {
			t.Errorf("%s: %+v, %v; want ErrUnreadable", name, event, err)
		}
	}
}

// TestEventsOfTheFirstForm holds that events without a type, which are still kept, are read.
func TestEventsOfTheFirstForm(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	want := f.events(t)[0]
	first := strings.Replace(string(testkit.Events(t, f.DB, line)[0]), `"type":"line.feature.changed",`, "", 1)
	got, err := f.OpenEvent([]byte(first))
	if err != nil || strings.Contains(first, "type") {
		t.Fatalf("%s: %v", first, err)
	}
	same(t, "event", got, want)
}

// TestRemovalsAreTold holds that the switch learns of each feature that is taken away, and of
// nothing when a feature is added.
func TestRemovalsAreTold(t *testing.T) {
	f := newFixture(t)
	f.Pass(-time.Hour)
	before := f.change(t, lock, features.SetCode(secret.New("4821")), features.Switch(true))
	for _, installed := range []pins.Features{pins.FeaturesOf(scr, lock), pins.FeaturesOf(scr), pins.FeaturesOf(scr, lock), {}} {
		if _, err := f.Install(t.Context(), []features.Installation{{Number: line, Features: installed}}, pins.Note{By: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	events := f.events(t)[2:]
	want := []pins.Feature{noSol, dnd, rej, fwd, lock, scr, lock}
	if len(events) != len(want) {
		t.Fatalf("%d events, want %d", len(events), len(want))
	}
	for i, event := range events {
		revision := f.Now().UnixMilli()
		if i == 4 { // in the moment of its last change
			revision = before.Revision + 1
		}
		same(t, "event", event, features.Event{
			ID: event.ID, Type: features.FeatureRemoved, At: f.Now(), Number: line, Feature: want[i], Revision: revision, By: "ann",
		})
	}
	shown, err := features.ShowEvent(testkit.Events(t, f.DB, line)[2])
	same(t, "shown", shown, features.EventDocument{
		ID: events[0].ID, Type: features.FeatureRemoved, At: f.Now(), Number: line, Feature: noSol, Revision: f.Now().UnixMilli(), By: "ann",
	})
	if err != nil {
		t.Error(err)
	}
}

func FuzzOpenEvent(f *testing.F) {
	world := newFixture(f)
	world.change(f, lock, features.SetCode(secret.New("4821")), features.Add("6125550199"))
	world.change(f, dnd, features.AddSchedule(schedule(f, "weekdays 21:00-07:00")))
	for _, stored := range testkit.Events(f, world.DB, line) {
		f.Add(stored)
	}
	if _, err := world.Install(f.Context(), []features.Installation{{Number: line}}, pins.Note{By: "ann"}); err != nil {
		f.Fatal(err)
	}
	f.Add(testkit.Events(f, world.DB, line)[3])
	f.Add([]byte(`{"v":1,"id":"evt_1","number":"+16125550142","feature":"dial-lock","settings":{"v":1,"code":"AA=="}}`))
	f.Fuzz(func(t *testing.T, stored []byte) {
		event, err := world.OpenEvent(stored)
		if err != nil {
			check.Is(t, err, storage.ErrUnreadable)
			return
		}
		if _, err := event.Payload(); err != nil {
			t.Fatal(err)
		}
	})
}

// codes stand nowhere else, so that finding one is finding a leak. The last two are refused.
var codes = []string{"4821", "9376", "7777", "48213"}

func TestCodesStayHidden(t *testing.T) {
	f := newFixture(t)
	var shown []any
	for _, feature := range []pins.Feature{dnd, lock} {
		for _, code := range codes[:2] {
			request := f.request(feature, features.SetCode(secret.New(code)))
			setting := check.Must(f.Change(t.Context(), request))(t)
			shown = append(shown, request, &request, setting, features.DocumentOf(setting.Setting))
		}
	}
	found := check.Must(f.Find(t.Context(), line))(t)
	given := features.Document{}
	check.OK(t, json.Unmarshal([]byte(`{"code":"4821"}`), &given))
	shown = append(shown, found, f.events(t), f.Records(t, line), given, f.Lines, *f.Lines,
		features.Replace(features.Settings{Code: secret.New("4821")}, false))
	for _, value := range shown {
		logtest.Hides(t, fmt.Sprintf("%T", value), logtest.Shown(value), codes...)
	}
}

func TestStoredFormsHoldNoCode(t *testing.T) {
	f := newFixture(t)
	f.change(t, dnd, features.SetCode(secret.New(codes[0])), features.SetCode(secret.New(codes[1])), features.Switch(true))
	f.change(t, lock, features.SetCode(secret.New(codes[0])), features.DropCode())
	if len(f.store.changes) != 5 {
		t.Fatalf("%d changes", len(f.store.changes))
	}
	for _, change := range f.store.changes {
		logtest.Hides(t, "a change", logtest.Shown(change.Record), codes...)
		for _, stored := range [][]byte{change.Settings, innerSettings(t, change.Event)} {
			var fields map[string]any
			check.OK(t, json.Unmarshal(stored, &fields))
			if sealed, has := fields["code"].(string); has {
				opened := check.Must(base64.StdEncoding.DecodeString(sealed))(t)
				logtest.Hides(t, "what is sealed", string(opened), codes...)
			}
			logtest.Hides(t, "what is stored", string(stored), codes...)
		}
	}
}

// innerSettings are the settings within a stored event.
func innerSettings(t *testing.T, event []byte) []byte {
	t.Helper()
	var fields struct{ Settings json.RawMessage }
	check.OK(t, json.Unmarshal(event, &fields))
	return fields.Settings
}

func TestErrorsHoldNothingKeyed(t *testing.T) {
	f := newFixture(t)
	var errs []error
	for _, code := range codes {
		for _, feature := range pins.AllFeatures {
			rule := ruleOf(t, feature)
			_, entryErr := rule.ParseEntry("99" + code)
			_, targetErr := rule.ParseTarget(line, "99"+code)
			_, clockErr := features.ParseClock(code)
			_, readErr := rule.Read(features.Document{List: &[]string{code}})
			errs = append(errs, entryErr, targetErr, clockErr, readErr)
			for _, number := range []features.Request{{Number: line}, {Number: bare}, {Number: missing}} {
				for _, edit := range []features.Edit{
					features.SetCode(secret.New(code)), features.Add(features.Entry(code)), features.Drop(features.Entry(code)),
				} {
					number.Feature, number.Edit = feature, edit
					_, err := f.Change(t.Context(), number)
					errs = append(errs, err, f.Weigh(t.Context(), number.Number, feature, edit))
				}
			}
		}
	}
	text := errors.Join(errs...).Error()
	if !strings.Contains(text, "change feature: not accepted: not-four-digits") || !strings.Contains(text, "weigh edit") {
		t.Fatalf("too few errors to tell: %s", text)
	}
	logtest.Hides(t, "an error", text, codes...)
}
