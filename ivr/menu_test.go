package ivr_test

import (
	"slices"
	"testing"

	"updatecenter/ivr"
)

// choosing is a call in English with a menu; its second option is offered to known callers
// alone.
func choosing() *ivr.Flow {
	return flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Prompt: words("menu"), Options: []ivr.Option{
			{Prompt: option("change"), Next: "change"},
			{Prompt: option("features"), Next: "features", If: func(c *ivr.Call) bool { return c.Caller.FromLine }},
			{Prompt: option("listen"), Next: "listen"},
		}, Closing: words("closing"), Back: "leave", GaveUp: "give-up"},
		say("change", ivr.HangUp), say("features", ivr.HangUp), say("listen", ivr.HangUp),
		say("leave", ivr.HangUp), say("give-up", ivr.HangUp),
	)
}

var shortMenu = []string{"gather 1 any -> 1?lang=en", "  en: menu in English.",
	"  en: change, press 1.", "  en: listen, press 2.", "  en: closing in English."}

func TestMenuNumbersWhatItOffers(t *testing.T) {
	tests := []struct{ name, keys, want string }{
		{"the first", "1", "en: change in English."},
		{"the next that is offered", "2", "en: listen in English."},
		{"help", "0", "en: help in English."},
		{"back", "*", "en: leave in English."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dial(t, choosing(), shortMenu...).press(tt.keys, tt.want, "hang up")
		})
	}
}

func TestMenuOffersByCondition(t *testing.T) {
	c := &caller{TB: t, engine: newEngine(t, configOf(t, choosing())), sid: sid}
	c.hears(ivr.Event{Caller: ivr.Caller{FromLine: true}}, []string{"gather 1 any -> 1?lang=en", "  en: menu in English.",
		"  en: change, press 1.", "  en: features, press 2.", "  en: listen, press 3.", "  en: closing in English."})
	c.press("2", "en: features in English.", "hang up")
}

func TestMenuRefusesOtherKeys(t *testing.T) {
	tests := []struct{ name, keys, want string }{
		{"silence", "", "silence"},
		{"an option that is not offered", "3", "wrong-key"},
		{"pound", "#", "wrong-key"},
		{"a letter", "A", "wrong-key"},
		{"a sign", "+1", "wrong-key"},
		{"a leading zero", "01", "wrong-key"},
		{"more than a number holds", "99999999999999999999", "wrong-key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			again := func(turn string) []string {
				return append([]string{"gather 1 any -> " + turn + "?lang=en", "  en: " + tt.want + " in English."}, shortMenu[1:]...)
			}
			c := dial(t, choosing(), shortMenu...)
			c.press(tt.keys, again("2")...)
			c.press(tt.keys, again("3")...)
			c.press(tt.keys, "en: "+tt.want+" in English.", "en: give-up in English.", "hang up")
		})
	}
}

// Until a language is chosen all is said in every language, but for options that are in one.
func TestMenuBeforeALanguageIsChosen(t *testing.T) {
	flow := flowOf(
		ivr.Menu{At: "start", Prompt: words("welcome"), Options: []ivr.Option{
			{Prompt: option("English"), In: ivr.English, Next: "english"},
			{Prompt: option("español"), In: ivr.Spanish, Next: "spanish"},
			{Prompt: option("both"), Next: "help"},
		}, Back: "help", GaveUp: "help"},
		speak("english", "bye", ivr.English),
		speak("spanish", "bye", ivr.Spanish),
		say("bye", ivr.HangUp),
	)
	english := []string{"  en: welcome in English.", "  en: English, press 1.", "  en: both, press 3."}
	spanish := []string{"  es: welcome en español.", "  es: español, oprima el dos.", "  es: both, oprima el tres."}
	offered := slices.Concat(english, spanish)
	c := dial(t, flow, append([]string{"gather 1 any -> 1"}, offered...)...)
	c.press("", slices.Concat([]string{"gather 1 any -> 2", "  en: silence in English."}, english,
		[]string{"  es: silence en español."}, spanish)...)
	c.press("2", "es: bye en español.", "hang up")

	c = dial(t, flow, append([]string{"gather 1 any -> 1"}, offered...)...)
	c.press("0", "en: help in English.", "es: help en español.", "hang up")
}

// An option in one language is spoken in it whatever the call's language.
func TestMenuOptionKeepsItsLanguage(t *testing.T) {
	flow := flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Options: []ivr.Option{{Prompt: option("español"), In: ivr.Spanish, Next: "spanish"}},
			Back: "help", GaveUp: "help"},
		speak("spanish", "menu", ivr.Spanish),
	)
	c := dial(t, flow, "gather 1 any -> 1?lang=en", "  es: español, oprima el uno.")
	c.press("1", "gather 1 any -> 2?lang=es", "  es: español, oprima el uno.")
}

// A menu that is come back to has all its tries.
func TestMenuAnew(t *testing.T) {
	flow := flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Options: []ivr.Option{{Prompt: option("listen"), Next: "listen"}},
			Back: "help", GaveUp: "give-up"},
		say("listen", "menu"), say("give-up", ivr.HangUp),
	)
	const choice = "  en: listen, press 1."
	c := dial(t, flow, "gather 1 any -> 1?lang=en", choice)
	c.press("7", "gather 1 any -> 2?lang=en", "  en: wrong-key in English.", choice)
	c.press("", "gather 1 any -> 3?lang=en", "  en: silence in English.", choice)
	c.press("1", "gather 1 any -> 4?lang=en", "  en: listen in English.", choice)
	c.press("7", "gather 1 any -> 5?lang=en", "  en: wrong-key in English.", choice)
	c.press("7", "gather 1 any -> 6?lang=en", "  en: wrong-key in English.", choice)
	c.press("7", "en: wrong-key in English.", "en: give-up in English.", "hang up")
}
