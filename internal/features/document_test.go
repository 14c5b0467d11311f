package features_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/logtest"
	"updatecenter/internal/secret"
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
			f := newFixture(t)
			f.change(t, dnd, features.AddSchedule(schedule(t, order[0])))
			want := features.Reason("")
			if c.want {
				want = features.Overlaps
			}
			_, err := f.try(t, dnd, features.AddSchedule(schedule(t, order[1])))
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
