package features

import (
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// refusals are the sentences for the reasons that a caller can cause: what is wrong, and what
// to do next. The others have none.
var refusals = map[features.Reason]ivr.Prompt{
	features.NotANumber: {
		Name: "refused-not-a-number",
		EN:   "That is not a telephone number we know. Please enter it with its area code.",
		ES:   "Ese no es un número de teléfono válido. Ingréselo con su código de área.",
	},
	features.Barred: {
		Name: "refused-barred",
		EN:   "Numbers that begin like that can not be used here. Please enter another one.",
		ES:   "Los números que empiezan así no se pueden usar aquí. Ingrese otro número.",
	},
	features.OwnNumber: {
		Name: "refused-own-number",
		EN:   "That is the number of this line itself. Please enter another one.",
		ES:   "Ese es el número de esta misma línea. Ingrese otro número.",
	},
	features.AlreadyListed: {
		Name: "refused-already-listed",
		EN:   "That is on your list already. Please enter another one, or press star, then pound.",
		ES:   "Ya está en su lista. Ingrese otro, u oprima asterisco y el signo de número.",
	},
	features.NotListed: {
		Name: "refused-not-listed",
		EN:   "That was deleted before. There is nothing more to do.",
		ES:   "Eso ya se había borrado. No hace falta nada más.",
	},
	features.ListFull: {
		Name: "refused-list-full",
		EN:   "Your list is full. To make room, press 1 and delete an entry first.",
		ES:   "Su lista está llena. Para hacer lugar, oprima el uno y borre primero una entrada.",
	},
	features.NoTarget: {
		Name: "refused-no-target",
		EN:   "First we need the number that calls should go to. To choose it, press 2.",
		ES:   "Primero hace falta el número al que irán las llamadas. Para elegirlo, oprima el dos.",
	},
	features.NotATime: {
		Name: "refused-not-a-time",
		EN:   "That is not a time of day. Enter the hour, and then two digits for the minutes.",
		ES:   "Esa no es una hora del día. Ingrese la hora y luego dos dígitos para los minutos.",
	},
	features.NoLength: {
		Name: "refused-starts-as-it-ends",
		EN:   "It can not end at the time it starts. Please enter two different times.",
		ES:   "No puede terminar a la misma hora en que empieza. Ingrese dos horas distintas.",
	},
	features.Overlaps: {
		Name: "refused-overlaps",
		EN:   "That overlaps with a schedule you have already. Please enter other times.",
		ES:   "Ese horario se cruza con otro que ya tiene. Ingrese otras horas.",
	},
	features.SchedulesFull: {
		Name: "refused-schedules-full",
		EN:   "There is no room for another schedule. Press 1 and delete one first.",
		ES:   "No hay lugar para otro horario. Oprima el uno y borre uno primero.",
	},
	features.EasyCode: {
		Name: "refused-easy-code",
		EN:   "That code is easy to guess. Mix other digits, and not those of your number.",
		ES:   "Ese código es fácil de adivinar. Combine otros, y no los de su número.",
	},
	features.NoSuchGreeting: {}, // a menu offers those that there are
	features.NotACode:       {}, // a question takes four digits alone
	features.NotOfFeature:   {}, // a menu offers what the feature has
}
