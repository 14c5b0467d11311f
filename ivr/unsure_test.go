package ivr_test

import (
	"context"
	"testing"

	"updatecenter/internal/durability"
	"updatecenter/ivr"
)

// TestCallersHearOfDoubt holds that a change which may not last is told once, after what was done or
// before the next question, and to its end; and that a replay tells the same.
func TestCallersHearOfDoubt(t *testing.T) {
	doubtful := func(at, next ivr.Step) ivr.Work[outcome] {
		return ivr.Work[outcome]{At: at, On: ivr.On[outcome]{done: next},
			Run: func(ctx context.Context, _ *ivr.Call) (outcome, error) {
				durability.Tell(ctx)
				return done, nil
			}}
	}
	entry := ivr.Blank{Name: "entry", Kind: ivr.Secret}
	ask := ivr.Ask{At: "ask", Prompt: words("ask"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry, Heard: "good", Back: "bye", GaveUp: "bye"}
	flow := flowOf(
		speak("start", "ask", ivr.English), ask,
		doubtful("good", "said"), say("said", "more"), doubtful("more", "also"), say("also", "bare"),
		ivr.Ask{At: "bare", Prompt: words("bare"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry, Heard: "once-more", Back: "bye", GaveUp: "bye"},
		doubtful("once-more", "last"), ivr.Ask{At: "last", Prompt: words("last"), Digits: ivr.Range{Min: 1, Max: 4}, Into: entry, Heard: "end", Back: "bye", GaveUp: "bye"},
		doubtful("end", ivr.HangUp), say("bye", ivr.HangUp),
	)
	flow.Notices.Unsure = words("unsure")
	c := dialEngine(t, newEngine(t, configOf(t, flow)), "gather 0 # -> 1?lang=en", "  en: ask in English.")
	for range 2 {
		c.press("1", "en: said in English.", "en: unsure in English.", "gather 0 # -> 2?lang=en", "  en: also in English.", "  en: bare in English.")
		c.turn--
	}
	c.turn++
	c.press("1", "en: unsure in English.", "gather 0 # -> 3?lang=en", "  en: last in English.")
	c.press("1", "en: unsure in English.", "hang up")
}
