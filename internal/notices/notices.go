// Package notices decides which customers are told that something of theirs was changed, and by
// what way.
//
// A [Policy] makes the notices: of a PIN, a mailbox or e-mail by a call to its line, of an account to where the customer
// was reached before. They are stored with the change, and delivered by package deliveries. One that
// reaches nobody stands in a history, by [Customers.Undelivered].
package notices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Policy says how customers are told. The zero value has no notices.
type Policy struct {
	Method  deliveries.Method // empty: another system tells them
	Welcome bool              // whether there are letters for new accounts
	Calls   bool              // whether customers can be called
}

// PIN returns the notice of a PIN that was changed or reset, which is a call to its line; nil: there
// is none. It is a [pins.Notice].
func (p Policy) PIN(number nanp.Number, event pins.Event, once string) []byte {
	topic := deliveries.PINChanged
	if event == pins.Reset {
		topic = deliveries.PINReset
	}
	return p.ofLine(topic, number, once)
}

// Mailbox returns the notice that the password of a line's voice mailbox was reset, which is a call to the line; nil: there is
// none.
func (p Policy) Mailbox(number nanp.Number, once string) []byte {
	return p.ofLine(deliveries.MailboxPasswordChanged, number, once)
}

// EmailLocked likewise returns the notice that somebody guessed at the secret answers of a line's e-mail addresses.
func (p Policy) EmailLocked(number nanp.Number, once string) []byte {
	return p.ofLine(deliveries.EmailLocked, number, once)
}

func (p Policy) ofLine(topic deliveries.Topic, number nanp.Number, once string) []byte {
	if p.Method == "" {
		return nil
	}
	return deliveries.Notice{Topic: topic, Line: number, Method: p.Method, Key: once}.Due()
}

// topics are what customers are told of each thing that changed.
var topics = []struct {
	kind  accounts.Kind
	topic deliveries.Topic
}{
	{accounts.ChangedCode, deliveries.CodeChanged},
	{accounts.ChangedQuestion, deliveries.QuestionChanged},
	{accounts.ChangedAddress, deliveries.AddressChanged},
	{accounts.ChangedEmail, deliveries.EmailChanged},
	{accounts.ChangedPhone, deliveries.PhoneChanged},
	{accounts.ChangedUserName, deliveries.SignInChanged},
	{accounts.ChangedPassword, deliveries.SignInChanged},
	{accounts.SentLink, deliveries.PasswordAsked},
}

// Account returns the notices of an account: the welcome letter of a new one, what its customer has forgotten, and
// those of changes, to where the customer was reached before. Each topic has a key of its own, so that it is
// told once.
func (p Policy) Account(update accounts.Update) (all [][]byte) {
	due := func(topic deliveries.Topic, line nanp.Number, method deliveries.Method) {
		key := fmt.Sprintf("%s of %s in revision %d", topic, update.After.ID, update.After.Revision)
		all = append(all, deliveries.Notice{Topic: topic, Account: update.After.ID, Line: line, Method: method, Key: key}.Due())
	}
	if update.Created && p.Welcome {
		due(deliveries.Welcome, "", deliveries.ByMail)
	}
	if update.Changed.Has(accounts.SentUserName) {
		due(deliveries.UserName, "", methodOf(update.After.NameSent))
	}
	if update.Changed.Has(accounts.SentLink) {
		due(deliveries.PasswordLink, "", methodOf(update.After.Link.Sent))
	}
	for _, change := range topics {
		if p.Method != "" && update.Changed.Has(change.kind) {
			due(change.topic, update.Before.Phone, p.Method)
		}
	}
	return all
}

// ContactChanged returns the notice that the technician has another telephone than the one before, to which it goes if it is a
// call; nil: there is none. Policy's notices of tickets are a [tickets.Notices].
func (p Policy) ContactChanged(account accounts.ID, before nanp.Number, once string) []byte {
	return p.ticket(deliveries.TicketContactChanged, account, before, once)
}

// TicketCanceled returns the notice that a ticket, or its visit, was canceled; nil: there is none.
func (p Policy) TicketCanceled(account accounts.ID, once string) []byte {
	return p.ticket(deliveries.TicketCanceled, account, "", once)
}

func (p Policy) ticket(topic deliveries.Topic, account accounts.ID, to nanp.Number, once string) []byte {
	if p.Method == "" {
		return nil
	}
	return deliveries.Notice{Topic: topic, Account: account, Line: to, Method: p.Method, Key: once}.Due()
}

// TestResult has a call made with the result of a service test, once there is one; nil if nobody is called.
func (p Policy) TestResult(account accounts.ID, contact nanp.Number, ref, once string) []byte {
	if !p.Calls {
		return nil
	}
	return deliveries.Notice{
		Topic: deliveries.ServiceTest, Account: account, Line: contact, Method: deliveries.Voice, Ref: ref, Key: once,
	}.Due()
}

func methodOf(sent accounts.Sent) deliveries.Method {
	if sent.Letter {
		return deliveries.ByMail
	}
	return deliveries.Email
}

// Lines are what notices need of the lines.
type Lines interface {
	// Line returns a line, or [pins.ErrNoLine].
	Line(ctx context.Context, number nanp.Number) (pins.Line, error)
	// Append adds a record to a line's history.
	Append(ctx context.Context, number nanp.Number, record pins.Record) error
}

// Accounts are what notices need of the accounts.
type Accounts interface {
	// Append adds an event to an account's history, or returns [accounts.ErrNoAccount].
	Append(ctx context.Context, id accounts.ID, event accounts.Event, note accounts.Note) error
}

// Customers are whom notices are for.
type Customers struct {
	Lines    Lines
	Accounts Accounts
	Now      func() time.Time
}

// Language returns the language of a line. A line that can't be read has none, so that its customer
// is told in both languages.
func (c Customers) Language(ctx context.Context, number nanp.Number) (string, error) {
	line, err := c.Lines.Line(ctx, number)
	if errors.Is(err, pins.ErrNoLine) || errors.Is(err, storage.ErrUnreadable) {
		return "", nil
	}
	return line.Language, err
}

// Undelivered writes into the history of the account, or else of the line, that a customer was not
// told. An account that is gone is no error.
func (c Customers) Undelivered(ctx context.Context, u deliveries.Undelivered) error {
	if u.Recorded {
		return nil
	}
	if u.Account == "" {
		return c.Lines.Append(ctx, u.Line, pins.Record{
			At: c.Now().UTC(), Event: pins.NoticeUndelivered, By: deliveries.ByUs, Reason: u.String(),
		})
	}
	err := c.Accounts.Append(ctx, u.Account, accounts.NoticeUndelivered, accounts.Note{By: deliveries.ByUs, Reason: u.String()})
	if errors.Is(err, accounts.ErrNoAccount) {
		return nil
	}
	return err
}
