package agents_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contract of [agents.Store].
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Create": createTests, "Save": saveTests, "List": listTests, "Together": togetherTests,
	}, func(t check.T, db *redisstore.DB, _ time.Time) play { return play{t: t, Store: db.Agents()} })
}

var createTests = map[string]func(play){
	"a profile is found as it was kept": func(p play) {
		p.found(p.create(1, "ann"))
	},
	"of nobody nothing is found": func(p play) {
		p.create(1, "ann")
		p.t.Is(check.Err(p.Load(p.t.Context(), id(2))), agents.ErrNoAgent)
		p.t.Is(check.Err(p.ByName(p.t.Context(), "bob")), agents.ErrNoAgent)
	},
	"a name that is taken is refused, and changes nothing": func(p play) {
		kept := p.create(1, "ann")
		p.t.Is(p.Create(p.t.Context(), profile(2, "ann", "other")), agents.ErrTaken)
		p.found(kept)
		p.t.Is(check.Err(p.Load(p.t.Context(), id(2))), agents.ErrNoAgent)
	},
	"an ID that is taken is refused, and changes nothing": func(p play) {
		kept := p.create(1, "ann")
		p.t.Is(p.Create(p.t.Context(), profile(1, "bob", "other")), agents.ErrTaken)
		p.t.Is(p.Create(p.t.Context(), profile(1, "ann", "other")), agents.ErrTaken)
		p.found(kept)
		p.t.Is(check.Err(p.ByName(p.t.Context(), "bob")), agents.ErrNoAgent)
	},
	"the same again is no error and changes nothing": func(p play) {
		p.create(1, "ann")
		p.found(p.create(1, "ann"))
	},
	"the same again after a change is taken": func(p play) {
		first := p.create(1, "ann")
		p.t.OK(p.Save(p.t.Context(), profile(1, "ann", "changed")))
		p.t.Is(p.Create(p.t.Context(), first), agents.ErrTaken)
	},
	"all names and as much as may be sealed are kept": func(p play) {
		long := profile(1, agents.UserName("a"+strings.Repeat(".-_9", 7)+"xyz"), "")
		long.Sealed = bytes.Repeat([]byte{0, 255}, agents.MaxSealed/2)
		p.t.OK(p.Create(p.t.Context(), long))
		p.found(long)
		p.found(p.create(2, "a-b"))
		p.found(p.create(3, "a.b"))
		p.found(p.create(4, "a_b"))
	},
	"what was handed over or out is the store's own": func(p play) {
		given := p.create(1, "ann")
		want := profile(1, "ann", "new")
		given.Sealed[0] = '!'
		got := check.Must(p.Load(p.t.Context(), id(1)))(p.t)
		got.Sealed[0] = '!'
		p.found(want)
	},
}

var saveTests = map[string]func(play){
	"a profile becomes what is given, and its revision rises by one": func(p play) {
		p.create(1, "ann")
		other := p.create(2, "bob")
		changed := profile(1, "ann", "changed")
		p.t.OK(p.Save(p.t.Context(), changed))
		p.found(raised(changed))
		again := raised(profile(1, "ann", "changed again"))
		p.t.OK(p.Save(p.t.Context(), again))
		p.found(raised(again))
		p.found(other)
	},
	"another revision is stale, and nothing changes": func(p play) {
		p.create(1, "ann")
		changed := profile(1, "ann", "changed")
		p.t.OK(p.Save(p.t.Context(), changed))
		for _, revision := range []int64{0, 1, 3, 1 << 60} {
			late := profile(1, "ann", "late")
			late.Revision = revision
			p.t.Is(p.Save(p.t.Context(), late), storage.ErrStale)
		}
		p.found(raised(changed))
	},
	"of nobody it says so, and keeps nothing": func(p play) {
		p.t.Is(p.Save(p.t.Context(), profile(1, "ann", "changed")), agents.ErrNoAgent)
		p.t.Is(check.Err(p.ByName(p.t.Context(), "ann")), agents.ErrNoAgent)
		p.found(p.create(2, "ann"))
	},
	"the same again is no error and changes nothing": func(p play) {
		p.create(1, "ann")
		changed := profile(1, "ann", "changed")
		for range 3 {
			p.t.OK(p.Save(p.t.Context(), changed))
		}
		p.found(raised(changed))
	},
	"the same again after another change is stale": func(p play) {
		p.create(1, "ann")
		changed := profile(1, "ann", "changed")
		p.t.OK(p.Save(p.t.Context(), changed))
		p.t.OK(p.Save(p.t.Context(), raised(profile(1, "ann", "again"))))
		p.t.Is(p.Save(p.t.Context(), changed), storage.ErrStale)
	},
}

var listTests = map[string]func(play){
	"without anybody it is empty": func(p play) { p.listed() },
	"all are listed by name": func(p play) {
		carl, ann, bob := p.create(1, "carl"), p.create(2, "ann"), p.create(3, "bob")
		p.listed(ann, bob, carl)
	},
	"a changed one is listed once, as it is": func(p play) {
		p.create(1, "ann")
		changed := profile(1, "ann", "changed")
		p.t.OK(p.Save(p.t.Context(), changed))
		p.listed(raised(changed))
	},
	"one that was refused isn't listed": func(p play) {
		ann := p.create(1, "ann")
		p.t.Is(p.Create(p.t.Context(), profile(2, "ann", "other")), agents.ErrTaken)
		p.listed(ann)
	},
	"three hundred are listed": func(p play) {
		var all []agents.Stored
		for i := range 300 {
			all = append(all, p.create(i, agents.UserName(fmt.Sprintf("a%03d", i))))
		}
		p.listed(all...)
	},
}

var togetherTests = map[string]func(play){
	"of a hundred who take one name one gets it": func(p play) {
		won := p.together(func(i int) error {
			return p.Create(p.t.Context(), profile(i, "ann", "new"))
		}, agents.ErrTaken)
		p.t.Same(won, 1)
		all := check.Must(p.List(p.t.Context()))(p.t)
		p.t.Same(len(all), 1)
		p.found(all[0])
	},
	"of a hundred who change one revision one does": func(p play) {
		p.create(1, "ann")
		won := p.together(func(i int) error {
			return p.Save(p.t.Context(), profile(1, "ann", fmt.Sprint(i)))
		}, storage.ErrStale)
		p.t.Same(won, 1)
		after := check.Must(p.Load(p.t.Context(), id(1)))(p.t)
		p.t.Same(after.Revision, int64(2))
	},
}

// play is one test under way. Its methods fail the test on errors that it didn't expect.
type play struct {
	t check.T
	agents.Store
}

// id returns the ID of the n-th agent of a test.
func id(n int) agents.ID {
	digits := strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprintf("%06d", n))
	return agents.ID("agt_" + strings.Repeat("z", 20) + digits)
}

// profile is a new one. Its sealed bytes are all that bytes can be.
func profile(n int, name agents.UserName, sealed string) agents.Stored {
	return agents.Stored{ID: id(n), Name: name, Revision: 1, Sealed: []byte(sealed + "\x00\xff\r\n")}
}

// raised is the profile as it is stored once it was changed.
func raised(s agents.Stored) agents.Stored {
	s.Revision++
	return s
}

func (p play) create(n int, name agents.UserName) agents.Stored {
	p.t.Helper()
	s := profile(n, name, "new")
	p.t.OK(p.Create(p.t.Context(), s))
	return s
}

// found checks that the profile is found by its name and its ID.
func (p play) found(want agents.Stored) {
	p.t.Helper()
	byName := check.Must(p.ByName(p.t.Context(), want.Name))(p.t)
	p.t.Same(byName, want)
	byID := check.Must(p.Load(p.t.Context(), want.ID))(p.t)
	p.t.Same(byID, want)
}

func (p play) listed(want ...agents.Stored) {
	p.t.Helper()
	all := check.Must(p.List(p.t.Context()))(p.t)
	p.t.Same(len(all), len(want))
	for i, s := range all {
		p.t.Same(s, want[i])
	}
}

// together runs f a hundred times at once, and says how many had no error; all others must have
// the one that is given.
func (p play) together(f func(i int) error, otherwise error) int {
	var won atomic.Int64
	check.AtOnce(100, func(i int) {
		if err := f(i); err == nil {
			won.Add(1)
		} else {
			check.Is(p.t, err, otherwise)
		}
	})
	return int(won.Load())
}
