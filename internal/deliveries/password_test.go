package deliveries_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// anEmail is what the e-mail address of the line is known by.
const anEmail = "eml_1"

// mailboxes has a voice mailbox and an e-mail address of one line; each delivery gets a password of its own.
type mailboxes struct {
	line nanp.Number
	err  error
	made []string // by which calls
}

func (m *mailboxes) Has(_ context.Context, line nanp.Number, ref string) (bool, error) {
	return line == m.line && (ref == "" || ref == anEmail), m.err
}

func (m *mailboxes) ResetByCall(_ context.Context, line nanp.Number, ref string, id deliveries.ID, callSID string) (secret.Text, error) {
	if has, _ := m.Has(context.Background(), line, ref); !has {
		return secret.Text{}, deliveries.ErrNotFound
	}
	m.made = append(m.made, callSID)
	return secret.New("3509" + string(id)), m.err
}

// passwords are those that a line has.
var passwords = map[string]deliveries.PasswordParams{
	"voice mailbox":  {Topic: deliveries.MailboxPassword, Line: line},
	"e-mail address": {Topic: deliveries.EmailPassword, Line: line, Ref: anEmail},
}

// withMailboxes is a fixture with the mailbox and the e-mail address of a line.
func withMailboxes(t *testing.T) (*fixture, *mailboxes) {
	f, boxes := newFixture(t), &mailboxes{line: line}
	f.Deliveries = f.with(func(c *deliveries.Config) {
		c.Mailboxes = boxes
		c.Language = func(context.Context, nanp.Number) (string, error) { return "es", nil }
	})
	return f, boxes
}

// password asks for one.
func (f *fixture) password(t *testing.T, params deliveries.PasswordParams) deliveries.Delivery {
	t.Helper()
	return check.Must(f.RequestPassword(t.Context(), params))(t)
}

// The password is made for who asks to hear it, in the call that tells it, and once for a delivery.
func TestPassword(t *testing.T) {
	for name, params := range passwords {
		t.Run(name, func(t *testing.T) {
			f, boxes := withMailboxes(t)
			delivery := f.password(t, params)
			f.work(t)
			call := f.twilio.calls[0]
			check.Same(t, []any{call.To, call.Task}, []any{line, delivery.Task()})
			check.Is(t, check.Err(f.Password(t.Context(), call.Task, call.CallSID)), deliveries.ErrNotFound) // nobody has answered
			opening := check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
			if opening.Topic != params.Topic || opening.Language != "es" || !opening.Code.IsZero() || len(boxes.made) != 0 {
				t.Errorf("%+v, and %v are made", opening, boxes.made)
			}
			for range 2 { // once more
				password := check.Must(f.Password(t.Context(), call.Task, call.CallSID))(t)
				check.Same(t, password.Reveal(), "3509"+string(delivery.ID))
				check.OK(t, f.Spoken(t.Context(), call.Task, 1))
			}
			check.Is(t, check.Err(f.Password(t.Context(), call.Task, "CA99")), deliveries.ErrNotFound)
			f.status(t, call.Task, call.CallSID, "completed")
			f.told(t, delivery.ID, deliveries.Queued, deliveries.Calling, deliveries.Answered, deliveries.Delivered)
			check.Same(t, boxes.made, []string{"CA1", "CA1"})
		})
	}
}

// Whoever asks learns nothing of which lines have a mailbox or an address: a line without one is answered and counted as
// others are, and not called.
func TestMailboxesAreNotFoundOut(t *testing.T) {
	for name, params := range passwords {
		t.Run(name, func(t *testing.T) {
			f, _ := withMailboxes(t)
			const none nanp.Number = "+16125550151"
			answers := map[nanp.Number][]string{}
			for range deliveries.DefaultLimits().AnHour + 1 {
				for _, params.Line = range []nanp.Number{line, none} {
					delivery, err := f.RequestPassword(t.Context(), params)
					_, limited := errors.AsType[*deliveries.LimitError](err)
					answer := string(delivery.Status)
					if limited {
						answer = "limited"
					}
					answers[params.Line] = append(answers[params.Line], answer)
				}
			}
			check.Same(t, answers[none], answers[line])
			check.Same(t, answers[line], []string{"queued", "queued", "queued", "limited"})
			f.work(t)
			for _, call := range f.twilio.calls {
				check.Same(t, call.To, line)
			}
			f.called(t, 1)
		})
	}
}

// Somebody who was called can object, and only calls of that kind end by that.
func TestPasswordDeclined(t *testing.T) {
	for name, params := range passwords {
		t.Run(name, func(t *testing.T) {
			f, _ := withMailboxes(t)
			delivery := f.password(t, params)
			f.work(t)
			call := f.twilio.calls[0]
			check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
			check.OK(t, f.Declined(t.Context(), call.Task))
			f.is(t, delivery.ID, deliveries.Declined, 1)
			check.Is(t, check.Err(f.Password(t.Context(), call.Task, call.CallSID)), deliveries.ErrNotFound)
			for _, other := range passwords {
				_, err := f.RequestPassword(t.Context(), other)
				if _, blocked := errors.AsType[*deliveries.BlockedError](err); blocked != (other == params && other.Ref != "") {
					t.Errorf("%s: %v", other.Topic, err)
				}
			}
			check.OK(t, check.Err(f.RequestValidation(t.Context(), ofLine())))
			f.Pass(24 * time.Hour)
			f.password(t, params)
		})
	}
}

// Whoever asks does not learn that somebody has objected: a line that is blocked is answered and counted as others are, and
// not called.
func TestBlockedLinesAreNotFoundOut(t *testing.T) {
	f, _ := withMailboxes(t)
	params := passwords["voice mailbox"]
	first := f.password(t, params)
	f.work(t)
	check.Must(f.Opened(t.Context(), first.Task(), f.twilio.calls[0].CallSID))(t)
	check.OK(t, f.Declined(t.Context(), first.Task()))
	f.Pass(time.Hour)
	var asked []deliveries.ID
	for range deliveries.DefaultLimits().AnHour {
		asked = append(asked, f.password(t, params).ID)
	}
	_, err := f.RequestPassword(t.Context(), params)
	check.Same(t, *asType[*deliveries.LimitError](t, err), deliveries.LimitError{Until: f.Now().Add(time.Hour)})
	f.work(t)
	f.called(t, 1)
	for _, id := range asked {
		f.is(t, id, deliveries.Canceled, 1)
	}
}

func TestPasswordRequests(t *testing.T) {
	f, boxes := withMailboxes(t)
	for _, params := range []deliveries.PasswordParams{
		{}, {Topic: deliveries.MailboxPassword}, {Topic: deliveries.MailboxPassword, Line: "+44"},
		{Topic: deliveries.MailboxPassword, Line: line, Ref: anEmail},
		{Topic: deliveries.EmailPassword, Line: line}, {Topic: deliveries.EmailPassword, Line: line, Ref: strings.Repeat("x", 101)},
		{Topic: deliveries.SecurityCode, Line: line},
	} {
		check.Is(t, check.Err(f.RequestPassword(t.Context(), params)), deliveries.ErrParams)
	}
	keyed := passwords["e-mail address"]
	keyed.Key = "CA1:7"
	first := f.password(t, keyed)
	check.Same(t, f.password(t, keyed).ID, first.ID)
	keyed.Ref = "eml_2"
	check.Is(t, check.Err(f.RequestPassword(t.Context(), keyed)), deliveries.ErrKeyReused)
	keyed.Line = home
	check.Is(t, check.Err(f.RequestPassword(t.Context(), keyed)), deliveries.ErrKeyReused)

	boxes.err = errLost // nothing is known: it is tried again
	check.Is(t, f.Attempt(t.Context(), first.Task()), errLost)
	boxes.err = nil
	for name, change := range map[string]func(*deliveries.Config){
		"no telephone": func(c *deliveries.Config) { c.Dialer, c.Mailboxes = nil, boxes },
		"no mailboxes": func(*deliveries.Config) {},
	} {
		t.Run(name, func(t *testing.T) {
			lame := f.with(change)
			check.Is(t, check.Err(lame.RequestPassword(t.Context(), passwords["voice mailbox"])), deliveries.ErrNoWay)
			check.Is(t, lame.Attempt(t.Context(), first.Task()), deliveries.ErrNoWay)
			f.Pass(time.Minute) // another server has it
		})
	}
	f.work(t)
	f.called(t, 1)
	boxes.line = "" // it is gone before somebody answers
	check.Is(t, check.Err(f.Opened(t.Context(), first.Task(), "CA1")), deliveries.ErrNotFound)
}

// That a password was reset, or that somebody guessed at it, is told to the line alone.
func TestNoticesOfPasswords(t *testing.T) {
	for _, topic := range []deliveries.Topic{deliveries.MailboxPasswordChanged, deliveries.EmailLocked} {
		f, _ := withMailboxes(t)
		notice := deliveries.Notice{Topic: topic, Line: home, Method: deliveries.ByMail}
		f.notify(t, notice)
		f.work(t)
		f.called(t, 1)
		call := f.twilio.calls[0]
		opening := check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
		check.Same(t, []any{call.To, opening.Topic, opening.Language}, []any{home, topic, "es"})
		notice.Account = f.account(t, coded).ID
		check.Is(t, f.Notify(t.Context(), notice), deliveries.ErrParams)
	}
	f, _ := withMailboxes(t)
	for _, params := range passwords {
		check.Is(t, f.Notify(t.Context(), deliveries.Notice{Topic: params.Topic, Line: home, Method: deliveries.Voice}), deliveries.ErrParams)
	}
}
