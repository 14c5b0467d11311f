package repair_test

import (
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
)

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
		_, err := p.store.Load(p.t.Context(), validation(2, "").ID)
		p.t.Is(err, repair.ErrNotFound)
		p.t.Is(p.store.Save(p.t.Context(), validation(2, "new")), repair.ErrNotFound)
		_, err = p.store.Load(p.t.Context(), validation(2, "").ID)
		p.t.Is(err, repair.ErrNotFound)
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
		got, err := p.store.Create(p.t.Context(), v)
		p.t.OK(err)
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
		got, err := p.store.Load(p.t.Context(), validation(1, "").ID)
		p.t.OK(err)
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
				later := repair.Count{Subject: name, Entry: fmt.Sprint("later", i), At: p.start.Add(repair.RefusalPause), Rule: repair.Rule{Within: time.Hour}}
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
