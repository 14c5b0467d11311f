package repair_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contract of [repair.Store]. Time is handed to the store, so that no
// test waits. It starts at the present, and goes on by days within a test: what a store lets expire by
// its own clock must outlast that test.
func TestStore(t *testing.T) {
	groups := map[string]map[string]func(play){
		"Validation": validationTests, "Count": countTests, "Rest": restTests, "First": firstTests, "Together": togetherTests,
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for group, tests := range groups {
			for sentence, test := range tests {
				t.Run(group+"/"+sentence, func(t *testing.T) {
					test(play{t: check.T{T: t}, store: fresh(t).Desk(), start: time.Now().UTC().Truncate(time.Millisecond)})
				})
			}
		}
	})
}

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t     check.T
	store repair.Store
	start time.Time
}

// validation is the n-th of a test. Its sealed bytes are all that bytes can be.
func validation(n int, sealed string) repair.Stored {
	digits := strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%06d", n))
	id := repair.ID("val_" + strings.Repeat("z", 20) + digits)
	return repair.Stored{ID: id, Revision: 1, Sealed: []byte(sealed + "\x00\xff\r\n")}
}

func raised(v repair.Stored) repair.Stored {
	v.Revision++
	return v
}

func (p play) create(v, want repair.Stored) {
	p.t.Helper()
	got, err := p.store.Create(p.t.Context(), v)
	p.t.OK(err)
	p.t.Same(got, want)
}

func (p play) loads(want repair.Stored) {
	p.t.Helper()
	got, err := p.store.Load(p.t.Context(), want.ID)
	p.t.OK(err)
	p.t.Same(got, want)
}

// count counts an entry some time after the start.
func (p play) count(rule repair.Rule, subject, entry string, after time.Duration) repair.Counted {
	p.t.Helper()
	counted, err := p.store.Count(p.t.Context(), repair.Count{Subject: subject, Entry: entry, At: p.start.Add(after), Rule: rule})
	p.t.OK(err)
	return counted
}

// counts counts entries, all of which are to be.
func (p play) counts(rule repair.Rule, subject string, after time.Duration, entries ...string) {
	p.t.Helper()
	for _, entry := range entries {
		p.t.Same(p.count(rule, subject, entry, after), repair.Counted{})
	}
}

// refuses wants a refusal of the entry, until a time after the start.
func (p play) refuses(rule repair.Rule, subject, entry string, after, until time.Duration) {
	p.t.Helper()
	got := p.count(rule, subject, entry, after)
	p.t.Same(got, repair.Counted{Refused: true, Until: p.start.Add(until), First: got.First})
}

func (p play) uncount(subject, entry string) {
	p.t.Helper()
	p.t.OK(p.store.Uncount(p.t.Context(), subject, entry))
}

// together runs f a hundred times at once, and counts how often it said true.
func (p play) together(f func(i int) (bool, error)) (n int) {
	var group sync.WaitGroup
	var mu sync.Mutex
	begin := make(chan struct{})
	for i := range 100 {
		group.Go(func() {
			<-begin
			yes, err := f(i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				p.t.Error(err)
			}
			if yes {
				n++
			}
		})
	}
	close(begin)
	group.Wait()
	return n
}
