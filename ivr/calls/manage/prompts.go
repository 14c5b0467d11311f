package manage

import (
	"updatecenter/features"
	"updatecenter/ivr"
)

// What is said everywhere. Phrases, which other prompts hold, are kept to six seconds, as
// several can stand in one sentence.
var (
	sayIs = ivr.Prompt{
		Name: "feature-is",
		EN:   "{feature} {is-on}.",
		ES:   "{feature} {is-on}.",
	}
	statesOn = ivr.Prompt{
		Name: "is-on",
		EN:   "is on",
		ES:   "está activado",
	}
	statesOff = ivr.Prompt{
		Name: "is-off",
		EN:   "is off",
		ES:   "está desactivado",
	}
	toTurn = ivr.Prompt{
		Name: "to-turn",
		EN:   "To {turn}, press {key}.",
		ES:   "Para {turn}, oprima el {key}.",
	}
	turnOn = ivr.Prompt{
		Name: "turn-on",
		EN:   "turn it on",
		ES:   "activarlo",
	}
	turnOff = ivr.Prompt{
		Name: "turn-off",
		EN:   "turn it off",
		ES:   "desactivarlo",
	}
	turnedOn = ivr.Prompt{
		Name: "turned-on",
		EN:   "We turned it on.",
		ES:   "Lo activamos.",
	}
	turnedOff = ivr.Prompt{
		Name: "turned-off",
		EN:   "We turned it off.",
		ES:   "Lo desactivamos.",
	}
	sayGoBack = ivr.Prompt{
		Name: "to-go-back",
		EN:   "To go back, press star.",
		ES:   "Para volver, oprima asterisco.",
	}
	sayNews = ivr.Prompt{
		Name: "news",
		EN:   "{news}",
		ES:   "{news}",
	}
	sayNotPossible = ivr.Prompt{
		Name: "not-possible",
		EN:   "That is not possible any more.",
		ES:   "Eso ya no es posible.",
	}
	sayGivenUp = ivr.Prompt{
		Name: "back-to-feature",
		EN:   "Nothing was changed. You can try again.",
		ES:   "No se cambió nada. Puede intentarlo de nuevo.",
	}
	toDelete = ivr.Prompt{
		Name: "to-delete",
		EN:   "To delete it, press {key}.",
		ES:   "Para borrarlo, oprima el {key}.",
	}
	toKeep = ivr.Prompt{
		Name: "to-keep",
		EN:   "To keep it, press {key}.",
		ES:   "Para conservarlo, oprima el {key}.",
	}
	deleted = ivr.Prompt{
		Name: "deleted",
		EN:   "It was deleted.",
		ES:   "Se borró.",
	}
	toSave = ivr.Prompt{
		Name: "to-save",
		EN:   "To save it, press {key}.",
		ES:   "Para guardarlo, oprima el {key}.",
	}
	saved = ivr.Prompt{
		Name: "saved",
		EN:   "It was saved.",
		ES:   "Se guardó.",
	}
)

// phrases are what the blanks say, for all subflows alike.
func phrases() []ivr.Prompt {
	all := []ivr.Prompt{
		noSolicitation, securityScreen, doNotDisturb, dialLock, callRejection, forwarding,
		statesOn, statesOff, turnOn, turnOff, turnedOn, turnedOff, sayNotPossible, deleted, saved,
		noEntry, oneEntry, manyEntries, aNumber, anAreaCode, anExchange, sayEmptyList, added,
		askTenDigits, askOrAreaCode, askOrAbroad,
		noSchedule, oneSchedule, manySchedules, weekdays, weekend, onNextDay, sayNoSchedules,
		whenItStarts, whenItEnds,
		hasCode, noCode, codeSet, codeDeleted, greetingSet,
		urgentThrough, urgentHeld, letUrgent, holdUrgent, nowThrough, nowHeld,
	}
	for _, reason := range features.Reasons {
		if why := refusals[reason]; why != (ivr.Prompt{}) {
			all = append(all, why)
		}
	}
	return all
}
