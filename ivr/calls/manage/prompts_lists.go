package manage

import "updatecenter/ivr"

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
	sayEmptyList = ivr.Prompt{
		Name: "nothing-listed",
		EN:   "There is nothing on the list to hear.",
		ES:   "No hay nada que escuchar en la lista.",
	}
	sayEntry = ivr.Prompt{
		Name: "entry",
		EN:   "{kind} {chosen}.",
		ES:   "{kind} {chosen}.",
	}
	aNumber = ivr.Prompt{
		Name: "a-number",
		EN:   "The number",
		ES:   "El número",
	}
	anAreaCode = ivr.Prompt{
		Name: "an-area-code",
		EN:   "The area code",
		ES:   "El código de área",
	}
	anExchange = ivr.Prompt{
		Name: "an-exchange",
		EN:   "All numbers that begin with",
		ES:   "Todos los números que empiezan con",
	}
	toHearMore = ivr.Prompt{
		Name: "to-hear-more",
		EN:   "To hear more, press {key}.",
		ES:   "Para escuchar más, oprima el {key}.",
	}
	askTenDigits = ivr.Prompt{
		Name: "ten-digits",
		EN:   "the telephone number, area code first",
		ES:   "el número de teléfono, comenzando por el código de área",
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
		EN:   "You entered: {kind} {chosen}.",
		ES:   "Usted ingresó: {kind} {chosen}.",
	}
	toAdd = ivr.Prompt{
		Name: "to-add",
		EN:   "To add it, press {key}.",
		ES:   "Para agregarlo, oprima el {key}.",
	}
	toKeyAgain = ivr.Prompt{
		Name: "to-key-again",
		EN:   "To enter it again, press {key}.",
		ES:   "Para ingresarlo de nuevo, oprima el {key}.",
	}
	added = ivr.Prompt{
		Name: "added",
		EN:   "It was added.",
		ES:   "Se agregó.",
	}
	sayAskTarget = ivr.Prompt{
		Name: "ask-target",
		EN:   "Enter the number that calls should go to, area code first. Then press pound.",
		ES:   "Ingrese el número al que irán las llamadas, comenzando por el código de área. Luego oprima el signo de número.",
	}
)

// toDeleteEntry offers to delete the entry in a place of the page.
func toDeleteEntry(n string) ivr.Prompt {
	return ivr.Prompt{
		Name: "to-delete-entry-" + n,
		EN:   "{kind-" + n + "} {entry-" + n + "}: to delete it, press {key}.",
		ES:   "{kind-" + n + "} {entry-" + n + "}: para borrarlo, oprima el {key}.",
	}
}
