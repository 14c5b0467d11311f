package features

import (
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// option offers something under a key: "To add it" is said as "To add it, press 1."
func option(name, en, es string) ivr.Prompt {
	return ivr.Prompt{Name: name, EN: en + ", press {key}.", ES: es + ", oprima el {key}."}
}

// alike is a prompt of variables alone, the same in every language.
func alike(name, text string) ivr.Prompt { return ivr.Prompt{Name: name, EN: text, ES: text} }

// What is said everywhere. Phrases, which other prompts hold, are kept to six seconds, as
// several can stand in one sentence.
var (
	sayIs    = alike("feature-is", "{feature} {is-on}.")
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
	toTurn = option("to-turn", "To {turn}", "Para {turn}")
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
	sayNews        = alike("news", "{news}")
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
	toDelete = option("to-delete", "To delete it", "Para borrarlo")
	toKeep   = option("to-keep", "To keep it", "Para conservarlo")
	deleted  = ivr.Prompt{
		Name: "deleted",
		EN:   "It was deleted.",
		ES:   "Se borró.",
	}
	toSave = option("to-save", "To save it", "Para guardarlo")
	saved  = ivr.Prompt{
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

// choices are what the other variables say.
func choices() map[ivr.Variable][]ivr.Prompt {
	all := map[ivr.Variable][]ivr.Prompt{
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

// The names of the features: each phrase is named as its feature.
var (
	noSolicitation = ivr.Prompt{Name: "no-solicitation", EN: "No Solicitation", ES: "Filtro de Vendedores"}
	securityScreen = ivr.Prompt{Name: "security-screen", EN: "Security Screen", ES: "Filtro de Seguridad"}
	doNotDisturb   = ivr.Prompt{Name: "do-not-disturb", EN: "Do Not Disturb", ES: "No Molestar"}
	dialLock       = ivr.Prompt{Name: "dial-lock", EN: "Dial Lock", ES: "Bloqueo de Marcación"}
	callRejection  = ivr.Prompt{Name: "call-rejection", EN: "Call Rejection", ES: "Rechazo de Llamadas"}
	forwarding     = ivr.Prompt{Name: "selective-call-forwarding", EN: "Selective Call Forwarding", ES: "Desvío Selectivo de Llamadas"}
)

// What offers them in the main menu.
var (
	forNoSolicitation = option("for-no-solicitation", "For No Solicitation", "Para el Filtro de Vendedores")
	forSecurityScreen = option("for-security-screen", "For Security Screen", "Para el Filtro de Seguridad")
	forDoNotDisturb   = option("for-do-not-disturb", "For Do Not Disturb", "Para No Molestar")
	forDialLock       = option("for-dial-lock", "For Dial Lock", "Para el Bloqueo de Marcación")
	forCallRejection  = option("for-call-rejection", "For Call Rejection", "Para el Rechazo de Llamadas")
	forForwarding     = option("for-selective-call-forwarding", "For Selective Call Forwarding",
		"Para el Desvío Selectivo de Llamadas")
)

// How they stand, beside on or off.
var (
	sayList         = alike("list-is", "{list-state}")
	sayDoNotDisturb = alike("do-not-disturb-is", "{schedule-state} {greeting}")
	sayDialLock     = alike("dial-lock-is", "{list-state} {code-state}")
	sayWithTarget   = ivr.Prompt{
		Name: "forwarding-goes-to",
		EN:   "{list-state} Their calls go to {target}.",
		ES:   "{list-state} Sus llamadas van al {target}.",
	}
	sayWithoutTarget = ivr.Prompt{
		Name: "forwarding-goes-nowhere",
		EN:   "{list-state} There is no number yet for their calls to go to.",
		ES:   "{list-state} Todavía no hay un número al que vayan sus llamadas.",
	}
)

// What their menus offer.
var (
	toHearWelcome = option("to-hear-welcome", "To hear or delete the callers who come straight through",
		"Para escuchar o borrar a quienes pasan directamente")
	toAddWelcome     = option("to-add-welcome", "To add a caller", "Para agregar a alguien")
	toHearSchedules  = option("to-hear-schedules", "To hear or delete schedules", "Para escuchar o borrar horarios")
	toChooseGreeting = option("to-choose-greeting", "To choose what callers hear",
		"Para elegir qué oyen quienes llaman")
	toGetThrough   = option("to-get-through", "For who can get through", "Para indicar quién puede pasar")
	toAddSchedule  = option("to-add-schedule", "To add a schedule", "Para agregar un horario")
	toHearDialable = option("to-hear-dialable", "To hear or delete the numbers that can always be dialed",
		"Para escuchar o borrar los números que siempre se pueden marcar")
	toSetCode      = option("to-set-code", "For the code that opens the lock", "Para el código que abre el bloqueo")
	toAddDialable  = option("to-add-dialable", "To add a number", "Para agregar un número")
	toHearRejected = option("to-hear-rejected", "To hear or delete your entries",
		"Para escuchar o borrar sus entradas")
	toReject        = option("to-reject", "To add an entry", "Para agregar una entrada")
	toHearForwarded = option("to-hear-forwarded", "To hear or delete the callers on your list",
		"Para escuchar o borrar a quienes están en su lista")
	toSetTarget = option("to-set-target", "To choose the number that their calls go to",
		"Para elegir el número al que van sus llamadas")
	toAddForwarded = option("to-add-forwarded", "To add a caller to your list", "Para agregar a alguien a su lista")
)
