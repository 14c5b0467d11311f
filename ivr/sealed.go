package ivr

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// What is sealed is bound to its call and its use, so that nothing in the store can be
// put in the place of something else.
func stateOf(call string) []byte { return []byte("state of " + call) }

func answerOf(call string, turn int) []byte {
	return []byte("answer " + strconv.Itoa(turn) + " of " + call)
}

// seal packs a turn's effects for the store.
func (e *Engine) seal(c *Call, document []byte) (Commit, error) {
	encoded, err := c.state.encode()
	if err != nil {
		return Commit{}, fmt.Errorf("encode call state: %w", err)
	}
	state, err := e.keys.Seal(e.random, encoded, stateOf(c.SID))
	if err != nil {
		return Commit{}, fmt.Errorf("seal call state: %w", err)
	}
	answer, err := e.keys.Seal(e.random, document, answerOf(c.SID, c.Turn))
	if err != nil {
		return Commit{}, fmt.Errorf("seal answer: %w", err)
	}
	return Commit{Call: c.SID, Turn: c.Turn, State: state, Answer: answer}, nil
}

// openState returns a call's state, and whether there is one that can be read. One that
// can't be is logged: it is damaged, or its key is gone. The error is errNewer.
func (e *Engine) openState(call string, sealed []byte) (state, bool, error) {
	if sealed == nil {
		return state{}, false, nil
	}
	encoded, err := e.keys.Open(sealed, stateOf(call))
	var s state
	if err == nil {
		s, err = decodeState(encoded)
	}
	switch {
	case errors.Is(err, errNewer):
		return state{}, false, err
	case err != nil:
		e.log.Error("the call's state can't be read", slog.String("call", call), slog.Any("cause", err))
	}
	return s, err == nil, nil
}

// openAnswer returns the answer that a turn was given before.
func (e *Engine) openAnswer(call string, begun Begun) ([]byte, error) {
	document, err := e.keys.Open(begun.Answer, answerOf(call, begun.Turn))
	if err != nil {
		return nil, fmt.Errorf("open answer of turn %d: %w", begun.Turn, err)
	}
	return document, nil
}

// holder makes a name for a claim that is never used twice.
func (e *Engine) holder() (string, error) {
	var random [16]byte
	if _, err := io.ReadFull(e.random, random[:]); err != nil {
		return "", fmt.Errorf("name a claim: %w", err)
	}
	return hex.EncodeToString(random[:]), nil
}
