package dispatch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/provisioning"
)

func TestDeliversEachLaneInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			time.Sleep(20 * time.Millisecond)
			return http.StatusOK, nil
		}}
		for n := range 20 {
			publish(store, fmt.Sprint("partition", n), 0, 24)
		}
		d := start(t, config(store, to))
		time.Sleep(5 * time.Second)
		for n := range 20 {
			to.inOrder(fmt.Sprint("partition", n), 24)
		}
		if got := len(to.attempts("")); got != 500 {
			t.Errorf("%d attempts at 500 messages", got)
		}
		if to.most != 8 {
			t.Errorf("%d attempts at once, want 8", to.most)
		}
		time.Sleep(2 * time.Minute)
		if partitions, _, err := store.Due(t.Context()); partitions != 0 || err != nil {
			t.Errorf("%d partitions are still known, error %v", partitions, err)
		}
		stopped(t, d)
	})
}

func TestLooksSeldomWhenIdleAndAtOnceWhenWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counted := &counting{Store: &memory{}}
		store := counted.Store.(*memory)
		to := &receiver{t: t, answer: ok}
		d := start(t, config(counted, to))
		time.Sleep(time.Minute)
		if looks := counted.claims.Load(); looks < 55 || looks > 65 {
			t.Errorf("%d looks in an idle minute", looks)
		}
		publish(store, "found", 0, 0)
		time.Sleep(time.Second)
		to.inOrder("found", 0)

		time.Sleep(10*time.Second + 300*time.Millisecond)
		publish(store, "told", 0, 0)
		d.Wake()
		d.Wake()
		synctest.Wait()
		to.inOrder("told", 0)
		stopped(t, d)
	})
}

// counting counts claims.
type counting struct {
	provisioning.Store
	claims atomic.Int64
}

func (c *counting) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	c.claims.Add(1)
	return c.Store.Claim(ctx, holder, now, until, most)
}

func TestAChangeAfterTheLastWasDeliveredIsDeliveredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		to := &receiver{t: t, answer: ok}
		d := start(t, config(store, to))
		for n := range 10 {
			publish(store, "partition", n, n)
			d.Wake()
			synctest.Wait()
			to.inOrder("partition", n)
			time.Sleep(3 * time.Second)
		}
		stopped(t, d)
	})
}

func TestTwoDispatchersNeverDeliverOneLaneAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		// Slow enough that claims are given back and taken by the other one.
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			time.Sleep(7 * time.Second)
			return http.StatusOK, nil
		}}
		for n := range 3 {
			publish(store, fmt.Sprint("partition", n), 0, 29)
		}
		one, two := start(t, config(store, to)), start(t, config(store, to))
		time.Sleep(5 * time.Minute)
		for n := range 3 {
			to.inOrder(fmt.Sprint("partition", n), 29)
		}
		if got := len(to.attempts("")); got != 90 {
			t.Errorf("%d attempts at 90 messages", got)
		}
		stopped(t, one)
		stopped(t, two)
	})
}

func TestALaneIsLeftBeforeItsClaimRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &watched{memory: &memory{}, t: t}
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			time.Sleep(9 * time.Second)
			return http.StatusOK, nil
		}}
		publish(store.memory, "partition", 0, 29)
		d := start(t, config(store, to))
		time.Sleep(5 * time.Minute)
		to.inOrder("partition", 29)
		if store.released.Load() < 6 {
			t.Errorf("released %d times", store.released.Load())
		}
		stopped(t, d)
	})
}

// watched checks that claims are released before they run out.
type watched struct {
	*memory
	t        *testing.T
	until    atomic.Pointer[time.Time]
	released atomic.Int64
}

func (w *watched) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	partitions, err := w.memory.Claim(ctx, holder, now, until, most)
	if len(partitions) > 0 {
		w.until.Store(&until)
	}
	return partitions, err
}

func (w *watched) Release(ctx context.Context, partition, holder string, now, again time.Time) error {
	w.released.Add(1)
	if !now.Before(*w.until.Load()) {
		w.t.Errorf("released %v after the claim ran out", now.Sub(*w.until.Load()))
	}
	return w.memory.Release(ctx, partition, holder, now, again)
}

func TestAttemptsUnderWayEndWhenItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
			time.Sleep(4 * time.Second)
			return http.StatusOK, nil
		}}
		publish(store, "partition", 0, 9)
		d := start(t, config(store, to))
		time.Sleep(time.Second)
		began := time.Now()
		stopped(t, d)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("stopped after %v", took)
		}
		to.inOrder("partition", 0)
		free(t, store, "partition")
		if left, err := store.Next(t.Context(), "partition", 100); len(left) != 9 || err != nil {
			t.Errorf("%d messages are left, error %v", len(left), err)
		}
	})
}

func TestAnAttemptThatTakesTooLongIsGivenUpWhenItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		to := &receiver{t: t, answer: never}
		publish(store, "partition", 0, 0)
		d := start(t, config(store, to))
		time.Sleep(time.Second)
		began := time.Now()
		err := d.stop()
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("stopped after %v", took)
		}
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 given up") {
			t.Errorf("Run: %v", err)
		}
		free(t, store, "partition")
	})
}

// never answers when the attempt is ended.
func never(r *http.Request, _ stored) (int, http.Header) {
	<-r.Context().Done()
	return 0, nil
}

// free checks that a partition can be claimed at once.
func free(t *testing.T, store provisioning.Store, partition string) {
	t.Helper()
	now := time.Now()
	partitions, err := store.Claim(context.Background(), "test", now, now.Add(time.Second), 10)
	if err != nil || len(partitions) != 1 || partitions[0] != partition {
		t.Errorf("claimed %v, error %v", partitions, err)
	}
}

func TestItStopsWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := start(t, config(&memory{}, &receiver{t: t, answer: ok}))
		time.Sleep(time.Minute + 50*time.Millisecond)
		began := time.Now()
		stopped(t, d)
		if took := time.Since(began); took != 0 {
			t.Errorf("stopped after %v", took)
		}
	})
}

// memory is a store for tests that stop the clock, which a connection to Redis would not let stand still.
type memory struct {
	mu         sync.Mutex
	partitions map[string]*partition
}

// partition is a partition with its messages. A message's position is its index, counted from 1.
type partition struct {
	messages       [][]byte
	delivered      int       // how many of them
	known          bool      // it is to be looked into
	waiting        bool      // it was found empty, and its message may still come
	due, announced time.Time // of a claimed partition: when the claim runs out
	holder         string    // of the claim; empty: there is none
}

// publish announces a partition and appends a message to it.
func (m *memory) publish(name string, stored []byte, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.partitions == nil {
		m.partitions = map[string]*partition{}
	}
	l := m.partitions[name]
	if l == nil {
		l = &partition{}
		m.partitions[name] = l
	}
	if !l.known || l.waiting {
		l.due = now
	}
	l.known, l.waiting, l.announced = true, false, now
	l.messages = append(l.messages, stored)
}

// Claim implements [provisioning.Store].
func (m *memory) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []string
	for name, l := range m.partitions {
		if l.known && !l.due.After(now) {
			due = append(due, name)
		}
	}
	slices.SortFunc(due, func(a, b string) int {
		return cmp.Or(m.partitions[a].due.Compare(m.partitions[b].due), cmp.Compare(a, b))
	})
	due = due[:min(most, len(due))]
	for _, name := range due {
		l := m.partitions[name]
		l.holder, l.due, l.waiting = holder, until, false
	}
	return due, ctx.Err()
}

// Next implements [provisioning.Store].
func (m *memory) Next(ctx context.Context, name string, most int) ([]provisioning.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next []provisioning.Message
	l := m.partitions[name]
	for i := l.delivered; i < len(l.messages) && len(next) < most; i++ {
		next = append(next, provisioning.Message{Position: strconv.Itoa(i + 1), Stored: l.messages[i]})
	}
	return next, ctx.Err()
}

// Delivered implements [provisioning.Store].
func (m *memory) Delivered(_ context.Context, name, position string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := strconv.Atoi(position)
	m.partitions[name].delivered = max(m.partitions[name].delivered, n)
	return err
}

// Release implements [provisioning.Store].
func (m *memory) Release(_ context.Context, name, holder string, now, again time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.partitions[name]
	if l.holder != holder {
		return provisioning.ErrLost
	}
	l.holder, l.due = "", again
	if !again.IsZero() {
		return nil
	}
	l.waiting = true
	for _, after := range []time.Duration{provisioning.LateAnnouncement, provisioning.AnnouncedFor} {
		if l.due = l.announced.Add(after); l.due.After(now) {
			return nil
		}
	}
	l.known = false
	return nil
}

// Due implements [provisioning.Store].
func (m *memory) Due(context.Context) (partitions int, oldest time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.partitions {
		if !l.known {
			continue
		}
		if partitions++; oldest.IsZero() || l.due.Before(oldest) {
			oldest = l.due
		}
	}
	return partitions, oldest, nil
}
