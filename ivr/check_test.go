package ivr_test

import (
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/golden"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// sound is a flow with a node of every kind, which Check has nothing to say about.
func sound() *ivr.Flow {
	flow := flowOf(
		ivr.Action[outcome]{At: "start", Run: nil, On: ivr.On[outcome]{done: "menu", "not done": "sorry"}},
		ivr.Menu{At: "menu", Options: []ivr.Option{
			{Prompt: option("ask"), Next: "ask"}, {Prompt: option("transfer"), Next: "transfer"},
		}, Back: ivr.HangUp, GaveUp: "help"},
		ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
			Next: "again", Back: "menu", GaveUp: ivr.HangUp},
		ivr.Retry{At: "again", Times: 2, Back: "ask", GaveUp: "tell"},
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "{entry}, {repair}.", ES: "{repair}, {entry}."}, Next: ivr.HangUp},
		ivr.Transfer{At: "transfer", Prompt: words("transfer"), To: repair, CallerID: showing, Failed: ivr.HangUp},
	)
	flow.Variables = []ivr.Variable{entry}
	return flow
}

// replace puts a node in the place of the one at its step.
func replace(flow *ivr.Flow, index int, node ivr.Node) { flow.Nodes[index] = node }

// The nodes of sound, by their place.
const (
	soundStart = iota
	soundMenu
	soundAsk
	soundAgain
	soundTell
)

func TestSoundFlowPasses(t *testing.T) {
	check.OK(t, sound().Check())
}

// Where nobody is asked for an entry, none is too short or too long.
func TestFlowWithoutEntriesPasses(t *testing.T) {
	flow := flowOf(say("start", "choose"),
		ivr.Menu{At: "choose", Options: []ivr.Option{{Prompt: option("end"), Next: ivr.HangUp}}, Back: ivr.HangUp, GaveUp: ivr.HangUp})
	flow.Notices.TooFew, flow.Notices.TooMany = ivr.Prompt{}, ivr.Prompt{}
	check.OK(t, flow.Check())
	for _, p := range flow.Prompts() {
		if p.Name == "" {
			t.Error("a prompt that was left out is listed")
		}
	}
}

// text is a node at tell with one prompt.
func text(en, es string) ivr.Node {
	return ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: en, ES: es}, Next: ivr.HangUp}
}

func TestCheckOfSteps(t *testing.T) {
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string
	}{
		{"no node at the start", func(f *ivr.Flow) { f.Start = "begin" }, []string{
			`step "test-call": exit "start" leads to "begin", which is not written in test-call`,
			`step "start" can't be reached`, `step "menu" can't be reached`, `step "ask" can't be reached`,
			`step "again" can't be reached`, `step "tell" can't be reached`, `step "transfer" can't be reached`}},
		{"no node for help", func(f *ivr.Flow) { f.Help = "" }, []string{
			`step "test-call": exit "0" leads to "", which is not written in test-call`}},
		{"an exit to a step that isn't written", func(f *ivr.Flow) {
			replace(f, soundAgain, ivr.Retry{At: "again", Times: 2, Back: "aks", GaveUp: "tell"})
		}, []string{`step "again": exit "again" leads to "aks", which is not written in test-call`}},
		{"a forgotten exit", func(f *ivr.Flow) {
			replace(f, soundAgain, ivr.Retry{At: "again", Times: 2, GaveUp: "tell"})
		}, []string{`step "again": exit "again" leads to "", which is not written in test-call`}},
		{"an outcome that leads nowhere", func(f *ivr.Flow) {
			replace(f, soundStart, ivr.Action[outcome]{At: "start", On: ivr.On[outcome]{done: "menu", "not done": "nowhere"}})
		}, []string{`step "start": exit "not done" leads to "nowhere", which is not written in test-call`}},
		{"a work without outcomes", func(f *ivr.Flow) {
			f.Nodes = append(f.Nodes, ivr.Action[outcome]{At: "idle"})
			replace(f, soundAgain, ivr.Retry{At: "again", Times: 2, Back: "idle", GaveUp: "tell"})
		}, []string{`step "idle" has no exit`, `step "idle" can never end the call`}},
		{"a step twice", func(f *ivr.Flow) { f.Nodes = append(f.Nodes, text("{entry}, {repair}.", "{repair}, {entry}.")) },
			[]string{`step "tell" is written twice, or has no name of its own`}},
		{"a step without a name", func(f *ivr.Flow) { f.Nodes = append(f.Nodes, say("", ivr.HangUp)) }, []string{
			`step "" is written twice, or has no name of its own`, `step "" can't be reached`,
			`prompt "" lacks its name or a language`}},
		{"a step named like the end", func(f *ivr.Flow) { f.Nodes = append(f.Nodes, say(ivr.HangUp, ivr.HangUp)) },
			[]string{`step "hang-up" is written twice, or has no name of its own`}},
		{"a step out of reach", func(f *ivr.Flow) { f.Nodes = append(f.Nodes, say("alone", ivr.HangUp)) },
			[]string{`step "alone" can't be reached`}},
		{"a circle out of reach", func(f *ivr.Flow) { f.Nodes = append(f.Nodes, say("here", "there"), say("there", "here")) }, []string{
			`step "here" can't be reached`, `step "here" can never end the call`,
			`step "there" can't be reached`, `step "there" can never end the call`}},
		{"a circle that never ends the call", func(f *ivr.Flow) {
			replace(f, soundTell, ivr.Say{At: "tell", Prompt: words("tell"), Next: "more"})
			f.Nodes = append(f.Nodes, say("more", "tell"))
		}, []string{`step "tell" can never end the call`, `step "more" can never end the call`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { complaints(t, tt.damage, tt.want) })
	}
}

func TestCheckOfTheApology(t *testing.T) {
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string
	}{
		{"not a Say", func(f *ivr.Flow) { f.Sorry = "menu" }, []string{
			`step "menu" follows the apology, but is no Say`}},
		{"not a Say behind one", func(f *ivr.Flow) {
			f.Sorry = "excuse"
			f.Nodes = append(f.Nodes, say("excuse", "start"))
		}, []string{`step "start" follows the apology, but is no Say`}},
		{"not written", func(f *ivr.Flow) { f.Sorry = "excuse" }, []string{
			`step "test-call": exit "sorry" leads to "excuse", which is not written in test-call`,
			`step "excuse" follows the apology, but is no Say`}},
		{"endless", func(f *ivr.Flow) {
			f.Sorry = "excuse"
			f.Nodes = append(f.Nodes, say("excuse", "excuse"))
		}, []string{`step "excuse" can never end the call`, `the apology at "excuse" never ends`}},
		{"a variable that is not given", func(f *ivr.Flow) {
			f.Notices.Apology = ivr.Prompt{Name: "apology", EN: "{entry}", ES: "{entry}"}
		}, []string{`the apology names {entry}, which is not given`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { complaints(t, tt.damage, tt.want) })
	}
}

// complaints holds Check to those alone, after a sound flow was damaged.
func complaints(t *testing.T, damage func(*ivr.Flow), want []string) {
	t.Helper()
	flow := sound()
	damage(flow)
	err := flow.Check()
	if err == nil {
		t.Fatalf("it passes; want %q", want)
	}
	check.Same(t, strings.Split(err.Error(), "\n"), want)
	if _, err := ivr.New(configOn(t, nil, flow)); err == nil {
		t.Error("an engine takes the flow")
	}
}

func TestCheckOfMenus(t *testing.T) {
	menu := func(change func(*ivr.Menu)) func(*ivr.Flow) {
		return func(f *ivr.Flow) {
			m := f.Nodes[soundMenu].(ivr.Menu)
			change(&m)
			f.Nodes[soundMenu] = m
		}
	}
	keys := func(all ...string) func(*ivr.Flow) {
		return menu(func(m *ivr.Menu) {
			for i := range m.Options {
				m.Options[i].Key = all[i]
			}
			for _, key := range all[len(m.Options):] {
				m.Options = append(m.Options, ivr.Option{Prompt: option("tell"), Next: "tell", Key: key})
			}
		})
	}
	turning := func(options int, more, first string) func(*ivr.Flow) {
		return menu(func(m *ivr.Menu) {
			for len(m.Options) < options {
				m.Options = append(m.Options, ivr.Option{Prompt: option("tell"), Next: "tell"})
			}
			if more != "" {
				m.More = option(more)
			}
			if first != "" {
				m.First = option(first)
			}
		})
	}
	lasting := func(options, runes int, listing bool) func(*ivr.Flow) {
		return menu(func(m *ivr.Menu) {
			m.Listing, m.Options = listing, m.Options[:2]
			long := ivr.Prompt{Name: "long", EN: strings.Repeat("a", runes) + "{key}", ES: "{key}"}
			m.Options[0].Prompt, m.Options[0].Next = long, "ask"
			for len(m.Options) < options {
				m.Options = append(m.Options, ivr.Option{Prompt: long, Next: "ask"})
			}
		})
	}
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string // nothing: it passes
	}{
		{"keys of their own", keys("1", "3"), nil},
		{"four keys, and pound", keys("1", "2", "3", "4", "#"), nil},
		{"five keys, and pound", keys("1", "2", "3", "4", "5", "#"), []string{`menu "menu" has 6 options, not 1 to 5`}},
		{"a list of five, and pound", func(f *ivr.Flow) {
			keys("", "", "", "", "", "#")(f)
			menu(func(m *ivr.Menu) { m.Listing = true })(f)
		}, nil},
		{"numbers, and pound", keys("", "", "#"), nil},
		{"pages, and pound", func(f *ivr.Flow) { turning(7, "more", "first")(f); keys("", "", "", "", "", "", "", "#")(f) },
			[]string{`menu "menu" has 8 options, not 1 to 5`}},
		{"six entries of a list", func(f *ivr.Flow) {
			keys("1", "2", "3", "4", "5", "6")(f)
			menu(func(m *ivr.Menu) { m.Listing = true })(f)
		}, []string{`menu "menu" has 6 options, not 1 to 5`}},
		{"over half a minute", lasting(5, 110, false), []string{`menu "menu" takes 35s in "en", more than 30s`}},
		{"half a minute", lasting(5, 80, false), nil},
		{"pages of half a minute", func(f *ivr.Flow) {
			lasting(9, 90, false)(f)
			menu(func(m *ivr.Menu) { m.More, m.First = option("more"), option("first") })(f)
		}, nil},
		{"pages of over half a minute", func(f *ivr.Flow) {
			lasting(9, 110, false)(f)
			menu(func(m *ivr.Menu) { m.More, m.First = option("more"), option("first") })(f)
		}, []string{`menu "menu" takes 35s in "en", more than 30s`}},
		{"a list of over half a minute", lasting(5, 110, true), nil},
		{"a list of over three quarters", lasting(5, 180, true), []string{`menu "menu" takes 54s in "en", more than 45s`}},
		{"a key twice", keys("3", "3"), []string{`menu "menu" has two options with the key 3`}},
		{"pound twice", keys("#", "#"), []string{`menu "menu" has two options with the key #`}},
		{"six keys", keys("1", "2", "3", "4", "5", "6"), []string{`menu "menu" has 6 options, not 1 to 5`}},
		{"some keys", keys("1", ""), []string{`menu "menu" numbers only some of its options`}},
		{"zero", keys("1", "0"), []string{`menu "menu": an option can't have the key "0"`}},
		{"star", keys("1", "*"), []string{`menu "menu": an option can't have the key "*"`}},
		{"two digits", keys("1", "12"), []string{`menu "menu": an option can't have the key "12"`}},
		{"pages", turning(6, "more", "first"), nil},
		{"pages without a next", turning(6, "", "first"), []string{`menu "menu" has 6 options to number: More and First are for more than 5`}},
		{"pages without a first", turning(6, "more", ""), []string{`menu "menu" has 6 options to number: More and First are for more than 5`}},
		{"a page that needs no turning", turning(5, "more", "first"), []string{`menu "menu" has 5 options to number: More and First are for more than 5`}},
		{"a turn without its key", func(f *ivr.Flow) {
			turning(6, "more", "first")(f)
			menu(func(m *ivr.Menu) { m.More = words("more") })(f)
		}, []string{`prompt "more": {key} belongs in a menu's options, and only there`}},
		{"an option without words", menu(func(m *ivr.Menu) {
			m.Options = append(m.Options, ivr.Option{Next: "tell"})
		}), []string{`menu "menu": the option that leads to "tell" has no prompt`}},
		{"tries below none", menu(func(m *ivr.Menu) { m.Tries = -1 }), []string{`menu "menu" has -1 tries`}},
		{"two exits of one name", menu(func(m *ivr.Menu) {
			m.Options = append(m.Options, ivr.Option{Prompt: option("ask"), Next: "tell"})
		}), []string{`step "menu": exit "to-ask" leads to "ask" and to "tell"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want != nil {
				complaints(t, tt.damage, tt.want)
				return
			}
			flow := sound()
			tt.damage(flow)
			check.OK(t, flow.Check())
		})
	}
}

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
