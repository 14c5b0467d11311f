package ivr_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// failing is a call in English whose work comes to an outcome or an error.
func failing(run func(ctx context.Context, c *ivr.Call) (outcome, error)) *ivr.Flow {
	return flowOf(
		speak("start", "said", ivr.English),
		say("said", "fail"),
		ivr.Action[outcome]{At: "fail", Run: run, On: ivr.On[outcome]{done: ivr.HangUp}},
	)
}

// Whatever goes wrong, the caller hears what was said already, an apology, and no silence.
func TestAnErrorLeadsToSorry(t *testing.T) {
	tests := []struct {
		name string
		flow *ivr.Flow
		log  string // what the log has to say
	}{
		{"an error", failing(func(context.Context, *ivr.Call) (outcome, error) { return "", errDown }), "fail: " + errDown.Error()},
		{"an error beside an outcome", failing(func(context.Context, *ivr.Call) (outcome, error) { return done, errDown }), errDown.Error()},
		{"an unknown outcome", failing(func(context.Context, *ivr.Call) (outcome, error) { return "odd", nil }), `outcome \"odd\" leads nowhere`},
		{"a circle", flowOf(
			speak("start", "said", ivr.English), say("said", "round"),
			ivr.Action[outcome]{At: "round", On: ivr.On[outcome]{done: "again", "never": ivr.HangUp},
				Run: func(context.Context, *ivr.Call) (outcome, error) { return done, nil }},
			work("again", "round", func(*ivr.Call) {}),
		), "circle"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			config := configOf(t, tt.flow)
			config.Log = slog.New(slog.NewTextHandler(&log, nil))
			dialEngine(t, newEngine(t, config), "en: said in English.", "en: sorry in English.", "hang up")
			if !strings.Contains(log.String(), tt.log) || !strings.Contains(log.String(), sid) {
				t.Errorf("no %q, or no call, in the log: %s", tt.log, log.String())
			}
		})
	}
}

// A turn that failed is answered for good: its retry does not try the work again.
// (That of a first turn does, but is answered the same: it is claimed by its commit.)
func TestAnErrorIsAnsweredOnce(t *testing.T) {
	runs := 0
	engine := newEngine(t, configOf(t, failing(func(context.Context, *ivr.Call) (outcome, error) { runs++; return "", errDown })))
	first, second := deliver(t, engine, keyed(1, "")), deliver(t, engine, keyed(1, ""))
	if runs != 1 || !bytes.Equal(first, second) {
		t.Errorf("%d runs; %s; %s", runs, first, second)
	}
}

// Action is given less time than Twilio waits, and so ends in an apology, not in a time-out.
func TestWorkHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newEngine(t, configOn(t, &memory{}, failing(func(ctx context.Context, _ *ivr.Call) (outcome, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})))
		if took := elapsed(func() { dialEngine(t, engine, "en: said in English.", "en: sorry in English.", "hang up") }); took > 2*time.Second {
			t.Errorf("the caller waited for %s", took)
		}
	})
}

// A variable that was never filled can't be spoken. No retry would help, so the call ends with
// the apology that needs no state.
func TestAnAnswerThatCantBeWritten(t *testing.T) {
	missing := ivr.Variable{Name: "missing", Kind: ivr.Digits}
	nobody := ivr.Variable{Name: "nobody", Kind: ivr.Phone}
	tests := []struct {
		name string
		node ivr.Node
	}{
		{"a variable", ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "It is {missing}.", ES: "Es {missing}."}, Next: ivr.HangUp}},
		{"a number to dial", ivr.Transfer{At: "tell", Prompt: words("tell"), To: nobody, CallerID: showing, Failed: ivr.HangUp}},
		{"a caller ID", ivr.Transfer{At: "tell", Prompt: words("tell"), To: repair, CallerID: nobody, Failed: ivr.HangUp}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			flow := flowOf(speak("start", "tell", ivr.Spanish), tt.node)
			flow.Variables = []ivr.Variable{missing}
			c := dial(t, flow, "es: Disculpa: llame al slow(<800>..<573>..<1311>).", "hang up")
			c.turn--
			c.press("", "es: Disculpa: llame al slow(<800>..<573>..<1311>).", "hang up")
		})
	}
}

func TestACallHasABound(t *testing.T) {
	const turns = 400
	engine := newEngine(t, configOf(t, counting(func(*ivr.Call) {})))
	for turn := range turns {
		if got := heard(t, deliver(t, engine, keyed(turn, "11"))); !strings.HasPrefix(got[0], "gather") {
			t.Fatalf("turn %d: %q", turn, got)
		}
	}
	want := []string{"en: sorry in English.", "hang up"}
	if diff := cmp.Diff(want, heard(t, deliver(t, engine, keyed(turns, "11")))); diff != "" {
		t.Errorf("turn %d: - expected, + heard:\n%s", turns, diff)
	}
}

func TestAnUnknownCallStartsOver(t *testing.T) {
	tests := []struct {
		language ivr.Language
		want     []string
	}{
		{"", []string{"  en: start-over in English.", "  en: start in English.", "  es: start-over en español.", "  es: start en español."}},
		{ivr.Spanish, []string{"  es: start-over en español.", "  es: start en español."}},
	}
	for _, tt := range tests {
		t.Run(string(tt.language), func(t *testing.T) {
			flow := flowOf(ivr.Gather{At: "start", Prompt: words("start"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
				Next: ivr.HangUp, Back: ivr.HangUp, GaveUp: ivr.HangUp})
			event := keyed(3, "8265")
			event.Language = tt.language
			got := heard(t, deliver(t, newEngine(t, configOf(t, flow)), event))
			check.Same(t, got[1:], tt.want)
			if !strings.HasPrefix(got[0], "gather 0 # -> 4") {
				t.Errorf("it goes on with %q", got[0])
			}
		})
	}
}

func TestACallIsForgotten(t *testing.T) {
	config := configOf(t, asking())
	now := start
	config.Now = func() time.Time { return now }
	c := dialEngine(t, newEngine(t, config), welcomed...)
	now = now.Add(59 * time.Minute)
	c.press("1", "gather 0 # -> 2?lang=en", "  en: too-few in English.", "  en: ask in English.")
	now = now.Add(61 * time.Minute)
	c.press("8265", "gather 0 # -> 3?lang=en", "  en: start-over in English.", "  es: start-over en español.",
		"  en: welcome in English.", "  en: ask in English.")
}

// After an upgrade a call can stand at a step that is gone, or that asks nothing any more.
func TestACallSurvivesAnUpgrade(t *testing.T) {
	upgrades := map[string]*ivr.Flow{
		"the step is gone":      flowOf(speak("start", "new", ivr.English), say("new", ivr.HangUp)),
		"the step asks nothing": flowOf(speak("start", "ask", ivr.English), say("ask", ivr.HangUp)),
	}
	for name, upgrade := range upgrades {
		t.Run(name, func(t *testing.T) {
			config := configOf(t, asking())
			c := dialEngine(t, newEngine(t, config), welcomed...)
			config.Flow = upgrade
			c.engine = newEngine(t, config)
			c.press("8265", "en: start-over in English.", "es: start-over en español.",
				fmt.Sprintf("en: %s in English.", upgrade.Nodes[1].(ivr.Say).At), "hang up")
		})
	}
}

// A webhook after the end of the call begins it anew, whatever sent it.
func TestACallThatHasEndedStartsOver(t *testing.T) {
	c := dial(t, asking(), welcomed...)
	c.press("8265", "en: Heard <8265>.", "hang up")
	c.press("8265", "gather 0 # -> 3?lang=en", "  en: start-over in English.", "  es: start-over en español.",
		"  en: welcome in English.", "  en: ask in English.")
}

func TestAnEngineNeedsASoundFlow(t *testing.T) {
	config := configOn(t, nil, flowOf())
	if _, err := ivr.New(config); err == nil || !strings.Contains(err.Error(), "test-call") {
		t.Errorf("error %v, want one that names the flow", err)
	}
	config.Flow = asking()
	config.Flow.Given[repair] = ""
	if _, err := ivr.New(config); err == nil || errors.Is(err, errDown) {
		t.Errorf("error %v for an apology that can't be written", err)
	}
}

// changing is a call with a question that leads to a change: in a part that is entered, over a Say
// and a way that leads back.
func changing(run func(ctx context.Context, c *ivr.Call) (outcome, error)) *ivr.Flow {
	ask := func(at, heard ivr.Step) ivr.Node {
		return ivr.Gather{At: at, Prompt: words(string(at)), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Next: heard, Back: ivr.HangUp, GaveUp: ivr.HangUp}
	}
	editor := &ivr.Subflow{Name: "editor", Start: "edit", Nodes: []ivr.Node{
		ivr.Gather{At: "edit", Prompt: words("edit"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Next: "thanks", Back: "edited", GaveUp: "edited"},
		say("thanks", "save"),
		ivr.Action[outcome]{At: "save", Run: run, On: ivr.On[outcome]{done: "edited"}, May: words("may-be-saved")},
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
	missing := ivr.Variable{Name: "missing", Kind: ivr.Digits}
	flow.Variables = []ivr.Variable{missing}
	last, _ := flow.Nodes[3].(ivr.Gather)
	last.Prompt = ivr.Prompt{Name: "tell", EN: "It is {missing}.", ES: "Es {missing}."}
	flow.Nodes[3] = last
	c := dial(t, flow, "gather 0 # -> 1?lang=en", "  en: ask in English.")
	c.press("8265", "gather 0 # -> 2?lang=en&may=may-be-saved", "  en: edit in English.")
	c.press("82", "en: may-be-saved in English.", "en: Apology: call slow(<800>..<573>..<1311>).", "hang up")
}

func TestCheckOfChanges(t *testing.T) {
	flow := changing(nil)
	flow.Nodes = append(flow.Nodes, say("lonely", "other"), ivr.Action[outcome]{At: "other", On: ivr.On[outcome]{done: ivr.HangUp}, May: words("may-be-other")})
	if err := flow.Check(); err == nil || strings.Contains(err.Error(), "two kinds") {
		t.Errorf("error %v for a change that no question leads to", err)
	}
	ask, _ := flow.Nodes[1].(ivr.Gather)
	ask.Back = "lonely"
	flow.Nodes[1] = ask
	if err := flow.Check(); err != nil {
		t.Errorf("error %v for two questions, each with a change", err)
	}
	last, _ := flow.Nodes[3].(ivr.Gather)
	last.Back, ask.Back = "lonely", ivr.HangUp
	flow.Nodes[1], flow.Nodes[3] = ask, last
	if err := flow.Check(); err != nil {
		t.Errorf("error %v for the question after a change", err)
	}
	editor := flow.Subflows()[0]
	editor.Nodes[1] = ivr.Action[outcome]{At: "thanks", On: ivr.On[outcome]{done: "save"}, May: words("may-be-thanked")}
	if err := flow.Check(); err == nil || !strings.Contains(err.Error(), `question "edit" leads to changes of two kinds`) {
		t.Errorf("error %v for a question with two", err)
	}
}
