// Package prompts has what is said alike in every call that customers make: the choice of a language, and what
// the engine says by itself when an entry is no answer.
package prompts

import (
	"strconv"
	"time"

	"updatecenter/ivr"
)

// Each language is offered in its own words.
var (
	ForEnglish = ivr.Prompt{
		Name: "for-english",
		EN:   "For English, press {key}.",
		ES:   "Para inglés, oprima el {key}.",
	}
	ForSpanish = ivr.Prompt{
		Name: "for-spanish",
		EN:   "For Spanish, press {key}.",
		ES:   "Para español, oprima el {key}.",
	}
)

// A menu with more options than one can keep in mind has them on pages.
var (
	ForMore = ivr.Prompt{
		Name: "for-more",
		EN:   "For more choices, press {key}.",
		ES:   "Para más opciones, oprima el {key}.",
	}
	ForFirst = ivr.Prompt{
		Name: "for-first",
		EN:   "To hear the first choices again, press {key}.",
		ES:   "Para volver a las primeras opciones, oprima el {key}.",
	}
)

// Goodbye ends a call.
var Goodbye = ivr.Prompt{
	Name: "goodbye",
	EN:   "Thank you for calling. Goodbye.",
	ES:   "Gracias por llamar. Adiós.",
}

// NoTransfer says that nobody has answered at the number to which a caller was put through.
var NoTransfer = ivr.Prompt{
	Name: "transfer-failed",
	EN:   "We are sorry, nobody can take the call right now.",
	ES:   "Lo sentimos, nadie puede atender la llamada en este momento.",
}

// LastTry is said after a wrong PIN when one more locks.
var LastTry = ivr.Prompt{
	Name: "last-try",
	EN:   "You have one more try before it is locked.",
	ES:   "Le queda un intento antes de que se bloquee.",
}

// Notices are those of every call, with the apology of one, and what it says of changes that may not last.
func Notices(apology, unsure ivr.Prompt) ivr.Notices {
	return ivr.Notices{
		Silence: ivr.Prompt{
			Name: "silence",
			EN:   "We did not receive any digits.",
			ES:   "No recibimos ningún dígito.",
		},
		TooFew: ivr.Prompt{
			Name: "too-few",
			EN:   "Some digits seem to be missing.",
			ES:   "Parece que faltan dígitos.",
		},
		TooMany: ivr.Prompt{
			Name: "too-many",
			EN:   "Those were too many digits.",
			ES:   "Ingresó más dígitos de los necesarios.",
		},
		WrongKey: ivr.Prompt{
			Name: "wrong-key",
			EN:   "That key does not work here.",
			ES:   "Esa tecla no sirve aquí.",
		},
		StartOver: ivr.Prompt{
			Name: "start-over",
			EN:   "We are sorry, we lost our place. Let us start again.",
			ES:   "Lo sentimos, perdimos el hilo. Comencemos de nuevo.",
		},
		Apology: apology,
		Unsure:  unsure,
	}
}

// Minutes is how long a wait still lasts, for a variable of kind [ivr.Count]: whole minutes, rounded up; at least
// two, as sentences are in the plural.
func Minutes(left time.Duration) string {
	return strconv.Itoa(max(2, int((left+time.Minute-time.Nanosecond)/time.Minute)))
}
