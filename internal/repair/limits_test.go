package repair_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestLimitsOfAnHour(t *testing.T) {
	want := repair.Limits{Lookups: 120, Calls: 30, Secrets: 60, Resets: 20, Program: 200, Claims: 100}
	if got := repair.DefaultLimits(); got != want {
		t.Errorf("limits %+v, want %+v", got, want)
	}
	tenth := repair.Limits{Lookups: 12, Calls: 3, Secrets: 6, Resets: 2}
	for _, c := range []struct {
		what repair.Bounded
		most int
		do   func(f *fixture, who repair.Who) error
	}{
		{repair.LookUps, 12, func(f *fixture, who repair.Who) error { _, err := f.Find(t.Context(), who, home); return err }},
		{repair.Calls, 3, func(f *fixture, who repair.Who) error { _, err := f.Call(t.Context(), who, home, ""); return err }},
		{repair.Secrets, 6, func(f *fixture, who repair.Who) error {
			_, err := f.Secret(t.Context(), who, home, coded, wrongSecret)
			return err
		}},
		{repair.Resets, 2, func(f *fixture, who repair.Who) error {
			_, err := f.Reset(t.Context(), who, home, "forgot it")
			return err
		}},
		{repair.Resets, 2, func(f *fixture, who repair.Who) error {
			_, err := f.Unlock(t.Context(), who, home, "locked out")
			return err
		}},
	} {
		t.Run(string(c.what), func(t *testing.T) {
			f := newFixture(t)
			f.validated(t, bob)
			f.validated(t, ann)
			f.within(tenth)
			start := f.Now()
			most := c.most
			if c.what == repair.Calls {
				most-- // which validated
			}
			for range most {
				check.OK(t, c.do(f, ann))
			}
			f.Audit.Take()
			f.Set(start.Add(10 * time.Minute))
			for range 2 {
				limited(t, c.do(f, ann), c.what, start.Add(time.Hour))
			}
			f.Audit.Holds(t, audit.LimitReached)
			want := []repair.Alert{{What: c.what, Who: ann, Line: home, Until: start.Add(time.Hour)}}
			if !slices.Equal(f.alerts, want) {
				t.Errorf("alerts %+v, want %+v", f.alerts, want)
			}
			check.OK(t, c.do(f, bob))
			f.Set(start.Add(time.Hour - time.Millisecond))
			limited(t, c.do(f, ann), c.what, start.Add(time.Hour))
			f.Set(start.Add(time.Hour))
			var limit *repair.LimitError
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
	desks := []*repair.Desk{repair.New(f.config()), repair.New(f.config())}
	for n := range 121 {
		_, err := desks[n%2].Find(t.Context(), ann, home)
		if n < 120 {
			check.OK(t, err)
		} else {
			limited(t, err, repair.LookUps, f.Now().Add(time.Hour))
		}
	}
}

// A key that makes up agents has ten times the limit of one, and then none of them has more.
func TestAKeyHasLimitsToo(t *testing.T) {
	f := newFixture(t)
	f.within(repair.Limits{Lookups: 3})
	agent := func(key string, n int) repair.Who {
		return repair.Who{Name: key + "/" + strconv.Itoa(n), Via: repair.ViaAPI, From: "192.0.2.7"}
	}
	start := f.Now()
	for n := range 30 {
		check.OK(t, check.Err(f.Find(t.Context(), agent("crm", n), home)))
	}
	f.Audit.Take()
	f.Set(start.Add(time.Minute))
	for n := range 5 { // what is refused counts for nobody
		_, err := f.Find(t.Context(), agent("crm", 2000), home)
		limited(t, err, repair.LookUps, start.Add(time.Hour))
		_, err = f.Find(t.Context(), agent("crm", 3000+n), home)
		limited(t, err, repair.LookUps, start.Add(time.Hour))
	}
	events := f.Audit.Holds(t, audit.LimitReached)
	if events[0].By != "crm/2000" || events[0].Detail != "look-ups, of all agents of the key" {
		t.Errorf("audit has %+v", events)
	}
	key := repair.Who{Name: "crm", Via: repair.ViaAPI, From: "192.0.2.7"}
	want := []repair.Alert{{What: repair.LookUps, Who: key, Line: home, Until: start.Add(time.Hour)}}
	if !slices.Equal(f.alerts, want) {
		t.Errorf("alerts %+v, want %+v", f.alerts, want)
	}
	for _, free := range []repair.Who{agent("crm2", 1), {Name: "crm", Via: repair.ViaConsole, From: "192.0.2.7"}} {
		check.OK(t, check.Err(f.Find(t.Context(), free, home)))
	}
	f.Set(start.Add(time.Hour))
	for range 3 {
		check.OK(t, check.Err(f.Find(t.Context(), agent("crm", 2000), home)))
	}
	_, err := f.Find(t.Context(), agent("crm", 2000), home)
	limited(t, err, repair.LookUps, f.Now().Add(time.Hour))
	check.OK(t, check.Err(f.Find(t.Context(), agent("crm", 2001), home)))
}

// The same call asked for again counts once, for the agent and for the key.
func TestACallCountsOnceForItsKey(t *testing.T) {
	f := newFixture(t)
	f.within(repair.Limits{Lookups: 1, Calls: 1})
	for range 20 {
		check.OK(t, check.Err(f.Call(t.Context(), repair.Who{Name: "crm/77", Via: repair.ViaAPI}, home, "once")))
	}
}

// TestWrongClaimsOfAKey counts what is wrong, over all accounts, and nothing else.
func TestWrongClaimsOfAKey(t *testing.T) {
	f, key := newFixture(t), repair.Who{Name: "portal", Via: repair.ViaAPI, From: "192.0.2.7"}
	f.within(repair.Limits{Lookups: 10, Secrets: 10, Claims: 10})
	judged := 0
	claim := func(wrong bool, err error) error {
		return f.Claim(t.Context(), key, func() (bool, error) { judged++; return wrong, err })
	}
	start := f.Now()
	for range 15 { // neither what is right, nor what could not be judged
		check.OK(t, claim(false, nil))
		check.Is(t, claim(false, errDown), errDown)
	}
	for range 10 {
		check.OK(t, claim(true, nil))
	}
	f.Audit.Take()
	judged = 0
	for range 2 {
		limited(t, claim(false, nil), repair.WrongClaims, start.Add(time.Hour))
	}
	want := []repair.Alert{{What: repair.WrongClaims, Who: key, Until: start.Add(time.Hour)}}
	if judged > 0 || !slices.Equal(f.alerts, want) {
		t.Errorf("%d judged, alerts %+v", judged, f.alerts)
	}
	f.Audit.Holds(t, audit.LimitReached)
	_, err := f.Secret(t.Context(), repair.Who{Name: "portal/77", Via: repair.ViaAPI}, home, coded, rightSecret)
	limited(t, err, repair.WrongClaims, start.Add(time.Hour))
	check.OK(t, check.Err(f.Secret(t.Context(), ann, home, coded, rightSecret)))
	check.OK(t, f.Claim(t.Context(), repair.Who{Name: "other", Via: repair.ViaAPI}, func() (bool, error) { return true, nil }))
}

// TestWrongClaimsOfAKeyInADay are five times those in an hour: a slow one comes to an end, too.
func TestWrongClaimsOfAKeyInADay(t *testing.T) {
	f, key := newFixture(t), repair.Who{Name: "portal", Via: repair.ViaAPI}
	f.within(repair.Limits{Claims: 10})
	wrong := func() error { return f.Claim(t.Context(), key, func() (bool, error) { return true, nil }) }
	start := f.Now()
	for n := range 50 {
		f.Set(start.Add(time.Duration(n) * 1000 * time.Second))
		check.OK(t, wrong())
	}
	f.Set(start.Add(20 * time.Hour))
	limited(t, wrong(), repair.WrongClaims, start.Add(24*time.Hour))
	f.Set(start.Add(24 * time.Hour))
	check.OK(t, wrong())
	limited(t, wrong(), repair.WrongClaims, f.Now().Add(1000*time.Second))
}

// TestAHundredWrongClaimsAtOnce are not more than one after another.
func TestAHundredWrongClaimsAtOnce(t *testing.T) {
	f, key := newFixture(t), repair.Who{Name: "portal", Via: repair.ViaAPI}
	var group sync.WaitGroup
	var judged atomic.Int64
	for range 200 {
		group.Go(func() {
			err := f.Claim(t.Context(), key, func() (bool, error) { judged.Add(1); return true, nil })
			var limit *repair.LimitError
			if err != nil && !errors.As(err, &limit) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if judged.Load() != 100 {
		t.Errorf("%d were judged", judged.Load())
	}
}

// TestAgentsOfAKeyFailForIt: wrong secrets at the desk count against the key as well.
func TestAgentsOfAKeyFailForIt(t *testing.T) {
	f := newFixture(t)
	f.within(repair.Limits{Lookups: 10, Secrets: 10, Claims: 20})
	for n := range 24 { // at accounts that there are not, and with no more than 10 by an agent
		agent := repair.Who{Name: "crm/" + strconv.Itoa(n/8), Via: repair.ViaAPI}
		_, err := f.Secret(t.Context(), agent, home, accounts.Number("NOBODY-"+strconv.Itoa(n/4)), wrongSecret)
		if n < 20 {
			check.OK(t, err)
		} else {
			limited(t, err, repair.WrongClaims, f.Now().Add(time.Hour))
		}
	}
}

// TestLookUpsOfAccounts count with those of lines, and to ask whether there can be one counts none.
func TestLookUpsOfAccounts(t *testing.T) {
	f, key := newFixture(t), repair.Who{Name: "ordering", Via: repair.ViaAPI}
	f.within(repair.Limits{Program: 20})
	for range 10 {
		check.OK(t, f.MayLookUp(t.Context(), key))
		check.OK(t, f.LookUp(t.Context(), key, home, "line"))
		check.OK(t, f.LookUpAccount(t.Context(), key))
		f.Pass(time.Millisecond)
	}
	until := f.Now().Add(time.Minute - 10*time.Millisecond)
	limited(t, f.MayLookUp(t.Context(), key), repair.LookUps, until)
	limited(t, f.LookUpAccount(t.Context(), key), repair.LookUps, until)
	limited(t, f.LookUp(t.Context(), key, home, "line"), repair.LookUps, until)
	if want := []repair.Alert{{What: repair.LookUps, Who: key, Until: until}}; !slices.Equal(f.alerts, want) {
		t.Errorf("alerts %+v", f.alerts)
	}
	check.Is(t, f.LookUpAccount(t.Context(), repair.Who{}), repair.ErrWho)
}

// waysToAsk are all that tell whether a number is a line.
var waysToAsk = map[string]func(t *testing.T, f *fixture, number nanp.Number) error{
	"find": func(t *testing.T, f *fixture, n nanp.Number) error { _, err := f.Find(t.Context(), sue, n); return err },
	"call": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Call(t.Context(), sue, n, "")
		return err
	},
	"secret": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Secret(t.Context(), sue, n, accounts.Number("nobody-1"), wrongSecret)
		return err
	},
	"photo ID": func(t *testing.T, f *fixture, n nanp.Number) error {
		return f.PhotoID(t.Context(), sue, n, "driver's license MN 1234")
	},
	"reset": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Reset(t.Context(), sue, n, "forgot it")
		return err
	},
	"unlock": func(t *testing.T, f *fixture, n nanp.Number) error {
		_, err := f.Unlock(t.Context(), sue, n, "locked out")
		return err
	},
}

// TestNoWayToAskForLinesWithoutLimit has each way ask for a number again and again that is no
// line: each is recorded, and comes to an end, from which on a line is refused as well.
func TestNoWayToAskForLinesWithoutLimit(t *testing.T) {
	for name, ask := range waysToAsk {
		t.Run(name, func(t *testing.T) {
			f, told := newFixture(t), 0
			f.within(repair.Limits{Lookups: 10, Calls: 10, Secrets: 10, Resets: 10})
			for i := range 15 {
				if err := ask(t, f, nanp.Number(fmt.Sprintf("+1651555%04d", i))); errors.Is(err, pins.ErrNoLine) {
					told++
				}
			}
			lookups := 0
			for _, event := range f.Audit.All() {
				if event.Action == audit.LookedUp && event.By == "sue" {
					lookups++
				}
			}
			if told > 10 || told == 0 || lookups != told || len(f.alerts) != 1 {
				t.Errorf("%d numbers were told to be no lines, %d look-ups recorded, alerts %v", told, lookups, f.alerts)
			}
			var limit *repair.LimitError
			for _, number := range []nanp.Number{home, missing} {
				if err := ask(t, f, number); !errors.As(err, &limit) {
					t.Errorf("then of %s: %v", number, err)
				}
			}
		})
	}
}

// TestALookUpThatCannotBeRecordedTellsNothing holds that without the audit no number is told to be
// no line.
func TestALookUpThatCannotBeRecordedTellsNothing(t *testing.T) {
	for name, ask := range waysToAsk {
		f := newFixture(t)
		f.Calls.Fail("Record", errDown)
		if err := ask(t, f, missing); !errors.Is(err, errDown) || errors.Is(err, pins.ErrNoLine) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAValidatedCustomerIsHelpedThoughNoLookUpIsLeft holds that the limit of look-ups cuts off
// nobody in the middle.
func TestAValidatedCustomerIsHelpedThoughNoLookUpIsLeft(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	f.within(repair.Limits{Lookups: 5, Calls: 5, Resets: 1})
	for range 5 {
		check.OK(t, check.Err(f.Find(t.Context(), ann, home)))
	}
	_, err := f.Call(t.Context(), ann, home, "")
	limited(t, err, repair.LookUps, f.Now().Add(time.Hour))
	check.OK(t, check.Err(f.Reset(t.Context(), ann, home, "forgot it")))
}

// TestKeysLookUpWithinBounds lets a program look up much more than an agent, and not without end.
func TestKeysLookUpWithinBounds(t *testing.T) {
	f := newFixture(t)
	key, most := repair.Who{Name: "ordering", Via: repair.ViaAPI}, 20
	f.within(repair.Limits{Program: most})
	for range most {
		check.OK(t, f.LookUp(t.Context(), key, home, "line"))
	}
	for range 2 {
		limit := &repair.LimitError{}
		if err := f.LookUp(t.Context(), key, home, "line"); !errors.As(err, &limit) || limit.What != repair.LookUps {
			t.Fatalf("one more: %v", err)
		}
	}
	want := audit.Event{Action: audit.LookedUp, By: "ordering", Via: "api", Subject: string(home), Detail: "line"}
	if got := f.Audit.All(); len(got) != most+1 || got[0] != want || got[most].Action != audit.LimitReached || len(f.alerts) != 1 {
		t.Errorf("%d entries, the first %+v, %d alerts", len(got), got[0], len(f.alerts))
	}
	f.Pass(time.Minute)
	check.OK(t, f.LookUp(t.Context(), key, home, "line"))
}
