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
	"maps"
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
	// Guess counts a guess of a caller at something else than a PIN, and Ask what a caller asks for who proves nothing.
	Guess(ctx context.Context, attempt pins.Attempt, judge func() (wrong bool, err error)) (refused pins.Outcome, err error)
	Ask(ctx context.Context, attempt pins.Attempt, do func() error) (refused pins.Outcome, err error)
}

// Accounts is what the call needs of [accounts.Accounts].
type Accounts interface {
	Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error)
}

// Deliveries is what the call needs of [deliveries.Deliveries].
type Deliveries interface {
	// Request is for a call, by its CallSid.
	Request(ctx context.Context, callSID string, params deliveries.Params) (deliveries.Delivery, error)
}

// Config is what the call needs.
type Config struct {
	Lines                  Lines
	Accounts               Accounts
	Deliveries             Deliveries
	Tickets                Tickets
	Recoveries             Recoveries
	Mailboxes              Mailboxes
	Changed                func() // called after what the operator's system is to learn of; nil: nobody
	Keyed                  accounts.KeyedForms
	Directory              Directory         // zero: [StandardDirectory]
	Repair                 nanp.Number       // of the repair service, if the directory has none
	Person                 nanp.Number       // of the other contacts that have none, and where 0 leads
	CallerID               nanp.Number       // what the telephones show to which callers are put through: a number of the Twilio account; empty: nobody is put through
	Learns                 bool              // whether the operator's system learns of what callers change: else they can't
	Emails, Letters, Links bool              // what can be sent: links to choose a password lead to a page
	Calls                  bool              // whether customers are called
	Destinations           nanp.Destinations // the numbers that are called
	Zone                   *time.Location    // of the times that are said
	Now                    func() time.Time
}

// LongDistance is the [ivr.Event.Reference] of a call that begins with long distance; others begin with the menu.
const LongDistance = "long-distance"

// Flow is the call.
func Flow(c Config) *ivr.Flow {
	if c.Directory.contacts == nil {
		c.Directory = StandardDirectory()
	}
	a := actions{Config: c}
	a.bill, a.linePIN, a.recovery = a.billSubflow(), a.linePINSubflow(), a.recoverySubflow()
	choices := map[ivr.Variable][]ivr.Prompt{
		lastTry: {prompts.LastTry},
		service: c.Directory.names(), status: sayStatuses(), visit: {visitArranged},
		technician: {hasArrived, onTheWay, onTheWayFor}, tested: {results[""], results[tickets.LineGood], results[tickets.TroubleFound]},
		wanted:   {wants[recovery.UserName], wants[recovery.Password], wants[recovery.UserNameAndPassword], wants[recovery.SecurityCode], oneTimePassword},
		mailNext: {firstUse, nextUse},
		way:      {sentBy[deliveries.Email], sentBy[deliveries.ByMail], sentBy[deliveries.Voice]},
		question: sayQuestions(), secondQuestion: sayQuestions(),
	}
	maps.Copy(choices, emailChoices())
	return &ivr.Flow{
		Name: "help-line", Start: arrive, Sorry: sorry, Help: c.Directory.of(person).at(),
		Notices: prompts.Notices(sayApology, sayUnsure),
		Given: map[ivr.Variable]string{
			helpLine: string(c.number(c.Directory.of(person))), callerID: string(c.CallerID), shortCode: "78",
		},
		Variables: append(append(ticketNumbers(), emailVariables()...), lastTry, question, secondQuestion, service, number, access, minutes, ticket, status, visit, technician, tested, day, earliest, latest, newContact, wanted, way, mailPassword, mailNext),
		Choices:   choices,
		Nodes: slices.Concat(a.arriving(), a.topics(), a.updateCenter(), a.online(), a.securityCode(), a.onlinePassword(), a.repairs(), a.ticketNodes(),
			a.contactNodes(), a.cancelNodes(), a.testNodes(), a.distance(), a.voiceMail(), a.emails(), a.elsewhere(), a.contacts(), a.ending()),
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
