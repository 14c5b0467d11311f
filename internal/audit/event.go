package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The ways in which somebody does something.
const (
	ViaConsole     = "console"
	ViaAPI         = "api"
	ViaCommandLine = "command line"
	ViaSystem      = "system" // this program does it by itself
)

// The names of those who do something and have no name of their own.
const (
	ByUnknown = "unknown" // a user name that nobody has: it may be a password, typed into the wrong field
	BySystem  = "system"
)

// Bounds of an event, in characters.
const (
	MaxName   = 100 // of By and of Subject
	MaxFrom   = 64
	MaxDetail = 300
)

// ErrInvalidEvent is an event that can't be recorded as it is. It is a fault of the program.
// Nothing of the event stands in the text.
var ErrInvalidEvent = errors.New("invalid audit event")

// An Event is who did what, from where, to whom.
type Event struct {
	// Action is one of [Actions].
	Action Action `json:"action"`
	// By is an agent's user name ("ann"), an API key and its agent ("crm/77"), "command line:
	// root", [ByUnknown] or [BySystem]: 1 to [MaxName] printable characters. It is never what
	// a stranger typed.
	By string `json:"by"`
	// Via is [ViaConsole], [ViaAPI], [ViaCommandLine] or [ViaSystem].
	Via string `json:"via"`
	// From is the address of the client, or "". What can't be printed, and what goes beyond
	// [MaxFrom], isn't recorded.
	From string `json:"from,omitempty"`
	// Subject is "+16125550142", "agent bob", "key crm" or "": up to [MaxName] printable
	// characters.
	Subject string `json:"subject,omitempty"`
	// Detail is what else is worth knowing, and never a secret. What can't be printed, and
	// what goes beyond [MaxDetail], isn't recorded.
	Detail string `json:"detail,omitempty"`
}

// checked returns the event as it is recorded. Names are refused rather than mended, as two
// could become one; but no reason that an agent gives keeps a reset from being recorded.
func (e Event) checked() (Event, error) {
	switch {
	case !slices.Contains(Actions(), e.Action):
		return Event{}, fmt.Errorf("%w: its action", ErrInvalidEvent)
	case e.By == "" || !isName(e.By):
		return Event{}, fmt.Errorf("%w: who did it", ErrInvalidEvent)
	case !slices.Contains([]string{ViaConsole, ViaAPI, ViaCommandLine, ViaSystem}, e.Via):
		return Event{}, fmt.Errorf("%w: by which way", ErrInvalidEvent)
	case !isName(e.Subject):
		return Event{}, fmt.Errorf("%w: its subject", ErrInvalidEvent)
	}
	e.From, e.Detail = clip(e.From, MaxFrom), clip(e.Detail, MaxDetail)
	return e, nil
}

// isName says whether a text may be a name, or nothing.
func isName(text string) bool { return clip(text, MaxName) == text }

// clip keeps the first characters of a text that can be printed.
func clip(text string, most int) string {
	kept := 0
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || kept == most {
			return -1
		}
		kept++
		return r
	}, text)
}
