package updatecenter

import "updatecenter/ivr"

// What is said. Plain words, the thing first and the key last; a refusal says what was
// wrong and what to do, and numbers to call are said twice. A secret is never read back,
// and the length of a PIN in force is not told.

// Arriving.
var (
	sayWelcome = ivr.Prompt{
		Name: "welcome",
		EN:   "Welcome to the Update Center.",
		ES:   "Le damos la bienvenida al Centro de Actualización.",
	}
	sayUnknownLine = ivr.Prompt{
		Name: "unknown-line",
		EN:   "This telephone line is not set up for the Update Center. Please dial {short-code} from your primary home number. If this is that number, our repair service can help.",
		ES:   "Esta línea telefónica no está registrada en el Centro de Actualización. Marque {short-code} desde el número principal de su casa. Si ya llama desde ese número, el servicio de reparaciones puede ayudarle.",
	}
	sayDialFromPrimary = ivr.Prompt{
		Name: "dial-from-primary",
		EN:   "This is the Update Center. To choose your own PIN, please hang up and dial {short-code} from your primary home number.",
		ES:   "Este es el Centro de Actualización. Para elegir su propio PIN, cuelgue y marque {short-code} desde el número principal de su casa.",
	}
	sayThenFromAnywhere = ivr.Prompt{
		Name: "then-from-anywhere",
		EN:   "After that, you can call from any phone, at {access}. Once more, {access}. Goodbye.",
		ES:   "Después podrá llamar desde cualquier teléfono, al {access}. Otra vez: {access}. Adiós.",
	}
)

// Proving to be the customer.
var (
	sayAskTemporary = ivr.Prompt{
		Name: "ask-temporary-pin",
		EN:   "Enter the temporary PIN that came with your service, then press pound. If you do not have it, press 0, then pound.",
		ES:   "Ingrese el PIN temporal que recibió con su servicio y luego oprima el signo de número. Si no lo tiene, oprima cero y el signo de número.",
	}
	sayAskPIN = ivr.Prompt{
		Name: "ask-pin",
		EN:   "Please enter your PIN, then press pound. If you forgot it, press 0, then pound.",
		ES:   "Ingrese su PIN y luego oprima el signo de número. Si lo olvidó, oprima cero y el signo de número.",
	}
	sayAskNumber = ivr.Prompt{
		Name: "ask-line-number",
		EN:   "Please enter the ten digits of your home telephone number, area code first, then press pound. For help, press 0, then pound.",
		ES:   "Ingrese los diez dígitos del número de teléfono de su casa, comenzando por el código de área, y luego oprima el signo de número. Para obtener ayuda, oprima cero y el signo de número.",
	}
	sayNoNumber = ivr.Prompt{
		Name: "no-line-number",
		EN:   "That is not a telephone number. A telephone number has an area code and seven more digits.",
		ES:   "Ese no es un número de teléfono. Un número de teléfono tiene un código de área y siete dígitos más.",
	}
	sayReadBack = ivr.Prompt{
		Name: "read-back",
		EN:   "You entered {line}. If that is wrong, press star, then pound.",
		ES:   "Usted ingresó el {line}. Si no es correcto, oprima asterisco y el signo de número.",
	}
	sayAskRemotePIN = ivr.Prompt{
		Name: "ask-pin-of-line",
		EN:   "Enter the PIN of that line, then press pound. If you forgot it, press 0, then pound.",
		ES:   "Ingrese el PIN de esa línea y luego oprima el signo de número. Si lo olvidó, oprima cero y el signo de número.",
	}
	sayWrong = ivr.Prompt{
		Name: "wrong-pin",
		EN:   "That PIN does not match our records. {last-try}",
		ES:   "Ese PIN no coincide con nuestros registros. {last-try}",
	}
	sayTooManyWrong = ivr.Prompt{
		Name: "too-many-wrong",
		EN:   "To have your PIN reset, please call our repair service.",
		ES:   "Para restablecer su PIN, llame al servicio de reparaciones.",
	}
	sayLockedForNow = ivr.Prompt{
		Name: "locked-for-now",
		EN:   "To protect the line, no PIN is accepted right now. Please call again in {minutes} minutes. To have the PIN reset, call our repair service.",
		ES:   "Para proteger la línea, por ahora no se acepta ningún PIN. Llame de nuevo en {minutes} minutos. Para restablecer el PIN, llame al servicio de reparaciones.",
	}
	sayLockedAtHome = ivr.Prompt{
		Name: "locked-until-reset",
		EN:   "To protect your line, its PIN is locked. To have it reset, please call our repair service.",
		ES:   "Para proteger su línea, su PIN está bloqueado. Para restablecerlo, llame al servicio de reparaciones.",
	}
	sayLockedRemote = ivr.Prompt{
		Name: "locked-elsewhere",
		EN:   "To protect the line, its PIN is locked for calls from other phones. Please dial {short-code} from your primary home number, or call our repair service.",
		ES:   "Para proteger la línea, su PIN está bloqueado para llamadas desde otros teléfonos. Marque {short-code} desde el número principal de su casa, o llame al servicio de reparaciones.",
	}
	sayCallerBlocked = ivr.Prompt{
		Name: "caller-blocked",
		EN:   "Too many wrong PINs were entered from this phone. Please try again in an hour, or call our repair service.",
		ES:   "Se ingresaron demasiados PIN incorrectos desde este teléfono. Intente de nuevo en una hora, o llame al servicio de reparaciones.",
	}
	sayUnvouched = ivr.Prompt{
		Name: "caller-unvouched",
		EN:   "To protect the lines, no PIN is accepted right now from phones whose number we cannot verify. Please dial {short-code} from your primary home number, or call again later.",
		ES:   "Para proteger las líneas, por ahora no se acepta ningún PIN desde teléfonos cuyo número no podemos verificar. Marque {short-code} desde el número principal de su casa, o llame de nuevo más tarde.",
	}
)

// The menu.
var (
	sayMenu = ivr.Prompt{
		Name: "menu",
		EN:   "Main menu.",
		ES:   "Menú principal.",
	}
	toChangePIN = ivr.Prompt{
		Name: "to-change-pin",
		EN:   "To change your PIN, press {key}.",
		ES:   "Para cambiar su PIN, oprima el {key}.",
	}
	changePINBriefly = ivr.Prompt{
		Name: "to-change-pin-briefly",
		EN:   "Your PIN, {key}.",
		ES:   "Su PIN, el {key}.",
	}
	sayFeatureGone = ivr.Prompt{
		Name: "feature-gone",
		EN:   "That feature is not on your line any more.",
		ES:   "Esa función ya no está en su línea.",
	}
	sayLineRemoved = ivr.Prompt{
		Name: "line-removed",
		EN:   "This line is not set up for the Update Center any more. Our repair service can help.",
		ES:   "Esta línea ya no está registrada en el Centro de Actualización. El servicio de reparaciones puede ayudarle.",
	}
	sayNotProved = ivr.Prompt{
		Name: "not-proved-any-more",
		EN:   "The PIN of this line was changed by someone else during your call, so we stop here. If that was not you, please call our repair service.",
		ES:   "Otra persona cambió el PIN de esta línea durante su llamada, así que terminamos aquí. Si no fue usted, llame al servicio de reparaciones.",
	}
	sayMenuEnd = ivr.Prompt{
		Name: "menu-end",
		EN:   "For help, press 0. To leave, press star.",
		ES:   "Para obtener ayuda, oprima el cero. Para salir, oprima asterisco.",
	}
)

// Choosing a new PIN.
var (
	sayAskNewPIN = ivr.Prompt{
		Name: "new-pin",
		EN:   "Choose a new PIN of {fewest} digits. Enter it now, then press pound.",
		ES:   "Elija un PIN nuevo de {fewest} dígitos. Ingréselo ahora y luego oprima el signo de número.",
	}
	sayAskNewPINRange = ivr.Prompt{
		Name: "new-pin-range",
		EN:   "Choose a new PIN of {fewest} to {most} digits. Enter it now, then press pound.",
		ES:   "Elija un PIN nuevo de {fewest} a {most} dígitos. Ingréselo ahora y luego oprima el signo de número.",
	}
	sayNewPINAgain = ivr.Prompt{
		Name: "new-pin-again",
		EN:   "Please enter the same new PIN once more, then press pound.",
		ES:   "Ingrese el mismo PIN nuevo una vez más y luego oprima el signo de número.",
	}
	sayIsTemporary = ivr.Prompt{
		Name: "is-temporary",
		EN:   "That is the temporary PIN, which others know too. Please choose one of your own.",
		ES:   "Ese es el PIN temporal, que otros también conocen. Elija uno propio.",
	}
	sayIsSameDigit = ivr.Prompt{
		Name: "is-same-digit",
		EN:   "A PIN that repeats one digit is easy to guess. Please mix different digits.",
		ES:   "Un PIN que repite un solo dígito es fácil de adivinar. Combine dígitos distintos.",
	}
	sayIsRun = ivr.Prompt{
		Name: "is-run",
		EN:   "Digits that count up or down are easy to guess. Please mix their order.",
		ES:   "Los dígitos que suben o bajan de uno en uno son fáciles de adivinar. Mezcle el orden.",
	}
	sayIsRepeatedPair = ivr.Prompt{
		Name: "is-repeated-pair",
		EN:   "A pair of digits that repeats is easy to guess. Please choose digits that do not follow a pattern.",
		ES:   "Un par de dígitos que se repite es fácil de adivinar. Elija dígitos que no sigan un patrón.",
	}
	sayIsLineNumber = ivr.Prompt{
		Name: "is-line-number",
		EN:   "Those digits are part of your telephone number, forward or backward. Please choose others.",
		ES:   "Esos dígitos son parte de su número de teléfono, al derecho o al revés. Elija otros.",
	}
	sayIsCurrent = ivr.Prompt{
		Name: "is-current",
		EN:   "That is the PIN you have already. Please choose a different one.",
		ES:   "Ese es el PIN que ya tiene. Elija uno diferente.",
	}
	sayIsCommon = ivr.Prompt{
		Name: "is-common",
		EN:   "That PIN is one of those that people choose most often. Please choose one that is harder to guess.",
		ES:   "Ese PIN es uno de los que la gente elige más a menudo. Elija uno más difícil de adivinar.",
	}
	sayDifferent = ivr.Prompt{
		Name: "entries-differ",
		EN:   "The two entries were not the same. Let us start over with the new PIN.",
		ES:   "Los dos PIN que ingresó no son iguales. Comencemos de nuevo con el PIN nuevo.",
	}
	sayChanged = ivr.Prompt{
		Name: "changed",
		EN:   "Your PIN has been changed.",
		ES:   "Su PIN se ha cambiado.",
	}
	sayAccess = ivr.Prompt{
		Name: "access-number",
		EN:   "To call from any phone, dial {access}. Once more, {access}.",
		ES:   "Para llamar desde cualquier teléfono, marque {access}. Otra vez: {access}.",
	}
	sayFarewell = ivr.Prompt{
		Name: "farewell",
		EN:   "To call from any phone, dial {access}. Once more, {access}. Thank you. Goodbye.",
		ES:   "Para llamar desde cualquier teléfono, marque {access}. Otra vez: {access}. Gracias. Adiós.",
	}
	sayKeptPIN = ivr.Prompt{
		Name: "kept-pin",
		EN:   "Your PIN has not been changed.",
		ES:   "Su PIN no se ha cambiado.",
	}
	sayNotChanged = ivr.Prompt{
		Name: "not-changed",
		EN:   "Your PIN has not been changed. To change it later, dial {short-code} from this line. Goodbye.",
		ES:   "Su PIN no se ha cambiado. Para cambiarlo más tarde, marque {short-code} desde esta línea. Adiós.",
	}
	sayOldStands = ivr.Prompt{
		Name: "old-pin-stands",
		EN:   "Your PIN has not been changed. The PIN you had is still valid. Please call again whenever you like. For help, call our repair service.",
		ES:   "Su PIN no se ha cambiado. El PIN que tenía sigue siendo válido. Llame de nuevo cuando guste. Para obtener ayuda, llame al servicio de reparaciones.",
	}
	sayOvertaken = ivr.Prompt{
		Name: "overtaken",
		EN:   "This PIN was changed by someone else during your call, so we have not changed it. If that was not you, please call our repair service.",
		ES:   "Otra persona cambió este PIN durante su llamada, así que no lo hemos cambiado. Si no fue usted, llame al servicio de reparaciones.",
	}
)

// Ending.
var (
	sayHelp = ivr.Prompt{
		Name: "help",
		EN:   "Our repair service can help you, and reset your PIN. Until then, your PIN stays as it is.",
		ES:   "El servicio de reparaciones puede ayudarle y restablecer su PIN. Hasta entonces, su PIN queda como está.",
	}
	sayHelpManaging = ivr.Prompt{
		Name: "help-managing",
		EN:   "Here you manage your line. Each menu says what you can do, and star leads back. What you have entered is still here.",
		ES:   "Aquí puede configurar su línea. Cada menú dice qué puede hacer, y el asterisco lleva atrás. Lo que ingresó sigue aquí.",
	}
	sayHelpNumber = ivr.Prompt{
		Name: "help-number",
		EN:   "To talk to a person, call our repair service at {repair}. Once more, {repair}. Now we go on.",
		ES:   "Para hablar con una persona, llame al servicio de reparaciones al {repair}. Otra vez: {repair}. Ahora seguimos.",
	}
	sayTellRepair = ivr.Prompt{
		Name: "tell-repair",
		EN:   "The number of our repair service is {repair}. Once more, {repair}. Goodbye.",
		ES:   "El número del servicio de reparaciones es {repair}. Otra vez: {repair}. Adiós.",
	}
	sayTransfer = ivr.Prompt{
		Name: "transfer",
		EN:   "One moment while we connect you with our repair service. If the call drops, dial {repair}.",
		ES:   "Un momento, le comunicamos con el servicio de reparaciones. Si se corta la llamada, marque {repair}.",
	}
	sayNoAnswer = ivr.Prompt{
		Name: "no-answer",
		EN:   "We did not get a complete answer, so this call ends here. Please call again whenever you like. For help, call our repair service.",
		ES:   "No recibimos una respuesta completa, así que la llamada termina aquí. Llame de nuevo cuando guste. Para obtener ayuda, llame al servicio de reparaciones.",
	}
	saySorry = ivr.Prompt{
		Name: "sorry",
		EN:   "We are sorry, something went wrong on our side. Please call again in a few minutes. For help, call our repair service.",
		ES:   "Lo sentimos, algo falló de nuestra parte. Llame de nuevo en unos minutos. Para obtener ayuda, llame al servicio de reparaciones.",
	}
)

// sayMayBeInForce comes before an apology when a caller has keyed a new PIN twice.
var sayMayBeInForce = ivr.Prompt{
	Name: "may-be-in-force",
	EN:   "Your new PIN may be in force already: try it first when you call again.",
	ES:   "Es posible que su PIN nuevo ya esté en vigor: pruébelo primero cuando llame de nuevo.",
}

// What the engine says by itself.
var (
	sayApology = ivr.Prompt{
		Name: "apology",
		EN:   "We are sorry, the Update Center cannot take your call right now. Please call again in a few minutes. For help, call {repair}. Goodbye.",
		ES:   "Lo sentimos, el Centro de Actualización no puede atender su llamada ahora. Llame de nuevo en unos minutos. Para obtener ayuda, llame al {repair}. Adiós.",
	}
	sayUnsure = ivr.Prompt{
		Name: "unsure",
		EN:   "However, we could not make sure that this change will last. If a new PIN is refused, use the old one. If another change is gone, please make it again.",
		ES:   "Sin embargo, no pudimos comprobar que este cambio vaya a conservarse. Si un PIN nuevo es rechazado, use el anterior. Si otro cambio se perdió, hágalo de nuevo.",
	}
)
