package deliveries

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
)

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
		d.log.WarnContext(ctx, "delivery not written", "delivery", delivery.ID, "attempt", delivery.Attempt, "error", err)
		ctx, cancel := afterwards(ctx)
		defer cancel()
		if hopelessToWrite(err) {
			return d.giveUp(ctx, delivery.Task(), cause{words: "it can't be sent"})
		}
		return d.fail(ctx, delivery.Task(), "it could not be sent")
	}
	ctx, cancel = afterwards(ctx)
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
	refused, is := errors.AsType[finalError](err)
	return is && refused.Final() || errors.Is(err, ErrNoSecret) || errors.Is(err, ErrAsk)
}

// finalError is what the errors of a [Printer] or [Mailer] may be, to say that there is no use
// in trying again.
type finalError interface {
	error
	Final() bool
}

func (d *Deliveries) hand(ctx context.Context, delivery Delivery, account accounts.Account) error {
	if delivery.Method == Email {
		return d.mailer.Send(ctx, Mail{ID: delivery.ID, Date: delivery.Created, About: delivery.About, Account: account})
	}
	return d.printer.Print(ctx, Letter{ID: delivery.ID, Date: delivery.Created, About: delivery.About, Account: account})
}

// secret says whether a code or an answer is told.
func (a About) secret() bool {
	return a == SecurityCode || a == SecurityAnswer || a == Welcome || a == ValidationCode
}

// bare is an account without its secrets, for a notice: it tells none.
func bare(account accounts.Account) accounts.Account {
	account.Code, account.Question, account.Answer = secret.Text{}, "", secret.Text{}
	return account
}

// noteWithin bounds the noting of what was done, once the time for doing it has run out or
// the server is about to stop: it is worth a moment, as it would have to be found out later.
const noteWithin = 3 * time.Second

func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
}
