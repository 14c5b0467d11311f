package deliveries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/accounts"
	"updatecenter/internal/nanp"
)

// noticeLimits keep a client that went wild from ringing a telephone all day. No customer
// changes things so often.
var noticeLimits = Limits{AnHour: 20, ADay: 50}

// Notice says that something was changed. It has an account, or a line, or both.
type Notice struct {
	About   About       // not a secret that is asked for; Welcome is one
	Account accounts.ID // empty: none is known
	// Line is the telephone to call, such as the line whose PIN was changed, or the number
	// that was of record before it changed. Empty: the account's.
	Line     nanp.Number
	Language string // "en", "es"; empty: the account's
	Method   Method // the way that is preferred
	Key      string // the same for the same change, so that it is told once; empty: it always is told
}

// Notify has the customer told at once that something was changed, at a number or address of
// record and never at the new one (47 CFR 64.2010(f)). If the method would go to what was
// changed, or to an address that is not of record, it goes by another; so it does when the
// person who answers the telephone has objected to calls. A welcome is always a letter. A
// notice is not bound by the limits of what is asked for. Errors: [ErrAsk],
// [ErrNoWay] if none that would do is set up, [accounts.ErrNoAccount], a [*LimitError] beyond 20
// an hour or 50 a day, a [*BlockedError] if there is no way but a call.
func (d *Deliveries) Notify(ctx context.Context, notice Notice) error {
	if err := d.notify(ctx, notice); err != nil {
		return fmt.Errorf("notify of a change: %w", err)
	}
	return nil
}

func (d *Deliveries) notify(ctx context.Context, notice Notice) error {
	if !notice.valid() {
		return ErrAsk
	}
	if notice.Account == "" {
		return d.send(ctx, notice, Voice)
	}
	account, err := d.accounts.ByID(ctx, notice.Account)
	if err != nil {
		return err
	}
	if notice.Language == "" {
		notice.Language = account.Language
	}
	method := d.way(notice, account)
	err = d.send(ctx, notice, method)
	if _, blocked := errors.AsType[*BlockedError](err); blocked && method == Voice {
		return d.send(ctx, notice, ByMail)
	}
	return err
}

func (d *Deliveries) send(ctx context.Context, notice Notice, method Method) error {
	delivery := Delivery{
		Account: notice.Account, About: notice.About, Method: method, Language: notice.Language,
	}
	if method == Voice {
		delivery.Line = notice.Line
	}
	if !d.offers(method) {
		return ErrNoWay
	}
	_, err := d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: noticeSubject(notice.Account, notice.Line), Key: notice.Key,
		Request: string(notice.About), Limits: noticeLimits,
	})
	return err
}

func (n Notice) valid() bool {
	switch n.About {
	case SecurityCode, SecurityAnswer:
		return false
	case Welcome:
		return n.Account != "" && n.Method.known()
	case PINChanged, PINReset, CodeChanged, QuestionChanged, AddressChanged, EmailChanged, PhoneChanged:
		return n.Method.known() && (n.Account != "" || n.Line != "")
	}
	return false
}

// way is the preferred one if it goes to a number or address of record, or else the next
// that does and is set up: a call, then a letter. When none does, the letter is the least harm.
func (d *Deliveries) way(notice Notice, account accounts.Account) Method {
	if notice.About == Welcome {
		return ByMail
	}
	for _, method := range []Method{notice.Method, Voice, ByMail} {
		if d.offers(method) && notice.ofRecord(method, account, d.now()) {
			return method
		}
	}
	return ByMail
}

func (n Notice) ofRecord(method Method, account accounts.Account, now time.Time) bool {
	switch method {
	case Voice:
		return n.Line != "" || n.About != PhoneChanged
	case ByMail:
		return n.About != AddressChanged && !now.Before(account.AddressSince.Add(onRecord))
	case Email:
		return n.About != EmailChanged && account.Email != "" && !now.Before(account.EmailSince.Add(onRecord))
	}
	return false
}

// noticeSubject is counted apart from what is asked for, so that neither uses up the other's
// limits.
func noticeSubject(account accounts.ID, line nanp.Number) string {
	if account != "" {
		return "notice " + string(account)
	}
	return "notice " + string(line)
}
