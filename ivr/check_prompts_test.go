package ivr_test

import (
	"strings"
	"testing"

	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

func TestCheckOfPrompts(t *testing.T) {
	const variables = "{entry}, {repair}"
	secret := ivr.Variable{Name: "pin", Kind: ivr.Secret}
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string
	}{
		{"no English", func(f *ivr.Flow) { replace(f, soundTell, text("", "Hola.")) },
			[]string{`prompt "tell" lacks its name or a language`}},
		{"no Spanish", func(f *ivr.Flow) { replace(f, soundTell, text("Hello.", "")) },
			[]string{`prompt "tell" lacks its name or a language`}},
		{"no name", func(f *ivr.Flow) {
			replace(f, soundTell, ivr.Say{At: "tell", Prompt: ivr.Prompt{EN: "a", ES: "b"}, Next: ivr.HangUp})
		}, []string{`prompt "" lacks its name or a language`}},
		{"no notice", func(f *ivr.Flow) { f.Notices.TooFew = ivr.Prompt{} },
			[]string{`prompt "" lacks its name or a language`}},
		{"a name twice", func(f *ivr.Flow) { f.Notices.TooFew.Name = "tell" },
			[]string{`two prompts are named "tell"`}},
		{"a variable in one language", func(f *ivr.Flow) { replace(f, soundTell, text(variables, "{entry}")) },
			[]string{`prompt "tell" has other variables in the other language`}},
		{"a variable twice in one language", func(f *ivr.Flow) { replace(f, soundTell, text("{entry}{entry}", "{entry}")) },
			[]string{`prompt "tell" has other variables in the other language`}},
		{"an unknown variable", func(f *ivr.Flow) { replace(f, soundTell, text("{enrty}", "{enrty}")) },
			[]string{`prompt "tell" names {enrty}, which is unknown or secret`}},
		{"a secret variable", func(f *ivr.Flow) {
			f.Variables = append(f.Variables, secret)
			replace(f, soundTell, text("{pin}", "{pin}"))
		}, []string{`prompt "tell" names {pin}, which is unknown or secret`}},
		{"a secret by another kind", func(f *ivr.Flow) {
			f.Variables = append(f.Variables, ivr.Variable{Name: "pin", Kind: ivr.Digits})
			replace(f, soundAsk, ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: secret,
				Next: "again", Back: "menu", GaveUp: ivr.HangUp})
			replace(f, soundTell, text("{pin}", "{pin}"))
		}, []string{`two variables are named "pin"`}},
		{"a variable of the engine's name", func(f *ivr.Flow) { f.Given[ivr.Variable{Name: "key", Kind: ivr.Digits}] = "1" },
			[]string{`two variables are named "key"`}},
		{"an open brace", func(f *ivr.Flow) { replace(f, soundTell, text("Call {repair", "Llame")) },
			[]string{`prompt "tell" has a brace that belongs to no variable`}},
		{"a closing brace", func(f *ivr.Flow) { replace(f, soundTell, text("Call", "Llame repair}")) },
			[]string{`prompt "tell" has a brace that belongs to no variable`}},
		{"a variable without a name", func(f *ivr.Flow) { replace(f, soundTell, text("Call {}", "Llame")) },
			[]string{`prompt "tell" has a brace that belongs to no variable`}},
		{"too long in Spanish", func(f *ivr.Flow) { replace(f, soundTell, text("short", strings.Repeat("largo ", 51))) },
			[]string{`prompt "tell" takes 20s in "es", more than 20s`}},
		{"too long by its variables", func(f *ivr.Flow) {
			replace(f, soundTell, text(strings.Repeat("{repair} ", 4), strings.Repeat("{repair} ", 4)))
		}, []string{`prompt "tell" takes 27s in "en", more than 20s`, `prompt "tell" takes 27s in "es", more than 20s`}},
		{"an option without its key", func(f *ivr.Flow) { f.Nodes[soundMenu].(ivr.Menu).Options[0].Prompt = words("ask-me") },
			[]string{`prompt "ask-me": {key} belongs in a menu's options, and only there`}},
		{"a key elsewhere", func(f *ivr.Flow) { replace(f, soundTell, text("{key}", "{key}")) },
			[]string{`prompt "tell": {key} belongs in a menu's options, and only there`}},
		{"a key in a notice", func(f *ivr.Flow) { f.Notices.WrongKey = option("wrong") },
			[]string{`prompt "to-wrong": {key} belongs in a menu's options, and only there`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { complaints(t, tt.damage, tt.want) })
	}
}

func TestCheckOfQuestions(t *testing.T) {
	menu := func(options int) func(*ivr.Flow) {
		return func(f *ivr.Flow) {
			m := f.Nodes[soundMenu].(ivr.Menu)
			for len(m.Options) < options {
				m.Options = append(m.Options, ivr.Option{Prompt: option("tell"), Next: "tell"})
			}
			m.Options = m.Options[:options]
			f.Nodes[soundMenu] = m
		}
	}
	ask := func(digits ivr.Range) func(*ivr.Flow) {
		return func(f *ivr.Flow) {
			a := f.Nodes[soundAsk].(ivr.Gather)
			a.Digits = digits
			f.Nodes[soundAsk] = a
		}
	}
	again := func(times int) func(*ivr.Flow) {
		return func(f *ivr.Flow) {
			a := f.Nodes[soundAgain].(ivr.Retry)
			a.Times = times
			f.Nodes[soundAgain] = a
		}
	}
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   string // nothing: it passes
	}{
		{"a menu of five", menu(5), ""},
		{"a menu of six without pages", menu(6), `menu "menu" has 6 options to number: More and First are for more than 5`},
		{"an entry of one length", ask(ivr.Range{Min: 4, Max: 4}), ""},
		{"an entry of one digit", ask(ivr.Range{Min: 1, Max: 4}), ""},
		{"an entry of no digits", ask(ivr.Range{}), `question "ask" takes 0 to 0 digits`},
		{"an entry of nothing between", ask(ivr.Range{Min: 4, Max: 3}), `question "ask" takes 4 to 3 digits`},
		{"twice", again(2), ""},
		{"once", again(1), `"again" never leads back`},
		{"never", again(0), `"again" never leads back`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want != "" {
				complaints(t, tt.damage, []string{tt.want})
				return
			}
			flow := sound()
			tt.damage(flow)
			check.OK(t, flow.Check())
		})
	}
}

// A menu without options leads to nothing, so what only it led to is out of reach as well.
func TestCheckOfAnEmptyMenu(t *testing.T) {
	complaints(t, func(f *ivr.Flow) {
		replace(f, soundMenu, ivr.Menu{At: "menu", Prompt: words("menu"), Back: ivr.HangUp, GaveUp: ivr.HangUp})
	}, []string{`step "ask" can't be reached`, `step "again" can't be reached`, `step "tell" can't be reached`,
		`step "transfer" can't be reached`, `menu "menu" has 0 options, not 1 to 5`})
}

func TestSoundSubflowsPass(t *testing.T) {
	check.OK(t, managing().Check())
}

// entering appends a subflow to sound, which is entered from where its call told something.
func entering(f *ivr.Flow, s *ivr.Subflow, on map[ivr.Step]ivr.Step) {
	ask := f.Nodes[soundAgain].(ivr.Retry)
	ask.GaveUp = "enter"
	f.Nodes[soundAgain] = ask
	f.Nodes = append(f.Nodes, ivr.Enter{At: "enter", Subflow: s, On: on})
}

func TestCheckOfSubflows(t *testing.T) {
	on := func(steps ...ivr.Step) map[ivr.Step]ivr.Step {
		all := map[ivr.Step]ivr.Step{}
		for _, s := range steps {
			all[s] = "tell"
		}
		return all
	}
	sub := func(nodes ...ivr.Node) *ivr.Subflow { return &ivr.Subflow{Name: "sub", Start: "inside", Nodes: nodes} }
	inside := func(next ivr.Step) ivr.Node { return say("inside", next) }
	circle := &ivr.Subflow{Name: "circle", Start: "outer"}
	circle.Nodes = []ivr.Node{
		ivr.Enter{At: "outer", Subflow: &ivr.Subflow{Name: "inner", Start: "round", Nodes: []ivr.Node{
			ivr.Enter{At: "round", Subflow: circle, On: map[ivr.Step]ivr.Step{"out": "back-again"}}, ivr.Return{At: "back-again"},
		}}, On: map[ivr.Step]ivr.Step{"back-again": "out"}},
		ivr.Return{At: "out"},
	}
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string
	}{
		{"an exit out of it", func(f *ivr.Flow) { entering(f, sub(inside("tell"), ivr.Return{At: "out"}), on("out")) }, []string{
			`step "inside": exit "said" leads to "tell", which is not written in sub`,
			`step "inside" can never end the call`, `step "out" can't be reached`}},
		{"an exit into it", func(f *ivr.Flow) {
			entering(f, sub(inside("out"), ivr.Return{At: "out"}), map[ivr.Step]ivr.Step{"out": "inside"})
		}, []string{
			`step "enter": exit "out" leads to "inside", which is not written in test-call`,
			`step "tell" can't be reached`, `step "enter" can never end the call`}},
		{"a step as outside of it", func(f *ivr.Flow) {
			entering(f, sub(inside("menu"), ivr.Return{At: "menu"}), on("menu"))
		}, []string{`step "menu" is written twice, or has no name of its own`}},
		{"no start", func(f *ivr.Flow) {
			entering(f, &ivr.Subflow{Name: "sub", Nodes: []ivr.Node{ivr.Return{At: "out"}}}, on("out"))
		}, []string{`step "sub": exit "start" leads to "", which is not written in sub`, `step "out" can't be reached`}},
		{"a return that leads nowhere", func(f *ivr.Flow) {
			entering(f, sub(inside("out"), ivr.Return{At: "out"}), nil)
		}, []string{`step "enter": return "out" of sub leads nowhere`, `step "tell" can't be reached`, `step "enter" can never end the call`}},
		{"an exit that is no return", func(f *ivr.Flow) {
			entering(f, sub(inside("out"), ivr.Return{At: "out"}), on("out", "outside", "inside"))
		}, []string{`step "enter": sub has no return "inside"`, `step "enter": sub has no return "outside"`}},
		{"no return", func(f *ivr.Flow) { entering(f, sub(inside(ivr.HangUp)), nil) }, []string{
			`step "enter" enters what never returns`, `step "tell" can't be reached`, `step "enter" can never end the call`}},
		{"no subflow", func(f *ivr.Flow) { entering(f, nil, nil) }, []string{
			`step "enter" enters what never returns`, `step "tell" can't be reached`, `step "enter" can never end the call`}},
		{"a return from the call", func(f *ivr.Flow) {
			replace(f, soundTell, ivr.Return{At: "tell"})
		}, []string{`step "tell" returns from test-call, which is no subflow`, `step "tell" can never end the call`}},
		{"two of one name", func(f *ivr.Flow) {
			s := sub(inside("out"), ivr.Return{At: "out"})
			s.Name = "test-call"
			entering(f, s, on("out"))
		}, []string{`two parts of the call are named "test-call"`}},
		{"a circle", func(f *ivr.Flow) { entering(f, circle, on("out")) },
			[]string{`subflow "circle" enters itself`, `subflow "inner" enters itself`}},
		{"a secret by another kind", func(f *ivr.Flow) {
			s := sub(inside("out"), ivr.Return{At: "out"})
			s.Variables = []ivr.Variable{{Name: "entry", Kind: ivr.Secret}}
			entering(f, s, on("out"))
		}, []string{`two variables are named "entry"`, `two variables are named "entry"`,
			`prompt "tell" names {entry}, which is unknown or secret`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { complaints(t, tt.damage, tt.want) })
	}
}

func TestCheckOfPhrases(t *testing.T) {
	outer := ivr.Prompt{Name: "outer", EN: "{what}", ES: "{what}"}
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string
	}{
		{"a phrase that names one", func(f *ivr.Flow) {
			f.Variables = append(f.Variables, what)
			f.Phrases = []ivr.Prompt{phrase("inner"), outer}
		}, []string{`phrase "outer" names the phrase {what}`}},
		{"a phrase without Spanish", func(f *ivr.Flow) { f.Phrases = []ivr.Prompt{{Name: "half", EN: "half"}} },
			[]string{`prompt "half" lacks its name or a language`}},
		{"a phrase of a prompt's name", func(f *ivr.Flow) { f.Phrases = []ivr.Prompt{phrase("ask")} },
			[]string{`two prompts are named "ask"`}},
		{"a phrase with a key", func(f *ivr.Flow) { f.Phrases = []ivr.Prompt{option("odd")} },
			[]string{`prompt "to-odd": {key} belongs in a menu's options, and only there`}},
		{"a phrase that is given, and not written", func(f *ivr.Flow) { f.Given[what] = "nothing" },
			[]string{`{what} is given "nothing", which is no phrase`}},
		{"the same to a subflow", func(f *ivr.Flow) {
			f.Nodes = managing().Nodes
			enter := f.Nodes[2].(ivr.Enter)
			enter.Given = map[ivr.Variable]string{what: "a-nubmer"}
			f.Nodes[2] = enter
		}, []string{`{what} is given "a-nubmer", which is no phrase`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { complaints(t, tt.damage, tt.want) })
	}
}
