package ivr

import (
	"context"
	"strconv"
)

// Menu offers options, numbered from 1 in the order offered. One key decides.
type Menu struct {
	At      Step
	Prompt  Prompt // what comes before the options; may be left out
	Options []Option
	Closing Prompt // what comes after them, such as what * does; may be left out
	Back    Step   // after *
	GaveUp  Step   // after three silences or wrong keys
}

// Option is a way to go on. Its prompt names the key with the blank {key}: "To change
// your PIN, press {key}."
type Option struct {
	Prompt Prompt
	Next   Step
	// If says whether the option is offered in this call; nil: always.
	If func(*Call) bool
	// In is the only language in which it is spoken; empty: the caller's.
	In Language
}

// maxOptions is how many options a caller can keep in mind.
const maxOptions = 5

func (m Menu) step() Step { return m.At }

func (m Menu) prompts() []Prompt {
	all := []Prompt{m.Prompt}
	for _, o := range m.Options {
		all = append(all, o.Prompt)
	}
	return written(append(all, m.Closing)...)
}

func (m Menu) exits() []Exit {
	all := make([]Exit, 0, len(m.Options)+2)
	for _, o := range m.Options {
		all = append(all, Exit{m.At, o.Prompt.Name, o.Next})
	}
	return append(all, Exit{m.At, back, m.Back}, Exit{m.At, gaveUp, m.GaveUp})
}

func (m Menu) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.call.state.Tries = 0
	m.offer(t)
	return here, nil
}

// offered are the options that this call has.
func (m Menu) offered(c *Call) []Option {
	var all []Option
	for _, o := range m.Options {
		if o.If == nil || o.If(c) {
			all = append(all, o)
		}
	}
	return all
}

func (m Menu) offer(t *turn) {
	t.say(m.Prompt)
	for i, o := range m.offered(t.call) {
		t.offer(o, i+1)
	}
	t.say(m.Closing)
	t.answer.gather(t.nextTurn(), keypad{most: 1, every: true, patience: t.patience()})
}

func (m Menu) hear(t *turn, heard Heard) Step {
	switch heard.Keys {
	case help:
		return t.leave(m.At, help, t.flow().Help)
	case back:
		return t.leave(m.At, back, m.Back)
	}
	for i, chosen := range m.offered(t.call) {
		if heard.Keys == strconv.Itoa(i+1) {
			return t.leave(m.At, chosen.Prompt.Name, chosen.Next)
		}
	}
	problem := t.flow().Notices.WrongKey
	if heard.Keys == "" {
		problem = t.flow().Notices.Silence
	}
	return t.askAgain(m.At, m.GaveUp, problem, func() { m.offer(t) })
}

func (m Menu) symbol(text string) string { return "[\\" + text + "/]" }
