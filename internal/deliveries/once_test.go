package deliveries_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
)

// A process that dies at any moment, from the request on, makes no telephone ring twice, and
// none is forgotten.
func TestDyingAtEveryMoment(t *testing.T) {
	code, validation := byVoice(), ofLine()
	code.Key, code.Request, validation.Key = "client k", "r", "bob 1"
	for kind, ask := range map[string]func(f *fixture) (deliveries.Delivery, error){
		"code":       func(f *fixture) (deliveries.Delivery, error) { return f.Request(t.Context(), code) },
		"validation": func(f *fixture) (deliveries.Delivery, error) { return f.RequestValidation(t.Context(), validation) },
	} {
		atEveryMoment(t, func(f *fixture, left int) {
			f.dies(left)
			_, err := ask(f)
			f.work(t)
			f.restart()
			if left%2 > 0 {
				f.Queue.Lose()
			}
			delivery, again := ask(f)
			check.OK(t, again)
			f.passes(t, 2*time.Minute)
			if n := f.twilio.rings(delivery.Task()); n != 1 || len(f.twilio.calls) != 1 {
				t.Errorf("%s died at moment %d (%v): %d rings of %d calls", kind, left, err, n, len(f.twilio.calls))
			}
			if got := f.get(t, delivery.ID); got.Attempt != 1 || got.CallSID != "CA1" || got.Ref != delivery.Ref {
				t.Errorf("%s died at moment %d: %+v", kind, left, got)
			}
		})
	}
}

// The same over the end of an attempt and the beginning of the next one.
func TestDyingBetweenAttempts(t *testing.T) {
	atEveryMoment(t, func(f *fixture, left int) {
		delivery := f.rung(t)
		f.dies(left)
		_ = f.Status(t.Context(), delivery.Task(), deliveries.StatusCallback{CallSID: "CA1", CallStatus: "busy", Sequence: 2})
		f.twilio.calls[0].Status = "busy"
		f.Pass(time.Minute)
		f.work(t)
		f.restart()
		f.passes(t, 8*time.Minute)

		second := deliveries.Task{Delivery: delivery.ID, Attempt: 2}
		if n := f.twilio.rings(second); n != 1 || len(f.twilio.calls) != 2 {
			t.Errorf("died at moment %d: %d rings of %d calls", left, n, len(f.twilio.calls))
		}
		if got := f.get(t, delivery.ID); got.Attempt != 2 || got.CallSID != "CA2" {
			t.Errorf("died at moment %d: attempt %d has %q", left, got.Attempt, got.CallSID)
		}
	})
}

// TestTortureTwoDeliveriesToOneTelephone has two deliveries ring one telephone, and the processes die at any
// moment, with clocks that differ: each finds its own call.
func TestTortureTwoDeliveriesToOneTelephone(t *testing.T) {
	const moments = 60
	counts := torture.Counts{torture.Operations: 0, torture.Lost: 0, torture.Doubled: 0}
	for left := 0; left < moments; left += torture.Times(5, 1) {
		for _, skew := range []time.Duration{-9 * time.Second, 9 * time.Second, 0}[:torture.Times(1, 3)] {
			f := newFixture(t)
			f.twilio.skew = skew
			if !torture.Long() && left%2 > 0 {
				f.twilio.skew = -skew
			}
			first := f.request(t, byVoice())
			f.dies(left)
			f.work(t)
			f.restart()
			second := f.request(t, byVoice())
			f.passes(t, 5*time.Second)
			f.dies(left)
			f.passMortally(t, 80*time.Second)
			f.restart()
			f.passes(t, 3*time.Minute)
			for _, delivery := range []deliveries.Delivery{first, second} {
				counts[torture.Operations]++
				switch n := f.twilio.rings(delivery.Task()); {
				case n > 1:
					counts[torture.Doubled]++
				case n == 0:
					counts[torture.Lost]++
				}
				sid := f.get(t, delivery.ID).CallSID
				own := func(call *ringing) bool { return call.Task == delivery.Task() && call.CallSID == sid }
				if !slices.ContainsFunc(f.twilio.calls, own) {
					t.Errorf("died at moment %d: %q is not its own call", left, sid)
				}
			}
		}
	}
	torture.Report(t, "two deliveries to one telephone, at every moment", "embedded", counts)
}

// passMortally lets time pass, second by second with a sweep every five, for a process that may die.
func (f *fixture) passMortally(t testing.TB, span time.Duration) {
	for end := f.Now().Add(span); f.Now().Before(end); f.Pass(time.Second) {
		if f.Now().Unix()%5 == 0 {
			_ = f.Sweep(t.Context())
		}
		f.work(t)
	}
}

// A run that has read the record before another began the attempt does not begin it again,
// although it is not known which call came of it.
func TestOvertakenRunDoesNotDial(t *testing.T) {
	f := newFixture(t)
	f.twilio.lose = true
	delivery := f.request(t, byVoice())
	config := f.config()
	config.Phones = meetingPhones{f.store, func() {
		check.Is(t, f.Attempt(t.Context(), delivery.Task()), errLost)
		f.Pass(time.Second)
	}}
	later := asType[*deliveries.LaterError](t, deliveries.New(config).Attempt(t.Context(), delivery.Task()))
	if n := f.twilio.rings(delivery.Task()); n != 1 || !later.At.Equal(f.Now().Add(19*time.Second)) {
		t.Errorf("%d rings, again at %v", n, later.At)
	}
}

// A server that is told to stop while it dials still notes the call.
func TestStoppingWhileDialing(t *testing.T) {
	f := newFixture(t)
	ctx, stop := context.WithCancel(t.Context())
	f.twilio.meet = func(*ringing) { stop() }
	delivery := f.request(t, byVoice())
	check.OK(t, f.Attempt(ctx, delivery.Task()))
	if got := f.get(t, delivery.ID).CallSID; got != "CA1" {
		t.Errorf("CallSid %q", got)
	}
}

func TestManyRunsAtOnceRingOnce(t *testing.T) {
	f := newFixture(t)
	delivery := f.request(t, byVoice())
	check.AtOnce(50, func(int) {
		err := f.Attempt(t.Context(), delivery.Task())
		if _, later := errors.AsType[*deliveries.LaterError](err); err != nil && !later {
			t.Error(err)
		}
	})
	if n := f.twilio.rings(delivery.Task()); n != 1 {
		t.Errorf("%d rings", n)
	}
	f.is(t, delivery.ID, deliveries.Calling, 1)
}

// Two deliveries to one telephone begin a minute apart.
func TestOneTelephoneRingsOnceAMinute(t *testing.T) {
	f := newFixture(t)
	first, second := f.request(t, byVoice()), f.request(t, byVoice())
	f.work(t)
	f.passes(t, 59*time.Second)
	f.called(t, 1)
	f.passes(t, 2*time.Second)
	if f.twilio.rings(first.Task()) != 1 || f.twilio.rings(second.Task()) != 1 {
		t.Error("not each has rung once")
	}
}

func TestLostAnswerOfDial(t *testing.T) {
	f := newFixture(t)
	f.twilio.lose = true
	delivery := f.request(t, byVoice())
	err := f.Attempt(t.Context(), delivery.Task())
	later, is := errors.AsType[*deliveries.LaterError](err)
	if !is || !later.At.Equal(f.Now().Add(20*time.Second)) {
		t.Fatalf("error %v", err)
	}
	check.Is(t, err, errLost)

	f.twilio.deaf = true
	f.Set(later.At)
	check.Is(t, f.Attempt(t.Context(), delivery.Task()), errLost)
	f.twilio.deaf = false
	check.OK(t, f.Attempt(t.Context(), delivery.Task()))
	if got := f.is(t, delivery.ID, deliveries.Ringing, 1); got.CallSID != "CA1" || len(f.twilio.calls) != 1 {
		t.Errorf("CallSid %q, %d calls", got.CallSID, len(f.twilio.calls))
	}
}

// A call that was found may have ended, with its status callbacks lost.
func TestFoundCallHasEnded(t *testing.T) {
	for status, want := range map[string]deliveries.Status{
		"busy": deliveries.Queued, "no-answer": deliveries.Queued, "completed": deliveries.Queued,
		"queued": deliveries.Calling, "in-progress": deliveries.Answered,
	} {
		f := newFixture(t)
		f.twilio.lose = true
		delivery := f.rung(t)
		f.twilio.calls[0].Status = status
		f.passes(t, 25*time.Second)
		attempt := 1
		if want == deliveries.Queued {
			attempt = 2
		}
		f.is(t, delivery.ID, want, attempt)
	}
}

// Calls that were made before, after and to others are not taken for the attempt's own.
func TestStrangeCallsAreNotTaken(t *testing.T) {
	f := newFixture(t)
	delivery := f.request(t, byVoice())
	f.Calls.Before("Dialer", func(context.Context) error { // its beginning is noted
		f.dies(0)
		return testkit.ErrDead
	})
	f.work(t)
	if len(f.twilio.calls) != 0 || f.stored(t, delivery.ID).Began.IsZero() {
		t.Fatal("it did not die between beginning and dialing")
	}
	for _, strange := range []struct {
		to    nanp.Number
		after time.Duration
	}{{home, -15 * time.Second}, {home, 25 * time.Second}, {"+16125550177", time.Second}} {
		f.twilio.ring(deliveries.Ring{To: strange.to}).Created = f.Now().Add(strange.after)
	}
	f.restart()
	f.passes(t, 40*time.Second)
	if n := f.twilio.rings(delivery.Task()); n != 1 {
		t.Errorf("%d rings", n)
	}
	if got := f.get(t, delivery.ID).CallSID; got != "CA4" {
		t.Errorf("took %s", got)
	}
}

// stored asks the database itself.
func (f *fixture) stored(t testing.TB, id deliveries.ID) deliveries.Delivery {
	t.Helper()
	delivery, err := f.DB.Deliveries().Get(t.Context(), id)
	check.OK(t, err)
	return delivery
}

// A process that was stopped between noting the beginning and dialing, for so long that
// another has dialed, does not dial when it goes on.
func TestStoppedProcessDoesNotDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, twilio := &oneDelivery{}, &exchange{clock: time.Now}
		config := deliveries.Config{
			Store: store, Phones: store, Queue: &testkit.Queue{}, Dialer: twilio, Codes: codes{ref: oneTime},
			Limits: deliveries.Limits{AnHour: 1, ADay: 1},
		}
		all := deliveries.New(config)
		delivery, err := all.RequestValidation(t.Context(), ofLine())
		check.OK(t, err)
		config.Store = slowStore{store, 3 * time.Minute}
		stopped := deliveries.New(config)
		var group sync.WaitGroup
		group.Go(func() {
			_, later := errors.AsType[*deliveries.LaterError](stopped.Attempt(t.Context(), delivery.Task()))
			if !later {
				t.Error("the stopped process did not give up")
			}
		})
		time.Sleep(time.Minute)
		err = all.Attempt(t.Context(), delivery.Task())
		if err != nil || twilio.rings(delivery.Task()) != 1 {
			t.Errorf("%v; %d rings while it is stopped", err, twilio.rings(delivery.Task()))
		}
		group.Wait()
		if n := twilio.rings(delivery.Task()); n != 1 {
			t.Errorf("%d rings", n)
		}
	})
}

// oneDelivery is a store of one delivery and its telephone, for the test that stops the clock: with that, no
// connection to a Redis can be waited for.
type oneDelivery struct {
	mu     sync.Mutex
	stored deliveries.Delivery
}

func (o *oneDelivery) Create(_ context.Context, create deliveries.NewDelivery) (deliveries.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stored = create.Delivery
	o.stored.Revision = 1
	return o.stored, nil
}

func (o *oneDelivery) Get(context.Context, deliveries.ID) (deliveries.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stored, nil
}

func (o *oneDelivery) Update(_ context.Context, d deliveries.Delivery, _ ...deliveries.Event) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if d.Revision != o.stored.Revision {
		return storage.ErrStale
	}
	d.Revision++
	o.stored = d
	return nil
}

func (*oneDelivery) Unfinished(context.Context, time.Time, int) ([]deliveries.ID, error) {
	return nil, nil
}

func (*oneDelivery) Block(context.Context, string, time.Time) (time.Time, error) {
	return time.Time{}, nil
}

func (*oneDelivery) Reserve(context.Context, nanp.Number, deliveries.Task, time.Time, time.Time, deliveries.Limits) (time.Time, error) {
	return time.Time{}, nil
}

func (*oneDelivery) Waiting(context.Context, nanp.Number, deliveries.ID) (deliveries.ID, error) {
	return "", nil
}

// slowStore is the store of a process that is stopped after each update that took effect.
type slowStore struct {
	*oneDelivery
	stops time.Duration
}

func (s slowStore) Update(ctx context.Context, d deliveries.Delivery, events ...deliveries.Event) error {
	err := s.oneDelivery.Update(ctx, d, events...)
	time.Sleep(s.stops)
	return err
}
