package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// readingPace is how long a spoken word stands alone on the screen.
const readingPace = 180 * time.Millisecond

// errHungUp is the caller putting the phone down.
var errHungUp = errors.New("the caller hung up")

// errCutOff is the application ending the call from outside, in the middle of anything.
var errCutOff = errors.New("the call was cut off")

// Terminal is a telephone for a person at a keyboard: 0-9, * and # are keys, h and
// Ctrl-C hang up, all else is ignored. Words appear as they are said. A key cuts a prompt
// short where the application lets it; where not, and while the application is being
// asked, keys are lost, as on a telephone, and so is the rest of what was pasted. The person
// is told so once in a call. When the input ends, the caller stays on the line in silence.
type Terminal struct {
	Exchange *Exchange // its clock paces the words
	In       io.Reader
	Out      io.Writer
	Raw      bool // Out needs CR LF; see RawMode
	ShowKeys bool // echo keys as they are; otherwise as dots
	// Record receives a call script of the call, or is nil. Every key stands in it in
	// the clear, PINs too: it belongs in a file of the caller's own (mode 0600).
	Record io.Writer
}

// RawMode lets keys of a terminal go out as they are pressed. restore puts the terminal
// back, and must be called. Where f is no terminal, raw is false and nothing changes.
func RawMode(f *os.File) (restore func() error, raw bool, err error) {
	descriptor := int(f.Fd())
	if !term.IsTerminal(descriptor) {
		return func() error { return nil }, false, nil
	}
	before, err := term.MakeRaw(descriptor)
	if err != nil {
		return nil, false, fmt.Errorf("switch terminal to raw mode: %w", err)
	}
	return func() error { return term.Restore(descriptor, before) }, true, nil
}

// Run dials, and returns when the call is over. A done context hangs up. It fails where
// Dial and Call.Next do, when the application had to be given up, and when Out or Record
// can't be written. One read of In may still be waiting when it returns.
func (t *Terminal) Run(ctx context.Context, to, from string, stir Attestation) error {
	over := make(chan struct{})
	defer close(over)
	s := t.session(over)
	s.screen.line(fmt.Sprintf("Dialing %s from %s. Keys 0-9 * #; h hangs up.", to, from))
	call, err := t.Exchange.Dial(ctx, to, from, stir)
	if err != nil {
		return err
	}
	s.call = call
	s.recorder.dialed(to, from, stir)
	err = s.talk(ctx)
	return errors.Join(err, s.screen.err, s.recorder.err)
}

// session is the telephone in use, until over is closed.
func (t *Terminal) session(over <-chan struct{}) *session {
	return &session{
		screen:   &screen{out: t.Out, raw: t.Raw},
		recorder: &recorder{out: t.Record},
		keys:     readKeys(t.In, over),
		clock:    t.Exchange.config.Clock,
		showKeys: t.ShowKeys,
	}
}

// session is a call at the keyboard.
type session struct {
	call     *Call
	screen   *screen
	recorder *recorder
	keys     <-chan []byte // nil after the end of the input
	burst    []byte        // pressed at once, and still to be heard
	lost     bool          // keys were, in this call
	told     bool          // the person knows
	clock    Clock
	showKeys bool
	language string // in which was spoken last
}

// talk takes the call from its beginning to its end.
func (s *session) talk(ctx context.Context) error {
	s.lost, s.told = false, false
	for {
		event, err := s.next(ctx)
		if s.lost && !s.told {
			s.told = true
			s.screen.dim("(Keys are lost that are pressed while nothing listens.)")
		}
		if err == nil {
			if ended, ok := event.(Ended); ok {
				return s.close(ended)
			}
			err = s.show(ctx, event)
		}
		switch {
		case errors.Is(err, errHungUp):
			s.call.HangUp(ctx)
			return s.close(Ended{By: Caller})
		case errors.Is(err, errCutOff):
			continue // the next event is the end
		case err != nil:
			return err
		}
	}
}

// close says how the call ended.
func (s *session) close(ended Ended) error {
	s.recorder.ended(ended)
	text := strings.ToUpper(string(ended.By[0])) + string(ended.By[1:]) + " hung up."
	switch {
	case ended.By == Caller:
		text = "You hung up."
	case ended.Failure != nil:
		text = "The exchange hung up, since the application failed."
	case ended.Status != "completed":
		text = "The call was not answered (" + ended.Status + ")."
	}
	s.screen.line(text)
	return ended.Failure
}

// next takes the next event. It can take as long as the application needs, so the keys
// are watched meanwhile; within a question they wait for what it says next.
func (s *session) next(ctx context.Context) (Event, error) {
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		event Event
		err   error
		done  = make(chan struct{})
		keys  = s.keys
	)
	if s.call.Listening() {
		keys = nil
	}
	go func() {
		event, err = s.call.Next(asking)
		close(done)
	}()
	for {
		select {
		case <-done:
			if ctx.Err() != nil {
				err = errHungUp
			}
			return event, err
		case burst, more := <-keys:
			if !more {
				keys, s.keys = nil, nil
			}
			if s.lose(burst) {
				continue
			}
			cancel()
			<-done
			return nil, errHungUp
		}
	}
}

// lose loses keys, as nothing listens. It is false if the caller hangs up.
func (s *session) lose(keys []byte) bool {
	for _, key := range keys {
		switch key {
		case hangUpKey:
			return false
		case answerKey: // there is nothing to answer
		default:
			s.lost = true
		}
	}
	return true
}

// wait lets time pass. Where listening, it ends early with a key; zero is none.
func (s *session) wait(ctx context.Context, d time.Duration, listening bool) (byte, error) {
	over := s.clock.After(d)
	for {
		for listening && len(s.burst) > 0 && s.burst[0] != hangUpKey {
			key := s.burst[0]
			s.burst = s.burst[1:]
			if key != answerKey {
				return key, nil
			}
		}
		if !s.lose(s.burst) {
			return 0, errHungUp
		}
		s.burst = nil
		select {
		case burst, more := <-s.keys:
			if s.burst = burst; !more {
				s.keys = nil
			}
		case <-over:
			return 0, nil
		case <-s.call.told():
			return 0, errCutOff
		case <-ctx.Done():
			return 0, errHungUp
		}
	}
}
