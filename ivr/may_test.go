package ivr_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/ivr"
)

// changing is a call with a question that leads to a change: in a part that is entered, over a Say
// and a way that leads back.
func changing(run func(ctx context.Context, c *ivr.Call) (outcome, error)) *ivr.Flow {
	ask := func(at, heard ivr.Step) ivr.Line {
		return ivr.Ask{At: at, Prompt: words(string(at)), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Heard: heard, Back: ivr.HangUp, GaveUp: ivr.HangUp}
	}
	editor := &ivr.Subflow{Name: "editor", Start: "edit", Lines: []ivr.Line{
		ivr.Ask{At: "edit", Prompt: words("edit"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Heard: "thanks", Back: "edited", GaveUp: "edited"},
		say("thanks", "save"),
		ivr.Work[outcome]{At: "save", Run: run, On: ivr.On[outcome]{done: "edited"}, May: words("may-be-saved")},
		ivr.Return{At: "edited"},
	}}
	return flowOf(speak("start", "ask", ivr.English), ask("ask", "enter"),
		ivr.Enter{At: "enter", Subflow: editor, On: map[ivr.Step]ivr.Step{"edited": "last"}}, ask("last", ivr.HangUp))
}

// The URL of a turn says what an apology for it has to say first, if that can't ask the store.
func TestAQuestionThatLeadsToAChange(t *testing.T) {
	saves := func(context.Context, *ivr.Call) (outcome, error) { return done, nil }
	c := dial(t, changing(saves), "gather 0 # -> 1?lang=en", "  en: ask in English.")
	c.press("8265", "gather 0 # -> 2?lang=en&may=may-be-saved", "  en: edit in English.")
	c.press("82", "gather 0 # -> 3?lang=en", "  en: thanks in English.", "  en: last in English.")
	may, apology := "es: may-be-saved en español.", "es: Disculpa: llame al slow(<800>..<573>..<1311>)."
	for name, want := range map[string][]string{
		"may-be-saved": {may, apology, "hang up"}, "": {apology, "hang up"}, "made-up": {apology, "hang up"},
	} {
		if diff := cmp.Diff(want, heard(t, c.engine.Apology(ivr.Spanish, name))); diff != "" {
			t.Errorf("%q: - expected, + heard:\n%s", name, diff)
		}
	}
}

// What a change that failed may have done is said before the flow's own apology, and nothing where
// none was tried.
func TestAChangeThatFails(t *testing.T) {
	fails := func(context.Context, *ivr.Call) (outcome, error) { return "", errDown }
	c := dial(t, changing(fails), "gather 0 # -> 1?lang=en", "  en: ask in English.")
	c.press("8265", "gather 0 # -> 2?lang=en&may=may-be-saved", "  en: edit in English.")
	c.press("82", "en: thanks in English.", "en: may-be-saved in English.", "en: sorry in English.", "hang up")
}

// An answer that can't be written after a change has the apology that tells of it.
func TestAChangeWhoseAnswerCantBeWritten(t *testing.T) {
	flow := changing(func(context.Context, *ivr.Call) (outcome, error) { return done, nil })
	missing := ivr.Blank{Name: "missing", Kind: ivr.Digits}
	flow.Blanks = []ivr.Blank{missing}
	last, _ := flow.Lines[3].(ivr.Ask)
	last.Prompt = ivr.Prompt{Name: "tell", EN: "It is {missing}.", ES: "Es {missing}."}
	flow.Lines[3] = last
	c := dial(t, flow, "gather 0 # -> 1?lang=en", "  en: ask in English.")
	c.press("8265", "gather 0 # -> 2?lang=en&may=may-be-saved", "  en: edit in English.")
	c.press("82", "en: may-be-saved in English.", "en: Apology: call slow(<800>..<573>..<1311>).", "hang up")
}

func TestCheckOfChanges(t *testing.T) {
	flow := changing(nil)
	flow.Lines = append(flow.Lines, say("lonely", "other"), ivr.Work[outcome]{At: "other", On: ivr.On[outcome]{done: ivr.HangUp}, May: words("may-be-other")})
	if err := flow.Check(); err == nil || strings.Contains(err.Error(), "two kinds") {
		t.Errorf("error %v for a change that no question leads to", err)
	}
	ask, _ := flow.Lines[1].(ivr.Ask)
	ask.Back = "lonely"
	flow.Lines[1] = ask
	if err := flow.Check(); err != nil {
		t.Errorf("error %v for two questions, each with a change", err)
	}
	last, _ := flow.Lines[3].(ivr.Ask)
	last.Back, ask.Back = "lonely", ivr.HangUp
	flow.Lines[1], flow.Lines[3] = ask, last
	if err := flow.Check(); err != nil {
		t.Errorf("error %v for the question after a change", err)
	}
	editor := flow.Subflows()[0]
	editor.Lines[1] = ivr.Work[outcome]{At: "thanks", On: ivr.On[outcome]{done: "save"}, May: words("may-be-thanked")}
	if err := flow.Check(); err == nil || !strings.Contains(err.Error(), `question "edit" leads to changes of two kinds`) {
		t.Errorf("error %v for a question with two", err)
	}
}
