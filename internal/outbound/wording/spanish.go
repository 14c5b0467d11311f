package wording

import "updatecenter/internal/deliveries"

// What notices say in Spanish, besides what was changed.
const (
	notToldES  = "Para su protección, aquí no indicamos cuál es el dato nuevo."
	notYouES   = "Si fue usted, no tiene que hacer nada. Si no fue usted, llámenos de inmediato al {call}."
	keepItES   = "No lo comparta con nadie. Nunca le llamamos ni le escribimos para pedirlo. Si alguien se lo pide, no lo diga, aunque afirme que trabaja para {company}: cuelgue y llámenos."
	notAskedES = "Si usted no hizo esta solicitud, llámenos al {call}."
)

var spanish = tongue{
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
	question: "Su pregunta de seguridad",
	answer:   "Su respuesta",
	closing:  "Atentamente,",
	noReply:  "Este mensaje se envió de forma automática. Nadie lee las respuestas.",

	temporaryPIN:     "el PIN temporal %s, que es el de toda línea nueva,",
	someTemporaryPIN: "el PIN temporal que recibió con su servicio,",
	texts: map[deliveries.About]text{ //nolint:exhaustive // a call alone tells the code of a validation
		deliveries.SecurityCode: {
			subject: "Su código de seguridad",
			before:  []string{"Recibimos una solicitud del código de seguridad de su cuenta de {company}. Aquí lo tiene."},
			after: []string{
				"Lo necesita para inscribirse en una cuenta en línea, o para agregar esta cuenta a la que ya tiene.",
				keepItES, notAskedES,
			},
		},
		deliveries.SecurityAnswer: {
			subject: "La respuesta a su pregunta de seguridad",
			before:  []string{"Recibimos una solicitud de la respuesta a la pregunta de seguridad de su cuenta de {company}. Aquí la tiene, tal como usted nos la dio."},
			after: []string{
				"La necesita para inscribirse en una cuenta en línea, o para agregar esta cuenta a la que ya tiene.",
				"No la comparta con nadie. Nunca le llamamos ni le escribimos para pedirla. Si alguien se la pide, no la diga, aunque afirme que trabaja para {company}: cuelgue y llámenos.",
				notAskedES,
			},
		},
		deliveries.Welcome: {
			subject: "Le damos la bienvenida a {company}",
			before:  []string{"Gracias por elegir a {company}. Guarde esta información en un lugar seguro: explica cómo manejar su cuenta y sus funciones de llamadas."},
			after: []string{
				keepItES,
				"Su cuenta en línea. Inscríbase en nuestro sitio web con el número de cuenta que aparece en su factura y con este código de seguridad o el código postal de su dirección de facturación.",
				"Sus funciones de llamadas. Desde el número principal de su casa, marque 78. Se le pedirá un PIN. La primera vez, ingrese {temporary-pin} y luego elija el suyo. A partir de entonces podrá llamar desde cualquier teléfono de tonos.",
				"Si olvida su PIN, llame al servicio de reparaciones al {repair}. Para cualquier otro asunto de su cuenta, llame al {call}.",
			},
		},
		deliveries.PINChanged: {
			subject: "Se cambió su PIN",
			before:  []string{"El PIN de las funciones de llamadas de su línea telefónica se cambió el {date}.", notToldES, notYouES},
		},
		deliveries.PINReset: {
			subject: "Se restableció su PIN",
			before: []string{
				"El PIN de las funciones de llamadas de su línea telefónica se restableció el {date}.",
				"Para elegir uno nuevo, marque 78 desde el número principal de su casa.",
				"Si usted no lo solicitó, llámenos de inmediato al {call}.",
			},
		},
		deliveries.CodeChanged: {
			subject: "Se cambió su código de seguridad",
			before:  []string{"El código de seguridad de su cuenta de {company} se cambió el {date}.", notToldES, notYouES},
		},
		deliveries.QuestionChanged: {
			subject: "Se cambió su pregunta de seguridad",
			before:  []string{"La pregunta de seguridad de su cuenta de {company}, o su respuesta, se creó o se cambió el {date}.", notToldES, notYouES},
		},
		deliveries.AddressChanged: {
			subject: "Se cambió su dirección de facturación",
			before:  []string{"La dirección de facturación de su cuenta de {company} se cambió el {date}.", notToldES, notYouES},
		},
		deliveries.EmailChanged: {
			subject: "Se cambió su correo electrónico",
			before:  []string{"La dirección de correo electrónico de su cuenta de {company} se cambió el {date}.", notToldES, notYouES},
		},
		deliveries.PhoneChanged: {
			subject: "Se cambió su número de teléfono",
			before:  []string{"El número de teléfono principal de su cuenta de {company} se cambió el {date}.", notToldES, notYouES},
		},
	},
}
