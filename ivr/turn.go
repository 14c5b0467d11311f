package ivr

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"updatecenter/twiml"
)

// maxLines is how many lines one turn may run: a loop without a question is a mistake.
const maxLines = 50

// maxTurns is how many turns a call may have. It bounds what a call costs; the longest
// sensible one takes a third of it.
const maxTurns = 100

var (
	errEndless = errors.New("the flow runs in a circle")
	errTooLong = errors.New("the call has too many turns")
)

// turn is one turn under way.
type turn struct {
	engine *Engine
	call   *Call
	answer answer
}

func (t *turn) flow() *Flow { return t.engine.flow }

// run goes on from a step until a line waits for the caller or the call ends.
func (t *turn) run(ctx context.Context, step Step) error {
	for range maxLines {
		if step == HangUp {
			t.call.state.Step = HangUp
			t.answer.hangUp()
			return nil
		}
		line, written := t.engine.lines[step]
		if !written {
			return fmt.Errorf("step %q is not written", step)
		}
		next, err := line.enter(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		if next == here {
			t.call.state.Step = step
			return nil
		}
		step = next
	}
	return errEndless
}

// leave notes an exit as taken.
func (t *turn) leave(from Step, name string, to Step) Step {
	t.engine.took(Exit{from, name, to})
	return to
}

// askAgain says what was wrong, and repeats the question or gives it up.
func (t *turn) askAgain(at, giveUp Step, problem Prompt, repeat func()) Step {
	t.call.state.Tries++
	t.say(problem)
	if t.call.state.Tries >= tries {
		return t.leave(at, gaveUp, giveUp)
	}
	repeat()
	return here
}

// The patience with a caller, in seconds. Older and non-native callers need the longer one,
// and have it once they did not come along with the other.
const (
	patience     = 7
	morePatience = 10
)

func (t *turn) patience() int {
	if t.call.state.Tries > 0 {
		return morePatience
	}
	return patience
}

// nextTurn is where Twilio posts what comes of the question that is being asked. It has
// the language for the apology that is due when the call's state can't be reached.
func (t *turn) nextTurn() string {
	url := t.engine.turns + strconv.Itoa(t.call.Turn+1)
	if l := t.call.Language(); l != "" {
		url += "?lang=" + string(l)
	}
	return url
}

// say speaks a prompt in the caller's language, or in all while it is not chosen. A
// prompt that was left out is silence.
func (t *turn) say(p Prompt) {
	if p == (Prompt{}) {
		return
	}
	for _, l := range t.call.languages() {
		t.speak(l, t.engine.spoken(p, l, t.call.Text))
	}
}

// speak adds a prompt in a language, which is the caller's or one of all.
func (t *turn) speak(l Language, p twiml.Prompt) {
	if t.call.Language() == "" {
		t.answer.speakApart(l, p)
		return
	}
	t.answer.speak(p)
}

// offer speaks a menu's option with its key.
func (t *turn) offer(o Option, number int) {
	languages := t.call.languages()
	if o.In != "" {
		languages = []Language{o.In}
	}
	for _, l := range languages {
		t.speak(l, t.engine.spoken(o.Prompt, l, func(b Blank) string {
			if b == key {
				return keyNames[l][number]
			}
			return t.call.Text(b)
		}))
	}
}

// languages are those in which the call speaks.
func (c *Call) languages() []Language {
	if c.state.Language == "" {
		return Languages[:]
	}
	return []Language{c.state.Language}
}

// spoken turns a prompt into a recording, if there is one, or into speech.
func (e *Engine) spoken(p Prompt, l Language, value func(Blank) string) twiml.Prompt {
	if url := e.recording(p.Name, l); url != "" {
		return twiml.Play{URL: url}
	}
	say := twiml.Say{Voice: voices[l].name, Language: voices[l].tag}
	for _, part := range pieces(p.In(l)) {
		if part.blank == "" {
			say.Content = append(say.Content, twiml.Text(part.text))
			continue
		}
		b := e.blanks[part.blank]
		say.Content = append(say.Content, b.speak(value(b))...)
	}
	return say
}
