// Package updatecenter holds the calls of the Update Center, each written down as a flow.
//
// [Dial78] is the call in which a customer replaces the temporary PIN, from the line
// itself, and later changes it, and manages the calling features of the line, from any
// touch-tone phone. This file tells it in order, but for the main menu, which menu.go tells, and
// the features, each a subflow of package features. prompts.go has what is said; the other
// files are the work behind its steps.
package updatecenter

import (
	"slices"
	"strconv"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/prompts"
	"updatecenter/pins"
)

// Config is what the call needs.
type Config struct {
	Lines    *pins.Lines
	Features *features.Lines
	Changed  func() // called after each change of a feature; nil: nobody
	Policy   pins.Policy
	Now      func() time.Time
	Repair   nanp.Number // told to whoever needs a person
	Transfer nanp.Number // where 0 puts callers through; empty: Repair is only told
	CallerID nanp.Number // what the telephone there shows: a number of the Twilio account; needed with Transfer
}

// Dial78 is the call to 78, *78 or an access number.
func Dial78(c Config) *ivr.Flow {
	a := actions{c}
	return &ivr.Flow{
		Name: "dial-78", Start: arrive, Sorry: sorry, Help: helpRepair,
		Notices: prompts.Notices(sayApology, sayUnsure),
		Given: map[ivr.Variable]string{
			repair: string(c.Repair), desk: string(c.Transfer), callerID: string(c.CallerID), shortCode: "78",
			fewest: strconv.Itoa(c.Policy.MinDigits), most: strconv.Itoa(c.Policy.MaxDigits),
		},
		Variables: []ivr.Variable{access, minutes, lineNumber, lastTry},
		Choices:   map[ivr.Variable][]ivr.Prompt{lastTry: {prompts.LastTry}},
		Nodes:     slices.Concat(a.arriving(), a.fromTheLine(), a.fromElsewhere(), a.offering(), a.choosing(), a.ending()),
	}
}

// arriving finds out who calls from where, and in which language to speak.
func (a actions) arriving() []ivr.Node {
	return []ivr.Node{
		ivr.Action[arrival]{At: arrive, Run: a.arrive, On: ivr.On[arrival]{
			noLanguage:       askLanguage,
			newCustomer:      askTemporary,
			customer:         askPIN,
			noSuchLine:       unknownLine,
			arrivedLocked:    lockedForNow,
			arrivedUnderLock: lockedAtHome,
			elsewhere:        askNumber,
			elsewhereNew:     dialFromPrimary,
		}},
		ivr.Menu{At: askLanguage, Options: []ivr.Option{
			{Prompt: prompts.ForEnglish, In: ivr.English, Next: english},
			{Prompt: prompts.ForSpanish, In: ivr.Spanish, Next: spanish},
		}, Back: goodbye, GaveUp: noAnswer},
		ivr.Action[remembered]{At: english, Run: a.speak(ivr.English), On: ivr.On[remembered]{languageKnown: arrive}},
		ivr.Action[remembered]{At: spanish, Run: a.speak(ivr.Spanish), On: ivr.On[remembered]{languageKnown: arrive}},
		ivr.Say{At: unknownLine, Prompt: sayUnknownLine, Next: tellRepair},
		ivr.Say{At: dialFromPrimary, Prompt: sayDialFromPrimary, Next: thenFromAnywhere},
		ivr.Say{At: thenFromAnywhere, Prompt: sayThenFromAnywhere, Next: ivr.HangUp},
	}
}

// fromTheLine is for calls of which the network vouches that they come from the line.
func (a actions) fromTheLine() []ivr.Node {
	return []ivr.Node{
		ivr.Gather{At: askTemporary, Once: sayWelcome, Prompt: sayAskTemporary, Digits: a.existing(), Into: keyedPIN,
			Next: check, Back: goodbye, GaveUp: noAnswer},
		ivr.Gather{At: askPIN, Once: sayWelcome, Prompt: sayAskPIN, Digits: a.existing(), Into: keyedPIN,
			Next: check, Back: goodbye, GaveUp: noAnswer},
		ivr.Action[atHome]{At: check, Run: a.check, On: ivr.On[atHome]{
			homeRight:        openMenu,
			homeTemporary:    newPIN,
			homeWrong:        wrong,
			homeLocked:       lockedForNow,
			homeLockedFirmly: lockedAtHome,
		}},
		ivr.Say{At: wrong, Prompt: sayWrong, Next: wrongAgain},
		ivr.Retry{At: wrongAgain, Times: 3, Back: arrive, GaveUp: tooManyWrong},
		ivr.Say{At: lockedAtHome, Prompt: sayLockedAtHome, Next: tellRepair},
	}
}

// fromElsewhere is for all other calls. Nobody may learn here which lines exist: an
// unknown line, and one that still has the temporary PIN, sound like a wrong PIN.
func (a actions) fromElsewhere() []ivr.Node {
	return []ivr.Node{
		ivr.Gather{At: askNumber, Once: sayWelcome, Prompt: sayAskNumber, Digits: ivr.Range{Min: 10, Max: 11}, Into: keyedLine,
			Next: readNumber, Back: goodbye, GaveUp: noAnswer},
		ivr.Action[reading]{At: readNumber, Run: a.readNumber, On: ivr.On[reading]{
			aNumber:   readBack,
			notNumber: noNumber,
		}},
		ivr.Say{At: noNumber, Prompt: sayNoNumber, Next: numberAgain},
		ivr.Retry{At: numberAgain, Times: 3, Back: askNumber, GaveUp: noAnswer},
		ivr.Say{At: readBack, Prompt: sayReadBack, Next: askRemotePIN},
		ivr.Gather{At: askRemotePIN, Prompt: sayAskRemotePIN, Digits: a.existing(), Into: keyedPIN,
			Next: checkRemote, Back: askNumber, GaveUp: noAnswer},
		ivr.Action[pins.Outcome]{At: checkRemote, Run: a.checkRemote, On: ivr.On[pins.Outcome]{
			pins.Right:            openMenu,
			pins.RightTemporary:   dialFromPrimary,
			pins.Wrong:            wrongRemote,
			pins.LockedForNow:     lockedForNow,
			pins.LockedUntilReset: lockedRemote,
			pins.CallerLocked:     callerBlocked,
			pins.UnvouchedLocked:  unvouched,
		}},
		ivr.Say{At: wrongRemote, Prompt: sayWrong, Next: remoteAgain},
		ivr.Retry{At: remoteAgain, Times: 3, Back: askRemotePIN, GaveUp: tooManyWrong},
		ivr.Say{At: lockedForNow, Prompt: sayLockedForNow, Next: tellRepair},
		ivr.Say{At: lockedRemote, Prompt: sayLockedRemote, Next: tellRepair},
		ivr.Say{At: callerBlocked, Prompt: sayCallerBlocked, Next: tellRepair},
		ivr.Say{At: unvouched, Prompt: sayUnvouched, Next: tellRepair},
		ivr.Say{At: tooManyWrong, Prompt: sayTooManyWrong, Next: tellRepair},
	}
}

// choosing is how a customer gets a new PIN who has proved to know the present one.
func (a actions) choosing() []ivr.Node {
	refuse := func(at ivr.Step, why ivr.Prompt) ivr.Node {
		return ivr.Say{At: at, Prompt: why, Next: refusedAgain}
	}
	return []ivr.Node{
		ivr.Gather{At: newPIN, Prompt: a.askNewPIN(), Digits: a.chosen(), Into: firstEntry,
			Next: weigh, Back: leaveNewPIN, GaveUp: oldStands},
		ivr.Action[pins.Verdict]{At: weigh, Run: a.weigh, On: ivr.On[pins.Verdict]{
			pins.Acceptable:   newPINAgain,
			pins.IsTemporary:  isTemporary,
			pins.SameDigit:    isSameDigit,
			pins.Run:          isRun,
			pins.RepeatedPair: isRepeatedPair,
			pins.LineNumber:   isLineNumber,
			pins.IsCurrent:    isCurrent,
			pins.Common:       isCommon,
			pins.Stale:        overtaken,
		}},
		refuse(isTemporary, sayIsTemporary),
		refuse(isSameDigit, sayIsSameDigit),
		refuse(isRun, sayIsRun),
		refuse(isRepeatedPair, sayIsRepeatedPair),
		refuse(isLineNumber, sayIsLineNumber),
		refuse(isCurrent, sayIsCurrent),
		refuse(isCommon, sayIsCommon),
		ivr.Retry{At: refusedAgain, Times: 3, Back: newPIN, GaveUp: oldStands},
		ivr.Gather{At: newPINAgain, Prompt: sayNewPINAgain, Digits: a.chosen(), Into: nextEntry,
			Next: change, Back: newPIN, GaveUp: oldStands},
		ivr.Action[changing]{At: change, Run: a.change, On: ivr.On[changing]{
			isChanged:     changed,
			entriesDiffer: different,
			wasOvertaken:  overtaken,
		}, May: sayMayBeInForce},
		ivr.Say{At: different, Prompt: sayDifferent, Next: differentAgain},
		ivr.Retry{At: differentAgain, Times: 3, Back: newPIN, GaveUp: oldStands},
		ivr.Say{At: changed, Prompt: sayChanged, Whole: true, Next: goOn},
		ivr.Action[going]{At: goOn, Run: a.goOn, On: ivr.On[going]{
			goesOn: thenAccess,
			ends:   farewell,
		}},
		ivr.Say{At: thenAccess, Prompt: sayAccess, Next: openMenu},
		ivr.Say{At: farewell, Prompt: sayFarewell, Next: ivr.HangUp},
		ivr.Action[leaving]{At: leaveNewPIN, Run: a.leaveNewPIN, On: ivr.On[leaving]{
			toMenu:   keptPIN,
			stillNew: notChanged,
		}},
		ivr.Say{At: keptPIN, Prompt: sayKeptPIN, Next: openMenu},
		ivr.Say{At: notChanged, Prompt: sayNotChanged, Next: ivr.HangUp},
		ivr.Say{At: oldStands, Prompt: sayOldStands, Next: tellRepair},
		ivr.Say{At: overtaken, Prompt: sayOvertaken, Next: tellRepair},
	}
}

// ending is where callers are helped on.
func (a actions) ending() []ivr.Node {
	return []ivr.Node{
		ivr.Action[helping]{At: helpRepair, Run: a.help, On: ivr.On[helping]{
			putThrough: transfer,
			onlyTold:   offerRepair,
			helpedOn:   helpAgain,
		}},
		ivr.Retry{At: helpAgain, Times: 6, Back: helpManaging, GaveUp: tellRepair},
		ivr.Say{At: helpManaging, Prompt: sayHelpManaging, Next: helpNumber},
		ivr.Say{At: helpNumber, Prompt: sayHelpNumber, Next: resume},
		ivr.Resume{At: resume},
		ivr.Say{At: offerRepair, Prompt: sayHelp, Next: tellRepair},
		ivr.Transfer{At: transfer, Prompt: sayTransfer, To: desk, CallerID: callerID, Failed: noTransfer},
		ivr.Say{At: noTransfer, Prompt: prompts.NoTransfer, Next: tellRepair},
		ivr.Say{At: noAnswer, Prompt: sayNoAnswer, Next: tellRepair},
		ivr.Say{At: tellRepair, Prompt: sayTellRepair, Next: ivr.HangUp},
		ivr.Say{At: goodbye, Prompt: prompts.Goodbye, Next: ivr.HangUp},
		ivr.Say{At: sorry, Prompt: saySorry, Next: tellRepair},
	}
}

// The steps of the call, in the order in which one would tell it.
const (
	arrive ivr.Step = "arrive"

	askLanguage ivr.Step = "ask-language"
	english     ivr.Step = "english"
	spanish     ivr.Step = "spanish"

	unknownLine      ivr.Step = "unknown-line"
	dialFromPrimary  ivr.Step = "dial-from-primary"
	thenFromAnywhere ivr.Step = "then-from-anywhere"

	askTemporary ivr.Step = "ask-temporary-pin"
	askPIN       ivr.Step = "ask-pin"
	check        ivr.Step = "check-pin"
	wrong        ivr.Step = "wrong-pin"
	wrongAgain   ivr.Step = "another-try"

	askNumber     ivr.Step = "ask-line-number"
	readNumber    ivr.Step = "read-line-number"
	noNumber      ivr.Step = "no-line-number"
	numberAgain   ivr.Step = "another-number"
	readBack      ivr.Step = "read-back"
	askRemotePIN  ivr.Step = "ask-pin-of-line"
	checkRemote   ivr.Step = "check-pin-of-line"
	wrongRemote   ivr.Step = "wrong-pin-of-line"
	remoteAgain   ivr.Step = "another-try-elsewhere"
	tooManyWrong  ivr.Step = "too-many-wrong"
	lockedForNow  ivr.Step = "locked-for-now"
	lockedAtHome  ivr.Step = "locked-until-reset"
	lockedRemote  ivr.Step = "locked-elsewhere"
	callerBlocked ivr.Step = "caller-blocked"
	unvouched     ivr.Step = "caller-unvouched"

	openMenu    ivr.Step = "open-menu"
	menu        ivr.Step = "menu"
	featureGone ivr.Step = "feature-gone"
	lineRemoved ivr.Step = "line-removed"
	leaveGone   ivr.Step = "leave-gone-feature"
	notProved   ivr.Step = "not-proved-any-more"

	newPIN         ivr.Step = "new-pin"
	weigh          ivr.Step = "weigh-new-pin"
	isTemporary    ivr.Step = "is-temporary"
	isSameDigit    ivr.Step = "is-same-digit"
	isRun          ivr.Step = "is-run"
	isRepeatedPair ivr.Step = "is-repeated-pair"
	isLineNumber   ivr.Step = "is-line-number"
	isCurrent      ivr.Step = "is-current"
	isCommon       ivr.Step = "is-common"
	refusedAgain   ivr.Step = "another-choice"
	newPINAgain    ivr.Step = "new-pin-again"
	change         ivr.Step = "change-pin"
	different      ivr.Step = "entries-differ"
	differentAgain ivr.Step = "another-round"
	changed        ivr.Step = "changed"
	goOn           ivr.Step = "go-on"
	thenAccess     ivr.Step = "then-access-number"
	farewell       ivr.Step = "farewell"
	leaveNewPIN    ivr.Step = "leave-new-pin"
	keptPIN        ivr.Step = "kept-pin"
	notChanged     ivr.Step = "not-changed"
	oldStands      ivr.Step = "old-pin-stands"
	overtaken      ivr.Step = "overtaken"

	helpRepair   ivr.Step = "help"
	offerRepair  ivr.Step = "offer-repair"
	tellRepair   ivr.Step = "tell-repair"
	helpAgain    ivr.Step = "help-once-more"
	helpManaging ivr.Step = "help-managing"
	helpNumber   ivr.Step = "help-number"
	resume       ivr.Step = "resume"
	transfer     ivr.Step = "transfer"
	noTransfer   ivr.Step = "transfer-failed"

	noAnswer ivr.Step = "no-answer"
	goodbye  ivr.Step = "goodbye"
	sorry    ivr.Step = "sorry"
)

// The variables of the call.
var (
	repair    = ivr.Variable{Name: "repair", Kind: ivr.Phone}      // who resets a forgotten PIN
	desk      = ivr.Variable{Name: "desk", Kind: ivr.Phone}        // where callers who press 0 are put through
	callerID  = ivr.Variable{Name: "caller-id", Kind: ivr.Phone}   // what is shown there
	shortCode = ivr.Variable{Name: "short-code", Kind: ivr.Digits} // what is dialed from the line
	fewest    = ivr.Variable{Name: "fewest", Kind: ivr.Count}      // digits of a new PIN
	most      = ivr.Variable{Name: "most", Kind: ivr.Count}
	access    = ivr.Variable{Name: "access", Kind: ivr.Phone}  // what is dialed from any phone
	minutes   = ivr.Variable{Name: "minutes", Kind: ivr.Count} // until a lock ends

	installed = ivr.Variable{Name: "installed", Kind: ivr.Digits} // features of the line, as [pins.Features] writes them

	lineNumber = ivr.Variable{Name: "line", Kind: ivr.Phone}      // the line that the call is about
	revision   = ivr.Variable{Name: "revision", Kind: ivr.Count}  // of its PIN, as it was proved
	lastTry    = ivr.Variable{Name: "last-try", Kind: ivr.Phrase} // one more wrong PIN locks; else empty
	keyedPIN   = ivr.Variable{Name: "pin", Kind: ivr.Secret}
	firstEntry = ivr.Variable{Name: "first-entry", Kind: ivr.Secret}
	nextEntry  = ivr.Variable{Name: "second-entry", Kind: ivr.Secret}
	keyedLine  = ivr.Variable{Name: "keyed-line", Kind: ivr.Digits}
)
