package tickets_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

const (
	number    tickets.Number = "48211907"
	contact   nanp.Number    = "+16125550188"
	elsewhere nanp.Number    = "+16515550177"
)

var ann = pins.Note{By: "crm", From: "api"}

// notices write down what customers are told.
type notices struct{ none bool }

func (n notices) ContactChanged(account accounts.ID, before nanp.Number, once string) []byte {
	return n.due("contact changed", before, once)
}

func (n notices) TicketCanceled(account accounts.ID, once string) []byte {
	return n.due("ticket canceled", "the account", once)
}

func (n notices) TestResult(account accounts.ID, contact nanp.Number, ref, once string) []byte {
	return n.due("test result "+ref, contact, once)
}

func (n notices) due(what string, to nanp.Number, once string) []byte {
	if n.none || once == "" {
		return nil
	}
	return fmt.Appendf(nil, "%s, to %s", what, to)
}

// fixture is a line and an account with a ticket.
type fixture struct {
	*testkit.World
	*tickets.Tickets
	config  tickets.Config
	account accounts.Account
	turn    int
}

func newFixture(t *testing.T) *fixture { t.Helper(); return onWorld(t, testkit.New(t)) }

func onWorld(t *testing.T, w *testkit.World) *fixture {
	t.Helper()
	w.AddLines(t, pins.NewLine{Number: testkit.Home})
	all := w.Accounts(t)
	w.PutAccount(t, all, testkit.Coded, testkit.Details(testkit.Home), "")
	f := &fixture{World: w, config: tickets.Config{
		Store: w.TicketStore(), Keys: w.Keys, Accounts: all, Notices: notices{}, Now: w.Now,
	}}
	f.Tickets = tickets.New(f.config)
	f.account = check.Must(all.Get(t.Context(), testkit.Coded))(t)
	f.put(t, number, f.details())
	return f
}

func (f *fixture) details() tickets.Details {
	from := f.Now().Add(24 * time.Hour)
	return tickets.Details{
		Line: testkit.Home, Account: testkit.Coded, Contact: contact, Status: tickets.Scheduled,
		Visit: tickets.Appointment{From: from, To: from.Add(4 * time.Hour), Cancelable: true},
	}
}

func (f *fixture) put(t *testing.T, number tickets.Number, d tickets.Details) tickets.Update {
	t.Helper()
	return check.Must(f.Put(t.Context(), tickets.Put{Number: number, Details: d, Note: ann}))(t)
}

// request is a caller's, in a turn of its own.
func (f *fixture) request() tickets.Request {
	f.turn++
	return tickets.Request{
		Line: testkit.Home, Ticket: number, Side: pins.FromLine, From: string(testkit.Home),
		Turn: pins.Turn{Call: "CA1", Number: f.turn},
	}
}

// end says what came of a test.
func (f *fixture) end(id string, result tickets.Result) error {
	_, _, err := f.End(context.Background(), id, result, ann)
	return err
}

// told are the notices that are due of the line.
func (f *fixture) told(t *testing.T) (all []string) {
	t.Helper()
	for _, notice := range testkit.Notices(t, f.DB, string(testkit.Home)) {
		all = append(all, string(notice))
	}
	return all
}

// events are those of the line, as they are sent.
func (f *fixture) events(t *testing.T) (all []tickets.Event) {
	t.Helper()
	for _, stored := range testkit.Events(t, f.DB, testkit.Home) {
		event := check.Must(tickets.OpenEvent(stored))(t)
		event.ID = strings.TrimRight(event.ID, "0123456789abcdef")
		all = append(all, event)
	}
	return all
}

func (f *fixture) history(t *testing.T) (all []string) {
	t.Helper()
	for _, record := range slices.Backward(f.Records(t, testkit.Home)) {
		all = append(all, fmt.Sprint(record.Event, " ", record.Changes, " ", record.By, " ", record.Call))
	}
	return all
}

func TestContactIsChangedOnceAndToldAtTheOneBefore(t *testing.T) {
	f := newFixture(t)
	r := f.request()
	for range 2 { // the same turn again
		ticket, outcome, err := f.ChangeContact(t.Context(), r, elsewhere)
		if err != nil || outcome != tickets.Done || ticket.Contact != elsewhere {
			t.Fatalf("%+v, %s, %v", ticket, outcome, err)
		}
	}
	again := f.request()
	ticket, outcome, err := f.ChangeContact(t.Context(), again, elsewhere)
	if err != nil || outcome != tickets.Done {
		t.Fatalf("as it is: %s, %v", outcome, err)
	}
	check.Same(t, f.told(t), []string{"contact changed, to " + string(contact)})
	check.Same(t, f.events(t), []tickets.Event{{ID: "evt_", Type: tickets.ContactChanged, At: f.Now(), EventData: tickets.EventData{
		Number: testkit.Home, Ticket: number, Revision: ticket.Revision, By: "caller", Contact: elsewhere,
	}}})
	check.Same(t, f.history(t), []string{
		"ticket-written [ticket 48211907] crm ", "ticket-contact-changed [contact of ticket 48211907] caller CA1",
	})
	if _, outcome, err := f.ChangeContact(t.Context(), f.request(), "+19005550123"); outcome != tickets.NotCalled || err != nil {
		t.Errorf("premium number: %s, %v", outcome, err)
	}
}

func TestCancel(t *testing.T) {
	fixed := func(d *tickets.Details) { d.Visit.Cancelable = false }
	there := func(d *tickets.Details) {
		d.Status, d.Technician = tickets.Dispatched, tickets.Technician{Status: tickets.Arrived}
	}
	for name, c := range map[string]struct {
		with func(*tickets.Details)
		what tickets.What
		want tickets.Outcome
		then tickets.Status
	}{
		"the ticket":                     {what: tickets.Whole, want: tickets.Done, then: tickets.Canceled},
		"its visit":                      {what: tickets.Visit, want: tickets.Done, then: tickets.Open},
		"a visit that goes with it":      {with: fixed, what: tickets.Visit, want: tickets.Gone, then: tickets.Scheduled},
		"with a visit that goes with it": {with: fixed, what: tickets.Whole, want: tickets.Done, then: tickets.Canceled},
		"when the technician is there":   {with: there, what: tickets.Whole, want: tickets.TooLate, then: tickets.Dispatched},
		"a visit that has begun":         {with: there, what: tickets.Visit, want: tickets.TooLate, then: tickets.Dispatched},
		"one that was done":              {with: func(d *tickets.Details) { d.Status = tickets.Completed }, what: tickets.Whole, want: tickets.Gone, then: tickets.Completed},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if c.with != nil {
				d := f.details()
				c.with(&d)
				f.put(t, number, d)
			}
			r := f.request()
			for range 2 {
				if _, outcome, err := f.Cancel(t.Context(), r, c.what); err != nil || outcome != c.want {
					t.Errorf("%s, %v", outcome, err)
				}
			}
			ticket := check.Must(f.Get(t.Context(), number))(t)
			if ticket.Status != c.then || ticket.Status == tickets.Open && ticket.Visit.Arranged() {
				t.Errorf("then %+v", ticket)
			}
			var told []string
			if c.want == tickets.Done {
				told = []string{"ticket canceled, to the account"}
				check.Same(t, f.events(t)[0].Canceled, c.what)
			}
			check.Same(t, f.told(t), told)
			check.Same(t, len(f.events(t)), len(told))
		})
	}
}

func TestServiceTest(t *testing.T) {
	f := newFixture(t)
	first := f.request()
	test, outcome, err := f.RequestTest(t.Context(), first)
	if err != nil || outcome != tickets.Done || test.ResultAt(f.Now()) != "" {
		t.Fatalf("%+v, %s, %v", test, outcome, err)
	}
	for _, r := range []tickets.Request{first, f.request()} { // the same turn, and while it is under way
		if again, outcome, err := f.RequestTest(t.Context(), r); err != nil || outcome != tickets.Done || again != test {
			t.Fatalf("again: %+v, %s, %v", again, outcome, err)
		}
	}
	check.Same(t, len(f.events(t)), 1)
	check.Same(t, f.events(t)[0].Test, test.ID)

	for range 2 {
		line, ended, err := f.End(t.Context(), test.ID, tickets.TroubleFound, ann)
		if err != nil || line != testkit.Home || ended.Result != tickets.TroubleFound {
			t.Errorf("%s, %+v, %v", line, ended, err)
		}
	}
	check.Is(t, f.end(test.ID, tickets.LineGood), tickets.ErrOtherResult)
	check.Is(t, f.end("tst_1", tickets.LineGood), tickets.ErrNoTest)
	if found := check.Must(f.Test(t.Context(), testkit.Home, test.ID))(t); found.ResultAt(f.Now()) != tickets.TroubleFound {
		t.Errorf("found %+v", found)
	}
	for range tickets.MaxTests - 1 {
		next, outcome, err := f.RequestTest(t.Context(), f.request())
		if err != nil || outcome != tickets.Done || next.ID == test.ID {
			t.Fatalf("next: %+v, %s, %v", next, outcome, err)
		}
		check.Is(t, f.end(test.ID, tickets.TroubleFound), tickets.ErrNoTest)
		test = next
		f.Pass(tickets.TestLasts)
		if test.ResultAt(f.Now()) != tickets.NotTested {
			t.Error("a test of which nothing was heard is under way")
		}
	}
	if _, outcome, err := f.RequestTest(t.Context(), f.request()); err != nil || outcome != tickets.TooMany {
		t.Errorf("once too often: %s, %v", outcome, err)
	}
	f.Pass(24 * time.Hour)
	if _, outcome, err := f.RequestTest(t.Context(), f.request()); err != nil || outcome != tickets.Done {
		t.Errorf("a day later: %s, %v", outcome, err)
	}
}

func TestResultIsToldByOneCall(t *testing.T) {
	f := newFixture(t)
	test, _, err := f.RequestTest(t.Context(), f.request())
	check.OK(t, err)
	ref := string(testkit.Home) + "/" + test.ID
	check.Is(t, check.Err(f.TestResult(t.Context(), ref)), tickets.ErrNoTest) // which nobody has asked for
	for range 2 {
		if outcome, err := f.CallBack(t.Context(), f.request(), test.ID); err != nil || outcome != tickets.Done {
			t.Fatalf("%s, %v", outcome, err)
		}
	}
	check.Same(t, f.told(t), []string{"test result " + ref + ", to " + string(contact)})
	if result, err := f.TestResult(t.Context(), ref); result != "" || err != nil {
		t.Errorf("under way: %s, %v", result, err)
	}
	check.OK(t, f.end(test.ID, tickets.LineGood))
	if result, err := f.TestResult(t.Context(), ref); result != tickets.LineGood || err != nil {
		t.Errorf("ended: %s, %v", result, err)
	}
	check.OK(t, f.Heard(t.Context(), f.request(), test.ID))
	check.Is(t, check.Err(f.TestResult(t.Context(), ref)), tickets.ErrNoTest)
	of := "[service test " + test.ID
	check.Same(t, f.history(t)[1:], []string{
		"service-test-requested " + of + "] caller CA1", "service-test-call-asked " + of + "] caller CA1",
		"service-test-ended " + of + ": good] crm ", "service-test-heard " + of + "] caller CA1",
	})
	for _, ref := range []string{"", "/", "x", string(testkit.Home) + "/tst_0"} {
		check.Is(t, check.Err(f.TestResult(t.Context(), ref)), tickets.ErrNoTest)
	}
	if outcome, err := f.CallBack(t.Context(), f.request(), "tst_0"); err != nil || outcome != tickets.Gone {
		t.Errorf("no such test: %s, %v", outcome, err)
	}
	f.config.Notices = nil
	test, _, err = f.RequestTest(t.Context(), f.request())
	check.OK(t, err)
	if outcome, err := tickets.New(f.config).CallBack(t.Context(), f.request(), test.ID); err != nil || outcome != tickets.NotCalled {
		t.Errorf("where nobody is called: %s, %v", outcome, err)
	}
}

func TestWhoLostThePINChangesNothing(t *testing.T) {
	f := newFixture(t)
	r := f.request()
	r.Proved = f.Line(t, testkit.Home).Revision
	f.SetPIN(t, testkit.Home, "another")
	if _, outcome, err := f.ChangeContact(t.Context(), r, elsewhere); err != nil || outcome != tickets.Overtaken {
		t.Errorf("%s, %v", outcome, err)
	}
	r.Proved++
	if _, outcome, err := f.ChangeContact(t.Context(), r, elsewhere); err != nil || outcome != tickets.Done {
		t.Errorf("with the new PIN: %s, %v", outcome, err)
	}
}

func TestOfAccount(t *testing.T) {
	f := newFixture(t)
	f.PutAccount(t, f.Accounts(t), testkit.Answered, testkit.Details(testkit.Other), "")
	for account, want := range map[accounts.Number]int{testkit.Coded: 1, testkit.Answered: 0} {
		if all, err := f.OfAccount(t.Context(), account); err != nil || len(all) != want {
			t.Errorf("%s: %+v, %v", account, all, err)
		}
	}
	check.Is(t, check.Err(f.OfAccount(t.Context(), testkit.Nobodys)), accounts.ErrNoAccount)
}

// Somebody who changes the contact again and again has no more calls made than a few.
func TestContactsAreBounded(t *testing.T) {
	f := newFixture(t)
	change := func(n int, want tickets.Outcome) {
		t.Helper()
		to := nanp.Number(fmt.Sprintf("+1651555%04d", 100+n))
		if _, outcome, err := f.ChangeContact(t.Context(), f.request(), to); err != nil || outcome != want {
			t.Errorf("change %d: %s, %v", n, outcome, err)
		}
	}
	for n := range tickets.MaxContacts {
		change(n, tickets.Done)
	}
	change(10, tickets.TooMany)
	f.Pass(24 * time.Hour)
	change(10, tickets.Done)
}

func TestPut(t *testing.T) {
	f := newFixture(t)
	before := check.Must(f.Get(t.Context(), number))(t)
	if update := f.put(t, number, f.details()); update.Changed || update.Shown != before || before.AccountNumber != testkit.Coded {
		t.Errorf("as before: %+v", update)
	}
	d := f.details()
	d.Contact = elsewhere
	if update := f.put(t, number, d); !update.Changed || update.Created || update.Ticket.Revision <= before.Revision {
		t.Errorf("another contact: %+v", update)
	}
	check.Same(t, f.told(t), []string{"contact changed, to " + string(contact)})
	check.Same(t, len(f.events(t)), 0)

	put := tickets.Put{Number: number, Details: f.details(), Note: ann, Match: func(revision int64) bool { return revision == before.Revision }}
	check.Is(t, check.Err(f.Put(t.Context(), put)), storage.ErrStale)
	put.Match = nil
	put.Details.Line = testkit.Other
	check.Is(t, check.Err(f.Put(t.Context(), put)), tickets.ErrOtherLine)
	put.Details = f.details()
	put.Details.Account = testkit.Nobodys
	check.Is(t, check.Err(f.Put(t.Context(), put)), accounts.ErrNoAccount)
	put.Details = f.details()
	put.Details.Contact = "+19005550123"
	check.Is(t, check.Err(f.Put(t.Context(), put)), nanp.ErrNotCalled)
	put.Details = tickets.Details{Technician: tickets.Technician{Status: "asleep"}, Visit: tickets.Appointment{From: f.Now()}}
	var wrong accounts.FieldErrors
	if _, err := f.Put(t.Context(), put); !errors.As(err, &wrong) || len(wrong) != 7 {
		t.Errorf("%v", err)
	}
}

// TestPutFromAFileOfBefore takes back nothing that callers have changed since, until the operator's system writes something
// else, or has seen the ticket.
func TestPutFromAFileOfBefore(t *testing.T) {
	contactChanged := func(f *fixture) error { return done(f.ChangeContact(t.Context(), f.request(), elsewhere)) }
	canceled := func(what tickets.What) func(*fixture) error {
		return func(f *fixture) error { return done(f.Cancel(t.Context(), f.request(), what)) }
	}
	as := func(status tickets.Status) func(*tickets.Details) {
		return func(d *tickets.Details) { d.Status, d.Visit = status, tickets.Appointment{} }
	}
	dispatched := func(d *tickets.Details) { d.Status = tickets.Dispatched }
	later := func(d *tickets.Details) {
		d.Visit.From, d.Visit.To = d.Visit.From.AddDate(0, 0, 1), d.Visit.To.AddDate(0, 0, 1)
	}
	another := func(d *tickets.Details) { d.Contact = "+16515550199" }
	before := func(*tickets.Details) {}
	for name, test := range map[string]struct {
		does []func(*fixture) error
		put  func(*tickets.Details)
		want error
	}{
		"contact":                               {[]func(*fixture) error{contactChanged}, before, tickets.ErrContactChanged},
		"contact, of a ticket that went on":     {[]func(*fixture) error{contactChanged}, dispatched, tickets.ErrContactChanged},
		"contact, as the caller changed it":     {[]func(*fixture) error{contactChanged}, func(d *tickets.Details) { d.Contact = elsewhere }, nil},
		"contact, another one":                  {[]func(*fixture) error{contactChanged}, another, nil},
		"contact, of a ticket that has ended":   {[]func(*fixture) error{contactChanged}, as(tickets.Completed), nil},
		"visit":                                 {[]func(*fixture) error{canceled(tickets.Visit)}, before, tickets.ErrCanceled},
		"visit, that was dispatched":            {[]func(*fixture) error{canceled(tickets.Visit)}, dispatched, tickets.ErrCanceled},
		"visit, as the caller canceled it":      {[]func(*fixture) error{canceled(tickets.Visit)}, as(tickets.Open), nil},
		"visit, another one":                    {[]func(*fixture) error{canceled(tickets.Visit)}, later, nil},
		"ticket":                                {[]func(*fixture) error{canceled(tickets.Whole)}, before, tickets.ErrCanceled},
		"ticket, as the caller canceled it":     {[]func(*fixture) error{canceled(tickets.Whole)}, as(tickets.Canceled), nil},
		"ticket, with another visit":            {[]func(*fixture) error{canceled(tickets.Whole)}, later, nil},
		"visit, then ticket":                    {[]func(*fixture) error{canceled(tickets.Visit), canceled(tickets.Whole)}, before, tickets.ErrCanceled},
		"visit, then ticket, without the visit": {[]func(*fixture) error{canceled(tickets.Visit), canceled(tickets.Whole)}, as(tickets.Open), tickets.ErrCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			old := f.details()
			put := tickets.Put{Number: number, Details: old, Note: ann}
			for _, do := range test.does {
				f.Pass(time.Hour)
				check.OK(t, do(f))
			}
			changed := check.Must(f.Get(t.Context(), number))(t)
			test.put(&put.Details)
			err := check.Err(f.Put(t.Context(), put))
			check.Is(t, err, test.want)
			if test.want != nil {
				check.Same(t, check.Must(f.Get(t.Context(), number))(t), changed)
				put.Match = func(revision int64) bool { return revision == changed.Revision }
				check.OK(t, check.Err(f.Put(t.Context(), put)))
			}
			put.Match, put.Details = nil, old // the operator's system has written since
			check.OK(t, check.Err(f.Put(t.Context(), put)))
		})
	}
}

func TestRoomForTickets(t *testing.T) {
	f := newFixture(t)
	d := f.details()
	for i := 1; i < tickets.MaxTickets; i++ {
		f.Pass(time.Second)
		f.put(t, tickets.Number(fmt.Sprint("5000", i)), d)
	}
	put := tickets.Put{Number: "6000", Details: d, Note: ann}
	check.Is(t, check.Err(f.Put(t.Context(), put)), tickets.ErrFull)
	if _, outcome, err := f.Cancel(t.Context(), f.request(), tickets.Whole); err != nil || outcome != tickets.Done {
		t.Fatal(outcome, err)
	}
	all := check.Must(f.OfLine(t.Context(), testkit.Home))(t)
	if len(all) != tickets.MaxTickets || all[0].Number != "50004" || all[4].Number != number {
		t.Errorf("in order: %+v", all)
	}
	check.Must(f.Put(t.Context(), put))(t)
	check.Is(t, check.Err(f.Get(t.Context(), number)), tickets.ErrNoTicket)
	f.Pass(tickets.Kept)
	if all := check.Must(f.OfLine(t.Context(), testkit.Home))(t); len(all) != 0 {
		t.Errorf("a year later: %+v", all)
	}
}

func TestTechnicianOfTheDay(t *testing.T) {
	f := newFixture(t)
	d := f.details()
	d.Status, d.Technician = tickets.Dispatched, tickets.Technician{Status: tickets.OnTheWay, Minutes: 40}
	technician := f.put(t, number, d).Ticket.Technician
	for _, c := range []struct {
		after time.Duration
		want  tickets.Technician
	}{
		{0, tickets.Technician{Status: tickets.OnTheWay, Minutes: 40}},
		{15 * time.Minute, tickets.Technician{Status: tickets.OnTheWay, Minutes: 25}},
		{time.Hour, tickets.Technician{Status: tickets.OnTheWay}},
		{12 * time.Hour, tickets.Technician{}},
	} {
		got := technician.At(f.Now().Add(c.after))
		got.Since = time.Time{}
		check.Same(t, got, c.want)
	}
	f.Pass(time.Minute) // to say the same again begins anew
	if again := f.put(t, number, d); !again.Changed || !again.Ticket.Technician.Since.Equal(f.Now()) {
		t.Errorf("again: %+v", again)
	}
}

// TestLostAnswers loses the answer of each write once, as when a connection breaks after it.
func TestLostAnswers(t *testing.T) {
	f := newFixture(t)
	lost := errors.New("lost")
	f.Calls.LoseNext("Tickets.Change", lost)
	if _, outcome, err := f.ChangeContact(t.Context(), f.request(), elsewhere); err != nil || outcome != tickets.Done {
		t.Fatal(outcome, err)
	}
	f.Calls.LoseNext("Tickets.Change", lost)
	d := f.details()
	d.Status = tickets.Completed
	f.put(t, number, d)
	check.Same(t, len(f.events(t)), 1)
	check.Same(t, len(f.told(t)), 2) // the second is that of the put, which has the old contact
	check.Same(t, len(f.history(t)), 3)
}

// done is nil if a caller's wish was fulfilled.
func done(_ tickets.Ticket, outcome tickets.Outcome, err error) error {
	if err == nil && outcome != tickets.Done {
		err = fmt.Errorf("the outcome is %s", outcome)
	}
	return err
}
