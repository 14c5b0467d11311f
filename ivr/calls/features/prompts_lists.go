package features

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
	anAbroad = ivr.Prompt{
		Name: "a-number-abroad",
		EN:   "The number abroad",
		ES:   "El número del extranjero",
	}
	anExchange = ivr.Prompt{
		Name: "an-exchange",
		EN:   "All numbers that begin with",
		ES:   "Todos los números que empiezan con",
	}
	sayHowToDelete = ivr.Prompt{
		Name: "how-to-delete",
		EN:   "To delete one, press its key.",
		ES:   "Para borrar una entrada, oprima su tecla.",
	}
	toHearMore = ivr.Prompt{
		Name: "to-hear-more",
		EN:   "To hear {turn-page}, press {key}.",
		ES:   "Para escuchar {turn-page}, oprima el {key}.",
	}
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

// toDeleteEntry says the entry in a place of the page, and its key. What kind it is of ends
// with a space, as most are plain numbers, of which nothing is said.
func toDeleteEntry(n string) ivr.Prompt {
	return ivr.Prompt{
		Name: "to-delete-entry-" + n,
		EN:   "{key}: {kind-" + n + "}{entry-" + n + "}.",
		ES:   "{key}: {kind-" + n + "}{entry-" + n + "}.",
	}
}
