package features

import (
	"updatecenter/internal/features"
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

// toDeleteSchedule says one of the schedules that are heard, and its key.
func toDeleteSchedule(n string) ivr.Prompt {
	return ivr.Prompt{
		Name: "to-delete-schedule-" + n,
		EN:   "{key}: {days-" + n + "}, {start-" + n + "} to {end-" + n + "}.",
		ES:   "{key}: {days-" + n + "}, de {start-" + n + "} a {end-" + n + "}.",
	}
}
