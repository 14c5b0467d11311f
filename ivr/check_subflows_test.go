package ivr_test

import (
	"testing"

	"updatecenter/ivr"
)

func TestSoundSubflowsPass(t *testing.T) {
	if err := managing().Check(); err != nil {
		t.Error(err)
	}
}

// entering appends a subflow to sound, which is entered from where its call told something.
func entering(f *ivr.Flow, s *ivr.Subflow, on map[ivr.Step]ivr.Step) {
	ask := f.Lines[soundAgain].(ivr.Again)
	ask.GaveUp = "enter"
	f.Lines[soundAgain] = ask
	f.Lines = append(f.Lines, ivr.Enter{At: "enter", Subflow: s, On: on})
}

func TestCheckOfSubflows(t *testing.T) {
	on := func(steps ...ivr.Step) map[ivr.Step]ivr.Step {
		all := map[ivr.Step]ivr.Step{}
		for _, s := range steps {
			all[s] = "tell"
		}
		return all
	}
	sub := func(lines ...ivr.Line) *ivr.Subflow { return &ivr.Subflow{Name: "sub", Start: "inside", Lines: lines} }
	inside := func(next ivr.Step) ivr.Line { return say("inside", next) }
	circle := &ivr.Subflow{Name: "circle", Start: "outer"}
	circle.Lines = []ivr.Line{
		ivr.Enter{At: "outer", Subflow: &ivr.Subflow{Name: "inner", Start: "round", Lines: []ivr.Line{
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
			entering(f, &ivr.Subflow{Name: "sub", Lines: []ivr.Line{ivr.Return{At: "out"}}}, on("out"))
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
			s.Blanks = []ivr.Blank{{Name: "entry", Kind: ivr.Secret}}
			entering(f, s, on("out"))
		}, []string{`two blanks are named "entry"`, `two blanks are named "entry"`,
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
			f.Blanks = append(f.Blanks, what)
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
			f.Lines = managing().Lines
			enter := f.Lines[2].(ivr.Enter)
			enter.Given = map[ivr.Blank]string{what: "a-nubmer"}
			f.Lines[2] = enter
		}, []string{`{what} is given "a-nubmer", which is no phrase`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { complaints(t, tt.damage, tt.want) })
	}
}
