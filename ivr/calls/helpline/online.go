package helpline

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/recovery"
	"updatecenter/ivr"
)

// online helps with the online account.
func (a actions) online() []ivr.Node {
	return []ivr.Node{
		ivr.Menu{At: aboutAccount, Options: []ivr.Option{
			{Prompt: forCode, Next: codeBill},
			{Prompt: forgotOnlinePassword, Next: needOnlinePassword, If: func(*ivr.Call) bool { return a.Links && a.Emails }},
			{Prompt: toEnroll, Next: enrolling},
			{Prompt: forSignIn, Next: signIn},
		}, Closing: sayBackEnd, Back: menu, GaveUp: noAnswer},
		ivr.Say{At: enrolling, Prompt: sayEnrolling, Next: anythingElse},
		ivr.Say{At: signIn, Prompt: sayAutoPay, Next: a.Directory.of(onlineAccount).at()},
	}
}

// securityCode has an account's telephone called, for whoever shows to have its bill.
func (a actions) securityCode() []ivr.Node {
	toPerson := a.Directory.of(onlineAccount).at()
	return []ivr.Node{
		ivr.Enter{At: codeBill, Subflow: a.bill, On: map[ivr.Step]ivr.Step{billProved: offerCall, billLeft: aboutAccount, billNotProved: toPerson}},
		ivr.Menu{At: offerCall, Options: []ivr.Option{
			{Prompt: toHaveItCalled, Next: requestCode},
		}, Closing: sayBackEnd, Back: aboutAccount, GaveUp: toPerson},
		ivr.Action[request]{At: requestCode, Run: a.requestCode, On: ivr.On[request]{requested: willCall, cannotBeCalled: noCall}, May: sayMayCall},
		ivr.Say{At: willCall, Prompt: sayWillCall, Whole: true, Next: anythingElse},
		ivr.Say{At: noCall, Prompt: sayNoCall, Next: toPerson},
	}
}

// onlinePassword has a link to choose a new password sent to the e-mail address of record, for whoever gives what
// enrolling asks.
func (a actions) onlinePassword() []ivr.Node {
	toHelp := a.Directory.of(onlineAccount).at()
	return []ivr.Node{
		ivr.Action[choice]{At: needOnlinePassword, On: ivr.On[choice]{chosen: askOnlineAccount},
			Run: func(_ context.Context, c *ivr.Call) (choice, error) {
				needs(c, recovery.OnlineAccount, recovery.Password)
				sends(c, deliveries.Email)
				return chosen, nil
			}},
		ivr.Gather{At: askOnlineAccount, Prompt: sayAskAccount, Digits: ivr.Range{Min: 4, Max: accounts.MaxKeyed}, Into: keyedAccount,
			Next: askOnlineZIP, Back: aboutAccount, GaveUp: toHelp},
		ivr.Gather{At: askOnlineZIP, Prompt: sayAskZIP, Digits: ivr.Range{Min: 5, Max: 9}, Into: keyedZIP,
			Next: recoverOnline, Back: askOnlineAccount, GaveUp: toHelp},
		ivr.Enter{At: recoverOnline, Subflow: a.recovery, On: map[ivr.Step]ivr.Step{
			recovered: anythingElse, notMatched: onlineAgain, notOfRecord: noSuchEmail, notRecovered: toHelp,
		}},
		ivr.Retry{At: onlineAgain, Times: 3, Back: askOnlineAccount, GaveUp: toHelp},
		ivr.Say{At: noSuchEmail, Prompt: sayNoSuchEmail, Next: toHelp},
	}
}
