package manage

import (
	"updatecenter/features"
	"updatecenter/ivr"
)

// Schedules. The phrases for days are named as these.
var (
	noSchedule = ivr.Prompt{
		Name: "no-schedule",
		EN:   "There is no schedule.",
		ES:   "No hay ningún horario.",
	}
	oneSchedule = ivr.Prompt{
		Name: "one-schedule",
		EN:   "There is one schedule.",
		ES:   "Hay un horario.",
	}
	manySchedules = ivr.Prompt{
		Name: "many-schedules",
		EN:   "There are {schedules} schedules.",
		ES:   "Hay {schedules} horarios.",
	}
	sayNoSchedules = ivr.Prompt{
		Name: "nothing-scheduled",
		EN:   "There is no schedule to hear.",
		ES:   "No hay ningún horario que escuchar.",
	}
	saySchedule = ivr.Prompt{
		Name: "schedule",
		EN:   "{days} from {start} to {end} {next-day}.",
		ES:   "{days} de {start} a {end} {next-day}.",
	}
	weekdays = ivr.Prompt{
		Name: string(features.Weekdays),
		EN:   "On weekdays",
		ES:   "De lunes a viernes,",
	}
	weekend = ivr.Prompt{
		Name: string(features.Weekend),
		EN:   "On weekends",
		ES:   "Los sábados y domingos,",
	}
	onNextDay = ivr.Prompt{
		Name: "on-the-next-day",
		EN:   "the next day",
		ES:   "del día siguiente",
	}
	forWeekdays = ivr.Prompt{
		Name: "for-weekdays",
		EN:   "For Monday to Friday, press {key}.",
		ES:   "Para los días de lunes a viernes, oprima el {key}.",
	}
	forWeekend = ivr.Prompt{
		Name: "for-weekend",
		EN:   "For Saturday and Sunday, press {key}.",
		ES:   "Para los sábados y domingos, oprima el {key}.",
	}
	sayAskTime = ivr.Prompt{
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
	forMorning = ivr.Prompt{
		Name: "for-morning",
		EN:   "For {morning}, press {key}.",
		ES:   "Para {morning}, oprima el {key}.",
	}
	forEvening = ivr.Prompt{
		Name: "for-evening",
		EN:   "For {evening}, press {key}.",
		ES:   "Para {evening}, oprima el {key}.",
	}
	toStartOver = ivr.Prompt{
		Name: "to-start-over",
		EN:   "To start over, press {key}.",
		ES:   "Para empezar de nuevo, oprima el {key}.",
	}
)

// toDeleteSchedule offers to delete one of the schedules that are heard.
func toDeleteSchedule(n string) ivr.Prompt {
	return ivr.Prompt{
		Name: "to-delete-schedule-" + n,
		EN:   "{days-" + n + "} from {start-" + n + "} to {end-" + n + "} {next-day-" + n + "}: to delete it, press {key}.",
		ES:   "{days-" + n + "} de {start-" + n + "} a {end-" + n + "} {next-day-" + n + "}: para borrarlo, oprima el {key}.",
	}
}
