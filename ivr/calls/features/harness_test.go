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

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
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
