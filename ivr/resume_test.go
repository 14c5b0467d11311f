package ivr_test

import (
	"context"
	"testing"

	"updatecenter/ivr"
)

// helpful is a call whose help leads back, at most twice, to those questions of which it says
// so; place is where help was asked for last.
func helpful(place *ivr.Step) *ivr.Flow {
	inner := &ivr.Subflow{Name: "inner", Start: "inner-ask", Lines: []ivr.Line{
		ivr.Ask{At: "inner-ask", Prompt: words("inner"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry,
			Heard: "inner-done", Back: "inner-done", GaveUp: "inner-done"},
		ivr.Return{At: "inner-done"},
	}}
	outer := &ivr.Subflow{Name: "outer", Start: "outer-enter", Lines: []ivr.Line{
		ivr.Enter{At: "outer-enter", Subflow: inner, On: map[ivr.Step]ivr.Step{"inner-done": "outer-done"}},
		ivr.Return{At: "outer-done"},
	}}
	flow := flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Options: []ivr.Option{{Prompt: option("enter"), Next: "enter"}, {Prompt: option("ask"), Next: "ask"}},
			Back: ivr.HangUp, GaveUp: ivr.HangUp},
		ivr.Enter{At: "enter", Subflow: outer, On: map[ivr.Step]ivr.Step{"outer-done": "tell"}},
		ivr.Ask{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 1, Max: 4}, Zero: true, Into: entry,
			Heard: "tell", Back: "menu", GaveUp: ivr.HangUp},
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "Heard {entry}.", ES: "Oí {entry}."}, Next: ivr.HangUp},
		ivr.Work[outcome]{At: "helping", On: ivr.On[outcome]{done: "bounded"},
			Run: func(_ context.Context, c *ivr.Call) (outcome, error) {
				*place = c.Place()
				return done, nil
			}},
		ivr.Again{At: "bounded", Times: 3, Back: "told", GaveUp: "help"},
		say("told", "resume"),
		ivr.Resume{At: "resume"},
	)
	flow.Help, flow.Blanks = "helping", []ivr.Blank{entry}
	return flow
}

func TestResume(t *testing.T) {
	var place ivr.Step
	c := dial(t, helpful(&place), gather("1", "any", "1", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", gather("1", "any", "2", "  en: told in English.", "  en: enter, press 1.", "  en: ask, press 2.")...)
	if place != "menu" {
		t.Errorf("asked at %q", place)
	}
	c.press("1", gather("0", "#", "3", "  en: inner in English.")...)
	c.press("0", gather("0", "#", "4", "  en: told in English.", "  en: inner in English.")...)
	if place != "enter" {
		t.Errorf("asked at %q", place)
	}
	c.press("12", "en: Heard <12>.", "hang up")

	c = dial(t, helpful(&place), gather("1", "any", "1", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", gather("1", "any", "2", "  en: told in English.", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", gather("1", "any", "3", "  en: told in English.", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("0", "en: help in English.", "hang up")
}

// Where 0 is an answer, nobody is helped.
func TestZeroIsAnAnswer(t *testing.T) {
	var place ivr.Step
	c := dial(t, helpful(&place), gather("1", "any", "1", "  en: enter, press 1.", "  en: ask, press 2.")...)
	c.press("2", gather("0", "#", "2", "  en: ask in English.")...)
	c.press("0", "en: Heard <0>.", "hang up")
	for _, exit := range helpful(&place).Exits() {
		if exit.From == "ask" && exit.Name == "0" {
			t.Errorf("0 leads to %s", exit.To)
		}
	}
}

// A call that comes to Resume of itself has nothing to resume.
func TestNothingToResume(t *testing.T) {
	flow := flowOf(work("start", "resume", func(c *ivr.Call) { c.Speak(ivr.English) }), ivr.Resume{At: "resume"})
	dial(t, flow, "en: sorry in English.", "hang up")
}

func TestCheckOfResume(t *testing.T) {
	complaints(t, func(f *ivr.Flow) {
		inner := &ivr.Subflow{Name: "inner", Start: "choose", Lines: []ivr.Line{
			ivr.Menu{At: "choose", Options: []ivr.Option{{Prompt: option("on"), Next: "left"}}, Back: "resume", GaveUp: "left"},
			ivr.Resume{At: "resume"}, ivr.Return{At: "left"},
		}}
		replace(f, soundAgain, ivr.Enter{At: "again", Subflow: inner, On: map[ivr.Step]ivr.Step{"left": "tell"}})
	}, []string{`step "resume" resumes a question from inner, which is not the call itself`})
}
