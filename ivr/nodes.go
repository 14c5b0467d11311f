package ivr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The names of exits that several lines share.
const (
	gaveUp = "gave up"
	back   = "*"
	help   = "0"
)

// tries is how often a question is asked before it is given up, unless it says another number.
const tries = 3

// Range is how many digits an entry has.
type Range struct{ Min, Max int }

// Ask has the caller key digits into a blank, ended by # or by a pause. An entry of the
// right length goes on at Heard; after three others, or three silences, at GaveUp.
type Ask struct {
	At     Step
	Once   Prompt // spoken before the question, the first time in a call or in its subflow; may be left out
	Prompt Prompt
	Digits Range // Min at least 1
	Zero   bool  // a single 0 is an answer here, such as midnight, and no call for help
	Into   Blank
	Heard  Step
	Back   Step // after *
	GaveUp Step
}

func (a Ask) step() Step        { return a.At }
func (a Ask) prompts() []Prompt { return written(a.Once, a.Prompt) }

func (a Ask) exits() []Exit {
	return []Exit{{a.At, "heard", a.Heard}, {a.At, back, a.Back}, {a.At, gaveUp, a.GaveUp}}
}

func (a Ask) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.call.state.Tries = 0
	if t.call.state.visit(a.At) == 1 {
		t.say(a.Once)
	}
	t.say(a.Prompt)
	a.listen(t)
	return here, nil
}

// listen sets no number of digits: # or a pause ends an entry, so whatever is keyed too
// many belongs to it and not to the next question.
func (a Ask) listen(t *turn) {
	t.answer.gather(t.nextTurn(a.At), keypad{patience: t.patience()})
}

func (a Ask) hear(t *turn, heard Heard) Step {
	switch {
	case a.helps(heard.Keys):
		return t.help(a.At)
	case heard.Keys == back:
		return t.leave(a.At, back, a.Back)
	}
	if problem := a.problem(t.flow().Notices, heard); problem != nil {
		return t.askAgain(a.At, a.GaveUp, tries, *problem, func() { t.say(a.Prompt); a.listen(t) })
	}
	t.call.Fill(a.Into, heard.Keys)
	return t.leave(a.At, "heard", a.Heard)
}

// helps says whether the keys ask for help: a hurried caller presses 0 more than once.
func (a Ask) helps(keys string) bool {
	if a.Zero {
		return false
	}
	return keys == help || keys != "" && len(keys) < a.Digits.Min && strings.Trim(keys, help) == ""
}

// problem returns what is wrong with an entry, or nil. A finish key alone is most often
// left over from the entry before, so it counts as silence.
func (a Ask) problem(n Notices, heard Heard) *Prompt {
	switch {
	case heard.Keys == "":
		return &n.Silence
	case strings.Trim(heard.Keys, "0123456789") != "":
		return &n.WrongKey
	case len(heard.Keys) < a.Digits.Min:
		return &n.TooFew
	case len(heard.Keys) > a.Digits.Max:
		return &n.TooMany
	}
	return nil
}

func (a Ask) symbol(text string) string { return "[/" + text + "/]" }

// Say speaks a prompt and goes on.
type Say struct {
	At     Step
	Prompt Prompt
	// Whole: a key doesn't cut it short. For the few words that must be heard.
	Whole bool
	Next  Step
}

func (s Say) step() Step        { return s.At }
func (s Say) exits() []Exit     { return []Exit{{s.At, "said", s.Next}} }
func (s Say) prompts() []Prompt { return []Prompt{s.Prompt} }

func (s Say) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.say(s.Prompt)
	if s.Whole {
		t.answer.protect()
	}
	return t.leave(s.At, "said", s.Next), nil
}

func (s Say) symbol(text string) string { return "(" + text + ")" }

// Outcome is the type of what a Work can come to: a string type with one constant for
// each outcome, so that the linter can hold the map of its exits to every one.
type Outcome interface{ ~string }

// On says where each outcome leads.
type On[O Outcome] map[O]Step

// Work runs domain code and goes on by its outcome. What a caller can hear of is an
// outcome; an error is our fault and leads to the flow's Sorry step.
//
// Run may be called again for the same turn of the same call, when a server died before
// the answer was stored: what it does elsewhere must then have no further effect.
type Work[O Outcome] struct {
	At  Step
	Run func(ctx context.Context, c *Call) (O, error)
	On  On[O]
	// May is said before an apology once Run has begun: what it changes may be in force, although
	// nobody can say so. Nothing: it changes nothing that a caller need know of.
	May Prompt
}

func (w Work[O]) step() Step { return w.At }

func (w Work[O]) exits() []Exit {
	all := make([]Exit, 0, len(w.On))
	for outcome, to := range w.On {
		all = append(all, Exit{w.At, string(outcome), to})
	}
	slices.SortFunc(all, func(a, b Exit) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (w Work[O]) prompts() []Prompt { return written(w.May) }
func (w Work[O]) may() Prompt       { return w.May }

func (w Work[O]) enter(ctx context.Context, t *turn) (Step, error) {
	if w.May != (Prompt{}) {
		t.may = w.May
	}
	outcome, err := w.Run(ctx, t.call)
	if err != nil {
		return here, err
	}
	next, known := w.On[outcome]
	if !known {
		return here, fmt.Errorf("outcome %q leads nowhere", string(outcome))
	}
	return t.leave(w.At, string(outcome), next), nil
}

func (w Work[O]) symbol(text string) string { return "{{" + text + "}}" }

// Transfer connects the caller with a telephone number. The call ends when the other
// party has hung up, and goes on at Failed when nobody could be reached.
type Transfer struct {
	At       Step
	Prompt   Prompt // spoken before the number is dialed
	To       Blank  // a Phone
	CallerID Blank  // a Phone that Twilio lets us show to the other party: the account's, or the one that was called
	Failed   Step
}

func (x Transfer) step() Step        { return x.At }
func (x Transfer) prompts() []Prompt { return []Prompt{x.Prompt} }

func (x Transfer) exits() []Exit {
	return []Exit{{x.At, "connected", HangUp}, {x.At, "failed", x.Failed}}
}

func (x Transfer) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.say(x.Prompt)
	t.answer.dial(t.nextTurn(x.At), t.call.Text(x.To), t.call.Text(x.CallerID))
	return here, nil
}

// hear reads DialCallStatus: https://www.twilio.com/docs/voice/twiml/dial
func (x Transfer) hear(t *turn, heard Heard) Step {
	if heard.DialStatus == "completed" || heard.DialStatus == "answered" {
		return t.leave(x.At, "connected", HangUp)
	}
	return t.leave(x.At, "failed", x.Failed)
}

func (x Transfer) symbol(text string) string { return ">" + text + "]" }

// A Blank is a place in the call's state that is filled while the call goes on, and that
// a prompt can name in braces: "Call {repair}."
type Blank struct {
	Name string
	Kind Kind
}

// Kind says what a blank holds and how it is spoken.
type Kind string

// The kinds of blanks.
const (
	Digits Kind = "digits" // spoken digit by digit
	Phone  Kind = "phone"  // a telephone number in E.164, or the 3 or 6 digits that it begins with, spoken in groups
	Listed Kind = "listed" // the same as one of a list: at the pace of speech, with short pauses
	Count  Kind = "count"  // a whole number, spoken as such
	Secret Kind = "secret" // keyed by the caller; no prompt may name it
	Phrase Kind = "phrase" // the name of one of the call's phrases, which is spoken; empty: silence
	Time   Kind = "time"   // a time of day, "21:30", spoken by the twelve-hour clock, in Spanish with its article: "las 9:30 de la noche"

	// Spelled and Words can hold what must not be kept: see [Call.Lend].
	Spelled Kind = "spelled" // digits and letters, spoken one by one, slowly
	Words   Kind = "words"   // a text in whatever language, spoken as it is
)

// key is the blank that the engine fills in the prompt of a menu's option.
var key = Blank{Name: "key", Kind: Count}

// A changer is a line that may change something of which a caller must know: a [Work].
type changer interface{ may() Prompt }

// mays are, by the question, what an apology says first in place of the answer to what is keyed
// there: the [Work.May] of a line that comes before the next question. URLs of turns hold its name,
// for apologies that are made without the call's state. A question that leads to two is an error.
func (f *Flow) mays() (map[Step]Prompt, error) {
	mays := map[Step]Prompt{}
	straight, _ := waysOf(f.straight())
	lines := f.everyLine()
	var wrong []error
	for _, line := range lines {
		if _, waits := line.(listener); !waits {
			continue
		}
		from := []Step{f.Help}
		for _, exit := range line.exits() {
			from = append(from, exit.To)
		}
		reached := straight.spread(from)
		for _, work := range lines {
			c, changes := work.(changer)
			if !changes || !reached[work.step()] || c.may() == (Prompt{}) {
				continue
			}
			if other := mays[line.step()]; other != (Prompt{}) && other != c.may() {
				wrong = append(wrong, fmt.Errorf("question %q leads to changes of two kinds: %q and %q", line.step(), other.Name, c.may().Name))
			}
			mays[line.step()] = c.may()
		}
	}
	return mays, errors.Join(wrong...)
}

// straight are the ways from line to line on which nobody waits for the caller, in and out of
// subflows as well. The way back from a subflow leads to all who enter it.
func (f *Flow) straight() []Exit {
	var all []Exit
	for _, line := range f.everyLine() {
		if e, enters := line.(Enter); enters && e.Subflow != nil {
			all = append(all, Exit{From: e.At, To: e.Subflow.Start})
			for returned, to := range e.On {
				all = append(all, Exit{From: returned, To: to})
			}
			continue
		}
		if _, waits := line.(listener); !waits {
			all = append(all, line.exits()...)
		}
	}
	return all
}
