package features

import "updatecenter/ivr"

// The blanks of this part of the call.
var (
	feature = ivr.Blank{Name: "feature", Kind: ivr.Phrase} // that the call is about: the phrase has its name
	isOn    = ivr.Blank{Name: "is-on", Kind: ivr.Phrase}   // or off
	turn    = ivr.Blank{Name: "turn", Kind: ivr.Phrase}    // what key 3 does
	news    = ivr.Blank{Name: "news", Kind: ivr.Phrase}    // what came of the last act or entry

	listState     = ivr.Blank{Name: "list-state", Kind: ivr.Phrase}
	entries       = ivr.Blank{Name: "entries", Kind: ivr.Count} // of the list
	scheduleState = ivr.Blank{Name: "schedule-state", Kind: ivr.Phrase}
	schedules     = ivr.Blank{Name: "schedules", Kind: ivr.Count}
	greeting      = ivr.Blank{Name: "greeting", Kind: ivr.Phrase} // what callers hear
	codeState     = ivr.Blank{Name: "code-state", Kind: ivr.Phrase}
	urgentState   = ivr.Blank{Name: "urgent-state", Kind: ivr.Phrase} // of emergency calls
	turnUrgent    = ivr.Blank{Name: "turn-urgent", Kind: ivr.Phrase}
	target        = ivr.Blank{Name: "target", Kind: ivr.Phone} // empty: none

	offset   = ivr.Blank{Name: "offset", Kind: ivr.Count}     // of the entries that are being heard
	turnPage = ivr.Blank{Name: "turn-page", Kind: ivr.Phrase} // what comes after them; empty: nothing
	asked    = ivr.Blank{Name: "asked", Kind: ivr.Phrase}     // for which entry
	keyed    = ivr.Blank{Name: "keyed", Kind: ivr.Digits}     // as the caller did
	kind     = ivr.Blank{Name: "kind", Kind: ivr.Phrase}      // of the chosen entry
	chosen   = ivr.Blank{Name: "chosen", Kind: ivr.Phone}     // a features.Entry
	open     = ivr.Blank{Name: "open-days", Kind: ivr.Digits} // with room for a schedule, names separated by spaces

	days    = ivr.Blank{Name: "days", Kind: ivr.Phrase} // of the schedule that it is about: the phrase has its name
	start   = ivr.Blank{Name: "start", Kind: ivr.Time}
	end     = ivr.Blank{Name: "end", Kind: ivr.Time}
	nextDay = ivr.Blank{Name: "next-day", Kind: ivr.Phrase} // when it ends then; else empty

	whichTime = ivr.Blank{Name: "which-time", Kind: ivr.Phrase}
	morning   = ivr.Blank{Name: "morning", Kind: ivr.Time} // what the digits can mean
	evening   = ivr.Blank{Name: "evening", Kind: ivr.Time}

	firstCode = ivr.Blank{Name: "first-code", Kind: ivr.Secret}
	nextCode  = ivr.Blank{Name: "second-code", Kind: ivr.Secret}
)

// told are the blanks that prompts name, but for those of the lines that can be chosen.
var told = []ivr.Blank{
	feature, isOn, turn, news, listState, entries, scheduleState, schedules, greeting, codeState,
	urgentState, turnUrgent, target, turnPage, asked, kind, chosen, days, start, end, nextDay, whichTime,
	morning, evening,
}
