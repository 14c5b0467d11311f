package helpline

import (
	"fmt"

	"updatecenter/ivr"
)

// The steps of the call, in the order in which one would tell it, but for those of contacts and of the choice of a ticket.
const (
	arrive          ivr.Step = "arrive"
	askLanguage     ivr.Step = "ask-language"
	english         ivr.Step = "english"
	spanish         ivr.Step = "spanish"
	welcome         ivr.Step = "welcome"
	welcomeDistance ivr.Step = "welcome-long-distance"

	menu            ivr.Step = "menu"
	rest            ivr.Step = "more-topics"
	aboutEmail      ivr.Step = "about-email"
	aboutTelevision ivr.Step = "about-tv"
	aboutAntivirus  ivr.Step = "about-antivirus"

	needEmailPassword ivr.Step = "need-email-password"
	askEmailBTN       ivr.Step = "ask-btn-of-email"
	findEmails        ivr.Step = "find-emails"
	notBTN            ivr.Step = "no-btn"
	emailBTNAgain     ivr.Step = "another-btn-of-email"
	emailRefused      ivr.Step = "email-refused"
	emailsMenu        ivr.Step = "emails"
	askAnswer         ivr.Step = "ask-answer"
	askSecondAnswer   ivr.Step = "ask-second-answer"
	recoverEmail      ivr.Step = "recover-email"

	aboutPIN     ivr.Step = "about-pin"
	resetPIN     ivr.Step = "reset-pin"
	dialFromHome ivr.Step = "dial-from-home"
	askArea      ivr.Step = "ask-area-code"
	findAccess   ivr.Step = "find-access-number"
	noArea       ivr.Step = "no-area-code"
	areaAgain    ivr.Step = "another-area-code"
	tellAccess   ivr.Step = "tell-access-number"

	aboutAccount ivr.Step = "about-online-account"
	enrolling    ivr.Step = "enrolling"
	signIn       ivr.Step = "sign-in"

	needOnlinePassword ivr.Step = "need-online-password"
	askOnlineAccount   ivr.Step = "ask-online-account"
	askOnlineZIP       ivr.Step = "ask-zip-of-online-account"
	recoverOnline      ivr.Step = "recover-online-account"
	onlineAgain        ivr.Step = "another-match-for-online-account"
	noSuchEmail        ivr.Step = "no-such-email"

	codeBill    ivr.Step = "bill-for-code"
	offerCall   ivr.Step = "offer-call"
	requestCode ivr.Step = "request-code"
	willCall    ivr.Step = "will-call"
	noCall      ivr.Step = "no-call"

	askAccount     ivr.Step = "ask-account"
	askZIP         ivr.Step = "ask-zip"
	checkBill      ivr.Step = "check-bill"
	wrongBill      ivr.Step = "no-match"
	billAgain      ivr.Step = "another-match"
	locked         ivr.Step = "locked-for-now"
	closed         ivr.Step = "closed"
	nothingChecked ivr.Step = "nothing-checked"
	billProved     ivr.Step = "bill-proved"
	billLeft       ivr.Step = "bill-left"
	billNotProved  ivr.Step = "bill-not-proved"

	aboutRepair  ivr.Step = "about-repair"
	askPIN       ivr.Step = "ask-pin"
	checkPIN     ivr.Step = "check-pin"
	wrongPIN     ivr.Step = "wrong-pin"
	pinAgain     ivr.Step = "another-pin"
	temporaryPIN ivr.Step = "temporary-pin"
	lockedPIN    ivr.Step = "locked-pin"
	ticketPIN    ivr.Step = "pin-for-ticket"
	pinProved    ivr.Step = "pin-proved"
	pinLeft      ivr.Step = "pin-left"
	pinNotProved ivr.Step = "pin-not-proved"
	ticketBill   ivr.Step = "bill-for-ticket"
	findByLine   ivr.Step = "find-tickets-of-line"
	findByBill   ivr.Step = "find-tickets-of-account"
	noTicket     ivr.Step = "no-ticket"
	ticketsMenu  ivr.Step = "tickets"

	openTicket      ivr.Step = "open-ticket"
	tellTicket      ivr.Step = "tell-ticket"
	tellTicketAgain ivr.Step = "tell-ticket-again"
	tellStatus      ivr.Step = "tell-status"
	tellTested      ivr.Step = "tell-tested"
	ticketMenu      ivr.Step = "ticket"
	ticketGone      ivr.Step = "ticket-gone"
	proofOvertaken  ivr.Step = "pin-changed-by-another"
	ticketBusy      ivr.Step = "ticket-busy"

	askContact      ivr.Step = "ask-contact"
	readContact     ivr.Step = "read-contact"
	badContact      ivr.Step = "no-contact"
	contactAgain    ivr.Step = "another-contact"
	confirmContact  ivr.Step = "confirm-contact"
	changeContact   ivr.Step = "change-contact"
	tooManyContacts ivr.Step = "too-many-contacts"
	contactChanged  ivr.Step = "contact-changed"

	whatToCancel   ivr.Step = "what-to-cancel"
	cancelMenu     ivr.Step = "cancel"
	confirmVisit   ivr.Step = "confirm-cancel-visit"
	confirmTicket  ivr.Step = "confirm-cancel-ticket"
	cancelVisit    ivr.Step = "cancel-visit"
	cancelTicket   ivr.Step = "cancel-ticket"
	visitCanceled  ivr.Step = "visit-canceled"
	visitGone      ivr.Step = "visit-gone"
	ticketCanceled ivr.Step = "ticket-canceled"
	cancelTooLate  ivr.Step = "cancel-too-late"

	requestTest    ivr.Step = "request-test"
	tooManyTests   ivr.Step = "too-many-tests"
	testBegun      ivr.Step = "test-begun"
	waitForTest    ivr.Step = "wait-for-test"
	awaitTest      ivr.Step = "await-test"
	lookAtTest     ivr.Step = "look-at-test"
	stillTesting   ivr.Step = "still-testing"
	testAgain      ivr.Step = "look-again"
	lineIsGood     ivr.Step = "line-is-good"
	lineHasTrouble ivr.Step = "line-has-trouble"
	lineNotTested  ivr.Step = "line-not-tested"
	testLasts      ivr.Step = "test-lasts"
	wantsCall      ivr.Step = "wants-call"
	testLeft       ivr.Step = "test-left"
	tellLater      ivr.Step = "tell-later"
	tellGood       ivr.Step = "tell-good"
	tellTrouble    ivr.Step = "tell-trouble"
	tellNotTested  ivr.Step = "tell-not-tested"
	callBack       ivr.Step = "call-back"
	willCallBack   ivr.Step = "will-call-back"

	aboutDistance   ivr.Step = "about-long-distance"
	needUserName    ivr.Step = "need-user-name"
	needPassword    ivr.Step = "need-password"
	needBoth        ivr.Step = "need-both"
	needCode        ivr.Step = "need-code"
	askBTN          ivr.Step = "ask-btn"
	whatProves      ivr.Step = "what-proves"
	askPassword     ivr.Step = "ask-password"
	askGuess        ivr.Step = "ask-guess-of-password"
	askCode         ivr.Step = "ask-code"
	askWay          ivr.Step = "ask-way"
	sendByEmail     ivr.Step = "send-by-email"
	sendByLetter    ivr.Step = "send-by-letter"
	recoverDistance ivr.Step = "recover-long-distance"
	distanceAgain   ivr.Step = "another-match-for-long-distance"
	noSuchAddress   ivr.Step = "no-such-address"

	recoverIt      ivr.Step = "recover"
	onItsWay       ivr.Step = "on-its-way"
	codeOnItsWay   ivr.Step = "code-on-its-way"
	nothingMatches ivr.Step = "nothing-matches"
	recoveryLocked ivr.Step = "recovery-locked"
	recoveryClosed ivr.Step = "recovery-closed"
	tooManySent    ivr.Step = "too-many-sent"
	lockedToday    ivr.Step = "locked-today"
	callerRefused  ivr.Step = "caller-refused"
	noUserName     ivr.Step = "no-user-name"
	recovered      ivr.Step = "recovered"
	notMatched     ivr.Step = "not-matched"
	notOfRecord    ivr.Step = "not-of-record"
	notRecovered   ivr.Step = "not-recovered"

	aboutVoiceMail    ivr.Step = "about-voice-mail"
	mailPIN           ivr.Step = "pin-for-voice-mail"
	resetByPIN        ivr.Step = "reset-by-pin"
	askMailAccount    ivr.Step = "ask-account-of-mailbox"
	askMailCode       ivr.Step = "ask-code-of-mailbox"
	resetByCode       ivr.Step = "reset-by-code"
	wrongCode         ivr.Step = "no-match-for-mailbox"
	codeAgain         ivr.Step = "another-match-for-mailbox"
	mailLocked        ivr.Step = "mailbox-locked"
	mailClosed        ivr.Step = "mailbox-closed"
	mailRefused       ivr.Step = "mailbox-refused"
	noMailbox         ivr.Step = "no-mailbox"
	tooManyResets     ivr.Step = "too-many-resets"
	notReset          ivr.Step = "not-reset"
	tellPassword      ivr.Step = "tell-password"
	tellPasswordAgain ivr.Step = "tell-password-again"
	tellMailboxNext   ivr.Step = "tell-mailbox-next"
	askMailLine       ivr.Step = "ask-line-of-mailbox"
	callMailLine      ivr.Step = "call-line-of-mailbox"
	willCallLine      ivr.Step = "will-call-line"

	others        ivr.Step = "services-of-others"
	tellNumber    ivr.Step = "tell-number"
	tellAndOffer  ivr.Step = "tell-number-and-offer"
	offerTransfer ivr.Step = "offer-transfer"
	connect       ivr.Step = "connect"
	notConnected  ivr.Step = "not-connected"

	anythingElse ivr.Step = "anything-else"
	noAnswer     ivr.Step = "no-answer"
	goodbye      ivr.Step = "goodbye"
	sorry        ivr.Step = "sorry"
	tellPerson   ivr.Step = "tell-person"
)

// The variables of the call.
var (
	helpLine  = ivr.Variable{Name: "help-line", Kind: ivr.Phone}   // where a person answers
	callerID  = ivr.Variable{Name: "caller-id", Kind: ivr.Phone}   // what is shown to whoever a caller is put through to
	shortCode = ivr.Variable{Name: "short-code", Kind: ivr.Digits} // what is dialed from the line
	service   = ivr.Variable{Name: "service", Kind: ivr.Phrase}    // who helps
	number    = ivr.Variable{Name: "number", Kind: ivr.Phone}      // and where
	access    = ivr.Variable{Name: "access", Kind: ivr.Phone}      // what is dialed from any phone
	minutes   = ivr.Variable{Name: "minutes", Kind: ivr.Count}     // until a lock ends
	lineKnown = ivr.Variable{Name: "line-known", Kind: ivr.Digits} // 1: the caller may use a line of ours

	keyedArea    = ivr.Variable{Name: "area-code", Kind: ivr.Digits}
	keyedAccount = ivr.Variable{Name: "account", Kind: ivr.Secret} // may be anything that somebody keyed
	keyedZIP     = ivr.Variable{Name: "zip", Kind: ivr.Secret}
	keyedPIN     = ivr.Variable{Name: "pin", Kind: ivr.Secret}
	lastTry      = ivr.Variable{Name: "last-try", Kind: ivr.Phrase} // one more wrong PIN locks; else empty
	provedPIN    = ivr.Variable{Name: "revision", Kind: ivr.Count}  // of the PIN that was proved, or byBillAlone
	keyedContact = ivr.Variable{Name: "keyed-contact", Kind: ivr.Digits}
	newContact   = ivr.Variable{Name: "contact", Kind: ivr.Phone}

	recovering    = ivr.Variable{Name: "recovering", Kind: ivr.Words} // a [recovery.Service]
	need          = ivr.Variable{Name: "need", Kind: ivr.Words}       // a [recovery.Need]
	wanted        = ivr.Variable{Name: "wanted", Kind: ivr.Phrase}    // the same, as it is said
	sending       = ivr.Variable{Name: "sending", Kind: ivr.Words}    // a [deliveries.Method]
	way           = ivr.Variable{Name: "way", Kind: ivr.Phrase}       // how it is sent
	keyedBTN      = ivr.Variable{Name: "btn", Kind: ivr.Secret}       // may be anything that somebody keyed
	keyedPassword = ivr.Variable{Name: "password", Kind: ivr.Secret}  // on the keypad
	keyedCode     = ivr.Variable{Name: "code", Kind: ivr.Secret}

	mailPassword = ivr.Variable{Name: "mailbox-password", Kind: ivr.Spelled} // for one turn
	mailNext     = ivr.Variable{Name: "mailbox-next", Kind: ivr.Phrase}      // what to do with it

	emailsFound       = ivr.Variable{Name: "emails", Kind: ivr.Words}     // ID and questions of each
	emailLine         = ivr.Variable{Name: "email-line", Kind: ivr.Phone} // the billing telephone number
	emailID           = ivr.Variable{Name: "email", Kind: ivr.Words}      // of the present one
	question          = ivr.Variable{Name: "question", Kind: ivr.Phrase}
	secondQuestion    = ivr.Variable{Name: "second-question", Kind: ivr.Phrase}
	keyedAnswer       = ivr.Variable{Name: "answer", Kind: ivr.Secret} // on the keypad
	keyedSecondAnswer = ivr.Variable{Name: "second-answer", Kind: ivr.Secret}

	ticketsFound = ivr.Variable{Name: "tickets", Kind: ivr.Words}  // number and line of each
	ticket       = ivr.Variable{Name: "ticket", Kind: ivr.Spelled} // the number of the present one
	ticketLine   = ivr.Variable{Name: "ticket-line", Kind: ivr.Phone}
	ticketOpen   = ivr.Variable{Name: "ticket-open", Kind: ivr.Digits} // 1: it has not ended
	visitOpen    = ivr.Variable{Name: "cancelable", Kind: ivr.Digits}  // 1: so is its visit
	testID       = ivr.Variable{Name: "test", Kind: ivr.Words}
	status       = ivr.Variable{Name: "status", Kind: ivr.Phrase}
	visit        = ivr.Variable{Name: "visit", Kind: ivr.Phrase}
	technician   = ivr.Variable{Name: "technician", Kind: ivr.Phrase}
	tested       = ivr.Variable{Name: "tested", Kind: ivr.Phrase} // what came of the newest test
	day          = ivr.Variable{Name: "day", Kind: ivr.Date}
	earliest     = ivr.Variable{Name: "earliest", Kind: ivr.Time}
	latest       = ivr.Variable{Name: "latest", Kind: ivr.Time}
)

// ticketNumber is the number of one of the tickets that were found, from 0.
func ticketNumber(n int) ivr.Variable {
	return ivr.Variable{Name: fmt.Sprintf("ticket-%d", n+1), Kind: ivr.Digits}
}

func ticketNumbers() []ivr.Variable {
	all := make([]ivr.Variable, mostChoices)
	for n := range all {
		all[n] = ticketNumber(n)
	}
	return all
}
