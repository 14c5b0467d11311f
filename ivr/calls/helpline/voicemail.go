package helpline

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/recovery"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Mailboxes is what the call needs of [mailboxes.Mailboxes].
type Mailboxes interface {
	Reset(ctx context.Context, r mailboxes.Request) (mailboxes.Result, error)
	ResetOfAccount(ctx context.Context, proof mailboxes.Proof) (mailboxes.Result, error)
	// Challenge is for a call, by its CallSid.
	Challenge(ctx context.Context, callSID string, number nanp.Number) ([]mailboxes.Challenge, error)
}

// voiceMail gives a mailbox a temporary password, for whoever proves the line or its account; else the line is called. One
// that is not set up yet gets its first password in the same way.
func (a actions) voiceMail() []ivr.Node {
	toHelp := a.Directory.of(voiceMail).at()
	return []ivr.Node{
		ivr.Menu{At: aboutVoiceMail, Prompt: sayVoiceMail, Options: []ivr.Option{
			{Prompt: passwordByPIN, Next: mailPIN, If: func(c *ivr.Call) bool { return a.Learns && c.Text(lineKnown) != "" }},
			{Prompt: passwordByCall, Next: askMailLine, If: func(*ivr.Call) bool { return a.Learns && a.Calls }},
			{Prompt: passwordByCode, Next: askMailAccount, If: func(*ivr.Call) bool { return a.Learns }},
			{Prompt: forMoreVoiceMail, Next: toHelp},
		}, Closing: sayBackEnd, Back: menu, GaveUp: noAnswer},
		ivr.Enter{At: mailPIN, Subflow: a.linePIN, On: map[ivr.Step]ivr.Step{pinProved: resetByPIN, pinLeft: aboutVoiceMail, pinNotProved: toHelp}},
		ivr.Action[mailboxes.Outcome]{At: resetByPIN, Run: a.resetByPIN, May: sayMayBeReset, On: ivr.On[mailboxes.Outcome]{ //nolint:exhaustive // nothing else comes of it
			mailboxes.Done: tellPassword, mailboxes.None: noMailbox, mailboxes.TooMany: tooManyResets, mailboxes.Overtaken: notReset, mailboxes.Busy: notReset,
		}},
		ivr.Gather{At: askMailAccount, Prompt: sayAskAccount, Digits: ivr.Range{Min: 4, Max: accounts.MaxKeyed}, Into: keyedAccount,
			Next: askMailCode, Back: aboutVoiceMail, GaveUp: toHelp},
		ivr.Gather{At: askMailCode, Prompt: sayAskCode, Digits: ivr.Range{Min: accounts.MinKeyedCode, Max: accounts.MaxKeyedCode}, Into: keyedCode,
			Next: resetByCode, Back: askMailAccount, GaveUp: toHelp},
		ivr.Action[mailboxes.Outcome]{At: resetByCode, Run: a.resetByCode, May: sayMayBeReset, On: ivr.On[mailboxes.Outcome]{ //nolint:exhaustive // nothing else comes of it
			mailboxes.Done: tellPassword, mailboxes.None: noMailbox, mailboxes.TooMany: tooManyResets, mailboxes.Busy: notReset,
			proofs.Wrong: wrongCode, proofs.LockedForNow: mailLocked, proofs.Closed: mailClosed, proofs.CallerLocked: mailRefused,
		}},
		ivr.Say{At: wrongCode, Prompt: sayNothingMatches, Next: codeAgain},
		ivr.Retry{At: codeAgain, Times: 3, Back: askMailAccount, GaveUp: toHelp},
		ivr.Say{At: mailLocked, Prompt: sayLocked, Next: toHelp},
		ivr.Say{At: mailClosed, Prompt: sayClosed, Next: toHelp},
		ivr.Say{At: mailRefused, Prompt: sayNothingChecked, Next: toHelp},
		ivr.Say{At: noMailbox, Prompt: sayNoMailbox, Next: toHelp},
		ivr.Say{At: tooManyResets, Prompt: sayTooManyResets, Next: toHelp},
		ivr.Say{At: notReset, Prompt: sayNotReset, Next: toHelp},
		ivr.Say{At: tellPassword, Prompt: sayPassword, Next: tellPasswordAgain},
		ivr.Say{At: tellPasswordAgain, Prompt: sayPasswordAgain, Next: tellMailboxNext},
		ivr.Say{At: tellMailboxNext, Prompt: sayMailboxNext, Next: anythingElse},
		ivr.Gather{At: askMailLine, Prompt: sayAskMailLine, Digits: ivr.Range{Min: 10, Max: 11}, Into: keyedContact,
			Next: callMailLine, Back: aboutVoiceMail, GaveUp: toHelp},
		ivr.Action[request]{At: callMailLine, Run: a.callMailLine, May: sayMayCall, On: ivr.On[request]{requested: willCallLine, cannotBeCalled: notReset}},
		ivr.Say{At: willCallLine, Prompt: sayWillCallLine, Whole: true, Next: anythingElse},
	}
}

// linePINSubflow has whoever calls prove to know the PIN of the line that the call comes from. A temporary one proves
// nothing, as others know it too.
func (a actions) linePINSubflow() *ivr.Subflow {
	return &ivr.Subflow{
		Name: "line-pin", Start: askPIN,
		Nodes: []ivr.Node{
			ivr.Gather{At: askPIN, Prompt: sayAskPIN, Digits: ivr.Range{Min: pins.MinDigits, Max: pins.MaxDigits}, Into: keyedPIN,
				Next: checkPIN, Back: pinLeft, GaveUp: pinNotProved},
			ivr.Action[proving]{At: checkPIN, Run: a.checkPIN, On: ivr.On[proving]{
				pinRight:     pinProved,
				pinTemporary: temporaryPIN,
				pinWrong:     wrongPIN,
				pinLocked:    lockedPIN,
			}},
			ivr.Say{At: wrongPIN, Prompt: sayWrongPIN, Next: pinAgain},
			ivr.Retry{At: pinAgain, Times: 3, Back: askPIN, GaveUp: pinNotProved},
			ivr.Say{At: temporaryPIN, Prompt: sayTemporaryPIN, Next: pinLeft},
			ivr.Say{At: lockedPIN, Prompt: sayLockedPIN, Next: pinNotProved},
			ivr.Return{At: pinProved},
			ivr.Return{At: pinLeft},
			ivr.Return{At: pinNotProved},
		},
	}
}

// resetByPIN resets the mailbox of the line whose PIN was proved.
func (a actions) resetByPIN(ctx context.Context, c *ivr.Call) (mailboxes.Outcome, error) {
	revision, err := c.Int(provedPIN)
	if err != nil {
		return "", err
	}
	return a.told(c)(a.Mailboxes.Reset(ctx, mailboxes.Request{
		Line: nanp.Number(c.Caller.Number), Proved: revision, Turn: turnOf(c), Side: pins.Remote, From: c.Caller.From,
	}))
}

// resetByCode resets the mailbox of an account's primary telephone, for whoever knows the security code.
func (a actions) resetByCode(ctx context.Context, c *ivr.Call) (mailboxes.Outcome, error) {
	defer c.Erase(keyedAccount, keyedCode)
	account, err := a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	if err != nil {
		return proofs.Wrong, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	return a.told(c)(a.Mailboxes.ResetOfAccount(ctx, mailboxes.Proof{
		Account: account, Code: c.Secret(keyedCode), From: c.Caller.From, Vouched: c.Caller.Vouched, Side: pins.Remote, Turn: turnOf(c),
	}))
}

// told fills in the password for this turn alone, and what to do with it.
func (a actions) told(c *ivr.Call) func(mailboxes.Result, error) (mailboxes.Outcome, error) {
	return func(result mailboxes.Result, err error) (mailboxes.Outcome, error) {
		switch {
		case err != nil:
			return "", err
		case result.Outcome == proofs.LockedForNow:
			a.tellMinutes(c, result.LockedUntil)
		case result.Outcome == mailboxes.Done:
			c.FillForTurn(mailPassword, result.Password)
			c.FillPhrase(mailNext, firstUse)
			if result.Mailbox.SetUp {
				c.FillPhrase(mailNext, nextUse)
			}
			if a.Changed != nil {
				a.Changed()
			}
		}
		return result.Outcome, nil
	}
}

// callMailLine has a line called, which tells a password to whoever answers and asks for it.
func (a actions) callMailLine(ctx context.Context, c *ivr.Call) (request, error) {
	number, err := nanp.Parse(c.Text(keyedContact))
	if err != nil {
		return cannotBeCalled, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	var result recovery.Result
	refused, err := a.Lines.Ask(ctx, callerOf(c), func() (err error) {
		result, err = a.Recoveries.Recover(ctx, recovery.Request{
			Service: recovery.VoiceMail, Need: recovery.Password, Line: number, Method: deliveries.Voice, Turn: turnOf(c),
		})
		return err
	})
	switch {
	case err != nil:
		return "", err
	case refused != "", result.Outcome != recovery.Accepted:
		return cannotBeCalled, nil
	}
	return requested, nil
}
