package ivr

import (
	"slices"
	"strconv"
)

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
