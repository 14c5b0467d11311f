package features

import (
	"fmt"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// Lists of numbers.
var (
	noEntry = ivr.Prompt{
		Name: "no-entry",
		EN:   "Your list is empty.",
		ES:   "Su lista está vacía.",
	}
	oneEntry = ivr.Prompt{
		Name: "one-entry",
		EN:   "Your list has one number.",
		ES:   "Su lista tiene un número.",
	}
	manyEntries = ivr.Prompt{
		Name: "many-entries",
		EN:   "Your list has {entries} numbers.",
		ES:   "Su lista tiene {entries} números.",
	}
	oneEntryOrArea = ivr.Prompt{
		Name: "one-entry-or-area",
		EN:   "Your list has one entry.",
		ES:   "Su lista tiene una entrada.",
	}
	manyEntriesOrAreas = ivr.Prompt{
		Name: "many-entries-or-areas",
		EN:   "Your list has {entries} entries.",
		ES:   "Su lista tiene {entries} entradas.",
	}
	noEntryForwarded = ivr.Prompt{
		Name: "no-entry-forwarded",
		EN:   "Your list is empty, so no call is forwarded. To add a caller, press pound.",
		ES:   "Su lista está vacía, así que no se desvía ninguna llamada. Para agregar a alguien, oprima el signo de número.",
	}
	sayEmptyList = ivr.Prompt{
		Name: "nothing-listed",
		EN:   "There is nothing on the list to hear.",
		ES:   "No hay nada que escuchar en la lista.",
	}
	sayHowToDelete = ivr.Prompt{
		Name: "how-to-delete",
		EN:   "To delete one, press its key.",
		ES:   "Para borrar una entrada, oprima su tecla.",
	}
	toHearMore  = option("to-hear-more", "To hear {turn-page}", "Para escuchar {turn-page}")
	moreEntries = ivr.Prompt{
		Name: "more-entries",
		EN:   "more",
		ES:   "más",
	}
	firstEntries = ivr.Prompt{
		Name: "first-entries",
		EN:   "the first ones again",
		ES:   "de nuevo los primeros",
	}
	listedArea = ivr.Prompt{
		Name: "listed-area",
		EN:   "area code ",
		ES:   "código de área ",
	}
	listedExchange = ivr.Prompt{
		Name: "listed-exchange",
		EN:   "all that begin with ",
		ES:   "los que empiezan con ",
	}
	listedAbroad = ivr.Prompt{
		Name: "listed-abroad",
		EN:   "abroad, ",
		ES:   "en el extranjero, ",
	}
	askTenDigits = ivr.Prompt{
		Name: "ten-digits",
		EN:   "the caller's telephone number, area code first",
		ES:   "el número de quien llama, comenzando por el código de área",
	}
	askOrAreaCode = ivr.Prompt{
		Name: "or-area-code",
		EN:   "a telephone number, an area code, or an area code and the next three digits",
		ES:   "un número de teléfono, un código de área, o este y los tres dígitos siguientes",
	}
	askOrAbroad = ivr.Prompt{
		Name: "or-abroad",
		EN:   "the telephone number, area code first; or from 0 1 1 on, if it is abroad",
		ES:   "el número con su código de área; o desde el 0 1 1, si es del extranjero",
	}
	sayAskNumber = ivr.Prompt{
		Name: "ask-number",
		EN:   "Enter {asked}. Then press pound.",
		ES:   "Ingrese {asked}. Luego oprima el signo de número.",
	}
	sayYouEntered = ivr.Prompt{
		Name: "you-entered",
		EN:   "You entered: {chosen}.",
		ES:   "Usted ingresó: {chosen}.",
	}
	toKeyAgain      = option("to-key-again", "To enter it again", "Para ingresarlo de nuevo")
	toAddLastCaller = ivr.Prompt{
		Name: "to-add-last-caller",
		EN:   "To add your last caller, {last-caller}, press {key}, then pound.",
		ES:   "Para agregar a quien llamó por último, el {last-caller}, oprima el {key} y el signo de número.",
	}
	sayAskAnother = ivr.Prompt{
		Name: "ask-another-number",
		EN:   "{news} That makes {entries}. For another, enter it, then press pound. When you are done, press star.",
		ES:   "{news} Total: {entries}. Para otro, ingréselo y oprima el signo de número. Al terminar, oprima asterisco.",
	}
	addedNumber = ivr.Prompt{
		Name: "added-number",
		EN:   "Added: {chosen}.",
		ES:   "Agregado: {chosen}.",
	}
	addedAbroad = ivr.Prompt{
		Name: "added-abroad",
		EN:   "Added: {chosen}, abroad.",
		ES:   "Agregado: {chosen}, en el extranjero.",
	}
	addedArea = ivr.Prompt{
		Name: "added-area",
		EN:   "Added: area code {chosen}.",
		ES:   "Agregado: código de área {chosen}.",
	}
	addedExchange = ivr.Prompt{
		Name: "added-exchange",
		EN:   "Added: all that begin with {chosen}.",
		ES:   "Agregado: los que empiezan con {chosen}.",
	}
	sayAskTarget = ivr.Prompt{
		Name: "ask-target",
		EN:   "Enter the number that calls should go to, area code first. Then press pound.",
		ES:   "Ingrese el número al que irán las llamadas, comenzando por el código de área. Luego oprima el signo de número.",
	}
)

// toDeleteEntry says the entry in a place of the page, and its key. What kind it is of ends
// with a space, as most are plain numbers, of which nothing is said.
func toDeleteEntry(n int) ivr.Prompt {
	return alike(fmt.Sprint("to-delete-entry-", n), fmt.Sprintf("{key}: {kind-%d}{entry-%d}.", n, n))
}

// Schedules. The phrases for days are named as these.
var (
	noSchedule = ivr.Prompt{
		Name: "no-schedule",
		EN:   "There is no schedule.",
		ES:   "No hay ningún horario.",
	}
	oneSchedule = ivr.Prompt{
		Name: "one-schedule",
		EN:   "There is one schedule, which does not work until you turn it on.",
		ES:   "Hay un horario, que no funciona hasta que lo active.",
	}
	manySchedules = ivr.Prompt{
		Name: "many-schedules",
		EN:   "There are {schedules} schedules, which do not work until you turn it on.",
		ES:   "Hay {schedules} horarios, que no funcionan hasta que lo active.",
	}
	worksAlways = ivr.Prompt{
		Name: "works-always",
		EN:   "There is no schedule, so it works all the time.",
		ES:   "No hay ningún horario, así que funciona todo el tiempo.",
	}
	worksInOne = ivr.Prompt{
		Name: "works-in-one-schedule",
		EN:   "There is one schedule, and it works at that time only.",
		ES:   "Hay un horario, y funciona solo en ese tiempo.",
	}
	worksInMany = ivr.Prompt{
		Name: "works-in-schedules",
		EN:   "There are {schedules} schedules, and it works at those times only.",
		ES:   "Hay {schedules} horarios, y funciona solo en esos tiempos.",
	}
	sayNoSchedules = ivr.Prompt{
		Name: "nothing-scheduled",
		EN:   "There is no schedule to hear.",
		ES:   "No hay ningún horario que escuchar.",
	}
	saySchedule = ivr.Prompt{
		Name: "schedule",
		EN:   "On {days} from {start} to {end}{next-day}.",
		ES:   "El horario: {days}, de {start} a {end}{next-day}.",
	}
	weekdays = ivr.Prompt{
		Name: string(features.Weekdays),
		EN:   "weekdays",
		ES:   "de lunes a viernes",
	}
	weekend = ivr.Prompt{
		Name: string(features.Weekend),
		EN:   "weekends",
		ES:   "los sábados y domingos",
	}
	// onNextDay begins with a space, as most schedules end without it.
	onNextDay = ivr.Prompt{
		Name: "on-the-next-day",
		EN:   " the next day",
		ES:   " del día siguiente",
	}
	forWeekdays = option("for-weekdays", "For Monday to Friday", "Para los días de lunes a viernes")
	forWeekend  = option("for-weekend", "For Saturday and Sunday", "Para los sábados y domingos")
	sayAskTime  = ivr.Prompt{
		Name: "ask-time",
		EN:   "Enter the time {which-time}, such as 9 3 0 for nine thirty. Then press pound.",
		ES:   "Ingrese la hora {which-time}, por ejemplo 9 3 0 para las nueve y media. Luego oprima el signo de número.",
	}
	whenItStarts = ivr.Prompt{
		Name: "when-it-starts",
		EN:   "when it should start",
		ES:   "a la que debe empezar",
	}
	whenItEnds = ivr.Prompt{
		Name: "when-it-ends",
		EN:   "when it should end",
		ES:   "a la que debe terminar",
	}
	forMorning  = option("for-morning", "For {morning}", "Para {morning}")
	forEvening  = option("for-evening", "For {evening}", "Para {evening}")
	toStartOver = option("to-start-over", "To start over", "Para empezar de nuevo")

	toEndOtherwise     = option("to-end-otherwise", "To end at {other-end} instead", "Para que termine a {other-end}")
	toSaveAndTurnOn    = option("to-save-and-turn-on", "To save it and turn it on", "Para guardarlo y activarlo")
	sayNewsOfSchedules = alike("news-of-schedules", "{news} {schedule-state}")
)

// toDeleteSchedule says one of the schedules that are heard, and its key.
func toDeleteSchedule(n int) ivr.Prompt {
	return ivr.Prompt{
		Name: fmt.Sprint("to-delete-schedule-", n),
		EN:   fmt.Sprintf("{key}: {days-%d}, {start-%d} to {end-%d}.", n, n, n),
		ES:   fmt.Sprintf("{key}: {days-%d}, de {start-%d} a {end-%d}.", n, n, n),
	}
}
