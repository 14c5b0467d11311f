package callback

import "updatecenter/ivr"

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

	tellNews   ivr.Step = "tell-news"
	newsTold   ivr.Step = "news-told"
	offerNews  ivr.Step = "offer-news"
	repeatNews ivr.Step = "repeat-news"

	leaveNotice ivr.Step = "leave-notice"
	tellNothing ivr.Step = "tell-nothing"
	bye         ivr.Step = "say-bye"
	sorry       ivr.Step = "sorry"
)

// The blanks of the call.
var (
	company  = ivr.Blank{Name: "company", Kind: ivr.Words}
	callBack = ivr.Blank{Name: "call-back", Kind: ivr.Phone}
	what     = ivr.Blank{Name: "what", Kind: ivr.Phrase}  // the secret that is offered
	news     = ivr.Blank{Name: "news", Kind: ivr.Phrase}  // what was changed
	code     = ivr.Blank{Name: "code", Kind: ivr.Spelled} // lent: the code, or the answer
	answer   = ivr.Blank{Name: "answer", Kind: ivr.Words} // lent

	// The code for an agent, lent: somebody who reads it out has it in two groups.
	firstHalf = ivr.Blank{Name: "first-half", Kind: ivr.Spelled}
	otherHalf = ivr.Blank{Name: "other-half", Kind: ivr.Spelled}
)
