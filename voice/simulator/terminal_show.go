package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
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
		return s.pass(ctx, event.Length, false)
	case Transferred:
		s.recorder.hear(inWords(event))
		s.screen.line("(" + inWords(event) + ")")
	case Gathering:
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
func (s *session) answer(ctx context.Context, asked Gathering) error {
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

// Wait is a telephone that waits to be rung at a number, and can be answered with Enter or
// any key; h and Ctrl-C refuse the call. It takes call after call, until h or Ctrl-C is
// pressed while nobody calls, the input ends, or the context is done. It fails as Run does.
// With a [VirtualClock] a telephone rings until it is answered.
func (t *Terminal) Wait(ctx context.Context, number string) error {
	over := make(chan struct{})
	defer close(over)
	s := t.session(over)
	for {
		s.screen.line("Waiting for calls to " + number + "; h ends.")
		err := s.serve(ctx, t.Exchange, number)
		if errors.Is(err, errHungUp) {
			err = nil
		} else if err == nil && s.screen.err == nil && s.recorder.err == nil {
			continue
		}
		return errors.Join(err, s.screen.err, s.recorder.err)
	}
}

// serve takes one call. errHungUp: the person wants no more.
func (s *session) serve(ctx context.Context, exchange *Exchange, number string) error {
	rings, err := s.await(ctx, exchange, number)
	if err != nil {
		return err
	}
	s.screen.line("Ringing: from " + grouped(rings.From) + "; press Enter or a key to answer, h to refuse.")
	answered, err := s.pickUp(ctx, rings)
	if err != nil || !answered {
		return err
	}
	s.recorder.rung("answer", grouped(rings.To))
	s.call, s.burst, s.language = rings.Answer(ctx, Human), nil, ""
	return s.talk(ctx)
}

// await waits until the number rings.
func (s *session) await(ctx context.Context, exchange *Exchange, number string) (*Ringing, error) {
	for {
		rings, changed := exchange.takeRinging(international(compact(number)))
		if rings != nil {
			return rings, nil
		}
		select {
		case <-changed:
		case burst, more := <-s.keys:
			if !more || slices.Contains(burst, hangUpKey) {
				return nil, errHungUp
			}
		case <-ctx.Done():
			return nil, errHungUp
		}
	}
}

// pickUp waits for the person. It is false if the call was not answered.
func (s *session) pickUp(ctx context.Context, rings *Ringing) (bool, error) {
	select {
	case <-rings.Over():
		s.screen.line("It rings no more.")
		return false, nil
	case burst, more := <-s.keys:
		switch {
		case !more:
			return false, errHungUp
		case slices.Contains(burst, hangUpKey):
			rings.RefuseBusy(ctx)
			s.recorder.rung("busy", grouped(rings.To))
			s.screen.line("You refused the call.")
			return false, nil
		}
		return true, nil
	case <-ctx.Done():
		return false, errHungUp
	}
}

// screenWidth is where lines are broken, in characters.
const screenWidth = 72

// screen is what the terminal phone shows. The first error stays in err.
type screen struct {
	out    io.Writer
	raw    bool // the line feed does not return the carriage
	column int
	err    error
}

func (s *screen) echo(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.out, text)
	}
	s.column += utf8.RuneCountInString(text)
}

// newLine begins a line, unless one has just begun.
func (s *screen) newLine() {
	if s.column > 0 {
		s.lineFeed()
	}
}

func (s *screen) lineFeed() {
	feed := "\n"
	if s.raw {
		feed = "\r\n"
	}
	s.echo(feed)
	s.column = 0
}

// word adds a word to the line, or to a new one where it does not fit.
func (s *screen) word(word string) {
	if s.column > 0 && s.column+1+utf8.RuneCountInString(word) > screenWidth {
		s.lineFeed()
	}
	if s.column > 0 {
		word = " " + word
	}
	s.echo(word)
}

// line shows a text on a line of its own.
func (s *screen) line(text string) {
	s.newLine()
	s.echo(text)
	s.lineFeed()
}

// dim shows a text on a line of its own, faint on a terminal.
func (s *screen) dim(text string) {
	if s.raw {
		text = "\x1b[2m" + text + "\x1b[0m"
	}
	s.line(text)
}
