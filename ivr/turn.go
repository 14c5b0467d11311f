package ivr

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"updatecenter/internal/durability"
)

// maxLines is how many lines one turn may run: a loop without a question is a mistake.
const maxLines = 50

// maxTurns is how many turns a call may have. It bounds what a call costs; a customer who
// fills every list of a line in one call, at three turns a number, takes less.
const maxTurns = 400

var (
	errEndless = errors.New("the flow runs in a circle")
	errTooLong = errors.New("the call has too many turns")
)

// turn is one turn under way.
type turn struct {
	engine *Engine
	call   *Call
	answer answer
	may    Prompt            // of the last line that may have changed something
	doubt  *durability.Doubt // about what was changed
	unsure bool              // Notices.Unsure was said
	failed bool              // the answer is an apology
}

func (t *turn) flow() *Flow { return t.engine.flow }

// run goes on from a step until a line waits for the caller or the call ends.
func (t *turn) run(ctx context.Context, step Step) error {
	for range maxLines {
		if step == HangUp {
			t.sayUnsure()
			t.call.state.Step = HangUp
			t.answer.hangUp()
			return nil
		}
		line, written := t.engine.lines[step]
		if !written {
			return fmt.Errorf("step %q is not written", step)
		}
		if _, asks := line.(listener); asks {
			t.sayUnsure()
		}
		next, err := line.enter(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		if _, says := line.(Say); says {
			t.sayUnsure()
		}
		if next == here {
			t.call.state.Step = step
			return nil
		}
		step = next
	}
	return errEndless
}

// sayUnsure says once, to its end, that a change of this turn may not last.
func (t *turn) sayUnsure() {
	unsure := t.flow().Notices.Unsure
	if t.unsure || !t.doubt.Any() || unsure == (Prompt{}) {
		return
	}
	t.unsure = true
	t.say(unsure)
	t.answer.protect()
}

// leave notes an exit as taken.
func (t *turn) leave(from Step, name string, to Step) Step {
	t.engine.took(Exit{from, name, to})
	return to
}

// help leaves for the flow's help, out of all subflows, which are kept for a [Resume].
func (t *turn) help(from Step) Step {
	t.call.asked = asked{at: from, stack: t.call.state.Stack}
	t.call.state.Stack = nil
	return t.leave(from, help, t.flow().Help)
}

// askAgain says what was wrong, and repeats the question or, after so many tries, gives it up.
func (t *turn) askAgain(at, giveUp Step, tries int, problem Prompt, repeat func()) Step {
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

// nextTurn is where Twilio posts what comes of a question. It has what the apology needs that is
// due when the call's state can't be reached: the language, and what may have been changed.
func (t *turn) nextTurn(at Step) string {
	next, before := t.engine.turns+strconv.Itoa(t.call.Turn+1), "?"
	if l := t.call.Language(); l != "" {
		next, before = next+"?lang="+string(l), "&"
	}
	if may, changes := t.engine.mays[at]; changes {
		next += before + "may=" + url.QueryEscape(may.Name)
	}
	return next
}
