package features_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// entry is the number i of a list.
func entry(i int) features.Entry { return features.Entry(fmt.Sprintf("+1763555%04d", i)) }

func entries(from, to int) []features.Entry {
	var all []features.Entry
	for i := from; i < to; i++ {
		all = append(all, entry(i))
	}
	return all
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	codes := cmp.Comparer(func(a, b secret.Text) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, got, codes); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func TestDefaults(t *testing.T) {
	f := newFixture(t)
	for _, feature := range pins.AllFeatures {
		want := features.Setting{Feature: feature}
		if feature == dnd {
			want.Greeting, want.Breakthrough = 1, true
		}
		same(t, string(feature), f.setting(t, feature), want)
	}
}

func TestListsHaveLimits(t *testing.T) {
	limits := map[pins.Feature]int{noSol: 25, scr: 0, dnd: 0, lock: 20, rej: 25, fwd: 25}
	for feature, most := range limits {
		if most == 0 {
			continue
		}
		f := newFixture(t)
		for i := range most {
			if got := len(f.change(t, feature, features.Add(entry(i))).List); got != i+1 {
				t.Fatalf("%s: %d entries, want %d", feature, got, i+1)
			}
		}
		_, err := f.try(t, feature, features.Add(entry(most)))
		refused(t, fmt.Sprintf("%s, entry %d", feature, most+1), err, features.ListFull)
		_, err = f.try(t, feature, features.Add(entry(most-1)))
		refused(t, "the last one again", err, features.AlreadyListed)
		same(t, "list", f.setting(t, feature).List, entries(0, most))

		f.change(t, feature, features.Drop(entry(3)), features.Add(entry(most)))
		same(t, "list", f.setting(t, feature).List, append(append(entries(0, 3), entries(4, most)...), entry(most)))

		_, err = f.try(t, feature, features.Replace(features.Settings{List: entries(0, most+1)}, false))
		refused(t, "replace by too many", err, features.ListFull)
		f.change(t, feature, features.Replace(features.Settings{List: entries(0, most)}, false))
	}
}

func TestRefusals(t *testing.T) {
	var (
		night  = schedule(t, "weekdays 21:00-07:00")
		noon   = schedule(t, "weekdays 12:00-13:00")
		sunday = schedule(t, "weekend 08:00-10:00")
		target = nanp.Number("+16125550177")
	)
	for _, c := range []struct {
		name    string
		feature pins.Feature
		before  []features.Edit
		edit    features.Edit
		want    features.Reason
	}{
		{"not a number", noSol, nil, features.Add("555"), features.NotANumber},
		{"barred", rej, nil, features.Add("911"), features.Barred},
		{"listed", rej, edits(features.Add("612")), features.Add("612"), features.AlreadyListed},
		{"listed, in another form", lock, edits(features.Add("+442079460018")), features.Add("011442079460018"), features.AlreadyListed},
		{"not listed", rej, edits(features.Add("612")), features.Drop("612555"), features.NotListed},
		{"dropped twice", rej, edits(features.Add("612"), features.Drop("612")), features.Drop("612"), features.NotListed},

		{"on without target", fwd, nil, features.Switch(true), features.NoTarget},
		{"on with target", fwd, edits(features.ForwardTo(target)), features.Switch(true), ""},
		{"target taken away", fwd, edits(features.ForwardTo(target), features.Switch(true)), features.ForwardTo(""), features.NoTarget},
		{"target taken away while off", fwd, edits(features.ForwardTo(target), features.Switch(true), features.Switch(false)), features.ForwardTo(""), ""},
		{"own number", fwd, nil, features.ForwardTo(line), features.OwnNumber},
		{"barred target", fwd, nil, features.ForwardTo("+18005550199"), features.Barred},
		{"no target at all", fwd, nil, features.ForwardTo("+1612"), features.NotANumber},

		{"no days", dnd, nil, features.AddSchedule(features.Schedule{Days: "monday", End: 1}), features.NotATime},
		{"before midnight", dnd, nil, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: -1, End: 5}), features.NotATime},
		{"past midnight", dnd, nil, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 5, End: 1440}), features.NotATime},
		{"no length", dnd, nil, features.AddSchedule(features.Schedule{Days: features.Weekend, Start: 5, End: 5}), features.NoLength},
		{"full", dnd, edits(features.AddSchedule(night), features.AddSchedule(noon)), features.AddSchedule(noon), features.SchedulesFull},
		{"full on other days", dnd, edits(features.AddSchedule(night), features.AddSchedule(noon)), features.AddSchedule(sunday), ""},
		{"no such schedule", dnd, edits(features.AddSchedule(night)), features.DropSchedule(noon), features.NotListed},

		{"greeting 0", dnd, nil, features.ChooseGreeting(0), features.NoSuchGreeting},
		{"greeting 1", dnd, nil, features.ChooseGreeting(1), ""},
		{"greeting 4", dnd, nil, features.ChooseGreeting(4), ""},
		{"greeting 5", dnd, nil, features.ChooseGreeting(5), features.NoSuchGreeting},

		{"list of none", scr, nil, features.Add("+16125550199"), features.NotOfFeature},
		{"drop of none", scr, nil, features.Drop("+16125550199"), features.NotOfFeature},
		{"schedule", lock, nil, features.AddSchedule(night), features.NotOfFeature},
		{"drop schedule", lock, nil, features.DropSchedule(night), features.NotOfFeature},
		{"greeting", lock, nil, features.ChooseGreeting(1), features.NotOfFeature},
		{"let through", lock, nil, features.LetThrough(false), features.NotOfFeature},
		{"code", rej, nil, features.SetCode(secret.New("4821")), features.NotOfFeature},
		{"drop code", rej, nil, features.DropCode(), features.NotOfFeature},
		{"target", rej, nil, features.ForwardTo(target), features.NotOfFeature},

		{"replace: list", scr, nil, features.Replace(features.Settings{List: entries(0, 1)}, false), features.NotOfFeature},
		{"replace: twice", rej, nil, features.Replace(features.Settings{List: []features.Entry{"612", "612"}}, false), features.AlreadyListed},
		{"replace: schedule", lock, nil, features.Replace(features.Settings{Schedules: []features.Schedule{night}}, false), features.NotOfFeature},
		{"replace: overlap", dnd, nil, features.Replace(features.Settings{Greeting: 1, Schedules: []features.Schedule{night, night}}, false), features.Overlaps},
		{"replace: three", dnd, nil, features.Replace(features.Settings{Greeting: 1, Schedules: []features.Schedule{night, noon, noon}}, false), features.SchedulesFull},
		{"replace: greeting", lock, nil, features.Replace(features.Settings{Greeting: 1}, false), features.NotOfFeature},
		{"replace: no greeting", dnd, nil, features.Replace(features.Settings{}, false), features.NoSuchGreeting},
		{"replace: breakthrough", lock, nil, features.Replace(features.Settings{Breakthrough: true}, false), features.NotOfFeature},
		{"replace: code", rej, nil, features.Replace(features.Settings{Code: secret.New("4821")}, false), features.NotOfFeature},
		{"replace: easy code", lock, nil, features.Replace(features.Settings{Code: secret.New("1234")}, false), features.EasyCode},
		{"replace: target", rej, nil, features.Replace(features.Settings{Target: target}, false), features.NotOfFeature},
		{"replace: own number", fwd, nil, features.Replace(features.Settings{Target: line}, false), features.OwnNumber},
		{"replace: no target", fwd, nil, features.Replace(features.Settings{On: true}, false), features.NoTarget},
		{"replace: target and on", fwd, nil, features.Replace(features.Settings{On: true, Target: target}, false), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.change(t, c.feature, c.before...)
			before := f.setting(t, c.feature)
			_, err := f.try(t, c.feature, c.edit)
			refused(t, string(c.feature), err, c.want)
			if err != nil {
				same(t, "settings", f.setting(t, c.feature), before)
			}
		})
	}
}

func edits(all ...features.Edit) []features.Edit { return all }

func TestCodes(t *testing.T) {
	for digits, want := range map[string]features.Reason{
		"4821": "", "0042": "", "1243": "", "1233": "",
		"": features.NotACode, "482": features.NotACode, "48211": features.NotACode, "48a1": features.NotACode,
		"482 ": features.NotACode, "٤٨": features.NotACode,
		"0000": features.EasyCode, "7777": features.EasyCode, "1234": features.EasyCode, "6789": features.EasyCode,
		"7890": features.EasyCode, "8901": features.EasyCode, "4321": features.EasyCode, "1098": features.EasyCode,
		"0123": features.EasyCode, "3210": features.EasyCode,
		"1212": features.EasyCode, "5656": features.EasyCode, // a pair, repeated
		"0142": features.EasyCode, "2410": features.EasyCode, // the end of the line's number, and that reversed
		"2000": features.EasyCode, "6969": features.EasyCode, "1004": features.EasyCode, // common
	} {
		for _, feature := range []pins.Feature{dnd, lock} {
			f := newFixture(t)
			_, err := f.try(t, feature, features.SetCode(secret.New(digits)))
			refused(t, digits, err, want)
			if kept := f.setting(t, feature).Code; err == nil && kept.Reveal() != digits {
				t.Errorf("%s was kept as %s", digits, kept.Reveal())
			}
		}
	}
}

func TestEditsChangeSettings(t *testing.T) {
	night, noon, sunday := schedule(t, "weekdays 21:00-07:00"), schedule(t, "weekdays 12:00-13:00"), schedule(t, "weekend 08:00-10:00")
	f := newFixture(t)
	got := f.change(t, dnd,
		features.Switch(true), features.Switch(false), features.Switch(true),
		features.AddSchedule(sunday), features.AddSchedule(night), features.AddSchedule(noon),
		features.ChooseGreeting(3), features.LetThrough(false), features.LetThrough(true), features.LetThrough(false),
		features.SetCode(secret.New("4821")), features.SetCode(secret.New("9376")),
	)
	want := features.Settings{
		On: true, Schedules: []features.Schedule{noon, night, sunday}, Greeting: 3, Code: secret.New("9376"),
	}
	same(t, "settings", got.Settings, want)
	same(t, "kept", f.setting(t, dnd), got)

	got = f.change(t, dnd, features.DropSchedule(noon), features.DropCode(), features.DropCode(), features.Edit{})
	want.Schedules, want.Code = []features.Schedule{night, sunday}, secret.Text{}
	same(t, "settings", got.Settings, want)

	got = f.change(t, dnd, features.SetCode(secret.New("4821")), features.Replace(features.Settings{Greeting: 2, Breakthrough: true}, true))
	same(t, "code kept", got.Settings, features.Settings{Greeting: 2, Breakthrough: true, Code: secret.New("4821")})
	got = f.change(t, dnd, features.Replace(features.Settings{Greeting: 2}, false))
	same(t, "code dropped", got.Settings, features.Settings{Greeting: 2})
}

// TestEditsShareNothing holds that no edit writes into settings that were handed out.
func TestEditsShareNothing(t *testing.T) {
	f := newFixture(t)
	f.change(t, rej, features.Add(entry(0)), features.Add(entry(1)), features.Add(entry(2)))
	found := check.Must(f.Find(t.Context(), line))(t)
	setting, _ := found.Setting(rej)
	list := slices.Clone(setting.List)
	f.change(t, rej, features.Drop(entry(0)), features.Add(entry(3)), features.Drop(entry(2)))
	same(t, "list", setting.List, list)
}

func TestChangesAreTold(t *testing.T) {
	f := newFixture(t)
	night := schedule(t, "weekdays 21:00-07:00")
	for _, c := range []struct {
		feature pins.Feature
		edit    features.Edit
		want    string
	}{
		{lock, features.Switch(true), "on"},
		{lock, features.Switch(false), "off"},
		{lock, features.Add("011442079460018"), "added +442079460018"},
		{lock, features.Drop("+442079460018"), "removed +442079460018"},
		{rej, features.Add("612555"), "added 612555"},
		{dnd, features.AddSchedule(night), "schedule weekdays 21:00-07:00 added"},
		{dnd, features.DropSchedule(night), "schedule weekdays 21:00-07:00 removed"},
		{dnd, features.ChooseGreeting(2), "greeting 2"},
		{dnd, features.LetThrough(false), "emergency breakthrough off"},
		{dnd, features.LetThrough(true), "emergency breakthrough on"},
		{dnd, features.SetCode(secret.New("4821")), "code set"},
		{dnd, features.SetCode(secret.New("9376")), "code set"},
		{dnd, features.DropCode(), "code removed"},
		{fwd, features.ForwardTo("+16125550177"), "forwards to +16125550177"},
		{fwd, features.ForwardTo(""), "forwards nowhere"},
		{rej, features.Replace(features.Settings{On: true, List: []features.Entry{"763", "612"}}, false), "on, removed 612555, added 763, added 612"},
		{rej, features.Replace(features.Settings{On: true, List: []features.Entry{"612", "763"}}, false), "list put in another order"},
	} {
		f.change(t, c.feature, c.edit)
		record := f.Records(t, line)[0]
		if got := strings.Join(record.Changes, ", "); got != c.want {
			t.Errorf("told %q, want %q", got, c.want)
		}
		want := pins.Record{
			At: f.Now(), Event: pins.FeatureChanged, By: pins.ByCaller, Side: pins.FromLine, From: string(line),
			Call: "CA1", Feature: c.feature, Changes: record.Changes,
		}
		same(t, c.want, record, want)
	}
}
