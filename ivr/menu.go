package ivr

import (
	"context"
	"slices"
	"strconv"
)

// Menu offers options. One key decides. Options without a key of their own are numbered from
// 1 in the order offered; when there are more than five of them they come on pages of four,
// and the key after the last turns the page.
type Menu struct {
	At      Step
	Prompt  Prompt // what comes before the options; may be left out
	Options []Option
	More    Prompt // offers the next page, "For more choices, press {key}."; a menu that fits on one has none
	First   Prompt // offers, on the last page, the first one
	Closing Prompt // what comes after the options, such as what * does; may be left out
	Back    Step   // after *, on the first page; on others * leads to the page before
	GaveUp  Step   // after so many silences or wrong keys as there are Tries
	Tries   int    // 0: three; 1: to press nothing is a choice as well, and no notice is made of it
	// Listing: the options are entries of a list, which are heard and not kept in mind. # is not
	// counted among the five then, and a page may take 45 seconds instead of 30.
	Listing bool
}

// Option is a way to go on. Its prompt names the key with the variable {key}: "To change
// your PIN, press {key}."
type Option struct {
	Prompt Prompt
	// Brief is said in its place where the menu was heard before, in a call or in its subflow: "On or off: {key}." It may be
	// left out.
	Brief Prompt
	Next  Step
	// Key is 1 to 9 or #, for an option that has the same key wherever it is offered; empty:
	// the engine numbers it.
	Key string
	// If says whether the option is offered in this call; nil: always.
	If func(*Call) bool
	// In is the only language in which it is spoken; empty: the caller's.
	In Language
	// Aside: it is not counted among the five that can be kept in mind, as it is offered after what was just done alone.
	Aside bool
}

func (m Menu) step() Step { return m.At }

func (m Menu) prompts() []Prompt {
	all := append([]Prompt{m.Prompt}, m.keyed()...)
	return written(append(all, m.Closing)...)
}

// keyed are the prompts that name a key.
func (m Menu) keyed() []Prompt {
	var all []Prompt
	for _, o := range m.Options {
		all = append(all, o.Prompt, o.Brief)
	}
	return written(append(all, m.More, m.First)...)
}

func (m Menu) exits() []Exit {
	all := make([]Exit, 0, len(m.Options)+4)
	for _, o := range m.Options {
		all = append(all, Exit{m.At, o.Prompt.Name, o.Next})
	}
	if m.paged() {
		all = append(all, Exit{m.At, more, m.At}, Exit{m.At, first, m.At})
	}
	return append(all, Exit{m.At, back, m.Back}, Exit{m.At, gaveUp, m.GaveUp})
}

func (m Menu) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Action
	t.call.state.Tries, t.call.state.Page = 0, 0
	known := slices.ContainsFunc(m.Options, func(o Option) bool { return o.Brief != Prompt{} }) && t.call.state.visit(m.At) > 1
	m.say(t, known)
	return here, nil
}

// offer says the menu in full.
func (m Menu) offer(t *turn) { m.say(t, false) }

// say says the menu, briefly to who knows it: without what comes after the options.
func (m Menu) say(t *turn, known bool) {
	t.say(m.Prompt)
	for _, o := range m.page(t.call) {
		if known && o.Brief != (Prompt{}) {
			o.Prompt = o.Brief
		}
		t.offer(o)
	}
	if !known {
		t.say(m.Closing)
	}
	t.answer.gather(t.nextTurn(m.At), keypad{most: 1, every: true, patience: t.patience()})
}

func (m Menu) receive(t *turn, input Input) Step {
	switch input.Keys {
	case help:
		return t.help(m.At)
	case back:
		if page := t.call.state.Page; page > 0 { // one step back is the page before
			return m.choose(t, offered{turns: first, page: page - 1})
		}
		return t.leave(m.At, back, m.Back)
	}
	for _, o := range m.page(t.call) {
		if input.Keys == o.pressed {
			return m.choose(t, o)
		}
	}
	if m.Tries == 1 {
		return t.leave(m.At, gaveUp, m.GaveUp)
	}
	problem := t.flow().Notices.WrongKey
	if input.Keys == "" {
		problem = t.flow().Notices.Silence
	}
	return t.repeat(m.At, m.GaveUp, m.tries(), problem, func() { m.offer(t) })
}

func (m Menu) tries() int {
	if m.Tries == 0 {
		return tries
	}
	return m.Tries
}

// choose goes on by an option, or turns the page.
func (m Menu) choose(t *turn, o offered) Step {
	if o.turns == "" {
		return t.leave(m.At, o.Prompt.Name, o.Next)
	}
	t.leave(m.At, o.turns, m.At)
	t.call.state.Tries, t.call.state.Page = 0, o.page
	m.offer(t)
	return here
}

func (m Menu) symbol(text string) string { return "[\\" + text + "/]" }

const (
	// maxOptions is how many options a caller can keep in mind, * not counted.
	maxOptions = 5
	// perPage leaves one of them to turn the page.
	perPage = maxOptions - 1
	pound   = "#"
)

// The names of a menu's exits that turn its pages.
const (
	more  = "more"
	first = "first"
)

// offered is an option with the key that it has in this call.
type offered struct {
	Option
	pressed string
	turns   string // more or first: it turns the page
	page    int    // to this one
}

// numbered says how many options the engine numbers at the most.
func (m Menu) numbered() int {
	n := 0
	for _, o := range m.Options {
		if o.Key == "" {
			n++
		}
	}
	return n
}

// paged says whether the options can be too many for one page.
func (m Menu) paged() bool { return m.numbered() > maxOptions }

// page is what this call is offered at once: a page of the numbered options, and all that
// have keys of their own.
func (m Menu) page(c *Call) []offered {
	var numbered, keyed []offered
	for _, o := range m.Options {
		switch {
		case o.If != nil && !o.If(c):
		case o.Key != "":
			keyed = append(keyed, offered{Option: o, pressed: o.Key})
		default:
			numbered = append(numbered, offered{Option: o})
		}
	}
	if len(numbered) > maxOptions {
		numbered = m.cut(numbered, c.state.Page)
	}
	for i := range numbered {
		numbered[i].pressed = strconv.Itoa(i + 1)
	}
	return append(numbered, keyed...)
}

// cut cuts a page out of too many options, and adds the one that turns it. What is offered
// can change while the caller listens, so the page may be gone: then it is the last.
func (m Menu) cut(all []offered, page int) []offered {
	last := (len(all) - 1) / perPage
	page = min(page, last)
	end := min((page+1)*perPage, len(all))
	turn := offered{Option: Option{Prompt: m.First}, turns: first}
	if page < last {
		turn = offered{Option: Option{Prompt: m.More}, turns: more, page: page + 1}
	}
	return append(slices.Clone(all[page*perPage:end]), turn)
}
