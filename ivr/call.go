package ivr

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"updatecenter/internal/secret"
)

// Caller is what is known of who calls. It is taken from the webhook that began the call.
type Caller struct {
	Number   string `json:"number,omitempty"` // E.164 of North America; empty: withheld or foreign
	From     string `json:"from,omitempty"`   // who calls, as given, for counts and records
	FromLine bool   `json:"line,omitempty"`   // the network vouches that Number is where the call comes from
	// Vouched says that the network vouches that the caller may use Number, from wherever the
	// call comes. States of calls that an older release wrote lack it: not vouched for.
	Vouched bool `json:"vouched,omitempty"`
	// AnsweredBy is who, or what, picked up a call that we made: one of the words of Twilio's
	// AnsweredBy, such as "human" or "machine_end_beep"; empty while nobody listens for that.
	AnsweredBy string `json:"answered_by,omitempty"`
}

// Input is what came of the wait for the caller.
type Input struct {
	Keys       string // 0-9 * #, without the finish key; empty: silence
	DialStatus string // of a Transfer: Twilio's DialCallStatus
}

// Call is a call under way, as [Action] sees it.
type Call struct {
	SID       string // Twilio's CallSid
	Turn      int    // the number of the webhook, from 0
	Caller    Caller
	Reference string // as in the [Event] that began the call
	given     map[Variable]string
	forTurn   map[string]secret.Text // by the names of variables, until the turn ends
	question  question               // for help in this turn
	state     state
}

// question is where a caller pressed 0.
type question struct {
	at    Step   // the question
	stack []Step // the Enter nodes that were under way
}

// state is what of a call is kept between its turns.
type state struct {
	Version   int               `json:"v"`
	Step      Step              `json:"step"` // the node that waits for the caller
	Language  Language          `json:"lang,omitempty"`
	Caller    Caller            `json:"caller"`
	Reference string            `json:"about,omitempty"`
	Tries     int               `json:"tries,omitempty"`  // failed ones at the present question
	Visits    map[Step]int      `json:"visits,omitempty"` // of questions, and of Retry nodes
	Stack     []Step            `json:"stack,omitempty"`  // the Enter nodes of the subflows under way, the innermost last
	Page      int               `json:"page,omitempty"`   // of the present menu, from 0
	Variables map[string]string `json:"blanks,omitempty"`
}

// stateVersion is raised when an older server could not go on from the state any more.
// Version 1 knew neither subflows nor pages of menus; it is still read.
const stateVersion = 2

func (s *state) encode() ([]byte, error) {
	s.Version = stateVersion
	return json.Marshal(s)
}

// errNewer says that a newer release has written the state: this one must leave it alone.
var errNewer = errors.New("the call state is of a newer release")

func decodeState(encoded []byte) (state, error) {
	var s state
	if err := json.Unmarshal(encoded, &s); err != nil {
		return state{}, fmt.Errorf("decode call state: %w", err)
	}
	if s.Version > stateVersion {
		return state{}, errNewer
	}
	if s.Version < 1 {
		return state{}, fmt.Errorf("call state has version %d", s.Version)
	}
	return s, nil
}

// visit counts a visit of a node and returns how many there were.
func (s *state) visit(at Step) int {
	if s.Visits == nil {
		s.Visits = make(map[Step]int)
	}
	s.Visits[at]++
	return s.Visits[at]
}

// Language is what the caller hears; empty while not chosen: then all are spoken.
func (c *Call) Language() Language { return c.state.Language }

// Speak sets the language from here on.
func (c *Call) Speak(l Language) { c.state.Language = l }

// Fill puts a value into a variable.
func (c *Call) Fill(v Variable, value string) {
	if c.state.Variables == nil {
		c.state.Variables = map[string]string{}
	}
	c.state.Variables[v.Name] = value
}

// FillForTurn puts a secret into a variable of kind [Spelled] or [Words], for the prompts of this turn
// alone: it never gets into the state of the call. What is spoken in a later turn must be filled
// again.
func (c *Call) FillForTurn(v Variable, value secret.Text) {
	if c.forTurn == nil {
		c.forTurn = map[string]secret.Text{}
	}
	c.forTurn[v.Name] = value
}

// spoken is what a prompt says in the place of a variable.
func (c *Call) spoken(v Variable) string {
	if value, filled := c.forTurn[v.Name]; filled && (v.Kind == Spelled || v.Kind == Words) {
		return value.Reveal()
	}
	return c.Text(v)
}

// Place is where the caller has pressed 0 in this turn, for the work of the flow's help: the
// outermost [Enter] node that was under way, or the question itself; empty: nobody has.
func (c *Call) Place() Step {
	if len(c.question.stack) > 0 {
		return c.question.stack[0]
	}
	return c.question.at
}

// FillPhrase puts one of the call's phrases into a variable of kind [Phrase]; the zero Prompt is
// silence.
func (c *Call) FillPhrase(v Variable, phrase Prompt) { c.Fill(v, phrase.Name) }

// Text returns the value of a variable that is no secret; empty when it was never filled.
func (c *Call) Text(v Variable) string {
	if v.Kind == Secret {
		return ""
	}
	if value, given := c.given[v]; given {
		return value
	}
	return c.state.Variables[v.Name]
}

// Int returns the value of a variable of kind [Count].
func (c *Call) Int(v Variable) (int64, error) {
	n, err := strconv.ParseInt(c.Text(v), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", v.Name, err)
	}
	return n, nil
}

// Secret returns the value of a secret variable.
func (c *Call) Secret(v Variable) secret.Text { return secret.New(c.state.Variables[v.Name]) }

// Erase empties variables, as a secret should not be kept longer than it is needed.
func (c *Call) Erase(variables ...Variable) {
	for _, v := range variables {
		delete(c.state.Variables, v.Name)
	}
}

// What is sealed is bound to its call and its use, so that nothing in the store can be
// put in the place of something else.
func stateOf(call string) []byte { return []byte("state of " + call) }

func answerOf(call string, turn int) []byte {
	return []byte("answer " + strconv.Itoa(turn) + " of " + call)
}

// seal makes a turn's effects ready for the store: packed, unless servers of the release before go on with
// the call (old).
func (e *Engine) seal(c *Call, document []byte, old bool) (Commit, error) {
	encoded, err := c.state.encode()
	if err != nil {
		return Commit{}, fmt.Errorf("encode call state: %w", err)
	}
	if !old {
		encoded, document = pack(encoded), pack(document)
	}
	state, err := e.config.Keys.Seal(e.config.Random, encoded, stateOf(c.SID))
	if err != nil {
		return Commit{}, fmt.Errorf("seal call state: %w", err)
	}
	answer, err := e.config.Keys.Seal(e.config.Random, document, answerOf(c.SID, c.Turn))
	if err != nil {
		return Commit{}, fmt.Errorf("seal answer: %w", err)
	}
	return Commit{Call: c.SID, Turn: c.Turn, Old: old, State: state, Answer: answer}, nil
}

// openState returns a call's state, and whether there is one that can be read. One that
// can't be is logged: it is damaged, or its key is gone. The error is errNewer.
func (e *Engine) openState(call string, sealed []byte) (state, bool, error) {
	if sealed == nil {
		return state{}, false, nil
	}
	encoded, err := e.config.Keys.Open(sealed, stateOf(call))
	var s state
	if err == nil {
		encoded, err = unpack(encoded)
	}
	if err == nil {
		s, err = decodeState(encoded)
	}
	switch {
	case errors.Is(err, errNewer):
		return state{}, false, err
	case err != nil:
		e.config.Log.Error("the call's state can't be read", slog.String("call", call), slog.Any("cause", err))
	}
	return s, err == nil, nil
}

// openAnswer returns the answer that a turn was given before.
func (e *Engine) openAnswer(call string, begun Begun) ([]byte, error) {
	document, err := e.config.Keys.Open(begun.Answer, answerOf(call, begun.Turn))
	if err == nil {
		document, err = unpack(document)
	}
	if err != nil {
		return nil, fmt.Errorf("open answer of turn %d: %w", begun.Turn, err)
	}
	return document, nil
}
