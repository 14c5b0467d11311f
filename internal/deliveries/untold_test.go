package deliveries_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
)

// untoldBy gathers what is recorded as untold.
func (f *fixture) untoldBy(change func(*deliveries.Config)) *[]deliveries.Undelivered {
	config, told := f.config(), &[]deliveries.Undelivered{}
	config.Undelivered = func(_ context.Context, u deliveries.Undelivered) error {
		*told = append(*told, u)
		return nil
	}
	if change != nil {
		change(&config)
	}
	f.Deliveries = deliveries.New(config)
	return told
}

// Nobody is left untold without a record that says why.
func TestUntold(t *testing.T) {
	const voice = deliveries.Voice
	pin := deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: voice}
	for want, c := range map[deliveries.Reason]struct { //nolint:exhaustive // the others end no notice like this
		change func(*deliveries.Config)
		notice deliveries.Notice
		come   func(f *fixture)
	}{
		deliveries.GaveUp: {nil, pin, func(f *fixture) {
			for n := range 4 {
				f.passes(t, 16*time.Minute)
				f.status(t, f.twilio.calls[n].Task, f.twilio.calls[n].CallSID, "busy")
			}
		}},
		deliveries.NumberRefused: {nil, pin, func(f *fixture) {
			f.twilio.refuse = &deliveries.RefusedError{Code: 21211, Reason: deliveries.NumberRefused}
			f.work(t)
		}},
		deliveries.OperatorMustMend: {nil, pin, func(f *fixture) {
			f.twilio.refuse = &deliveries.RefusedError{Code: 21212}
			for !f.Queue.Next().IsZero() {
				f.Set(f.Queue.Next())
				f.work(t)
			}
		}},
		deliveries.NoticeCanceled: {nil, pin, func(f *fixture) {
			ids, err := f.store.Unfinished(t.Context(), f.Now().Add(time.Hour), 1)
			if err != nil || len(ids) != 1 {
				t.Fatal(ids, err)
			}
			if _, err := f.Cancel(t.Context(), ids[0]); err != nil {
				t.Fatal(err)
			}
		}},
		deliveries.NoWay:           {func(c *deliveries.Config) { c.Dialer = nil }, pin, nil},
		deliveries.NumberNotCalled: {nil, deliveries.Notice{Topic: deliveries.PINChanged, Line: "+19005550142", Method: voice}, nil},
		deliveries.NotStored:       {nil, deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: voice, Account: "acc_nobodys"}, nil},
	} {
		t.Run(string(want), func(t *testing.T) {
			f := newFixture(t)
			untold := f.untoldBy(c.change)
			f.due(t, string(line), c.notice.Due())
			f.tell(t)
			if c.come != nil {
				c.come(f)
			}
			if got := *untold; len(got) != 1 || got[0].Reason != want || got[0].Topic != c.notice.Topic || got[0].Line != c.notice.Line {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What is told is not recorded as untold, nor what is no notice.
func TestNotUntold(t *testing.T) {
	f := newFixture(t)
	untold := f.untoldBy(nil)
	f.ringNow(t, line)
	f.twilio.refuse = &deliveries.RefusedError{Code: 21211, Reason: deliveries.NumberRefused}
	f.is(t, f.rung(t).ID, deliveries.Failed, 1)
	if len(*untold) != 0 {
		t.Errorf("%+v", *untold)
	}
}

// A notice does not end before that is recorded.
func TestUntoldIsRecordedFirst(t *testing.T) {
	f := newFixture(t)
	fails := true
	f.untoldBy(func(c *deliveries.Config) {
		c.Undelivered = func(context.Context, deliveries.Undelivered) error {
			if fails {
				return errors.New("down")
			}
			return nil
		}
	})
	f.twilio.refuse = &deliveries.RefusedError{Code: 21211, Reason: deliveries.NumberRefused}
	f.notify(t, deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice})
	f.work(t)
	ids, err := f.store.Unfinished(t.Context(), f.Now().Add(time.Hour), 1)
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	fails = false
	f.passes(t, time.Minute)
	f.is(t, ids[0], deliveries.Failed, 1)
}
