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

// ticketNodes tell how a ticket stands, and what can be done about it.
func (a actions) ticketNodes() []ivr.Node {
	whileOpen := func(c *ivr.Call) bool { return c.Text(ticketOpen) != "" }
	return []ivr.Node{
		ivr.Action[finding]{At: openTicket, Run: a.openTicket, On: ivr.On[finding]{found: tellTicket, foundNone: ticketGone}},
		ivr.Say{At: tellTicket, Prompt: sayTicket, Next: tellStatus},
		ivr.Say{At: tellStatus, Prompt: sayStatus, Next: ticketMenu},
		ivr.Menu{At: ticketMenu, Options: []ivr.Option{
			{Prompt: toChangeContact, Next: askContact, If: whileOpen},
			{Prompt: toCancel, Next: cancelMenu, If: whileOpen},
			{Prompt: toTest, Next: requestTest, If: whileOpen},
			{Prompt: toHearTicket, Next: openTicket},
			{Prompt: forAnother, Next: menu},
		}, Closing: sayEnd, Back: menu, GaveUp: goodbye},
		ivr.Say{At: ticketGone, Prompt: sayTicketGone, Next: a.Directory.of(repair).at()},
		ivr.Say{At: proofOvertaken, Prompt: sayOvertaken, Next: a.Directory.of(repair).at()},
		ivr.Say{At: ticketBusy, Prompt: sayTicketBusy, Next: a.Directory.of(repair).at()},
	}
}

// contactNodes give the technician another number.
func (a actions) contactNodes() []ivr.Node {
	return []ivr.Node{
		ivr.Gather{At: askContact, Prompt: sayAskContact, Digits: ivr.Range{Min: 10, Max: 11}, Into: keyedContact,
			Next: readContact, Back: ticketMenu, GaveUp: ticketMenu},
		ivr.Action[finding]{At: readContact, Run: readBack, On: ivr.On[finding]{found: confirmContact, foundNone: badContact}},
		ivr.Say{At: badContact, Prompt: sayBadContact, Next: contactAgain},
		ivr.Retry{At: contactAgain, Times: 3, Back: askContact, GaveUp: ticketMenu},
		ivr.Menu{At: confirmContact, Prompt: sayReadBack, Options: []ivr.Option{
			{Prompt: isRight, Next: changeContact},
			{Prompt: isWrong, Next: askContact},
		}, Closing: sayBackEnd, Back: ticketMenu, GaveUp: ticketMenu},
		ivr.Action[contacting]{At: changeContact, Run: a.changeContact, May: sayMayBeDone, On: ivr.On[contacting]{
			contactDone:      contactChanged,
			contactNotCalled: badContact,
			contactGone:      ticketGone,
			contactOvertaken: proofOvertaken,
			contactBusy:      ticketBusy,
		}},
		ivr.Say{At: contactChanged, Prompt: sayContactChanged, Whole: true, Next: ticketMenu},
	}
}

// cancelNodes cancel a ticket, or its visit alone.
func (a actions) cancelNodes() []ivr.Node {
	cancel := func(at ivr.Step, what tickets.What, done ivr.Step) ivr.Node {
		return ivr.Action[canceling]{At: at, May: sayMayBeDone, On: ivr.On[canceling]{
			cancelDone:      done,
			cancelLate:      cancelTooLate,
			cancelGone:      ticketGone,
			cancelOvertaken: proofOvertaken,
			cancelBusy:      ticketBusy,
		}, Run: func(ctx context.Context, c *ivr.Call) (canceling, error) {
			_, outcome, err := a.Tickets.Cancel(ctx, ticketRequest(c), what)
			if outcome == tickets.Done && what == tickets.Whole {
				c.Erase(ticketOpen)
			}
			a.announce(outcome)
			return canceling(outcome), err
		}}
	}
	return []ivr.Node{
		ivr.Menu{At: cancelMenu, Options: []ivr.Option{
			{Prompt: toCancelVisit, Next: cancelVisit, If: func(c *ivr.Call) bool { return c.Text(cancelable) != "" }},
			{Prompt: toCancelTicket, Next: cancelTicket},
			{Prompt: toKeepTicket, Next: ticketMenu},
		}, Back: ticketMenu, GaveUp: ticketMenu},
		cancel(cancelVisit, tickets.Visit, visitCanceled),
		cancel(cancelTicket, tickets.Whole, ticketCanceled),
		ivr.Say{At: visitCanceled, Prompt: sayVisitCanceled, Whole: true, Next: ticketMenu},
		ivr.Say{At: ticketCanceled, Prompt: sayTicketCanceled, Whole: true, Next: ticketMenu},
		ivr.Say{At: cancelTooLate, Prompt: sayCancelTooLate, Next: ticketMenu},
	}
}

// testNodes have the line tested. The caller waits, and is told every few seconds how it stands, or is called back.
func (a actions) testNodes() []ivr.Node {
	return []ivr.Node{
		ivr.Action[requesting]{At: requestTest, Run: a.requestTest, May: sayMayBeDone, On: ivr.On[requesting]{
			requestDone:      testBegun,
			requestTooMany:   tooManyTests,
			requestGone:      ticketGone,
			requestOvertaken: proofOvertaken,
			requestBusy:      ticketBusy,
		}},
		ivr.Say{At: tooManyTests, Prompt: sayTooManyTests, Next: ticketMenu},
		ivr.Say{At: testBegun, Prompt: sayTestBegun, Next: awaitTest},
		ivr.Menu{At: awaitTest, Options: []ivr.Option{
			{Prompt: toBeCalledBack, Next: callBack},
		}, Back: ticketMenu, GaveUp: lookAtTest, Tries: 1},
		ivr.Action[testing]{At: lookAtTest, Run: a.lookAtTest, May: sayMayBeDone, On: ivr.On[testing]{
			underWay:  stillTesting,
			lineGood:  tellGood,
			trouble:   tellTrouble,
			notTested: tellNotTested,
		}},
		ivr.Say{At: stillTesting, Prompt: sayStillTesting, Next: testAgain},
		ivr.Retry{At: testAgain, Times: 20, Back: awaitTest, GaveUp: callBack},
		ivr.Say{At: tellGood, Prompt: sayGood, Next: ticketMenu},
		ivr.Say{At: tellTrouble, Prompt: sayTrouble, Next: ticketMenu},
		ivr.Say{At: tellNotTested, Prompt: sayNotTested, Next: ticketMenu},
		ivr.Action[calling]{At: callBack, Run: a.callBack, May: sayMayBeDone, On: ivr.On[calling]{
			callDone:      willCallBack,
			callNotCalled: noCallBack,
			callGone:      tellNotTested,
			callOvertaken: proofOvertaken,
		}},
		ivr.Say{At: willCallBack, Prompt: sayWillCallBack, Whole: true, Next: ticketMenu},
		ivr.Say{At: noCallBack, Prompt: sayNoCallBack, Next: ticketMenu},
	}
}

// What can come of each thing that a caller asks for: those of [tickets.Outcome] that it has.
type (
	contacting string
	canceling  string
	requesting string
	calling    string
)

const (
	contactDone      = contacting(tickets.Done)
	contactNotCalled = contacting(tickets.NotCalled)
	contactGone      = contacting(tickets.Gone)
	contactOvertaken = contacting(tickets.Overtaken)
	contactBusy      = contacting(tickets.Busy)

	cancelDone      = canceling(tickets.Done)
	cancelLate      = canceling(tickets.TooLate)
	cancelGone      = canceling(tickets.Gone)
	cancelOvertaken = canceling(tickets.Overtaken)
	cancelBusy      = canceling(tickets.Busy)

	requestDone      = requesting(tickets.Done)
	requestTooMany   = requesting(tickets.TooMany)
	requestGone      = requesting(tickets.Gone)
	requestOvertaken = requesting(tickets.Overtaken)
	requestBusy      = requesting(tickets.Busy)

	callDone      = calling(tickets.Done)
	callNotCalled = calling(tickets.NotCalled)
	callGone      = calling(tickets.Gone)
	callOvertaken = calling(tickets.Overtaken)
)

// openTicket finds out how the ticket stands.
func (a actions) openTicket(ctx context.Context, c *ivr.Call) (finding, error) {
	all, err := a.Tickets.OfLine(ctx, nanp.Number(c.Text(ticketLine)))
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if string(t.Number) == c.Text(ticket) {
			a.describe(c, t)
			return found, nil
		}
	}
	return foundNone, nil
}

// describe fills in how a ticket stands.
func (a actions) describe(c *ivr.Call, t tickets.Ticket) {
	c.Erase(ticketOpen, cancelable)
	if !t.Status.Ended() {
		c.Fill(ticketOpen, "1")
	}
	c.FillPhrase(status, statuses[t.Status])
	c.FillPhrase(visit, ivr.Prompt{})
	if t.Visit.Arranged() && !t.Status.Ended() {
		from, until := t.Visit.From.In(a.Zone), t.Visit.To.In(a.Zone)
		c.Fill(day, from.Format(time.DateOnly))
		c.Fill(earliest, from.Format("15:04"))
		c.Fill(latest, until.Format("15:04"))
		c.FillPhrase(visit, visitArranged)
		if t.Visit.Cancelable {
			c.Fill(cancelable, "1")
		}
	}
	c.FillPhrase(technician, ivr.Prompt{})
	switch at := t.Technician.At(a.Now()); {
	case at.Status == tickets.Arrived:
		c.FillPhrase(technician, hasArrived)
	case at.Status == tickets.OnTheWay && at.Minutes > 0:
		c.Fill(minutes, strconv.Itoa(max(2, at.Minutes)))
		c.FillPhrase(technician, onTheWayFor)
	case at.Status == tickets.OnTheWay:
		c.FillPhrase(technician, onTheWay)
	}
}

// ticketRequest is what a caller asks for in this turn.
func ticketRequest(c *ivr.Call) tickets.Request {
	side := pins.Remote
	if c.Caller.FromLine {
		side = pins.FromLine
	}
	revision, _ := c.Int(proved) // none: by the bill
	return tickets.Request{
		Line: nanp.Number(c.Text(ticketLine)), Ticket: tickets.Number(c.Text(ticket)), Proved: revision,
		Turn: turnOf(c), Side: side, From: c.Caller.From,
	}
}

// announce has the operator's system learn of a change at once.
func (a actions) announce(outcome tickets.Outcome) {
	if outcome == tickets.Done && a.Changed != nil {
		a.Changed()
	}
}

// readBack fills in the number that was keyed, to be confirmed.
func readBack(_ context.Context, c *ivr.Call) (finding, error) {
	number, err := nanp.Parse(c.Text(keyedContact))
	if err != nil {
		return foundNone, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	c.Fill(newContact, string(number))
	return found, nil
}

func (a actions) changeContact(ctx context.Context, c *ivr.Call) (contacting, error) {
	_, outcome, err := a.Tickets.ChangeContact(ctx, ticketRequest(c), nanp.Number(c.Text(newContact)))
	a.announce(outcome)
	return contacting(outcome), err
}

func (a actions) requestTest(ctx context.Context, c *ivr.Call) (requesting, error) {
	test, outcome, err := a.Tickets.RequestTest(ctx, ticketRequest(c))
	c.Fill(testID, test.ID)
	a.announce(outcome)
	return requesting(outcome), err
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

func (a actions) callBack(ctx context.Context, c *ivr.Call) (calling, error) {
	outcome, err := a.Tickets.CallBack(ctx, ticketRequest(c), c.Text(testID))
	return calling(outcome), err
}
