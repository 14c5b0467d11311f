package ivr_test

import (
	"strings"
	"testing"

	"updatecenter/ivr"
)

var entry = ivr.Variable{Name: "entry", Kind: ivr.Digits}

// asking is a call in English with one question of 4 to 6 digits, whose answer is read back.
func asking() *ivr.Flow {
	flow := flowOf(
		speak("start", "ask", ivr.English),
		ivr.Gather{At: "ask", Once: words("welcome"), Prompt: words("ask"), Digits: ivr.Range{Min: 4, Max: 6},
			Into: entry, Next: "echo", Back: "leave", GaveUp: "give-up"},
		ivr.Say{At: "echo", Prompt: ivr.Prompt{Name: "echo", EN: "Heard {entry}.", ES: "Oí {entry}."}, Next: ivr.HangUp},
		say("leave", ivr.HangUp),
		say("give-up", ivr.HangUp),
	)
	flow.Variables = []ivr.Variable{entry}
	return flow
}

// welcomed is what a caller hears first of asking.
var welcomed = []string{"gather 0 # -> 1?lang=en", "  en: welcome in English.", "  en: ask in English."}

func TestAskTakesAnEntry(t *testing.T) {
	tests := []struct{ name, keys, want string }{
		{"the shortest", "1234", "en: Heard <1234>."},
		{"the longest", "123456", "en: Heard <123456>."},
		{"leading zeros", "0012", "en: Heard <0012>."},
		{"help", "0", "en: help in English."},
		{"help in a hurry", "00", "en: help in English."},
		{"back", "*", "en: leave in English."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dial(t, asking(), welcomed...).press(tt.keys, tt.want, "hang up")
		})
	}
}

func TestAskSaysWhatWasWrong(t *testing.T) {
	tests := []struct{ name, keys, want string }{
		{"silence", "", "silence"},
		{"one digit", "5", "too-few"},
		{"too few", "123", "too-few"},
		{"too many", "1234567", "too-many"},
		{"star within", "12*4", "wrong-key"},
		{"star twice", "**", "wrong-key"},
		{"pound", "12#4", "wrong-key"},
		{"letters", "12ab", "wrong-key"},
		{"digits of another script", "١٢٣٤", "wrong-key"},
		{"a sign", "+1234", "wrong-key"},
		{"a space", "1234 ", "wrong-key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := dial(t, asking(), welcomed...)
			c.press(tt.keys, "gather 0 # -> 2?lang=en", "  en: "+tt.want+" in English.", "  en: ask in English.")
			c.press(tt.keys, "gather 0 # -> 3?lang=en", "  en: "+tt.want+" in English.", "  en: ask in English.")
			c.press(tt.keys, "en: "+tt.want+" in English.", "en: give-up in English.", "hang up")
		})
	}
}

// A caller who did not come along has more time for the next try.
func TestAskIsMorePatientTheSecondTime(t *testing.T) {
	engine := newEngine(t, configOf(t, asking()))
	for turn, want := range []string{`timeout="7"`, `timeout="10"`, `timeout="10"`} {
		if document := string(deliver(t, engine, keyed(turn, ""))); !strings.Contains(document, want) {
			t.Errorf("turn %d: want %s in %s", turn, want, document)
		}
	}
}

func TestAskTakesTheThirdTry(t *testing.T) {
	c := dial(t, asking(), welcomed...)
	c.press("1", "gather 0 # -> 2?lang=en", "  en: too-few in English.", "  en: ask in English.")
	c.press("", "gather 0 # -> 3?lang=en", "  en: silence in English.", "  en: ask in English.")
	c.press("8265", "en: Heard <8265>.", "hang up")
}

// A question that is come back to has all its tries, and no welcome.
func TestAskAnew(t *testing.T) {
	flow := flowOf(
		speak("start", "first", ivr.Spanish),
		ivr.Gather{At: "first", Once: words("welcome"), Prompt: words("first"), Digits: ivr.Range{Min: 2, Max: 2},
			Into: entry, Next: "second", Back: ivr.HangUp, GaveUp: ivr.HangUp},
		ivr.Gather{At: "second", Prompt: words("second"), Digits: ivr.Range{Min: 2, Max: 2},
			Into: entry, Next: ivr.HangUp, Back: "first", GaveUp: ivr.HangUp},
	)
	c := dial(t, flow, "gather 0 # -> 1?lang=es", "  es: welcome en español.", "  es: first en español.")
	c.press("", "gather 0 # -> 2?lang=es", "  es: silence en español.", "  es: first en español.")
	c.press("", "gather 0 # -> 3?lang=es", "  es: silence en español.", "  es: first en español.")
	c.press("12", "gather 0 # -> 4?lang=es", "  es: second en español.")
	c.press("*", "gather 0 # -> 5?lang=es", "  es: first en español.")
	c.press("", "gather 0 # -> 6?lang=es", "  es: silence en español.", "  es: first en español.")
	c.press("", "gather 0 # -> 7?lang=es", "  es: silence en español.", "  es: first en español.")
	c.press("", "es: silence en español.", "hang up")
}

// What is said before a question goes into it, so that a key cuts it short, but for what
// must be heard and all before that.
func TestSayLetsKeysCutItShort(t *testing.T) {
	flow := flowOf(
		speak("start", "one", ivr.English),
		say("one", "two"),
		ivr.Say{At: "two", Prompt: words("two"), Whole: true, Next: "three"},
		say("three", "ask"),
		ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
			Next: ivr.HangUp, Back: ivr.HangUp, GaveUp: ivr.HangUp},
	)
	dial(t, flow, "en: one in English.", "en: two in English.",
		"gather 0 # -> 1?lang=en", "  en: three in English.", "  en: ask in English.")
}

func TestAgainLeadsBackSoOften(t *testing.T) {
	flow := flowOf(
		speak("start", "ask", ivr.English),
		ivr.Gather{At: "ask", Once: words("welcome"), Prompt: words("ask"), Digits: ivr.Range{Min: 2, Max: 4}, Into: entry,
			Next: "wrong", Back: ivr.HangUp, GaveUp: ivr.HangUp},
		say("wrong", "again"),
		ivr.Retry{At: "again", Times: 3, Back: "ask", GaveUp: "give-up"},
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

// A variable is spoken in the manner of its kind; one that is given is the same in every call.
func TestVariablesAreSpokenByKind(t *testing.T) {
	number := ivr.Variable{Name: "number", Kind: ivr.Phone}
	odd := ivr.Variable{Name: "odd-number", Kind: ivr.Phone}
	minutes := ivr.Variable{Name: "minutes", Kind: ivr.Count}
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
	flow.Variables = []ivr.Variable{entry, number, odd, minutes}
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
