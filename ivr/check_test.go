package ivr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/ivr"
)

// sound is a flow with a line of every kind, which Check has nothing to say about.
func sound() *ivr.Flow {
	flow := flowOf(
		ivr.Work[outcome]{At: "start", Run: nil, On: ivr.On[outcome]{done: "menu", "not done": "sorry"}},
		ivr.Menu{At: "menu", Options: []ivr.Option{
			{Prompt: option("ask"), Next: "ask"}, {Prompt: option("transfer"), Next: "transfer"},
		}, Back: ivr.HangUp, GaveUp: "help"},
		ivr.Ask{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
			Heard: "again", Back: "menu", GaveUp: ivr.HangUp},
		ivr.Again{At: "again", Times: 2, Back: "ask", GaveUp: "tell"},
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "{entry}, {repair}.", ES: "{repair}, {entry}."}, Next: ivr.HangUp},
		ivr.Transfer{At: "transfer", Prompt: words("transfer"), To: repair, CallerID: showing, Failed: ivr.HangUp},
	)
	flow.Blanks = []ivr.Blank{entry}
	return flow
}

// replace puts a line in the place of the one at its step.
func replace(flow *ivr.Flow, index int, line ivr.Line) { flow.Lines[index] = line }

// The lines of sound, by their place.
const (
	soundStart = iota
	soundMenu
	soundAsk
	soundAgain
	soundTell
)

func TestSoundFlowPasses(t *testing.T) {
	if err := sound().Check(); err != nil {
		t.Error(err)
	}
}

// Where nobody is asked for an entry, none is too short or too long.
func TestFlowWithoutEntriesPasses(t *testing.T) {
	flow := flowOf(say("start", "choose"),
		ivr.Menu{At: "choose", Options: []ivr.Option{{Prompt: option("end"), Next: ivr.HangUp}}, Back: ivr.HangUp, GaveUp: ivr.HangUp})
	flow.Notices.TooFew, flow.Notices.TooMany = ivr.Prompt{}, ivr.Prompt{}
	if err := flow.Check(); err != nil {
		t.Error(err)
	}
	for _, p := range flow.Prompts() {
		if p.Name == "" {
			t.Error("a prompt that was left out is listed")
		}
	}
}

// text is a line at tell with one prompt.
func text(en, es string) ivr.Line {
	return ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: en, ES: es}, Next: ivr.HangUp}
}

func TestCheckOfSteps(t *testing.T) {
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string
	}{
		{"no line at the start", func(f *ivr.Flow) { f.Start = "begin" }, []string{
			`step "test-call": exit "start" leads to "begin", which is not written in test-call`,
			`step "start" can't be reached`, `step "menu" can't be reached`, `step "ask" can't be reached`,
			`step "again" can't be reached`, `step "tell" can't be reached`, `step "transfer" can't be reached`}},
		{"no line for help", func(f *ivr.Flow) { f.Help = "" }, []string{
			`step "test-call": exit "0" leads to "", which is not written in test-call`}},
		{"an exit to a step that isn't written", func(f *ivr.Flow) {
			replace(f, soundAgain, ivr.Again{At: "again", Times: 2, Back: "aks", GaveUp: "tell"})
		}, []string{`step "again": exit "again" leads to "aks", which is not written in test-call`}},
		{"a forgotten exit", func(f *ivr.Flow) {
			replace(f, soundAgain, ivr.Again{At: "again", Times: 2, GaveUp: "tell"})
		}, []string{`step "again": exit "again" leads to "", which is not written in test-call`}},
		{"an outcome that leads nowhere", func(f *ivr.Flow) {
			replace(f, soundStart, ivr.Work[outcome]{At: "start", On: ivr.On[outcome]{done: "menu", "not done": "nowhere"}})
		}, []string{`step "start": exit "not done" leads to "nowhere", which is not written in test-call`}},
		{"a work without outcomes", func(f *ivr.Flow) {
			f.Lines = append(f.Lines, ivr.Work[outcome]{At: "idle"})
			replace(f, soundAgain, ivr.Again{At: "again", Times: 2, Back: "idle", GaveUp: "tell"})
		}, []string{`step "idle" has no exit`, `step "idle" can never end the call`}},
		{"a step twice", func(f *ivr.Flow) { f.Lines = append(f.Lines, text("{entry}, {repair}.", "{repair}, {entry}.")) },
			[]string{`step "tell" is written twice, or has no name of its own`}},
		{"a step without a name", func(f *ivr.Flow) { f.Lines = append(f.Lines, say("", ivr.HangUp)) }, []string{
			`step "" is written twice, or has no name of its own`, `step "" can't be reached`,
			`prompt "" lacks its name or a language`}},
		{"a step named like the end", func(f *ivr.Flow) { f.Lines = append(f.Lines, say(ivr.HangUp, ivr.HangUp)) },
			[]string{`step "hang-up" is written twice, or has no name of its own`}},
		{"a step out of reach", func(f *ivr.Flow) { f.Lines = append(f.Lines, say("alone", ivr.HangUp)) },
			[]string{`step "alone" can't be reached`}},
		{"a circle out of reach", func(f *ivr.Flow) { f.Lines = append(f.Lines, say("here", "there"), say("there", "here")) }, []string{
			`step "here" can't be reached`, `step "here" can never end the call`,
			`step "there" can't be reached`, `step "there" can never end the call`}},
		{"a circle that never ends the call", func(f *ivr.Flow) {
			replace(f, soundTell, ivr.Say{At: "tell", Prompt: words("tell"), Next: "more"})
			f.Lines = append(f.Lines, say("more", "tell"))
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
			f.Lines = append(f.Lines, say("excuse", "start"))
		}, []string{`step "start" follows the apology, but is no Say`}},
		{"not written", func(f *ivr.Flow) { f.Sorry = "excuse" }, []string{
			`step "test-call": exit "sorry" leads to "excuse", which is not written in test-call`,
			`step "excuse" follows the apology, but is no Say`}},
		{"endless", func(f *ivr.Flow) {
			f.Sorry = "excuse"
			f.Lines = append(f.Lines, say("excuse", "excuse"))
		}, []string{`step "excuse" can never end the call`, `the apology at "excuse" never ends`}},
		{"a blank that is not given", func(f *ivr.Flow) {
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
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("- expected, + complained:\n%s", diff)
	}
	if _, err := ivr.New(configOf(t, flow)); err == nil {
		t.Error("an engine takes the flow")
	}
}
