package ivr_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/ivr"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMermaid(t *testing.T) {
	const golden = "testdata/sound.mmd"
	got := sound().Mermaid()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("- expected, + drawn (-update writes %s anew):\n%s", golden, diff)
	}
}

// The maps of a work's outcomes have no order; its drawing and its exits do.
func TestDrawingIsAlwaysTheSame(t *testing.T) {
	on := make(ivr.On[outcome])
	for _, o := range strings.Fields("one two three four five six seven") {
		on[outcome(o)] = ivr.Step("to-" + o)
	}
	flow := flowOf(ivr.Work[outcome]{At: "start", On: on})
	drawn, exits := flow.Mermaid(), flow.Exits()
	for range 50 {
		if flow.Mermaid() != drawn || !slices.Equal(flow.Exits(), exits) {
			t.Fatal("it was drawn, or listed, in another order")
		}
	}
}

func TestMermaidQuotesWhatIsItsOwn(t *testing.T) {
	flow := flowOf(ivr.Work[outcome]{At: "start", On: ivr.On[outcome]{done: "sorry", `say "end"`: "help", "*": ivr.HangUp}})
	for _, want := range []string{`|"say #quot;end#quot;"| help`, `|"#42;"| hang-up`, `(("end"))`} {
		if !strings.Contains(flow.Mermaid(), want) {
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
	if diff := cmp.Diff(want, sound().Exits()); diff != "" {
		t.Errorf("- expected, + listed:\n%s", diff)
	}
}

// Every exit that a call takes is one of the flow's, and is told as it is taken.
func TestExitsAreTold(t *testing.T) {
	config := configOf(t, asking())
	var took []ivr.Exit
	config.Took = func(e ivr.Exit) { took = append(took, e) }
	c := dialEngine(t, newEngine(t, config), welcomed...)
	c.press("1", "gather 0 # -> 2?lang=en", "  en: too-few in English.", "  en: ask in English.")
	c.press("8265", "en: Heard <8265>.", "hang up")
	want := []ivr.Exit{{From: "start", Name: "done", To: "ask"}, {From: "ask", Name: "heard", To: "echo"}, {From: "echo", Name: "said", To: "hang-up"}}
	if diff := cmp.Diff(want, took); diff != "" {
		t.Errorf("- expected, + told:\n%s", diff)
	}
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
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("- expected, + listed:\n%s", diff)
	}
	flow.Lines = append(flow.Lines, say("help", ivr.HangUp))
	if len(flow.Prompts()) != len(want) {
		t.Error("a prompt that is spoken twice is listed twice")
	}
}
