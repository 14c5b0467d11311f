package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// sentences are those of the contract of [audit.Store].
var sentences = map[string]func(play){
	"an empty store has no head":              emptyStore,
	"entries stay as they are to the byte":    keepsBytes,
	"a head that moved refuses":               refusesBehind,
	"the same again changes nothing":          sameAgain,
	"a place that is not empty is refused":    refusesOccupied,
	"several are appended in one step":        together,
	"empty places are left out":               leavesOut,
	"reads are bounded":                       boundedReads,
	"entries that go are gone, and no others": trims,
	"trimming after another head refuses":     trimRefusesBehind,
	"the lowest place is known":               knowsLowest,
	"without its head nothing is begun":       beginsOnce,
	"what is set aside is found no more":      setsAside,
	"of a hundred at once one sets aside":     oneSetsAside,
	"of a hundred at once one gets the place": oneOfHundred,
}

// TestStore holds each sentence of the contract of [audit.Store].
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){"Audit": sentences},
		func(t check.T, db *redisstore.DB, _ time.Time) play { return play{t, db.Audit()} })
}

// play is one test under way.
type play struct {
	t check.T
	audit.Store
}

// head is the n-th head of a test. Its bytes are all that bytes can be.
func head(n int64) []byte {
	if n == 0 {
		return nil
	}
	return fmt.Appendf(nil, "head %d \x00\xff\r\n", n)
}

// line is the entry of a place.
func line(n int64) audit.Stored {
	return audit.Stored{Seq: n, Line: fmt.Appendf(nil, `{"entry":%d,"x":"¿\u0000"}`+" \x00\xff\r\n", n)}
}

// lines are the entries of places.
func lines(all ...int64) []audit.Stored {
	var entries []audit.Stored
	for _, n := range all {
		entries = append(entries, line(n))
	}
	return entries
}

// fill appends entries up to one.
func (p play) fill(last int64) {
	p.t.Helper()
	for n := int64(1); n <= last; n++ {
		p.t.OK(p.Append(p.t.Context(), lines(n), head(n), head(n-1)))
	}
}

// holds checks the head and what stands at the places from one on.
func (p play) holds(last, from int64, most int, want ...int64) {
	p.t.Helper()
	got, err := p.Head(p.t.Context())
	p.t.OK(err)
	p.t.Same(string(got), string(head(last)))
	stored, err := p.Read(p.t.Context(), from, most)
	p.t.OK(err)
	p.t.Same(stored, lines(want...))
}

func emptyStore(p play) { p.holds(0, 1, audit.MaxRead) }

func keepsBytes(p play) {
	p.fill(3)
	p.holds(3, 1, audit.MaxRead, 1, 2, 3)
}

func refusesBehind(p play) {
	p.fill(2)
	for _, before := range [][]byte{head(1), head(3), nil} {
		p.t.Is(p.Append(p.t.Context(), lines(3), head(4), before), storage.ErrStale)
	}
	p.holds(2, 1, audit.MaxRead, 1, 2)
}

func sameAgain(p play) {
	p.fill(2)
	p.t.OK(p.Append(p.t.Context(), lines(2), head(2), head(1)))
	p.holds(2, 1, audit.MaxRead, 1, 2)
	for range 2 {
		p.t.OK(p.Trim(p.t.Context(), 1, 1, head(9), head(2)))
		p.holds(9, 1, audit.MaxRead, 2)
	}
}

func refusesOccupied(p play) {
	p.fill(2)
	p.t.Is(p.Append(p.t.Context(), []audit.Stored{{Seq: 1, Line: []byte("other")}}, head(3), head(2)), audit.ErrTampered)
	p.holds(2, 1, audit.MaxRead, 1, 2)
}

// together appends as many as there may be, over the bounds of whatever the store keeps together, and
// none where one of them is refused.
func together(p play) {
	const from, to = audit.MaxRead - 10, audit.MaxRead - 10 + audit.MaxTogether - 1
	var some []int64
	for n := int64(from); n <= to; n++ {
		some = append(some, n)
	}
	p.t.OK(p.Append(p.t.Context(), lines(some...), head(1), nil))
	p.t.OK(p.Append(p.t.Context(), lines(some...), head(1), nil))
	p.holds(1, from, audit.MaxRead, some...)
	p.lowest(from)
	p.t.Is(p.Append(p.t.Context(), lines(to+1, to+2), head(2), head(9)), storage.ErrStale)
	p.t.OK(p.Append(p.t.Context(), lines(to+3), head(2), head(1)))
	p.t.Is(p.Append(p.t.Context(), lines(to+1, to+2, to+3), head(3), head(2)), audit.ErrTampered)
	p.holds(2, to+1, audit.MaxRead, to+3)
}

func leavesOut(p play) {
	p.t.OK(p.Append(p.t.Context(), lines(2), head(2), nil))
	p.t.OK(p.Append(p.t.Context(), lines(4), head(4), head(2)))
	p.holds(4, 1, audit.MaxRead, 2, 4)
	p.holds(4, 3, 1)
	p.holds(4, 5, audit.MaxRead)
}

// boundedReads looks at places over the bounds of whatever the store keeps together.
func boundedReads(p play) {
	const n = audit.MaxRead
	before := head(0)
	for _, seq := range []int64{1, n - 1, n, n + 1, 2 * n, 2*n + 1} {
		p.t.OK(p.Append(p.t.Context(), lines(seq), head(seq), before))
		before = head(seq)
	}
	p.holds(2*n+1, 1, n, 1, n-1, n)
	p.holds(2*n+1, 1, 10*n, 1, n-1, n)
	p.holds(2*n+1, 2, n, n-1, n, n+1)
	p.holds(2*n+1, n+1, n, n+1, 2*n)
	p.holds(2*n+1, n, 2, n, n+1)
	p.holds(2*n+1, 2*n+1, 1, 2*n+1)
}

func trims(p play) {
	const n = audit.MaxRead
	before := head(0)
	for seq := int64(n - 2); seq <= n+3; seq++ {
		p.t.OK(p.Append(p.t.Context(), lines(seq), head(seq), before))
		before = head(seq)
	}
	p.t.OK(p.Trim(p.t.Context(), n-2, n-2, head(1), before))
	p.holds(1, n-2, 10, n-1, n, n+1, n+2, n+3)
	p.t.OK(p.Trim(p.t.Context(), n-1, n+1, head(2), head(1)))
	p.holds(2, n-2, 10, n+2, n+3)
	p.t.OK(p.Trim(p.t.Context(), n+2, 2*n+1, head(3), head(2)))
	p.holds(3, n-2, 10)
}

func trimRefusesBehind(p play) {
	p.fill(2)
	p.t.Is(p.Trim(p.t.Context(), 1, 1, head(9), head(1)), storage.ErrStale)
	p.t.Is(p.Trim(p.t.Context(), 1, 1, head(9), nil), storage.ErrStale)
	p.holds(2, 1, audit.MaxRead, 1, 2)
}

// lowest checks the lowest place.
func (p play) lowest(want int64) {
	p.t.Helper()
	got, err := p.Lowest(p.t.Context())
	p.t.OK(err)
	p.t.Same(got, want)
}

func knowsLowest(p play) {
	p.lowest(0)
	p.t.Is(p.Append(p.t.Context(), lines(2), head(2), head(1)), storage.ErrStale)
	p.lowest(0)
	p.t.OK(p.Append(p.t.Context(), lines(2), head(2), nil))
	p.lowest(2)
	p.t.OK(p.Append(p.t.Context(), lines(3), head(3), head(2)))
	p.lowest(2)
	p.t.Is(p.Trim(p.t.Context(), 2, 2, head(4), head(2)), storage.ErrStale)
	p.lowest(2)
	p.t.OK(p.Trim(p.t.Context(), 2, 3, head(4), head(3)))
	p.lowest(4)
}

// beginsOnce has no head put in the head's place, which is as good as to remove it.
func beginsOnce(p play) {
	p.fill(2)
	p.t.OK(p.Trim(p.t.Context(), 1, 1, nil, head(2)))
	p.t.Is(p.Append(p.t.Context(), lines(9), head(9), nil), audit.ErrTampered)
	p.holds(0, 1, audit.MaxRead, 2)
	p.lowest(2)
}

func oneOfHundred(p play) {
	var won atomic.Int64
	check.AtOnce(100, func(i int) {
		n := int64(i + 1)
		err := p.Append(p.t.Context(), []audit.Stored{{Seq: 1, Line: line(n).Line}}, head(n), nil)
		switch {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, storage.ErrStale):
			p.t.Error(err)
		}
	})
	p.t.Same(won.Load(), int64(1))
	stored, err := p.Read(p.t.Context(), 1, audit.MaxRead)
	p.t.OK(err)
	now, err := p.Head(p.t.Context())
	p.t.OK(err)
	for n := range int64(100) {
		if bytes.Equal(now, head(n+1)) && len(stored) == 1 && bytes.Equal(stored[0].Line, line(n+1).Line) {
			return
		}
	}
	p.t.Errorf("head %q goes with %d entries", now, len(stored))
}

func setsAside(p play) {
	p.fill(3)
	begun := audit.Stored{Seq: 1, Line: []byte("begun \x00\xff")}
	p.t.Is(p.SetAside(p.t.Context(), "one", begun, head(9), head(2)), storage.ErrStale)
	p.holds(3, 1, 10, 1, 2, 3)
	for range 2 {
		p.t.OK(p.SetAside(p.t.Context(), "one", begun, head(9), head(3)))
	}
	got, err := p.Read(p.t.Context(), 1, audit.MaxRead)
	p.t.OK(err)
	p.t.Same(got, []audit.Stored{begun})
	lowest, err := p.Lowest(p.t.Context())
	p.t.OK(err)
	p.t.OK(p.Append(p.t.Context(), lines(2), head(10), head(9)))
	p.t.Is(p.Append(p.t.Context(), lines(1), head(11), head(10)), audit.ErrTampered)
	p.t.Same(lowest, int64(1))
	p.t.OK(p.SetAside(p.t.Context(), "two", line(1), head(12), head(10)))
	p.holds(12, 1, 10, 1)
}

func oneSetsAside(p play) {
	p.fill(1)
	var done atomic.Int64
	check.AtOnce(100, func(i int) {
		err := p.SetAside(p.t.Context(), fmt.Sprint("n", i), line(1), head(100+int64(i)), head(1))
		if err == nil {
			done.Add(1)
		} else if !errors.Is(err, storage.ErrStale) {
			p.t.Error(err)
		}
	})
	p.t.Same(done.Load(), int64(1))
}
