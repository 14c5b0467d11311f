package repair

import (
	"errors"
	"strings"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// The interfaces by which somebody comes to the desk.
const (
	ViaConsole = audit.ViaConsole
	ViaAPI     = audit.ViaAPI
)

// ErrWho is said of a [Who] that has no name, or comes by no interface of the desk. It is a fault
// of the program.
var ErrWho = errors.New("nobody who may be at the repair desk")

// Who does something for a customer.
type Who struct {
	Name    string // the user name of an agent, or "key/agent" of a program; 1 to 100 characters
	Via     string // [ViaConsole] or [ViaAPI]. Who is the same by both is two
	From    string // the address of the client, for the audit
	PhotoID bool   // may accept a photo ID
}

// key is the API key by which it is done, as if it had done it itself; false: by none.
func (w Who) key() (Who, bool) {
	w.Name, _, _ = strings.Cut(w.Name, "/")
	return w, w.Via == ViaAPI
}

func (w Who) valid() bool {
	known := w.Via == ViaConsole || w.Via == ViaAPI
	return known && w.note("").Valid()
}

// note is for the history of a line.
func (w Who) note(reason string) pins.Note { return pins.Note{By: w.Name, From: w.Via, Reason: reason} }

// event is for the audit.
func (w Who) event(action audit.Action, number nanp.Number, detail string) audit.Event {
	return audit.Event{
		Action: action, By: w.Name, Via: w.Via, From: w.From, Subject: string(number), Detail: detail,
	}
}
