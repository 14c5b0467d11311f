package helpline

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Tickets is what the call needs of [tickets.Tickets].
type Tickets interface {
	OfLine(ctx context.Context, number nanp.Number) ([]tickets.Ticket, error)
	OfAccount(ctx context.Context, proof tickets.Proof) (tickets.Proved, error)
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
			{Prompt: byPIN, Next: askPIN, If: func(c *ivr.Call) bool { return c.Caller.Vouched }},
			{Prompt: byBill, Next: ticketBill},
			{Prompt: toRepairService, Next: toRepair},
		}, Closing: sayBackEnd, Back: rest, GaveUp: noAnswer},
		ivr.Gather{At: askPIN, Prompt: sayAskPIN, Digits: ivr.Range{Min: pins.MinDigits, Max: pins.MaxDigits}, Into: keyedPIN,
			Next: checkPIN, Back: aboutRepair, GaveUp: toRepair},
		ivr.Action[proving]{At: checkPIN, Run: a.checkPIN, On: ivr.On[proving]{
			pinRight:     findTickets,
			pinTemporary: temporaryPIN,
			pinWrong:     wrongPIN,
			pinLocked:    lockedPIN,
		}},
		ivr.Say{At: wrongPIN, Prompt: sayWrongPIN, Next: pinAgain},
		ivr.Retry{At: pinAgain, Times: 3, Back: askPIN, GaveUp: toRepair},
		ivr.Say{At: temporaryPIN, Prompt: sayTemporaryPIN, Next: aboutRepair},
		ivr.Say{At: lockedPIN, Prompt: sayLockedPIN, Next: toRepair},
		ivr.Enter{At: ticketBill, Subflow: askBill, On: map[ivr.Step]ivr.Step{billKeyed: checkBill, billLeft: aboutRepair, billGivenUp: toRepair}},
		ivr.Action[tickets.ProofOutcome]{At: checkBill, Run: a.checkBill, On: ivr.On[tickets.ProofOutcome]{
			tickets.Found:        chooseTicket,
			tickets.NoTickets:    noTicket,
			tickets.Wrong:        wrongTicketBill,
			tickets.Malformed:    wrongTicketBill,
			tickets.LockedForNow: lockedTickets,
			tickets.Closed:       lockedTickets,
			tickets.CallerLocked: lockedTickets,
		}},
		ivr.Say{At: wrongTicketBill, Prompt: sayWrongBill, Next: ticketBillAgain},
		ivr.Retry{At: ticketBillAgain, Times: 3, Back: ticketBill, GaveUp: toRepair},
		ivr.Say{At: lockedTickets, Prompt: sayNothingChecked, Next: toRepair},
		ivr.Action[finding]{At: findTickets, Run: a.findTickets, On: ivr.On[finding]{found: chooseTicket, foundNone: noTicket}},
		ivr.Say{At: noTicket, Prompt: sayNoTicket, Next: toRepair},
	}
	return append(nodes, a.choosing()...)
}

// choosing has whoever has several tickets choose one.
func (a actions) choosing() []ivr.Node {
	m := ivr.Menu{At: ticketsMenu, Prompt: saySeveral, Closing: sayBackEnd, Back: rest, GaveUp: noAnswer}
	nodes := []ivr.Node{ivr.Action[amount]{At: chooseTicket, Run: chooseOnly, On: ivr.On[amount]{one: openTicket, several: ticketsMenu}}}
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
	side := pins.Remote
	if c.Caller.FromLine {
		side = pins.FromLine
	}
	result, err := a.Lines.Check(ctx, pins.Attempt{
		Number: nanp.Number(c.Caller.Number), Side: side, From: c.Caller.From, Vouched: c.Caller.Vouched, Turn: turnOf(c),
	}, c.Secret(keyedPIN))
	c.Erase(keyedPIN)
	if err != nil {
		return "", err
	}
	c.Fill(proved, strconv.FormatInt(result.Line.Revision, 10))
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

// turnOf names the turn, so that its effects happen once.
func turnOf(c *ivr.Call) pins.Turn { return pins.Turn{Call: c.SID, Number: c.Turn} }

// checkBill judges an account number and a ZIP code, and keeps which tickets the account has.
func (a actions) checkBill(ctx context.Context, c *ivr.Call) (tickets.ProofOutcome, error) {
	account, zip, err := a.keyedBill(c)
	if err != nil {
		return tickets.Malformed, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	answer, err := a.Tickets.OfAccount(ctx, tickets.Proof{
		Account: account, ZIP: zip, From: c.Caller.From, Vouched: c.Caller.Vouched, Turn: turnOf(c),
	})
	c.Fill(proved, "0")
	keep(c, answer.Tickets)
	return answer.Outcome, err
}

// keyedBill are the account number and the ZIP code that were keyed. The only error is [accounts.ErrNumber].
func (a actions) keyedBill(c *ivr.Call) (accounts.Number, secret.Text, error) {
	defer c.Erase(keyedAccount, keyedZIP)
	account, err := a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	return account, c.Secret(keyedZIP), err
}

// findTickets keeps which tickets the line has that the call comes from.
func (a actions) findTickets(ctx context.Context, c *ivr.Call) (finding, error) {
	all, err := a.Tickets.OfLine(ctx, nanp.Number(c.Caller.Number))
	keep(c, all)
	if len(all) == 0 {
		return foundNone, err
	}
	return found, err
}

// keep keeps tickets and their lines in the call's state: those that have not ended, or the newest that has.
func keep(c *ivr.Call, all []tickets.Ticket) {
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
}

// candidates are the tickets that were kept.
func candidates(c *ivr.Call) []string { return strings.Split(c.Text(ticketsFound), ",") }

// amount is how many tickets there are to choose from.
type amount string

const (
	one     amount = "one"
	several amount = "several"
)

// chooseOnly chooses the ticket if there is but one.
func chooseOnly(ctx context.Context, c *ivr.Call) (amount, error) {
	if len(candidates(c)) > 1 {
		return several, nil
	}
	_, err := pick(0)(ctx, c)
	return one, err
}

// pick chooses one of the tickets that were kept.
func pick(n int) func(context.Context, *ivr.Call) (choice, error) {
	return func(_ context.Context, c *ivr.Call) (choice, error) {
		all := candidates(c)
		if n >= len(all) {
			return "", fmt.Errorf("there is no ticket %d to choose", n+1)
		}
		number, line, _ := strings.Cut(all[n], " ")
		c.Fill(ticket, number)
		c.Fill(ticketLine, line)
		return chosen, nil
	}
}
