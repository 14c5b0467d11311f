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
	forNoSolicitation = ivr.Prompt{
		Name: "for-no-solicitation",
		EN:   "For No Solicitation, press {key}.",
		ES:   "Para el Filtro de Vendedores, oprima el {key}.",
	}
	forSecurityScreen = ivr.Prompt{
		Name: "for-security-screen",
		EN:   "For Security Screen, press {key}.",
		ES:   "Para el Filtro de Seguridad, oprima el {key}.",
	}
	forDoNotDisturb = ivr.Prompt{
		Name: "for-do-not-disturb",
		EN:   "For Do Not Disturb, press {key}.",
		ES:   "Para No Molestar, oprima el {key}.",
	}
	forDialLock = ivr.Prompt{
		Name: "for-dial-lock",
		EN:   "For Dial Lock, press {key}.",
		ES:   "Para el Bloqueo de Marcación, oprima el {key}.",
	}
	forCallRejection = ivr.Prompt{
		Name: "for-call-rejection",
		EN:   "For Call Rejection, press {key}.",
		ES:   "Para el Rechazo de Llamadas, oprima el {key}.",
	}
	forForwarding = ivr.Prompt{
		Name: "for-selective-call-forwarding",
		EN:   "For Selective Call Forwarding, press {key}.",
		ES:   "Para el Desvío Selectivo de Llamadas, oprima el {key}.",
	}
)

// How they stand, beside on or off.
var (
	sayList = ivr.Prompt{
		Name: "list-is",
		EN:   "{list-state}",
		ES:   "{list-state}",
	}
	sayDoNotDisturb = ivr.Prompt{
		Name: "do-not-disturb-is",
		EN:   "{schedule-state} {greeting}",
		ES:   "{schedule-state} {greeting}",
	}
	sayDialLock = ivr.Prompt{
		Name: "dial-lock-is",
		EN:   "{list-state} {code-state}",
		ES:   "{list-state} {code-state}",
	}
	sayWithTarget = ivr.Prompt{
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
	toHearWelcome = ivr.Prompt{
		Name: "to-hear-welcome",
		EN:   "To hear or delete the callers who come straight through, press {key}.",
		ES:   "Para escuchar o borrar a quienes pasan directamente, oprima el {key}.",
	}
	toAddWelcome = ivr.Prompt{
		Name: "to-add-welcome",
		EN:   "To add a caller, press {key}.",
		ES:   "Para agregar a alguien, oprima el {key}.",
	}
	toHearSchedules = ivr.Prompt{
		Name: "to-hear-schedules",
		EN:   "To hear or delete schedules, press {key}.",
		ES:   "Para escuchar o borrar horarios, oprima el {key}.",
	}
	toChooseGreeting = ivr.Prompt{
		Name: "to-choose-greeting",
		EN:   "To choose what callers hear, press {key}.",
		ES:   "Para elegir qué oyen quienes llaman, oprima el {key}.",
	}
	toGetThrough = ivr.Prompt{
		Name: "to-get-through",
		EN:   "For who can get through, press {key}.",
		ES:   "Para indicar quién puede pasar, oprima el {key}.",
	}
	toAddSchedule = ivr.Prompt{
		Name: "to-add-schedule",
		EN:   "To add a schedule, press {key}.",
		ES:   "Para agregar un horario, oprima el {key}.",
	}
	toHearDialable = ivr.Prompt{
		Name: "to-hear-dialable",
		EN:   "To hear or delete the numbers that can always be dialed, press {key}.",
		ES:   "Para escuchar o borrar los números que siempre se pueden marcar, oprima el {key}.",
	}
	toSetCode = ivr.Prompt{
		Name: "to-set-code",
		EN:   "For the code that opens the lock, press {key}.",
		ES:   "Para el código que abre el bloqueo, oprima el {key}.",
	}
	toAddDialable = ivr.Prompt{
		Name: "to-add-dialable",
		EN:   "To add a number, press {key}.",
		ES:   "Para agregar un número, oprima el {key}.",
	}
	toHearRejected = ivr.Prompt{
		Name: "to-hear-rejected",
		EN:   "To hear or delete your entries, press {key}.",
		ES:   "Para escuchar o borrar sus entradas, oprima el {key}.",
	}
	toReject = ivr.Prompt{
		Name: "to-reject",
		EN:   "To add an entry, press {key}.",
		ES:   "Para agregar una entrada, oprima el {key}.",
	}
	toHearForwarded = ivr.Prompt{
		Name: "to-hear-forwarded",
		EN:   "To hear or delete the callers on your list, press {key}.",
		ES:   "Para escuchar o borrar a quienes están en su lista, oprima el {key}.",
	}
	toSetTarget = ivr.Prompt{
		Name: "to-set-target",
		EN:   "To choose the number that their calls go to, press {key}.",
		ES:   "Para elegir el número al que van sus llamadas, oprima el {key}.",
	}
	toAddForwarded = ivr.Prompt{
		Name: "to-add-forwarded",
		EN:   "To add a caller to your list, press {key}.",
		ES:   "Para agregar a alguien a su lista, oprima el {key}.",
	}
)
