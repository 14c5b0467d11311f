package features

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// LastCallerKept is for how long it is known who called a line last: who wants to list a caller does so soon, and
// whom somebody talks to is nothing to be kept (CPNI, 47 USC 222).
const LastCallerKept = 24 * time.Hour

// callers takes what can call a line: any number that the list of some feature takes.
var callers = Rule{List: &ListRule{International: true}}

// callerForm is who called a line last, as it is sealed.
type callerForm struct {
	storage.Version
	Caller Entry `json:"caller,omitempty"` // empty: withheld
}

// SetLastCaller notes who called a line, and when; the zero time, and any that is yet to come, is now. The caller is
// a number as a list takes it, in any of the usual forms; empty, the number was withheld, and nobody is known to have
// called last. Of two calls the later one counts, in whatever order they are noted; of calls at the same time, the one
// that is noted last. Errors: a [*Refusal] of the caller, NotANumber or Barred; pins.ErrNoLine; storage.ErrNewer. With
// these nothing is changed.
func (l *Lines) SetLastCaller(ctx context.Context, number nanp.Number, caller Entry, at time.Time) (err error) {
	defer wrap.Error(&err, "set last caller")
	if caller != "" {
		if caller, err = callers.ParseEntry(string(caller)); err != nil {
			return err
		}
	}
	now := l.config.Now().UTC()
	if at.IsZero() || at.After(now) { // a switch whose clock is ahead must not keep later callers out
		at = now
	}
	sealed, err := storage.Seal(l.config.Keys, l.config.Random, callerBinding(number), &callerForm{Caller: caller})
	if err != nil {
		return fmt.Errorf("seal last caller: %w", err)
	}
	return l.config.Store.SetLastCaller(ctx, LastCaller{
		Number: number, At: at.UTC(), Lives: at.Add(LastCallerKept).Sub(now), Sealed: sealed,
	})
}

// LastCaller returns who called a line last, in the form of an entry. It is empty if nobody is known to have called
// within [LastCallerKept], the number was withheld, or there is no such line. Errors: storage.ErrUnreadable.
func (l *Lines) LastCaller(ctx context.Context, number nanp.Number) (_ Entry, err error) {
	defer wrap.Error(&err, "find last caller")
	stored, err := l.config.Store.LastCaller(ctx, number)
	if err != nil || stored.Sealed == nil || !l.config.Now().Before(stored.At.Add(LastCallerKept)) {
		return "", err
	}
	var form callerForm
	err = storage.Open(l.config.Keys, stored.Sealed, callerBinding(number), &form)
	return form.Caller, err
}

func callerBinding(number nanp.Number) string { return "last caller of " + string(number) }

// LastCaller is who called a line last, as a store keeps it.
type LastCaller struct {
	Number nanp.Number
	At     time.Time     // of the call
	Lives  time.Duration // how long it is of use from now on; not positive: no longer. Not read
	Sealed []byte        // which only this package can read; nil: nobody called
}
