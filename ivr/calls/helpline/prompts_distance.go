package helpline

import (
	"updatecenter/internal/deliveries"
	"updatecenter/internal/recovery"
	"updatecenter/ivr"
)

// The long-distance account.
var (
	forgotUserName = ivr.Prompt{
		Name: "helpline-forgot-user-name",
		EN:   "If you forgot your long distance user name, press {key}.",
		ES:   "Si olvidó su nombre de usuario de larga distancia, oprima el {key}.",
	}
	forgotPassword = ivr.Prompt{
		Name: "helpline-forgot-password",
		EN:   "If you forgot your password, press {key}.",
		ES:   "Si olvidó su contraseña, oprima el {key}.",
	}
	forgotBoth = ivr.Prompt{
		Name: "helpline-forgot-both",
		EN:   "If you forgot both, press {key}.",
		ES:   "Si olvidó ambos, oprima el {key}.",
	}
	needsCode = ivr.Prompt{
		Name: "helpline-needs-code",
		EN:   "If you need your security code, press {key}.",
		ES:   "Si necesita su código de seguridad, oprima el {key}.",
	}
	forMoreDistance = ivr.Prompt{
		Name: "helpline-for-more-distance",
		EN:   "For anything else about long distance, press {key}.",
		ES:   "Para otro asunto de larga distancia, oprima el {key}.",
	}
	sayAskBTN = ivr.Prompt{
		Name: "helpline-ask-btn",
		EN:   "Enter the ten digits of the billing telephone number on your bill, then press pound.",
		ES:   "Ingrese los diez dígitos del número de teléfono principal de su factura y luego oprima el signo de número.",
	}
	sayAskPassword = ivr.Prompt{
		Name: "helpline-ask-password",
		EN:   "Enter your password: for a letter, press its key once, such as 2 for A, B or C. Leave out all other signs. Then press pound.",
		ES:   "Ingrese su contraseña: para una letra, oprima su tecla una vez, como el dos para A, B o C. Omita los demás signos. Luego oprima el signo de número.",
	}
	sayAskGuess = ivr.Prompt{
		Name: "helpline-ask-guess",
		EN:   "Enter the password as you remember it, letters by the keys they stand on. A guess will do, and it need not be right. Then press pound.",
		ES:   "Ingrese la contraseña como la recuerde, las letras con las teclas en que están. Basta una suposición, y no tiene que ser correcta. Luego oprima el signo de número.",
	}
	sayAskCode = ivr.Prompt{
		Name: "helpline-ask-code",
		EN:   "Enter your security code, then press pound.",
		ES:   "Ingrese su código de seguridad y luego oprima el signo de número.",
	}
	byEmail = ivr.Prompt{
		Name: "helpline-by-email",
		EN:   "To have it sent to your e-mail address on file, press {key}.",
		ES:   "Para recibirlo en su dirección de correo registrada, oprima el {key}.",
	}
	byLetter = ivr.Prompt{
		Name: "helpline-by-letter",
		EN:   "To have it sent by letter to your billing address, press {key}.",
		ES:   "Para recibirlo por carta en su dirección de facturación, oprima el {key}.",
	}
	sayOnItsWay = ivr.Prompt{
		Name: "helpline-on-its-way",
		EN:   "Thank you. {wanted} {way}",
		ES:   "Gracias. {wanted} {way}",
	}
	sayCodeOnItsWay = ivr.Prompt{
		Name: "helpline-code-on-its-way",
		EN:   "If we have an account with that number, its security code is on its way. {way}",
		ES:   "Si tenemos una cuenta con ese número, su código de seguridad está en camino. {way}",
	}
	sayNothingMatches = ivr.Prompt{
		Name: "helpline-nothing-matches",
		EN:   "What you entered does not match our records. Let us try once more.",
		ES:   "Lo que ingresó no coincide con nuestros registros. Intentemos otra vez.",
	}
	sayTooManySent = ivr.Prompt{
		Name: "helpline-too-many-sent",
		EN:   "That was asked for several times already. If nothing comes, please call again later, or ask a person.",
		ES:   "Eso ya se pidió varias veces. Si no llega nada, llame de nuevo más tarde o pregunte a una persona.",
	}
	sayNoSuchAddress = ivr.Prompt{
		Name: "helpline-not-of-record",
		EN:   "We have had no such address of yours for thirty days, so nothing can be sent there. Please choose the other way, or press 0 for a person.",
		ES:   "No tenemos esa dirección suya desde hace treinta días, así que no se puede enviar nada allí. Elija la otra forma u oprima el cero para hablar con una persona.",
	}
	sayNoUserName = ivr.Prompt{
		Name: "helpline-no-user-name",
		EN:   "There is no user name for that account yet. A person can help.",
		ES:   "Esa cuenta aún no tiene nombre de usuario. Una persona puede ayudarle.",
	}
	sayMayBeSent = ivr.Prompt{
		Name: "helpline-may-be-sent",
		EN:   "What you asked for may be on its way already.",
		ES:   "Es posible que lo que pidió ya esté en camino.",
	}
)

// wants are what is on its way, and sentBy when it comes.
var (
	wants = map[recovery.Need]ivr.Prompt{
		recovery.UserName: {
			Name: "helpline-wants-user-name",
			EN:   "Your user name is on its way.",
			ES:   "Su nombre de usuario está en camino.",
		},
		recovery.Password: {
			Name: "helpline-wants-password",
			EN:   "A link to choose a new password is on its way.",
			ES:   "Un enlace para elegir una contraseña nueva está en camino.",
		},
		recovery.UserNameAndPassword: {
			Name: "helpline-wants-both",
			EN:   "Your user name, and a link to choose a new password, are on their way.",
			ES:   "Su nombre de usuario y un enlace para elegir una contraseña nueva están en camino.",
		},
		recovery.SecurityCode: {
			Name: "helpline-wants-code",
			EN:   "Your security code is on its way.",
			ES:   "Su código de seguridad está en camino.",
		},
	}
	oneTimePassword = ivr.Prompt{
		Name: "helpline-wants-one-time-password",
		EN:   "Your e-mail gets a password that works once.",
		ES:   "Su correo tendrá una contraseña que sirve una sola vez.",
	}
	sentBy = map[deliveries.Method]ivr.Prompt{
		deliveries.Email: {
			Name: "helpline-sent-by-email",
			EN:   "Please look for an e-mail within some minutes.",
			ES:   "Busque un correo electrónico en unos minutos.",
		},
		deliveries.ByMail: {
			Name: "helpline-sent-by-letter",
			EN:   "The letter takes seven to ten days.",
			ES:   "La carta tarda de siete a diez días.",
		},
		deliveries.Voice: {
			Name: "helpline-told-by-call",
			EN:   "Within five minutes we call the billing telephone number, and tell it to whoever answers there. If you are calling from it, please hang up now.",
			ES:   "En cinco minutos o menos llamamos al número de teléfono de la factura y la decimos a quien conteste. Si llama desde ese teléfono, cuelgue ahora.",
		},
	}
)
