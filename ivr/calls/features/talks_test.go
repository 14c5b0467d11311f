package features_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"updatecenter/internal/features"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

func TestTurningOnAndOff(t *testing.T) {
	for _, f := range pins.AllFeatures {
		h := newHousehold(t)
		if f == pins.SelectiveCallForwarding {
			h.edit(f, features.ForwardTo("+16515550100"))
		}
		c := h.dial(f, ivr.English).hears("is off.", "To turn it on, press 3.", "To go back, press star.")
		c.press("3").hears("We turned it on.", "is on.", "To turn it off, press 3.")
		if !h.setting(f).On {
			t.Errorf("%s is not on", f)
		}
		c.press("3").hears("We turned it off.", "is off.").press("*").hears("The end: left.")
		if h.setting(f).On || h.changes != 2 {
			t.Errorf("%s: on %v, %d changes", f, h.setting(f).On, h.changes)
		}
		record := check.Must(h.world.DB.Lines().History(t.Context(), home, 1))(t)
		want := []pins.Record{{
			At: noon, Event: pins.FeatureChanged, By: pins.ByCaller, Side: pins.FromLine, From: string(home),
			Call: c.sid, Feature: f, Changes: []string{"off"},
		}}
		check.Same(t, record, want)
	}
}

// TestTurnsAsOffered has somebody else turn the feature on while the caller, who heard that it
// is off, is asked to.
func TestTurnsAsOffered(t *testing.T) {
	h := newHousehold(t)
	c := h.dial(pins.SecurityScreen, ivr.English).hears("To turn it on, press 3.")
	h.edit(pins.SecurityScreen, features.Switch(true))
	c.press("3").hears("We turned it on.", "Security Screen is on.")
}

// TestWhatIsKept keys into each editor, and looks at the settings. The call scripts named feature... hold what is
// said meanwhile.
func TestWhatIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		feature pins.Feature
		keys    string
		want    features.Settings
	}{
		"list":     {pins.CallRejection, "# 6515550101 1 # 218 1 # 763555 1 1 2 1", features.Settings{List: []features.Entry{"+16515550101", "763555"}}},
		"abroad":   {pins.DialLock, "# 011525555123456 1", features.Settings{List: []features.Entry{"+525555123456"}}},
		"code":     {pins.DialLock, "2 1 4821 4821", features.Settings{Code: secret.New("4821")}},
		"no code":  {pins.DialLock, "2 1 4821 4821 2 2", features.Settings{}},
		"target":   {pins.SelectiveCallForwarding, "2 6515550101 1", features.Settings{Target: "+16515550101"}},
		"greeting": {pins.DoNotDisturb, "2 3", features.Settings{Greeting: 3, Breakthrough: true}},
		"held":     {pins.DoNotDisturb, "4 2", features.Settings{Greeting: 1}},
		"let":      {pins.DoNotDisturb, "4 2 4 2", features.Settings{Greeting: 1, Breakthrough: true}},
		"schedules": {pins.DoNotDisturb, "# 1 9 2 0700 1 # 1 12 2 1330 1 # 1 2200 0 1 1 2 1", features.Settings{
			Greeting: 1, Breakthrough: true, Schedules: []features.Schedule{
				{Days: features.Weekdays, Start: 12 * 60, End: 13*60 + 30}, {Days: features.Weekend, Start: 22 * 60},
			},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			h.dial(c.feature, ivr.English).keys(strings.Fields(c.keys)...)
			got := h.setting(c.feature).Settings
			if !got.Code.Equal(c.want.Code) {
				t.Error("the code is another")
			}
			got.Code, c.want.Code = secret.Text{}, secret.Text{}
			check.Same(t, got, c.want, cmpopts.EquateEmpty(), cmp.AllowUnexported(secret.Text{}))
		})
	}
}

// TestPagesThatGo has somebody else drop the entries of a list while its pages are heard.
func TestPagesThatGo(t *testing.T) {
	h := newHousehold(t)
	f := pins.NoSolicitation
	h.list(f, 11)
	c := h.dial(f, ivr.English).keys("1", "#", "5").hears("651-555-0109")
	h.edit(f, features.Drop("+16515550109"))
	c.press("1").hears("That was deleted before.", "5: 651-555-0110. To hear the first ones again")
	for _, entry := range h.setting(f).List[1:] {
		h.edit(f, features.Drop(entry))
	}
	c.press("#").hears("1: 651-555-0100. To go back")
}

// TestDeletingPages deletes from the end of a list until nothing is left of it.
func TestDeletingPages(t *testing.T) {
	h := newHousehold(t)
	f := pins.NoSolicitation
	h.list(f, 6)
	c := h.dial(f, ivr.English).keys("1", "#").hears("1: 651-555-0105. To hear the first ones again")
	c.keys("1", "1").hears("It was deleted. To delete one", "1: 651-555-0100.", "5: 651-555-0104. To go back")
	for range 4 {
		c.keys("1", "1").hears("It was deleted. To delete one")
	}
	c.keys("1", "1").hears("It was deleted. No Solicitation is off. Your list is empty.")
}

// TestFullList fills the list between the look at it and the entry.
func TestFullList(t *testing.T) {
	h := newHousehold(t)
	f := pins.DialLock
	h.list(f, 19)
	c := h.dial(f, ivr.English).press("#")
	h.edit(f, features.Add("+16515550299"))
	c.press("6515550201").hears("Your list is full.", "Dial Lock is off.")
}

// TestOverlaps adds a schedule that crosses another: three times, and then the feature comes again.
func TestOverlaps(t *testing.T) {
	h := newHousehold(t)
	f := pins.DoNotDisturb
	h.edit(f, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 8 * 60, End: 9 * 60}))
	c := h.dial(f, ivr.English).keys("#", "1", "0830", "1300").hears("That overlaps with a schedule", "should start")
	c.keys("0830", "1300", "0830", "1300").hears("That overlaps with a schedule", "Nothing was changed.", "Do Not Disturb is off.")
}
