package ivr_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"updatecenter/ivr"
)

var (
	state  = ivr.Blank{Name: "state", Kind: ivr.Phrase}
	begins = ivr.Blank{Name: "begins", Kind: ivr.Time}
	isOn   = ivr.Prompt{Name: "is-on", EN: "on from {begins}", ES: "activo desde {begins}"}
)

// stating is a call that speaks a phrase, alone and within a sentence, after fill.
func stating(l ivr.Language, fill func(*ivr.Call)) *ivr.Flow {
	flow := flowOf(
		work("start", "tell", func(c *ivr.Call) { c.Speak(l); fill(c) }),
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "{state}", ES: "{state}"}, Next: "tell-more"},
		ivr.Say{At: "tell-more", Prompt: ivr.Prompt{Name: "tell-more", EN: "It is {state}.", ES: "Está {state}."}, Next: ivr.HangUp},
	)
	flow.Blanks = []ivr.Blank{state, begins}
	flow.Phrases = []ivr.Prompt{isOn, phrase("is-off")}
	return flow
}

func TestPhrases(t *testing.T) {
	tests := []struct {
		name string
		l    ivr.Language
		fill func(*ivr.Call)
		want []string
	}{
		{"a phrase", ivr.English, func(c *ivr.Call) { c.FillPhrase(state, phrase("is-off")) },
			[]string{"en: is-off in English", "en: It is is-off in English.", "hang up"}},
		{"a phrase with a blank", ivr.English, func(c *ivr.Call) { c.FillPhrase(state, isOn); c.Fill(begins, "21:30") },
			[]string{"en: on from 9:30 PM", "en: It is on from 9:30 PM.", "hang up"}},
		{"in Spanish", ivr.Spanish, func(c *ivr.Call) { c.FillPhrase(state, isOn); c.Fill(begins, "12:00") },
			[]string{"es: activo desde las 12 del mediodía", "es: Está activo desde las 12 del mediodía.", "hang up"}},
		{"in both languages", "", func(c *ivr.Call) { c.FillPhrase(state, phrase("is-off")) },
			[]string{"en: is-off in English", "en: It is is-off in English.",
				"es: is-off en español", "es: Está is-off en español.", "hang up"}},
		{"none", ivr.English, func(*ivr.Call) {}, []string{"en: It is .", "hang up"}},
		{"none any more", ivr.English, func(c *ivr.Call) { c.FillPhrase(state, isOn); c.FillPhrase(state, ivr.Prompt{}) },
			[]string{"en: It is .", "hang up"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { dial(t, stating(tt.l, tt.fill), tt.want...) })
	}
}

// A phrase that the flow does not list can't be spoken, as a blank that was never filled.
func TestAnUnknownPhrase(t *testing.T) {
	var log bytes.Buffer
	config := configOf(t, stating(ivr.English, func(c *ivr.Call) { c.FillPhrase(state, phrase("is-odd")) }))
	config.Log = slog.New(slog.NewTextHandler(&log, nil))
	dialEngine(t, newEngine(t, config), "en: Apology: call slow(<800>..<573>..<1311>).", "hang up")
	if !strings.Contains(log.String(), "is-odd") || !strings.Contains(log.String(), "no phrase") {
		t.Errorf("the log says %s", log.String())
	}
}

// A blank that says one of a few phrases says no other, and its prompt takes no longer than
// with the longest of them.
func TestChoices(t *testing.T) {
	var log bytes.Buffer
	choosy := func(name string) *ivr.Flow {
		flow := stating(ivr.English, func(c *ivr.Call) { c.FillPhrase(state, phrase(name)) })
		flow.Phrases = []ivr.Prompt{{Name: "long", EN: strings.Repeat("long ", 30), ES: "largo"}}
		flow.Choices = map[ivr.Blank][]ivr.Prompt{state: {phrase("is-off"), isOn}}
		return flow
	}
	dial(t, choosy("is-off"), "en: is-off in English", "en: It is is-off in English.", "hang up")
	config := configOf(t, choosy("long"))
	config.Log = slog.New(slog.NewTextHandler(&log, nil))
	dialEngine(t, newEngine(t, config), "en: Apology: call slow(<800>..<573>..<1311>).", "hang up")
	flow := choosy("is-off")
	p := ivr.Prompt{Name: "tell", EN: "{state}", ES: "{state}"}
	if got, want := flow.Takes(p, ivr.English), flow.Takes(isOn, ivr.English); got != want || got == 0 {
		t.Errorf("%s, want %s", got, want)
	}
}

// A prompt takes as long as it does with the longest phrase.
func TestTakesTheLongestPhrase(t *testing.T) {
	flow := stating(ivr.English, func(*ivr.Call) {})
	p := ivr.Prompt{Name: "tell", EN: "{state}", ES: "{state}"}
	if got, want := flow.Takes(p, ivr.English), flow.Takes(isOn, ivr.English); got != want || got == 0 {
		t.Errorf("%s, want %s", got, want)
	}
	long := ivr.Prompt{Name: "long", EN: strings.Repeat("long ", 30), ES: "largo"}
	flow.Phrases = append(flow.Phrases, long)
	if got, want := flow.Takes(p, ivr.English), flow.Takes(long, ivr.English); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := flow.Takes(p, ivr.Spanish), flow.Takes(isOn, ivr.Spanish); got != want {
		t.Errorf("%s in Spanish, want %s", got, want)
	}
}
