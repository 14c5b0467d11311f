package features_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	featurecalls "updatecenter/ivr/calls/features"
	"updatecenter/pins"
	"updatecenter/twiml"
)

const home nanp.Number = "+16125550149"

var noon = time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)

// household is a line with all features, and a way to call it.
type household struct {
	testing.TB
	world    *testkit.World
	features *features.Lines
	changes  int   // that were told of
	proved   int64 // the revision of the PIN that callers have proved
	calls    int
}

func newHousehold(t testing.TB) *household {
	t.Helper()
	w := testkit.New(t)
	w.Set(noon)
	w.AddLines(t, pins.NewLine{Number: home, Features: pins.FeaturesOf(pins.AllFeatures[:]...)})
	return &household{
		TB: t, world: w, proved: w.Line(t, home).Revision,
		features: features.New(features.Config{Store: w.Features(), Keys: w.Keys, Now: w.Now}),
	}
}

// edit changes a feature as somebody else would.
func (h *household) edit(f pins.Feature, edits ...features.Edit) {
	h.Helper()
	for _, edit := range edits {
		if _, err := h.features.Change(h.Context(), features.Request{Number: home, Feature: f, Edit: edit, By: "test"}); err != nil {
			h.Fatal(err)
		}
	}
}

// list adds some numbers to a feature's list, from 651-555-0100 on.
func (h *household) list(f pins.Feature, n int) {
	h.Helper()
	for i := range n {
		h.edit(f, features.Add(features.Entry(fmt.Sprintf("+1651555%04d", 100+i))))
	}
}

// complete gives a feature what it lacks to be turned on without a question.
func (h *household) complete(f pins.Feature) {
	h.Helper()
	switch f { //nolint:exhaustive // the others lack nothing
	case pins.DoNotDisturb:
		h.edit(f, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 8 * 60, End: 9 * 60}))
	case pins.SelectiveCallForwarding:
		h.edit(f, features.ForwardTo("+16515550100"))
		h.list(f, 1)
	case pins.DialLock, pins.CallRejection:
		h.list(f, 1)
	}
}

func (h *household) setting(f pins.Feature) features.Setting {
	h.Helper()
	line := check.Must(h.features.Find(h.Context(), home))(h)
	setting, _ := line.Setting(f)
	return setting
}

type outcome string

// flow is a call that is about one feature.
func (h *household) flow(f pins.Feature, l ivr.Language) *ivr.Flow {
	line, proved := ivr.Variable{Name: "line", Kind: ivr.Phone}, ivr.Variable{Name: "proved", Kind: ivr.Count}
	parts := featurecalls.Parts(featurecalls.Config{Features: h.features, Line: line, Proved: proved, Changed: func() { h.changes++ }})
	i := slices.IndexFunc(parts, func(p featurecalls.Part) bool { return p.Feature == f })
	say := func(at ivr.Step) ivr.Say {
		return ivr.Say{At: at, Prompt: ivr.Prompt{Name: "test-" + string(at), EN: "The end: " + string(at) + ".", ES: "Fin: " + string(at) + "."}, Next: ivr.HangUp}
	}
	notice := func(name string) ivr.Prompt { return ivr.Prompt{Name: name, EN: name + ".", ES: name + "."} }
	return &ivr.Flow{
		Name: "test", Start: "arrive", Sorry: "sorry", Help: "help",
		Notices: ivr.Notices{
			Silence: notice("silence"), TooFew: notice("too few"), TooMany: notice("too many"),
			WrongKey: notice("wrong key"), StartOver: notice("start over"), Apology: notice("apology"),
		},
		Nodes: []ivr.Node{
			ivr.Action[outcome]{At: "arrive", On: ivr.On[outcome]{"known": ivr.Step(f)},
				Run: func(_ context.Context, c *ivr.Call) (outcome, error) {
					c.Fill(line, string(home))
					c.Fill(proved, strconv.FormatInt(h.proved, 10))
					c.Speak(l)
					return "known", nil
				}},
			parts[i].Enter("left", "nobody", "gone", "overtaken"),
			say("left"), say("nobody"), say("gone"), say("overtaken"), say("help"), say("sorry"),
		},
	}
}

// call is a call under way.
type call struct {
	*household
	engine *ivr.Engine
	sid    string
	turn   int
	heard  string
}

// dial begins a call about a feature; one engine can't be told from many, as every turn reads
// its state anew.
func (h *household) dial(f pins.Feature, l ivr.Language) *call {
	h.Helper()
	engine, err := ivr.New(ivr.Config{
		Flow: h.flow(f, l), Store: h.world.DB.Calls(), Keys: h.world.Keys, Now: h.world.Now,
		Times: testkit.Times(), TurnURL: "https://ivr.test/turn/", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	check.OK(h, err)
	h.calls++
	c := &call{household: h, engine: engine, sid: "CA" + strings.Repeat("0", 31) + string(rune('0'+h.calls))}
	c.listen("")
	return c
}

// press keys one entry; nothing is silence.
func (c *call) press(keys string) *call {
	c.Helper()
	c.turn++
	c.listen(keys)
	return c
}

// keys presses a key of a menu at a time.
func (c *call) keys(entries ...string) *call {
	c.Helper()
	for _, keys := range entries {
		c.press(keys)
	}
	return c
}

func (c *call) listen(keys string) {
	c.Helper()
	document, err := c.engine.Turn(c.Context(), ivr.Event{
		Call: c.sid, Turn: c.turn, Input: ivr.Input{Keys: keys},
		Caller: ivr.Caller{Number: string(home), From: string(home), FromLine: true},
	})
	if err != nil {
		c.Fatalf("turn %d: %v", c.turn, err)
	}
	c.heard = words(c, document)
}

// hears checks that all of these were said since the last key.
func (c *call) hears(all ...string) *call {
	c.Helper()
	for _, want := range all {
		if !strings.Contains(c.heard, want) {
			c.Errorf("turn %d: want %q, heard %q", c.turn, want, c.heard)
		}
	}
	return c
}

// words is what a document says.
func words(t testing.TB, document []byte) string {
	t.Helper()
	response, err := twiml.Parse(document)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, document)
	}
	var b strings.Builder
	for _, verb := range response.Verbs {
		switch v := verb.(type) {
		case twiml.Say:
			speak(&b, v.Content)
		case twiml.Gather:
			for _, p := range v.Prompts {
				speak(&b, p.(twiml.Say).Content)
			}
		}
		b.WriteString(" ")
	}
	return strings.NewReplacer(" .", ".", " :", ":").Replace(b.String())
}

func speak(b *strings.Builder, content []twiml.Speech) {
	for _, part := range content {
		switch p := part.(type) {
		case twiml.Text:
			b.WriteString(string(p))
		case twiml.SayAs:
			b.WriteString(p.Text)
		case twiml.Break:
			b.WriteString("-")
		case twiml.Prosody:
			speak(b, p.Content)
		}
	}
	b.WriteString(" ")
}

func TestTurningOnAndOff(t *testing.T) {
	for _, f := range pins.AllFeatures {
		h := newHousehold(t)
		h.complete(f)
		c := h.dial(f, ivr.English).hears("is off.", "To turn it on, press 3.", "To go back, press star.")
		c.press("3").hears("We turned it on.", "To take that back, press 7.", "To turn it off, 3.")
		if !h.setting(f).On {
			t.Errorf("%s is not on", f)
		}
		c.press("3").hears("We turned it off.", "To turn it on, 3.").press("*").hears("The end: left.")
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
	c.press("3").hears("We turned it on.", "To turn it off, 3.")
}

// TestWhatIsKept keys into each editor, and looks at the settings. The call scripts named feature... hold what is
// said meanwhile.
func TestWhatIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		feature pins.Feature
		keys    string
		want    features.Settings
	}{
		"list":     {pins.CallRejection, "# 6515550101 218 763555 * 1 2", features.Settings{List: []features.Entry{"+16515550101", "763555"}}},
		"abroad":   {pins.DialLock, "# 011525555123456", features.Settings{List: []features.Entry{"+525555123456"}}},
		"code":     {pins.DialLock, "2 4821 4821", features.Settings{Code: secret.New("4821")}},
		"no code":  {pins.DialLock, "2 4821 4821 2 2", features.Settings{}},
		"target":   {pins.SelectiveCallForwarding, "2 6515550101 1", features.Settings{Target: "+16515550101"}},
		"greeting": {pins.DoNotDisturb, "2 3", features.Settings{Greeting: 3, Breakthrough: true}},
		"held":     {pins.DoNotDisturb, "4 2 2", features.Settings{Greeting: 1}},
		"let":      {pins.DoNotDisturb, "4 2 2 4 2", features.Settings{Greeting: 1, Breakthrough: true}},
		"schedules": {pins.DoNotDisturb, "# 1 9 2 0700 1 # 1 12 2 130 1 # 1 2200 0 1 1 2", features.Settings{
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
	c := h.dial(f, ivr.English).keys("1", "#").hears("5: 651-555-0109")
	h.edit(f, features.Drop("+16515550109"))
	c.hears("").press("5").hears("That was deleted before.", "5: 651-555-0110. To hear the first ones again")
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
	c.press("1").hears("It was deleted.", "1: 651-555-0100.", "5: 651-555-0104. To take that back, press 7. To go back")
	for range 4 {
		c.press("1").hears("It was deleted. To delete one")
	}
	c.press("1").hears("It was deleted. Your list is empty. To take that back, press 7. To turn it on, 3. To add, pound.").press("7").hears("We took it back.", "To hear or delete, 1.")
}

// TestFullList fills the list between the look at it and the entry.
func TestFullList(t *testing.T) {
	h := newHousehold(t)
	f := pins.DialLock
	h.list(f, 19)
	c := h.dial(f, ivr.English).press("#")
	h.edit(f, features.Add("+16515550299"))
	c.press("6515550201").hears("Your list is full.", "To turn it on, 3.")
}

// TestOverlaps adds a schedule that crosses another: three times, and then the feature comes again.
func TestOverlaps(t *testing.T) {
	h := newHousehold(t)
	f := pins.DoNotDisturb
	h.edit(f, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 8 * 60, End: 9 * 60}))
	c := h.dial(f, ivr.English).keys("#", "1", "0830", "1300").hears("That overlaps with a schedule", "should start")
	c.keys("0830", "1300", "0830", "1300").hears("That overlaps with a schedule", "Let us go back.", "To turn it on, 3.")
}

// TestChangedByAnother takes the feature off the line, or has its PIN reset, at every depth of the call: nothing is
// done any more, and of a PIN that is another nothing is told either.
func TestChangedByAnother(t *testing.T) {
	for name, talk := range map[string]struct {
		feature pins.Feature
		before  string
		after   string
	}{
		"turning it on":         {pins.DialLock, "", "3"},
		"hearing the list":      {pins.DialLock, "", "1"},
		"hearing more":          {pins.DialLock, "1", "#"},
		"adding to the list":    {pins.DialLock, "", "# 6515550199"},
		"deleting an entry":     {pins.DialLock, "1", "1"},
		"setting the code":      {pins.DialLock, "2 4821", "4821"},
		"hearing the schedules": {pins.DoNotDisturb, "", "1"},
		"adding a schedule":     {pins.DoNotDisturb, "", "# 1 2130 0700 1"},
		"choosing a greeting":   {pins.DoNotDisturb, "2", "1"},
		"letting calls through": {pins.DoNotDisturb, "4 2", "2"},
		"setting the target":    {pins.SelectiveCallForwarding, "2", "6515550101 1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			h.list(pins.DialLock, 6)
			h.complete(pins.DoNotDisturb)
			c := h.dial(talk.feature, ivr.English).keys(strings.Fields(talk.before)...)
			registry := pins.Provisioning{Registry: h.world.Lines(), Validations: h.world.Lines()}
			check.OK(t, registry.ResetByOperator(t.Context(), home, pins.Note{By: "ann", Reason: "forgot it"}))
			c.keys(strings.Fields(talk.after)...).hears("That is not possible any more.", "The end: overtaken.")
			if strings.Contains(c.heard, "list") || strings.Contains(c.heard, " is o") {
				t.Errorf("heard %q", c.heard)
			}
			h.proved = h.world.Line(t, home).Revision
			c = h.dial(talk.feature, ivr.English).keys(strings.Fields(talk.before)...)
			taken := []features.Installation{{Number: home, Features: pins.FeaturesOf(pins.NoSolicitation)}}
			check.OK(t, check.Err(h.features.Install(t.Context(), taken, pins.Note{By: "ann"})))
			c.keys(strings.Fields(talk.after)...).hears("That is not possible any more.", "The end: gone.")
			if h.changes != 0 {
				t.Errorf("%d changes", h.changes)
			}
		})
	}
}

func TestTooManyChangesWait(t *testing.T) {
	h := newHousehold(t)
	h.world.Calls.Fail("Features.Change", features.ErrBacklog)
	h.dial(pins.DialLock, ivr.English).keys("3", "2").hears("can not be changed right now", "To turn it on, 3.")
	h.dial(pins.DialLock, ivr.Spanish).keys("3", "2").hears("no se puede cambiar en este momento")
	if h.changes != 0 {
		t.Errorf("%d changes", h.changes)
	}
}

// TestTellsOfChangesAlone turns off what somebody else has turned off before: the words are the
// same, but there is nothing to tell anybody of.
func TestTellsOfChangesAlone(t *testing.T) {
	h := newHousehold(t)
	h.edit(pins.SecurityScreen, features.Switch(true))
	c := h.dial(pins.SecurityScreen, ivr.English).hears("To turn it off, press 3.")
	h.edit(pins.SecurityScreen, features.Switch(false))
	c.press("3").hears("We turned it off.")
	if h.changes != 0 {
		t.Errorf("%d changes", h.changes)
	}
}
