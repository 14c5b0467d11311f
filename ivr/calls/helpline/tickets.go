package helpline

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/prompts"
	"updatecenter/pins"
)

// Tickets is what the call needs of [tickets.Tickets].
type Tickets interface {
	OfLine(ctx context.Context, number nanp.Number) ([]tickets.Ticket, error)
	OfAccount(ctx context.Context, number accounts.Number) ([]tickets.Ticket, error)
	Get(ctx context.Context, number tickets.Number) (tickets.Shown, error)
	ChangeContact(ctx context.Context, r tickets.Request, to nanp.Number) (tickets.Ticket, tickets.Outcome, error)
	Cancel(ctx context.Context, r tickets.Request, what tickets.What) (tickets.Ticket, tickets.Outcome, error)
	RequestTest(ctx context.Context, r tickets.Request) (tickets.Test, tickets.Outcome, error)
	Test(ctx context.Context, number nanp.Number, id string) (tickets.Test, error)
	CallBack(ctx context.Context, r tickets.Request, id string) (tickets.Outcome, error)
	Heard(ctx context.Context, r tickets.Request, id string) error
}

// repairs finds the tickets of whoever proves that the line or the account is theirs.
func (a actions) repairs() []ivr.Node {
	toRepair := a.Directory.of(repair).at()
	nodes := []ivr.Node{
		ivr.Menu{At: aboutRepair, Options: []ivr.Option{
			{Prompt: byPIN, Next: ticketPIN, If: func(c *ivr.Call) bool { return c.Text(lineKnown) != "" }},
			{Prompt: byBill, Next: ticketBill},
			{Prompt: toRepairService, Next: toRepair},
		}, Closing: sayBackEnd, Back: rest, GaveUp: noAnswer},
		ivr.Enter{At: ticketPIN, Subflow: a.linePIN, On: map[ivr.Step]ivr.Step{pinProved: findByLine, pinLeft: aboutRepair, pinNotProved: toRepair}},
		ivr.Enter{At: ticketBill, Subflow: a.bill, On: map[ivr.Step]ivr.Step{billProved: findByBill, billLeft: aboutRepair, billNotProved: toRepair}},
		ivr.Action[amount]{At: findByLine, Run: a.findByLine, On: ivr.On[amount]{none: noTicket, one: openTicket, several: ticketsMenu}},
		ivr.Action[amount]{At: findByBill, Run: a.findByBill, On: ivr.On[amount]{none: noTicket, one: openTicket, several: ticketsMenu}},
		ivr.Say{At: noTicket, Prompt: sayNoTicket, Next: toRepair},
	}
	return append(nodes, a.choosing()...)
}

// choosing has whoever has several tickets choose one.
func (a actions) choosing() []ivr.Node {
	m := ivr.Menu{At: ticketsMenu, Prompt: saySeveral, Closing: sayBackEnd, Back: aboutRepair, GaveUp: noAnswer, Listing: true}
	var nodes []ivr.Node
	for n := range mostChoices {
		at := ivr.Step(fmt.Sprintf("choose-ticket-%d", n+1))
		m.Options = append(m.Options, ivr.Option{Prompt: forTicketNumber(n), Next: at, If: func(c *ivr.Call) bool { return n < len(candidates(c)) }})
		nodes = append(nodes, ivr.Action[choice]{At: at, Run: pick(n), On: ivr.On[choice]{chosen: openTicket}})
	}
	return append(nodes, m)
}

// mostChoices is how many tickets are offered; there are seldom two.
const mostChoices = tickets.MaxTickets

// proving is what an entry is that should be the PIN of the line.
type proving string

const (
	pinRight     proving = "right"
	pinTemporary proving = "temporary" // which others know too: it proves nothing
	pinWrong     proving = "wrong"
	pinLocked    proving = "locked"
)

// checkPIN checks the PIN of the line that the call comes from, for whose number the network vouches.
func (a actions) checkPIN(ctx context.Context, c *ivr.Call) (proving, error) {
	attempt := callerOf(c)
	attempt.Number, attempt.Side = nanp.Number(c.Caller.Number), pins.Remote
	result, err := a.Lines.Check(ctx, attempt, c.Secret(keyedPIN))
	c.Erase(keyedPIN, lastTry)
	if err != nil {
		return "", err
	}
	if result.LastTry {
		c.FillPhrase(lastTry, prompts.LastTry)
	}
	c.Fill(provedPIN, strconv.FormatInt(result.Line.Revision, 10))
	switch result.Outcome {
	case pins.Right:
		return pinRight, nil
	case pins.RightTemporary:
		return pinTemporary, nil
	case pins.Wrong:
		return pinWrong, nil
	case pins.LockedForNow, pins.LockedUntilReset, pins.CallerLocked, pins.UnvouchedLocked:
	}
	return pinLocked, nil
}

// amount is how many tickets there are to choose from.
type amount string

const (
	none    amount = "none"
	one     amount = "one"
	several amount = "several"
)

// findByLine finds the tickets of the line that the call comes from.
func (a actions) findByLine(ctx context.Context, c *ivr.Call) (amount, error) {
	all, err := a.Tickets.OfLine(ctx, nanp.Number(c.Caller.Number))
	return keep(c, all), err
}

// findByBill finds the tickets of the account that was proved.
func (a actions) findByBill(ctx context.Context, c *ivr.Call) (amount, error) {
	c.Fill(provedPIN, byBillAlone)
	account, err := a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	if err != nil {
		return "", err
	}
	all, err := a.Tickets.OfAccount(ctx, account)
	return keep(c, all), err
}

// byBillAlone is the revision of no PIN.
const byBillAlone = "0"

// keep keeps tickets and their lines in the call's state, those that have not ended, or the newest that has, and
// chooses the only one.
func keep(c *ivr.Call, all []tickets.Ticket) amount {
	open := slices.DeleteFunc(slices.Clone(all), func(t tickets.Ticket) bool { return t.Status.Ended() })
	if len(open) == 0 {
		open = all[:min(1, len(all))]
	}
	kept := make([]string, min(mostChoices, len(open)))
	for n := range kept {
		kept[n] = string(open[n].Number) + " " + string(open[n].Line)
		c.Fill(ticketNumber(n), string(open[n].Number))
	}
	c.Fill(ticketsFound, strings.Join(kept, ","))
	switch len(kept) {
	case 0:
		return none
	case 1:
		choose(c, kept[0])
		return one
	}
	return several
}

// candidates are the tickets that were kept.
func candidates(c *ivr.Call) []string { return strings.Split(c.Text(ticketsFound), ",") }

// pick chooses one of the tickets that were kept.
func pick(n int) func(context.Context, *ivr.Call) (choice, error) {
	return func(_ context.Context, c *ivr.Call) (choice, error) {
		all := candidates(c)
		if n >= len(all) {
			return "", fmt.Errorf("there is no ticket %d to choose", n+1)
		}
		choose(c, all[n])
		return chosen, nil
	}
}

// choose makes a candidate the present ticket.
func choose(c *ivr.Call, candidate string) {
	number, line, _ := strings.Cut(candidate, " ")
	c.Fill(ticket, number)
	c.Fill(ticketLine, line)
}
