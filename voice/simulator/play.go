package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"updatecenter/internal/secret"
)

// A World is what a script can change around the application, where both run in one
// process.
type World interface {
	// Advance moves the application's clock on.
	Advance(d time.Duration)
	// RedisDown makes the store unreachable.
	RedisDown()
	// RedisUp makes it reachable again, with all it held.
	RedisUp()
}

// ErrNoWorld is a line of a script that works only in the application's own process.
var ErrNoWorld = errors.New("can be played only in the application's own process")

// Result is what came of a script.
type Result struct {
	Script     string          // its name
	Err        error           // nil: it passed; a [*Failure], or the context's error
	Transcript Transcript      // as far as it came
	Calls      int             // that were begun
	Turns      []time.Duration // of all calls, as [Call.Turns]
	Problems   []error         // of all calls, as [Call.Problems]
	FellBack   []error         // those of the problems for which the fallback was asked instead
}

// Failed is why a script counts as failed against a server, or nil: one that names no words
// to hear is no success if what it heard was the fallback's apology, or the exchange's own.
func (r Result) Failed() error {
	if r.Err == nil && len(r.FellBack) > 0 {
		return fmt.Errorf("%s: %w", r.Script, r.FellBack[0])
	}
	return r.Err
}

// Failure is a line of a script that did not go as written. Its text quotes no keys of
// the script.
type Failure struct {
	File     string
	Line     int
	Expected string
	Heard    string // since the last key; empty: nothing
	Err      error  // beneath; may be nil
}

// Error tells file, line, what was expected and what was heard.
func (f *Failure) Error() string {
	text := fmt.Sprintf("%s:%d: expected %s", f.File, f.Line, f.Expected)
	if f.Err != nil {
		text += fmt.Sprintf(": %v", f.Err)
	}
	if f.Heard == "" {
		return text + "; heard nothing"
	}
	return text + fmt.Sprintf("; heard %q", f.Heard)
}

// Unwrap is the error beneath, if there is one.
func (f *Failure) Unwrap() error { return f.Err }

// Play plays a script on the exchange. world may be nil; then the lines advance and redis
// fail with [ErrNoWorld]. A call that is still up at the end is hung up. Time passes on
// the exchange's clock: give it a [VirtualClock] unless someone shall wait.
func Play(ctx context.Context, exchange *Exchange, script Script, world World) Result {
	p := &player{exchange: exchange, world: world}
	p.result.Script = script.Name
	for _, line := range script.lines {
		p.present = line
		if err := line.do.play(p, ctx); err != nil {
			p.result.Err = p.failure(err)
			break
		}
	}
	p.finishCall(ctx)
	return p.result
}

// An unmet expectation is why a step fails.
type unmet struct {
	expected string
	err      error // beneath; may be nil
}

func (u *unmet) Error() string { return "expected " + u.expected }

func expect(format string, args ...any) error {
	return &unmet{expected: fmt.Sprintf(format, args...)}
}

// player is a script being played.
type player struct {
	exchange *Exchange
	world    World
	present  scriptLine
	call     *Call   // nil: none yet
	lose     Loss    // of the first webhook of a call to come
	connects string  // how transfers end; empty: completed
	heard    []Event // since the last key or silence
	result   Result
}

func (p *player) failure(err error) error {
	failure := &Failure{
		File: p.result.Script, Line: p.present.number, Heard: heardWords(p.heard), Expected: "the call to go on", Err: err,
	}
	var u *unmet
	if errors.As(err, &u) {
		failure.Expected, failure.Err = u.expected, u.err
	}
	return failure
}

// line is the present line, of one that presses no keys.
func (p *player) line() string { return p.present.do.written.Reveal() }

// transcript is where the play is written down.
func (p *player) transcript() *Transcript { return &p.result.Transcript }

// begin takes up a call and hears its beginning.
func (p *player) begin(ctx context.Context, call *Call) error {
	p.call = call
	p.result.Calls++
	p.heard = nil
	call.ConnectAs(p.connects)
	call.Lose(p.lose)
	p.lose = Loss{}
	return p.listen(ctx)
}

// listen hears the call up to its next question or its end.
func (p *player) listen(ctx context.Context) error {
	events, err := p.call.Listen(ctx)
	p.heard = append(p.heard, events...)
	for _, event := range events {
		p.transcript().addEvent(event)
	}
	return err
}

// up is the call, if one is under way.
func (p *player) up() (*Call, error) {
	switch {
	case p.call == nil:
		return nil, expect("a call, which begins with dial or answer")
	case p.call.ended != nil:
		return nil, expect("a call under way, but %s", ending(*p.call.ended))
	}
	return p.call, nil
}

// free fails while a call is under way: the caller has one telephone.
func (p *player) free() error {
	if p.call != nil && p.call.ended == nil {
		return expect("the call before to be over: hang up first")
	}
	return nil
}

// finishCall hangs up, and adds the call to the result.
func (p *player) finishCall(ctx context.Context) {
	if p.call == nil {
		return
	}
	p.call.HangUp(ctx)
	p.result.Turns = append(p.result.Turns, p.call.turns...)
	p.result.Problems = append(p.result.Problems, p.call.problems...)
	p.result.FellBack = append(p.result.FellBack, p.call.fellBack...)
	p.call = nil
}

// A Transcript is a call as a conversation. Printed in any way but by Write it holds no keys.
type Transcript []Utterance

// An Utterance is one party's words or keys.
type Utterance struct {
	Speaker Speaker
	Words   string
	Keys    secret.Text // of the caller; zero: none
}

// Speaker is who says something in a transcript.
type Speaker string

// The speakers.
const (
	TheCaller Speaker = "Caller"
	TheCenter Speaker = "Center"   // the application
	TheLine   Speaker = "Exchange" // what happens to the call
)

func (t *Transcript) add(speaker Speaker, format string, args ...any) {
	*t = append(*t, Utterance{Speaker: speaker, Words: fmt.Sprintf(format, args...)})
}

func (t *Transcript) addKeys(words, keys string) {
	*t = append(*t, Utterance{Speaker: TheCaller, Words: words, Keys: secret.New(keys)})
}

// addEvent writes down what was heard.
func (t *Transcript) addEvent(event Event) {
	switch event := event.(type) {
	case Spoken:
		t.add(TheCenter, "%s", event.Words)
	case Played:
		t.add(TheCenter, "(plays %s)", recordingName(event.URL))
	case Transferred:
		t.add(TheLine, "%s", inWords(event))
	case Ended:
		t.add(TheLine, "%s", ending(event))
	}
}

// ending tells how a call ended.
func ending(event Ended) string {
	switch {
	case event.Failure != nil:
		return fmt.Sprintf("the exchange gave up: %v", event.Failure)
	case event.Status != "completed":
		return fmt.Sprintf("%s ended the call (%s)", event.By, event.Status)
	}
	return fmt.Sprintf("%s hung up", event.By)
}

// Write writes the transcript for a reader, a line for each utterance; keys as dots
// unless showKeys.
func (t Transcript) Write(w io.Writer, showKeys bool) error {
	for _, said := range t {
		line := said.Words
		if keys := said.Keys.Reveal(); keys != "" && showKeys {
			line += " " + keys
		} else if keys != "" {
			line += " " + strings.Repeat("•", len(keys))
		}
		if _, err := fmt.Fprintf(w, "%-9s %s\n", said.Speaker+":", line); err != nil {
			return fmt.Errorf("write transcript: %w", err)
		}
	}
	return nil
}
