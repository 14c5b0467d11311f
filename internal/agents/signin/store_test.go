package signin_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents/signin"
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
