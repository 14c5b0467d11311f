package ivr_test

import (
	"context"
	"math"
	"testing"

	"updatecenter/ivr"
	"updatecenter/twiml"
)

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
