package ivr

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"updatecenter/internal/durability"
)

// carryOut runs the turn's lines. An error of theirs leads to the flow's Sorry step, after
// what was said already; only a state that must be left alone is an error here.
func (e *Engine) carryOut(ctx context.Context, event Event, sealed []byte) (*turn, error) {
	end, _ := ctx.Deadline() // of Times.Own
	ctx, cancel := context.WithDeadline(ctx, end.Add(-e.times.Commit))
	defer cancel()
	state, known, err := e.openState(event.Call, sealed)
	if err != nil {
		return nil, err
	}
	ctx, doubt := durability.Watch(ctx)
	t := &turn{engine: e, doubt: doubt, call: &Call{
		SID: event.Call, Turn: event.Turn, Caller: event.Caller, About: event.About,
		given: e.flow.Given, state: state,
	}}
	if err := t.goOn(ctx, event, known); err != nil {
		e.log.Error("the turn failed", slog.String("call", event.Call),
			slog.Int("turn", event.Turn), slog.Any("cause", err))
		t.failed = true
		t.apologize(ctx)
	}
	if doubt.Any() {
		e.log.Warn("a change of the turn may not last", slog.String("call", event.Call), slog.Int("turn", event.Turn))
	}
	if t.call.state.Step == HangUp {
		t.call.state.Blanks = nil
	}
	return t, nil
}

// goOn takes in what the caller did, and runs on from there.
func (t *turn) goOn(ctx context.Context, event Event, known bool) error {
	if event.Turn >= maxTurns {
		return errTooLong
	}
	line, listens := t.engine.lines[t.call.state.Step].(listener)
	if !known || !listens {
		return t.start(ctx, event)
	}
	t.call.Caller, t.call.About = t.call.state.Caller, t.call.state.About
	if next := line.hear(t, event.Heard); next != here {
		return t.run(ctx, next)
	}
	return nil
}

// start begins the call, or begins it anew with a word of apology when it should have
// been under way: expired, or lost with its Redis.
func (t *turn) start(ctx context.Context, event Event) error {
	t.call.state = state{Caller: event.Caller, About: event.About}
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
		t.engine.log.Error("the apology failed", slog.String("call", t.call.SID), slog.Any("cause", err))
		t.call.state.Step = HangUp
		t.answer.hangUp()
	}
}

// write returns the turn's document. When it can't be written, say for a blank that was
// never filled, no retry would help: the apology takes its place, and ends the call.
func (e *Engine) write(t *turn) []byte {
	document, err := t.answer.encode()
	if err == nil {
		return document
	}
	e.log.Error("the answer can't be written", slog.String("call", t.call.SID),
		slog.Int("turn", t.call.Turn), slog.Any("cause", err))
	t.call.state.Step, t.call.state.Blanks, t.failed = HangUp, nil, true
	return e.Apology(t.call.Language(), t.may.Name)
}

// apology names a document that is prepared.
type apology struct {
	language Language // none: all
	may      string   // the name of a [Work.May], or none
}

// prepareApologies writes what is said when no state can be reached: for each language and for
// all, alone and after each thing that may have been changed.
func (e *Engine) prepareApologies() error {
	e.apologies = make(map[apology][]byte)
	for _, may := range append(slices.Collect(maps.Values(e.mays)), Prompt{}) {
		for _, l := range append(Languages[:], "") {
			t := &turn{engine: e, call: &Call{given: e.flow.Given, state: state{Language: l}}}
			t.say(may)
			t.say(e.flow.Notices.Apology)
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
