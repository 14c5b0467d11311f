package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/provisioning"
	"updatecenter/internal/testkit"
)

var errKilled = errors.New("killed")

// mortal is a server's way to everything outside, which ends after a number of steps: what it
// does then has no effect. With answers lost, the last step has its effect, and only its
// answer is lost.
type mortal struct {
	store provisioning.Store
	to    http.RoundTripper

	mu       sync.Mutex
	left     int
	lostOnly bool
}

// step says whether a step has its effect, and whether the server hears of it.
func (m *mortal) step() (effect, heard bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left--
	return m.left > 0 || m.left == 0 && m.lostOnly, m.left > 0
}

func (m *mortal) died() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.left <= 0
}

// do takes a step, if the server still lives.
func (m *mortal) do(step func() error) error {
	effect, heard := m.step()
	var err error
	if effect {
		err = step()
	}
	if !heard {
		return errKilled
	}
	return err
}

func (m *mortal) Claim(ctx context.Context, holder string, now, until time.Time, most int) (partitions []string, err error) {
	err = m.do(func() (err error) {
		partitions, err = m.store.Claim(ctx, holder, now, until, most)
		return err
	})
	if err != nil {
		return nil, err
	}
	return partitions, nil
}

func (m *mortal) Next(ctx context.Context, partition string, most int) (messages []provisioning.Message, err error) {
	err = m.do(func() (err error) {
		messages, err = m.store.Next(ctx, partition, most)
		return err
	})
	if err != nil {
		return nil, err
	}
	return messages, nil
}

func (m *mortal) Delivered(ctx context.Context, partition, position string) error {
	return m.do(func() error { return m.store.Delivered(ctx, partition, position) })
}

func (m *mortal) Release(ctx context.Context, partition, holder string, now, again time.Time) error {
	return m.do(func() error { return m.store.Release(ctx, partition, holder, now, again) })
}

func (m *mortal) Due(context.Context) (int, time.Time, error) { return 0, time.Time{}, nil }

func (m *mortal) RoundTrip(request *http.Request) (answer *http.Response, err error) {
	err = m.do(func() (err error) {
		answer, err = m.to.RoundTrip(request)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// A server is killed after its first step, its second, and so on until it lives to the end.
// Another one takes over: all is delivered, in order, and at most one message of each partition
// twice.
func TestNothingIsLostWhereverAServerDies(t *testing.T) {
	for _, lostOnly := range []bool{false, true} {
		for steps, survived := 1, false; !survived; steps++ {
			t.Run(fmt.Sprintf("%d steps, the last one has its effect %t", steps, lostOnly), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { survived = killed(t, steps, lostOnly) })
			})
		}
	}
}

func killed(t *testing.T, steps int, lostOnly bool) (survived bool) {
	store := &memory{}
	to := &receiver{t: t, answer: ok}
	publish(store, "a", 0, 3)
	publish(store, "b", 0, 3)
	first := &mortal{store: store, to: to, left: steps, lostOnly: lostOnly}
	died := start(t, config(first, first))
	time.Sleep(100 * time.Millisecond)
	survived = !first.died()
	_ = died.stop()
	second := start(t, config(store, to))
	publish(store, "a", 4, 4)
	time.Sleep(2 * time.Minute)
	to.inOrder("a", 4)
	to.inOrder("b", 3)
	if got := len(to.attempts("")); got > 9+2 {
		t.Errorf("%d attempts at 9 messages", got)
	}
	stopped(t, second)
	return survived
}

// The store fails now and then, and the dispatcher goes on.
func TestAStoreThatFailsIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		log := &testkit.Log{}
		to := &receiver{t: t, answer: ok}
		broken := &mortal{store: store, to: to, left: 0}
		c := config(broken, to)
		c.Log = log.Logger()
		d := start(t, c)
		publish(store, "partition", 0, 9)
		time.Sleep(time.Minute)
		if got := count(log, "no partitions to be had"); got < 55 || got > 65 {
			t.Errorf("%d complaints in a minute", got)
		}
		broken.mu.Lock()
		broken.left = 1 << 30
		broken.mu.Unlock()
		time.Sleep(2 * time.Second)
		to.inOrder("partition", 9)
		stopped(t, d)
	})
}

// unreadable is a store that can't read one partition.
type unreadable struct{ *memory }

func (u unreadable) Next(ctx context.Context, partition string, most int) ([]provisioning.Message, error) {
	if partition == "bad" {
		return nil, errors.New("garbage")
	}
	return u.memory.Next(ctx, partition, most)
}

func TestALaneThatTheStoreCantReadIsAskedForMoreAndMoreSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, log := &memory{}, &testkit.Log{}
		to := &receiver{t: t, answer: ok}
		publish(store, "bad", 0, 0)
		publish(store, "good", 0, 9)
		c := config(unreadable{store}, to)
		c.Log = log.Logger()
		d := start(t, c)
		time.Sleep(10 * time.Minute)
		to.inOrder("good", 9)
		if got := count(log, `"partition":"bad","cause":"garbage"`); got < 14 || got > 21 {
			t.Errorf("%d complaints in ten minutes", got)
		}
		stopped(t, d)
	})
}
