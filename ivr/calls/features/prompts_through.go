package features

import (
	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// Codes, which are never said.
var (
	hasCode = ivr.Prompt{
		Name: "has-code",
		EN:   "There is a code.",
		ES:   "Hay un código.",
	}
	noCode = ivr.Prompt{
		Name: "no-code",
		EN:   "There is no code.",
		ES:   "No hay ningún código.",
	}
	sayCodeState = alike("code-is", "{code-state}")
	toChooseCode = option("to-choose-code", "To choose a new code", "Para elegir un código nuevo")
	toDeleteCode = option("to-delete-code", "To delete the code", "Para borrar el código")
	toKeepCode   = option("to-keep-code", "To keep the code", "Para conservar el código")
	toDropCode   = option("to-drop-code", "To delete it all the same", "Para borrarlo de todos modos")
	sayAskCode   = ivr.Prompt{
		Name: "ask-code",
		EN:   "Choose a code of four digits. Enter it now, then press pound.",
		ES:   "Elija un código de cuatro dígitos. Ingréselo ahora y luego oprima el signo de número.",
	}
	sayCodeRepeat = ivr.Prompt{
		Name: "ask-code-again",
		EN:   "Please enter the same code once more, then press pound.",
		ES:   "Ingrese el mismo código una vez más y luego oprima el signo de número.",
	}
	sayCodesDiffer = ivr.Prompt{
		Name: "codes-differ",
		EN:   "The two entries were not the same. Let us start over with the code.",
		ES:   "Los dos códigos que ingresó no son iguales. Comencemos de nuevo con el código.",
	}
	codeSet = ivr.Prompt{
		Name: "code-set",
		EN:   "The new code was saved.",
		ES:   "El código nuevo se guardó.",
	}
	codeDeleted = ivr.Prompt{
		Name: "code-deleted",
		EN:   "The code was deleted.",
		ES:   "El código se borró.",
	}
)

// Who gets through.
var (
	sayThrough    = alike("who-gets-through", "{urgent-state} {code-state}")
	urgentThrough = ivr.Prompt{
		Name: "urgent-through",
		EN:   "Emergency calls get through.",
		ES:   "Las llamadas de emergencia pasan.",
	}
	urgentHeld = ivr.Prompt{
		Name: "urgent-held",
		EN:   "Emergency calls do not get through.",
		ES:   "Las llamadas de emergencia no pasan.",
	}
	forCode = option("for-code", "For the code with which callers get through",
		"Para el código con el que se puede pasar")
	toTurnUrgent = option("to-turn-urgent", "To {turn-urgent}", "Para {turn-urgent}")
	letUrgent    = ivr.Prompt{
		Name: "let-urgent",
		EN:   "let emergency calls through",
		ES:   "dejar pasar las llamadas de emergencia",
	}
	holdUrgent = ivr.Prompt{
		Name: "hold-urgent",
		EN:   "keep out emergency calls too",
		ES:   "no dejar pasar ni las llamadas de emergencia",
	}
	sayUrgentMeans = ivr.Prompt{
		Name: "urgent-means",
		EN:   "A caller can say that it is an emergency, and is put through. Without that, nobody gets through who does not know your code, not even in an emergency.",
		ES:   "Quien llama puede decir que es una emergencia, y entonces pasa. Sin eso no pasa nadie que no sepa su código, ni en una emergencia.",
	}
	toKeepUrgent = option("to-keep-urgent", "To keep letting emergency calls through", "Para que las llamadas de emergencia sigan pasando")
	toHoldUrgent = option("to-hold-urgent", "To keep them out", "Para que no pasen")
	nowThrough   = ivr.Prompt{
		Name: "now-through",
		EN:   "Emergency calls now get through.",
		ES:   "Las llamadas de emergencia ahora pasan.",
	}
	nowHeld = ivr.Prompt{
		Name: "now-held",
		EN:   "Emergency calls do not get through any more.",
		ES:   "Las llamadas de emergencia ya no pasan.",
	}
)

// What callers hear who do not get through.
var (
	sayGreeting = alike("greeting-is", "{greeting}")
	greetingSet = ivr.Prompt{
		Name: "greeting-set",
		EN:   "The greeting was chosen.",
		ES:   "El saludo quedó elegido.",
	}
)

// greetings tell what each greeting says to callers, by its number: as a choice, and as it is.
// The operator's sheet has four, and no words for them; these are ours.
var greetings = [features.Greetings]struct{ choice, told ivr.Prompt }{
	{
		option("greet-no-calls", "To say that you take no calls right now", "Para decir que ahora no atiende llamadas"),
		ivr.Prompt{
			Name: "hear-no-calls",
			EN:   "Callers hear that you take no calls right now.",
			ES:   "Quienes llaman oyen que ahora no atiende llamadas.",
		},
	},
	{
		option("greet-call-later", "To ask callers to call again later", "Para pedir que llamen más tarde"),
		ivr.Prompt{
			Name: "hear-call-later",
			EN:   "Callers are asked to call again later.",
			ES:   "A quienes llaman se les pide que llamen más tarde.",
		},
	},
	{
		option("greet-resting", "To say that you are resting", "Para decir que está descansando"),
		ivr.Prompt{
			Name: "hear-resting",
			EN:   "Callers hear that you are resting.",
			ES:   "Quienes llaman oyen que está descansando.",
		},
	},
	{
		option("greet-busy", "To say that you are busy", "Para decir que está haciendo otra cosa"),
		ivr.Prompt{
			Name: "hear-busy",
			EN:   "Callers hear that you are busy.",
			ES:   "Quienes llaman oyen que está haciendo otra cosa.",
		},
	},
}
