// Package tickets is the repair tickets of customers' telephone lines, as the operator's system keeps them: what a
// customer may hear of one, and may change of it. It knows nothing of Twilio, Redis or HTTP.
//
// A [Ticket] is of a line and of an account. A customer finds theirs by the line, once its PIN was proved, or by
// the account number and the ZIP code of the billing address:
//
//	all, err := tickets.OfLine(ctx, number)
//	all, err = tickets.OfAccount(ctx, account)
//
// What a caller does is a [Request], of one turn of a call. Its outcome is an [Outcome]; an error is ours:
//
//	ticket, outcome, err := tickets.ChangeContact(ctx, request, number) // the telephone that the technician has
//	ticket, outcome, err = tickets.Cancel(ctx, request, tickets.Visit)  // or tickets.Whole
//	test, outcome, err := tickets.RequestTest(ctx, request)             // of the line
//	test, err = tickets.Test(ctx, number, test.ID)                      // is there a result?
//	outcome, err = tickets.CallBack(ctx, request, test.ID)              // or: tell the result by a call
//	outcome, err = tickets.Heard(ctx, request, test.ID)                 // the caller knows it: no call
//
// The same turn again changes nothing more, and has the same outcome. Every change is stored in one step with
// its record in the line's history, the event for the operator's system ([OpenEvent]) and the notice to the customer.
//
// The operator's system writes tickets by [Tickets.Put], and says what came of a test by [Tickets.End].
//
// # How tickets are kept
//
// All tickets of a line are one record, which is sealed before it is handed to a [Store] and bound to the
// line. It has room for [MaxTickets], of which those that ended first make room, and holds the turns that changed it. A
// ticket that the operator's system has not written for a year ([Kept]) is none any more. Whose a ticket or a test is, and
// which lines of an account have tickets, are hints, written before the record: they count as far as the record agrees.
package tickets

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// Accounts are what tickets need of [accounts.Accounts].
type Accounts interface {
	// Get returns the account that has a number, or [accounts.ErrNoAccount].
	Get(ctx context.Context, number accounts.Number) (accounts.Account, error)
	// ByID returns an account whatever its number is by now, or [accounts.ErrNoAccount].
	ByID(ctx context.Context, id accounts.ID) (accounts.Account, error)
}

// Notices make the notices by which a customer learns of a change. They are kept as due in one step with it.
type Notices interface {
	// ContactChanged tells that the technician has another telephone number than the one before, at that one; nil:
	// nobody is told.
	ContactChanged(account accounts.ID, before nanp.Number, once string) []byte
	// TicketCanceled tells the customer, at the telephone of the account, that the ticket, or its visit, was canceled;
	// nil: nobody is told.
	TicketCanceled(account accounts.ID, once string) []byte
	// TestResult has the contact called once there is a result, which is asked for by the reference
	// ([Tickets.TestResult]). Nil: nobody can be called.
	TestResult(account accounts.ID, contact nanp.Number, ref, once string) []byte
}

// Config is what [Tickets] are made of.
type Config struct {
	Store        Store
	Keys         secret.Keyring // that seal the tickets
	Accounts     Accounts
	Notices      Notices           // nil: nobody is told
	Destinations nanp.Destinations // the numbers that we call: a ticket gets no other contact
	Random       io.Reader         // nil: crypto/rand's
	Now          func() time.Time  // nil: time.Now
}

// Tickets are the repair tickets, with the rules about them. It is safe for concurrent use if Config's Random is.
type Tickets struct{ config Config } // with its defaults

// New fills in what may be left out.
func New(config Config) *Tickets {
	config.Random = cmp.Or(config.Random, rand.Reader)
	if config.Notices == nil {
		config.Notices = silent{}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Tickets{config}
}

// silent are no notices.
type silent struct{}

func (silent) ContactChanged(accounts.ID, nanp.Number, string) []byte     { return nil }
func (silent) TicketCanceled(accounts.ID, string) []byte                  { return nil }
func (silent) TestResult(accounts.ID, nanp.Number, string, string) []byte { return nil }

// Errors of the contract, beside [storage.ErrStale], [storage.ErrContended] and [storage.ErrUnreadable].
var (
	// ErrNoTicket: there is no such ticket.
	ErrNoTicket = errors.New("no such ticket")
	// ErrNoTest: the line has no such test, or has had another one since, or its result is not to be told.
	ErrNoTest = errors.New("no such service test")
	// ErrOtherLine: the ticket is one of another line.
	ErrOtherLine = errors.New("the ticket is one of another line")
	// ErrContactChanged and ErrCanceled: the ticket was written as the operator's system had it before a caller changed it.
	ErrContactChanged = errors.New("a caller has given the technician another number since")
	ErrCanceled       = errors.New("a caller has canceled the ticket, or its visit, since")
	// ErrFull: the line has as many tickets as it can have, none of which has ended.
	ErrFull = errors.New("the line has too many tickets")
	// ErrOtherResult: the service test has ended, and with another result.
	ErrOtherResult = errors.New("the service test has another result")
	// ErrBacklog: too many events of the line still wait to be delivered.
	ErrBacklog = errors.New("too many events of the line wait")
	// ErrOvertaken: the line's PIN was changed or reset after the caller had proved to know it.
	ErrOvertaken = errors.New("the PIN has changed since the caller proved to know it")
)

// OfLine returns the tickets of a line, those that have not ended first, and of these the newest first. None is no
// error. The error is the store's, or storage.ErrUnreadable.
func (t *Tickets) OfLine(ctx context.Context, number nanp.Number) (_ []Ticket, err error) {
	defer wrap.Error(&err, "find tickets of a line")
	lines, err := t.load(ctx, number)
	if err != nil {
		return nil, err
	}
	return sorted(lines[0].Tickets), nil
}

// Shown is a ticket with what belongs to it, for who shows it to the operator's systems.
type Shown struct {
	Ticket
	AccountNumber accounts.Number
	Test          *Test // the newest of the line; nil: none was asked for
}

// Get returns a ticket. Errors: [ErrNoTicket], storage.ErrUnreadable.
func (t *Tickets) Get(ctx context.Context, number Number) (_ Shown, err error) {
	defer wrap.Error(&err, "find ticket")
	line, err := t.lineOf(ctx, string(number))
	if err != nil {
		return Shown{}, err
	}
	at := line.find(number)
	if at < 0 {
		return Shown{}, ErrNoTicket
	}
	account, err := t.config.Accounts.ByID(ctx, line.Tickets[at].Account)
	return Shown{line.Tickets[at], account.Number, line.Test}, err
}

// lineOf returns the line of a ticket or a test, by its name, as the hint has it. The error is [ErrNoTicket] if
// there is none.
func (t *Tickets) lineOf(ctx context.Context, name string) (*line, error) {
	hint, err := t.config.Store.Line(ctx, name)
	if err != nil {
		return nil, err
	}
	lines, err := t.load(ctx, hint)
	if err != nil {
		return nil, err
	}
	return lines[0], nil
}

// OfAccount returns the tickets of all lines of an account, in the order of [Tickets.OfLine]. The error is
// [accounts.ErrNoAccount], the store's, or storage.ErrUnreadable.
func (t *Tickets) OfAccount(ctx context.Context, number accounts.Number) (_ []Ticket, err error) {
	defer wrap.Error(&err, "find tickets of an account")
	account, err := t.config.Accounts.Get(ctx, number)
	if err != nil {
		return nil, err
	}
	numbers, err := t.config.Store.Lines(ctx, account.ID)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	lines, err := t.load(ctx, numbers...)
	if err != nil {
		return nil, err
	}
	var found []Ticket
	for _, line := range lines {
		for _, ticket := range line.Tickets {
			if ticket.Account == account.ID {
				found = append(found, ticket)
			}
		}
	}
	return sorted(found), nil
}

// sorted has those first that have not ended, and of these the newest.
func sorted(all []Ticket) []Ticket {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Ticket) int {
		if a.Status.Ended() != b.Status.Ended() {
			if a.Status.Ended() {
				return 1
			}
			return -1
		}
		return cmp.Or(b.Written.Compare(a.Written), strings.Compare(string(a.Number), string(b.Number)))
	})
	return all
}

// now is the time to the millisecond, as stores keep it.
func (t *Tickets) now() time.Time { return t.config.Now().UTC().Truncate(time.Millisecond) }
