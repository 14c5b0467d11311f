package signin_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contracts of [signin.Store] and [signin.Attempts]. Time is handed
// to the store, so that no test waits. It starts at the present, and goes on by months within a test: what
// a store lets expire by its own clock must outlast that test, and what is to be forgotten must be so by
// the time that was handed over.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Records": recordTests, "Together": togetherTests,
		"Count": countTests, "Release": releaseTests, "Rush": rushTests,
	}, func(t check.T, db *redisstore.DB, start time.Time) play {
		return play{t: t, store: db.SignIn(time.Now), start: start}
	})
}

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t     check.T
	store redisstore.SignIn
	start time.Time
}

// key is the key of the n-th token of a test.
func key(n int) [32]byte { return sha256.Sum256(fmt.Append(nil, "token ", n)) }

// record is a record without a revision. Its sealed bytes are all that bytes can be.
func (p play) record(n int, sealed string) signin.Record {
	return signin.Record{
		Key: key(n), Kind: signin.KindSession, Sealed: []byte(sealed + "\x00\xff\r\n"),
		Expires: p.start.Add(10*time.Minute + 7*time.Millisecond),
	}
}

func (p play) put(record signin.Record, revision int64) {
	p.t.Helper()
	p.t.OK(p.store.Put(p.t.Context(), record, revision))
}

// kept checks what is kept under a record's key.
func (p play) kept(want signin.Record, revision int64) {
	p.t.Helper()
	got := check.Must(p.store.Get(p.t.Context(), want.Key))(p.t)
	want.Revision = revision
	p.t.Same(got, want)
}

func (p play) nothing(n int) {
	p.t.Helper()
	p.t.Is(check.Err(p.store.Get(p.t.Context(), key(n))), signin.ErrNoRecord)
}

var recordTests = map[string]func(play){
	"nothing is kept under a new key": func(p play) {
		p.nothing(1)
		p.t.Is(p.store.Delete(p.t.Context(), key(1), 1), signin.ErrNoRecord)
	},
	"a new record has revision 1": func(p play) {
		p.put(p.record(1, "a"), 0)
		p.kept(p.record(1, "a"), 1)
		p.nothing(2)
	},
	"every kind is kept": func(p play) {
		for i, kind := range []signin.Kind{signin.KindSignIn, signin.KindSession, signin.KindDraft, signin.KindChange} {
			r := p.record(i, "a")
			r.Kind = kind
			p.put(r, 0)
			p.kept(r, 1)
		}
	},
	"the largest record is kept": func(p play) {
		r := p.record(1, "a")
		r.Sealed = []byte(strings.Repeat("\xff", signin.MaxSealed))
		p.put(r, 0)
		p.kept(r, 1)
	},
	"a change raises the revision and replaces all else": func(p play) {
		p.put(p.record(1, "a"), 0)
		changed := p.record(1, "b")
		changed.Expires = p.start.Add(24 * time.Hour)
		p.put(changed, 1)
		p.kept(changed, 2)
		p.put(p.record(1, "c"), 2)
		p.kept(p.record(1, "c"), 3)
	},
	"the revision in a record that is handed over says nothing": func(p play) {
		r := p.record(1, "a")
		r.Revision = 7
		p.put(r, 0)
		p.kept(r, 1)
	},
	"a change of another revision is refused": func(p play) {
		p.put(p.record(1, "a"), 0)
		p.put(p.record(1, "b"), 1)
		for _, revision := range []int64{0, 1, 3} {
			p.t.Is(p.store.Put(p.t.Context(), p.record(1, "x"), revision), storage.ErrStale)
		}
		p.kept(p.record(1, "b"), 2)
	},
	"a change of nothing is refused": func(p play) {
		p.t.Is(p.store.Put(p.t.Context(), p.record(1, "a"), 1), storage.ErrStale)
		p.nothing(1)
	},
	"the same again changes nothing": func(p play) {
		p.put(p.record(1, "a"), 0)
		p.put(p.record(1, "a"), 0)
		p.kept(p.record(1, "a"), 1)
		p.put(p.record(1, "b"), 1)
		p.put(p.record(1, "b"), 1)
		p.kept(p.record(1, "b"), 2)
		p.t.Is(p.store.Put(p.t.Context(), p.record(1, "a"), 0), storage.ErrStale)
	},
	"what was deleted is gone": func(p play) {
		p.put(p.record(1, "a"), 0)
		p.put(p.record(2, "a"), 0)
		p.t.OK(p.store.Delete(p.t.Context(), key(1), 1))
		p.nothing(1)
		p.t.Is(p.store.Delete(p.t.Context(), key(1), 1), signin.ErrNoRecord)
		p.t.Is(p.store.Put(p.t.Context(), p.record(1, "b"), 1), storage.ErrStale)
		p.kept(p.record(2, "a"), 1)
	},
	"another revision isn't deleted": func(p play) {
		p.put(p.record(1, "a"), 0)
		p.put(p.record(1, "b"), 1)
		for _, revision := range []int64{0, 1, 3} {
			p.t.Is(p.store.Delete(p.t.Context(), key(1), revision), storage.ErrStale)
		}
		p.kept(p.record(1, "b"), 2)
	},
	"what is kept can't be changed by who handed it over or was handed it": func(p play) {
		mine := p.record(1, "a")
		p.put(mine, 0)
		mine.Sealed[0] = 'x'
		got := check.Must(p.store.Get(p.t.Context(), key(1)))(p.t)
		got.Sealed[0] = 'y'
		p.kept(p.record(1, "a"), 1)
	},
}

var togetherTests = map[string]func(play){
	"of many new records under one key one is kept": func(p play) {
		var kept atomic.Int64
		check.AtOnce(50, func(i int) {
			if p.store.Put(p.t.Context(), p.record(1, fmt.Sprint(i)), 0) == nil {
				kept.Add(1)
			}
		})
		p.t.Same(kept.Load(), int64(1))
	},
	"of many changes of one revision one is made": func(p play) {
		p.put(p.record(1, "a"), 0)
		var made atomic.Int64
		check.AtOnce(50, func(i int) {
			if p.store.Put(p.t.Context(), p.record(1, fmt.Sprint(i)), 1) == nil {
				made.Add(1)
			}
		})
		p.t.Same(made.Load(), int64(1))
		got := check.Must(p.store.Get(p.t.Context(), key(1)))(p.t)
		p.t.Same(got.Revision, int64(2))
	},
	"of many who delete one is told so": func(p play) {
		p.put(p.record(1, "a"), 0)
		var told atomic.Int64
		check.AtOnce(50, func(int) {
			if p.store.Delete(p.t.Context(), key(1), 1) == nil {
				told.Add(1)
			}
		})
		p.t.Same(told.Load(), int64(1))
		p.nothing(1)
	},
	"either a change is made or the record is deleted": func(p play) {
		for n := range 20 {
			p.put(p.record(n, "a"), 0)
			var done atomic.Int64
			check.AtOnce(2, func(i int) {
				if i == 0 && p.store.Put(p.t.Context(), p.record(n, "b"), 1) == nil {
					done.Add(1)
				}
				if i == 1 && p.store.Delete(p.t.Context(), key(n), 1) == nil {
					done.Add(1)
				}
			})
			p.t.Same(done.Load(), int64(1))
		}
	},
}

const (
	ann    = "agt_annannannannannannannanna"
	nobody = "nobody_0123456789abcdef"
)

// rule has every part of a rule but the window, in small numbers.
var rule = limit.Lock{
	Delays: []time.Duration{0, 5 * time.Second, time.Minute}, LockAt: 4, LockFor: time.Hour, CloseAt: 10,
	ForgetIn: 24 * time.Hour,
}

// window counts for a quarter of an hour from the first failure.
var window = limit.Lock{
	LockAt: 3, LockFor: 10 * time.Minute, ForgetIn: 15 * time.Minute, Window: 15 * time.Minute,
}

// count counts an attempt so long after the start.
func (p play) count(subject string, after time.Duration, by limit.Lock) signin.Admission {
	p.t.Helper()
	admission := check.Must(p.store.Count(p.t.Context(), subject, p.start.Add(after), by))(p.t)
	return admission
}

// admitted checks that an attempt is admitted, with what comes after it.
func (p play) admitted(subject string, after time.Duration, by limit.Lock, want limit.Strikes) signin.Admission {
	p.t.Helper()
	got := p.count(subject, after, by)
	p.t.Same(got.Admitted, true)
	p.t.Same(got.Strikes, want)
	return got
}

// refused checks that an attempt is refused, and that nothing is counted.
func (p play) refused(subject string, after time.Duration, by limit.Lock, want limit.Strikes) {
	p.t.Helper()
	p.t.Same(p.count(subject, after, by), signin.Admission{Before: want, Strikes: want})
}

// strikes are failures of a test: when the first and the last were, and the wait ends.
func (p play) strikes(failures int, first, last, until time.Duration) limit.Strikes {
	s := limit.Strikes{Failures: failures, First: p.start.Add(first), Last: p.start.Add(last)}
	if until > 0 {
		s.LockedUntil = p.start.Add(until)
	}
	return s
}

// fail has n attempts counted, each as soon as it may be, and returns when the last one was.
func (p play) fail(subject string, n int, by limit.Lock) (at time.Duration, last signin.Admission) {
	p.t.Helper()
	for range n {
		at = max(at, last.Strikes.LockedUntil.Sub(p.start))
		last = p.count(subject, at, by)
		p.t.Same(last.Admitted, true)
	}
	return at, last
}

var countTests = map[string]func(play){
	"the first failure": func(p play) {
		got := p.admitted(ann, 0, rule, p.strikes(1, 0, 0, 0))
		p.t.Same(got.Before, limit.Strikes{})
	},
	"delays grow, to the moment": func(p play) {
		p.count(ann, 0, rule)
		before := p.strikes(1, 0, 0, 0)
		waits := p.strikes(2, 0, time.Second, 6*time.Second)
		p.t.Same(p.admitted(ann, time.Second, rule, waits).Before, before)
		p.refused(ann, time.Second, rule, waits)
		p.refused(ann, 6*time.Second-time.Millisecond, rule, waits)
		p.admitted(ann, 6*time.Second, rule, p.strikes(3, 0, 6*time.Second, 66*time.Second))
	},
	"a lock in place of the delay": func(p play) {
		at, last := p.fail(ann, 4, rule)
		locked := p.strikes(4, 0, at, at+time.Hour)
		p.t.Same(last.Strikes, locked)
		p.refused(ann, at+time.Hour-time.Millisecond, rule, locked)
		p.admitted(ann, at+time.Hour, rule, p.strikes(5, 0, at+time.Hour, at+time.Hour+time.Minute))
	},
	"as many again lock again": func(p play) {
		at, last := p.fail(ann, 8, rule)
		p.t.Same(last.Strikes, p.strikes(8, 0, at, at+time.Hour))
	},
	"a delay longer than the lock holds": func(p play) {
		by := rule
		by.Delays = []time.Duration{0, 0, 0, 2 * time.Hour}
		p.fail(ann, 3, by)
		p.admitted(ann, 0, by, p.strikes(4, 0, 0, 2*time.Hour))
	},
	"closed until all is forgotten": func(p play) {
		at, last := p.fail(ann, 10, rule)
		p.t.Same(last.Strikes.Closed, true)
		for _, later := range []time.Duration{0, 2 * time.Hour, 24*time.Hour - time.Millisecond} {
			p.refused(ann, at+later, rule, last.Strikes)
		}
		p.admitted(ann, at+24*time.Hour, rule, p.strikes(1, at+24*time.Hour, at+24*time.Hour, 0))
	},
	"closed until cleared": func(p play) {
		at, _ := p.fail(nobody, 10, rule)
		p.t.OK(p.store.Clear(p.t.Context(), nobody))
		p.admitted(nobody, at, rule, p.strikes(1, at, at, 0))
	},
	"never closed without a number": func(p play) {
		by := rule
		by.CloseAt = 0
		_, last := p.fail(ann, 25, by)
		p.t.Same(last.Strikes.Closed, false)
	},
	"forgotten after the last failure, to the moment": func(p play) {
		p.count(ann, 0, rule)
		p.count(ann, time.Hour, rule)
		p.admitted(ann, 25*time.Hour-time.Millisecond, rule,
			p.strikes(3, 0, 25*time.Hour-time.Millisecond, 25*time.Hour+time.Minute-time.Millisecond))
		later := 49*time.Hour - time.Millisecond
		got := p.admitted(ann, later, rule, p.strikes(1, later, later, 0))
		p.t.Same(got.Before, limit.Strikes{})
	},
	"a wait outlasts the forgetting": func(p play) {
		by := limit.Lock{LockAt: 1, LockFor: time.Hour, ForgetIn: time.Minute}
		p.admitted(ann, 0, by, p.strikes(1, 0, 0, time.Hour))
		p.refused(ann, time.Hour-time.Millisecond, by, p.strikes(1, 0, 0, time.Hour))
		p.admitted(ann, time.Hour, by, p.strikes(1, time.Hour, time.Hour, 2*time.Hour))
	},
	"half a year is not forgotten before its time": func(p play) {
		by := rule
		by.ForgetIn = 184 * 24 * time.Hour
		p.count(ann, 0, by)
		later := 183 * 24 * time.Hour
		p.admitted(ann, later, by, p.strikes(2, 0, later, later+5*time.Second))
	},
	"a window starts over": func(p play) {
		p.count(ann, 0, window)
		p.count(ann, 14*time.Minute, window)
		p.admitted(ann, 15*time.Minute, window, p.strikes(1, 15*time.Minute, 15*time.Minute, 0))
	},
	"a lock outlasts its window": func(p play) {
		p.count(nobody, 0, window)
		p.count(nobody, 0, window)
		locked := p.strikes(3, 0, 14*time.Minute, 24*time.Minute)
		p.admitted(nobody, 14*time.Minute, window, locked)
		p.refused(nobody, 20*time.Minute, window, locked)
		p.admitted(nobody, 24*time.Minute, window, p.strikes(1, 24*time.Minute, 24*time.Minute, 0))
	},
	"every subject is counted alone": func(p play) {
		p.fail(ann, 4, rule)
		p.admitted(nobody, 0, rule, p.strikes(1, 0, 0, 0))
		p.admitted(strings.Repeat("a", 100), 0, rule, p.strikes(1, 0, 0, 0))
	},
	"clearing what isn't there": func(p play) {
		p.t.OK(p.store.Clear(p.t.Context(), nobody))
	},
}

var releaseTests = map[string]func(play){
	"the only one": func(p play) {
		first := p.count(ann, 0, rule)
		p.t.OK(p.store.Release(p.t.Context(), ann, first))
		p.t.Same(p.admitted(ann, time.Minute, rule, p.strikes(1, time.Minute, time.Minute, 0)).Before, limit.Strikes{})
	},
	"the last one, with its wait": func(p play) {
		p.count(ann, 0, rule)
		second := p.count(ann, time.Second, rule)
		p.t.OK(p.store.Release(p.t.Context(), ann, second))
		got := p.admitted(ann, 2*time.Second, rule, p.strikes(2, 0, 2*time.Second, 7*time.Second))
		p.t.Same(got.Before, p.strikes(1, 0, 0, 0))
	},
	"the last one, with its lock": func(p play) {
		at, last := p.fail(ann, 4, rule)
		p.t.OK(p.store.Release(p.t.Context(), ann, last))
		p.t.Same(p.admitted(ann, at, rule, last.Strikes).Before, last.Before)
	},
	"the last one, that closed": func(p play) {
		at, last := p.fail(ann, 10, rule)
		p.t.OK(p.store.Release(p.t.Context(), ann, last))
		p.t.Same(p.admitted(ann, at, rule, last.Strikes).Before, last.Before)
	},
	"one that others came after": func(p play) {
		first := p.count(ann, 0, rule)
		waits := p.count(ann, time.Second, rule).Strikes
		p.t.OK(p.store.Release(p.t.Context(), ann, first))
		waits.Failures = 1
		p.refused(ann, 2*time.Second, rule, waits)
		p.admitted(ann, 6*time.Second, rule, p.strikes(2, 0, 6*time.Second, 11*time.Second))
	},
	"all of them": func(p play) {
		first, second := p.count(ann, 0, window), p.count(ann, 0, window)
		p.t.OK(p.store.Release(p.t.Context(), ann, first))
		p.t.OK(p.store.Release(p.t.Context(), ann, second))
		p.admitted(ann, 0, window, p.strikes(1, 0, 0, 0))
	},
	"one that was cleared": func(p play) {
		first := p.count(ann, 0, rule)
		p.t.OK(p.store.Clear(p.t.Context(), ann))
		p.t.OK(p.store.Release(p.t.Context(), ann, first))
		p.admitted(ann, 0, rule, p.strikes(1, 0, 0, 0))
	},
}

var rushTests = map[string]func(play){
	"of a hundred at once no more are admitted than one after another": func(p play) {
		var admitted atomic.Int64
		check.AtOnce(100, func(int) {
			admission, err := p.store.Count(p.t.Context(), ann, p.start, rule)
			if err == nil && admission.Admitted {
				admitted.Add(1)
			}
		})
		p.t.Same(admitted.Load(), int64(2))
		p.refused(ann, 0, rule, p.strikes(2, 0, 0, 5*time.Second))
	},
	"a hundred at once count a hundred": func(p play) {
		by := limit.Lock{LockAt: 1000, LockFor: time.Minute, ForgetIn: time.Hour}
		check.AtOnce(100, func(int) {
			if _, err := p.store.Count(p.t.Context(), ann, p.start, by); err != nil {
				p.t.Error(err)
			}
		})
		p.admitted(ann, 0, by, p.strikes(101, 0, 0, 0))
	},
	"a hundred counted and released leave nothing": func(p play) {
		by := limit.Lock{LockAt: 1000, LockFor: time.Minute, ForgetIn: time.Hour}
		check.AtOnce(100, func(int) {
			admission, err := p.store.Count(p.t.Context(), ann, p.start, by)
			if err != nil || p.store.Release(p.t.Context(), ann, admission) != nil {
				p.t.Error("not counted, or not released", err)
			}
		})
		p.t.Same(p.count(ann, 0, by).Before.Failures, 0)
	},
}
