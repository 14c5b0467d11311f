// Package callback is the call that the Update Center makes to the telephone number of
// record: it tells a security code, or the answer that took its place, to somebody who asks to
// hear it, or that something was changed.
//
// # How it is told
//
// [Flow] has the call in order. Who is calling, and a number to call back, come first and can't
// be cut short (47 CFR 64.1200(b)). Then
//
//   - a secret is offered: 1 hears it, 9 says that nobody here has asked for it. Silence, once
//     the offer was repeated, leaves no more than the number to call;
//   - a voice mailbox that Twilio has recognized is left the same when its greeting has ended.
//     With [Config.CodeToMailbox] it is told the secret;
//   - a temporary password of the line's voice mailbox, or of an e-mail address, is offered, and made when somebody asks to hear it. Only a person is
//     told it, whatever Config says of mailboxes;
//   - the code with which a repair agent finds out who the customer is, is offered and told with
//     words of its own: whom to read it to, and to press 9 if no agent of ours is on the line.
//     Only a person is told it, whatever Config says of mailboxes;
//   - a notice is told at once, as it holds no secret, and 1 tells it again. A mailbox hears it
//     twice, and so does whoever presses no key: that may be a mailbox which was not recognized;
//   - the result of a service test of the line, which a caller has asked for, is told as a notice is;
//   - a fax is told nothing, nor is a machine whose greeting still plays. The call ends, and as it
//     has told nothing it is made again.
//
// A code is spoken digit by digit, twice, that for an agent in two groups; an answer is spoken, then spelled. Both are read
// when they are asked for, and filled for the turn that speaks them: the state of the call never
// holds them.
//
// # What came of it
//
// [Deliveries] is told of a secret in the turn whose document tells it. When the call is over,
// [Answered] says whether that document was given, or that of the first turn, which tells a notice. A call whose delivery is unknown,
// outdated or canceled, or another call's, tells nothing; nor does one whose state was lost, as
// only its first webhook says what it is about.
package callback

import (
	"context"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
)

// Config is what the call needs.
type Config struct {
	Deliveries Deliveries
	Company    string      // who is calling, as it is spoken in every language
	CallBack   nanp.Number // where somebody who was called reaches a person
	// CodeToMailbox has a secret told to a voice mailbox, once its greeting has ended, by which
	// everybody hears it who hears the mailbox. Without it a mailbox is left a number to call.
	CodeToMailbox bool
}

// Flow is the call.
func Flow(c Config) *ivr.Flow {
	a := actions{c}
	return &ivr.Flow{
		Name: "callback", Start: open, Sorry: sorry, Help: leaveNotice,
		Notices:   notices,
		Given:     map[ivr.Variable]string{company: c.Company, callBack: string(c.CallBack)},
		Variables: []ivr.Variable{what, news, code, answer, firstHalf, otherHalf},
		Phrases:   phrases(),
		Nodes:     slices.Concat(a.introducing(), a.offering(), a.validating(), a.resetting(), a.informing(), ending),
	}
}

// introducing says who is calling, whatever the call is about.
func (a actions) introducing() []ivr.Node {
	introduce := func(at, next ivr.Step) ivr.Node {
		return ivr.Say{At: at, Prompt: sayWho, Whole: true, Next: next}
	}
	return []ivr.Node{
		ivr.Action[opening]{At: open, Run: a.open, On: ivr.On[opening]{
			aSecret:       beforeOffer,
			secretMailbox: beforeSecret,
			noticeMailbox: beforeNotice,
			aValidation:   beforeValidation,
			aReset:        beforeReset,
			aChange:       beforeNews,
			nothing:       beforeNothing,
			nobody:        ivr.HangUp,
		}},
		introduce(beforeOffer, offer),
		introduce(beforeSecret, read),
		introduce(beforeNotice, leaveNotice),
		introduce(beforeValidation, warn),
		introduce(beforeReset, offerReset),
		introduce(beforeNews, tellNews),
		introduce(beforeNothing, tellNothing),
	}
}

// offering tells a secret to somebody who wants to hear it.
func (a actions) offering() []ivr.Node {
	return []ivr.Node{
		ivr.Menu{At: offer, Options: []ivr.Option{
			{Prompt: toHear, Key: "1", Next: read},
			{Prompt: notAsked, Key: "9", Next: decline},
		}, Back: leaveNotice, GaveUp: leaveNotice, Tries: 2},
		ivr.Action[reading]{At: read, Run: a.read, On: ivr.On[reading]{
			aCode:         tellCode,
			anAnswer:      tellAnswer,
			aCodeForAgent: tellForAgent,
			withdrawn:     tellNothing,
		}},
		ivr.Say{At: tellCode, Prompt: sayCode, Next: repeatCode},
		ivr.Say{At: repeatCode, Prompt: sayCodeAgain, Next: hasTold},
		ivr.Say{At: tellAnswer, Prompt: sayAnswer, Next: spellAnswer},
		ivr.Say{At: spellAnswer, Prompt: saySpelled, Next: hasTold},
		ivr.Action[listener]{At: hasTold, Run: a.listening, On: ivr.On[listener]{
			aPerson:  offerAgain,
			aMailbox: bye,
		}},
		ivr.Menu{At: offerAgain, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: read},
			{Prompt: notAsked, Key: "9", Next: decline},
		}, Back: bye, GaveUp: bye, Tries: 2},
		ivr.Action[noting]{At: decline, Run: a.decline, On: ivr.On[noting]{noted: declined}, May: sayMayBeNoted},
		ivr.Say{At: declined, Prompt: sayDeclined, Next: ivr.HangUp},
	}
}

// resetting gives the voice mailbox of the line, or an e-mail address, a temporary password, for somebody who wants to hear it.
func (a actions) resetting() []ivr.Node {
	return []ivr.Node{
		ivr.Menu{At: offerReset, Options: []ivr.Option{
			{Prompt: toReset, Key: "1", Next: resetPassword},
			{Prompt: notAsked, Key: "9", Next: declineReset},
		}, Back: leaveNotice, GaveUp: leaveNotice, Tries: 2},
		ivr.Action[resetting]{At: resetPassword, Run: a.reset, On: ivr.On[resetting]{
			aPassword: tellPassword,
			noReset:   tellNothing,
			notNow:    tellNotNow,
		}, May: sayMayBeReset},
		ivr.Say{At: tellPassword, Prompt: sayPassword, Next: repeatPassword},
		ivr.Say{At: repeatPassword, Prompt: sayPasswordAgain, Next: againReset},
		ivr.Menu{At: againReset, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: resetPassword},
			{Prompt: notAsked, Key: "9", Next: declineReset},
		}, Back: bye, GaveUp: bye, Tries: 2},
		ivr.Action[noting]{At: declineReset, Run: a.decline, On: ivr.On[noting]{noted: declined}, May: sayMayBeReset},
	}
}

// informing tells what was changed. Nobody need press a key. Who presses none may be a mailbox that
// nobody has recognized, whose greeting was still playing: it is told again.
func (a actions) informing() []ivr.Node {
	return []ivr.Node{
		ivr.Say{At: tellNews, Prompt: sayNews, Next: newsTold},
		ivr.Action[listener]{At: newsTold, Run: a.listening, On: ivr.On[listener]{
			aPerson:  offerNews,
			aMailbox: repeatNews,
		}},
		ivr.Menu{At: offerNews, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: tellNews},
		}, Back: bye, GaveUp: repeatNews, Tries: 1},
		ivr.Say{At: repeatNews, Prompt: sayNews, Next: bye},
	}
}

// validating tells a code to a customer who is to read it to a repair agent of ours. Somebody
// else may have had us call: whoever pretends to be the customer, and has called the customer as
// well. So the warning can't be cut short, and comes before the code.
func (a actions) validating() []ivr.Node {
	return []ivr.Node{
		ivr.Say{At: warn, Prompt: sayWarning, Whole: true, Next: offerForAgent},
		ivr.Menu{At: offerForAgent, Options: []ivr.Option{
			{Prompt: toHearForAgent, Key: "1", Next: read},
			{Prompt: noAgent, Key: "9", Next: declineForAgent},
		}, Back: leaveNotice, GaveUp: leaveNotice, Tries: 2},
		ivr.Say{At: tellForAgent, Prompt: sayCodeForAgent, Next: repeatForAgent},
		ivr.Say{At: repeatForAgent, Prompt: sayCodeForAgentAgain, Next: againForAgent},
		ivr.Menu{At: againForAgent, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: read},
			{Prompt: noAgentAfterAll, Key: "9", Next: declineForAgent},
		}, Back: bye, GaveUp: bye, Tries: 2},
		ivr.Action[noting]{At: declineForAgent, Run: a.decline, On: ivr.On[noting]{noted: declinedForAgent}, May: sayMayBeNoted},
		ivr.Say{At: declinedForAgent, Prompt: sayDeclinedForAgent, Next: ivr.HangUp},
	}
}

// ending leaves nobody without a number to call.
var ending = []ivr.Node{
	ivr.Say{At: leaveNotice, Prompt: sayNotice, Next: ivr.HangUp},
	ivr.Say{At: tellNothing, Prompt: sayNothing, Next: ivr.HangUp},
	ivr.Say{At: tellNotNow, Prompt: sayNotNow, Next: ivr.HangUp},
	ivr.Say{At: bye, Prompt: sayBye, Next: ivr.HangUp},
	ivr.Say{At: sorry, Prompt: saySorry, Next: ivr.HangUp},
}

// The steps of the call, in the order in which one would tell it.
const (
	open          ivr.Step = "open-delivery"
	beforeOffer   ivr.Step = "introduce-offer"
	beforeSecret  ivr.Step = "introduce-secret"
	beforeNotice  ivr.Step = "introduce-notice"
	beforeNews    ivr.Step = "introduce-news"
	beforeNothing ivr.Step = "introduce-nothing"

	beforeValidation ivr.Step = "introduce-validation"
	warn             ivr.Step = "warn"
	offerForAgent    ivr.Step = "offer-for-agent"
	tellForAgent     ivr.Step = "tell-for-agent"
	repeatForAgent   ivr.Step = "repeat-for-agent"
	againForAgent    ivr.Step = "offer-again-for-agent"
	declineForAgent  ivr.Step = "decline-for-agent"
	declinedForAgent ivr.Step = "declined-for-agent"

	offer       ivr.Step = "offer-secret"
	read        ivr.Step = "read-secret"
	tellCode    ivr.Step = "tell-code"
	repeatCode  ivr.Step = "repeat-code"
	tellAnswer  ivr.Step = "tell-answer"
	spellAnswer ivr.Step = "spell-answer"
	hasTold     ivr.Step = "has-told"
	offerAgain  ivr.Step = "offer-again"
	decline     ivr.Step = "decline"
	declined    ivr.Step = "declined"

	beforeReset    ivr.Step = "introduce-reset"
	offerReset     ivr.Step = "offer-reset"
	resetPassword  ivr.Step = "reset-password"
	tellPassword   ivr.Step = "tell-password"
	repeatPassword ivr.Step = "repeat-password"
	againReset     ivr.Step = "offer-password-again"
	declineReset   ivr.Step = "decline-reset"

	tellNews   ivr.Step = "tell-news"
	newsTold   ivr.Step = "news-told"
	offerNews  ivr.Step = "offer-news"
	repeatNews ivr.Step = "repeat-news"

	leaveNotice ivr.Step = "leave-notice"
	tellNothing ivr.Step = "tell-nothing"
	tellNotNow  ivr.Step = "tell-not-now"
	bye         ivr.Step = "say-bye"
	sorry       ivr.Step = "sorry"
)

// The variables of the call.
var (
	company  = ivr.Variable{Name: "company", Kind: ivr.Words}
	callBack = ivr.Variable{Name: "call-back", Kind: ivr.Phone}
	what     = ivr.Variable{Name: "what", Kind: ivr.Phrase}  // the secret that is offered, or what a password is of
	news     = ivr.Variable{Name: "news", Kind: ivr.Phrase}  // what was changed
	code     = ivr.Variable{Name: "code", Kind: ivr.Spelled} // for the turn: the code, or the answer
	answer   = ivr.Variable{Name: "answer", Kind: ivr.Words} // for the turn

	// The code for an agent, for the turn: somebody who reads it out has it in two groups.
	firstHalf = ivr.Variable{Name: "first-half", Kind: ivr.Spelled}
	otherHalf = ivr.Variable{Name: "other-half", Kind: ivr.Spelled}
)

// Answered makes the Answered of [deliveries.Config], from the store of the calls. That must carry
// commits out in time or not at all: an answer that is stored after the apology was heard by nobody. A
// turn that is still being answered when its call is over will not be heard either. One before the newest was
// answered: what follows it was posted to a URL that stands in its answer.
func Answered(store ivr.Store, now func() time.Time) func(ctx context.Context, callSID string, turn int) (bool, error) {
	return func(ctx context.Context, callSID string, turn int) (bool, error) {
		begun, err := store.Begin(ctx, ivr.Claim{Call: callSID, Turn: turn, Now: now()})
		return begun.Status == ivr.Answered && begun.Turn >= turn, err
	}
}
