package deliveries_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
)

// ringNow has a telephone rung once for a notice, which is answered and told.
func (f *fixture) ringNow(t testing.TB, to nanp.Number) {
	t.Helper()
	before := len(f.twilio.calls)
	f.notify(t, deliveries.Notice{Topic: deliveries.PINChanged, Line: to, Method: deliveries.Voice})
	f.work(t)
	f.called(t, before+1)
	call := f.twilio.calls[before]
	f.webhook(t, call.Task, call.CallSID, "opened", "completed")
}

// Whoever asks for whatever, one telephone rings 6 times within an hour at most.
func TestOneTelephoneRingsSixTimesAnHour(t *testing.T) {
	f := newFixture(t)
	began := f.Now()
	for range 6 {
		f.ringNow(t, home)
		f.Pass(2 * time.Minute)
	}
	// Codes and validations are refused before they are taken on, and say until when.
	_, err := f.Request(t.Context(), byVoice())
	for _, err := range []error{err, f.validationOf(t, home)} {
		limit := asType[*deliveries.LimitError](t, err)
		if !limit.Phone || !limit.Until.Equal(began.Add(time.Hour)) {
			t.Errorf("%+v", limit)
		}
	}
	if _, err := f.Request(t.Context(), byLetter()); err != nil {
		t.Errorf("a letter: %v", err)
	}
	// A notice waits until there is room.
	f.notify(t, deliveries.Notice{Topic: deliveries.AddressChanged, Account: f.account(t, coded).ID, Method: deliveries.Voice})
	f.work(t)
	f.called(t, 6)
	f.Set(began.Add(time.Hour))
	f.work(t)
	f.called(t, 7)
}

// A reset is always told, at once.
func TestAResetIsAlwaysTold(t *testing.T) {
	f := newFixture(t)
	for range 6 {
		f.ringNow(t, line)
		f.Pass(time.Minute)
	}
	for n := range 20 {
		f.notify(t, deliveries.Notice{Topic: deliveries.PINReset, Line: line, Method: deliveries.Voice})
		f.work(t)
		f.called(t, 7+n)
		call := f.twilio.calls[6+n]
		f.webhook(t, call.Task, call.CallSID, "opened", "completed")
		f.Pass(time.Minute)
	}
}

// What was taken on before waits, or ends with the reason when it would be too late.
func TestTakenOnBeforeTheTelephoneRangTooOften(t *testing.T) {
	f := newFixture(t)
	code := f.request(t, byVoice())
	validation, err := f.RequestValidation(t.Context(), deliveries.ValidationParams{Line: home, Ref: ref})
	check.OK(t, err)
	began := f.Now()
	for n := range 6 {
		task := deliveries.Task{Delivery: code.ID, Attempt: 100 + n}
		if _, err := f.store.Reserve(t.Context(), home, task, f.Now(), f.Now(), deliveries.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	f.work(t)
	for id, want := range map[deliveries.ID]deliveries.Status{code.ID: deliveries.Queued, validation.ID: deliveries.Failed} {
		got := f.is(t, id, want, 1)
		if reason, _ := got.Cause(); reason != deliveries.CalledTooOften {
			t.Errorf("%+v", got.Events)
		}
	}
	if got := f.get(t, code.ID); !got.Due.Equal(began.Add(time.Hour)) || len(f.twilio.calls) != 0 {
		t.Errorf("due %v, %d calls", got.Due, len(f.twilio.calls))
	}
	f.Set(began.Add(time.Hour))
	f.work(t)
	f.is(t, code.ID, deliveries.Calling, 1)
}

func (f *fixture) validationOf(t testing.TB, to nanp.Number) error {
	t.Helper()
	_, err := f.RequestValidation(t.Context(), deliveries.ValidationParams{Line: to, Ref: ref})
	return err
}

// paceOrder is a pace of one call a second, with the order in which calls began.
type paceOrder struct {
	*deliveries.Pace
	mu    sync.Mutex
	began []deliveries.Class
}

// wait has n calls of a class wait, as many as given at once.
func (o *paceOrder) wait(ctx context.Context, class deliveries.Class, n int) {
	for range n {
		go func() {
			if o.Wait(ctx, class) == nil {
				o.mu.Lock()
				defer o.mu.Unlock()
				o.began = append(o.began, class)
			}
		}()
	}
	synctest.Wait()
}

// count is how many calls of a class began, of those after the first so many.
func (o *paceOrder) count(after int, class deliveries.Class) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, began := range o.began[after:] {
		if began == class {
			n++
		}
	}
	return n
}

// all waits for so long, and returns how many calls have begun by then.
func (o *paceOrder) all(d time.Duration) int {
	time.Sleep(d)
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.began)
}

func paced(t *testing.T, test func(t *testing.T, o *paceOrder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, &paceOrder{Pace: deliveries.NewPace(deliveries.PaceConfig{PerSecond: 1})}) })
}

func TestPaceKeepsItsRate(t *testing.T) {
	paced(t, func(t *testing.T, o *paceOrder) {
		o.wait(t.Context(), deliveries.NoticeCalls, 10)
		for i := range 10 {
			if n := o.all(0); n != i+1 {
				t.Errorf("after %d s %d calls have begun", i, n)
			}
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		o.wait(t.Context(), deliveries.CodeCalls, 2) // a pause is no credit
		if n := o.all(0); n != 11 {
			t.Errorf("%d calls have begun", n)
		}
		o.all(time.Second)
		check.Is(t, o.Wait(t.Context(), deliveries.Letters), nil)
	})
}

// A validation waits for no call that is not begun yet, however many wait and have waited.
func TestAValidationIsNext(t *testing.T) {
	paced(t, func(t *testing.T, o *paceOrder) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		o.wait(ctx, deliveries.NoticeCalls, 1000)
		o.wait(ctx, deliveries.CodeCalls, 1000)
		for range 10 {
			before := o.all(5500 * time.Millisecond)
			o.wait(ctx, deliveries.ValidationCalls, 1)
			o.all(time.Second)
			if o.count(before, deliveries.ValidationCalls) != 1 {
				t.Fatalf("calls began in the order %v", o.began[before:])
			}
		}
	})
}

func TestPaceIsSharedByWeights(t *testing.T) {
	for _, test := range []struct {
		waiting []deliveries.Class
		want    []int // of the next 120 calls
	}{
		{[]deliveries.Class{deliveries.NoticeCalls, deliveries.CodeCalls, deliveries.ValidationCalls}, []int{10, 30, 80}},
		{[]deliveries.Class{deliveries.NoticeCalls, deliveries.CodeCalls}, []int{30, 90}},
		{[]deliveries.Class{deliveries.CodeCalls, deliveries.ValidationCalls}, []int{33, 87}},
		{[]deliveries.Class{deliveries.NoticeCalls}, []int{120}},
	} {
		paced(t, func(t *testing.T, o *paceOrder) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			o.wait(ctx, deliveries.NoticeCalls, 1) // the first call of all is begun at once
			for _, class := range test.waiting {
				o.wait(ctx, class, 200)
			}
			o.all(120 * time.Second)
			for i, class := range test.waiting {
				if got := o.count(1, class); got < test.want[i]-1 || got > test.want[i]+1 {
					t.Errorf("of %v: %d %s, want %d", test.waiting, got, class, test.want[i])
				}
			}
		})
	}
}

func TestWhoLeavesThePaceTakesNoCall(t *testing.T) {
	paced(t, func(t *testing.T, o *paceOrder) {
		o.wait(t.Context(), deliveries.NoticeCalls, 1)
		ctx, leave := context.WithCancel(t.Context())
		o.wait(ctx, deliveries.NoticeCalls, 50)
		o.wait(t.Context(), deliveries.NoticeCalls, 1)
		leave()
		if n := o.all(time.Second); n != 2 || o.Waiting(deliveries.NoticeCalls) != 0 {
			t.Errorf("%d calls have begun, %d wait", n, o.Waiting(deliveries.NoticeCalls))
		}
	})
}

func TestAStoppedPace(t *testing.T) {
	paced(t, func(t *testing.T, o *paceOrder) {
		o.wait(t.Context(), deliveries.CodeCalls, 1)
		said := make(chan error)
		go func() { said <- o.Wait(t.Context(), deliveries.CodeCalls) }()
		synctest.Wait()
		o.Stop()
		check.Is(t, <-said, deliveries.ErrPaceStopped)
		if err := o.Wait(t.Context(), deliveries.CodeCalls); !errors.Is(err, deliveries.ErrPaceStopped) {
			t.Error(err)
		}
	})
}

// meetingPhones let something happen before a telephone is reserved.
type meetingPhones struct {
	deliveries.Phones
	meet func()
}

func (m meetingPhones) Reserve(ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits) (time.Time, error) {
	m.meet()
	return m.Phones.Reserve(ctx, to, task, now, until, limits)
}

// untoldBy gathers what is recorded as untold.
func (f *fixture) untoldBy(change func(*deliveries.Config)) *[]deliveries.Undelivered {
	told := &[]deliveries.Undelivered{}
	f.Deliveries = f.with(func(c *deliveries.Config) {
		c.Undelivered = func(_ context.Context, u deliveries.Undelivered) error {
			*told = append(*told, u)
			return nil
		}
		if change != nil {
			change(c)
		}
	})
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
