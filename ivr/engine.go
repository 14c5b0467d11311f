package ivr

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/secret"
	"updatecenter/twiml"
)

// Config is what an engine needs.
type Config struct {
	Flow   *Flow
	Store  Store
	Keys   secret.Keyring   // seal states and answers
	Random io.Reader        // nil: crypto/rand; else safe for many goroutines
	Now    func() time.Time // by which claims run out and calls are forgotten
	Times  Times            // zero: DefaultTimes
	// TurnURL is where turns are posted, absolute: the number of the turn is appended to it.
	TurnURL string
	// Recording returns where a recording of a prompt in a language is served, or
	// nothing if it is to be spoken; nil: all are spoken.
	Recording func(prompt string, l Language) string
	// Voices are those of the languages, which [ParseVoice] gives; one that is left out: that of DefaultVoices.
	Voices map[Language]twiml.Voice
	// Speed is how fast they speak, in percent of their own pace, MinSpeed to MaxSpeed; 0: 100.
	Speed int
	// OnExit is called for every exit that a call takes, from many goroutines at once; nil: nothing is.
	OnExit func(Exit)
	Log    *slog.Logger // never told what a caller keyed
	// Withdraw is for calls of which it is looked up later what was said: an answer that is stored must be the one
	// that was given. It takes back the answer of a claim that may be stored although the caller should hear
	// [Engine.Apology], and must not wait for that. The apology for a turn that failed is given and not stored
	// then: the turn is run again if it is posted again. nil: for other calls.
	Withdraw func(Claim)
}

// Engine answers the turns of calls by a flow. It has no state of its own.
type Engine struct {
	config    Config
	nodes     map[Step]Node
	variables map[string]Variable
	phrases   map[string]Prompt
	choices   map[string][]Prompt
	mays      map[Step]Prompt
	apologies map[apology][]byte
}

// New returns an engine, or what is wrong with its flow.
func New(c Config) (*Engine, error) {
	if err := c.Flow.Check(); err != nil {
		return nil, fmt.Errorf("check flow %s: %w", c.Flow.Name, err)
	}
	if c.Times == (Times{}) {
		c.Times = DefaultTimes
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Recording == nil {
		c.Recording = func(string, Language) string { return "" }
	}
	if c.OnExit == nil {
		c.OnExit = func(Exit) {}
	}
	if err := c.fillVoices(); err != nil {
		return nil, err
	}
	e := &Engine{
		config: c, nodes: c.Flow.index(), variables: c.Flow.variables(), phrases: c.Flow.phrases(), choices: c.Flow.choices(),
	}
	e.mays, _ = c.Flow.mays() // Check has looked at the error
	return e, e.prepareApologies()
}

const (
	pollEvery = 20 * time.Millisecond // for the answer of a turn that another one has
	lifetime  = time.Hour             // of a call without a turn
)

// Event is a webhook that begins a call or goes on with it.
type Event struct {
	Call      string // the CallSid
	Turn      int    // 0: the incoming call
	Caller    Caller
	Reference string   // what a call is about from its beginning, such as one that we made; only used when the call is unknown
	Language  Language // as the turn's URL has it; only used when the call is unknown
	Input     Input
	// Look: what the caller did is not known. The turn's answer is looked for, and not made.
	Look bool
}

// ErrNoAnswer says that a turn was looked for that has no answer.
var ErrNoAnswer = errors.New("the turn has no answer")

// Turn returns the answer to a webhook, the same however often it is delivered: a whole
// document, at most 64 kB. It takes as long as [Times] says. An error means that the call's state
// could not be reached, claimed or stored, or is [ErrNoAnswer]: the turn can be tried again, and the
// caller should hear [Engine.Apology].
func (e *Engine) Turn(ctx context.Context, event Event) ([]byte, error) {
	answer, err := e.turn(ctx, event, e.config.Times.Turn)
	if err == nil || errors.Is(err, ErrNoAnswer) {
		return answer, err
	}
	// A commit can have been carried out whose confirmation came too late, or not at all, and
	// another server can have taken over while this one was stopped.
	event.Look = true
	if answer, none := e.turn(ctx, event, e.config.Times.Look); none == nil {
		return answer, nil
	}
	if doubt, ok := errors.AsType[inDoubt](err); ok && e.config.Withdraw != nil {
		e.config.Withdraw(doubt.claim)
	}
	return nil, err
}

// inDoubt is the error of a commit that failed, and may have been carried out.
type inDoubt struct {
	claim Claim
	error
}

func (d inDoubt) Unwrap() error { return d.error }

// turn answers a webhook within a time, with the wait for others that are at it.
func (e *Engine) turn(ctx context.Context, event Event, within time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for first := event.Turn == 0 && !event.Look; ; first = false {
		answer, err := e.try(ctx, event, first)
		if !errors.Is(err, errBusy) && !errors.Is(err, ErrOvertaken) {
			return answer, err
		}
		if first {
			continue
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for turn %d: %w", event.Turn, ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}

// errBusy says that another one is answering the turn.
var errBusy = errors.New("the turn is being answered")

// try claims the turn once and answers it if it is ours, or already answered. Nothing can be stored of a
// call that begins but by another delivery of the same webhook, so its commit claims the first turn as
// well: callers are greeted one round trip earlier. It is overtaken when there is something.
func (e *Engine) try(ctx context.Context, event Event, first bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, e.config.Times.Own)
	defer cancel()
	claim, err := e.claim(event)
	if err != nil {
		return nil, err
	}
	if first {
		return e.answer(ctx, event, claim, Begun{})
	}
	begun, err := e.config.Store.Begin(ctx, claim)
	if err != nil {
		return nil, fmt.Errorf("begin turn %d: %w", event.Turn, err)
	}
	switch begun.Status {
	case InProgress:
		return nil, errBusy
	case Answered:
		return e.openAnswer(event.Call, begun)
	case Claimed:
		return e.answer(ctx, event, claim, begun)
	case Unanswered:
		return nil, ErrNoAnswer
	}
	return nil, fmt.Errorf("begin turn %d: status %d", event.Turn, begun.Status)
}

// claim is the wish to answer a turn, under a name that is never used twice, or to look for its answer.
func (e *Engine) claim(event Event) (Claim, error) {
	claim := Claim{Call: event.Call, Turn: event.Turn, Now: e.config.Now()}
	if event.Look {
		return claim, nil
	}
	var err error
	if claim.Holder, err = ids.Hex(e.config.Random, 16); err != nil {
		return Claim{}, fmt.Errorf("name a claim: %w", err)
	}
	claim.Until = claim.Now.Add(e.config.Times.Lease)
	return claim, nil
}

// answer runs the turn and commits it. One that was not begun is claimed by its commit.
func (e *Engine) answer(ctx context.Context, event Event, claim Claim, begun Begun) ([]byte, error) {
	t, err := e.carryOut(ctx, event, begun.State)
	if err != nil {
		return nil, fmt.Errorf("carry out turn %d: %w", event.Turn, err)
	}
	document := e.write(t)
	if t.failed && e.config.Withdraw != nil {
		return document, nil
	}
	commit, err := e.seal(t.call, document, begun.Old)
	if err != nil {
		return nil, err
	}
	commit.First = begun.Status != Claimed
	commit.Holder, commit.Now, commit.Expires = claim.Holder, claim.Now, claim.Now.Add(lifetime)
	if err := e.config.Store.Commit(ctx, commit); err != nil {
		return nil, inDoubt{claim, fmt.Errorf("commit turn %d: %w", event.Turn, err)}
	}
	return document, nil
}

// Times bound how long a turn takes. Twilio waits 15 s for an answer, and callers wait in silence.
type Times struct {
	Own    time.Duration // to begin, run and commit a turn, or to give its stored answer
	Commit time.Duration // of Own: kept for the commit, so that an apology of the flow's can be stored
	Look   time.Duration // after a failure: to look once more for the turn's stored answer
	Lease  time.Duration // of a claim, after which its holder is taken for dead; longer than Own
	Turn   time.Duration // for a turn with waits for the claims of others, without Look; longer than Lease and Own
}

// DefaultTimes are for a [Store] whose operations take a second at most: an apology is heard within
// Own and Look, and whoever takes over from a server that has died waits for Lease at most.
var DefaultTimes = Times{
	Own:    2400 * time.Millisecond,
	Commit: 400 * time.Millisecond,
	Look:   400 * time.Millisecond,
	Lease:  3 * time.Second,
	Turn:   8 * time.Second,
}

// Slower returns the times for a store that may take so many times as long.
func (t Times) Slower(times time.Duration) Times {
	return Times{Own: t.Own * times, Commit: t.Commit * times, Look: t.Look * times, Lease: t.Lease * times, Turn: t.Turn * times}
}

// Resume leads back from the flow's help to the question at which the caller pressed 0, within
// the subflows that were under way. No node before it may wait for the caller. It belongs to
// the flow itself.
type Resume struct{ At Step }

func (r Resume) step() Step        { return r.At }
func (r Resume) exits() []Exit     { return nil }
func (r Resume) prompts() []Prompt { return nil }

// errNotWaiting says that there is nothing to resume: nobody has asked for help in this turn.
var errNotWaiting = errors.New("there is no question to resume")

func (r Resume) enter(_ context.Context, t *turn) (Step, error) {
	if t.call.question.at == "" {
		return here, errNotWaiting
	}
	t.call.state.Stack = t.call.question.stack
	if _, menu := t.engine.nodes[t.call.question.at].(Menu); menu { // who asked for help hears it in full
		delete(t.call.state.Visits, t.call.question.at)
	}
	return t.call.question.at, nil
}

func (r Resume) symbol(text string) string { return "([" + text + "])" }
