package deliveries

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// noticeLimits keep a client that went wild from ringing a telephone all day. No customer
// changes things so often.
var noticeLimits = Limits{AnHour: 20, ADay: 50}

// Notice says that something was changed. It has an account, or a line, or both. A [Welcome], a [UserName] and a
// [PasswordLink] tell a secret of the account besides.
type Notice struct {
	Topic   Topic       `json:"about"`             // not a secret that is asked for
	Account accounts.ID `json:"account,omitempty"` // empty: none is known
	// Line is the telephone to call, such as the line whose PIN was changed, or the number
	// that was of record before it changed. Empty: the account's.
	Line     nanp.Number `json:"line,omitempty"`
	Language string      `json:"language,omitempty"` // "en", "es"; empty: the account's or, without one, the line's
	Method   Method      `json:"method"`             // the way that is preferred
	Ref      string      `json:"ref,omitempty"`      // of ServiceTest: what its result is asked for by
	Key      string      `json:"key,omitempty"`      // the same for the same change, so that it is told once; empty: it always is told
	In       ID          `json:"in,omitempty"`       // the delivery that was to tell it too, see [Due]; empty: none was
}

// Notify has the customer told at once that something was changed, at a number or address of
// record and never at the new one (47 CFR 64.2010(f)). If the method would go to what was
// changed, or to an address that is not of record, or is not set up, it goes by another: a
// call, else a letter, else an e-mail. A welcome is always a letter; what a customer has forgotten goes by the
// method alone.
// What was changed while another notice to the same telephone has not told anything yet is told in the
// call of that one. A notice is bound neither
// by the limits of what is asked for nor by objections to calls. Errors: [ErrParams], [ErrNoWay] if
// there is no way that would do, so that nobody is told; [accounts.ErrNoAccount], a
// [*LimitError] beyond 20 an hour or 50 a day, but for the reset of a PIN, which is always told.
//
// The notice is lost if the server dies meanwhile: whoever makes a change leaves its notice to
// [Deliveries.DeliverDue].
func (d *Deliveries) Notify(ctx context.Context, notice Notice) error {
	return d.notify(ctx, notice, func(ID) error { return nil })
}

// notify is Notify. It notes which delivery is to tell the notice too, before that does.
func (d *Deliveries) notify(ctx context.Context, notice Notice, note func(in ID) error) (err error) {
	defer wrap.Error(&err, "notify of a change")
	if !notice.valid() {
		return ErrParams
	}
	var account accounts.Account
	if notice.Account != "" {
		if account, err = d.config.Accounts.ByID(ctx, notice.Account); err != nil {
			return err
		}
	}
	to := cmp.Or(notice.Line, account.Phone)
	method, err := d.way(notice, account, to)
	if err != nil {
		return err
	}
	delivery := Delivery{
		Account: notice.Account, Topic: notice.Topic, Method: method, Ref: notice.Ref,
		Language: cmp.Or(notice.Language, account.Language),
	}
	if delivery.Language == "" && notice.Account == "" {
		if delivery.Language, err = d.config.Language(ctx, notice.Line); err != nil {
			return err
		}
	}
	if method == Voice {
		delivery.To = to
		done, err := d.notified(ctx, notice)
		if err != nil || done {
			return err
		}
		if merged, err := d.merge(ctx, notice, to, note); err != nil || merged {
			return err
		}
	}
	limits := noticeLimits
	if notice.Topic == PINReset {
		limits = Limits{} // it is always told
	}
	created, err := d.create(ctx, NewDelivery{
		Delivery: delivery, Subject: notice.subject(), Key: notice.Key,
		Request: string(notice.Topic), Limits: limits,
	})
	if err == nil && method == Voice && notice.Topic.notice() {
		if _, err := d.config.Phones.Waiting(ctx, to, created.ID); err != nil {
			d.config.Log.WarnContext(ctx, "further notices get calls of their own", "delivery", created.ID, "error", err)
		}
	}
	return err
}

// notified says whether a notice was asked for before, by its key, or has joined the delivery that
// was noted.
func (d *Deliveries) notified(ctx context.Context, notice Notice) (bool, error) {
	if notice.In != "" {
		joined, err := d.read(ctx, notice.In)
		switch {
		case err == nil && joined.tells(notice):
			return true, d.storeAgain(ctx, notice.In)
		case errors.Is(err, storage.ErrNewer) || err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, storage.ErrUnreadable):
			return false, err // a damaged one tells nothing
		}
	}
	_, known, err := d.asked(ctx, notice.Key, string(notice.Topic))
	return known, err
}

func (n Notice) valid() bool {
	switch n.Topic {
	case SecurityCode, SecurityAnswer, ValidationCode, MailboxPassword, EmailPassword:
		return false
	case MailboxPasswordChanged, EmailLocked: // which are told to the line alone
		return n.Account == "" && n.Line != "" && n.Method.known()
	case Welcome:
		return n.Account != "" && n.Method.known()
	case UserName, PasswordLink:
		return n.Account != "" && n.Method.known() && n.Method != Voice
	case ServiceTest:
		return n.Account != "" && n.Method == Voice && n.Ref != "" && len(n.Ref) <= maxRef
	case PINChanged, PINReset, CodeChanged, QuestionChanged, AddressChanged, EmailChanged, PhoneChanged,
		TicketContactChanged, TicketCanceled, SignInChanged, PasswordAsked:
		return n.Method.known() && (n.Account != "" || n.Line != "")
	}
	return false
}

// way is the preferred one if it is set up, leads to a number that is called, goes to a number or address of record, and not to
// what was changed; or else the first that does of a call, a letter and an e-mail.
func (d *Deliveries) way(notice Notice, account accounts.Account, to nanp.Number) (Method, error) {
	methods := []Method{notice.Method, Voice, ByMail, Email}
	switch {
	case notice.Topic == Welcome:
		methods = []Method{ByMail}
	case notice.Topic.secret():
		methods = []Method{notice.Method}
	case notice.Account == "", notice.Topic == ServiceTest:
		methods = []Method{Voice}
	}
	for _, method := range methods {
		called := method != Voice || d.config.Destinations.Check(to) == nil
		if called && d.Offers(method) && !notice.isOf(method) && unreachable(account, method, d.now()) == nil {
			return method, nil
		}
	}
	return "", ErrNoWay
}

// isOf says whether a way leads to what was changed. A Line never is that: it is the number
// from before.
func (n Notice) isOf(method Method) bool {
	return method == Voice && n.Topic == PhoneChanged && n.Line == "" ||
		method == ByMail && n.Topic == AddressChanged ||
		method == Email && n.Topic == EmailChanged
}

// subject is counted apart from what is asked for, so that neither uses up the other's limits. So are notices of
// tickets, and what is sent to whoever forgot it: somebody can bring these about who knows no more than a bill, and
// would use up those of the account.
func (n Notice) subject() string {
	switch {
	case n.Topic == TicketContactChanged || n.Topic == TicketCanceled || n.Topic == ServiceTest:
		return "notice of a ticket " + string(n.Account)
	case n.Topic == UserName || n.Topic == PasswordLink || n.Topic == PasswordAsked:
		return "sent to " + string(n.Account)
	case n.Account != "":
		return "notice " + string(n.Account)
	}
	return "notice " + string(n.Line)
}

// mostMerged bounds how many notices one call tells.
const mostMerged = 50

// merge has a notice told in the call of another one that has not told anything yet, to the same
// telephone, and says whether there is one, that can be read. That call is noted before. A notice of a line and one of
// an account that come at the same moment may get a call each.
func (d *Deliveries) merge(ctx context.Context, notice Notice, to nanp.Number, note func(in ID) error) (bool, error) {
	if !notice.Topic.notice() {
		return false, nil
	}
	waiting, err := d.config.Phones.Waiting(ctx, to, "")
	if err != nil || waiting == "" {
		return false, err
	}
	other, err := d.read(ctx, waiting)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case errors.Is(err, storage.ErrUnreadable):
		d.config.Log.ErrorContext(ctx, "a notice gets a call of its own, as one that waits can't be read", "delivery", waiting, "cause", err)
		return false, nil
	case err != nil:
		return false, err
	case other.tells(notice):
		return true, d.storeAgain(ctx, waiting)
	case !other.joins(notice, to):
		return false, nil
	}
	if err := note(waiting); err != nil {
		return false, err
	}
	merged := false
	_, err = d.change(ctx, waiting, func(delivery *Delivery) bool {
		if merged = delivery.tells(notice); merged {
			return false
		}
		if merged = delivery.joins(notice, to); !merged {
			return false
		}
		delivery.Merged = append(slices.Clip(delivery.Merged), Merged{notice.Topic, notice.Account, notice.Key})
		reason, code := delivery.Cause()
		delivery.because(delivery.Status, d.now(), cause{"tells another change as well: " + string(notice.Topic), reason, code})
		return true
	})
	return merged && err == nil, err
}

// tells says whether a notice of the same change was merged before.
func (d *Delivery) tells(notice Notice) bool {
	return notice.Key != "" && slices.ContainsFunc(d.Merged, func(m Merged) bool { return m.Key == notice.Key })
}

// storeAgain stores a delivery as it is: whoever merged a notice into it may have died, or been in doubt
// about that, and this tells the context whether it lasts.
func (d *Deliveries) storeAgain(ctx context.Context, id ID) error {
	_, err := d.change(ctx, id, func(*Delivery) bool { return true })
	return err
}

// joins says whether a notice can be told in the call of another: not once that has begun to tell, and
// a reset not in one that has to wait for others, or has used attempts up.
func (d *Delivery) joins(notice Notice, to nanp.Number) bool {
	reason, _ := d.Cause()
	tooLate := notice.Topic == PINReset && (reason == CalledTooOften || d.Attempt > 1)
	return d.Method == Voice && d.To == to && d.Topic.notice() && !d.Status.Final() && !d.Opened &&
		!tooLate && len(d.Merged) < mostMerged
}

// ByUs is who gives up a notice, in histories.
const ByUs = "update center"

// Undelivered is a notice of a change that reaches nobody.
type Undelivered struct {
	Delivery ID // empty: none could be made
	Topic    Topic
	Account  accounts.ID // empty: it is about the line alone
	Line     nanp.Number // that was to be called; empty: none was
	Reason   Reason
	Recorded bool // the history has it already
}

// String says in words, for a history, what is not told, and why.
func (u Undelivered) String() string { return fmt.Sprintf("%s: %s", u.Topic, u.Reason) }

// Why a notice ends untold, where Twilio, the number and its calls are not the reason.
const (
	GaveUp         Reason = "gave_up"          // busy or no answer four times, or its time was over
	NoticeCanceled Reason = "canceled"         // by a client of the API
	NoWay          Reason = "no_way"           // no way that is set up leads to where the customer was before
	TooManyNotices Reason = "too_many_notices" // the limits of notices
	NotStored      Reason = "not_stored"       // it is damaged, or its account is
)

// UndeliveredReasons are all for which a notice ends untold.
var UndeliveredReasons = [...]Reason{
	GaveUp, NoticeCanceled, NoWay, TooManyNotices, NotStored,
	NumberRefused, TwilioBusy, CalledTooOften, NumberNotCalled, OperatorMustMend,
}

// notice says whether a change is told that was made before.
func (t Topic) notice() bool { return !t.secret() && t != ServiceTest }

// owed says whether it is recorded that a customer was not told: of a change, or what was forgotten, which nobody
// else knows of.
func (t Topic) owed() bool { return t.notice() || t == UserName || t == PasswordLink }

// recordUndelivered records that a notice ends untold, if that is what its delivery has come to.
func (d *Deliveries) recordUndelivered(ctx context.Context, delivery Delivery) error {
	if !delivery.Topic.owed() || delivery.Status != Failed && delivery.Status != Canceled {
		return nil
	}
	reason, _ := delivery.Cause()
	switch {
	case delivery.Status == Canceled:
		reason = NoticeCanceled
	case reason == "":
		reason = GaveUp
	}
	all := append([]Merged{{Topic: delivery.Topic, Account: delivery.Account}}, delivery.Merged...)
	for _, notice := range all {
		err := d.config.Undelivered(ctx, Undelivered{
			Delivery: delivery.ID, Topic: notice.Topic, Account: notice.Account, Line: delivery.To, Reason: reason,
		})
		if err != nil {
			return fmt.Errorf("record that a customer is not told: %w", err)
		}
	}
	return nil
}
