package tickets_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// TestStore holds each sentence of the contract of [tickets.Store].
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){"Change": changeTests, "Hints": hintTests},
		func(t check.T, db *redisstore.DB, start time.Time) play {
			_, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: testkit.Home}}, start)
			t.OK(err)
			return play{t, db, db.Tickets(), start}
		})
}

// play is one test under way.
type play struct {
	check.T
	db    *redisstore.DB
	store redisstore.Tickets
	start time.Time
}

// change is the n-th change of the line.
func (p play) change(n int) tickets.Change {
	return tickets.Change{
		Stored:  tickets.Stored{Number: testkit.Home, Revision: int64(n - 1), Sealed: fmt.Appendf(nil, "sealed %d %c", n, 0)},
		Record:  pins.Record{At: p.start.Add(time.Duration(n) * time.Second), Event: pins.TicketWritten, By: "crm"},
		Event:   fmt.Appendf(nil, "event %d", n),
		Notices: [][]byte{fmt.Appendf(nil, "notice %d", n), fmt.Appendf(nil, "notice %d too", n)},
	}
}

// stands wants the changes up to the n-th to stand, each with all that goes with it.
func (p play) stands(n int) {
	p.Helper()
	want := tickets.Stored{Number: testkit.Home}
	var events, notices, records int
	if n > 0 {
		want.Revision, want.Sealed = int64(n), p.change(n).Sealed
		events, notices, records = n, 2*n, n
	}
	stored, err := p.store.Load(p.Context(), testkit.Missing, testkit.Home)
	p.OK(err)
	p.Same(stored, []tickets.Stored{{Number: testkit.Missing}, want})
	history, err := p.db.Lines().History(p.Context(), testkit.Home, 1000)
	p.OK(err)
	p.Same([]int{len(testkit.Events(p, p.db, testkit.Home)), len(testkit.Notices(p, p.db, string(testkit.Home))), len(history)},
		[]int{events, notices, records})
}

var changeTests = map[string]func(play){
	"all of a change is one step, and the same again is none": func(p play) {
		p.stands(0)
		for n := 1; n <= 3; n++ {
			for range 2 {
				p.OK(p.store.Change(p.Context(), p.change(n)))
				p.stands(n)
			}
		}
	},
	"another revision is stale": func(p play) {
		p.Is(p.store.Change(p.Context(), p.change(2)), storage.ErrStale)
		p.stands(0)
		p.OK(p.store.Change(p.Context(), p.change(1)))
		p.OK(p.store.Change(p.Context(), p.change(2)))
		for n := range 5 {
			change := p.change(n + 1)
			if change.Sealed = []byte("other"); n != 2 {
				p.Is(p.store.Change(p.Context(), change), storage.ErrStale)
			}
		}
		p.stands(2)
	},
	"a change names the PIN that its caller proved to know": func(p play) {
		line, err := p.db.Lines().Line(p.Context(), testkit.Home)
		p.OK(err)
		change := p.change(1)
		for _, proved := range []int64{line.Revision + 1, -1} {
			change.Proved = proved
			p.Is(p.store.Change(p.Context(), change), tickets.ErrOvertaken)
		}
		change.Number, change.Proved = testkit.Missing, line.Revision
		p.Is(p.store.Change(p.Context(), change), tickets.ErrOvertaken)
		p.stands(0)
		change.Number = testkit.Home
		p.OK(p.store.Change(p.Context(), change))
		p.stands(1)
	},
	"a number that is no line can have tickets": func(p play) {
		change := p.change(1)
		change.Number = testkit.Missing
		p.OK(p.store.Change(p.Context(), change))
		p.Same(len(testkit.Events(p, p.db, testkit.Missing)), 1)
	},
	"a line that is removed has none": func(p play) {
		p.OK(p.store.Change(p.Context(), p.change(1)))
		p.OK(p.db.Lines().Remove(p.Context(), testkit.Home, pins.Record{At: p.start, Event: pins.Removed, By: "ann"}))
		stored, err := p.store.Load(p.Context(), testkit.Home)
		p.OK(err)
		p.Same(stored, []tickets.Stored{{Number: testkit.Home}})
		p.Is(p.store.Change(p.Context(), p.change(2)), storage.ErrStale)
	},
	"too many events that wait refuse one more, unless nobody takes any": func(p play) {
		var err error
		n := 1
		for ; err == nil && n < 1100; n++ {
			change := p.change(n)
			change.Notices = nil
			err = p.store.Change(p.Context(), change)
		}
		p.Is(err, tickets.ErrBacklog)
		p.Same(n, 1002)
		p.OK(p.db.WithoutEvents().Tickets().Change(p.Context(), p.change(n-1)))
		without := p.change(n)
		without.Event = nil
		p.OK(p.store.Change(p.Context(), without))
	},
	"what is too long is refused": func(p play) {
		for _, spoil := range []func(*tickets.Change){
			func(c *tickets.Change) { c.Sealed = make([]byte, tickets.MaxSealed+1) },
			func(c *tickets.Change) { c.Event = make([]byte, 64<<10) },
			func(c *tickets.Change) { c.Notices[1] = make([]byte, 64<<10) },
			func(c *tickets.Change) { c.Record.Reason = strings.Repeat("x", 64<<10) },
		} {
			change := p.change(1)
			spoil(&change)
			if err := p.store.Change(p.Context(), change); err == nil {
				p.Fatal("taken")
			}
		}
		p.stands(0)
	},
	"of a hundred at once one stands": func(p play) {
		results := make([]error, 100)
		check.AtOnce(100, func(i int) {
			change := p.change(1)
			change.Sealed = fmt.Append(nil, i)
			results[i] = p.store.Change(p.Context(), change)
		})
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else {
				p.Is(err, storage.ErrStale)
			}
		}
		p.Same([]int{won, len(testkit.Events(p, p.db, testkit.Home))}, []int{1, 1})
	},
}

var hintTests = map[string]func(play){
	"a ticket is claimed for one line": func(p play) {
		p.Is(check.Err(p.store.Line(p.Context(), "4821")), tickets.ErrNoTicket)
		claim := func(line, over nanp.Number, after time.Duration) tickets.Claim {
			p.Helper()
			stands, err := p.store.Claim(p.Context(), tickets.Claim{Name: "4821", Line: line, Over: over, At: p.start.Add(after)})
			p.OK(err)
			return tickets.Claim{Line: stands.Line, At: stands.At}
		}
		first := tickets.Claim{Line: testkit.Home, At: p.start}
		p.Same(claim(testkit.Home, "", 0), first)
		p.Same(claim(testkit.Other, "", time.Second), first)
		p.Same(claim(testkit.Other, testkit.Missing, time.Second), first)
		p.Same(claim(testkit.Home, "", time.Minute), tickets.Claim{Line: testkit.Home, At: p.start.Add(time.Minute)})
		p.Same(claim(testkit.Other, testkit.Home, time.Hour), tickets.Claim{Line: testkit.Other, At: p.start.Add(time.Hour)})
		line, err := p.store.Line(p.Context(), "4821")
		p.OK(err)
		p.Same(line, testkit.Other)
	},
	"the newest lines of an account are known": func(p play) {
		const account accounts.ID = "acc_1"
		for i := range tickets.MaxLines + 2 {
			for range 2 {
				p.OK(p.store.AddLine(p.Context(), account, nanp.Number(fmt.Sprint("+161255501", 10+i)), p.start.Add(time.Duration(i)*time.Second)))
			}
		}
		lines, err := p.store.Lines(p.Context(), account)
		p.OK(err)
		p.Same([]any{len(lines), lines[0]}, []any{tickets.MaxLines, nanp.Number("+16125550112")})
		lines, err = p.store.Lines(p.Context(), "acc_2")
		p.OK(err)
		p.Same(len(lines), 0)
	},
}

// TestTogether has callers, programs and servers change the tickets of one line at once.
func TestTogether(t *testing.T) {
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		f := onWorld(t, testkit.On(fresh(t)))
		other := tickets.New(f.config)
		turns := make([]tickets.Request, 20)
		for i := range turns {
			turns[i] = f.request()
		}
		check.AtOnce(40, func(i int) { // each turn comes to both servers
			server := []*tickets.Tickets{f.Tickets, other}[i%2]
			to := nanp.Number(fmt.Sprint("+165155501", 10+i/2))
			if _, outcome, err := server.ChangeContact(t.Context(), turns[i/2], to); err != nil || outcome != tickets.Done && outcome != tickets.TooMany {
				t.Errorf("%s, %v", outcome, err)
			}
		})
		check.Same(t, len(f.events(t)), tickets.MaxContacts)
		check.Same(t, len(f.told(t)), tickets.MaxContacts)
		tested := make([]string, 20)
		check.AtOnce(20, func(i int) {
			request := turns[i]
			request.Turn.Call = "CA3"
			test, outcome, err := f.RequestTest(t.Context(), request)
			if err != nil || outcome != tickets.Done {
				t.Errorf("%s, %v", outcome, err)
			}
			tested[i] = test.ID
		})
		for _, id := range tested {
			check.Same(t, id, tested[0])
		}
		check.Same(t, len(f.events(t)), tickets.MaxContacts+1)
		var refused int
		results := make([]error, 10)
		check.AtOnce(10, func(i int) { // one ticket for two lines
			d := f.details()
			d.Line = []nanp.Number{testkit.Home, testkit.Other}[i%2]
			_, results[i] = f.Put(t.Context(), tickets.Put{Number: "777777", Details: d, Note: ann})
		})
		for _, err := range results {
			if err != nil {
				refused++
				if !errors.Is(err, storage.ErrStale) && !errors.Is(err, tickets.ErrOtherLine) {
					t.Error(err)
				}
			}
		}
		check.Same(t, refused, 5)
	})
}
