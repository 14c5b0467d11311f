package desk_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"updatecenter/audit"
	"updatecenter/desk"
)

func TestLimitsOfAnHour(t *testing.T) {
	for _, c := range []struct {
		what desk.Bounded
		most int
		do   func(f *fixture, who desk.Who) error
	}{
		{desk.LookUps, 120, func(f *fixture, who desk.Who) error { _, err := f.Find(t.Context(), who, home); return err }},
		{desk.Calls, 30, func(f *fixture, who desk.Who) error { _, err := f.Call(t.Context(), who, home, ""); return err }},
		{desk.Secrets, 60, func(f *fixture, who desk.Who) error {
			_, err := f.Secret(t.Context(), who, home, coded, wrongSecret)
			return err
		}},
		{desk.Resets, 20, func(f *fixture, who desk.Who) error {
			_, err := f.Reset(t.Context(), who, home, "forgot it")
			return err
		}},
		{desk.Resets, 20, func(f *fixture, who desk.Who) error {
			_, err := f.Unlock(t.Context(), who, home, "locked out")
			return err
		}},
	} {
		t.Run(string(c.what), func(t *testing.T) {
			f := newFixture(t)
			f.validated(t, bob)
			f.validated(t, ann)
			f.Desk = desk.New(f.config())
			start := f.now
			most := c.most
			if c.what == desk.Calls {
				most-- // which validated
			}
			for range most {
				f.ok(t, c.do(f, ann))
			}
			f.audit.forget()
			f.now = start.Add(10 * time.Minute)
			for range 10 {
				limited(t, c.do(f, ann), c.what, start.Add(time.Hour))
			}
			f.audit.holds(t, audit.LimitReached)
			want := []desk.Alert{{What: c.what, Who: ann, Line: home, Until: start.Add(time.Hour)}}
			if !slices.Equal(f.alerts, want) {
				t.Errorf("alerts %+v, want %+v", f.alerts, want)
			}
			f.ok(t, c.do(f, bob))
			f.now = start.Add(time.Hour - time.Millisecond)
			limited(t, c.do(f, ann), c.what, start.Add(time.Hour))
			f.now = start.Add(time.Hour)
			var limit *desk.LimitError
			if err := c.do(f, ann); errors.As(err, &limit) {
				t.Errorf("after an hour: %v", err)
			}
			if len(f.alerts) != 1 {
				t.Errorf("alerts %+v", f.alerts)
			}
		})
	}
}

func TestALimitIsOneOverManyServers(t *testing.T) {
	f := newFixture(t)
	desks := []*desk.Desk{desk.New(f.config()), desk.New(f.config())}
	for n := range 121 {
		_, err := desks[n%2].Find(t.Context(), ann, home)
		if n < 120 {
			f.ok(t, err)
		} else {
			limited(t, err, desk.LookUps, f.now.Add(time.Hour))
		}
	}
}
