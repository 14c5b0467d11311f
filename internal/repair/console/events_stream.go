package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/repair"
	"updatecenter/internal/sse"
)

// The pace and the bounds of a stream of events.
const (
	lookEvery = 500 * time.Millisecond // a person who watches takes this for at once
	// sessionEvery is how often the session is looked at. With a look at the call before, and both
	// taking lookWithin, the stream of a session that has ended goes on for 4.5 seconds at most.
	sessionEvery = 2 * time.Second
	settlesIn    = 5 * time.Second  // what came of a call may be told more exactly for so long
	maxStream    = 10 * time.Minute // a code lasts no longer
	lookWithin   = time.Second      // each look at a store
)

// A told is what the page is told of a call: words, and what the agent does next. There is
// nothing secret in it.
type told struct {
	Words string `json:"words"`
	Next  string `json:"next"`
}

func tell(v repair.Validation) told {
	words, next := validationWords(v)
	return told{words, next}
}

// A stream tells one page of one call.
type stream struct {
	*sse.Stream
	last told
}

// A follow is what a stream looks at.
type follow struct {
	look     func(context.Context) (repair.Validation, error)
	signedIn func(context.Context) bool // without keeping the session alive
	now      func() time.Time
	wait     func(context.Context, time.Duration) error
	stopping <-chan struct{}
}

// run tells what changes until the call is over, the session ends, the server stops, or maxStream
// has passed. The error is why it could not go on.
func (f follow) run(ctx context.Context, s *stream, validation repair.Validation) error {
	began := f.now()
	checked := began
	for {
		now := f.now()
		if over(validation, now) {
			return s.send("over", tell(validation), now)
		}
		if err := s.send("", tell(validation), now); err != nil {
			return err
		}
		if now.Sub(began) >= maxStream || f.stops() {
			return nil
		}
		if err := f.wait(ctx, lookEvery); err != nil {
			return err
		}
		if now.Sub(checked) >= sessionEvery {
			checked = now
			if !f.signedIn(ctx) {
				return nil
			}
		}
		latest, err := f.latest(ctx)
		switch {
		case err == nil:
			validation = latest
		case errors.Is(err, repair.ErrNotFound):
			return nil // its time is up
		case ctx.Err() != nil:
			return err
		}
	}
}

// latest looks once; a store that does not answer is asked again at the next look.
func (f follow) latest(ctx context.Context) (repair.Validation, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return f.look(ctx)
}

func (f follow) stops() bool {
	select {
	case <-f.stopping: // nil: never
		return true
	default:
		return false
	}
}

// over says whether a call has ended, and for so long that no word more is expected.
func over(v repair.Validation, now time.Time) bool {
	if v.Status != repair.Waiting || !now.Before(v.Until) {
		return true
	}
	if !v.Call.Status.Final() {
		return false
	}
	for _, event := range v.Call.Events {
		if event.Status.Final() {
			return !now.Before(event.At.Add(settlesIn))
		}
	}
	return true
}

// send writes what the page has not been told and, from time to time, that nothing is new.
func (s *stream) send(name string, what told, now time.Time) error {
	if name == "" && what == s.last {
		return s.Beat(now)
	}
	data, err := json.Marshal(what) // which holds no line break
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	s.last = what
	text := fmt.Sprintf("data: %s\n\n", data)
	if name != "" {
		text = "event: " + name + "\n" + text
	}
	return s.Send(text, now)
}
