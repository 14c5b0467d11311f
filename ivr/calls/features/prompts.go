package features

import (
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// option offers something under a key: "To add it" is said as "To add it, press 1."
func option(name, en, es string) ivr.Prompt {
	return ivr.Prompt{Name: name, EN: en + ", press {key}.", ES: es + ", oprima el {key}."}
}

// A wording offers something in full, and briefly to who has heard that.
type wording struct{ full, brief ivr.Prompt }

// offer is option in both ways: "To turn it on, press 3." and "To turn it on, 3."
func offer(name, en, es, briefEN, briefES string) wording {
	return wording{option(name, en, es), ivr.Prompt{Name: name + "-briefly", EN: briefEN + ", {key}.", ES: briefES + ", el {key}."}}
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
	toTurn = offer("to-turn", "To {turn}", "Para {turn}", "To {turn}", "Para {turn}")
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
	sayNewsOfList  = alike("news-of-list", "{news} {list-state}")
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
	sayChangedSince = ivr.Prompt{
		Name: "changed-since",
		EN:   "It was changed by someone else since, so nothing was taken back.",
		ES:   "Otra persona lo cambió después, así que no se deshizo nada.",
	}
	sayGivenUp = ivr.Prompt{
		Name: "back-to-feature",
		EN:   "Let us go back. You can try again.",
		ES:   "Volvamos atrás. Puede intentarlo de nuevo.",
	}
	deleted = ivr.Prompt{
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

// Taking back what was just done.
var (
	toTakeBack = option("to-take-back", "To take that back", "Para deshacerlo")
	takenBack  = ivr.Prompt{
		Name: "taken-back",
		EN:   "We took it back. It is off.",
		ES:   "Lo deshicimos. Está desactivado.",
	}
	takenBackOn = ivr.Prompt{
		Name: "taken-back-on",
		EN:   "We took it back. It is on.",
		ES:   "Lo deshicimos. Está activado.",
	}
)

// What is said before a feature is turned on.
var (
	toTurnOnNow    = option("to-turn-on-now", "To turn it on now", "Para activarlo ahora")
	toTurnOnAnyway = option("to-turn-on-anyway", "To turn it on all the same", "Para activarlo de todos modos")
	sayNeverRings  = ivr.Prompt{
		Name: "never-rings",
		EN:   "Without a schedule it works day and night, until you turn it off. {urgent-state}",
		ES:   "Sin un horario funciona de día y de noche, hasta que lo desactive. {urgent-state}",
	}
	insteadSchedule = option("instead-a-schedule", "To add a schedule first", "Para agregar primero un horario")
	sayNothingOpens = ivr.Prompt{
		Name: "nothing-opens",
		EN:   "Without a code, nobody can make the calls that are locked, not even you. Emergency calls always go through.",
		ES:   "Sin un código nadie podrá hacer las llamadas bloqueadas, ni usted. Las de emergencia siempre pasan.",
	}
	insteadCode = option("instead-a-code", "To choose a code first", "Para elegir primero un código")
)

// newsPhrases are what came of an act or an entry, for all subflows alike.
func newsPhrases() []ivr.Prompt {
	all := []ivr.Prompt{
		turnedOn, turnedOff, sayNotPossible, sayNotNow, sayChangedSince, deleted, saved, takenBack, takenBackOn, sayEmptyList, addedNumber, addedAbroad, addedArea, addedExchange,
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
	forNoSolicitation = offer("for-no-solicitation", "For No Solicitation", "Para el Filtro de Vendedores", noSolicitation.EN, noSolicitation.ES)
	forSecurityScreen = offer("for-security-screen", "For Security Screen", "Para el Filtro de Seguridad", securityScreen.EN, securityScreen.ES)
	forDoNotDisturb   = offer("for-do-not-disturb", "For Do Not Disturb", "Para No Molestar", doNotDisturb.EN, doNotDisturb.ES)
	forDialLock       = offer("for-dial-lock", "For Dial Lock", "Para el Bloqueo de Marcación", dialLock.EN, dialLock.ES)
	forCallRejection  = offer("for-call-rejection", "For Call Rejection", "Para el Rechazo de Llamadas", callRejection.EN, callRejection.ES)
	forForwarding     = offer("for-selective-call-forwarding", "For Selective Call Forwarding", "Para el Desvío Selectivo de Llamadas",
		forwarding.EN, forwarding.ES)
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
	toHearWelcome = offer("to-hear-welcome", "To hear or delete the callers who come straight through",
		"Para escuchar o borrar a quienes pasan directamente", "To hear or delete", "Para escuchar o borrar")
	toAddWelcome    = offer("to-add-welcome", "To add a caller who comes straight through", "Para agregar a alguien que pase directamente", "To add", "Para agregar")
	toHearSchedules = offer("to-hear-schedules", "To hear or delete schedules", "Para escuchar o borrar horarios",
		"Your schedules", "Sus horarios")
	toChooseGreeting = offer("to-choose-greeting", "To choose what callers hear",
		"Para elegir qué oyen quienes llaman", "What callers hear", "Lo que se oye")
	toGetThrough = offer("to-get-through", "For who can get through", "Para indicar quién puede pasar",
		"Who gets through", "Quién pasa")
	toAddSchedule  = offer("to-add-schedule", "To add a schedule", "Para agregar un horario", "To add a schedule", "Para agregar un horario")
	toHearDialable = offer("to-hear-dialable", "To hear or delete the numbers that can always be dialed",
		"Para escuchar o borrar los números que siempre se pueden marcar", "To hear or delete", "Para escuchar o borrar")
	toSetCode     = offer("to-set-code", "For the code that opens the lock", "Para el código que abre el bloqueo", "The code", "El código")
	toAddDialable = offer("to-add-dialable", "To add a number that can always be dialed", "Para agregar un número que siempre se pueda marcar",
		"To add", "Para agregar")
	toHearRejected = offer("to-hear-rejected", "To hear or delete your entries",
		"Para escuchar o borrar sus entradas", "To hear or delete", "Para escuchar o borrar")
	toReject = offer("to-reject", "To add a number that should not reach you", "Para agregar un número que no deba llegarle", "To add", "Para agregar")

	toHearForwarded = offer("to-hear-forwarded", "To hear or delete the callers on your list",
		"Para escuchar o borrar a quienes están en su lista", "To hear or delete", "Para escuchar o borrar")
	toSetTarget = offer("to-set-target", "To choose the number that their calls go to",
		"Para elegir el número al que van sus llamadas", "The number calls go to", "El número al que van")
	toAddForwarded = offer("to-add-forwarded", "To add a caller to your list", "Para agregar a alguien a su lista", "To add", "Para agregar")
)
