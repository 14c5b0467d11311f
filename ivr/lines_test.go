package ivr_test

import (
	"testing"

	"updatecenter/ivr"
)

// What is said before a question goes into it, so that a key cuts it short, but for what
// must be heard and all before that.
func TestSayLetsKeysCutItShort(t *testing.T) {
	flow := flowOf(
		speak("start", "one", ivr.English),
		say("one", "two"),
		ivr.Say{At: "two", Prompt: words("two"), Whole: true, Next: "three"},
		say("three", "ask"),
		ivr.Ask{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
			Heard: ivr.HangUp, Back: ivr.HangUp, GaveUp: ivr.HangUp},
	)
	dial(t, flow, "en: one in English.", "en: two in English.",
		"gather 0 # -> 1?lang=en", "  en: three in English.", "  en: ask in English.")
}

func TestAgainLeadsBackSoOften(t *testing.T) {
	flow := flowOf(
		speak("start", "ask", ivr.English),
		ivr.Ask{At: "ask", Once: words("welcome"), Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
			Heard: "wrong", Back: ivr.HangUp, GaveUp: ivr.HangUp},
		say("wrong", "again"),
		ivr.Again{At: "again", Times: 3, Back: "ask", GaveUp: "give-up"},
		say("give-up", ivr.HangUp),
	)
	c := dial(t, flow, "gather 0 # -> 1?lang=en", "  en: welcome in English.", "  en: ask in English.")
	c.press("11", "gather 0 # -> 2?lang=en", "  en: wrong in English.", "  en: ask in English.")
	c.press("22", "gather 0 # -> 3?lang=en", "  en: wrong in English.", "  en: ask in English.")
	c.press("33", "en: wrong in English.", "en: give-up in English.", "hang up")
}

func TestTransfer(t *testing.T) {
	failed := []string{"en: not-connected in English.", "hang up"}
	tests := []struct {
		status string
		want   []string
	}{
		{"completed", []string{"hang up"}},
		{"answered", []string{"hang up"}},
		{"busy", failed},
		{"no-answer", failed},
		{"failed", failed},
		{"canceled", failed},
		{"", failed},
		{"Completed", failed},
	}
	for _, tt := range tests {
		t.Run(tt.status, func(t *testing.T) {
			flow := flowOf(
				speak("start", "transfer", ivr.English),
				ivr.Transfer{At: "transfer", Prompt: words("hold"), To: repair, CallerID: showing, Failed: "not-connected"},
				say("not-connected", ivr.HangUp),
			)
			c := dial(t, flow, "en: hold in English.", "dial +18005731311 as +16125557801 -> 1?lang=en")
			c.dialed(tt.status, tt.want...)
		})
	}
}

// A blank is spoken in the manner of its kind; one that is given is the same in every call.
func TestBlanksAreSpokenByKind(t *testing.T) {
	number := ivr.Blank{Name: "number", Kind: ivr.Phone}
	odd := ivr.Blank{Name: "odd-number", Kind: ivr.Phone}
	minutes := ivr.Blank{Name: "minutes", Kind: ivr.Count}
	flow := flowOf(
		work("start", "tell-entry", func(c *ivr.Call) {
			c.Speak(ivr.English)
			c.Fill(entry, "0142")
			c.Fill(number, "+16125550142")
			c.Fill(odd, "+1911")
			c.Fill(minutes, "30")
			c.Fill(repair, "+19999999999")
		}),
		ivr.Say{At: "tell-entry", Next: "tell-number", Prompt: ivr.Prompt{Name: "tell-entry",
			EN: "{entry}{number}", ES: "{number}, {entry}"}},
		ivr.Say{At: "tell-number", Next: ivr.HangUp, Prompt: ivr.Prompt{Name: "tell-number",
			EN: "{odd-number} for {minutes} minutes: {repair}", ES: "{repair}, {minutes}, {odd-number}"}},
	)
	flow.Blanks = []ivr.Blank{entry, number, odd, minutes}
	dial(t, flow, "en: <0142>slow(<612>..<555>..<0142>)",
		"en: slow(<911>) for 30 minutes: slow(<800>..<573>..<1311>)", "hang up")
}

// A recording stands for a prompt in its language; where there is none it is spoken.
func TestRecordingsArePlayed(t *testing.T) {
	config := configOf(t, asking())
	config.Recording = func(prompt string, l ivr.Language) string {
		if prompt == "welcome" || l == ivr.Spanish {
			return "https://example.com/" + prompt + "." + string(l) + ".mp3"
		}
		return ""
	}
	c := dialEngine(t, newEngine(t, config),
		"gather 0 # -> 1?lang=en", "  play https://example.com/welcome.en.mp3", "  en: ask in English.")
	c.press("1", "gather 0 # -> 2?lang=en", "  en: too-few in English.", "  en: ask in English.")
}
