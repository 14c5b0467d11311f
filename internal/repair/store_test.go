package repair_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// TestStore holds each sentence of the contract of [repair.Store]. Time is handed to the store, so that no
// test waits. It starts at the present, and goes on by days within a test: what a store lets expire by
// its own clock must outlast that test.
func TestStore(t *testing.T) {
	testkit.Contract(t, map[string]map[string]func(play){
		"Validation": validationTests, "Count": countTests, "Rest": restTests, "First": firstTests, "Together": togetherTests,
	}, func(t check.T, db *redisstore.DB, start time.Time) play {
		return play{t: t, store: db.Desk(), start: start}
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
	got := check.Must(p.store.Create(p.t.Context(), v))(p.t)
	p.t.Same(got, want)
}

func (p play) loads(want repair.Stored) {
	p.t.Helper()
	got := check.Must(p.store.Load(p.t.Context(), want.ID))(p.t)
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
func (p play) together(f func(i int) (bool, error)) int {
	var n atomic.Int64
	check.AtOnce(100, func(i int) {
		yes, err := f(i)
		check.Is(p.t, err, nil)
		if yes {
			n.Add(1)
		}
	})
	return int(n.Load())
}

// The rules of the tests.
var (
	hourly  = repair.Rule{Rate: limit.Rate{Most: 3, Within: time.Hour}}
	resting = repair.Rule{Rate: limit.Rate{Most: 3, Within: 24 * time.Hour}, Rest: 24 * time.Hour}
)

const ms = time.Millisecond

var countTests = map[string]func(play){
	"an entry counts once, and again when it is old": func(p play) {
		p.counts(hourly, "s", 0, "a", "a", "a", "a", "b", "c", "a")
		p.refuses(hourly, "s", "d", 0, time.Hour)
		p.counts(hourly, "s", time.Hour, "a", "a", "b", "c")
		p.refuses(hourly, "s", "d", time.Hour, 2*time.Hour)
	},
	"without an entry it is only asked": func(p play) {
		p.counts(hourly, "s", 0, "", "", "", "", "a", "b", "", "c")
		p.refuses(hourly, "s", "", 0, time.Hour)
		p.counts(hourly, "s", time.Hour, "", "", "", "", "d", "e", "f")
	},
	"each subject is counted alone": func(p play) {
		for _, subject := range []string{"s", "s ", "S", "look-ups:console:ann", "look-ups:api:ann", "añb {x} \n\"", ""} {
			p.counts(hourly, subject, 0, "a", "b", "c")
			p.refuses(hourly, subject, "d", 0, time.Hour)
		}
	},
	"a rule of none counts none": func(p play) {
		none := repair.Rule{Rate: limit.Rate{Most: 0, Within: time.Hour}}
		p.refuses(none, "s", "a", 0, time.Hour)
		p.refuses(none, "s", "a", 2*time.Hour, 3*time.Hour)
	},
}

var restTests = map[string]func(play){
	"the last entry begins the rest": func(p play) {
		p.counts(resting, "s", 0, "a")
		p.counts(resting, "s", 10*time.Hour, "b")
		p.counts(resting, "s", 20*time.Hour, "c")
		p.refuses(resting, "s", "d", 20*time.Hour, 44*time.Hour)
		p.refuses(resting, "s", "d", 34*time.Hour, 44*time.Hour)
		p.refuses(resting, "s", "", 44*time.Hour-ms, 44*time.Hour)
		p.counts(resting, "s", 44*time.Hour, "d", "e", "f")
		p.refuses(resting, "s", "g", 44*time.Hour, 68*time.Hour)
	},
	"what is asked and refused makes the rest no longer": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		for n := range 20 {
			p.refuses(resting, "s", fmt.Sprint(n), time.Duration(n)*time.Hour, 24*time.Hour)
		}
		p.counts(resting, "s", 24*time.Hour, "d")
	},
	"entries that are old begin none": func(p play) {
		p.counts(resting, "s", 0, "a")
		p.counts(resting, "s", 12*time.Hour, "b")
		p.counts(resting, "s", 24*time.Hour, "c")
		p.counts(resting, "s", 24*time.Hour, "")
		p.counts(resting, "s", 35*time.Hour, "d")
		p.refuses(resting, "s", "e", 35*time.Hour, 59*time.Hour)
	},
	"who takes the last entry back ends the rest": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		p.uncount("s", "never")
		p.refuses(resting, "s", "d", 0, 24*time.Hour)
		p.uncount("s", "c")
		p.counts(resting, "s", time.Hour, "")
		p.counts(resting, "s", time.Hour, "d")
		p.refuses(resting, "s", "e", time.Hour, 25*time.Hour)
	},
	"the entry that began it is counted again while it lasts": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c", "c", "a")
		p.counts(resting, "s", 24*time.Hour-ms, "c")
	},
}

var firstTests = map[string]func(play){
	"one refusal in an hour is the first": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		for _, c := range []struct {
			after time.Duration
			first bool
		}{
			{0, true}, {0, false}, {time.Minute, false}, {repair.RefusalPause - ms, false},
			{repair.RefusalPause, true}, {repair.RefusalPause, false}, {2*repair.RefusalPause - ms, false}, {2*repair.RefusalPause + ms, true}, {3 * repair.RefusalPause, false},
		} {
			p.t.Same(p.count(resting, "s", "d", c.after), repair.Counted{Refused: true, Until: p.start.Add(24 * time.Hour), First: c.first})
		}
	},
	"also of those that only ask": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		p.t.Same(p.count(resting, "s", "", 0).First, true)
		p.t.Same(p.count(resting, "s", "d", 0).First, false)
	},
	"what is counted in between makes no other first": func(p play) {
		p.counts(hourly, "s", 0, "a", "b", "c")
		p.t.Same(p.count(hourly, "s", "d", 50*time.Minute).First, true)
		p.counts(hourly, "s", time.Hour, "d", "e", "f")
		p.t.Same(p.count(hourly, "s", "g", time.Hour).First, false)
		p.t.Same(p.count(hourly, "s", "g", 50*time.Minute+repair.RefusalPause).First, true)
	},
	"each subject has its own": func(p play) {
		none := repair.Rule{Rate: limit.Rate{Within: time.Hour}}
		p.t.Same(p.count(none, "s", "a", 0).First, true)
		p.t.Same(p.count(none, "r", "a", 0).First, true)
	},
}

var validationTests = map[string]func(play){
	"what is created is loaded": func(p play) {
		v := validation(1, "new")
		p.create(v, v)
		p.loads(v)
	},
	"it begins with revision 1": func(p play) {
		v := validation(1, "new")
		v.Revision = 7
		p.create(v, validation(1, "new"))
	},
	"what is there is returned, and not created again": func(p play) {
		v := validation(1, "new")
		p.create(v, v)
		p.create(validation(1, "newer"), v)
		p.loads(v)
	},
	"also when it has changed": func(p play) {
		p.create(validation(1, "new"), validation(1, "new"))
		p.t.OK(p.store.Save(p.t.Context(), validation(1, "changed")))
		p.create(validation(1, "new"), raised(validation(1, "changed")))
	},
	"there is none that was not created": func(p play) {
		p.create(validation(1, "new"), validation(1, "new"))
		p.t.Is(check.Err(p.store.Load(p.t.Context(), validation(2, "").ID)), repair.ErrNotFound)
		p.t.Is(p.store.Save(p.t.Context(), validation(2, "new")), repair.ErrNotFound)
		p.t.Is(check.Err(p.store.Load(p.t.Context(), validation(2, "").ID)), repair.ErrNotFound)
	},
	"a change raises the revision": func(p play) {
		v := validation(1, "new")
		p.create(v, v)
		for n := range 3 {
			v.Sealed = fmt.Append(nil, n)
			p.t.OK(p.store.Save(p.t.Context(), v))
			v = raised(v)
			p.loads(v)
		}
	},
	"the same change again is no error, and none": func(p play) {
		p.create(validation(1, "new"), validation(1, "new"))
		for range 3 {
			p.t.OK(p.store.Save(p.t.Context(), validation(1, "changed")))
		}
		p.loads(raised(validation(1, "changed")))
	},
	"a change of another revision is refused": func(p play) {
		p.create(validation(1, "new"), validation(1, "new"))
		p.t.OK(p.store.Save(p.t.Context(), validation(1, "changed")))
		for _, revision := range []int64{0, 1, 3, 1 << 40} {
			v := validation(1, "late")
			v.Revision = revision
			p.t.Is(p.store.Save(p.t.Context(), v), storage.ErrStale)
		}
		p.loads(raised(validation(1, "changed")))
	},
	"the same change after another is refused": func(p play) {
		p.create(validation(1, "new"), validation(1, "new"))
		p.t.OK(p.store.Save(p.t.Context(), validation(1, "a")))
		p.t.OK(p.store.Save(p.t.Context(), raised(validation(1, "b"))))
		p.t.Is(p.store.Save(p.t.Context(), validation(1, "a")), storage.ErrStale)
	},
	"what a caller does with the bytes is no change": func(p play) {
		v := validation(1, "new")
		got := check.Must(p.store.Create(p.t.Context(), v))(p.t)
		v.Sealed[0], got.Sealed[0] = 'x', 'y'
		p.loads(validation(1, "new"))
	},
}

var togetherTests = map[string]func(play){
	"of a hundred changes at once one is made": func(p play) {
		v := validation(1, "new")
		p.create(v, v)
		p.t.Same(p.together(func(i int) (bool, error) {
			err := p.store.Save(p.t.Context(), validation(1, fmt.Sprint(i)))
			if errors.Is(err, storage.ErrStale) {
				return false, nil
			}
			return err == nil, err
		}), 1)
	},
	"a hundred at once create one": func(p play) {
		p.together(func(i int) (bool, error) {
			_, err := p.store.Create(p.t.Context(), validation(1, fmt.Sprint(i)))
			return true, err
		})
		got := check.Must(p.store.Load(p.t.Context(), validation(1, "").ID))(p.t)
		p.t.Same(got.Revision, int64(1))
	},
	"of a hundred entries at once as many are counted as can be, and one is told to be refused first": func(p play) {
		for name, rule := range map[string]repair.Rule{"hourly": hourly, "resting": resting} {
			counted := p.together(func(i int) (bool, error) {
				c, err := p.store.Count(p.t.Context(), repair.Count{Subject: name, Entry: fmt.Sprint(i), At: p.start, Rule: rule})
				return err == nil && !c.Refused, err
			})
			p.t.Same(counted, rule.Most)
			again := p.count(rule, name, "again", 0)
			if !again.Refused || again.First {
				p.t.Fatalf("%s: then %+v", name, again)
			}
			p.t.Same(p.together(func(i int) (bool, error) {
				later := repair.Count{Subject: name, Entry: fmt.Sprint("later", i), At: p.start.Add(repair.RefusalPause), Rule: repair.Rule{Rate: limit.Rate{Within: time.Hour}}}
				c, err := p.store.Count(p.t.Context(), later)
				return c.First, err
			}), 1)
		}
	},
	"the same entry a hundred times at once counts once": func(p play) {
		p.t.Same(p.together(func(int) (bool, error) {
			c, err := p.store.Count(p.t.Context(), repair.Count{Subject: "s", Entry: "e", At: p.start, Rule: hourly})
			return !c.Refused, err
		}), 100)
		p.counts(hourly, "s", 0, "a", "b")
		p.refuses(hourly, "s", "c", 0, hourly.Within)
	},
}
