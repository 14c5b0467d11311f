package helpline

import (
	"context"
	"fmt"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/recovery"
	"updatecenter/ivr"
)

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
		ivr.Enter{At: recoverDistance, Subflow: a.recovery, On: map[ivr.Step]ivr.Step{
			recovered: anythingElse, notMatched: distanceAgain, notOfRecord: noSuchAddress, notRecovered: toHelp,
		}},
		ivr.Retry{At: distanceAgain, Times: 3, Back: askBTN, GaveUp: toHelp},
		ivr.Say{At: noSuchAddress, Prompt: sayNoSuchAddress, Next: askWay},
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
				needs(c, recovery.LongDistance, one.need)
				return chosen, nil
			}})
	}
	return nodes
}

// sendBy chooses the way.
func sendBy(at ivr.Step, method deliveries.Method) ivr.Node {
	return ivr.Action[choice]{At: at, On: ivr.On[choice]{chosen: recoverDistance}, Run: func(_ context.Context, c *ivr.Call) (choice, error) {
		sends(c, method)
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
