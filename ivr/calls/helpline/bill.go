package helpline

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/proofs"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// billSubflow has whoever calls prove to have the bill of an account, by its number and the billing ZIP code. It
// keeps the number.
func (a actions) billSubflow() *ivr.Subflow {
	return &ivr.Subflow{
		Name: "bill", Start: askAccount,
		Nodes: []ivr.Node{
			ivr.Gather{At: askAccount, Prompt: sayAskAccount, Digits: ivr.Range{Min: 4, Max: accounts.MaxKeyed}, Into: keyedAccount,
				Next: askZIP, Back: billLeft, GaveUp: billNotProved},
			ivr.Gather{At: askZIP, Prompt: sayAskZIP, Digits: ivr.Range{Min: 5, Max: 9}, Into: keyedZIP,
				Next: checkBill, Back: askAccount, GaveUp: billNotProved},
			ivr.Action[proofs.Outcome]{At: checkBill, Run: a.checkBill, On: ivr.On[proofs.Outcome]{
				proofs.Right:        billProved,
				proofs.Wrong:        wrongBill,
				proofs.Malformed:    wrongBill,
				proofs.LockedForNow: locked,
				proofs.Closed:       closed,
				proofs.CallerLocked: nothingChecked,
			}},
			ivr.Say{At: wrongBill, Prompt: sayWrongBill, Next: billAgain},
			ivr.Retry{At: billAgain, Times: 3, Back: askAccount, GaveUp: billNotProved},
			ivr.Say{At: locked, Prompt: sayLocked, Next: billNotProved},
			ivr.Say{At: closed, Prompt: sayClosed, Next: billNotProved},
			ivr.Say{At: nothingChecked, Prompt: sayNothingChecked, Next: billNotProved},
			ivr.Return{At: billProved},
			ivr.Return{At: billLeft},
			ivr.Return{At: billNotProved},
		},
	}
}

// checkBill judges what was keyed.
func (a actions) checkBill(ctx context.Context, c *ivr.Call) (proofs.Outcome, error) {
	claim := accounts.Claim{ZIP: c.Secret(keyedZIP)}
	c.Erase(keyedZIP)
	account, err := a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	if err != nil {
		return proofs.Malformed, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	result, err := proofs.OfAccount(ctx, a.Accounts, a.Lines, account, claim, callerOf(c))
	if result.Outcome == proofs.LockedForNow {
		a.tellMinutes(c, result.LockedUntil)
	}
	return result.Outcome, err
}

// callerOf is who guesses in this turn.
func callerOf(c *ivr.Call) pins.Attempt {
	return pins.Attempt{From: c.Caller.From, Vouched: c.Caller.Vouched, Turn: turnOf(c)}
}

// turnOf names the turn, so that its effects happen once.
func turnOf(c *ivr.Call) pins.Turn { return pins.Turn{Call: c.SID, Number: c.Turn} }
