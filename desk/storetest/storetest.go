// Package storetest is the one set of tests that every implementation of [desk.Store] must pass:
// each sentence of its contract is a subtest.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(*testing.T) desk.Store { return desk.NewMemory() })
//	}
//
// Time is handed to the store, so that no test waits. It starts at the present, and goes on by
// days within a test: what a store lets expire by its own clock must outlast that test.
package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/desk"
)

// Run runs every test on a store of its own, which fresh makes empty.
func Run(t *testing.T, fresh func(t *testing.T) desk.Store) {
	groups := map[string]map[string]func(play){
		"Validation": validationTests, "Count": countTests, "Rest": restTests, "First": firstTests, "Together": togetherTests,
	}
	for group, tests := range groups {
		t.Run(group, func(t *testing.T) {
			for sentence, test := range tests {
				t.Run(sentence, func(t *testing.T) {
					test(play{t: t, store: fresh(t), start: time.Now().UTC().Truncate(time.Millisecond)})
				})
			}
		})
	}
}

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t     *testing.T
	store desk.Store
	start time.Time
}

// validation is the n-th of a test. Its sealed bytes are all that bytes can be.
func validation(n int, sealed string) desk.Stored {
	digits := strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%06d", n))
	id := desk.ID("val_" + strings.Repeat("z", 20) + digits)
	return desk.Stored{ID: id, Revision: 1, Sealed: []byte(sealed + "\x00\xff\r\n")}
}

func raised(v desk.Stored) desk.Stored {
	v.Revision++
	return v
}

func (p play) create(v, want desk.Stored) {
	p.t.Helper()
	got, err := p.store.Create(p.t.Context(), v)
	p.ok(err)
	p.same(got, want)
}

func (p play) loads(want desk.Stored) {
	p.t.Helper()
	got, err := p.store.Load(p.t.Context(), want.ID)
	p.ok(err)
	p.same(got, want)
}

// count counts an entry some time after the start.
func (p play) count(rule desk.Rule, subject, entry string, after time.Duration) desk.Counted {
	p.t.Helper()
	counted, err := p.store.Count(p.t.Context(), desk.Count{Subject: subject, Entry: entry, At: p.start.Add(after), Rule: rule})
	p.ok(err)
	return counted
}

// counts counts entries, all of which are to be.
func (p play) counts(rule desk.Rule, subject string, after time.Duration, entries ...string) {
	p.t.Helper()
	for _, entry := range entries {
		p.same(p.count(rule, subject, entry, after), desk.Counted{})
	}
}

// refuses wants a refusal of the entry, until a time after the start.
func (p play) refuses(rule desk.Rule, subject, entry string, after, until time.Duration) {
	p.t.Helper()
	got := p.count(rule, subject, entry, after)
	p.same(got, desk.Counted{Refused: true, Until: p.start.Add(until), First: got.First})
}

func (p play) uncount(subject, entry string) {
	p.t.Helper()
	p.ok(p.store.Uncount(p.t.Context(), subject, entry))
}

func (p play) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p play) is(err, want error) {
	p.t.Helper()
	if !errors.Is(err, want) {
		p.t.Fatalf("error %v, want %v", err, want)
	}
}

func (p play) same(got, want any) {
	p.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Fatalf("(-want +got)\n%s", diff)
	}
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
