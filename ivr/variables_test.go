package ivr_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/logtest"
	"updatecenter/internal/secret"
	"updatecenter/ivr"
)

// What a secret that must be spoken is filled into.
var (
	spelled = ivr.Variable{Name: "spelled", Kind: ivr.Spelled}
	wording = ivr.Variable{Name: "wording", Kind: ivr.Words}
)

// telling is a call that lends a secret, speaks it, and asks what to do next: 1 speaks it
// without lending it once more.
func telling(l ivr.Language, lend func(*ivr.Call)) *ivr.Flow {
	flow := flowOf(
		work("start", "tell", func(c *ivr.Call) { c.Speak(l); lend(c) }),
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "It is {spelled}.", ES: "Es {spelled}."}, Next: "word"},
		ivr.Say{At: "word", Prompt: ivr.Prompt{Name: "word", EN: "{wording}!", ES: "¡{wording}!"}, Next: "again"},
		ivr.Menu{At: "again", Options: []ivr.Option{{Prompt: option("hear"), Next: "tell"}}, Back: ivr.HangUp, GaveUp: ivr.HangUp},
	)
	flow.Variables = []ivr.Variable{spelled, wording}
	return flow
}

// filling lends the same to both variables.
func filling(value string) func(*ivr.Call) {
	return func(c *ivr.Call) {
		c.FillForTurn(spelled, secret.New(value))
		c.FillForTurn(wording, secret.New(value))
	}
}

func TestVariablesForATurnAreSpoken(t *testing.T) {
	tests := []struct {
		name, value string
		l           ivr.Language
		want        []string
	}{
		{"digits", "8265", ivr.English, []string{"gather 1 any -> 1?lang=en",
			"  en: It is slow(<8>..<2>..<6>..<5>).", "  en: 8265!", "  en: hear, press 1."}},
		{"both languages", "82", "", []string{"gather 1 any -> 1",
			"  en: It is slow(<8>..<2>).", "  en: 82!", "  en: hear, press 1.",
			"  es: Es slow(<8>..<2>).", "  es: ¡82!", "  es: hear, oprima el uno."}},
		{"words", " Ñu  & 1", ivr.Spanish, []string{"gather 1 any -> 1?lang=es",
			"  es: Es slow([Ñ]..[u]..[&]..<1>).", "  es: ¡ Ñu  & 1!", "  es: hear, oprima el uno."}},
		{"markup", "<a>", ivr.English, []string{"gather 1 any -> 1?lang=en",
			"  en: It is slow([<]..[a]..[>]).", "  en: <a>!", "  en: hear, press 1."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { dial(t, telling(tt.l, filling(tt.value)), tt.want...) })
	}
}

// A secret is there for one turn: it is not in the state of the call, no later turn speaks it,
// and no work of the same turn reads it as a text.
func TestVariablesForATurnAreNotKept(t *testing.T) {
	var log bytes.Buffer
	var read string
	config := configOf(t, telling(ivr.English, func(c *ivr.Call) {
		filling(keyedPIN)(c)
		read = c.Text(spelled) + c.Text(wording) + c.Secret(spelled).Reveal()
	}))
	var commits []ivr.Commit
	config.Log, config.Store = slog.New(slog.NewTextHandler(&log, logtest.Untimed())), watched(config.Store, &commits)
	engine := newEngine(t, config)
	if document := deliver(t, engine, ivr.Event{Call: sid}); !readable(document, keyedPIN) {
		t.Errorf("the secret is not spoken: %s", document)
	}
	document := deliver(t, engine, keyed(1, "1"))
	if readable(document, keyedPIN) || !readable(document, "Apology") {
		t.Errorf("a later turn says %s", document)
	}
	if read != "" || strings.Contains(log.String(), keyedPIN) {
		t.Errorf("work reads %q, the log holds %s", read, log.String())
	}
	if len(commits) != 2 {
		t.Fatalf("%d commits", len(commits))
	}
	for _, commit := range commits {
		state, err := keyring(t, oneKey).Open(commit.State, []byte("state of "+sid))
		if err != nil || readable(state, keyedPIN) {
			t.Errorf("%v, and the state is %s", err, state)
		}
	}
}

// A webhook that is delivered twice has the answer that was stored, with the secret as it was.
func TestVariablesForATurnInAReplay(t *testing.T) {
	value := "8265"
	engine := newEngine(t, configOf(t, telling(ivr.English, func(c *ivr.Call) { filling(value)(c) })))
	first := deliver(t, engine, ivr.Event{Call: sid})
	value = "1111"
	if second := deliver(t, engine, ivr.Event{Call: sid}); !bytes.Equal(first, second) {
		t.Errorf("said\n%s\nand\n%s", first, second)
	}
}

// Only a variable that can be spoken so speaks what it was filled with; an empty one can't be spoken.
func TestWrongVariableForATurn(t *testing.T) {
	tests := map[string]func(*ivr.Call){
		"another kind": func(c *ivr.Call) { c.FillForTurn(ivr.Variable{Name: "spelled", Kind: ivr.Phrase}, secret.New("8265")) },
		"nothing":      filling(""),
		"none":         func(*ivr.Call) {},
		"only spelled": func(c *ivr.Call) { c.FillForTurn(spelled, secret.New("8265")) },
	}
	for name, lend := range tests {
		t.Run(name, func(t *testing.T) {
			dial(t, telling(ivr.English, lend), "en: Apology: call slow(<800>..<573>..<1311>).", "hang up")
		})
	}
}

// What a call is about, and who picked it up, is known in all of its turns; a turn of an
// unknown call has what its webhook says.
func TestWhatACallIsAbout(t *testing.T) {
	var abouts, answered []string
	flow := flowOf(
		work("start", "ask", func(c *ivr.Call) {
			abouts, answered = append(abouts, c.Reference), append(answered, c.Caller.AnsweredBy)
		}),
		ivr.Menu{At: "ask", Options: []ivr.Option{{Prompt: option("go"), Next: "start"}}, Back: ivr.HangUp, GaveUp: ivr.HangUp},
	)
	engine := newEngine(t, configOf(t, flow))
	deliver(t, engine, ivr.Event{Call: sid, Reference: "one/1", Caller: ivr.Caller{AnsweredBy: "human"}})
	deliver(t, engine, keyed(1, "1"))
	deliver(t, engine, ivr.Event{Call: "CA2", Turn: 3, Reference: "two/1"})
	if want := []string{"one/1", "one/1", "two/1"}; !slices.Equal(abouts, want) {
		t.Errorf("about %q, want %q", abouts, want)
	}
	if want := []string{"human", "human", ""}; !slices.Equal(answered, want) {
		t.Errorf("answered by %q, want %q", answered, want)
	}
}

func TestMenuTries(t *testing.T) {
	tests := []struct {
		tries int
		asked int // times more
	}{{0, 2}, {1, 0}, {2, 1}, {4, 3}}
	for _, tt := range tests {
		flow := flowOf(speak("start", "menu", ivr.English),
			ivr.Menu{At: "menu", Options: []ivr.Option{{Prompt: option("go"), Next: ivr.HangUp}}, Tries: tt.tries,
				Back: ivr.HangUp, GaveUp: "give-up"},
			say("give-up", ivr.HangUp))
		engine := newEngine(t, configOf(t, flow))
		deliver(t, engine, ivr.Event{Call: sid})
		asked := 0
		for !readable(deliver(t, engine, keyed(asked+1, "")), "give-up") {
			asked++
		}
		if asked != tt.asked {
			t.Errorf("%d tries: asked %d times more, want %d", tt.tries, asked, tt.asked)
		}
	}
}

var errDown = errors.New("the store is down")

// hooked is a store that a test spoils or watches: each hook that is set stands before the
// method of its name, and decides by calling next or not.
type hooked struct {
	ivr.Store
	begin  func(ctx context.Context, claim ivr.Claim, next ivr.Store) (ivr.Begun, error)
	commit func(ctx context.Context, commit ivr.Commit, next ivr.Store) error
}

func (h *hooked) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	if h.begin != nil {
		return h.begin(ctx, claim, h.Store)
	}
	return h.Store.Begin(ctx, claim)
}

func (h *hooked) Commit(ctx context.Context, commit ivr.Commit) error {
	if h.commit != nil {
		return h.commit(ctx, commit, h.Store)
	}
	return h.Store.Commit(ctx, commit)
}

// watched is a store that keeps a copy of all that is committed.
func watched(store ivr.Store, commits *[]ivr.Commit) *hooked {
	var mu sync.Mutex
	return &hooked{Store: store, commit: func(ctx context.Context, commit ivr.Commit, next ivr.Store) error {
		mu.Lock()
		defer mu.Unlock()
		*commits = append(*commits, commit)
		return next.Commit(ctx, commit)
	}}
}

// counting is a call that adds up how often its caller has keyed something, in the state
// of the call, and tells ran of every run.
func counting(ran func(c *ivr.Call)) *ivr.Flow {
	total := ivr.Variable{Name: "total", Kind: ivr.Count}
	flow := flowOf(
		speak("start", "ask", ivr.English),
		ivr.Gather{At: "ask", Prompt: ivr.Prompt{Name: "ask", EN: "So far: {total}.", ES: "Hasta ahora: {total}."},
			Digits: ivr.Range{Min: 2, Max: 4}, Into: entry, Next: "add", Back: ivr.HangUp, GaveUp: ivr.HangUp},
		work("add", "ask", func(c *ivr.Call) {
			c.Fill(total, c.Text(total)+"I")
			ran(c)
		}),
	)
	flow.Variables = []ivr.Variable{total}
	return flow
}

// deliver posts a webhook, and fails the test on an error.
func deliver(t testing.TB, engine *ivr.Engine, event ivr.Event) []byte {
	t.Helper()
	document, err := engine.Turn(context.Background(), event)
	if err != nil {
		t.Fatalf("turn %d: %v", event.Turn, err)
	}
	return document
}

// keyed is the webhook of a turn in which the caller keyed something.
func keyed(turn int, keys string) ivr.Event {
	return ivr.Event{Call: sid, Turn: turn, Input: ivr.Input{Keys: keys}}
}

// elapsed measures a function by the clock of the test's bubble.
func elapsed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

var (
	state  = ivr.Variable{Name: "state", Kind: ivr.Phrase}
	begins = ivr.Variable{Name: "begins", Kind: ivr.Time}
	isOn   = ivr.Prompt{Name: "is-on", EN: "on from {begins}", ES: "activo desde {begins}"}
)

// stating is a call that speaks a phrase, alone and within a sentence, after fill.
func stating(l ivr.Language, fill func(*ivr.Call)) *ivr.Flow {
	flow := flowOf(
		work("start", "tell", func(c *ivr.Call) { c.Speak(l); fill(c) }),
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "{state}", ES: "{state}"}, Next: "tell-more"},
		ivr.Say{At: "tell-more", Prompt: ivr.Prompt{Name: "tell-more", EN: "It is {state}.", ES: "Está {state}."}, Next: ivr.HangUp},
	)
	flow.Variables = []ivr.Variable{state, begins}
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
		{"a phrase with a variable", ivr.English, func(c *ivr.Call) { c.FillPhrase(state, isOn); c.Fill(begins, "21:30") },
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

// A phrase that the flow does not list can't be spoken, as a variable that was never filled.
func TestAnUnknownPhrase(t *testing.T) {
	var log bytes.Buffer
	config := configOf(t, stating(ivr.English, func(c *ivr.Call) { c.FillPhrase(state, phrase("is-odd")) }))
	config.Log = slog.New(slog.NewTextHandler(&log, nil))
	dialEngine(t, newEngine(t, config), "en: Apology: call slow(<800>..<573>..<1311>).", "hang up")
	if !strings.Contains(log.String(), "is-odd") || !strings.Contains(log.String(), "no phrase") {
		t.Errorf("the log says %s", log.String())
	}
}

// A variable that says one of a few phrases says no other, and its prompt takes no longer than
// with the longest of them.
func TestChoices(t *testing.T) {
	var log bytes.Buffer
	choosy := func(name string) *ivr.Flow {
		flow := stating(ivr.English, func(c *ivr.Call) { c.FillPhrase(state, phrase(name)) })
		flow.Phrases = []ivr.Prompt{{Name: "long", EN: strings.Repeat("long ", 30), ES: "largo"}}
		flow.Choices = map[ivr.Variable][]ivr.Prompt{state: {phrase("is-off"), isOn}}
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
