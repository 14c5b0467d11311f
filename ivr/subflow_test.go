package ivr_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// what tells an editor what it edits.
var what = ivr.Variable{Name: "what", Kind: ivr.Phrase}

// phrase is what a variable can say.
func phrase(name string) ivr.Prompt {
	return ivr.Prompt{Name: name, EN: name + " in English", ES: name + " en español"}
}

// confirming is a part of a call that has an entry confirmed.
func confirming() *ivr.Subflow {
	return &ivr.Subflow{Name: "confirm", Start: "is-it-right", Nodes: []ivr.Node{
		ivr.Menu{At: "is-it-right", Prompt: ivr.Prompt{Name: "is-it-right", EN: "Is it {entry}?", ES: "¿Es {entry}?"},
			Options: []ivr.Option{{Prompt: option("right"), Next: "right"}}, Back: "not-right", GaveUp: "not-right"},
		ivr.Return{At: "right"},
		ivr.Return{At: "not-right"},
	}}
}

// editing is a part of a call that takes an entry of some kind, and enters confirming.
func editing() *ivr.Subflow {
	return &ivr.Subflow{Name: "edit", Start: "ask", Variables: []ivr.Variable{entry, what},
		Phrases: []ivr.Prompt{phrase("a-number"), phrase("a-code")}, Nodes: []ivr.Node{
			ivr.Gather{At: "ask", Once: words("welcome"), Prompt: ivr.Prompt{Name: "ask", EN: "Key {what}.", ES: "Marque {what}."},
				Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Next: "confirm", Back: "left", GaveUp: ivr.HangUp},
			ivr.Enter{At: "confirm", Subflow: confirming(), On: map[ivr.Step]ivr.Step{"right": "edited", "not-right": "again"}},
			ivr.Retry{At: "again", Times: 2, Back: "ask", GaveUp: "left"},
			ivr.Return{At: "edited"},
			ivr.Return{At: "left"},
		}}
}

// managing is a call in English that enters one editor from two places.
func managing() *ivr.Flow {
	edit := editing()
	enter := func(at, kind, edited ivr.Step) ivr.Node {
		return ivr.Enter{At: at, Subflow: edit, Given: map[ivr.Variable]string{what: string(kind)},
			On: map[ivr.Step]ivr.Step{"edited": edited, "left": "menu"}}
	}
	return flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Prompt: words("menu"), Options: []ivr.Option{
			{Prompt: option("number"), Next: "number"}, {Prompt: option("code"), Next: "code"},
		}, Back: ivr.HangUp, GaveUp: ivr.HangUp},
		enter("number", "a-number", "number-kept"), enter("code", "a-code", "code-kept"),
		say("number-kept", "menu"), say("code-kept", "menu"),
	)
}

// The parts of what is heard in managing.
var (
	menuHeard = []string{"  en: menu in English.", "  en: number, press 1.", "  en: code, press 2."}
	isIt11    = []string{"  en: Is it <11>?", "  en: right, press 1."}
)

func gather(most, ending, turn string, inside ...string) []string {
	return append([]string{"gather " + most + " " + ending + " -> " + turn + "?lang=en"}, inside...)
}

func menuAfter(turn string, before ...string) []string {
	return gather("1", "any", turn, append(before, menuHeard...)...)
}

// A subflow returns to where it was entered, wherever that is, and says what it is about.
func TestSubflowReturns(t *testing.T) {
	c := dial(t, managing(), menuAfter("1")...)
	c.press("1", gather("0", "#", "2", "  en: welcome in English.", "  en: Key a-number in English.")...)
	c.press("11", gather("1", "any", "3", isIt11...)...)
	c.press("1", menuAfter("4", "  en: number-kept in English.")...)
	c.press("2", gather("0", "#", "5", "  en: welcome in English.", "  en: Key a-code in English.")...)
	c.press("11", gather("1", "any", "6", isIt11...)...)
	c.press("1", menuAfter("7", "  en: code-kept in English.")...)
	c.press("2", gather("0", "#", "8", "  en: welcome in English.", "  en: Key a-code in English.")...)
	c.press("*", menuAfter("9")...)
	c.press("*", "hang up")
}

// What was counted is counted anew when a subflow is entered again, and goes on while it enters
// others itself.
func TestSubflowCountsAnew(t *testing.T) {
	c := dial(t, managing(), menuAfter("1")...)
	for _, turns := range [][]string{{"2", "3", "4", "5", "6"}, {"7", "8", "9", "10", "11"}} {
		c.press("1", gather("0", "#", turns[0], "  en: welcome in English.", "  en: Key a-number in English.")...)
		c.press("11", gather("1", "any", turns[1], isIt11...)...)
		c.press("*", gather("0", "#", turns[2], "  en: Key a-number in English.")...)
		c.press("11", gather("1", "any", turns[3], isIt11...)...)
		c.press("*", menuAfter(turns[4])...)
	}
}

// Any server goes on from the innermost subflow, with the state that another one stored.
func TestSubflowsOnManyServers(t *testing.T) {
	config := configOf(t, managing())
	c := dialEngine(t, newEngine(t, config), menuAfter("1")...)
	anew := func() {
		config.Flow = managing()
		c.engine = newEngine(t, config)
	}
	anew()
	c.press("2", gather("0", "#", "2", "  en: welcome in English.", "  en: Key a-code in English.")...)
	anew()
	c.press("11", gather("1", "any", "3", isIt11...)...)
	anew()
	c.press("7", gather("1", "any", "4", append([]string{"  en: wrong-key in English."}, isIt11...)...)...)
	anew()
	c.press("1", menuAfter("5", "  en: code-kept in English.")...)
}

// 0 leads out of all subflows, and what follows can enter them anew.
func TestHelpLeavesSubflowsForGood(t *testing.T) {
	flow := managing()
	flow.Nodes[len(flow.Nodes)-2] = say("help", "menu")
	var commits []ivr.Commit
	config := configOf(t, flow)
	config.Store = watched(config.Store, &commits)
	c := dialEngine(t, newEngine(t, config), menuAfter("1")...)
	c.press("1", gather("0", "#", "2", "  en: welcome in English.", "  en: Key a-number in English.")...)
	c.press("11", gather("1", "any", "3", isIt11...)...)
	if state := opened(t, commits[2]); !readable(state, `"stack":["number","confirm"]`) || !readable(state, `{"v":2,`) {
		t.Errorf("two subflows down the state is %s", state)
	}
	c.press("0", menuAfter("4", "  en: help in English.")...)
	if state := opened(t, commits[3]); readable(state, "stack") {
		t.Errorf("after help the state is %s", state)
	}
	c.press("2", gather("0", "#", "5", "  en: welcome in English.", "  en: Key a-code in English.")...)
	c.press("*", menuAfter("6")...)
}

// A subflow can end the call, and an error in it leads to the flow's apology.
func TestSubflowEndsTheCall(t *testing.T) {
	c := dial(t, managing(), menuAfter("1")...)
	c.press("1", gather("0", "#", "2", "  en: welcome in English.", "  en: Key a-number in English.")...)
	for _, turn := range []string{"3", "4"} {
		c.press("", gather("0", "#", turn, "  en: silence in English.", "  en: Key a-number in English.")...)
	}
	c.press("", "en: silence in English.", "hang up")

	broken := &ivr.Subflow{Name: "broken", Start: "tell", Nodes: []ivr.Node{
		say("tell", "fail"),
		ivr.Action[outcome]{At: "fail", Run: func(context.Context, *ivr.Call) (outcome, error) { return "", errDown },
			On: ivr.On[outcome]{done: "well"}},
		ivr.Return{At: "well"},
	}}
	flow := flowOf(speak("start", "enter", ivr.Spanish),
		ivr.Enter{At: "enter", Subflow: broken, On: map[ivr.Step]ivr.Step{"well": ivr.HangUp}})
	dial(t, flow, "es: tell en español.", "es: sorry en español.", "hang up")
}

// resuming is an engine that finds a call in a state.
func resuming(t *testing.T, flow *ivr.Flow, state string, log *bytes.Buffer) *ivr.Engine {
	t.Helper()
	config := configOf(t, flow)
	sealed, err := config.Keys.Seal(bytes.NewReader(make([]byte, 24)), []byte(state), []byte("state of "+sid))
	check.OK(t, err)
	config.Log = slog.New(slog.NewTextHandler(log, nil))
	config.Store = &hooked{
		begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) {
			return ivr.Begun{Status: ivr.Claimed, State: sealed}, nil
		},
		commit: func(context.Context, ivr.Commit, ivr.Store) error { return nil },
	}
	return newEngine(t, config)
}

// Who returns to nowhere hears the apology: the steps of a release can be others than those
// of the one before.
func TestReturningToNowhere(t *testing.T) {
	tests := map[string]string{
		"nothing was entered":        ``,
		"a step that is not written": `"stack":["numbers","confirms"],`,
		"a step that enters nothing": `"stack":["menu"],`,
		"a step of other returns":    `"stack":["number"],`,
	}
	for name, stack := range tests {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			state := `{"v":2,"step":"is-it-right","lang":"en","caller":{},` + stack + `"blanks":{"entry":"11"}}`
			engine := resuming(t, managing(), state, &log)
			check.Same(t, heard(t, deliver(t, engine, keyed(3, "1"))), []string{"en: sorry in English.", "hang up"})
			if !strings.Contains(log.String(), "nothing to return to") {
				t.Errorf("the log says %s", log.String())
			}
		})
	}
}

// A call that the release before subflows began goes on.
func TestAStateOfVersionOne(t *testing.T) {
	var log bytes.Buffer
	engine := resuming(t, asking(), `{"v":1,"step":"ask","lang":"es","caller":{"number":"+16125550142"},"tries":1,"visits":{"ask":1}}`, &log)
	check.Same(t, heard(t, deliver(t, engine, keyed(2, "8265"))), []string{"es: Oí <8265>.", "hang up"})
}

// However deep a call is, what is stored of it stays small.
func TestADeepStateIsSmall(t *testing.T) {
	const depth = 10
	var inner *ivr.Subflow
	for level := range depth {
		inner = wrapped(string(rune('a'+level)), inner)
	}
	var commits []ivr.Commit
	config := configOf(t, flowOf(speak("start", "enter", ivr.English),
		ivr.Enter{At: "enter", Subflow: inner, On: map[ivr.Step]ivr.Step{"out-of-" + ivr.Step(inner.Name): ivr.HangUp}}))
	config.Store = watched(config.Store, &commits)
	engine := newEngine(t, config)
	for turn := range depth {
		deliver(t, engine, keyed(turn, "4071"))
	}
	state := opened(t, commits[depth-1])
	if got := strings.Count(string(state), "enter"); got < depth {
		t.Fatalf("%d levels in %s", got, state)
	}
	if len(state) > 1500 {
		t.Errorf("%d bytes: %s", len(state), state)
	}
}

// wrapped is a subflow that asks, and then enters another, if there is one.
func wrapped(name string, inner *ivr.Subflow) *ivr.Subflow {
	at := func(what string) ivr.Step { return ivr.Step(what + "-" + name) }
	nodes := []ivr.Node{
		ivr.Gather{At: at("ask"), Prompt: words("ask-" + name), Digits: ivr.Range{Min: 1, Max: 15},
			Into: ivr.Variable{Name: "entry-" + name, Kind: ivr.Digits}, Next: at("out-of"), Back: at("out-of"), GaveUp: at("out-of")},
		ivr.Return{At: at("out-of")},
	}
	if inner != nil {
		ask := nodes[0].(ivr.Gather)
		ask.Next = at("enter")
		nodes[0] = ask
		nodes = append(nodes, ivr.Enter{At: at("enter"), Subflow: inner,
			On: map[ivr.Step]ivr.Step{"out-of-" + ivr.Step(inner.Name): at("out-of")}})
	}
	return &ivr.Subflow{Name: name, Start: at("ask"), Nodes: nodes}
}

// doorbell is what comes of the code of a door.
type doorbell string

const (
	opens  doorbell = "opens"
	closed doorbell = "stays closed"
)

// A door with a telephone: whoever keys its code comes in.
func Example() {
	code := ivr.Variable{Name: "code", Kind: ivr.Secret}
	desk := ivr.Variable{Name: "desk", Kind: ivr.Phone}
	prompt := func(name, en, es string) ivr.Prompt { return ivr.Prompt{Name: name, EN: en, ES: es} }
	flow := &ivr.Flow{
		Name: "door", Start: "ask-code", Help: "call-desk", Sorry: "sorry",
		Notices: ivr.Notices{
			Silence:   prompt("silence", "We heard nothing.", "No oímos nada."),
			TooFew:    prompt("too-few", "Some digits are missing.", "Faltan dígitos."),
			TooMany:   prompt("too-many", "Those were too many.", "Fueron demasiados."),
			WrongKey:  prompt("wrong-key", "That key has no use here.", "Esa tecla no sirve aquí."),
			StartOver: prompt("start-over", "Let us start again.", "Comencemos de nuevo."),
			Apology:   prompt("apology", "Please call {desk}.", "Llame al {desk}."),
		},
		Given: map[ivr.Variable]string{desk: "+16125550142"},
		Nodes: []ivr.Node{
			ivr.Gather{At: "ask-code", Prompt: prompt("ask-code", "Your code?", "¿Su código?"),
				Digits: ivr.Range{Min: 4, Max: 4}, Into: code, Next: "open", Back: ivr.HangUp, GaveUp: ivr.HangUp},
			ivr.Action[doorbell]{At: "open", Run: func(_ context.Context, c *ivr.Call) (doorbell, error) {
				if c.Secret(code).Equal(secret.New("8265")) {
					return opens, nil
				}
				return closed, nil
			}, On: ivr.On[doorbell]{opens: "come-in", closed: "again"}},
			ivr.Retry{At: "again", Times: 3, Back: "ask-code", GaveUp: "call-desk"},
			ivr.Say{At: "come-in", Prompt: prompt("come-in", "Come in.", "Pase."), Next: ivr.HangUp},
			ivr.Say{At: "call-desk", Prompt: prompt("call-desk", "Call {desk}.", "Llame al {desk}."), Next: ivr.HangUp},
			ivr.Say{At: "sorry", Prompt: prompt("sorry", "We are sorry.", "Lo sentimos."), Next: ivr.HangUp},
		},
	}
	db, end := testkit.Embedded()
	defer end()
	keys, _ := secret.ParseKeyring("one:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	engine, err := ivr.New(ivr.Config{
		Flow: flow, Store: db.Calls(), Keys: keys, Now: time.Now,
		TurnURL: "https://example.com/turn/", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, _ = engine.Turn(ctx, ivr.Event{Call: "CA1"})
	document, err := engine.Turn(ctx, ivr.Event{Call: "CA1", Turn: 1, Input: ivr.Input{Keys: "8265"}})
	fmt.Println(string(document), err)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Say voice="Polly.Joanna-Neural" language="en-US">Come in.</Say><Say voice="Polly.Lupe-Neural" language="es-US">Pase.</Say><Hangup/></Response> <nil>
}

// A part of the call that has a number read back, wherever one was keyed.
func ExampleSubflow() {
	number := ivr.Variable{Name: "number", Kind: ivr.Phone}
	prompt := func(name, en, es string) ivr.Prompt { return ivr.Prompt{Name: name, EN: en, ES: es} }
	confirm := &ivr.Subflow{
		Name: "confirm", Start: "read-back", Variables: []ivr.Variable{number},
		Nodes: []ivr.Node{
			ivr.Menu{At: "read-back", Prompt: prompt("read-back", "You keyed {number}.", "Usted marcó {number}."),
				Options: []ivr.Option{
					{Prompt: prompt("to-keep", "If that is right, press {key}.", "Si es correcto, oprima el {key}."), Next: "right"},
					{Prompt: prompt("to-redo", "To key it again, press {key}.", "Para marcarlo otra vez, oprima el {key}."), Next: "wrong"},
				}, Back: "wrong", GaveUp: "wrong"},
			ivr.Return{At: "right"},
			ivr.Return{At: "wrong"},
		},
	}
	// One of the nodes of a flow that enters it:
	_ = ivr.Enter{At: "confirm-number", Subflow: confirm, On: map[ivr.Step]ivr.Step{"right": "keep", "wrong": "ask-number"}}
	fmt.Print(confirm.Mermaid())
	// Output:
	// flowchart TD
	//     confirm-begins(("enter")) --> read-back
	//     read-back[\"read back"/]
	//     read-back -->|"to-keep"| right
	//     read-back -->|"to-redo, #42;, gave up"| wrong
	//     right(["right"])
	//     wrong(["wrong"])
}
