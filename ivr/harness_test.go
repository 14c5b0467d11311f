package ivr_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/twiml"
)

// The keys of the tests: 32 bytes each.
const (
	oneKey   = "one:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	otherKey = "other:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
)

const (
	sid     = "CA00000000000000000000000000000001"
	turnURL = "https://example.com/voice/turn/"
)

// words is a prompt that says its own name, in both languages.
func words(name string) ivr.Prompt {
	return ivr.Prompt{Name: name, EN: name + " in English.", ES: name + " en español."}
}

// option is a prompt of a menu that names its key.
func option(name string) ivr.Prompt {
	return ivr.Prompt{Name: "to-" + name, EN: name + ", press {key}.", ES: name + ", oprima el {key}."}
}

// repair is a variable that every flow of the tests has.
var repair = ivr.Variable{Name: "repair", Kind: ivr.Phone}

// showing is the caller ID of transfers.
var showing = ivr.Variable{Name: "showing", Kind: ivr.Phone}

// flowOf is a flow that is sound, if the nodes are.
func flowOf(nodes ...ivr.Node) *ivr.Flow {
	return &ivr.Flow{
		Name: "test-call", Start: "start", Sorry: "sorry", Help: "help",
		Notices: ivr.Notices{
			Silence: words("silence"), TooFew: words("too-few"), TooMany: words("too-many"),
			WrongKey: words("wrong-key"), StartOver: words("start-over"),
			Apology: ivr.Prompt{Name: "apology", EN: "Apology: call {repair}.", ES: "Disculpa: llame al {repair}."},
		},
		Given: map[ivr.Variable]string{repair: "+18005731311", showing: "+16125557801"},
		Nodes: append(nodes,
			ivr.Say{At: "help", Prompt: words("help"), Next: ivr.HangUp},
			ivr.Say{At: "sorry", Prompt: words("sorry"), Next: ivr.HangUp}),
	}
}

// say is a node that speaks its own name.
func say(at, next ivr.Step) ivr.Say { return ivr.Say{At: at, Prompt: words(string(at)), Next: next} }

// outcome is what the works of the tests come to, mostly.
type outcome string

const done outcome = "done"

// work is a node that does something and goes on.
func work(at, next ivr.Step, do func(c *ivr.Call)) ivr.Action[outcome] {
	return ivr.Action[outcome]{At: at, On: ivr.On[outcome]{done: next},
		Run: func(_ context.Context, c *ivr.Call) (outcome, error) {
			do(c)
			return done, nil
		}}
}

// speak is a node that sets the language.
func speak(at, next ivr.Step, l ivr.Language) ivr.Node {
	return work(at, next, func(c *ivr.Call) { c.Speak(l) })
}

func keyring(t testing.TB, keys string) secret.Keyring {
	t.Helper()
	ring, err := secret.ParseKeyring(keys)
	check.OK(t, err)
	return ring
}

// start is when the tests take place.
var start = time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)

// configOf is what an engine needs for a flow, with a Redis of its own; a test may change it.
func configOf(t testing.TB, flow *ivr.Flow) ivr.Config {
	t.Helper()
	c := configOn(t, testkit.Redis(t).Calls(), flow)
	c.Times = testkit.Times()
	return c
}

// configOn is what an engine needs for a flow whose calls are in a store.
func configOn(t testing.TB, store ivr.Store, flow *ivr.Flow) ivr.Config {
	t.Helper()
	return ivr.Config{
		Flow: flow, Store: store, Keys: keyring(t, oneKey),
		Now: func() time.Time { return start }, TurnURL: turnURL, Log: slog.New(slog.DiscardHandler),
	}
}

func newEngine(t testing.TB, c ivr.Config) *ivr.Engine {
	t.Helper()
	engine, err := ivr.New(c)
	check.OK(t, err)
	return engine
}

// caller is someone on the line, whose turns are counted.
type caller struct {
	testing.TB
	engine *ivr.Engine
	sid    string
	turn   int
}

// dial calls a flow, and checks what is answered.
func dial(t testing.TB, flow *ivr.Flow, want ...string) *caller {
	t.Helper()
	return dialEngine(t, newEngine(t, configOf(t, flow)), want...)
}

func dialEngine(t testing.TB, engine *ivr.Engine, want ...string) *caller {
	t.Helper()
	c := &caller{TB: t, engine: engine, sid: sid}
	c.hears(ivr.Event{Caller: ivr.Caller{Number: "+16125550142", From: "+16125550142"}}, want)
	return c
}

// press keys an entry (nothing: silence), and checks what is answered.
func (c *caller) press(keys string, want ...string) {
	c.Helper()
	c.turn++
	c.hears(ivr.Event{Input: ivr.Input{Keys: keys}}, want)
}

// dialed reports how a transfer ended, and checks what is answered.
func (c *caller) dialed(status string, want ...string) {
	c.Helper()
	c.turn++
	c.hears(ivr.Event{Input: ivr.Input{DialStatus: status}}, want)
}

func (c *caller) hears(event ivr.Event, want []string) {
	c.Helper()
	event.Call, event.Turn = c.sid, c.turn
	document, err := c.engine.Turn(context.Background(), event)
	if err != nil {
		c.Fatalf("turn %d: %v", c.turn, err)
	}
	if diff := cmp.Diff(want, heard(c, document)); diff != "" {
		c.Errorf("turn %d (- expected, + heard):\n%s", c.turn, diff)
	}
}

// heard tells a document in lines. What can be cut short by a key stands indented under
// the question that takes the key:
//
//	en: spoken to its end
//	gather 0 # -> 1?lang=en
//	  en: cut short by a key
//	hang up
func heard(t testing.TB, document []byte) []string {
	t.Helper()
	response, err := twiml.Parse(document)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, document)
	}
	var lines []string
	for _, verb := range response.Verbs {
		lines = append(lines, told(t, verb)...)
	}
	return lines
}

func told(t testing.TB, verb twiml.Verb) []string {
	t.Helper()
	switch v := verb.(type) {
	case twiml.Say:
		return []string{spoken(t, v)}
	case twiml.Play:
		return []string{"play " + v.URL}
	case twiml.Dial:
		return []string{fmt.Sprintf("dial %s as %s -> %s", v.Number, v.CallerID, strings.TrimPrefix(v.Action, turnURL))}
	case twiml.Hangup:
		return []string{"hang up"}
	case twiml.Gather:
		return question(t, v)
	}
	t.Fatalf("a call never holds %#v here", verb)
	return nil
}

// question tells a question, and holds it to what every question has.
func question(t testing.TB, g twiml.Gather) []string {
	t.Helper()
	if (g.Timeout != 7 && g.Timeout != 10) || !g.ActionOnEmptyResult || !strings.HasPrefix(g.Action, turnURL) {
		t.Errorf("want 7 or 10 seconds, and silence reported to %s; got %+v", turnURL, g)
	}
	ending := "#"
	if g.EveryKey {
		ending = "any"
	}
	lines := []string{fmt.Sprintf("gather %d %s -> %s", g.NumDigits, ending, strings.TrimPrefix(g.Action, turnURL))}
	for _, prompt := range g.Prompts {
		for _, line := range told(t, prompt) {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}

// spoken tells a Say: its language, and its words with <digits>, [letters] and .. for a pause.
func spoken(t testing.TB, s twiml.Say) string {
	t.Helper()
	if err := s.CheckVoice(); err != nil || s.Voice == "" || s.Language == "" {
		t.Errorf("voice %q speaks %q: %v", s.Voice, s.Language, err)
	}
	return s.Language[:2] + ": " + parts(t, s.Content)
}

func parts(t testing.TB, content []twiml.Speech) string {
	t.Helper()
	var b strings.Builder
	for _, part := range content {
		switch p := part.(type) {
		case twiml.Text:
			b.WriteString(string(p))
		case twiml.SayAs:
			b.WriteString(sayAs(t, p))
		case twiml.Break:
			b.WriteString("..")
		case twiml.Prosody:
			fmt.Fprintf(&b, "slow(%s)", parts(t, p.Content))
		default:
			t.Errorf("a prompt holds %#v", part)
		}
	}
	return b.String()
}

func sayAs(t testing.TB, p twiml.SayAs) string {
	t.Helper()
	switch p.As {
	case twiml.Digits:
		return "<" + p.Text + ">"
	case twiml.SpellOut:
		return "[" + p.Text + "]"
	}
	t.Errorf("%q is spoken as %q", p.Text, p.As)
	return p.Text
}

// memory keeps one call, for tests that stop the clock, which Redis can't. The call never expires.
type memory struct {
	mu      sync.Mutex
	state   []byte
	answers map[int][]byte
	holder  string // of the newest claim
	until   time.Time
}

// Begin implements [ivr.Store].
func (m *memory) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	answer, answered := m.answers[claim.Turn]
	switch {
	case ctx.Err() != nil:
		return ivr.Begun{}, ctx.Err()
	case answered:
		return ivr.Begun{Status: ivr.Answered, Turn: claim.Turn, Answer: answer}, nil
	case m.holder != claim.Holder && claim.Now.Before(m.until):
		return ivr.Begun{Status: ivr.InProgress}, nil
	case claim.Until.IsZero():
		return ivr.Begun{Status: ivr.Unanswered}, nil
	}
	m.holder, m.until = claim.Holder, claim.Until
	return ivr.Begun{Status: ivr.Claimed, State: m.state}, nil
}

// Commit implements [ivr.Store].
func (m *memory) Commit(ctx context.Context, commit ivr.Commit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if commit.First && m.holder == "" {
		m.holder = commit.Holder
	}
	_, answered := m.answers[commit.Turn]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case m.holder != commit.Holder:
		return ivr.ErrOvertaken
	case answered:
		return nil
	}
	if m.answers == nil {
		m.answers = map[int][]byte{}
	}
	m.answers[commit.Turn] = commit.Answer
	m.state, m.until = commit.State, time.Time{}
	return nil
}

// FuzzInput holds that nothing a caller can key, and nothing a webhook can say, keeps a
// turn from a document that Twilio can read.
func FuzzInput(f *testing.F) {
	for _, keys := range []string{"", "0", "1", "2", "*", "#", "8265", "+1", "123456789012", "١٢", "\x00\xff", "<Say>"} {
		f.Add(uint16(1), keys, "", "en", "+16125550142")
	}
	f.Add(uint16(7), "1", "completed", "es", "")
	f.Add(uint16(0), "", "busy", "<&>", "\xff")
	f.Add(uint16(math.MaxUint16), "99", "\x00", "fr", "anonymous")
	flow := everything()
	f.Fuzz(func(t *testing.T, turn uint16, keys, status, language, from string) {
		engine := newEngine(t, configOf(t, flow))
		event := ivr.Event{Call: sid, Caller: ivr.Caller{Number: from, From: from}}
		readableByTwilio(t, engine, event)
		event.Input = ivr.Input{Keys: keys, DialStatus: status}
		event.Language = ivr.Language(language)
		for event.Turn = 1; event.Turn <= 6; event.Turn++ {
			readableByTwilio(t, engine, event)
		}
		event.Turn = int(turn)
		readableByTwilio(t, engine, event)
		event.Call = from
		readableByTwilio(t, engine, event)
	})
}

// everything is a call that comes by every kind of node.
func everything() *ivr.Flow {
	flow := flowOf(
		ivr.Menu{At: "start", Options: []ivr.Option{
			{Prompt: option("spanish"), In: ivr.Spanish, Next: "spanish"}, {Prompt: option("transfer"), Next: "transfer"},
			{Prompt: option("enter"), Next: "enter"}, {Prompt: option("tell"), Next: "tell"}, {Prompt: option("retry"), Next: "retry"},
			{Prompt: option("bye"), Next: ivr.HangUp}, {Prompt: option("pound"), Key: "#", Next: "enter"},
		}, More: option("more"), First: option("first"), Back: "asking", GaveUp: "enter", Listing: true},
		speak("spanish", "enter", ivr.Spanish),
		ivr.Enter{At: "enter", Subflow: editing(), Given: map[ivr.Variable]string{what: "a-code"},
			On: map[ivr.Step]ivr.Step{"edited": "tell", "left": "transfer"}},
		ivr.Gather{At: "asking", Prompt: words("asking"), Digits: ivr.Range{Min: 1, Max: 10}, Into: entry,
			Next: "tell", Back: "transfer", GaveUp: "transfer"},
		ivr.Say{At: "tell", Prompt: ivr.Prompt{Name: "tell", EN: "{what} {entry}{time}", ES: "{what} {entry}{time}"}, Next: "retry"},
		ivr.Retry{At: "retry", Times: 3, Back: "start", GaveUp: ivr.HangUp},
		ivr.Transfer{At: "transfer", Prompt: words("transfer"), To: repair, CallerID: showing, Failed: "retry"},
	)
	flow.Variables = []ivr.Variable{entry, {Name: "time", Kind: ivr.Time}}
	return flow
}

func readableByTwilio(t *testing.T, engine *ivr.Engine, event ivr.Event) {
	t.Helper()
	document, err := engine.Turn(context.Background(), event)
	if err != nil {
		t.Fatalf("turn %d: %v", event.Turn, err)
	}
	if _, err := twiml.Parse(document); err != nil {
		t.Fatalf("turn %d: %v in:\n%s", event.Turn, err, document)
	}
}

// BenchmarkTurn measures a turn that takes an entry and asks again: claim, run, seal,
// commit, all in memory. A new call begins every 90 turns, in a new store.
func BenchmarkTurn(b *testing.B) {
	flow := counting(func(c *ivr.Call) { c.Fill(ivr.Variable{Name: "total", Kind: ivr.Count}, "1") })
	calls := &memory{}
	engine := newEngine(b, configOn(b, &hooked{
		begin: func(ctx context.Context, claim ivr.Claim, _ ivr.Store) (ivr.Begun, error) {
			return calls.Begin(ctx, claim)
		},
		commit: func(ctx context.Context, commit ivr.Commit, _ ivr.Store) error { return calls.Commit(ctx, commit) },
	}, flow))
	b.ReportAllocs()
	for turn := 0; b.Loop(); turn = (turn + 1) % 90 {
		if turn == 0 {
			calls = &memory{}
		}
		if _, err := engine.Turn(context.Background(), keyed(turn, "8265")); err != nil {
			b.Fatal(err)
		}
	}
}
