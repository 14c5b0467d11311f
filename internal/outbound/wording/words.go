package wording

import (
	"updatecenter/internal/deliveries"
)

// What notices say in English, besides what was changed.
const (
	notToldEN  = "For your protection, we do not say here what it was changed to."
	notYouEN   = "If it was you, there is nothing for you to do. If it was not, please call us right away at {call}."
	keepItEN   = "Keep it to yourself. We never call or write to ask you for it. If somebody asks you for it, do not tell it, even if they say that they work for {company}: hang up, and call us."
	notAskedEN = "If you did not ask for it, please call us at {call}."
)

func changedEN(subject, what string) Text {
	return Text{Subject: subject, Before: []string{what, notToldEN, notYouEN}}
}

var english = language{
	language: "en",
	months: [12]string{
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	},
	day:      "%[2]s %[1]d, %[3]d",
	dear:     "Dear %s:",
	customer: "customer",
	ending:   "Account ending in %s",
	code:     "Your security code",
	userName: "Your user name",
	linkCode: "Your one-time code",
	lasts:    map[bool]string{false: "24 hours", true: "21 days"},
	question: "Your security question",
	answer:   "Your answer",
	closing:  "Sincerely,",
	noReply:  "This message was sent automatically. Nobody reads replies to it.",

	temporaryPIN:     "the temporary PIN %s, which every new line has,",
	someTemporaryPIN: "the temporary PIN that came with your service,",
	texts: map[deliveries.Topic]Text{ //nolint:exhaustive // a call alone tells the code of a validation, the result of a test, and what is of a mailbox or its line's e-mail
		deliveries.SecurityCode: {
			Subject: "Your security code",
			Before:  []string{"We were asked for the security code of your {company} account. Here it is."},
			After: []string{
				"You need it to enroll in an online account, or to add this account to one you have.",
				keepItEN, notAskedEN,
			},
		},
		deliveries.SecurityAnswer: {
			Subject: "The answer to your security question",
			Before:  []string{"We were asked for the answer to the security question of your {company} account. Here it is, as you gave it to us."},
			After: []string{
				"You need it to enroll in an online account, or to add this account to one you have.",
				keepItEN, notAskedEN,
			},
		},
		deliveries.Welcome: {
			Subject: "Welcome to {company}",
			Before:  []string{"Thank you for choosing {company}. Please keep this in a safe place: it tells you how to look after your account and your calling features."},
			After: []string{
				keepItEN,
				"Your online account. Enroll on our website with the account number on your bill, and with this security code or the ZIP code of your billing address.",
				"Your calling features. From your primary home number, dial 78. You are asked for a PIN. The first time, enter {temporary-pin} and then choose your own. From then on you can call from any touch-tone phone.",
				"If you forget your PIN, call our repair service at {repair}. For anything else about your account, call {call}.",
			},
		},
		deliveries.UserName: {
			Subject: "Your user name",
			Before:  []string{"We were asked for the user name of your long-distance account with {company}. Here it is."},
			After:   []string{"We never call or write to ask you for your password.", notAskedEN},
		},
		deliveries.PasswordLink: {
			Subject: "Choose a new password",
			Before: []string{
				"We were asked for a new password for your {company} account. To choose one, go to {password-url} and enter this code there.",
			},
			After: []string{
				"It works once, within {lasts} of {date}. Until you use it, your present password stays as it is.",
				keepItEN, notAskedEN,
			},
		},
		deliveries.PINChanged: changedEN("Your PIN was changed",
			"The PIN for the calling features of your telephone line was changed on {date}."),
		deliveries.PINReset: {
			Subject: "Your PIN was reset",
			Before: []string{
				"The PIN for the calling features of your telephone line was reset on {date}.",
				"To choose a new one, dial 78 from your primary home number.",
				"If you did not ask for this, please call us right away at {call}.",
			},
		},
		deliveries.CodeChanged: changedEN("Your security code was changed",
			"The security code of your {company} account was changed on {date}."),
		deliveries.QuestionChanged: changedEN("Your security question was changed",
			"The security question of your {company} account, or the answer to it, was created or changed on {date}."),
		deliveries.AddressChanged: changedEN("Your billing address was changed",
			"The billing address of your {company} account was changed on {date}."),
		deliveries.EmailChanged: changedEN("Your e-mail address was changed",
			"The e-mail address of your {company} account was changed on {date}."),
		deliveries.PhoneChanged: changedEN("Your telephone number was changed",
			"The primary telephone number of your {company} account was changed on {date}."),
		deliveries.SignInChanged: changedEN("Your user name or password was changed",
			"The user name or the password of your {company} account was changed on {date}."),
		deliveries.PasswordAsked: {
			Subject: "A new password was asked for",
			Before: []string{
				"Somebody asked for a new password for your {company} account on {date}. What is needed to choose one was sent to your address of record, and to nobody else.",
				notYouEN,
			},
		},
		deliveries.TicketContactChanged: changedEN("The telephone number for your repair was changed",
			"The telephone number at which our technician reaches you about your repair ticket was changed on {date}."),
		deliveries.TicketCanceled: {
			Subject: "Your repair was canceled",
			Before: []string{
				"Your repair ticket, or the visit of our technician, was canceled on {date}.",
				notYouEN,
			},
		},
	},
	distant: map[deliveries.Topic]Text{ //nolint:exhaustive // the others are the same
		deliveries.SecurityCode: {
			Subject: "Your security code",
			Before:  []string{"We were asked for the security code of your long-distance account with {company}. Here it is."},
			After: []string{
				"You need it when you have forgotten the user name or the password of that account.",
				keepItEN, notAskedEN,
			},
		},
		deliveries.Welcome: {
			Subject: "Welcome to {company}",
			Before:  []string{"Thank you for choosing {company} for long distance. Please keep this in a safe place."},
			After: []string{
				keepItEN,
				"If you forget the user name or the password of your long-distance account, have this security code ready and call {call}.",
			},
		},
	},
}

// What notices say in Spanish, besides what was changed.
const (
	notToldES  = "Para su protección, aquí no indicamos cuál es el dato nuevo."
	notYouES   = "Si fue usted, no tiene que hacer nada. Si no fue usted, llámenos de inmediato al {call}."
	keepItES   = "No lo comparta con nadie. Nunca le llamamos ni le escribimos para pedirlo. Si alguien se lo pide, no lo diga, aunque afirme que trabaja para {company}: cuelgue y llámenos."
	notAskedES = "Si usted no hizo esta solicitud, llámenos al {call}."
)

func changedES(subject, what string) Text {
	return Text{Subject: subject, Before: []string{what, notToldES, notYouES}}
}

var spanish = language{
	language: "es",
	months: [12]string{
		"enero", "febrero", "marzo", "abril", "mayo", "junio",
		"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
	},
	day:      "%d de %s de %d",
	dear:     "Apreciable %s:",
	customer: "cliente",
	ending:   "Cuenta que termina en %s",
	code:     "Su código de seguridad",
	userName: "Su nombre de usuario",
	linkCode: "Su código de un solo uso",
	lasts:    map[bool]string{false: "24 horas", true: "21 días"},
	question: "Su pregunta de seguridad",
	answer:   "Su respuesta",
	closing:  "Atentamente,",
	noReply:  "Este mensaje se envió de forma automática. Nadie lee las respuestas.",

	temporaryPIN:     "el PIN temporal %s, que es el de toda línea nueva,",
	someTemporaryPIN: "el PIN temporal que recibió con su servicio,",
	texts: map[deliveries.Topic]Text{ //nolint:exhaustive // a call alone tells the code of a validation, the result of a test, and what is of a mailbox or its line's e-mail
		deliveries.SecurityCode: {
			Subject: "Su código de seguridad",
			Before:  []string{"Recibimos una solicitud del código de seguridad de su cuenta de {company}. Aquí lo tiene."},
			After: []string{
				"Lo necesita para inscribirse en una cuenta en línea, o para agregar esta cuenta a la que ya tiene.",
				keepItES, notAskedES,
			},
		},
		deliveries.SecurityAnswer: {
			Subject: "La respuesta a su pregunta de seguridad",
			Before:  []string{"Recibimos una solicitud de la respuesta a la pregunta de seguridad de su cuenta de {company}. Aquí la tiene, tal como usted nos la dio."},
			After: []string{
				"La necesita para inscribirse en una cuenta en línea, o para agregar esta cuenta a la que ya tiene.",
				"No la comparta con nadie. Nunca le llamamos ni le escribimos para pedirla. Si alguien se la pide, no la diga, aunque afirme que trabaja para {company}: cuelgue y llámenos.",
				notAskedES,
			},
		},
		deliveries.Welcome: {
			Subject: "Le damos la bienvenida a {company}",
			Before:  []string{"Gracias por elegir a {company}. Guarde esta información en un lugar seguro: explica cómo manejar su cuenta y sus funciones de llamadas."},
			After: []string{
				keepItES,
				"Su cuenta en línea. Inscríbase en nuestro sitio web con el número de cuenta que aparece en su factura y con este código de seguridad o el código postal de su dirección de facturación.",
				"Sus funciones de llamadas. Desde el número principal de su casa, marque 78. Se le pedirá un PIN. La primera vez, ingrese {temporary-pin} y luego elija el suyo. A partir de entonces podrá llamar desde cualquier teléfono de tonos.",
				"Si olvida su PIN, llame al servicio de reparaciones al {repair}. Para cualquier otro asunto de su cuenta, llame al {call}.",
			},
		},
		deliveries.UserName: {
			Subject: "Su nombre de usuario",
			Before:  []string{"Recibimos una solicitud del nombre de usuario de su cuenta de larga distancia con {company}. Aquí lo tiene."},
			After:   []string{"Nunca le llamamos ni le escribimos para pedirle su contraseña.", notAskedES},
		},
		deliveries.PasswordLink: {
			Subject: "Elija una contraseña nueva",
			Before: []string{
				"Recibimos una solicitud de una contraseña nueva para su cuenta de {company}. Para elegirla, vaya a {password-url} e ingrese allí este código.",
			},
			After: []string{
				"Sirve una sola vez, en un plazo de {lasts} a partir del {date}. Hasta que lo use, su contraseña actual sigue igual.",
				keepItES, notAskedES,
			},
		},
		deliveries.PINChanged: changedES("Se cambió su PIN",
			"El PIN de las funciones de llamadas de su línea telefónica se cambió el {date}."),
		deliveries.PINReset: {
			Subject: "Se restableció su PIN",
			Before: []string{
				"El PIN de las funciones de llamadas de su línea telefónica se restableció el {date}.",
				"Para elegir uno nuevo, marque 78 desde el número principal de su casa.",
				"Si usted no lo solicitó, llámenos de inmediato al {call}.",
			},
		},
		deliveries.CodeChanged: changedES("Se cambió su código de seguridad",
			"El código de seguridad de su cuenta de {company} se cambió el {date}."),
		deliveries.QuestionChanged: changedES("Se cambió su pregunta de seguridad",
			"La pregunta de seguridad de su cuenta de {company}, o su respuesta, se creó o se cambió el {date}."),
		deliveries.AddressChanged: changedES("Se cambió su dirección de facturación",
			"La dirección de facturación de su cuenta de {company} se cambió el {date}."),
		deliveries.EmailChanged: changedES("Se cambió su correo electrónico",
			"La dirección de correo electrónico de su cuenta de {company} se cambió el {date}."),
		deliveries.PhoneChanged: changedES("Se cambió su número de teléfono",
			"El número de teléfono principal de su cuenta de {company} se cambió el {date}."),
		deliveries.SignInChanged: changedES("Se cambió su nombre de usuario o su contraseña",
			"El nombre de usuario o la contraseña de su cuenta de {company} se cambió el {date}."),
		deliveries.PasswordAsked: {
			Subject: "Se pidió una contraseña nueva",
			Before: []string{
				"Alguien pidió una contraseña nueva para su cuenta de {company} el {date}. Lo necesario para elegirla se envió a su dirección registrada, y a nadie más.",
				notYouES,
			},
		},
		deliveries.TicketContactChanged: changedES("Se cambió el número de teléfono para su reparación",
			"El número de teléfono en el que nuestro técnico lo localiza para su reporte de reparación se cambió el {date}."),
		deliveries.TicketCanceled: {
			Subject: "Se canceló su reparación",
			Before: []string{
				"Su reporte de reparación, o la visita de nuestro técnico, se canceló el {date}.",
				notYouES,
			},
		},
	},
	distant: map[deliveries.Topic]Text{ //nolint:exhaustive // the others are the same
		deliveries.SecurityCode: {
			Subject: "Su código de seguridad",
			Before:  []string{"Recibimos una solicitud del código de seguridad de su cuenta de larga distancia con {company}. Aquí lo tiene."},
			After: []string{
				"Lo necesita si olvida el nombre de usuario o la contraseña de esa cuenta.",
				keepItES, notAskedES,
			},
		},
		deliveries.Welcome: {
			Subject: "Le damos la bienvenida a {company}",
			Before:  []string{"Gracias por elegir a {company} para larga distancia. Guarde esta información en un lugar seguro."},
			After: []string{
				keepItES,
				"Si olvida el nombre de usuario o la contraseña de su cuenta de larga distancia, tenga a mano este código de seguridad y llame al {call}.",
			},
		},
	},
}
