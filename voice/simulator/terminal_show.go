package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// show lets an event happen on the screen, at its pace.
func (s *session) show(ctx context.Context, event Event) error {
	switch event := event.(type) {
	case Spoken:
		return s.speak(ctx, event)
	case Played:
		name := recordingName(event.URL)
		s.recorder.hear(name)
		s.screen.line("(plays " + name + ")")
		return s.pass(ctx, recordingLength, event.Interruptible)
	case Paused:
		return s.pass(ctx, event.Length, event.Interruptible)
	case Transferred:
		s.recorder.hear(inWords(event))
		s.screen.line("(" + inWords(event) + ")")
	case Asked:
		return s.answer(ctx, event)
	}
	return nil
}

// speak shows words one by one, until a key cuts them short.
func (s *session) speak(ctx context.Context, said Spoken) error {
	s.screen.newLine()
	if said.Language != s.language {
		s.language = said.Language
		s.screen.word("[" + said.Language + "]")
	}
	for word := range strings.FieldsSeq(said.Words) {
		s.screen.word(word)
		s.recorder.hear(word)
		key, err := s.wait(ctx, readingPace, said.Interruptible)
		if err != nil {
			return err
		}
		if key != 0 {
			s.screen.word("—")
			return s.press(key)
		}
	}
	return nil
}

// pass lets time pass, until a key cuts it short.
func (s *session) pass(ctx context.Context, d time.Duration, interruptible bool) error {
	key, err := s.wait(ctx, d, interruptible)
	if err != nil || key == 0 {
		return err
	}
	return s.press(key)
}

// answer waits for a key, or for the end of the question.
func (s *session) answer(ctx context.Context, asked Asked) error {
	key, err := s.wait(ctx, asked.Timeout, true)
	switch {
	case err != nil:
		return err
	case key != 0:
		return s.press(key)
	case asked.Keyed == 0:
		s.recorder.silence()
		s.screen.line("(silence)")
	default:
		s.recorder.entered()
	}
	return endedEarly(s.call.Silence())
}

// endedEarly is errCutOff where a call was ended before the caller could do something in it.
func endedEarly(err error) error {
	if errors.Is(err, ErrOver) {
		return errCutOff
	}
	return err
}

// press presses a key, and shows it. What is left of a burst after the end of an entry comes too
// soon for the next question.
func (s *session) press(key byte) error {
	if !s.call.Entering() {
		s.screen.newLine()
		s.screen.word(">")
		s.screen.echo(" ")
	}
	if s.showKeys {
		s.screen.echo(string(key))
	} else {
		s.screen.echo("•")
	}
	if err := endedEarly(s.call.Press(key)); err != nil {
		return fmt.Errorf("press a key: %w", err)
	}
	s.recorder.press(key)
	if !s.call.Listening() {
		s.recorder.entered()
		s.screen.newLine()
		rest := s.burst
		s.burst = nil
		if !s.lose(rest) {
			return errHungUp
		}
	}
	return nil
}
