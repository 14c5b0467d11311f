package ivr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The names of exits that several nodes share.
const (
	gaveUp = "gave up"
	back   = "*"
	help   = "0"
)

// tries is how often a question is asked before it is given up, unless it says another number.
const tries = 3

// Range is how many digits an entry has.
type Range struct{ Min, Max int }

// Gather has the caller key digits into a variable, ended by # or by a pause. An entry of the
// right length goes on at Next; after three others, or three silences, at GaveUp.
type Gather struct {
	At     Step
	Once   Prompt // spoken before the question, the first time in a call or in its subflow; may be left out
	Prompt Prompt
	Digits Range // Min at least 1
	Zero   bool  // a single 0 is an answer here, such as midnight, and no call for help
	Into   Variable
	Next   Step
	Also   []Option // offered after the question: each has a Key of its own, from 1 to 9, which no entry is
	Back   Step     // after *
	GaveUp Step
	// Optional: to key nothing is an answer as well, and goes on at GaveUp at once. No notice is made of it.
	Optional bool
}

func (g Gather) step() Step        { return g.At }
func (g Gather) prompts() []Prompt { return append(written(g.Once, g.Prompt), g.keyed()...) }

// keyed are the prompts that name a key.
func (g Gather) keyed() []Prompt { return Menu{Options: g.Also}.keyed() }

func (g Gather) exits() []Exit {
	all := []Exit{{g.At, "heard", g.Next}, {g.At, back, g.Back}, {g.At, gaveUp, g.GaveUp}}
	for _, o := range g.Also {
		all = append(all, Exit{g.At, o.Prompt.Name, o.Next})
	}
	return all
}

func (g Gather) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Action
	t.call.state.Tries = 0
	if t.call.state.visit(g.At) == 1 {
		t.say(g.Once)
	}
	g.ask(t)
	return here, nil
}

func (g Gather) ask(t *turn) {
	t.say(g.Prompt)
	for _, o := range g.also(t.call) {
		t.offer(o)
	}
	g.await(t)
}

// also are the options that this call is offered.
func (g Gather) also(c *Call) []offered { return Menu{Options: g.Also}.page(c) }

// await sets no number of digits: # or a pause ends an entry, so whatever is keyed too
// many belongs to it and not to the next question.
func (g Gather) await(t *turn) {
	t.answer.gather(t.nextTurn(g.At), keypad{patience: t.patience()})
}

func (g Gather) receive(t *turn, input Input) Step {
	switch {
	case g.helps(input.Keys):
		return t.help(g.At)
	case input.Keys == back:
		return t.leave(g.At, back, g.Back)
	case g.Optional && input.Keys == "":
		return t.leave(g.At, gaveUp, g.GaveUp)
	}
	for _, o := range g.also(t.call) {
		if input.Keys == o.pressed {
			return t.leave(g.At, o.Prompt.Name, o.Next)
		}
	}
	if problem := g.problem(t.flow().Notices, input); problem != nil {
		return t.repeat(g.At, g.GaveUp, tries, *problem, func() { g.ask(t) })
	}
	t.call.Fill(g.Into, input.Keys)
	return t.leave(g.At, "heard", g.Next)
}

// helps says whether the keys ask for help: a hurried caller presses 0 more than once.
func (g Gather) helps(keys string) bool {
	if g.Zero {
		return false
	}
	return keys == help || keys != "" && len(keys) < g.Digits.Min && strings.Trim(keys, help) == ""
}

// problem returns what is wrong with an entry, or nil. A finish key alone is most often
// left over from the entry before, so it counts as silence.
func (g Gather) problem(n Notices, input Input) *Prompt {
	switch {
	case input.Keys == "":
		return &n.Silence
	case strings.Trim(input.Keys, "0123456789") != "":
		return &n.WrongKey
	case len(input.Keys) < g.Digits.Min:
		return &n.TooFew
	case len(input.Keys) > g.Digits.Max:
		return &n.TooMany
	}
	return nil
}

func (g Gather) symbol(text string) string { return "[/" + text + "/]" }

// Say speaks a prompt and goes on.
type Say struct {
	At     Step
	Prompt Prompt
	// Whole: a key doesn't cut it short. For the few words that must be heard.
	Whole bool
	Once  bool // it is spoken the first time alone, in a call or in its subflow
	Next  Step
}

func (s Say) step() Step        { return s.At }
func (s Say) exits() []Exit     { return []Exit{{s.At, "said", s.Next}} }
func (s Say) prompts() []Prompt { return []Prompt{s.Prompt} }

func (s Say) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Action
	if s.Once && t.call.state.visit(s.At) > 1 {
		return t.leave(s.At, "said", s.Next), nil
	}
	t.say(s.Prompt)
	if s.Whole {
		t.answer.protect()
	}
	return t.leave(s.At, "said", s.Next), nil
}

func (s Say) symbol(text string) string { return "(" + text + ")" }

// Outcome is the type of what an Action can come to: a string type with one constant for
// each outcome, so that the linter can hold the map of its exits to every one.
type Outcome interface{ ~string }

// On says where each outcome leads.
type On[O Outcome] map[O]Step

// Action runs domain code and goes on by its outcome. What a caller can hear of is an
// outcome; an error is our fault and leads to the flow's Sorry step.
//
// Run may be called again for the same turn of the same call, when a server died before
// the answer was stored: what it does elsewhere must then have no further effect.
type Action[O Outcome] struct {
	At  Step
	Run func(ctx context.Context, c *Call) (O, error)
	On  On[O]
	// May is said before an apology once Run has begun: what it changes may be in force, although
	// nobody can say so. Nothing: it changes nothing that a caller need know of.
	May Prompt
}

func (a Action[O]) step() Step { return a.At }

func (a Action[O]) exits() []Exit {
	all := make([]Exit, 0, len(a.On))
	for outcome, to := range a.On {
		all = append(all, Exit{a.At, string(outcome), to})
	}
	slices.SortFunc(all, func(x, y Exit) int { return strings.Compare(x.Name, y.Name) })
	return all
}

func (a Action[O]) prompts() []Prompt { return written(a.May) }
func (a Action[O]) may() Prompt       { return a.May }

func (a Action[O]) enter(ctx context.Context, t *turn) (Step, error) {
	if a.May != (Prompt{}) {
		t.may = a.May
	}
	outcome, err := a.Run(ctx, t.call)
	if err != nil {
		return here, err
	}
	next, known := a.On[outcome]
	if !known {
		return here, fmt.Errorf("outcome %q leads nowhere", string(outcome))
	}
	return t.leave(a.At, string(outcome), next), nil
}

func (a Action[O]) symbol(text string) string { return "{{" + text + "}}" }

// Transfer connects the caller with a telephone number. The call ends when the other
// party has hung up, and goes on at Failed when nobody could be reached.
type Transfer struct {
	At       Step
	Prompt   Prompt   // spoken before the number is dialed
	To       Variable // a Phone
	CallerID Variable // a Phone that Twilio lets us show to the other party: the account's, or the one that was called
	Failed   Step
}

func (x Transfer) step() Step        { return x.At }
func (x Transfer) prompts() []Prompt { return []Prompt{x.Prompt} }

func (x Transfer) exits() []Exit {
	return []Exit{{x.At, "connected", HangUp}, {x.At, "failed", x.Failed}}
}

func (x Transfer) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Action
	t.say(x.Prompt)
	t.answer.dial(t.nextTurn(x.At), t.call.Text(x.To), t.call.Text(x.CallerID))
	return here, nil
}

// receive reads DialCallStatus: https://www.twilio.com/docs/voice/twiml/dial
func (x Transfer) receive(t *turn, input Input) Step {
	if input.DialStatus == "completed" || input.DialStatus == "answered" {
		return t.leave(x.At, "connected", HangUp)
	}
	return t.leave(x.At, "failed", x.Failed)
}

func (x Transfer) symbol(text string) string { return ">" + text + "]" }

// A Variable is a place in the call's state that is filled while the call goes on, and that
// a prompt can name in braces: "Call {repair}."
type Variable struct {
	Name string
	Kind Kind
}

// Kind says what a variable holds and how it is spoken.
type Kind string

// The kinds of variables.
const (
	Digits Kind = "digits" // spoken digit by digit
	Phone  Kind = "phone"  // a telephone number in E.164, or the 3 or 6 digits that it begins with, spoken in groups
	Listed Kind = "listed" // the same as one of a list: at the pace of speech, with short pauses
	Count  Kind = "count"  // a whole number, spoken as such
	Secret Kind = "secret" // keyed by the caller; no prompt may name it
	Phrase Kind = "phrase" // the name of one of the call's phrases, which is spoken; empty: silence
	Time   Kind = "time"   // a time of day, "21:30", spoken by the twelve-hour clock, in Spanish with its article: "las 9:30 de la noche"

	Date Kind = "date" // a day, "2026-12-01", spoken with its weekday, in Spanish with its article: "el martes 1 de diciembre"

	// Spelled and Words can hold what must not be kept: see [Call.FillForTurn].
	Spelled Kind = "spelled" // digits and letters, spoken one by one, slowly
	Words   Kind = "words"   // a text in whatever language, spoken as it is
)

// key is the variable that the engine fills in the prompt of a menu's option.
var key = Variable{Name: "key", Kind: Count}

// A changer is a node that may change something of which a caller must know: an [Action].
type changer interface{ may() Prompt }

// mays are, by the question, what an apology says first in place of the answer to what is keyed
// there: the [Action.May] of a node that comes before the next question. URLs of turns hold its name,
// for apologies that are made without the call's state. A question that leads to two is an error.
func (f *Flow) mays() (map[Step]Prompt, error) {
	mays := map[Step]Prompt{}
	straight, _ := waysOf(f.straight())
	nodes := f.everyNode()
	var wrong []error
	for _, node := range nodes {
		if _, waits := node.(waiting); !waits {
			continue
		}
		from := []Step{f.Help}
		for _, exit := range node.exits() {
			from = append(from, exit.To)
		}
		reached := straight.spread(from)
		for _, action := range nodes {
			c, changes := action.(changer)
			if !changes || !reached[action.step()] || c.may() == (Prompt{}) {
				continue
			}
			if other := mays[node.step()]; other != (Prompt{}) && other != c.may() {
				wrong = append(wrong, fmt.Errorf("question %q leads to changes of two kinds: %q and %q", node.step(), other.Name, c.may().Name))
			}
			mays[node.step()] = c.may()
		}
	}
	return mays, errors.Join(wrong...)
}

// straight are the ways from node to node on which nobody waits for the caller, in and out of
// subflows as well. The way back from a subflow leads to all who enter it.
func (f *Flow) straight() []Exit {
	var all []Exit
	for _, node := range f.everyNode() {
		if e, enters := node.(Enter); enters && e.Subflow != nil {
			all = append(all, Exit{From: e.At, To: e.Subflow.Start})
			for returned, to := range e.On {
				all = append(all, Exit{From: returned, To: to})
			}
			continue
		}
		if _, waits := node.(waiting); !waits {
			all = append(all, node.exits()...)
		}
	}
	return all
}
