package updatecenter

import "updatecenter/ivr"

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

	helpDesk     ivr.Step = "help"
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

// The blanks of the call.
var (
	repair    = ivr.Blank{Name: "repair", Kind: ivr.Phone}      // who resets a forgotten PIN
	desk      = ivr.Blank{Name: "desk", Kind: ivr.Phone}        // where callers who press 0 are put through
	callerID  = ivr.Blank{Name: "caller-id", Kind: ivr.Phone}   // what is shown there
	shortCode = ivr.Blank{Name: "short-code", Kind: ivr.Digits} // what is dialed from the line
	fewest    = ivr.Blank{Name: "fewest", Kind: ivr.Count}      // digits of a new PIN
	most      = ivr.Blank{Name: "most", Kind: ivr.Count}
	access    = ivr.Blank{Name: "access", Kind: ivr.Phone}  // what is dialed from any phone
	minutes   = ivr.Blank{Name: "minutes", Kind: ivr.Count} // until a lock ends

	installed = ivr.Blank{Name: "installed", Kind: ivr.Digits} // features of the line, as [pins.Features] writes them

	lineNumber = ivr.Blank{Name: "line", Kind: ivr.Phone}     // the line that the call is about
	revision   = ivr.Blank{Name: "revision", Kind: ivr.Count} // of its PIN, as it was proved
	keyedPIN   = ivr.Blank{Name: "pin", Kind: ivr.Secret}
	firstEntry = ivr.Blank{Name: "first-entry", Kind: ivr.Secret}
	nextEntry  = ivr.Blank{Name: "second-entry", Kind: ivr.Secret}
	keyedLine  = ivr.Blank{Name: "keyed-line", Kind: ivr.Digits}
)
