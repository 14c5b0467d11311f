// Package helpline is the call to the help line, for whoever cannot sign in somewhere.
//
// # How it is told
//
// [Flow] has the call in order. Two menus, the likeliest first, lead to nine topics; a call to a number of long
// distance goes straight to that one. What can be done by keys is done: the number to manage calling features from
// any telephone is worked out from the area code; the security code of an account is told by an automated call to
// its primary telephone, to whoever gives the account number and the billing ZIP code; and tickets.go and ticket.go
// have whoever gives the same, or the PIN of the line, hear of a repair and change it. What belongs to others is
// told with their number, twice, and whoever wants to is put through: that is the operator's [Directory].
//
// A caller whom the network vouches for hears the language that is remembered with the line. Others choose, as
// whoever forges a number must not learn which language its owner speaks.
//
// # Proving
//
// A wrong ZIP code, a number that is no account's, and an account whose address is too new to be one of record
// sound the same, and are counted for the account and for the caller. Nothing secret that was keyed is ever said.
package helpline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/prompts"
	"updatecenter/pins"
)

// Lines is what the call needs of [pins.Lines].
type Lines interface {
	// Find returns a line, or [pins.ErrNoLine].
	Find(ctx context.Context, number nanp.Number) (pins.Line, error)
	// Check checks a PIN, and counts it.
	Check(ctx context.Context, attempt pins.Attempt, entry secret.Text) (pins.CheckResult, error)
	// Guess counts a guess of a caller at something else than a PIN.
	Guess(ctx context.Context, attempt pins.Attempt, judge func() (wrong bool, err error)) (refused pins.Outcome, err error)
}

// Accounts is what the call needs of [accounts.Accounts].
type Accounts interface {
	Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error)
}

// Deliveries is what the call needs of [deliveries.Deliveries].
type Deliveries interface {
	Request(ctx context.Context, params deliveries.Params) (deliveries.Delivery, error)
	RequestMailboxPassword(ctx context.Context, params deliveries.MailboxParams) (deliveries.Delivery, error)
}

// Config is what the call needs.
type Config struct {
	Lines        Lines
	Accounts     Accounts
	Deliveries   Deliveries
	Tickets      Tickets
	Recoveries   Recoveries
	Mailboxes    Mailboxes
	Changed      func() // called after what the operator's system is to learn of; nil: nobody
	Keyed        accounts.KeyedForms
	Directory    Directory         // zero: [StandardDirectory]
	Repair       nanp.Number       // of the repair service, if the directory has none
	Person       nanp.Number       // of the other contacts that have none, and where 0 leads
	CallerID     nanp.Number       // what the telephones show to which callers are put through: a number of the Twilio account; empty: nobody is put through
	Learns       bool              // whether the operator's system learns of what callers change: else they can't
	Calls        bool              // whether customers are called
	Destinations nanp.Destinations // the numbers that are called
	Zone         *time.Location    // of the times that are said
	Now          func() time.Time
}

// LongDistance is the [ivr.Event.Reference] of a call that begins with long distance; others begin with the menu.
const LongDistance = "long-distance"

// Flow is the call.
func Flow(c Config) *ivr.Flow {
	if c.Directory.contacts == nil {
		c.Directory = StandardDirectory()
	}
	a := actions{Config: c}
	a.bill, a.linePIN = a.billSubflow(), a.linePINSubflow()
	return &ivr.Flow{
		Name: "help-line", Start: arrive, Sorry: sorry, Help: c.Directory.of(person).at(),
		Notices: prompts.Notices(sayApology, sayUnsure),
		Given: map[ivr.Variable]string{
			helpLine: string(c.number(c.Directory.of(person))), callerID: string(c.CallerID), shortCode: "78",
		},
		Variables: append(ticketNumbers(), service, number, access, minutes, ticket, status, visit, technician, tested, day, earliest, latest, newContact, wanted, way, mailPassword, mailNext),
		Choices: map[ivr.Variable][]ivr.Prompt{
			service: c.Directory.names(), status: sayStatuses(), visit: {visitArranged},
			technician: {hasArrived, onTheWay, onTheWayFor}, tested: {results[""], results[tickets.LineGood], results[tickets.TroubleFound]},
			wanted:   {wants[recovery.UserName], wants[recovery.Password], wants[recovery.UserNameAndPassword], wants[recovery.SecurityCode]},
			mailNext: {firstUse, nextUse},
			way:      {sentBy[deliveries.Email], sentBy[deliveries.ByMail]},
		},
		Nodes: slices.Concat(a.arriving(), a.topics(), a.updateCenter(), a.online(), a.securityCode(), a.repairs(), a.ticketNodes(),
			a.contactNodes(), a.cancelNodes(), a.testNodes(), a.distance(), a.voiceMail(), a.elsewhere(), a.contacts(), a.ending()),
	}
}

// arriving finds out in which language to speak.
func (a actions) arriving() []ivr.Node {
	return []ivr.Node{
		ivr.Action[arrival]{At: arrive, Run: a.arrive, On: ivr.On[arrival]{
			noLanguage:        askLanguage,
			aboutAnything:     welcome,
			aboutLongDistance: welcomeDistance,
		}},
		ivr.Menu{At: askLanguage, Options: []ivr.Option{
			{Prompt: prompts.ForEnglish, In: ivr.English, Next: english},
			{Prompt: prompts.ForSpanish, In: ivr.Spanish, Next: spanish},
		}, Back: goodbye, GaveUp: noAnswer},
		ivr.Action[choice]{At: english, Run: speak(ivr.English), On: ivr.On[choice]{chosen: arrive}},
		ivr.Action[choice]{At: spanish, Run: speak(ivr.Spanish), On: ivr.On[choice]{chosen: arrive}},
		ivr.Say{At: welcome, Prompt: sayWelcome, Next: menu},
		ivr.Say{At: welcomeDistance, Prompt: sayWelcomeDistance, Next: aboutDistance},
	}
}

// topics are offered the likeliest first.
func (a actions) topics() []ivr.Node {
	to := func(t topic) ivr.Step { return a.Directory.of(t).at() }
	return []ivr.Node{
		ivr.Menu{At: menu, Options: []ivr.Option{
			{Prompt: forPIN, Next: aboutPIN},
			{Prompt: forAccount, Next: aboutAccount},
			{Prompt: forEmail, Next: aboutEmail},
			{Prompt: forVoiceMail, Next: aboutVoiceMail},
			{Prompt: forRest, Next: rest},
		}, Closing: sayMenuEnd, Back: goodbye, GaveUp: noAnswer},
		ivr.Menu{At: rest, Options: []ivr.Option{
			{Prompt: forTicket, Next: aboutRepair},
			{Prompt: forLongDistance, Next: aboutDistance},
			{Prompt: forTelevision, Next: aboutTelevision},
			{Prompt: forAntivirus, Next: aboutAntivirus},
			{Prompt: forOthers, Next: others},
		}, Closing: sayBackEnd, Back: menu, GaveUp: noAnswer},
		ivr.Say{At: aboutEmail, Prompt: sayEmail, Next: to(email)},
		ivr.Say{At: aboutTelevision, Prompt: sayTelevision, Next: to(television)},
		ivr.Say{At: aboutAntivirus, Prompt: sayAntivirus, Next: to(antivirus)},
	}
}

// updateCenter helps with the PIN of a line, which nobody but its customer knows.
func (a actions) updateCenter() []ivr.Node {
	toRepair := a.Directory.of(repair).at()
	return []ivr.Node{
		ivr.Menu{At: aboutPIN, Options: []ivr.Option{
			{Prompt: forgotPIN, Next: resetPIN},
			{Prompt: hasTemporary, Next: dialFromHome},
			{Prompt: hasPIN, Next: askArea},
		}, Closing: sayBackEnd, Back: menu, GaveUp: noAnswer},
		ivr.Say{At: resetPIN, Prompt: sayResetPIN, Next: toRepair},
		ivr.Say{At: dialFromHome, Prompt: sayDialFromHome, Next: anythingElse},
		ivr.Gather{At: askArea, Prompt: sayAskArea, Digits: ivr.Range{Min: 3, Max: 3}, Into: keyedArea,
			Next: findAccess, Back: aboutPIN, GaveUp: toRepair},
		ivr.Action[finding]{At: findAccess, Run: a.findAccess, On: ivr.On[finding]{
			found:     tellAccess,
			foundNone: noArea,
		}},
		ivr.Say{At: noArea, Prompt: sayNoArea, Next: areaAgain},
		ivr.Retry{At: areaAgain, Times: 3, Back: askArea, GaveUp: toRepair},
		ivr.Say{At: tellAccess, Prompt: sayAccess, Next: anythingElse},
	}
}

// online helps with the online account.
func (a actions) online() []ivr.Node {
	return []ivr.Node{
		ivr.Menu{At: aboutAccount, Options: []ivr.Option{
			{Prompt: forCode, Next: codeBill},
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

// elsewhere offers the services that other companies manage.
func (a actions) elsewhere() []ivr.Node {
	m := ivr.Menu{At: others, Closing: sayBackEnd, Back: rest, GaveUp: noAnswer}
	for _, c := range a.Directory.others() {
		m.Options = append(m.Options, ivr.Option{Prompt: c.offer(), Next: c.at()})
	}
	if len(m.Options) > maxShown {
		m.More, m.First = prompts.ForMore, prompts.ForFirst
	}
	return []ivr.Node{m}
}

// contacts tells the number of whoever helps, and puts callers through who want that.
func (a actions) contacts() []ivr.Node {
	var nodes []ivr.Node
	for _, c := range a.Directory.contacts {
		said := tellNumber
		if c.transfer && a.CallerID != "" {
			said = tellAndOffer
		}
		nodes = append(nodes, ivr.Action[choice]{At: c.at(), Run: a.choose(c), On: ivr.On[choice]{chosen: said}})
	}
	nodes = append(nodes, ivr.Say{At: tellNumber, Prompt: sayNumber, Next: anythingElse})
	if !slices.ContainsFunc(a.Directory.contacts, func(c contact) bool { return c.transfer && a.CallerID != "" }) {
		return nodes
	}
	return append(nodes,
		ivr.Say{At: tellAndOffer, Prompt: sayNumber, Next: offerTransfer},
		ivr.Menu{At: offerTransfer, Options: []ivr.Option{
			{Prompt: toBeConnected, Next: connect},
			{Prompt: forAnother, Next: menu},
		}, Closing: sayEnd, Back: goodbye, GaveUp: goodbye, Tries: 2},
		ivr.Transfer{At: connect, Prompt: sayConnect, To: number, CallerID: callerID, Failed: notConnected},
		ivr.Say{At: notConnected, Prompt: prompts.NoTransfer, Next: tellNumber},
	)
}

// ending asks for what is left to do, and lets nobody go without a number to call.
func (a actions) ending() []ivr.Node {
	return []ivr.Node{
		ivr.Menu{At: anythingElse, Options: []ivr.Option{
			{Prompt: forAnother, Next: menu},
		}, Closing: sayEnd, Back: goodbye, GaveUp: goodbye, Tries: 2},
		ivr.Say{At: noAnswer, Prompt: sayNoAnswer, Next: tellPerson},
		ivr.Say{At: goodbye, Prompt: prompts.Goodbye, Next: ivr.HangUp},
		ivr.Say{At: sorry, Prompt: saySorry, Next: tellPerson},
		ivr.Say{At: tellPerson, Prompt: sayPerson, Next: ivr.HangUp},
	}
}

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

	cancelMenu     ivr.Step = "cancel"
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
	askCode         ivr.Step = "ask-code"
	askWay          ivr.Step = "ask-way"
	sendByEmail     ivr.Step = "send-by-email"
	sendByLetter    ivr.Step = "send-by-letter"
	recoverIt       ivr.Step = "recover"
	onItsWay        ivr.Step = "on-its-way"
	codeOnItsWay    ivr.Step = "code-on-its-way"
	noDistanceMatch ivr.Step = "no-match-for-long-distance"
	distanceAgain   ivr.Step = "another-match-for-long-distance"
	distanceLocked  ivr.Step = "long-distance-locked"
	distanceClosed  ivr.Step = "long-distance-closed"
	tooManySent     ivr.Step = "too-many-sent"
	callerRefused   ivr.Step = "caller-refused"
	notOfRecord     ivr.Step = "not-of-record"
	noUserName      ivr.Step = "no-user-name"
	notSent         ivr.Step = "not-sent"

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
	provedPIN    = ivr.Variable{Name: "revision", Kind: ivr.Count} // of the PIN that was proved, or byBillAlone
	keyedContact = ivr.Variable{Name: "keyed-contact", Kind: ivr.Digits}
	newContact   = ivr.Variable{Name: "contact", Kind: ivr.Phone}

	need          = ivr.Variable{Name: "need", Kind: ivr.Words}      // a [recovery.Need]
	wanted        = ivr.Variable{Name: "wanted", Kind: ivr.Phrase}   // the same, as it is said
	sending       = ivr.Variable{Name: "sending", Kind: ivr.Words}   // a [deliveries.Method]
	way           = ivr.Variable{Name: "way", Kind: ivr.Phrase}      // how it is sent
	keyedBTN      = ivr.Variable{Name: "btn", Kind: ivr.Secret}      // may be anything that somebody keyed
	keyedPassword = ivr.Variable{Name: "password", Kind: ivr.Secret} // on the keypad
	keyedCode     = ivr.Variable{Name: "code", Kind: ivr.Secret}

	mailPassword = ivr.Variable{Name: "mailbox-password", Kind: ivr.Spelled} // for one turn
	mailNext     = ivr.Variable{Name: "mailbox-next", Kind: ivr.Phrase}      // what to do with it

	ticketsFound = ivr.Variable{Name: "tickets", Kind: ivr.Words}  // number and line of each
	ticket       = ivr.Variable{Name: "ticket", Kind: ivr.Spelled} // the number of the present one
	ticketLine   = ivr.Variable{Name: "ticket-line", Kind: ivr.Phone}
	ticketOpen   = ivr.Variable{Name: "ticket-open", Kind: ivr.Digits} // 1: it has not ended
	cancelable   = ivr.Variable{Name: "cancelable", Kind: ivr.Digits}  // 1: so is its visit
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
