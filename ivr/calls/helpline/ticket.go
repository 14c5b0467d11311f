package helpline

import (
	"context"
	"errors"
	"strconv"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// ticketNodes tell how a ticket stands, and what can be done about it: nothing, if the operator's system would not learn
// of it.
func (a actions) ticketNodes() []ivr.Node {
	whileOpen := func(c *ivr.Call) bool { return a.Learns && c.Text(ticketOpen) != "" }
	toRepair := a.Directory.of(repair).at()
	return []ivr.Node{
		ivr.Action[finding]{At: openTicket, Run: a.openTicket, On: ivr.On[finding]{found: tellTicket, foundNone: ticketGone}},
		ivr.Say{At: tellTicket, Prompt: sayTicket, Next: tellTicketAgain},
		ivr.Say{At: tellTicketAgain, Prompt: sayTicketAgain, Next: tellStatus},
		ivr.Say{At: tellStatus, Prompt: sayStatus, Next: tellTested},
		ivr.Say{At: tellTested, Prompt: sayTested, Next: ticketMenu},
		ivr.Menu{At: ticketMenu, Options: []ivr.Option{
			{Prompt: toChangeContact, Next: askContact, If: whileOpen},
			{Prompt: toCancel, Next: whatToCancel, If: whileOpen},
			{Prompt: toTest, Next: requestTest, If: whileOpen},
			{Prompt: toHearTicket, Next: openTicket},
			{Prompt: forAnother, Next: menu},
		}, Closing: sayEnd, Back: menu, GaveUp: goodbye},
		ivr.Say{At: ticketGone, Prompt: sayTicketGone, Next: toRepair},
		ivr.Say{At: proofOvertaken, Prompt: sayOvertaken, Next: toRepair},
		ivr.Say{At: ticketBusy, Prompt: sayTicketBusy, Next: toRepair},
	}
}

// outcomes are where each leads that can come of what is asked for: besides those given, that the ticket is gone, or its
// line's PIN was changed, or the operator's system lags behind.
func outcomes(more ivr.On[tickets.Outcome]) ivr.On[tickets.Outcome] {
	more[tickets.Gone], more[tickets.Overtaken], more[tickets.Busy] = ticketGone, proofOvertaken, ticketBusy
	return more
}

// contactNodes give the technician another number.
func (a actions) contactNodes() []ivr.Node {
	return []ivr.Node{
		ivr.Gather{At: askContact, Prompt: sayAskContact, Digits: ivr.Range{Min: 10, Max: 11}, Into: keyedContact,
			Next: readContact, Back: ticketMenu, GaveUp: ticketMenu},
		ivr.Action[finding]{At: readContact, Run: a.readContact, On: ivr.On[finding]{found: confirmContact, foundNone: badContact}},
		ivr.Say{At: badContact, Prompt: sayBadContact, Next: contactAgain},
		ivr.Retry{At: contactAgain, Times: 3, Back: askContact, GaveUp: ticketMenu},
		ivr.Menu{At: confirmContact, Prompt: sayReadBack, Options: []ivr.Option{
			{Prompt: isRight, Next: changeContact},
			{Prompt: isWrong, Next: askContact},
		}, Closing: sayBackEnd, Back: ticketMenu, GaveUp: ticketMenu},
		ivr.Action[tickets.Outcome]{At: changeContact, May: sayMayBeDone, On: outcomes(ivr.On[tickets.Outcome]{ //nolint:exhaustive // nothing else comes of it
			tickets.Done: contactChanged, tickets.NotCalled: badContact, tickets.TooMany: tooManyContacts,
		}), Run: func(ctx context.Context, c *ivr.Call) (tickets.Outcome, error) {
			return a.announce(a.Tickets.ChangeContact(ctx, ticketRequest(c), nanp.Number(c.Text(newContact))))
		}},
		ivr.Say{At: contactChanged, Prompt: sayContactChanged, Whole: true, Next: ticketMenu},
		ivr.Say{At: tooManyContacts, Prompt: sayTooManyContacts, Next: ticketMenu},
	}
}

// cancelNodes cancel a ticket, or its visit alone, once the caller has heard what that means.
func (a actions) cancelNodes() []ivr.Node {
	cancel := func(at ivr.Step, what tickets.What, done, gone ivr.Step) ivr.Node {
		on := outcomes(ivr.On[tickets.Outcome]{tickets.Done: done, tickets.TooLate: cancelTooLate}) //nolint:exhaustive // nothing else comes of it
		on[tickets.Gone] = gone
		return ivr.Action[tickets.Outcome]{At: at, May: sayMayBeDone, On: on, Run: func(ctx context.Context, c *ivr.Call) (tickets.Outcome, error) {
			canceled, outcome, err := a.Tickets.Cancel(ctx, ticketRequest(c), what)
			if outcome == tickets.Done {
				a.describe(c, canceled)
			}
			return a.announce(canceled, outcome, err)
		}}
	}
	confirm := func(at ivr.Step, means ivr.Prompt, do ivr.Step) ivr.Node {
		return ivr.Menu{At: at, Prompt: means, Options: []ivr.Option{
			{Prompt: toConfirm, Next: do},
			{Prompt: toKeepTicket, Next: ticketMenu},
		}, Back: ticketMenu, GaveUp: ticketMenu}
	}
	return []ivr.Node{
		ivr.Action[cancelable]{At: whatToCancel, Run: whatCanBeCanceled, On: ivr.On[cancelable]{visitOrTicket: cancelMenu, ticketAlone: confirmTicket}},
		ivr.Menu{At: cancelMenu, Options: []ivr.Option{
			{Prompt: toCancelVisit, Next: confirmVisit},
			{Prompt: toCancelTicket, Next: confirmTicket},
			{Prompt: toKeepTicket, Next: ticketMenu},
		}, Back: ticketMenu, GaveUp: ticketMenu},
		confirm(confirmVisit, sayCancelVisit, cancelVisit),
		confirm(confirmTicket, sayCancelTicket, cancelTicket),
		cancel(cancelVisit, tickets.Visit, visitCanceled, visitGone),
		cancel(cancelTicket, tickets.Whole, ticketCanceled, ticketGone),
		ivr.Say{At: visitCanceled, Prompt: sayVisitCanceled, Whole: true, Next: ticketMenu},
		ivr.Say{At: visitGone, Prompt: sayVisitGone, Next: openTicket},
		ivr.Say{At: ticketCanceled, Prompt: sayTicketCanceled, Whole: true, Next: ticketMenu},
		ivr.Say{At: cancelTooLate, Prompt: sayCancelTooLate, Next: ticketMenu},
	}
}

// cancelable is what can be canceled.
type cancelable string

const (
	visitOrTicket cancelable = "visit or ticket"
	ticketAlone   cancelable = "ticket alone"
)

func whatCanBeCanceled(_ context.Context, c *ivr.Call) (cancelable, error) {
	if c.Text(visitOpen) != "" {
		return visitOrTicket, nil
	}
	return ticketAlone, nil
}

// testNodes have the line tested. The caller waits, or is called back, or hears the result with the ticket another time.
func (a actions) testNodes() []ivr.Node {
	return []ivr.Node{
		ivr.Action[tickets.Outcome]{At: requestTest, Run: a.requestTest, May: sayMayBeDone, On: outcomes(ivr.On[tickets.Outcome]{ //nolint:exhaustive // nothing else comes of it
			tickets.Done: testBegun, tickets.TooMany: tooManyTests,
		})},
		ivr.Say{At: tooManyTests, Prompt: sayTooManyTests, Next: ticketMenu},
		ivr.Say{At: testBegun, Prompt: sayTestBegun, Next: waitForTest},
		ivr.Enter{At: waitForTest, Subflow: a.waitSubflow(), On: map[ivr.Step]ivr.Step{
			lineIsGood: tellGood, lineHasTrouble: tellTrouble, lineNotTested: tellNotTested, testLasts: tellLater, wantsCall: callBack, testLeft: ticketMenu,
		}},
		ivr.Say{At: tellGood, Prompt: sayGood, Next: ticketMenu},
		ivr.Say{At: tellTrouble, Prompt: sayTrouble, Next: ticketMenu},
		ivr.Say{At: tellNotTested, Prompt: sayNotTested, Next: ticketMenu},
		ivr.Say{At: tellLater, Prompt: sayLater, Next: ticketMenu},
		ivr.Action[tickets.Outcome]{At: callBack, May: sayMayBeDone, On: ivr.On[tickets.Outcome]{ //nolint:exhaustive // nothing else comes of it
			tickets.Done: willCallBack, tickets.NotCalled: tellLater, tickets.Gone: tellNotTested, tickets.Overtaken: proofOvertaken,
		}, Run: func(ctx context.Context, c *ivr.Call) (tickets.Outcome, error) {
			return a.Tickets.CallBack(ctx, ticketRequest(c), c.Text(testID))
		}},
		ivr.Say{At: willCallBack, Prompt: sayWillCallBack, Whole: true, Next: ticketMenu},
	}
}

// waitSubflow waits for the result of a test, and tells every few seconds that it goes on.
func (a actions) waitSubflow() *ivr.Subflow {
	return &ivr.Subflow{
		Name: "line-test", Start: awaitTest,
		Nodes: []ivr.Node{
			ivr.Menu{At: awaitTest, Options: []ivr.Option{
				{Prompt: toBeCalledBack, Next: wantsCall, If: func(*ivr.Call) bool { return a.Calls }},
			}, Closing: sayBackEnd, Back: testLeft, GaveUp: lookAtTest, Tries: 1},
			ivr.Action[testing]{At: lookAtTest, Run: a.lookAtTest, On: ivr.On[testing]{
				underWay: stillTesting, lineGood: lineIsGood, trouble: lineHasTrouble, notTested: lineNotTested,
			}},
			ivr.Say{At: stillTesting, Prompt: sayStillTesting, Next: testAgain},
			ivr.Retry{At: testAgain, Times: 20, Back: awaitTest, GaveUp: testLasts},
			ivr.Return{At: lineIsGood},
			ivr.Return{At: lineHasTrouble},
			ivr.Return{At: lineNotTested},
			ivr.Return{At: testLasts},
			ivr.Return{At: wantsCall},
			ivr.Return{At: testLeft},
		},
	}
}

// openTicket finds out how the ticket stands, and what came of the newest test of its line in a day.
func (a actions) openTicket(ctx context.Context, c *ivr.Call) (finding, error) {
	shown, err := a.Tickets.Get(ctx, tickets.Number(c.Text(ticket)))
	if errors.Is(err, tickets.ErrNoTicket) || err == nil && string(shown.Line) != c.Text(ticketLine) {
		return foundNone, nil
	}
	if err != nil {
		return "", err
	}
	a.describe(c, shown.Ticket)
	c.FillPhrase(tested, ivr.Prompt{})
	if shown.Test != nil && a.Now().Before(shown.Test.At.AddDate(0, 0, 1)) {
		c.FillPhrase(tested, results[shown.Test.ResultAt(a.Now())])
	}
	return found, nil
}

// describe fills in how a ticket stands.
func (a actions) describe(c *ivr.Call, t tickets.Ticket) {
	c.Erase(ticketOpen, visitOpen)
	if !t.Status.Ended() {
		c.Fill(ticketOpen, "1")
	}
	c.FillPhrase(status, statuses[t.Status])
	at := t.Technician.At(a.Now())
	c.FillPhrase(technician, a.whereabouts(c, at))
	c.FillPhrase(visit, ivr.Prompt{})
	if !t.Visit.Arranged() || t.Status.Ended() {
		return
	}
	if t.Visit.Cancelable {
		c.Fill(visitOpen, "1")
	}
	if at.Status != tickets.Arrived && a.Now().Before(t.Visit.To) {
		from, until := t.Visit.From.In(a.Zone), t.Visit.To.In(a.Zone)
		c.Fill(day, from.Format(time.DateOnly))
		c.Fill(earliest, from.Format("15:04"))
		c.Fill(latest, until.Format("15:04"))
		c.FillPhrase(visit, visitArranged)
	}
}

// whereabouts says where the technician is; nothing, if nobody knows.
func (a actions) whereabouts(c *ivr.Call, at tickets.Technician) ivr.Prompt {
	switch {
	case at.Status == tickets.Arrived:
		return hasArrived
	case at.Status == tickets.OnTheWay && at.Minutes > 0:
		c.Fill(minutes, strconv.Itoa(max(2, at.Minutes)))
		return onTheWayFor
	case at.Status == tickets.OnTheWay:
		return onTheWay
	}
	return ivr.Prompt{}
}

// ticketRequest is what a caller asks for in this turn.
func ticketRequest(c *ivr.Call) tickets.Request {
	revision, err := c.Int(provedPIN)
	if err != nil {
		revision = -1 // nothing was proved: no line has it
	}
	return tickets.Request{
		Line: nanp.Number(c.Text(ticketLine)), Ticket: tickets.Number(c.Text(ticket)), Proved: revision,
		Turn: turnOf(c), Side: pins.Remote, From: c.Caller.From,
	}
}

// announce has the operator's system learn of a change at once.
func (a actions) announce(_ tickets.Ticket, outcome tickets.Outcome, err error) (tickets.Outcome, error) {
	if outcome == tickets.Done && a.Changed != nil {
		a.Changed()
	}
	return outcome, err
}

// readContact fills in the number that was keyed, to be confirmed.
func (a actions) readContact(_ context.Context, c *ivr.Call) (finding, error) {
	number, err := nanp.Parse(c.Text(keyedContact))
	if err != nil || a.Destinations.Check(number) != nil {
		return foundNone, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	c.Fill(newContact, string(number))
	return found, nil
}

func (a actions) requestTest(ctx context.Context, c *ivr.Call) (tickets.Outcome, error) {
	test, outcome, err := a.Tickets.RequestTest(ctx, ticketRequest(c))
	c.Fill(testID, test.ID)
	return a.announce(tickets.Ticket{}, outcome, err)
}

// testing is how far a test is.
type testing string

const (
	underWay  testing = "under way"
	lineGood  testing = "good"
	trouble   testing = "trouble found"
	notTested testing = "not tested"
)

// lookAtTest looks for the result, and notes that the caller hears it.
func (a actions) lookAtTest(ctx context.Context, c *ivr.Call) (testing, error) {
	test, err := a.Tickets.Test(ctx, nanp.Number(c.Text(ticketLine)), c.Text(testID))
	switch {
	case errors.Is(err, tickets.ErrNoTest):
		return notTested, nil
	case err != nil:
		return "", err
	}
	result := test.ResultAt(a.Now())
	if result == "" {
		return underWay, nil
	}
	if err := a.Tickets.Heard(ctx, ticketRequest(c), test.ID); err != nil {
		return "", err
	}
	switch result {
	case tickets.LineGood:
		return lineGood, nil
	case tickets.TroubleFound:
		return trouble, nil
	case tickets.NotTested:
	}
	return notTested, nil
}
