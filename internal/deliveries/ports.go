package deliveries

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/detached"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// Store is where deliveries are kept. It must work for any number of servers that share it.
// Which time it is follows from the times that are handed over; they are kept to the
// millisecond.
type Store interface {
	// Create stores a delivery with revision 1, unless one of that ID exists, and counts it
	// against the limits of its subject, in steps that can each be run again: the same
	// delivery is never counted twice. It is created at Delivery.Created, and each limit
	// counts the deliveries that were created less than its time before that.
	//
	// A client's key stands for the first delivery that was created with it, for a day: that
	// one is returned, and nothing is counted. One that was refused leaves nothing behind, nor
	// does its key stand for it; the key counts before a block, and a block before a limit.
	// Errors: *LimitError, *BlockedError, ErrKeyReused if the key stands for a delivery with
	// another Request.
	//
	// A delivery without an ID is not created: that only asks for the one that the key stands
	// for. It is ErrNotFound if there is none.
	Create(ctx context.Context, create NewDelivery) (Delivery, error)
	// Get returns a delivery with its events. Errors: ErrNotFound, storage.ErrUnreadable.
	Get(ctx context.Context, id ID) (Delivery, error)
	// Update stores a delivery that still has the revision it was read with, and appends the
	// events to those that it has, whatever d.Events holds, in one step. The revision grows
	// by one. Errors: ErrNotFound, storage.ErrStale.
	Update(ctx context.Context, d Delivery, events ...Event) error
	// Unfinished lists up to most deliveries whose status is not final and that are due
	// before a time, the longest due first, so that none is forgotten when a server dies
	// before it has queued a task. One that can't be read is not listed, and keeps no other
	// from being so.
	Unfinished(ctx context.Context, before time.Time, most int) ([]ID, error)
	// Block refuses calls for a subject until a time: Create says *BlockedError for a NewDelivery
	// with that subject and the method Voice that is created before it, unless that is Unproved. Of several blocks
	// the longest counts: it returns the end of that, for those who come to call for what was
	// created before. A zero until only asks for it; the answer is zero if there is no block,
	// and may be in the past.
	Block(ctx context.Context, subject string, until time.Time) (longest time.Time, err error)
}

// Phones keep calls to one telephone apart in time: that is how an attempt knows its own call
// among those that Twilio lists (see the comment of window).
type Phones interface {
	// Reserve reserves a telephone for an attempt from now on until a time, and returns the
	// zero time. If another attempt has it beyond now, it changes nothing and returns when it
	// will be free. The attempt that has it may reserve it again; the later end counts.
	//
	// It counts the attempt among those that ring the telephone, for a day: an attempt that reserves
	// it again counts once, from then. If as many others count within limits.AnHour or ADay, it
	// changes nothing and says *LimitError. A zero Task only asks, and reserves and counts nothing.
	Reserve(ctx context.Context, to nanp.Number, task Task, now, until time.Time, limits Limits) (free time.Time, err error)
	// Waiting notes which notice waits for a telephone, for as long as notices do, and returns the one
	// that was noted before, or none. Without an id it only asks.
	Waiting(ctx context.Context, to nanp.Number, id ID) (before ID, err error)
}

// Queue brings tasks to [Deliveries.Attempt], on any server, at least once, at or after a time.
type Queue interface {
	// Enqueue queues a task with those of its class, which wait for no other class. The same task
	// again, while it waits or runs, is no error and no second task. When Attempt returns a
	// [*LaterError], the task need not be run before that.
	Enqueue(ctx context.Context, class Class, task Task, at time.Time) error
}

// Task is one attempt at a delivery.
type Task struct {
	Delivery ID  `json:"delivery"`
	Attempt  int `json:"attempt"` // from 1
}

// Dialer asks Twilio to ring telephones.
type Dialer interface {
	// Dial has a telephone rung, once, and returns the CallSid. After an error nobody knows
	// whether it rings, unless it is a *RefusedError.
	Dial(ctx context.Context, ring Ring) (callSID string, err error)
	// Find lists the calls that were made to a number since a time, whatever became of them;
	// it may list earlier ones as well.
	Find(ctx context.Context, to nanp.Number, since time.Time) ([]FoundCall, error)
	// HangUp ends a call, or keeps it from ringing. One that has ended is no error.
	HangUp(ctx context.Context, callSID string) error
}

// Codes has the codes that calls tell for the validation of customers.
type Codes interface {
	// ValidationCode returns the code of a validation by its reference, as often as it is asked
	// for. Errors: ErrNotFound if there is none, or none any more.
	ValidationCode(ctx context.Context, ref string) (secret.Text, error)
}

// Mailboxes have the passwords of voice mailboxes and e-mail addresses, which calls tell.
type Mailboxes interface {
	// Has says whether a line has the e-mail address of a reference; without one, whether it has a voice mailbox.
	Has(ctx context.Context, line nanp.Number, ref string) (bool, error)
	// ResetByCall gives that a temporary password, and returns it: the same one again for the same delivery. Errors:
	// ErrNotFound if there is no such mailbox or address, ErrNotNow if it can't be reset now.
	ResetByCall(ctx context.Context, line nanp.Number, ref string, delivery ID, callSID string) (secret.Text, error)
}

// Ring is a call to be made.
type Ring struct {
	To   nanp.Number
	Task Task // its mark stands in the URLs of all of the call's webhooks
}

// FoundCall is a call that Twilio knows of.
type FoundCall struct {
	CallSID string
	Created time.Time // to the second
	Status  string    // Twilio's CallStatus
}

// Printer hands letters to the mail house.
type Printer interface {
	// Print writes a letter into the spool. A letter with the same ID again is one letter. An
	// error that has a method Final() bool, and says true, is final: it is not printed again.
	Print(ctx context.Context, letter Message) error
}

// Mailer sends e-mail.
type Mailer interface {
	// Send sends a message. After an error it may have been sent. An error that has a method
	// Final() bool, and says true, is final: it was not sent, and is not tried again.
	Send(ctx context.Context, mail Message) error
}

// Message is a letter or an e-mail to an address of record.
type Message struct {
	ID      ID        // makes the Message-ID of an e-mail, so that one sent twice can be told
	Date    time.Time // when it was asked for: the same each time that it is printed or sent
	Topic   Topic
	Account accounts.Account // without code, question and answer, unless the message is to tell them
}

const (
	// writeWithin bounds the printing of a letter, or the sending of an e-mail.
	writeWithin = 30 * time.Second
	// writeClaim is how long nobody else prints or sends it. A claim that nobody ends runs
	// out, and it is done again: the same letter once more is one letter, and an e-mail sent
	// twice has one Message-ID.
	writeClaim = 2 * writeWithin
)

// write prints a letter or sends an e-mail.
func (d *Deliveries) write(ctx context.Context, delivery Delivery, account accounts.Account) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	if err := d.begin(ctx, delivery, d.now(), writeClaim); err != nil {
		return err
	}
	if err := d.hand(ctx, delivery, account); err != nil {
		d.config.Log.WarnContext(ctx, "delivery not written", "delivery", delivery.ID, "attempt", delivery.Attempt, "error", err)
		ctx, cancel := detached.Context(ctx, noteWithin)
		defer cancel()
		if hopelessToWrite(err) {
			return d.giveUp(ctx, delivery.Task(), cause{words: "it can't be sent"})
		}
		return d.fail(ctx, delivery.Task(), "it could not be sent")
	}
	ctx, cancel = detached.Context(ctx, noteWithin)
	defer cancel()
	written, err := d.change(ctx, delivery.ID, func(stored *Delivery) bool {
		if stored.Status.Final() {
			return false
		}
		stored.to(Sent, d.now(), "")
		return true
	})
	if err == nil {
		d.tellSent(ctx, written)
	}
	return err
}

// hopelessToWrite says whether another attempt would end in the same way.
func hopelessToWrite(err error) bool {
	return wrap.IsFinal(err) || errors.Is(err, ErrNoSecret) || errors.Is(err, ErrParams)
}

func (d *Deliveries) hand(ctx context.Context, delivery Delivery, account accounts.Account) error {
	message := Message{ID: delivery.ID, Date: delivery.Created, Topic: delivery.Topic, Account: account}
	if delivery.Method == Email {
		return d.config.Mailer.Send(ctx, message)
	}
	return d.config.Printer.Print(ctx, message)
}

// secret says whether something is told that is not for others.
func (t Topic) secret() bool {
	return t.proves() || t == ValidationCode || t == UserName || t == PasswordLink || t.password()
}

// proves says whether a code or an answer is told, by which an account is proved.
func (t Topic) proves() bool { return t == SecurityCode || t == SecurityAnswer || t == Welcome }

// bare is an account without its secrets, for a notice: it tells none.
func bare(account accounts.Account) accounts.Account {
	account.Code, account.Question, account.Answer = secret.Text{}, "", secret.Text{}
	account.UserName, account.Password, account.Link = "", "", accounts.Link{}
	return account
}

// noteWithin bounds the noting of what was done, once the time for doing it has run out or
// the server is about to stop: it is worth a moment, as it would have to be found out later.
const noteWithin = 3 * time.Second
