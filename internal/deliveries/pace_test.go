package deliveries_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/deliveries"
)

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
		if err := o.Wait(t.Context(), deliveries.Letters); err != nil {
			t.Error(err)
		}
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
		if err := <-said; !errors.Is(err, deliveries.ErrPaceStopped) {
			t.Error(err)
		}
		if err := o.Wait(t.Context(), deliveries.CodeCalls); !errors.Is(err, deliveries.ErrPaceStopped) {
			t.Error(err)
		}
	})
}
