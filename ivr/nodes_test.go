package ivr_test

import (
	"slices"
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

var countedNames = []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// paging is a call with a menu of nine options, of which it has those that has says, and one
// with a key of its own.
func paging(l ivr.Language, has func(name string) bool) *ivr.Flow {
	menu := ivr.Menu{At: "menu", Prompt: words("menu"), More: option("more"), First: option("first"),
		Closing: words("closing"), Back: ivr.HangUp, GaveUp: "give-up", Listing: true}
	nodes := []ivr.Node{speak("start", "menu", l)}
	for _, name := range countedNames {
		menu.Options = append(menu.Options, ivr.Option{Prompt: option(name), Next: ivr.Step("chose-" + name),
			If: func(*ivr.Call) bool { return has(name) }})
		nodes = append(nodes, say(ivr.Step("chose-"+name), ivr.HangUp))
	}
	menu.Options = append(menu.Options, ivr.Option{Prompt: option("add"), Key: "#", Next: "add"})
	return flowOf(append(nodes, menu, say("add", ivr.HangUp), say("give-up", ivr.HangUp))...)
}

// upTo has so many options.
func upTo(n int) func(string) bool {
	return func(name string) bool { return slices.Contains(countedNames[:n], name) }
}

// page is what is heard in English of a page with those options.
func page(turn string, before []string, names ...string) []string {
	inside := append(slices.Clone(before), "  en: menu in English.")
	for i, name := range names {
		inside = append(inside, "  en: "+name+", press "+string(rune('1'+i))+".")
	}
	return gather("1", "any", turn, append(inside, "  en: add, press pound.", "  en: closing in English.")...)
}

func TestMenuPages(t *testing.T) {
	tests := []struct {
		options int
		pages   [][]string
		turn    string // the key that turns all but the last page
		last    string // and that one
	}{
		{5, [][]string{countedNames[:5]}, "", ""},
		{6, [][]string{{"one", "two", "three", "four", "more"}, {"five", "six", "first"}}, "5", "3"},
		{7, [][]string{{"one", "two", "three", "four", "more"}, {"five", "six", "seven", "first"}}, "5", "4"},
		{8, [][]string{{"one", "two", "three", "four", "more"}, {"five", "six", "seven", "eight", "first"}}, "5", "5"},
		{9, [][]string{{"one", "two", "three", "four", "more"}, {"five", "six", "seven", "eight", "more"}, {"nine", "first"}}, "5", "2"},
	}
	for _, tt := range tests {
		t.Run(countedNames[tt.options-1], func(t *testing.T) {
			c := dial(t, paging(ivr.English, upTo(tt.options)), page("1", nil, tt.pages[0]...)...)
			turn := 1
			next := func() string { turn++; return string(rune('0' + turn)) }
			for _, names := range tt.pages[1:] {
				c.press(tt.turn, page(next(), nil, names...)...)
			}
			if tt.last != "" {
				c.press(tt.last, page(next(), nil, tt.pages[0]...)...)
			}
			c.press("4", "en: chose-four in English.", "hang up")
		})
	}
}

// What is wrong on a page is said, and the same page offered once more; another page has all
// its tries.
func TestMenuStaysOnItsPage(t *testing.T) {
	first, second := []string{"one", "two", "three", "four", "more"}, []string{"five", "six", "first"}
	silence, wrong := []string{"  en: silence in English."}, []string{"  en: wrong-key in English."}
	c := dial(t, paging(ivr.English, upTo(6)), page("1", nil, first...)...)
	c.press("", page("2", silence, first...)...)
	c.press("6", page("3", wrong, first...)...)
	c.press("5", page("4", nil, second...)...)
	c.press("", page("5", silence, second...)...)
	c.press("5", page("6", wrong, second...)...)
	c.press("3", page("7", nil, first...)...)
	c.press("5", page("8", nil, second...)...)
	c.press("4", page("9", wrong, second...)...)
	c.press("2", "en: chose-six in English.", "hang up")
}

// Star leads back to the page before, and from the first page out of the menu.
func TestMenuStarTurnsBack(t *testing.T) {
	c := dial(t, paging(ivr.English, upTo(9)), page("1", nil, "one", "two", "three", "four", "more")...)
	c.press("5", page("2", nil, "five", "six", "seven", "eight", "more")...)
	c.press("5", page("3", nil, "nine", "first")...)
	c.press("*", page("4", nil, "five", "six", "seven", "eight", "more")...)
	c.press("*", page("5", nil, "one", "two", "three", "four", "more")...)
	c.press("*", "hang up")
}

// What is offered besides a question has a key of its own, and an optional question takes silence for an answer.
func TestGatherWithOptions(t *testing.T) {
	flow := flowOf(speak("start", "ask", ivr.English),
		ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 3, Max: 3}, Into: ivr.Variable{Name: "entry", Kind: ivr.Digits}, Next: "heard", Optional: true,
			Also: []ivr.Option{{Prompt: option("undo"), Key: "7", Next: "undo"}}, Back: "left", GaveUp: "left"},
		say("heard", ivr.HangUp), say("undo", ivr.HangUp), say("left", ivr.HangUp))
	asked := gather("0", "#", "1", "  en: ask in English.", "  en: undo, press 7.")
	dial(t, flow, asked...).press("7", "en: undo in English.", "hang up")
	dial(t, flow, asked...).press("", "en: left in English.", "hang up")
	dial(t, flow, asked...).press("123", "en: heard in English.", "hang up")
}

// A menu that was heard before is said briefly, and in full again to who does not answer.
func TestMenuBriefly(t *testing.T) {
	menu := ivr.Menu{At: "menu", Prompt: words("menu"), Closing: words("closing"), Back: ivr.HangUp, GaveUp: "give-up",
		Options: []ivr.Option{{Prompt: option("one"), Brief: option("brief"), Next: "again"}}}
	flow := flowOf(speak("start", "once", ivr.English), ivr.Say{At: "once", Prompt: words("once"), Once: true, Next: "menu"},
		menu, ivr.Say{At: "again", Prompt: words("again"), Next: "once"}, say("give-up", ivr.HangUp))
	full := []string{"  en: menu in English.", "  en: one, press 1.", "  en: closing in English."}
	c := dial(t, flow, gather("1", "any", "1", append([]string{"  en: once in English."}, full...)...)...)
	c.press("1", gather("1", "any", "2", "  en: again in English.", "  en: menu in English.", "  en: brief, press 1.")...)
	c.press("", gather("1", "any", "3", append([]string{"  en: silence in English."}, full...)...)...)
}

// A key of its own is an option's on every page.
func TestMenuKeyIsTheSameOnEveryPage(t *testing.T) {
	first, second := []string{"one", "two", "three", "four", "more"}, []string{"five", "six", "first"}
	c := dial(t, paging(ivr.English, upTo(6)), page("1", nil, first...)...)
	c.press("#", "en: add in English.", "hang up")
	c = dial(t, paging(ivr.English, upTo(6)), page("1", nil, first...)...)
	c.press("5", page("2", nil, second...)...)
	c.press("#", "en: add in English.", "hang up")
}

// When options go while the caller listens to a page that is no more, the last one is offered.
func TestMenuPageThatIsGone(t *testing.T) {
	options := 9
	flow := paging(ivr.English, func(name string) bool { return upTo(options)(name) })
	c := dial(t, flow, page("1", nil, "one", "two", "three", "four", "more")...)
	c.press("5", page("2", nil, "five", "six", "seven", "eight", "more")...)
	c.press("5", page("3", nil, "nine", "first")...)
	options = 6
	c.press("", page("4", []string{"  en: silence in English."}, "five", "six", "first")...)
	options = 3
	c.press("", page("5", []string{"  en: silence in English."}, "one", "two", "three")...)
	c.press("3", "en: chose-three in English.", "hang up")
}

// The pages of a menu in Spanish, and in both languages while none is chosen.
func TestMenuPagesInSpanish(t *testing.T) {
	spanish := []string{"  es: menu en español.", "  es: five, oprima el uno.", "  es: six, oprima el dos.",
		"  es: first, oprima el tres.", "  es: add, oprima el signo de número.", "  es: closing en español."}
	flow := paging(ivr.Spanish, upTo(6))
	engine := newEngine(t, configOf(t, flow))
	deliver(t, engine, keyed(0, ""))
	c := &caller{TB: t, engine: engine, sid: sid}
	c.press("5", append([]string{"gather 1 any -> 2?lang=es"}, spanish...)...)

	c.engine, c.turn = newEngine(t, configOf(t, paging("", upTo(6)))), 0
	deliver(t, c.engine, keyed(0, ""))
	english := page("2", nil, "five", "six", "first")[1:]
	c.press("5", slices.Concat([]string{"gather 1 any -> 2"}, english, spanish)...)
}

// Options that all have their keys keep them, whichever are offered.
func TestMenuOfFixedKeys(t *testing.T) {
	on := ivr.Variable{Name: "on", Kind: ivr.Digits}
	flow := flowOf(
		speak("start", "menu", ivr.English),
		ivr.Menu{At: "menu", Options: []ivr.Option{
			{Prompt: option("list"), Key: "1", Next: "listen", If: func(c *ivr.Call) bool { return c.Text(on) != "" }},
			{Prompt: option("switch"), Key: "3", Next: "switch"},
			{Prompt: option("add"), Key: "#", Next: "add"},
		}, Back: ivr.HangUp, GaveUp: ivr.HangUp},
		say("listen", ivr.HangUp), work("switch", "menu", func(c *ivr.Call) { c.Fill(on, "1") }), say("add", ivr.HangUp),
	)
	c := dial(t, flow, gather("1", "any", "1", "  en: switch, press 3.", "  en: add, press pound.")...)
	c.press("1", gather("1", "any", "2", "  en: wrong-key in English.", "  en: switch, press 3.", "  en: add, press pound.")...)
	c.press("3", gather("1", "any", "3", "  en: list, press 1.", "  en: switch, press 3.", "  en: add, press pound.")...)
	c.press("1", "en: listen in English.", "hang up")
}
