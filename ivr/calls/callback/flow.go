package callback

import (
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
	d := desk{deliveries: c.Deliveries, codeToMailbox: c.CodeToMailbox}
	return &ivr.Flow{
		Name: "callback", Start: open, Sorry: sorry, Help: leaveNotice,
		Notices: notices,
		Given:   map[ivr.Blank]string{company: c.Company, callBack: string(c.CallBack)},
		Blanks:  []ivr.Blank{what, news, code, answer, firstHalf, otherHalf},
		Phrases: phrases(),
		Lines:   join(d.introducing(), d.offering(), d.validating(), d.informing(), d.ending()),
	}
}

func join(parts ...[]ivr.Line) []ivr.Line {
	var all []ivr.Line
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// introducing says who is calling, whatever the call is about.
func (d desk) introducing() []ivr.Line {
	introduce := func(at, next ivr.Step) ivr.Line {
		return ivr.Say{At: at, Prompt: sayWho, Whole: true, Next: next}
	}
	return []ivr.Line{
		ivr.Work[opening]{At: open, Run: d.open, On: ivr.On[opening]{
			aSecret:       beforeOffer,
			secretMailbox: beforeSecret,
			noticeMailbox: beforeNotice,
			aValidation:   beforeValidation,
			aChange:       beforeNews,
			nothing:       beforeNothing,
			nobody:        ivr.HangUp,
		}},
		introduce(beforeOffer, offer),
		introduce(beforeSecret, read),
		introduce(beforeNotice, leaveNotice),
		introduce(beforeValidation, warn),
		introduce(beforeNews, tellNews),
		introduce(beforeNothing, tellNothing),
	}
}

// offering tells a secret to somebody who wants to hear it.
func (d desk) offering() []ivr.Line {
	return []ivr.Line{
		ivr.Menu{At: offer, Options: []ivr.Option{
			{Prompt: toHear, Key: "1", Next: read},
			{Prompt: notAsked, Key: "9", Next: decline},
		}, Back: leaveNotice, GaveUp: leaveNotice, Tries: 2},
		ivr.Work[reading]{At: read, Run: d.read, On: ivr.On[reading]{
			aCode:         tellCode,
			anAnswer:      tellAnswer,
			aCodeForAgent: tellForAgent,
			withdrawn:     tellNothing,
		}},
		ivr.Say{At: tellCode, Prompt: sayCode, Next: repeatCode},
		ivr.Say{At: repeatCode, Prompt: sayCodeAgain, Next: hasTold},
		ivr.Say{At: tellAnswer, Prompt: sayAnswer, Next: spellAnswer},
		ivr.Say{At: spellAnswer, Prompt: saySpelled, Next: hasTold},
		ivr.Work[listener]{At: hasTold, Run: d.listening, On: ivr.On[listener]{
			aPerson:  offerAgain,
			aMailbox: bye,
		}},
		ivr.Menu{At: offerAgain, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: read},
			{Prompt: notAsked, Key: "9", Next: decline},
		}, Back: bye, GaveUp: bye, Tries: 2},
		ivr.Work[noting]{At: decline, Run: d.decline, On: ivr.On[noting]{noted: declined}, May: sayMayBeNoted},
		ivr.Say{At: declined, Prompt: sayDeclined, Next: ivr.HangUp},
	}
}

// informing tells what was changed. Nobody need press a key. Who presses none may be a mailbox that
// nobody has recognized, whose greeting was still playing: it is told again.
func (d desk) informing() []ivr.Line {
	return []ivr.Line{
		ivr.Say{At: tellNews, Prompt: sayNews, Next: newsTold},
		ivr.Work[listener]{At: newsTold, Run: d.listening, On: ivr.On[listener]{
			aPerson:  offerNews,
			aMailbox: repeatNews,
		}},
		ivr.Menu{At: offerNews, Options: []ivr.Option{
			{Prompt: toHearAgain, Key: "1", Next: tellNews},
		}, Back: bye, GaveUp: repeatNews, Tries: 1},
		ivr.Say{At: repeatNews, Prompt: sayNews, Next: bye},
	}
}

// ending leaves nobody without a number to call.
func (d desk) ending() []ivr.Line {
	return []ivr.Line{
		ivr.Say{At: leaveNotice, Prompt: sayNotice, Next: ivr.HangUp},
		ivr.Say{At: tellNothing, Prompt: sayNothing, Next: ivr.HangUp},
		ivr.Say{At: bye, Prompt: sayBye, Next: ivr.HangUp},
		ivr.Say{At: sorry, Prompt: saySorry, Next: ivr.HangUp},
	}
}
