package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/repair"
	"updatecenter/internal/sse"
)

// followCall tells a page how the call of a validation goes, by server-sent events (WHATWG HTML,
// section 9.2): each is a JSON object with words and next; the last one is named "over".
func (c *Console) followCall(v *visit) error {
	validation, err := c.own(v)
	if err != nil {
		return err
	}
	if v.r.Method == http.MethodHead || !sse.Wanted(v.r.Header) {
		return refusing(http.StatusNotAcceptable, "This is no page", "It is what the page of a call follows.")
	}
	agent := v.session.Agent.ID
	if !c.streams.enter(agent) {
		return refusing(http.StatusServiceUnavailable, "Too many calls are followed at this moment",
			"Close other pages of calls, or refresh the page from time to time.")
	}
	defer c.streams.leave(agent)
	opened, err := sse.Open(v.w, maxStream, c.config.Now())
	if err == nil {
		err = c.tellCall(v, &stream{Stream: opened}, validation)
	}
	if err != nil && v.ctx().Err() == nil { // the page can be refreshed
		c.config.Log.LogAttrs(v.ctx(), slog.LevelWarn, "stream of a call broke off", slog.Any("cause", err))
	}
	return nil
}

// stillSignedIn says whether the session goes on, and leaves it as it is: a page that only follows
// a call keeps no session alive. A store that does not answer ends the stream.
func (c *Console) stillSignedIn(v *visit) bool {
	ctx, cancel := context.WithTimeout(v.ctx(), lookWithin)
	defer cancel()
	session, err := c.config.SignIn.Look(ctx, v.token)
	return err == nil && !session.SetUp
}

// Bounds of streams that are open at once: each looks at the store every lookEvery.
const (
	maxStreams      = 500
	maxAgentStreams = 5 // of one agent: a customer is on the line in one window, or two
)

// openStreams counts the streams that are open. The zero value has none.
type openStreams struct {
	mu  sync.Mutex
	all int
	of  map[agents.ID]int
}

// enter counts one more of an agent, unless there are too many.
func (o *openStreams) enter(agent agents.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all >= maxStreams || o.of[agent] >= maxAgentStreams {
		return false
	}
	if o.of == nil {
		o.of = map[agents.ID]int{}
	}
	o.all++
	o.of[agent]++
	return true
}

// leave undoes an enter that said true.
func (o *openStreams) leave(agent agents.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all--
	if o.of[agent]--; o.of[agent] == 0 {
		delete(o.of, agent)
	}
}

// The pace and the bounds of a stream of events.
const (
	lookEvery = 500 * time.Millisecond // a person who watches takes this for at once
	// sessionEvery is how often the session is looked at. With a look at the call before, and both
	// taking lookWithin, the stream of a session that has ended goes on for 4.5 seconds at most.
	sessionEvery = 2 * time.Second
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

// tellCall tells what changes until the call is over, the session ends, the server stops, or maxStream
// has passed. The error is why it could not go on. A store that does not answer is asked again at the next look.
func (c *Console) tellCall(v *visit, s *stream, validation repair.Validation) error {
	began := c.config.Now()
	checked := began
	for {
		now := c.config.Now()
		if over(validation, now) {
			return s.send("over", tell(validation), now)
		}
		if err := s.send("", tell(validation), now); err != nil {
			return err
		}
		if now.Sub(began) >= maxStream || sse.Stops(c.config.Stopping) {
			return nil
		}
		if err := c.config.Wait(v.ctx(), lookEvery); err != nil {
			return err
		}
		if now.Sub(checked) >= sessionEvery {
			checked = now
			if !c.stillSignedIn(v) {
				return nil
			}
		}
		ctx, cancel := context.WithTimeout(v.ctx(), lookWithin)
		latest, err := c.config.Desk.Validation(ctx, v.who(), validation.ID)
		cancel()
		switch {
		case err == nil:
			validation = latest
		case errors.Is(err, repair.ErrNotFound):
			return nil // its time is up
		case v.ctx().Err() != nil:
			return err
		}
	}
}

// over says whether a call has ended, and for so long that no word more is expected.
func over(v repair.Validation, now time.Time) bool {
	return v.Status != repair.Waiting || !now.Before(v.Until) || v.Call.Settled(now)
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
