package helpline

import (
	"context"
	"errors"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Recoveries is what the call needs of [recovery.Recoveries].
type Recoveries interface {
	Recover(ctx context.Context, request recovery.Request) (recovery.Result, error)
}

// recoverySubflow judges what was keyed, and has what was forgotten sent to the address or e-mail address of record, or told by a
// call to the line: none of it is spoken in this call. What proves what is package recovery's.
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
				lockedForLong:        lockedToday,
			}},
			ivr.Say{At: onItsWay, Prompt: sayOnItsWay, Whole: true, Next: recovered},
			ivr.Say{At: codeOnItsWay, Prompt: sayCodeOnItsWay, Whole: true, Next: recovered},
			ivr.Say{At: nothingMatches, Prompt: sayNothingMatches, Next: notMatched},
			ivr.Say{At: recoveryLocked, Prompt: sayLocked, Next: notRecovered},
			ivr.Say{At: lockedToday, Prompt: sayLockedToday, Next: notRecovered},
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
	eraseKeyed(c)
	c.Fill(recovering, string(of))
	c.Fill(need, string(forgotten))
	c.FillPhrase(wanted, wants[forgotten])
	if of == recovery.Email {
		c.FillPhrase(wanted, oneTimePassword)
	}
}

// eraseKeyed forgets all that was given.
func eraseKeyed(c *ivr.Call) {
	c.Erase(keyedBTN, keyedAccount, keyedZIP, keyedPassword, keyedCode, keyedAnswer, keyedSecondAnswer)
}

// sends notes the way.
func sends(c *ivr.Call, method deliveries.Method) {
	c.Fill(sending, string(method))
	c.FillPhrase(way, sentBy[method])
}

// callerLocked is that the caller was wrong too often.
const callerLocked recovery.Outcome = "caller locked"

// lockedForLong is that it takes a day until answers are looked at.
const lockedForLong recovery.Outcome = "locked for long"

// recover judges what was keyed, and has what was forgotten sent. What was keyed is kept for another way, if there is no
// address of record for this one.
func (a actions) recover(ctx context.Context, c *ivr.Call) (recovery.Outcome, error) {
	request, err := a.forgotten(c)
	if err != nil {
		return recovery.Wrong, nil //nolint:nilerr // what a caller keys is an outcome, not an error
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
		eraseKeyed(c)
	}
	switch {
	case result.Outcome == recovery.Locked && request.Service == recovery.Email:
		return lockedForLong, nil
	case result.Outcome == recovery.Locked:
		a.tellMinutes(c, result.Until)
	}
	return result.Outcome, nil
}

// forgotten is what was keyed, as a request.
func (a actions) forgotten(c *ivr.Call) (r recovery.Request, err error) {
	r = recovery.Request{
		Service: recovery.Service(c.Text(recovering)), Need: recovery.Need(c.Text(need)), Method: deliveries.Method(c.Text(sending)),
		Password: c.Secret(keyedPassword), Code: c.Secret(keyedCode), ZIP: c.Secret(keyedZIP),
		Turn: turnOf(c), From: c.Caller.From, Side: pins.Remote,
	}
	switch r.Service { //nolint:exhaustive // a voice mailbox's line is called at once
	case recovery.LongDistance:
		btn, err := nanp.Parse(c.Secret(keyedBTN).Reveal())
		r.Number = accounts.LongDistance(btn)
		return r, err
	case recovery.OnlineAccount:
		r.Number, err = a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	case recovery.Email:
		r.Line, r.Address = nanp.Number(c.Text(emailLine)), c.Text(emailID)
		r.Answers = [2]secret.Text{c.Secret(keyedAnswer), c.Secret(keyedSecondAnswer)}
	}
	return r, err
}
