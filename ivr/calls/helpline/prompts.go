package helpline

import "updatecenter/ivr"

// What is said: the thing first and the key last, numbers twice, and in each sentence that refuses what to do now.
var (
	sayWelcome = ivr.Prompt{
		Name: "helpline-welcome",
		EN:   "Welcome to the help line. You can press a key at any time.",
		ES:   "Le damos la bienvenida a la línea de ayuda. Puede oprimir una tecla en cualquier momento.",
	}
	sayWelcomeDistance = ivr.Prompt{
		Name: "helpline-welcome-long-distance",
		EN:   "Welcome to the help line for long distance. You can press a key at any time.",
		ES:   "Le damos la bienvenida a la línea de ayuda de larga distancia. Puede oprimir una tecla en cualquier momento.",
	}
	sayMenuEnd = ivr.Prompt{
		Name: "helpline-menu-end",
		EN:   "To talk to a person, press 0. To leave, press star.",
		ES:   "Para hablar con una persona, oprima el cero. Para salir, oprima asterisco.",
	}
	sayBackEnd = ivr.Prompt{
		Name: "helpline-back-end",
		EN:   "To go back, press star.",
		ES:   "Para volver, oprima asterisco.",
	}
	sayEnd = ivr.Prompt{
		Name: "helpline-end",
		EN:   "If that is all, you can hang up.",
		ES:   "Si es todo, puede colgar.",
	}
	forAnother = ivr.Prompt{
		Name: "helpline-for-another",
		EN:   "For another topic, press {key}.",
		ES:   "Para otro tema, oprima el {key}.",
	}
)

// The topics.
var (
	forPIN = ivr.Prompt{
		Name: "helpline-for-pin",
		EN:   "For the PIN of your calling features, press {key}.",
		ES:   "Para el PIN de sus funciones de llamada, oprima el {key}.",
	}
	forAccount = ivr.Prompt{
		Name: "helpline-for-account",
		EN:   "For your online account, or automatic payment, press {key}.",
		ES:   "Para su cuenta en línea o el pago automático, oprima el {key}.",
	}
	forEmail = ivr.Prompt{
		Name: "helpline-for-email",
		EN:   "For e-mail, press {key}.",
		ES:   "Para el correo electrónico, oprima el {key}.",
	}
	forVoiceMail = ivr.Prompt{
		Name: "helpline-for-voice-mail",
		EN:   "For voice mail, press {key}.",
		ES:   "Para el buzón de voz, oprima el {key}.",
	}
	forRest = ivr.Prompt{
		Name: "helpline-for-rest",
		EN:   "For a repair, long distance, television, antivirus, or another company, press {key}.",
		ES:   "Para una reparación, larga distancia, televisión, antivirus u otra compañía, oprima el {key}.",
	}
	forTicket = ivr.Prompt{
		Name: "helpline-for-ticket",
		EN:   "For a repair, press {key}.",
		ES:   "Para una reparación, oprima el {key}.",
	}
	forLongDistance = ivr.Prompt{
		Name: "helpline-for-long-distance",
		EN:   "For your long distance account, press {key}.",
		ES:   "Para su cuenta de larga distancia, oprima el {key}.",
	}
	forTelevision = ivr.Prompt{
		Name: "helpline-for-tv",
		EN:   "For television, press {key}.",
		ES:   "Para la televisión, oprima el {key}.",
	}
	forAntivirus = ivr.Prompt{
		Name: "helpline-for-antivirus",
		EN:   "For the antivirus program, press {key}.",
		ES:   "Para el programa antivirus, oprima el {key}.",
	}
	forOthers = ivr.Prompt{
		Name: "helpline-for-others",
		EN:   "For a service of another company, press {key}.",
		ES:   "Para un servicio de otra compañía, oprima el {key}.",
	}
	sayTelevision = ivr.Prompt{
		Name: "helpline-tv",
		EN:   "Television is managed in your online account, with the same user name and password.",
		ES:   "La televisión se administra en su cuenta en línea, con el mismo nombre de usuario y la misma contraseña.",
	}
	sayAntivirus = ivr.Prompt{
		Name: "helpline-antivirus",
		EN:   "The antivirus program has no sign-in. To download it, have your account number ready, and your activation letter or your bill.",
		ES:   "El programa antivirus no pide contraseña. Para descargarlo, tenga a mano su número de cuenta y su carta de activación o su factura.",
	}
)

// The PIN of the Update Center.
var (
	forgotPIN = ivr.Prompt{
		Name: "helpline-forgot-pin",
		EN:   "If you forgot your PIN, press {key}.",
		ES:   "Si olvidó su PIN, oprima el {key}.",
	}
	hasTemporary = ivr.Prompt{
		Name: "helpline-has-temporary-pin",
		EN:   "If you are new, with a temporary PIN, press {key}.",
		ES:   "Si es cliente nuevo y tiene un PIN temporal, oprima el {key}.",
	}
	hasPIN = ivr.Prompt{
		Name: "helpline-has-pin",
		EN:   "To change your PIN, or to set up calling features, press {key}.",
		ES:   "Para cambiar su PIN o configurar funciones de llamada, oprima el {key}.",
	}
	sayResetPIN = ivr.Prompt{
		Name: "helpline-reset-pin",
		EN:   "Nobody can look up a PIN. Our repair service makes sure who you are, and resets it.",
		ES:   "Nadie puede consultar un PIN. El servicio de reparaciones comprueba quién es usted y lo restablece.",
	}
	sayDialFromHome = ivr.Prompt{
		Name: "helpline-dial-from-home",
		EN:   "From your primary home number, dial {short-code}. Enter the temporary PIN, and choose one of your own. Once more: from your primary home number, dial {short-code}.",
		ES:   "Desde el número principal de su casa, marque {short-code}. Ingrese el PIN temporal y elija uno propio. Otra vez: desde el número principal de su casa, marque {short-code}.",
	}
	sayAskArea = ivr.Prompt{
		Name: "helpline-ask-area-code",
		EN:   "Enter the area code of your home telephone, then press pound.",
		ES:   "Ingrese el código de área del teléfono de su casa y luego oprima el signo de número.",
	}
	sayNoArea = ivr.Prompt{
		Name: "helpline-no-area-code",
		EN:   "That is not an area code. It is the first three digits of your telephone number.",
		ES:   "Ese no es un código de área. Son los tres primeros dígitos de su número de teléfono.",
	}
	sayAccess = ivr.Prompt{
		Name: "helpline-access-number",
		EN:   "From home, dial {short-code}. From any other phone, dial {access}. Once more, {access}.",
		ES:   "Desde su casa, marque {short-code}. Desde otro, marque {access}. Otra vez: {access}.",
	}
)

// The online account.
var (
	forCode = ivr.Prompt{
		Name: "helpline-for-code",
		EN:   "If you need your security code, press {key}.",
		ES:   "Si necesita su código de seguridad, oprima el {key}.",
	}
	toEnroll = ivr.Prompt{
		Name: "helpline-to-enroll",
		EN:   "To set up an online account, or to add one, press {key}.",
		ES:   "Para crear una cuenta en línea o agregar una, oprima el {key}.",
	}
	forgotOnlinePassword = ivr.Prompt{
		Name: "helpline-forgot-online-password",
		EN:   "If you forgot your password, press {key}.",
		ES:   "Si olvidó su contraseña, oprima el {key}.",
	}
	forSignIn = ivr.Prompt{
		Name: "helpline-for-sign-in",
		EN:   "For your user name, automatic payment, or anything else about signing in, press {key}.",
		ES:   "Para su nombre de usuario, el pago automático u otro asunto del acceso a su cuenta, oprima el {key}.",
	}
	sayNoSuchEmail = ivr.Prompt{
		Name: "helpline-no-such-email",
		EN:   "We have had no e-mail address of yours for thirty days, so no link can be sent there. A person can help.",
		ES:   "No tenemos una dirección de correo suya desde hace treinta días, así que no se puede enviar un enlace. Una persona puede ayudarle.",
	}
	sayEnrolling = ivr.Prompt{
		Name: "helpline-enrolling",
		EN:   "You need two things: the account number on your bill, and the ZIP code of your billing address. In place of the ZIP code, you can give your security code. With these, create your account on our web site.",
		ES:   "Necesita dos cosas: el número de cuenta de su factura y el código postal de su dirección de facturación. En lugar del código postal puede dar su código de seguridad. Con ellos cree su cuenta en nuestro sitio web.",
	}
	sayAutoPay = ivr.Prompt{
		Name: "helpline-auto-pay",
		EN:   "Automatic payment is part of your online account, and has the same user name and password.",
		ES:   "El pago automático es parte de su cuenta en línea, con el mismo nombre de usuario y la misma contraseña.",
	}
	sayAskAccount = ivr.Prompt{
		Name: "helpline-ask-account",
		EN:   "Enter the digits of the account number on your bill, without hyphens, then press pound.",
		ES:   "Ingrese los dígitos del número de cuenta de su factura, sin guiones, y luego oprima el signo de número.",
	}
	sayAskZIP = ivr.Prompt{
		Name: "helpline-ask-zip",
		EN:   "Enter the ZIP code of your billing address, then press pound.",
		ES:   "Ingrese el código postal de su dirección de facturación y luego oprima el signo de número.",
	}
	sayWrongBill = ivr.Prompt{
		Name: "helpline-no-match",
		EN:   "That account number and ZIP code do not match our records. Both are on your bill.",
		ES:   "Ese número de cuenta y ese código postal no coinciden con nuestros registros. Ambos están en su factura.",
	}
	toHaveItCalled = ivr.Prompt{
		Name: "helpline-to-have-it-called",
		EN:   "To have the code told by a call to the primary telephone of your account, press {key}.",
		ES:   "Para que digamos el código en una llamada al teléfono principal de su cuenta, oprima el {key}.",
	}
	sayWillCall = ivr.Prompt{
		Name: "helpline-will-call",
		EN:   "Thank you. Within five minutes the primary telephone of your account rings. If you are calling from it, please hang up now.",
		ES:   "Gracias. En cinco minutos o menos sonará el teléfono principal de su cuenta. Si llama desde ese teléfono, cuelgue ahora.",
	}
	sayLocked = ivr.Prompt{
		Name: "helpline-locked",
		EN:   "To protect the account, nothing is checked right now. Please call again in {minutes} minutes, or ask a person.",
		ES:   "Para proteger la cuenta, por ahora no se comprueba nada. Llame de nuevo en {minutes} minutos o pregunte a una persona.",
	}
	sayClosed = ivr.Prompt{
		Name: "helpline-closed",
		EN:   "To protect the account, nothing is checked by telephone any more. A person can help.",
		ES:   "Para proteger la cuenta, ya no se comprueba nada por teléfono. Una persona puede ayudarle.",
	}
	sayNoCall = ivr.Prompt{
		Name: "helpline-no-call",
		EN:   "We cannot call the telephone of that account right now. A person can help.",
		ES:   "Ahora no podemos llamar al teléfono de esa cuenta. Una persona puede ayudarle.",
	}
	sayMayCall = ivr.Prompt{
		Name: "helpline-may-call",
		EN:   "We may be calling the telephone of the account already.",
		ES:   "Es posible que ya estemos llamando al teléfono de la cuenta.",
	}
)

// Whoever helps.
var (
	sayNumber = ivr.Prompt{
		Name: "helpline-number",
		EN:   "To reach {service}, call {number}. Once more, {number}.",
		ES:   "Para comunicarse con {service}, llame al {number}. Otra vez: {number}.",
	}
	toBeConnected = ivr.Prompt{
		Name: "helpline-to-be-connected",
		EN:   "To be connected now, press {key}.",
		ES:   "Para que le comuniquemos ahora, oprima el {key}.",
	}
	sayConnect = ivr.Prompt{
		Name: "helpline-connect",
		EN:   "One moment while we connect you with {service}.",
		ES:   "Un momento, le comunicamos con {service}.",
	}
	sayNoAnswer = ivr.Prompt{
		Name: "helpline-no-answer",
		EN:   "We did not get an answer that we understand, so this call ends here. Please call again whenever you like.",
		ES:   "No recibimos una respuesta que entendamos, así que la llamada termina aquí. Llame de nuevo cuando guste.",
	}
	saySorry = ivr.Prompt{
		Name: "helpline-sorry",
		EN:   "We are sorry, something went wrong on our side. Please call again in a few minutes.",
		ES:   "Lo sentimos, algo falló de nuestra parte. Llame de nuevo en unos minutos.",
	}
	sayPerson = ivr.Prompt{
		Name: "helpline-person",
		EN:   "To talk to a person, call {help-line}. Once more, {help-line}. Goodbye.",
		ES:   "Para hablar con una persona, llame al {help-line}. Otra vez: {help-line}. Adiós.",
	}
	sayApology = ivr.Prompt{
		Name: "helpline-apology",
		EN:   "We are sorry, the help line cannot take your call right now. Please call again in a few minutes, or call {help-line}. Goodbye.",
		ES:   "Lo sentimos, la línea de ayuda no puede atender su llamada ahora. Llame de nuevo en unos minutos o llame al {help-line}. Adiós.",
	}
)
