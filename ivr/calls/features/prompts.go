package features

import (
	"updatecenter/internal/features"
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
	sayMayBeChanged = ivr.Prompt{
		Name: "may-be-changed",
		EN:   "If you were changing a setting, the change may be in force already. Listen to your settings before you change them again.",
		ES:   "Si estaba cambiando una opción, es posible que el cambio ya esté en vigor. Escuche sus opciones antes de cambiarlas de nuevo.",
	}
	sayNotNow = ivr.Prompt{
		Name: "not-now",
		EN:   "That can not be changed right now, so nothing was changed. Please call again later.",
		ES:   "Eso no se puede cambiar en este momento, así que no se cambió nada. Llame de nuevo más tarde.",
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

// newsPhrases are what came of an act or an entry, for all subflows alike.
func newsPhrases() []ivr.Prompt {
	all := []ivr.Prompt{
		turnedOn, turnedOff, sayNotPossible, sayNotNow, deleted, saved, sayEmptyList, added,
		sayNoSchedules, codeSet, codeDeleted, greetingSet, nowThrough, nowHeld,
	}
	for _, reason := range features.Reasons {
		if why := refusals[reason]; why != (ivr.Prompt{}) {
			all = append(all, why)
		}
	}
	return all
}

// choices are what the other blanks say.
func choices() map[ivr.Blank][]ivr.Prompt {
	all := map[ivr.Blank][]ivr.Prompt{
		feature:  {noSolicitation, securityScreen, doNotDisturb, dialLock, callRejection, forwarding},
		isOn:     {statesOn, statesOff},
		turn:     {turnOn, turnOff},
		news:     newsPhrases(),
		turnPage: {moreEntries, firstEntries},
		asked:    {askTenDigits, askOrAreaCode, askOrAbroad},
		kind:     {aNumber, anAbroad, anAreaCode, anExchange},
		listState: {
			noEntry, noEntryForwarded, oneEntry, manyEntries, oneEntryOrArea, manyEntriesOrAreas,
		},
		scheduleState: {noSchedule, oneSchedule, manySchedules, worksAlways, worksInOne, worksInMany},
		codeState:     {noCode, hasCode},
		urgentState:   {urgentThrough, urgentHeld},
		turnUrgent:    {letUrgent, holdUrgent},
		days:          {weekdays, weekend},
		nextDay:       {onNextDay},
		whichTime:     {whenItStarts, whenItEnds},
	}
	for _, g := range greetings {
		all[greeting] = append(all[greeting], g.told)
	}
	return all
}
