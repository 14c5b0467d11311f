package ivr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"updatecenter/internal/durability"
)

// maxNodes is how many nodes one turn may run: a loop without a question is a mistake.
const maxNodes = 50

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
	may    Prompt            // of the last node that may have changed something
	doubt  *durability.Doubt // about what was changed
	unsure bool              // Notices.Unsure was said
	failed bool              // the answer is an apology
}

func (t *turn) flow() *Flow { return t.engine.config.Flow }

// run goes on from a step until a node waits for the caller or the call ends.
func (t *turn) run(ctx context.Context, step Step) error {
	for range maxNodes {
		if step == HangUp {
			t.sayUnsure()
			t.call.state.Step = HangUp
			t.answer.hangUp()
			return nil
		}
		node, written := t.engine.nodes[step]
		if !written {
			return fmt.Errorf("step %q is not written", step)
		}
		if _, asks := node.(waiting); asks {
			t.sayUnsure()
		}
		next, err := node.enter(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		if _, says := node.(Say); says {
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
	t.engine.config.OnExit(Exit{from, name, to})
	return to
}

// help leaves for the flow's help, out of all subflows, which are kept for a [Resume].
func (t *turn) help(from Step) Step {
	t.call.question = question{at: from, stack: t.call.state.Stack}
	t.call.state.Stack = nil
	return t.leave(from, help, t.flow().Help)
}

// repeat says what was wrong, and repeats the question or, after so many tries, gives it up.
func (t *turn) repeat(at, giveUp Step, tries int, problem Prompt, repeat func()) Step {
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
	next, before := t.engine.config.TurnURL+strconv.Itoa(t.call.Turn+1), "?"
	if l := t.call.Language(); l != "" {
		next, before = next+"?lang="+string(l), "&"
	}
	if may, changes := t.engine.mays[at]; changes {
		next += before + "may=" + url.QueryEscape(may.Name)
	}
	return next
}

// carryOut runs the turn's nodes. An error of theirs leads to the flow's Sorry step, after
// what was said already; only a state that must be left alone is an error here.
func (e *Engine) carryOut(ctx context.Context, event Event, sealed []byte) (*turn, error) {
	end, _ := ctx.Deadline() // of Times.Own
	ctx, cancel := context.WithDeadline(ctx, end.Add(-e.config.Times.Commit))
	defer cancel()
	state, known, err := e.openState(event.Call, sealed)
	if err != nil {
		return nil, err
	}
	ctx, doubt := durability.Watch(ctx)
	t := &turn{engine: e, doubt: doubt, call: &Call{
		SID: event.Call, Turn: event.Turn, Caller: event.Caller, Reference: event.Reference,
		given: e.config.Flow.Given, state: state,
	}}
	if err := t.goOn(ctx, event, known); err != nil {
		e.config.Log.Error("the turn failed", slog.String("call", event.Call),
			slog.Int("turn", event.Turn), slog.Any("cause", err))
		t.failed = true
		t.apologize(ctx)
	}
	if doubt.Any() {
		e.config.Log.Warn("a change of the turn may not last", slog.String("call", event.Call), slog.Int("turn", event.Turn))
	}
	if t.call.state.Step == HangUp {
		t.call.state.Variables = nil
	}
	return t, nil
}

// goOn takes in what the caller did, and runs on from there.
func (t *turn) goOn(ctx context.Context, event Event, known bool) error {
	if event.Turn >= maxTurns {
		return errTooLong
	}
	node, listens := t.engine.nodes[t.call.state.Step].(waiting)
	if !known || !listens {
		return t.start(ctx, event)
	}
	t.call.Caller, t.call.Reference = t.call.state.Caller, t.call.state.Reference
	if next := node.receive(t, event.Input); next != here {
		return t.run(ctx, next)
	}
	return nil
}

// start begins the call, or begins it anew with a word of apology when it should have
// been under way: expired, or lost with its Redis.
func (t *turn) start(ctx context.Context, event Event) error {
	t.call.state = state{Caller: event.Caller, Reference: event.Reference}
	if event.Turn > 0 {
		t.call.Speak(event.Language)
		t.say(t.flow().Notices.StartOver)
	}
	return t.run(ctx, t.flow().Start)
}

// apologize ends the call by the flow's Sorry step, after what may have been changed.
func (t *turn) apologize(ctx context.Context) {
	t.say(t.may)
	if err := t.run(ctx, t.flow().Sorry); err != nil {
		t.engine.config.Log.Error("the apology failed", slog.String("call", t.call.SID), slog.Any("cause", err))
		t.call.state.Step = HangUp
		t.answer.hangUp()
	}
}

// write returns the turn's document. When it can't be written, say for a variable that was
// never filled, no retry would help: the apology takes its place, and ends the call.
func (e *Engine) write(t *turn) []byte {
	document, err := t.answer.encode()
	if err == nil {
		return document
	}
	e.config.Log.Error("the answer can't be written", slog.String("call", t.call.SID),
		slog.Int("turn", t.call.Turn), slog.Any("cause", err))
	t.call.state.Step, t.call.state.Variables, t.failed = HangUp, nil, true
	return e.Apology(t.call.Language(), t.may.Name)
}

// apology names a document that is prepared.
type apology struct {
	language Language // none: all
	may      string   // the name of an [Action.May], or none
}

// prepareApologies writes what is said when no state can be reached: for each language and for
// all, alone and after each thing that may have been changed.
func (e *Engine) prepareApologies() error {
	e.apologies = make(map[apology][]byte)
	for _, may := range append(slices.Collect(maps.Values(e.mays)), Prompt{}) {
		for _, l := range append(Languages[:], "") {
			t := &turn{engine: e, call: &Call{given: e.config.Flow.Given, state: state{Language: l}}}
			t.say(may)
			t.say(e.config.Flow.Notices.Apology)
			t.answer.hangUp()
			document, err := t.answer.encode()
			if err != nil {
				return err
			}
			e.apologies[apology{l, may.Name}] = document
		}
	}
	return nil
}

// Apology is a whole document that apologizes and ends the call. It needs no store. With
// no language, or one that isn't of [Languages], it is spoken in all. may is what the turn's URL
// has under that name: what the caller may have changed is said first. The caller of Apology must
// not change the document.
func (e *Engine) Apology(l Language, may string) []byte {
	l = ParseLanguage(string(l))
	if document, prepared := e.apologies[apology{l, may}]; prepared {
		return document
	}
	return e.apologies[apology{l, ""}]
}

// Retry leads back to a step a limited number of times in a call, or in its subflow since
// that was entered: the visit number Times gives up.
type Retry struct {
	At     Step
	Times  int
	Back   Step
	GaveUp Step
}

func (r Retry) step() Step { return r.At }

func (r Retry) exits() []Exit {
	return []Exit{{r.At, "again", r.Back}, {r.At, gaveUp, r.GaveUp}}
}

func (r Retry) prompts() []Prompt { return nil }

func (r Retry) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Action
	if t.call.state.visit(r.At) < r.Times {
		return t.leave(r.At, "again", r.Back), nil
	}
	return t.leave(r.At, gaveUp, r.GaveUp), nil
}

func (r Retry) symbol(text string) string { return "{" + text + "}" }
