package helpline

import (
	"context"
	"errors"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Recoveries is what the call needs of [recovery.Recoveries].
type Recoveries interface {
	Recover(ctx context.Context, request recovery.Request) (recovery.Result, error)
}

// recoverySubflow judges what was keyed, and has what was forgotten sent to the address or e-mail address of record: never is
// any of it spoken. What proves what is package recovery's.
func (a actions) recoverySubflow() *ivr.Subflow {
	return &ivr.Subflow{
		Name: "recovery", Start: recoverIt,
		Nodes: []ivr.Node{
			ivr.Action[recovery.Outcome]{At: recoverIt, Run: a.recover, May: sayMayBeSent, On: ivr.On[recovery.Outcome]{ //nolint:exhaustive // only ways that there are are offered
				recovery.Sent:        onItsWay,
				recovery.Accepted:    codeOnItsWay,
				recovery.Wrong:       nothingMatches,
				recovery.Locked:      recoveryLocked,
				recovery.Closed:      recoveryClosed,
				recovery.TooMany:     tooManySent,
				recovery.NotOfRecord: notOfRecord,
				recovery.NoUserName:  noUserName,
				callerLocked:         callerRefused,
			}},
			ivr.Say{At: onItsWay, Prompt: sayOnItsWay, Whole: true, Next: recovered},
			ivr.Say{At: codeOnItsWay, Prompt: sayCodeOnItsWay, Whole: true, Next: recovered},
			ivr.Say{At: nothingMatches, Prompt: sayNothingMatches, Next: notMatched},
			ivr.Say{At: recoveryLocked, Prompt: sayLocked, Next: notRecovered},
			ivr.Say{At: recoveryClosed, Prompt: sayClosed, Next: notRecovered},
			ivr.Say{At: tooManySent, Prompt: sayTooManySent, Next: notRecovered},
			ivr.Say{At: callerRefused, Prompt: sayNothingChecked, Next: notRecovered},
			ivr.Say{At: noUserName, Prompt: sayNoUserName, Next: notRecovered},
			ivr.Return{At: recovered},
			ivr.Return{At: notMatched},
			ivr.Return{At: notOfRecord},
			ivr.Return{At: notRecovered},
		},
	}
}

// needs notes what a caller has forgotten of which account, and forgets what was keyed for something else.
func needs(c *ivr.Call, of recovery.Service, forgotten recovery.Need) {
	c.Erase(keyedBTN, keyedAccount, keyedZIP, keyedPassword, keyedCode)
	c.Fill(recovering, string(of))
	c.Fill(need, string(forgotten))
	c.FillPhrase(wanted, wants[forgotten])
}

// sends notes the way.
func sends(c *ivr.Call, method deliveries.Method) {
	c.Fill(sending, string(method))
	c.FillPhrase(way, sentBy[method])
}

// callerLocked is that the caller was wrong too often.
const callerLocked recovery.Outcome = "caller locked"

// recover judges what was keyed, and has what was forgotten sent. What was keyed is kept for another way, if there is no
// address of record for this one.
func (a actions) recover(ctx context.Context, c *ivr.Call) (recovery.Outcome, error) {
	account, err := a.forgetful(c)
	if err != nil {
		return recovery.Wrong, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	request := recovery.Request{
		Service: recovery.Service(c.Text(recovering)), Number: account, Need: recovery.Need(c.Text(need)),
		Method:   deliveries.Method(c.Text(sending)),
		Password: c.Secret(keyedPassword), Code: c.Secret(keyedCode), ZIP: c.Secret(keyedZIP), Once: once(c),
		Note: accounts.Note{By: accounts.ByCustomer, From: "telephone"},
	}
	var result recovery.Result
	judge := func() (wrong bool, err error) {
		result, err = a.Recoveries.Recover(ctx, request)
		return result.Guessed, err
	}
	var refused pins.Outcome
	if request.Need == recovery.SecurityCode { // which proves nothing
		refused, err = a.Lines.Ask(ctx, callerOf(c), func() error { _, err := judge(); return err })
	} else {
		refused, err = a.Lines.Guess(ctx, callerOf(c), judge)
	}
	switch {
	case errors.Is(err, recovery.ErrRequest):
		result.Outcome = recovery.Wrong
	case err != nil:
		return "", err
	case refused != "":
		return callerLocked, nil
	}
	if result.Outcome != recovery.NotOfRecord {
		c.Erase(keyedBTN, keyedAccount, keyedZIP, keyedPassword, keyedCode)
	}
	if result.Outcome == recovery.Locked {
		a.tellMinutes(c, result.Until)
	}
	return result.Outcome, nil
}

// forgetful is the account of which something was forgotten.
func (a actions) forgetful(c *ivr.Call) (accounts.Number, error) {
	if recovery.Service(c.Text(recovering)) == recovery.OnlineAccount {
		return a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	}
	btn, err := nanp.Parse(c.Secret(keyedBTN).Reveal())
	return accounts.LongDistance(btn), err
}
