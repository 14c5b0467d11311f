package features

import "updatecenter/ivr"

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
