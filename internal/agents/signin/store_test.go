package signin_test

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contracts of [signin.Store] and [signin.Attempts]. Time is handed
// to the store, so that no test waits. It starts at the present, and goes on by months within a test: what
// a store lets expire by its own clock must outlast that test, and what is to be forgotten must be so by
// the time that was handed over.
func TestStore(t *testing.T) {
	groups := map[string]map[string]func(play){
		"Records": recordTests, "Together": togetherTests,
		"Count": countTests, "Release": releaseTests, "Rush": rushTests,
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for group, tests := range groups {
			for sentence, test := range tests {
				t.Run(group+"/"+sentence, func(t *testing.T) {
					test(play{t: check.T{T: t}, store: fresh(t).SignIn(time.Now), start: time.Now().UTC().Truncate(time.Millisecond)})
				})
			}
		}
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
	got, err := p.store.Get(p.t.Context(), want.Key)
	p.t.OK(err)
	want.Revision = revision
	p.t.Same(got, want)
}

func (p play) nothing(n int) {
	p.t.Helper()
	_, err := p.store.Get(p.t.Context(), key(n))
	p.t.Is(err, signin.ErrNoRecord)
}

// atOnce runs do with 0 to n-1, all at the same moment.
func atOnce(n int, do func(i int)) {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-gate
			do(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
}
