package ivr_test

import (
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/golden"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

func TestMermaid(t *testing.T) {
	flow := managing()
	drawings := map[string]string{"sound": sound().Mermaid(), "managing": flow.Mermaid()}
	for _, s := range flow.Subflows() {
		drawings[s.Name] = s.Mermaid()
	}
	for name, got := range drawings {
		golden.Is(t, name+".mmd", got)
	}
}

// The maps of a work's outcomes have no order; its drawing and its exits do.
func TestDrawingIsAlwaysTheSame(t *testing.T) {
	on := make(ivr.On[outcome])
	for _, o := range strings.Fields("one two three four five six seven") {
		on[outcome(o)] = ivr.Step("to-" + o)
	}
	flow := flowOf(ivr.Action[outcome]{At: "start", On: on})
	drawn, exits := flow.Mermaid(), flow.Exits()
	for range 50 {
		if flow.Mermaid() != drawn || !slices.Equal(flow.Exits(), exits) {
			t.Fatal("it was drawn, or listed, in another order")
		}
	}
}

func TestMermaidQuotesWhatIsItsOwn(t *testing.T) {
	flow := flowOf(ivr.Action[outcome]{At: "start", On: ivr.On[outcome]{done: "sorry", `say "end"`: "help", "*": ivr.HangUp}})
	for _, want := range []string{`|"say #quot;end#quot;"| help`, `|"#42;"| hang-up`, `(("end"))`} {
		if !strings.Contains(flow.Mermaid(), want) {
			t.Errorf("no %s in:\n%s", want, flow.Mermaid())
		}
	}
}

// A step whose name begins with a word of the drawing's language has another one in it.
func TestMermaidKeepsItsWords(t *testing.T) {
	flow := flowOf(say("start", "end"), say("end", "end-time"), say("end-time", "ending"), say("ending", ivr.HangUp))
	for _, want := range []string{"start --> _end\n", "_end(\"end\")\n", "_end --> _end-time\n", "_end-time --> ending\n", "ending --> hang-up\n"} {
		if !strings.Contains(flow.Mermaid(), "    "+want) {
			t.Errorf("no %s in:\n%s", want, flow.Mermaid())
		}
	}
}

func TestExits(t *testing.T) {
	want := []ivr.Exit{
		{From: "start", Name: "done", To: "menu"}, {From: "start", Name: "not done", To: "sorry"},
		{From: "menu", Name: "to-ask", To: "ask"}, {From: "menu", Name: "to-transfer", To: "transfer"},
		{From: "menu", Name: "*", To: "hang-up"}, {From: "menu", Name: "gave up", To: "help"}, {From: "menu", Name: "0", To: "help"},
		{From: "ask", Name: "heard", To: "again"}, {From: "ask", Name: "*", To: "menu"},
		{From: "ask", Name: "gave up", To: "hang-up"}, {From: "ask", Name: "0", To: "help"},
		{From: "again", Name: "again", To: "ask"}, {From: "again", Name: "gave up", To: "tell"},
		{From: "tell", Name: "said", To: "hang-up"},
		{From: "transfer", Name: "connected", To: "hang-up"}, {From: "transfer", Name: "failed", To: "hang-up"},
		{From: "help", Name: "said", To: "hang-up"}, {From: "sorry", Name: "said", To: "hang-up"},
	}
	check.Same(t, sound().Exits(), want)
}

// The exits of a subflow are listed once, however often it is entered, and no two exits of
// the call go by the same names.
func TestExitsOfSubflows(t *testing.T) {
	want := []ivr.Exit{
		{From: "start", Name: "done", To: "menu"},
		{From: "menu", Name: "to-number", To: "number"}, {From: "menu", Name: "to-code", To: "code"},
		{From: "menu", Name: "*", To: "hang-up"}, {From: "menu", Name: "gave up", To: "hang-up"}, {From: "menu", Name: "0", To: "help"},
		{From: "number", Name: "edited", To: "number-kept"}, {From: "number", Name: "left", To: "menu"},
		{From: "code", Name: "edited", To: "code-kept"}, {From: "code", Name: "left", To: "menu"},
		{From: "number-kept", Name: "said", To: "menu"}, {From: "code-kept", Name: "said", To: "menu"},
		{From: "help", Name: "said", To: "hang-up"}, {From: "sorry", Name: "said", To: "hang-up"},
		{From: "ask", Name: "heard", To: "confirm"}, {From: "ask", Name: "*", To: "left"},
		{From: "ask", Name: "gave up", To: "hang-up"}, {From: "ask", Name: "0", To: "help"},
		{From: "confirm", Name: "right", To: "edited"}, {From: "confirm", Name: "not-right", To: "again"},
		{From: "again", Name: "again", To: "ask"}, {From: "again", Name: "gave up", To: "left"},
		{From: "is-it-right", Name: "to-right", To: "right"}, {From: "is-it-right", Name: "*", To: "not-right"},
		{From: "is-it-right", Name: "gave up", To: "not-right"}, {From: "is-it-right", Name: "0", To: "help"},
	}
	got := managing().Exits()
	check.Same(t, got, want)
	counted := map[ivr.Exit]bool{}
	for _, flow := range []*ivr.Flow{managing(), paging(ivr.English, upTo(9))} {
		clear(counted)
		for _, exit := range flow.Exits() {
			name := ivr.Exit{From: exit.From, Name: exit.Name}
			if counted[name] {
				t.Errorf("%v is counted with another", exit)
			}
			counted[name] = true
		}
	}
}

// Pages that are turned, and subflows that return, take exits that are listed.
func TestExitsOfPagesAndSubflowsAreTold(t *testing.T) {
	var took []ivr.Exit
	play := func(flow *ivr.Flow, keys ...string) {
		config := configOf(t, flow)
		config.OnExit = func(e ivr.Exit) {
			took = append(took, e)
			if !slices.Contains(flow.Exits(), e) {
				t.Errorf("%v is no exit of the flow", e)
			}
		}
		engine := newEngine(t, config)
		deliver(t, engine, keyed(0, ""))
		for i, k := range keys {
			deliver(t, engine, keyed(i+1, k))
		}
	}
	play(managing(), "1", "11", "1", "2", "*", "1", "11", "0")
	play(paging(ivr.English, upTo(6)), "5", "3", "1")
	for _, want := range []ivr.Exit{
		{From: "confirm", Name: "right", To: "edited"}, {From: "number", Name: "edited", To: "number-kept"},
		{From: "code", Name: "left", To: "menu"}, {From: "is-it-right", Name: "0", To: "help"},
		{From: "menu", Name: "more", To: "menu"}, {From: "menu", Name: "first", To: "menu"},
	} {
		if !slices.Contains(took, want) {
			t.Errorf("%v was not told", want)
		}
	}
}

// Every exit that a call takes is one of the flow's, and is told as it is taken.
func TestExitsAreTold(t *testing.T) {
	config := configOf(t, asking())
	var took []ivr.Exit
	config.OnExit = func(e ivr.Exit) { took = append(took, e) }
	c := dialEngine(t, newEngine(t, config), welcomed...)
	c.press("1", "gather 0 # -> 2?lang=en", "  en: too-few in English.", "  en: ask in English.")
	c.press("8265", "en: Heard <8265>.", "hang up")
	want := []ivr.Exit{{From: "start", Name: "done", To: "ask"}, {From: "ask", Name: "heard", To: "echo"}, {From: "echo", Name: "said", To: "hang-up"}}
	check.Same(t, took, want)
	for _, e := range took {
		if !slices.Contains(config.Flow.Exits(), e) {
			t.Errorf("%v is no exit of the flow", e)
		}
	}
}

func TestPromptsAreListedOnce(t *testing.T) {
	flow := sound()
	var names []string
	for _, p := range flow.Prompts() {
		names = append(names, p.Name)
	}
	want := strings.Fields("to-ask to-transfer ask tell transfer help sorry " +
		"silence too-few too-many wrong-key start-over apology")
	check.Same(t, names, want)
	flow.Nodes = append(flow.Nodes, say("help", ivr.HangUp))
	if len(flow.Prompts()) != len(want) {
		t.Error("a prompt that is spoken twice is listed twice")
	}
}
