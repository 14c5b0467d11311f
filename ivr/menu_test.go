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
