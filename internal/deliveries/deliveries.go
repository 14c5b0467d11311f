// Package deliveries tells customers the secret of their account, and that something was
// changed: by an automated call, a letter or an e-mail. It knows nothing of HTTP or Redis, and
// asks Twilio only through a small interface.
//
// Where a delivery goes is the account's to say, never who asks; a repair agent has the line
// called whose PIN it is about. What is asked for is bound by
// limits, and by the objection of somebody who was called; notices of changes have limits of
// their own.
//
//	delivery, err := all.Request(ctx, params)           // on its way: an ID, at once
//	delivery, err = all.RequestValidation(ctx, params)  // who is this customer?
//	delivery, err = all.RequestPassword(ctx, params)    // of a line's voice mailbox or e-mail address
//	delivery, err = all.Get(ctx, id)                    // how far it is, with its events
//	delivery, err = all.Cancel(ctx, id)
//	all.DeliverDue(ctx, due, wake)                      // of all that was changed, until ctx ends
//
// # The way of a delivery
//
// A delivery is stored, and then a [Task] is queued for its first attempt. The queue brings it
// to [Deliveries.Attempt] on any server, at least once. A call that is not answered is tried
// again after 1, 5 and 15 minutes; a letter or an e-mail that can't be handed over also after an
// hour, and then every hour for three days, unless that is of no use. What Twilio or the operator
// must put right first uses up no attempt: it waits, and a [Reason] says for what. One telephone rings
// 6 times an hour and 20 a day at most, but for the notice of a reset. Notices that wait for one
// telephone are told in one call; of one that ends untold [Config].Undelivered is told. Whatever is due and
// in no queue, since a server died between the two, is queued by [Deliveries.Sweep].
//
//	queued ─> calling ─> ringing ─> answered ─> delivered, notice_left or declined
//	   └─ busy, no answer: queued again, or failed after four attempts
//
// A validation is a call for which a repair agent waits, who has to find out who a customer is. It
// is made once, to a line and not to an account, within ten minutes.
//
// No code or answer is in a [Delivery], an [Event], a [Task] or the store. It is read from the
// account when a call is answered, a letter printed or an e-mail sent, and only if it is still
// the account's; that of a validation is read from [Codes] by its reference, and the password of a voice mailbox or an e-mail address is made by
// [Mailboxes] in the turn that tells it ([Deliveries.Password]).
//
// # A call
//
// The webhooks of a call bear the mark of its attempt in their URLs:
//
//	err = all.Status(ctx, task, callback)            // status callbacks, in whatever order
//	opening, err := all.Opened(ctx, task, callSID)   // it was answered: what to say
//	err = all.Spoken(ctx, task, turn)                // to somebody who asked to hear it
//	err = all.Declined(ctx, task)                    // "I did not ask for this"
//
// All of these can come more than once, late, and before Twilio's answer to the request that
// made the call. What has been told is known when the call is over: by whether the turn was answered
// that tells it ([Config].Answered). Who heard an apology in its place is called again; but not who
// was offered a secret and heard none, as it could not be noted as spoken. A call can be declined
// after its end as well; otherwise a final status stays. What is being told can't be canceled.
//
// # One ring for each attempt
//
// Twilio's request to make a call can't be repeated safely: when its answer is lost, nobody
// knows whether a telephone rings. So an attempt is first noted as begun, with a claim that
// keeps others away from it; then the call is asked for, within ten seconds or not at all. What
// is known of it is noted: by the answer, or by any of its webhooks, whichever comes first. If
// neither comes, since a server died or an answer was lost, the claim runs out, and the next
// run looks for the call among those that Twilio lists before it dials. It knows the
// attempt's own call by its number and time, to within some seconds: so two deliveries that ring one
// telephone begin at least a minute apart (see delivery.go).
//
// # Ports
//
// [Store], [Phones], [Queue], [Dialer], [Printer], [Mailer], [Codes], [Mailboxes] and [Accounts] are all that the
// package needs of others. Package redisstore implements Store and Phones.
package deliveries

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/ids"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
)

// Accounts is what deliveries need of [accounts.Accounts].
type Accounts interface {
	// Get returns the account that has a number, or [accounts.ErrNoAccount].
	Get(ctx context.Context, number accounts.Number) (accounts.Account, error)
	// ByID returns an account whatever its number is by now, or [accounts.ErrNoAccount].
	ByID(ctx context.Context, id accounts.ID) (accounts.Account, error)
	// Subject is what something is counted by for a number, be it an account's or not.
	Subject(ctx context.Context, number accounts.Number) (string, error)
	// Sent says that the code or answer of an account was sent to its customer.
	Sent(ctx context.Context, id accounts.ID) error
	// Append adds an event to an account's history.
	Append(ctx context.Context, id accounts.ID, event accounts.Event, note accounts.Note) error
}

// Config is what [Deliveries] are made of.
type Config struct {
	Store    Store
	Phones   Phones
	Queue    Queue
	Dialer   Dialer  // nil: nobody is called
	Printer  Printer // nil: there are no letters
	Mailer   Mailer  // nil: there is no e-mail
	Codes    Codes   // nil: no customer is validated by a call
	Accounts Accounts
	Limits   Limits // of deliveries that are asked for; zero: [DefaultLimits]
	// Destinations are the numbers that are called.
	Destinations nanp.Destinations
	// Language returns the language of a line, "en", "es", or empty if it is not known; for notices
	// that have no account. Nil: it is not known.
	Language func(ctx context.Context, line nanp.Number) (string, error)
	// Pace waits until the next call of a class may be made, before the call is begun, such as
	// [Pace.Wait]. An error has the attempt made later, and is no failure. Nil: at once.
	Pace func(ctx context.Context, class Class) error
	// Answered says whether a turn of a call was answered, from 0: what its document says was then
	// heard. It is asked when the call is over. Nil: every turn was.
	Answered func(ctx context.Context, callSID string, turn int) (bool, error)
	// Results returns the result of a service test, in the words of package tickets, by its reference; empty while the test
	// is under way. ErrNotFound: there is none, or none that is to be told any more. Nil: no call tells any.
	Results func(ctx context.Context, ref string) (string, error)
	// Mailboxes have the passwords of voice mailboxes and e-mail addresses. Nil: no call tells any.
	Mailboxes Mailboxes
	// Refused is told of each call that Twilio refuses. Nil: nobody is.
	Refused func(refused *RefusedError)
	// Undelivered records that a customer is not told of a change: it is called before that is final, and
	// once more if that then fails. Nil: it is recorded nowhere.
	Undelivered func(ctx context.Context, undelivered Undelivered) error
	Random      io.Reader        // nil: crypto/rand's
	Now         func() time.Time // nil: time.Now
	Log         *slog.Logger     // nil: none
}

// DefaultLimits are 3 an hour and 10 a day for an account, as many validations for a line, and
// 120 a minute for all.
func DefaultLimits() Limits {
	return Limits{AnHour: 3, ADay: 10, Global: limit.Rate{Most: 120, Within: time.Minute}}
}

// Deliveries are the deliveries of secrets and notices, with the rules about them. Any number
// of goroutines may use it, if they may use Config's Random.
type Deliveries struct {
	config Config
	alarms alarms
}

// New fills in what may be left out.
func New(config Config) *Deliveries {
	config.Limits = cmp.Or(config.Limits, DefaultLimits())
	if config.Language == nil {
		config.Language = func(context.Context, nanp.Number) (string, error) { return "", nil }
	}
	if config.Pace == nil {
		config.Pace = func(context.Context, Class) error { return nil }
	}
	if config.Answered == nil {
		config.Answered = func(context.Context, string, int) (bool, error) { return true, nil }
	}
	if config.Refused == nil {
		config.Refused = func(*RefusedError) {}
	}
	if config.Undelivered == nil {
		config.Undelivered = func(context.Context, Undelivered) error { return nil }
	}
	config.Random = cmp.Or(config.Random, rand.Reader)
	if config.Now == nil {
		config.Now = time.Now
	}
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	return &Deliveries{config: config}
}

// Offers says whether there is a way.
func (d *Deliveries) Offers(method Method) bool {
	return method == Voice && d.config.Dialer != nil ||
		method == ByMail && d.config.Printer != nil ||
		method == Email && d.config.Mailer != nil
}

// Get returns a delivery as it stands. Errors: [ErrNotFound].
func (d *Deliveries) Get(ctx context.Context, id ID) (delivery Delivery, err error) {
	defer wrap.Error(&err, "get delivery")
	return d.read(ctx, id)
}

// read asks the store for what can be one of its deliveries.
func (d *Deliveries) read(ctx context.Context, id ID) (Delivery, error) {
	if !id.valid() {
		return Delivery{}, ErrNotFound
	}
	return d.config.Store.Get(ctx, id)
}

// now is the time to the millisecond, as stores keep it.
func (d *Deliveries) now() time.Time { return d.config.Now().UTC().Truncate(time.Millisecond) }

// An edit makes a delivery what it shall be, by its method to for another status, and says
// whether there was anything to change.
type edit func(delivery *Delivery) bool

// change edits a delivery, and starts over when another change came first. It returns the
// delivery as it then stands, changed or not.
func (d *Deliveries) change(ctx context.Context, id ID, edit edit) (Delivery, error) {
	return storage.Retry(ctx, func() (Delivery, error) {
		delivery, err := d.read(ctx, id)
		if err != nil {
			return Delivery{}, err
		}
		known, final := len(delivery.Events), delivery.Status.Final()
		if !edit(&delivery) {
			return delivery, nil
		}
		if !final {
			if err := d.recordUndelivered(ctx, delivery); err != nil {
				return Delivery{}, err
			}
		}
		err = d.config.Store.Update(ctx, delivery, delivery.Events[known:]...)
		delivery.Revision++
		return delivery, err
	})
}

// to gives a delivery another status, and notes it.
func (d *Delivery) to(status Status, at time.Time, detail string) {
	d.because(status, at, cause{words: detail})
}

func (d *Delivery) because(status Status, at time.Time, why cause) {
	d.Status = status
	d.Events = append(d.Events[:len(d.Events):len(d.Events)],
		Event{At: at, Status: status, Attempt: d.Attempt, Detail: why.words, Reason: why.reason, Code: why.code})
}

// enqueue queues the present attempt of a delivery. What fails to be queued is queued by the
// next [Deliveries.Sweep], so it is no error for those who asked.
func (d *Deliveries) enqueue(ctx context.Context, delivery Delivery) {
	if err := d.config.Queue.Enqueue(ctx, delivery.Class(), delivery.Task(), delivery.Due); err != nil {
		d.config.Log.WarnContext(ctx, "delivery waits for the next sweep", "delivery", delivery.ID, "error", err)
	}
}

const idPrefix = "dlv_"

// ParseID reads an ID, such as from a URL: "dlv_" and 26 of a-z and 2-7. The one error is
// [ErrNotFound], as nothing else names a delivery.
func ParseID(s string) (ID, error) {
	if id := ID(s); id.valid() {
		return id, nil
	}
	return "", ErrNotFound
}

// maxAttempt bounds the number of an attempt in a URL: there are far fewer.
const maxAttempt = 9999

// ParseTask reads what the URLs of a call say that it is about: the delivery and the number of the
// attempt, "dlv_.../1". The one error is [ErrNotFound].
func ParseTask(text string) (Task, error) {
	delivery, number, _ := strings.Cut(text, "/")
	id, err := ParseID(delivery)
	if err != nil {
		return Task{}, ErrNotFound
	}
	attempt, err := strconv.ParseUint(number, 10, 16)
	if err != nil || attempt < 1 || attempt > maxAttempt || number[0] == '0' {
		return Task{}, ErrNotFound
	}
	return Task{Delivery: id, Attempt: int(attempt)}, nil
}

func (id ID) valid() bool { return ids.Valid(string(id), idPrefix) }
