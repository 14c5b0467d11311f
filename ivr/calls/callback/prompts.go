package callback

import (
	"slices"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
)

// What is said. The names of the prompts begin with "callback", as recordings go by names that
// must differ from those of other calls.

// Whoever answers.
var (
	sayWho = ivr.Prompt{
		Name: "callback-who",
		EN:   "Hello. This is {company}. Our telephone number is {call-back}.",
		ES:   "Hola. Le llamamos de {company}. Nuestro número de teléfono es el {call-back}.",
	}
	sayNotice = ivr.Prompt{
		Name: "callback-notice",
		EN:   "We called about your account. If you need our help, please call {call-back}. Goodbye.",
		ES:   "Llamamos acerca de su cuenta. Si necesita nuestra ayuda, llame al {call-back}. Adiós.",
	}
	sayNothing = ivr.Prompt{
		Name: "callback-nothing",
		EN:   "We have nothing to tell you in this call any more. Goodbye.",
		ES:   "Ya no tenemos nada que decirle en esta llamada. Adiós.",
	}
	sayNotNow = ivr.Prompt{
		Name: "callback-not-now",
		EN:   "We cannot reset the password right now. If you need our help, please call {call-back}. Goodbye.",
		ES:   "Ahora no podemos restablecer la contraseña. Si necesita nuestra ayuda, llame al {call-back}. Adiós.",
	}
	sayBye = ivr.Prompt{
		Name: "callback-bye",
		EN:   "Thank you. Goodbye.",
		ES:   "Gracias. Adiós.",
	}
	saySorry = ivr.Prompt{
		Name: "callback-sorry",
		EN:   "This is {company}. We are sorry, something went wrong on our side. If you need our help, please call {call-back}. Goodbye.",
		ES:   "Le llamamos de {company}. Lo sentimos, tuvimos un problema. Si necesita nuestra ayuda, llame al {call-back}. Adiós.",
	}
)

// A secret.
var (
	toHear = ivr.Prompt{
		Name: "callback-to-hear",
		EN:   "To hear {what} now, press {key}.",
		ES:   "Para oír {what} ahora, oprima el {key}.",
	}
	theCode = ivr.Prompt{
		Name: "callback-the-code",
		EN:   "your security code",
		ES:   "su código de seguridad",
	}
	theAnswer = ivr.Prompt{
		Name: "callback-the-answer",
		EN:   "the answer to your security question",
		ES:   "la respuesta a su pregunta de seguridad",
	}
	notAsked = ivr.Prompt{
		Name: "callback-not-asked",
		EN:   "If you did not ask for this call, press {key}.",
		ES:   "Si usted no pidió esta llamada, oprima el {key}.",
	}
	sayCode = ivr.Prompt{
		Name: "callback-code",
		EN:   "Your security code is {code}.",
		ES:   "Su código de seguridad es {code}.",
	}
	sayCodeAgain = ivr.Prompt{
		Name: "callback-code-again",
		EN:   "Once more, your code is {code}.",
		ES:   "Otra vez, su código es {code}.",
	}
	sayAnswer = ivr.Prompt{
		Name: "callback-answer",
		EN:   "The answer to your security question is: {answer}.",
		ES:   "La respuesta a su pregunta de seguridad es: {answer}.",
	}
	saySpelled = ivr.Prompt{
		Name: "callback-spelled",
		EN:   "It is spelled {code}.",
		ES:   "Se deletrea {code}.",
	}
	toHearAgain = ivr.Prompt{
		Name: "callback-to-hear-again",
		EN:   "To hear it again, press {key}.",
		ES:   "Para oírlo otra vez, oprima el {key}.",
	}
	sayDeclined = ivr.Prompt{
		Name: "callback-declined",
		EN:   "Thank you for telling us. For one day, we will make no more such calls. If you have questions, please call {call-back}. Goodbye.",
		ES:   "Gracias por avisarnos. Durante un día no haremos más llamadas como esta. Si tiene preguntas, llame al {call-back}. Adiós.",
	}
)

// A notice says that something was changed, and never what it was changed to.
var sayNews = ivr.Prompt{
	Name: "callback-news",
	EN:   "{news} If you did not ask for that, please call us at {call-back}.",
	ES:   "{news} Si usted no lo pidió, llámenos al {call-back}.",
}

// The sentences about what was changed.
var (
	pinChanged = ivr.Prompt{
		Name: "callback-pin-changed",
		EN:   "The PIN of your telephone line was changed.",
		ES:   "Se cambió el PIN de su línea telefónica.",
	}
	pinReset = ivr.Prompt{
		Name: "callback-pin-reset",
		EN:   "The PIN of your telephone line was reset.",
		ES:   "Se restableció el PIN de su línea telefónica.",
	}
	codeChanged = ivr.Prompt{
		Name: "callback-code-changed",
		EN:   "The security code of your account was changed.",
		ES:   "Se cambió el código de seguridad de su cuenta.",
	}
	questionChanged = ivr.Prompt{
		Name: "callback-question-changed",
		EN:   "The security question of your account was changed.",
		ES:   "Se cambió la pregunta de seguridad de su cuenta.",
	}
	addressChanged = ivr.Prompt{
		Name: "callback-address-changed",
		EN:   "The address of your account was changed.",
		ES:   "Se cambió la dirección de su cuenta.",
	}
	emailChanged = ivr.Prompt{
		Name: "callback-email-changed",
		EN:   "The e-mail address of your account was changed.",
		ES:   "Se cambió la dirección de correo electrónico de su cuenta.",
	}
	phoneChanged = ivr.Prompt{
		Name: "callback-phone-changed",
		EN:   "The telephone number of your account was changed.",
		ES:   "Se cambió el número de teléfono de su cuenta.",
	}
	signInChanged = ivr.Prompt{
		Name: "callback-sign-in-changed",
		EN:   "The user name or the password of your account was changed.",
		ES:   "Se cambió el nombre de usuario o la contraseña de su cuenta.",
	}
	passwordAsked = ivr.Prompt{
		Name: "callback-password-asked",
		EN:   "Somebody asked for a new password for your account. What is needed to choose one was sent to your address of record, and to nobody else.",
		ES:   "Alguien pidió una contraseña nueva para su cuenta. Lo necesario para elegirla se envió a su dirección registrada, y a nadie más.",
	}
)

// A password of a voice mailbox or an e-mail address.
var (
	theMailbox = ivr.Prompt{
		Name: "callback-the-mailbox",
		EN:   "your voice mailbox",
		ES:   "su buzón de voz",
	}
	theEmail = ivr.Prompt{
		Name: "callback-the-email",
		EN:   "your e-mail address",
		ES:   "su dirección de correo electrónico",
	}
	toReset = ivr.Prompt{
		Name: "callback-to-reset",
		EN:   "To have the password of {what} reset, and to hear a temporary one, press {key}.",
		ES:   "Para restablecer la contraseña de {what} y oír una temporal, oprima el {key}.",
	}
	sayPassword = ivr.Prompt{
		Name: "callback-password",
		EN:   "The temporary password of {what} is {code}.",
		ES:   "La contraseña temporal de {what} es {code}.",
	}
	sayPasswordAgain = ivr.Prompt{
		Name: "callback-password-again",
		EN:   "Once more, the password is {code}. Change it when you first use it.",
		ES:   "Otra vez, la contraseña es {code}. Cámbiela la primera vez que la use.",
	}
	// sayMayBeReset comes before an apology where 1 or 9 could be pressed.
	sayMayBeReset = ivr.Prompt{
		Name: "callback-may-be-reset",
		EN:   "If you pressed 1, the password of {what} may have been reset. If you pressed 9, we may not have noted it.",
		ES:   "Si oprimió el 1, es posible que se haya restablecido la contraseña de {what}. Si oprimió el 9, es posible que no lo hayamos anotado.",
	}
)

// The sentences about a voice mailbox, and about e-mail addresses of the line.
var (
	mailboxPasswordChanged = ivr.Prompt{
		Name: "callback-mailbox-password-changed",
		EN:   "The password of your voice mailbox was reset.",
		ES:   "Se restableció la contraseña de su buzón de voz.",
	}
	emailLocked = ivr.Prompt{
		Name: "callback-email-locked",
		EN:   "Somebody tried to reset the password of an e-mail address of this line, and gave wrong answers.",
		ES:   "Alguien intentó restablecer la contraseña de una dirección de correo electrónico de esta línea y dio respuestas incorrectas.",
	}
)

// The sentences about a repair ticket.
var (
	contactChanged = ivr.Prompt{
		Name: "callback-contact-changed",
		EN:   "The telephone number that our technician has for your repair ticket was changed.",
		ES:   "Se cambió el número de teléfono que nuestro técnico tiene para su reporte de reparación.",
	}
	ticketCanceled = ivr.Prompt{
		Name: "callback-ticket-canceled",
		EN:   "Your repair ticket, or the visit of our technician, was canceled.",
		ES:   "Se canceló su reporte de reparación, o la visita de nuestro técnico.",
	}
)

// The sentences about the result of a service test.
var (
	lineGood = ivr.Prompt{
		Name: "callback-line-good",
		EN:   "We have tested your telephone line, as we were asked to. The test found no trouble.",
		ES:   "Hicimos la prueba de su línea telefónica que se nos pidió. No se encontró ningún problema.",
	}
	troubleFound = ivr.Prompt{
		Name: "callback-trouble-found",
		EN:   "We have tested your telephone line, as we were asked to. The test found trouble on the line. Your repair ticket stays open.",
		ES:   "Hicimos la prueba de su línea telefónica que se nos pidió. Se encontró un problema en la línea. Su reporte de reparación sigue abierto.",
	}
	notTested = ivr.Prompt{
		Name: "callback-not-tested",
		EN:   "We were asked to test your telephone line, and could not do it. Please ask for a test again later.",
		ES:   "Se nos pidió una prueba de su línea telefónica y no fue posible hacerla. Pida otra prueba más tarde.",
	}
)

// results are the sentences about the result of a service test.
var results = map[tickets.Result]ivr.Prompt{
	tickets.LineGood: lineGood, tickets.TroubleFound: troubleFound, tickets.NotTested: notTested,
}

// What several changes are called, the kinds of which would be too much for one sentence.
var (
	pinResetAndMore = ivr.Prompt{
		Name: "callback-pin-reset-and-more",
		EN:   "The PIN of your telephone line was reset, and something else was changed.",
		ES:   "Se restableció el PIN de su línea telefónica, y se cambió algo más.",
	}
	severalChanged = ivr.Prompt{
		Name: "callback-several-changed",
		EN:   "Several things about your account or telephone line were changed.",
		ES:   "Se cambiaron varias cosas de su cuenta o línea telefónica.",
	}
)

// secrets are how a secret is offered.
var secrets = map[deliveries.Topic]ivr.Prompt{ //nolint:exhaustive // the others are no secrets that a call offers
	deliveries.SecurityCode: theCode, deliveries.SecurityAnswer: theAnswer,
}

// passwords are what a password is of that is reset in the call.
var passwords = map[deliveries.Topic]ivr.Prompt{ //nolint:exhaustive // the others are no passwords that a call makes
	deliveries.MailboxPassword: theMailbox, deliveries.EmailPassword: theEmail,
}

// changes are the sentences about a change.
var changes = map[deliveries.Topic]ivr.Prompt{ //nolint:exhaustive // the others are no changes
	deliveries.PINChanged: pinChanged, deliveries.PINReset: pinReset, deliveries.CodeChanged: codeChanged,
	deliveries.QuestionChanged: questionChanged, deliveries.AddressChanged: addressChanged,
	deliveries.EmailChanged: emailChanged, deliveries.PhoneChanged: phoneChanged,
	deliveries.TicketContactChanged: contactChanged, deliveries.TicketCanceled: ticketCanceled,
	deliveries.SignInChanged: signInChanged, deliveries.PasswordAsked: passwordAsked,
	deliveries.MailboxPasswordChanged: mailboxPasswordChanged, deliveries.EmailLocked: emailLocked,
}

// changesOf is the sentence about all that a notice tells, or the result of a service test, and whether there is one.
func changesOf(opened deliveries.Opening) (sentence ivr.Prompt, known bool) {
	switch {
	case opened.Topic == deliveries.ServiceTest:
		sentence, known = results[tickets.Result(opened.Result)]
		return sentence, known
	case len(opened.Also) == 0:
		sentence, known = changes[opened.Topic]
		return sentence, known
	case opened.Topic == deliveries.PINReset, slices.Contains(opened.Also, deliveries.PINReset):
		return pinResetAndMore, true
	}
	return severalChanged, true
}

// phrases are what the call's variables of that kind say.
func phrases() []ivr.Prompt {
	return []ivr.Prompt{
		theCode, theAnswer, theMailbox, theEmail, mailboxPasswordChanged, emailLocked,
		pinChanged, pinReset, codeChanged, questionChanged, addressChanged, emailChanged, phoneChanged, signInChanged, passwordAsked,
		pinResetAndMore, severalChanged, contactChanged, ticketCanceled, lineGood, troubleFound, notTested,
	}
}

// sayMayBeNoted comes before an apology where 9 could be pressed.
var sayMayBeNoted = ivr.Prompt{
	Name: "callback-may-be-noted",
	EN:   "If you pressed 9, we may not have noted it. Tell nobody a code that you did not ask for.",
	ES:   "Si oprimió el 9, es posible que no lo hayamos anotado. No diga a nadie un código que usted no pidió.",
}

// notices are what the engine says by itself. Nobody is asked for an entry.
var notices = ivr.Notices{
	Silence: ivr.Prompt{
		Name: "callback-silence",
		EN:   "No key was pressed.",
		ES:   "No se oprimió ninguna tecla.",
	},
	WrongKey: ivr.Prompt{
		Name: "callback-wrong-key",
		EN:   "That key does not work here.",
		ES:   "Esa tecla no sirve aquí.",
	},
	StartOver: ivr.Prompt{
		Name: "callback-start-over",
		EN:   "We are sorry, we lost our place.",
		ES:   "Lo sentimos, perdimos el hilo.",
	},
	Apology: ivr.Prompt{
		Name: "callback-apology",
		EN:   "This is {company}. We are sorry, we cannot go on with this call right now. If you need our help, please call {call-back}. Goodbye.",
		ES:   "Le llamamos de {company}. Lo sentimos, no podemos seguir con esta llamada. Si necesita nuestra ayuda, llame al {call-back}. Adiós.",
	},
}
