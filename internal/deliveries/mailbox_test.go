package deliveries_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// mailboxes has one of one line; each delivery gets a password of its own.
type mailboxes struct {
	line nanp.Number
	err  error
	made []string // for which deliveries, by which calls
}

func (m *mailboxes) HasMailbox(_ context.Context, line nanp.Number) (bool, error) {
	return line == m.line, m.err
}

func (m *mailboxes) ResetByCall(_ context.Context, line nanp.Number, id deliveries.ID, callSID string) (secret.Text, error) {
	if line != m.line {
		return secret.Text{}, deliveries.ErrNotFound
	}
	m.made = append(m.made, callSID)
	return secret.New("3509" + string(id)), m.err
}

// withMailboxes is a fixture with the mailbox of a line.
func withMailboxes(t *testing.T) (*fixture, *mailboxes) {
	f, boxes := newFixture(t), &mailboxes{line: line}
	f.Deliveries = f.with(func(c *deliveries.Config) {
		c.Mailboxes = boxes
		c.Language = func(context.Context, nanp.Number) (string, error) { return "es", nil }
	})
	return f, boxes
}

func (f *fixture) mailbox(t *testing.T, line nanp.Number) deliveries.Delivery {
	t.Helper()
	return check.Must(f.RequestMailboxPassword(t.Context(), deliveries.MailboxParams{Line: line}))(t)
}

// The password is made for who asks to hear it, in the call that tells it, and once for a delivery.
func TestMailboxPassword(t *testing.T) {
	f, boxes := withMailboxes(t)
	delivery := f.mailbox(t, line)
	f.work(t)
	call := f.twilio.calls[0]
	check.Same(t, []any{call.To, call.Task}, []any{line, delivery.Task()})
	check.Is(t, check.Err(f.Password(t.Context(), call.Task, call.CallSID)), deliveries.ErrNotFound) // nobody has answered
	opening := check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
	if opening.Topic != deliveries.MailboxPassword || opening.Language != "es" || !opening.Code.IsZero() || len(boxes.made) != 0 {
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
}

// Whoever asks learns nothing of which lines have a mailbox: a line without one is answered and counted as others
// are, and not called.
func TestMailboxesAreNotFoundOut(t *testing.T) {
	f, _ := withMailboxes(t)
	const none nanp.Number = "+16125550151"
	answers := map[nanp.Number][]string{}
	for range deliveries.DefaultLimits().AnHour + 1 {
		for _, of := range []nanp.Number{line, none} {
			delivery, err := f.RequestMailboxPassword(t.Context(), deliveries.MailboxParams{Line: of, Language: "en"})
			_, limited := errors.AsType[*deliveries.LimitError](err)
			answer := string(delivery.Status)
			if limited {
				answer = "limited"
			}
			answers[of] = append(answers[of], answer)
		}
	}
	check.Same(t, answers[none], answers[line])
	check.Same(t, answers[line], []string{"queued", "queued", "queued", "limited"})
	f.work(t)
	for _, call := range f.twilio.calls {
		check.Same(t, call.To, line)
	}
	f.called(t, 1)
}

// Somebody who was called can object, and only these calls end by that.
func TestMailboxDeclined(t *testing.T) {
	f, _ := withMailboxes(t)
	delivery := f.mailbox(t, line)
	f.work(t)
	call := f.twilio.calls[0]
	check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
	check.OK(t, f.Declined(t.Context(), call.Task))
	f.is(t, delivery.ID, deliveries.Declined, 1)
	check.Is(t, check.Err(f.Password(t.Context(), call.Task, call.CallSID)), deliveries.ErrNotFound)
	_, err := f.RequestMailboxPassword(t.Context(), deliveries.MailboxParams{Line: line})
	if _, blocked := errors.AsType[*deliveries.BlockedError](err); !blocked {
		t.Errorf("%v", err)
	}
	check.OK(t, check.Err(f.RequestValidation(t.Context(), ofLine())))
	f.Pass(24 * time.Hour)
	f.mailbox(t, line)
}

func TestMailboxRequests(t *testing.T) {
	f, boxes := withMailboxes(t)
	for _, params := range []deliveries.MailboxParams{{}, {Line: "+44"}, {Line: line, Language: "fr"}} {
		check.Is(t, check.Err(f.RequestMailboxPassword(t.Context(), params)), deliveries.ErrParams)
	}
	keyed := deliveries.MailboxParams{Line: line, Key: "CA1:7"}
	first := check.Must(f.RequestMailboxPassword(t.Context(), keyed))(t)
	check.Same(t, check.Must(f.RequestMailboxPassword(t.Context(), keyed))(t).ID, first.ID)
	keyed.Line = home
	check.Is(t, check.Err(f.RequestMailboxPassword(t.Context(), keyed)), deliveries.ErrKeyReused)

	boxes.err = errLost // nothing is known: it is tried again
	check.Is(t, f.Attempt(t.Context(), first.Task()), errLost)
	boxes.err = nil
	for name, change := range map[string]func(*deliveries.Config){
		"no telephone": func(c *deliveries.Config) { c.Dialer, c.Mailboxes = nil, boxes },
		"no mailboxes": func(*deliveries.Config) {},
	} {
		t.Run(name, func(t *testing.T) {
			lame := f.with(change)
			check.Is(t, check.Err(lame.RequestMailboxPassword(t.Context(), deliveries.MailboxParams{Line: line})), deliveries.ErrNoWay)
			check.Is(t, lame.Attempt(t.Context(), first.Task()), deliveries.ErrNoWay)
			f.Pass(time.Minute) // another server has it
		})
	}
	f.work(t)
	f.called(t, 1)
	boxes.line = "" // it is gone before somebody answers
	check.Is(t, check.Err(f.Opened(t.Context(), first.Task(), "CA1")), deliveries.ErrNotFound)
}

// That a password was reset is told to the line alone.
func TestMailboxPasswordChanged(t *testing.T) {
	f, _ := withMailboxes(t)
	notice := deliveries.Notice{Topic: deliveries.MailboxPasswordChanged, Line: home, Method: deliveries.ByMail}
	f.notify(t, notice)
	f.work(t)
	f.called(t, 1)
	call := f.twilio.calls[0]
	opening := check.Must(f.Opened(t.Context(), call.Task, call.CallSID))(t)
	check.Same(t, []any{call.To, opening.Topic, opening.Language}, []any{home, deliveries.MailboxPasswordChanged, "es"})
	notice.Account = f.account(t, coded).ID
	check.Is(t, f.Notify(t.Context(), notice), deliveries.ErrParams)
	check.Is(t, f.Notify(t.Context(), deliveries.Notice{Topic: deliveries.MailboxPassword, Line: home, Method: deliveries.Voice}), deliveries.ErrParams)
}
