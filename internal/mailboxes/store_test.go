package mailboxes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/mailboxes"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestStore holds what the contract of [mailboxes.Store] promises beyond that of the store of tickets, which changes its
// records by the same script.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){"Change": changeTests},
		func(t check.T, db *redisstore.DB, start time.Time) play {
			_, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: testkit.Home}}, start)
			t.OK(err)
			return play{t, db, db.Mailboxes(), start}
		})
}

// play is one test under way.
type play struct {
	check.T
	db    *redisstore.DB
	store redisstore.Mailboxes
	start time.Time
}

// change is the n-th change of the mailbox.
func (p play) change(n int) mailboxes.Change {
	return mailboxes.Change{
		Stored: mailboxes.Stored{Number: testkit.Home, Revision: int64(n - 1), Sealed: fmt.Appendf(nil, "sealed %d %c", n, 0)},
		Record: pins.Record{At: p.start.Add(time.Duration(n) * time.Second), Event: pins.MailboxWritten, By: "crm"},
		Event:  fmt.Appendf(nil, "event %d", n),
		Notice: fmt.Appendf(nil, "notice %d", n),
	}
}

var changeTests = map[string]func(play){
	"all of a change is one step, and the same again is none": func(p play) {
		p.Is(check.Err(p.store.Load(p.Context(), testkit.Home)), mailboxes.ErrNoMailbox)
		for n := 1; n <= 3; n++ {
			for range 2 {
				p.OK(p.store.Change(p.Context(), p.change(n)))
				stored, err := p.store.Load(p.Context(), testkit.Home)
				p.OK(err)
				p.Same(stored, mailboxes.Stored{Number: testkit.Home, Revision: int64(n), Sealed: p.change(n).Sealed})
				history, err := p.db.Lines().History(p.Context(), testkit.Home, 1000)
				p.OK(err)
				p.Same([]int{len(testkit.Events(p, p.db, testkit.Home)), len(testkit.Notices(p, p.db, string(testkit.Home))), len(history)},
					[]int{n, n, n})
			}
		}
	},
	"without an event and a notice it is the record alone": func(p play) {
		change := p.change(1)
		change.Event, change.Notice = nil, nil
		p.OK(p.store.Change(p.Context(), change))
		p.Same([]int{len(testkit.Events(p, p.db, testkit.Home)), len(testkit.Notices(p, p.db, string(testkit.Home)))}, []int{0, 0})
	},
	"no claim of a network keeps a change from being made": func(p play) {
		change := p.change(1)
		change.Record.From, change.Record.Call = strings.Repeat("x", 10_000), strings.Repeat("y", 10_000)
		p.OK(p.store.Change(p.Context(), change))
		history, err := p.db.Lines().History(p.Context(), testkit.Home, 1000)
		p.OK(err)
		p.Same(len(history), 1)
	},
	"without a record the history gets none": func(p play) {
		change := p.change(1)
		change.Record.Event = ""
		p.OK(p.store.Change(p.Context(), change))
		history, err := p.db.Lines().History(p.Context(), testkit.Home, 1000)
		p.OK(err)
		p.Same([]int{len(testkit.Events(p, p.db, testkit.Home)), len(testkit.Notices(p, p.db, string(testkit.Home))), len(history)}, []int{1, 1, 0})
	},
	"what has a time to live is the record of a decoy, which has nothing to do with the line's": func(p play) {
		p.OK(p.store.Change(p.Context(), p.change(1)))
		p.Is(check.Err(p.store.LoadDecoy(p.Context(), testkit.Home)), mailboxes.ErrNoMailbox)
		for n, lives := range []time.Duration{time.Hour, 2 * time.Hour} {
			change := p.change(n + 1)
			change.Lives, change.Sealed = lives, []byte("a decoy")
			p.OK(p.store.Change(p.Context(), change))
			left := p.db.Client().TTL(p.Context(), "uc:decoy:{"+string(testkit.Home)+"}").Val()
			if left < lives || left > lives+time.Hour {
				p.Fatal(lives, left)
			}
		}
		decoy, err := p.store.LoadDecoy(p.Context(), testkit.Home)
		p.OK(err)
		p.Same(decoy, mailboxes.Stored{Number: testkit.Home, Revision: 2, Sealed: []byte("a decoy")})
		stored, err := p.store.Load(p.Context(), testkit.Home)
		p.OK(err)
		p.Same(stored, mailboxes.Stored{Number: testkit.Home, Revision: 1, Sealed: p.change(1).Sealed})
		p.Same(p.db.Client().TTL(p.Context(), "uc:mailbox:{"+string(testkit.Home)+"}").Val(), time.Duration(-1)) // for ever
	},
	"another revision is stale, and another PIN overtakes": func(p play) {
		p.Is(p.store.Change(p.Context(), p.change(2)), storage.ErrStale)
		change := p.change(1)
		change.Proved = 1
		p.Is(p.store.Change(p.Context(), change), mailboxes.ErrOvertaken)
		p.Is(check.Err(p.store.Load(p.Context(), testkit.Home)), mailboxes.ErrNoMailbox)
	},
	"a line that is removed has none": func(p play) {
		p.OK(p.store.Change(p.Context(), p.change(1)))
		p.OK(p.db.Lines().Remove(p.Context(), testkit.Home, pins.Record{At: p.start, Event: pins.Removed, By: "ann"}))
		p.Is(check.Err(p.store.Load(p.Context(), testkit.Home)), mailboxes.ErrNoMailbox)
	},
	"too many events that wait refuse one more, unless nobody takes any": func(p play) {
		var err error
		n := 1
		for ; err == nil && n < 1100; n++ {
			change := p.change(n)
			change.Notice = nil
			err = p.store.Change(p.Context(), change)
		}
		p.Is(err, mailboxes.ErrBacklog)
		p.OK(p.db.WithoutEvents().Mailboxes().Change(p.Context(), p.change(n-1)))
	},
	"what is too long is refused": func(p play) {
		change := p.change(1)
		change.Sealed = make([]byte, mailboxes.MaxSealed+1)
		if err := p.store.Change(p.Context(), change); err == nil {
			p.Fatal("taken")
		}
	},
}

// TestTogether has the same turn come to two servers at once, twenty times over.
func TestTogether(t *testing.T) {
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		f := onWorld(t, testkit.On(fresh(t)))
		other := check.Must(mailboxes.New(f.config))(t)
		request := f.request(t)
		passwords := make([]secret.Text, 20)
		check.AtOnce(20, func(i int) {
			result, err := []*mailboxes.Mailboxes{f.Mailboxes, other}[i%2].Reset(t.Context(), request)
			if err != nil || result.Outcome != mailboxes.Done {
				t.Errorf("%s, %v", result.Outcome, err)
			}
			passwords[i] = result.Password
		})
		for _, password := range passwords {
			if !password.Equal(passwords[0]) {
				t.Error("the same turn was told two passwords")
			}
		}
		f.stands(t, 1, 1)

		outcomes := make([]mailboxes.Outcome, 20) // as many turns at once are no more resets than the limit has
		requests := make([]mailboxes.Request, len(outcomes))
		for i := range requests {
			requests[i] = f.request(t)
		}
		check.AtOnce(len(outcomes), func(i int) {
			result, err := f.Reset(t.Context(), requests[i])
			if err != nil {
				t.Error(err)
			}
			outcomes[i] = result.Outcome
		})
		done := 0
		for _, outcome := range outcomes {
			if outcome == mailboxes.Done {
				done++
			}
		}
		check.Same(t, done, mailboxes.DefaultLimit().Most-1)
		f.stands(t, mailboxes.DefaultLimit().Most, mailboxes.DefaultLimit().Most)
	})
}
