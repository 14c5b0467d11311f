package desk_test

import (
	"errors"
	"slices"
	"strconv"
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

// A key that makes up agents has ten times the limit of one, and then none of them has more.
func TestAKeyHasLimitsToo(t *testing.T) {
	f := newFixture(t)
	agent := func(key string, n int) desk.Who {
		return desk.Who{Name: key + "/" + strconv.Itoa(n), Via: desk.ViaAPI, From: "192.0.2.7"}
	}
	start := f.now
	for n := range 1200 {
		_, err := f.Find(t.Context(), agent("crm", n), home)
		f.ok(t, err)
	}
	f.audit.forget()
	f.now = start.Add(time.Minute)
	for n := range 130 { // what is refused counts for nobody
		_, err := f.Find(t.Context(), agent("crm", 2000), home)
		limited(t, err, desk.LookUps, start.Add(time.Hour))
		_, err = f.Find(t.Context(), agent("crm", 3000+n), home)
		limited(t, err, desk.LookUps, start.Add(time.Hour))
	}
	events := f.audit.holds(t, audit.LimitReached)
	if events[0].By != "crm/2000" || events[0].Detail != "look-ups, of all agents of the key" {
		t.Errorf("audit has %+v", events)
	}
	key := desk.Who{Name: "crm", Via: desk.ViaAPI, From: "192.0.2.7"}
	want := []desk.Alert{{What: desk.LookUps, Who: key, Line: home, Until: start.Add(time.Hour)}}
	if !slices.Equal(f.alerts, want) {
		t.Errorf("alerts %+v, want %+v", f.alerts, want)
	}
	for _, free := range []desk.Who{agent("crm2", 1), {Name: "crm", Via: desk.ViaConsole, From: "192.0.2.7"}} {
		_, err := f.Find(t.Context(), free, home)
		f.ok(t, err)
	}
	f.now = start.Add(time.Hour)
	for range 120 {
		_, err := f.Find(t.Context(), agent("crm", 2000), home)
		f.ok(t, err)
	}
	_, err := f.Find(t.Context(), agent("crm", 2000), home)
	limited(t, err, desk.LookUps, f.now.Add(time.Hour))
	_, err = f.Find(t.Context(), agent("crm", 2001), home)
	f.ok(t, err)
}

// The same call asked for again counts once, for the agent and for the key.
func TestACallCountsOnceForItsKey(t *testing.T) {
	f := newFixture(t)
	for range 400 {
		_, err := f.Call(t.Context(), desk.Who{Name: "crm/77", Via: desk.ViaAPI}, home, "once")
		f.ok(t, err)
	}
}
