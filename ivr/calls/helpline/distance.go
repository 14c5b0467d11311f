package helpline

import (
	"context"
	"errors"
	"fmt"

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

// distance has what belongs to a long-distance account sent to the address or e-mail address of record: never is any of
// it spoken. What proves what is package recovery's.
func (a actions) distance() []ivr.Node {
	toHelp := a.Directory.of(longDistance).at()
	nodes := []ivr.Node{
		ivr.Menu{At: aboutDistance, Options: []ivr.Option{
			{Prompt: forgotUserName, Next: needUserName, If: func(*ivr.Call) bool { return a.Emails || a.Letters }},
			{Prompt: forgotPassword, Next: needPassword, If: func(*ivr.Call) bool { return a.Links && (a.Emails || a.Letters) }},
			{Prompt: forgotBoth, Next: needBoth, If: func(*ivr.Call) bool { return a.Links && (a.Emails || a.Letters) }},
			{Prompt: needsCode, Next: needCode, If: func(*ivr.Call) bool { return a.Emails || a.Letters }},
			{Prompt: forMoreDistance, Next: toHelp},
		}, Closing: sayBackEnd, Back: menu, GaveUp: noAnswer},
		ivr.Gather{At: askBTN, Prompt: sayAskBTN, Digits: ivr.Range{Min: 10, Max: 11}, Into: keyedBTN,
			Next: whatProves, Back: aboutDistance, GaveUp: toHelp},
		ivr.Action[proof]{At: whatProves, Run: whatIsAsked, On: ivr.On[proof]{
			passwordAndCode: askPassword,
			anyPassword:     askGuess,
			codeAlone:       askCode,
			nothingMore:     askWay,
		}},
		ivr.Gather{At: askPassword, Prompt: sayAskPassword, Digits: ivr.Range{Min: 1, Max: accounts.MaxKeyedPassword}, Into: keyedPassword,
			Next: askCode, Back: askBTN, GaveUp: toHelp},
		ivr.Gather{At: askGuess, Prompt: sayAskGuess, Digits: ivr.Range{Min: 1, Max: accounts.MaxKeyedPassword}, Into: keyedPassword,
			Next: askCode, Back: askBTN, GaveUp: toHelp},
		ivr.Gather{At: askCode, Prompt: sayAskCode, Digits: ivr.Range{Min: accounts.MinKeyedCode, Max: accounts.MaxKeyedCode}, Into: keyedCode,
			Next: askWay, Back: askBTN, GaveUp: toHelp},
		ivr.Menu{At: askWay, Options: []ivr.Option{
			{Prompt: byEmail, Next: sendByEmail, If: func(*ivr.Call) bool { return a.Emails }},
			{Prompt: byLetter, Next: sendByLetter, If: func(*ivr.Call) bool { return a.Letters }},
		}, Closing: sayBackEnd, Back: askBTN, GaveUp: toHelp},
		sendBy(sendByEmail, deliveries.Email),
		sendBy(sendByLetter, deliveries.ByMail),
		ivr.Action[recovery.Outcome]{At: recoverIt, Run: a.recover, May: sayMayBeSent, On: ivr.On[recovery.Outcome]{ //nolint:exhaustive // only ways that there are are offered
			recovery.Sent:        onItsWay,
			recovery.Accepted:    codeOnItsWay,
			recovery.Wrong:       noDistanceMatch,
			recovery.Locked:      distanceLocked,
			recovery.Closed:      distanceClosed,
			recovery.TooMany:     tooManySent,
			recovery.NotOfRecord: notOfRecord,
			recovery.NoUserName:  noUserName,
			callerLocked:         callerRefused,
		}},
		ivr.Say{At: onItsWay, Prompt: sayOnItsWay, Whole: true, Next: anythingElse},
		ivr.Say{At: codeOnItsWay, Prompt: sayCodeOnItsWay, Whole: true, Next: anythingElse},
		ivr.Say{At: noDistanceMatch, Prompt: sayNothingMatches, Next: distanceAgain},
		ivr.Retry{At: distanceAgain, Times: 3, Back: askBTN, GaveUp: toHelp},
		ivr.Say{At: distanceLocked, Prompt: sayLocked, Next: toHelp},
		ivr.Say{At: distanceClosed, Prompt: sayClosed, Next: toHelp},
		ivr.Say{At: tooManySent, Prompt: sayTooManySent, Next: toHelp},
		ivr.Say{At: callerRefused, Prompt: sayNothingChecked, Next: toHelp},
		ivr.Say{At: notOfRecord, Prompt: sayNotOfRecord, Next: askWay},
		ivr.Say{At: noUserName, Prompt: sayNoUserName, Next: toHelp},
	}
	for _, one := range []struct {
		at   ivr.Step
		need recovery.Need
	}{
		{needUserName, recovery.UserName}, {needPassword, recovery.Password},
		{needBoth, recovery.UserNameAndPassword}, {needCode, recovery.SecurityCode},
	} {
		nodes = append(nodes, ivr.Action[choice]{At: one.at, On: ivr.On[choice]{chosen: askBTN},
			Run: func(_ context.Context, c *ivr.Call) (choice, error) {
				c.Erase(keyedBTN, keyedPassword, keyedCode) // for what was needed before
				c.Fill(need, string(one.need))
				c.FillPhrase(wanted, wants[one.need])
				return chosen, nil
			}})
	}
	return nodes
}

// sendBy chooses the way.
func sendBy(at ivr.Step, method deliveries.Method) ivr.Node {
	return ivr.Action[choice]{At: at, On: ivr.On[choice]{chosen: recoverIt}, Run: func(_ context.Context, c *ivr.Call) (choice, error) {
		c.Fill(sending, string(method))
		c.FillPhrase(way, sentBy[method])
		return chosen, nil
	}}
}

// proof is what is asked for besides the billing telephone number.
type proof string

const (
	passwordAndCode proof = "password and code"
	anyPassword     proof = "password as known, and code"
	codeAlone       proof = "code"
	nothingMore     proof = "nothing more"
)

func whatIsAsked(_ context.Context, c *ivr.Call) (proof, error) {
	rule, known := recovery.RuleOf(recovery.LongDistance, recovery.Need(c.Text(need)))
	switch {
	case !known:
		return "", fmt.Errorf("nobody needs %q", c.Text(need))
	case rule.Right:
		return passwordAndCode, nil
	case rule.Password:
		return anyPassword, nil
	case rule.Code:
		return codeAlone, nil
	}
	return nothingMore, nil
}

// callerLocked is that the caller was wrong too often.
const callerLocked recovery.Outcome = "caller locked"

// recover judges what was keyed, and has what was forgotten sent. What was keyed is kept for another way, if there is no
// address of record for this one.
func (a actions) recover(ctx context.Context, c *ivr.Call) (recovery.Outcome, error) {
	btn, err := nanp.Parse(c.Secret(keyedBTN).Reveal())
	if err != nil {
		return recovery.Wrong, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	request := recovery.Request{
		Service: recovery.LongDistance, Number: accounts.LongDistance(btn), Need: recovery.Need(c.Text(need)),
		Method:   deliveries.Method(c.Text(sending)),
		Password: c.Secret(keyedPassword), Code: c.Secret(keyedCode), Once: once(c),
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
		c.Erase(keyedBTN, keyedPassword, keyedCode)
	}
	if result.Outcome == recovery.Locked {
		a.tellMinutes(c, result.Until)
	}
	return result.Outcome, nil
}
