package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/notices"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/internal/torture"
	"updatecenter/pins"
)

// TestTortureNotices kills a server after each of the steps with Redis in which it makes a change and
// has the customer told. Others go on. Each change that is in force is told once.
func TestTortureNotices(t *testing.T) {
	t.Parallel()
	for kind, start := range testkit.Kinds {
		if torture.Long() || kind == "single" {
			t.Run(kind, func(t *testing.T) { killWhileTelling(t, kind, start(t)) })
		}
	}
}

// killWhileTelling kills the server of each story after each of its steps.
func killWhileTelling(t *testing.T, kind string, fresh func(t *testing.T) *redisstore.DB) {
	t.Helper()
	counts := torture.Counts{torture.Lost: 0, torture.Doubled: 0, torture.Untold: 0}
	for name, story := range stories {
		for steps, died := 0, true; died; steps++ {
			db := fresh(t)
			w := &telling{t: t, db: db, now: time.Now().UTC().Truncate(time.Millisecond), told: make(map[deliveries.Topic]int)}
			story.before(w)
			before := total(w.made())
			mortal := db.Dying(steps)
			confirmed := story.change(w, w.server(mortal))
			w.tell(w.server(mortal))
			_, err := mortal.Lines().Line(t.Context(), number)
			if died = errors.Is(err, redisstore.ErrDead); died {
				counts[torture.Kills]++
			}
			story.after(w)
			for range 4 { // the claims of the dead run out
				w.now = w.now.Add(61 * time.Second)
				w.tell(w.server(db))
			}
			made := w.made()
			counts[torture.Operations] += total(made)
			if confirmed && total(made) == before {
				counts[torture.Lost]++
			}
			for about, changes := range made {
				if missing := changes - w.all()[about]; missing > 0 {
					t.Logf("%s, killed after %d steps: %d of %d times untold: %s", name, steps, missing, changes, about)
					counts[torture.Untold] += missing
				} else if missing < 0 {
					t.Logf("%s, killed after %d steps: told %d times too often: %s", name, steps, -missing, about)
					counts[torture.Doubled] -= missing
				}
			}
		}
	}
	torture.Report(t, "killed between a change and its notice", kind, counts)
}

func total(made map[deliveries.Topic]int) (n int) {
	for _, changes := range made {
		n += changes
	}
	return n
}

// A story is a change that a server makes which is then killed, and what healthy ones do before and
// after.
type story struct {
	before func(*telling)
	change func(*telling, *teller) (confirmed bool)
	after  func(*telling)
}

var stories = map[string]story{
	"PIN changed by telephone": {
		(*telling).addLine,
		func(w *telling, s *teller) bool { return w.changePIN(s, 1) == nil },
		func(*telling) {},
	},
	"PIN changed by a webhook that comes again": {
		(*telling).addLine,
		func(w *telling, s *teller) bool { return w.changePIN(s, 1) == nil },
		func(w *telling) { w.must(w.changePIN(w.server(w.db), 1)) },
	},
	"PIN changed while another notice waits, which is told before anybody comes": {
		func(w *telling) {
			w.addLine()
			w.addAccount()
			w.must(w.changePIN(w.server(w.db), 1))
			w.tell(w.server(w.db))
		},
		func(w *telling, s *teller) bool { return w.changePIN(s, 2) == nil },
		func(w *telling) {
			w.ring()
			w.must(w.changeAccount(w.server(w.db)))
			w.tell(w.server(w.db))
		},
	},
	"PIN reset": {
		(*telling).addLine,
		func(w *telling, s *teller) bool { return s.lines.ResetByOperator(w.t.Context(), number, byAnn) == nil },
		func(*telling) {},
	},
	"account changed": {
		(*telling).addAccount,
		func(w *telling, s *teller) bool { return w.changeAccount(s) == nil },
		func(*telling) {},
	},
	"new account": {
		func(*telling) {},
		func(w *telling, s *teller) bool { return w.putAccount(s, home()) == nil },
		func(w *telling) {
			if w.made()[deliveries.Welcome] == 0 {
				w.must(w.putAccount(w.server(w.db), home()))
			}
		},
	},
	"new code": {
		(*telling).addAccount,
		func(w *telling, s *teller) bool {
			_, err := s.accounts.NewCode(w.t.Context(), "A1", accounts.Note{By: "ann"})
			return err == nil
		},
		func(*telling) {},
	},
}

var byAnn = pins.Note{By: "ann", From: "api", Reason: "forgot it"}

// telling is one story under way.
type telling struct {
	t     *testing.T
	db    *redisstore.DB
	now   time.Time
	told  map[deliveries.Topic]int // by deliveries that are over
	calls int
}

// teller is a server of ours. Its queue keeps nothing: what was to be made is found in the store.
type teller struct {
	db         *redisstore.DB
	lines      pins.Provisioning
	accounts   *accounts.Accounts
	deliveries *deliveries.Deliveries
}

func (w *telling) server(db *redisstore.DB) *teller {
	clock := func() time.Time { return w.now }
	all, err := accounts.New(accounts.Config{
		Store: db.Accounts(), Attempts: db.Accounts(), Enrollments: db.Accounts(), Keys: testkit.Keys("k"), Now: clock, Notices: policy.Account,
	})
	w.must(err)
	return &teller{
		db: db, accounts: all,
		lines: pins.Provisioning{Registry: db.Lines(), Validations: db.Lines(), Now: clock, Notice: policy.PIN},
		deliveries: deliveries.New(deliveries.Config{
			Store: db.Deliveries(), Phones: db.Deliveries(), Queue: forgetful{}, Dialer: w, Printer: noPrinter{}, Accounts: all, Now: clock,
		}),
	}
}

// policy is who is told of the changes that the stories make.
var policy = notices.Policy{Method: deliveries.Voice, Welcome: true}

func (w *telling) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *telling) addLine() {
	_, err := w.db.Lines().Add(w.t.Context(), []pins.NewLine{{Number: number}}, w.now)
	w.must(err)
}

func (w *telling) addAccount() {
	w.must(w.putAccount(w.server(w.db), home()))
	w.tell(w.server(w.db))
}

// home are the details of the account.
func home() accounts.Details {
	email := "pat@mail.example.com"
	return accounts.Details{
		Phone: number, Name: "Pat Larsen", Email: &email,
		Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
	}
}

func (w *telling) putAccount(s *teller, details accounts.Details) error {
	_, err := s.accounts.Put(w.t.Context(), "A1", details, accounts.Note{By: "ann"})
	return err
}

// changeAccount changes two things of the account, which are told at the telephone that it had.
func (w *telling) changeAccount(s *teller) error {
	email := "new@mail.example.com"
	return w.putAccount(s, accounts.Details{Phone: "+16125550188", Email: &email})
}

// changePIN changes the PIN in a turn of a call.
func (w *telling) changePIN(s *teller, turn int) error {
	line, err := w.db.Lines().Line(w.t.Context(), number)
	w.must(err)
	return s.db.Lines().Change(w.t.Context(), pins.Change{
		Number: number, Revision: line.Revision, PIN: "a hash", Turn: pins.Turn{Call: "CA1", Number: turn},
		Record: pins.Record{At: w.now, Event: pins.Changed, By: pins.ByCaller},
		Notice: policy.PIN(number, pins.Changed, fmt.Sprint("change in turn ", turn)),
	})
}

// tell has a server tell what is due.
func (w *telling) tell(s *teller) {
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	wake := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { s.deliveries.DeliverDue(ctx, s.db.Notices(), wake) })
	wake <- struct{}{} // received after a look at what is due
	stop()
	running.Wait()
}

// ring has healthy servers call whom a delivery is to call, and the call answered.
func (w *telling) ring() {
	for _, d := range w.underWay() {
		s := w.server(w.db)
		w.must(s.deliveries.Attempt(w.t.Context(), d.Task()))
		_, err := s.deliveries.Opened(w.t.Context(), d.Task(), fmt.Sprint("CA", w.calls))
		w.must(err)
		w.must(s.deliveries.Status(w.t.Context(), d.Task(), deliveries.StatusCallback{CallSID: fmt.Sprint("CA", w.calls), CallStatus: "completed"}))
		d, err = w.db.Deliveries().Get(w.t.Context(), d.ID)
		w.must(err)
		w.count(w.told, d)
	}
}

// underWay are the calls that are to be made.
func (w *telling) underWay() (all []deliveries.Delivery) {
	ids, err := w.db.Deliveries().Unfinished(w.t.Context(), w.now.Add(365*24*time.Hour), 100)
	w.must(err)
	for _, id := range ids {
		d, err := w.db.Deliveries().Get(w.t.Context(), id)
		if err == nil && d.Method == deliveries.Voice {
			all = append(all, d)
		}
	}
	return all
}

// count counts what a delivery tells.
func (*telling) count(told map[deliveries.Topic]int, d deliveries.Delivery) {
	told[d.Topic]++
	for _, merged := range d.Merged {
		told[merged.Topic]++
	}
}

// all is how often each kind of change is told, by deliveries that are over or under way.
func (w *telling) all() map[deliveries.Topic]int {
	told := make(map[deliveries.Topic]int)
	for about, n := range w.told {
		told[about] = n
	}
	ids, err := w.db.Deliveries().Unfinished(w.t.Context(), w.now.Add(365*24*time.Hour), 100)
	w.must(err)
	for _, id := range ids {
		if d, err := w.db.Deliveries().Get(w.t.Context(), id); err == nil {
			w.count(told, d)
		}
	}
	return told
}

// made is how often each kind of change is in force, by the histories.
func (w *telling) made() map[deliveries.Topic]int {
	made := make(map[deliveries.Topic]int)
	records, err := w.db.Lines().History(w.t.Context(), number, 100)
	w.must(err)
	for _, record := range records {
		switch record.Event { //nolint:exhaustive // the others are told nobody
		case pins.Changed:
			made[deliveries.PINChanged]++
		case pins.Reset:
			made[deliveries.PINReset]++
		}
	}
	account, err := w.server(w.db).accounts.Get(w.t.Context(), "A1")
	if errors.Is(err, accounts.ErrNoAccount) {
		return made
	}
	w.must(err)
	history, err := w.db.Accounts().History(w.t.Context(), account.ID, 100)
	w.must(err)
	for _, record := range history {
		switch record.Event { //nolint:exhaustive // the others are told nobody
		case accounts.Created:
			made[deliveries.Welcome]++
		case accounts.PhoneChanged:
			made[deliveries.PhoneChanged]++
		case accounts.EmailChanged:
			made[deliveries.EmailChanged]++
		case accounts.CodeMade:
			made[deliveries.CodeChanged]++
		}
	}
	made[deliveries.CodeChanged]-- // the first one came with the account
	return made
}

// Dial implements [deliveries.Dialer], and so do Find and HangUp.
func (w *telling) Dial(context.Context, deliveries.Ring) (string, error) {
	w.calls++
	return fmt.Sprint("CA", w.calls), nil
}

func (*telling) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, nil
}
func (*telling) HangUp(context.Context, string) error { return nil }

// forgetful is a queue that forgets all.
type forgetful struct{}

func (forgetful) Enqueue(context.Context, deliveries.Class, deliveries.Task, time.Time) error {
	return nil
}

// noPrinter stands for a way that nothing goes yet.
type noPrinter struct{}

func (noPrinter) Print(context.Context, deliveries.Message) error {
	return errors.New("no letters are printed")
}
