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

func TestDocumentsHaveTheirParts(t *testing.T) {
	f := newFixture(t)
	for feature, want := range map[pins.Feature]string{
		noSol: `{"on":false,"list":[]}`,
		scr:   `{"on":false}`,
		dnd:   `{"on":false,"schedules":[],"greeting":1,"emergency_breakthrough":true,"code_set":false}`,
		lock:  `{"on":false,"list":[],"code_set":false}`,
		rej:   `{"on":false,"list":[]}`,
		fwd:   `{"on":false,"list":[],"forward_to":null}`,
	} {
		same(t, string(feature), document(t, f.setting(t, feature)), want)
	}
	f.change(t, dnd, features.SetCode(secret.New("4821")), features.AddSchedule(schedule(t, "weekdays 21:00-07:00")),
		features.LetThrough(false), features.Switch(true))
	same(t, "do not disturb", document(t, f.setting(t, dnd)),
		`{"on":true,"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"}],"greeting":1,"emergency_breakthrough":false,"code_set":true}`)
	f.change(t, fwd, features.ForwardTo("+16125550177"), features.Add("6125550199"))
	same(t, "forwarding", document(t, f.setting(t, fwd)), `{"on":false,"list":["+16125550199"],"forward_to":"+16125550177"}`)
	same(t, "no feature", document(t, features.Setting{Feature: "caller-id"}), `{"on":false}`)
}

func document(t testing.TB, setting features.Setting) string {
	t.Helper()
	encoded := check.Must(json.Marshal(features.DocumentOf(setting)))(t)
	return string(encoded)
}

func TestReadDocuments(t *testing.T) {
	night := schedule(t, "weekdays 21:00-07:00")
	for _, c := range []struct {
		feature pins.Feature
		body    string
		want    features.Settings
		reason  features.Reason
	}{
		{scr, `{"on":true}`, features.Settings{On: true}, ""},
		{scr, `{}`, features.Settings{}, ""},
		{scr, `{"list":[]}`, features.Settings{}, features.NotOfFeature},
		{scr, `{"schedules":[]}`, features.Settings{}, features.NotOfFeature},
		{scr, `{"greeting":1}`, features.Settings{}, features.NotOfFeature},
		{scr, `{"emergency_breakthrough":false}`, features.Settings{}, features.NotOfFeature},
		{scr, `{"code":null}`, features.Settings{}, features.NotOfFeature},
		{scr, `{"forward_to":null}`, features.Settings{}, features.NotOfFeature},
		{dnd, `{}`, features.Settings{Greeting: 1, Breakthrough: true}, ""},
		{dnd, `{"greeting":4,"emergency_breakthrough":false,"code":"4821","code_set":false,
			"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"}]}`,
			features.Settings{Greeting: 4, Code: secret.New("4821"), Schedules: []features.Schedule{night}}, ""},
		{dnd, `{"greeting":5}`, features.Settings{}, features.NoSuchGreeting},
		{dnd, `{"code":"1234"}`, features.Settings{}, features.EasyCode},
		{dnd, `{"code":""}`, features.Settings{}, features.NotACode},
		{dnd, `{"code":"48211"}`, features.Settings{}, features.NotACode},
		{dnd, `{"schedules":[{"days":"weekdays","start":"9:00","end":"10:00"}]}`, features.Settings{}, features.NotATime},
		{dnd, `{"schedules":[{"days":"weekdays","start":"09:00","end":""}]}`, features.Settings{}, features.NotATime},
		{dnd, `{"schedules":[{"days":"monday","start":"09:00","end":"10:00"}]}`, features.Settings{}, features.NotATime},
		{dnd, `{"schedules":[{"days":"weekend","start":"09:00","end":"09:00"}]}`, features.Settings{}, features.NoLength},
		{dnd, `{"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"},{"days":"weekend","start":"06:00","end":"09:00"}]}`,
			features.Settings{}, features.Overlaps},
		{rej, `{"list":["612","612-555-0199"]}`, features.Settings{List: []features.Entry{"612", "+16125550199"}}, ""},
		{rej, `{"list":["6125550199","+16125550199"]}`, features.Settings{}, features.AlreadyListed},
		{rej, `{"list":["911"]}`, features.Settings{}, features.Barred},
		{rej, `{"list":["five"]}`, features.Settings{}, features.NotANumber},
		{fwd, `{"forward_to":"612-555-0177","on":true}`, features.Settings{On: true, Target: "+16125550177"}, ""},
		{fwd, `{"forward_to":null}`, features.Settings{}, ""},
		{fwd, `{"forward_to":"","on":false}`, features.Settings{}, features.NotANumber},
		{fwd, `{"forward_to":null,"on":true}`, features.Settings{}, features.NoTarget},
		{fwd, `{"forward_to":"800-555-0199"}`, features.Settings{}, features.Barred},
	} {
		var d features.Document
		check.OK(t, json.Unmarshal([]byte(c.body), &d))
		got, err := ruleOf(t, c.feature).Read(d)
		refused(t, fmt.Sprintf("%s, %s", c.feature, c.body), err, c.reason)
		same(t, c.body, got, c.want)
	}
}

func TestDocumentTellsWhetherACodeIsGiven(t *testing.T) {
	for body, want := range map[string]bool{`{"on":true}`: false, `{"code":null}`: true, `{"code":"4821"}`: true} {
		var d features.Document
		if err := json.Unmarshal([]byte(body), &d); err != nil || d.Code.Given != want {
			t.Errorf("%s: given %t, %v", body, d.Code.Given, err)
		}
	}
	for _, body := range []string{`{"code":4821}`, `{"code":["4821"]}`, `{"forward_to":4821}`} {
		var d features.Document
		err := json.Unmarshal([]byte(body), &d)
		if err == nil {
			t.Fatalf("%s was read", body)
		}
		logtest.Hides(t, "an error", err.Error(), codes...)
	}
}

func FuzzRead(f *testing.F) {
	for _, body := range []string{
		`{"on":true,"list":["612","+442079460018","011442079460018"]}`, `{"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"}]}`,
		`{"greeting":4,"emergency_breakthrough":false,"code":"4821"}`, `{"forward_to":"612-555-0177","on":true}`, `{"code":null}`, `null`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var d features.Document
		if json.Unmarshal(body, &d) != nil {
			return
		}
		for _, feature := range pins.AllFeatures {
			rule := ruleOf(t, feature)
			settings, err := rule.Read(d)
			if _, is := features.ReasonOf(err); err != nil {
				if !is {
					t.Fatalf("%s: %v", feature, err)
				}
				continue
			}
			shown := features.DocumentOf(features.Setting{Feature: feature, Settings: settings})
			if d.Code.Given {
				shown.Code = d.Code
			}
			again, err := rule.Read(shown)
			if err != nil {
				t.Fatalf("%s: what was read is not read again: %v", feature, err)
			}
			same(t, string(feature), again, settings)
		}
	})
}

// at is a time of day that there is.
func at(t testing.TB, text string) features.Clock {
	t.Helper()
	c, err := features.ParseClock(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

// schedule reads what Schedule.String writes.
func schedule(t testing.TB, text string) features.Schedule {
	t.Helper()
	days, times, _ := strings.Cut(text, " ")
	start, end, _ := strings.Cut(times, "-")
	return features.Schedule{Days: features.Days(days), Start: at(t, start), End: at(t, end)}
}

func TestParseClock(t *testing.T) {
	for text, want := range map[string]features.Clock{"00:00": 0, "00:01": 1, "07:05": 425, "21:30": 1290, "23:59": 1439} {
		if got := at(t, text); got != want || got.String() != text {
			t.Errorf("%s is %d, %s", text, got, got)
		}
	}
	for _, text := range []string{
		"", "24:00", "23:60", "7:05", "07:5", "07.05", "0705", " 07:05", "07:05 ", "-1:00", "+1:00", "07:05:00", "07:0x", "٠٧:٠",
	} {
		_, err := features.ParseClock(text)
		refused(t, text, err, features.NotATime)
	}
}

func TestNextDay(t *testing.T) {
	for text, want := range map[string]bool{
		"weekdays 21:00-07:00": true, "weekdays 07:00-21:00": false, "weekend 21:00-00:00": true, "weekend 00:00-00:01": false,
	} {
		s := schedule(t, text)
		if got := s.NextDay(); got != want || s.String() != text {
			t.Errorf("%s: next day %t", s, got)
		}
	}
}

func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		one, two string
		want     bool
	}{
		{"weekdays 09:00-12:00", "weekdays 13:00-17:00", false},
		{"weekdays 09:00-12:00", "weekdays 12:00-17:00", false}, // as one ends, the other starts
		{"weekdays 09:00-12:01", "weekdays 12:00-17:00", true},
		{"weekdays 09:00-17:00", "weekdays 10:00-11:00", true}, // within
		{"weekdays 09:00-12:00", "weekdays 09:00-12:00", true}, // the same
		{"weekdays 21:00-07:00", "weekdays 22:00-23:00", true}, // before midnight
		{"weekdays 21:00-07:00", "weekdays 06:00-08:00", true}, // after it
		{"weekdays 21:00-07:00", "weekdays 07:00-21:00", false},
		{"weekdays 21:00-07:00", "weekdays 23:00-01:00", true}, // both across midnight
		{"weekdays 00:00-23:59", "weekdays 23:59-00:00", false},
		{"weekdays 21:00-00:00", "weekdays 00:00-07:00", false},
		{"weekdays 12:00-11:59", "weekdays 11:59-12:00", false},
		{"weekdays 09:00-17:00", "weekend 09:00-17:00", false},
		{"weekend 21:00-07:00", "weekend 06:00-08:00", true}, // Saturday's into Sunday
		{"weekend 21:00-07:00", "weekend 07:00-08:00", false},
		// Friday's reaches into Saturday.
		{"weekdays 21:00-07:00", "weekend 06:00-08:00", true},
		{"weekdays 21:00-07:00", "weekend 07:00-08:00", false},
		{"weekdays 21:00-07:00", "weekend 00:00-00:01", true},
		{"weekdays 21:00-00:00", "weekend 00:00-00:01", false},
		// Sunday's reaches into Monday, over the end of the week.
		{"weekend 21:00-07:00", "weekdays 06:00-08:00", true},
		{"weekend 21:00-07:00", "weekdays 07:00-08:00", false},
		{"weekend 21:00-07:00", "weekdays 00:00-00:01", true},
		{"weekend 21:00-00:00", "weekdays 00:00-00:01", false},
		{"weekend 22:00-06:00", "weekdays 22:00-06:00", false},
		{"weekend 22:00-06:00", "weekdays 22:00-06:01", false}, // Saturday's starts at 22:00
		{"weekend 05:00-06:00", "weekdays 22:00-05:01", true},
	} {
		for _, order := range [][2]string{{c.one, c.two}, {c.two, c.one}} {
			var both []features.ScheduleDocument
			for _, text := range order {
				s := schedule(t, text)
				both = append(both, features.ScheduleDocument{Days: s.Days, Start: s.Start.String(), End: s.End.String()})
			}
			want := features.Reason("")
			if c.want {
				want = features.Overlaps
			}
			_, err := ruleOf(t, dnd).Read(features.Document{Schedules: &both})
			refused(t, strings.Join(order[:], ", then "), err, want)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"00:00", "23:59", "24:00", "7:05", "", "::::;", "0\x000:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := features.ParseClock(text)
		if err == nil && (c < 0 || c > 1439 || c.String() != text) {
			t.Errorf("%q is %d, %s", text, c, c)
		}
		if reason, _ := features.ReasonOf(err); err != nil && reason != features.NotATime {
			t.Errorf("%q: %v", text, err)
		}
	})
}

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
