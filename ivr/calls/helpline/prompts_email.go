package helpline

import (
	"fmt"
	"maps"
	"slices"

	"updatecenter/internal/mailboxes"
	"updatecenter/ivr"
)

// The password of an operator e-mail address.
var (
	sayEmail = ivr.Prompt{
		Name: "helpline-email",
		EN:   "If your mail program asks for a user name, enter your whole e-mail address.",
		ES:   "Si un programa de correo le pide el nombre de usuario, escriba su dirección de correo completa.",
	}
	forgotEmailPassword = ivr.Prompt{
		Name: "helpline-forgot-email-password",
		EN:   "If you forgot the password of your e-mail, press {key}.",
		ES:   "Si olvidó la contraseña de su correo electrónico, oprima el {key}.",
	}
	forMoreEmail = ivr.Prompt{
		Name: "helpline-for-more-email",
		EN:   "For anything else about e-mail, press {key}.",
		ES:   "Para otro asunto del correo electrónico, oprima el {key}.",
	}
	sayNotBTN = ivr.Prompt{
		Name: "helpline-no-billing-number",
		EN:   "That is not a telephone number. It has ten digits, and is on your bill.",
		ES:   "Ese no es un número de teléfono. Tiene diez dígitos y está en su factura.",
	}
	saySeveralEmails = ivr.Prompt{
		Name: "helpline-several-emails",
		EN:   "There are several e-mail addresses.",
		ES:   "Hay varias direcciones de correo.",
	}
	sayAskAnswer = ivr.Prompt{
		Name: "helpline-ask-answer",
		EN:   "There are two secret questions. {question} For each letter of the answer, press its key once, such as 2 for A, B or C. Leave out all other signs. Then press pound.",
		ES:   "Hay dos preguntas de seguridad. {question} Por cada letra de la respuesta oprima una vez su tecla, como el dos para A, B o C. Omita otros signos. Luego oprima el signo de número.",
	}
	saySecondAnswer = ivr.Prompt{
		Name: "helpline-ask-second-answer",
		EN:   "And the second one. {second-question} Enter the answer in the same way, then press pound.",
		ES:   "Y la segunda. {second-question} Ingrese la respuesta de la misma manera y luego oprima el signo de número.",
	}
	sayLockedToday = ivr.Prompt{
		Name: "helpline-locked-today",
		EN:   "To protect the address, no answers are checked now. Please call again tomorrow, or ask a person.",
		ES:   "Para proteger la dirección, por ahora no se comprueban respuestas. Llame de nuevo mañana o pregunte a una persona.",
	}
)

// forEmailOf offers one of the addresses that were found, from 0.
func forEmailOf(n int) ivr.Prompt {
	said := "{" + which(n).Name + "} {" + beginning(n).Name + "}"
	return ivr.Prompt{
		Name: fmt.Sprintf("helpline-for-email-%d", n+1),
		EN:   "For " + said + ", press {key}.",
		ES:   "Para " + said + ", oprima el {key}.",
	}
}

// theOne says which it is of those that begin alike, from 1; of one that is the only one, 0.
var theOne = [mailboxes.MaxEmails + 1]ivr.Prompt{
	{Name: "helpline-email-the-one", EN: "the one", ES: "la"},
	{Name: "helpline-email-the-first", EN: "the first one", ES: "la primera"},
	{Name: "helpline-email-the-second", EN: "the second one", ES: "la segunda"},
	{Name: "helpline-email-the-third", EN: "the third one", ES: "la tercera"},
	{Name: "helpline-email-the-fourth", EN: "the fourth one", ES: "la cuarta"},
	{Name: "helpline-email-the-fifth", EN: "the fifth one", ES: "la quinta"},
}

// beginsWith says how one of the addresses that were found begins, from 0.
func beginsWith(n int) ivr.Prompt {
	v := letters(n).Name
	return ivr.Prompt{
		Name: fmt.Sprintf("helpline-email-begins-%d", n+1),
		EN:   "that begins with {" + v + "}",
		ES:   "que empieza con {" + v + "}",
	}
}

var noLetters = ivr.Prompt{Name: "helpline-email-no-letters", EN: "that has no letters", ES: "que no tiene letras"}

// secretQuestions are how they are asked.
var secretQuestions = map[mailboxes.Question]ivr.Prompt{
	mailboxes.FirstPet: {
		Name: "helpline-question-first-pet",
		EN:   "What was the name of your first pet?",
		ES:   "¿Cómo se llamaba su primera mascota?",
	},
	mailboxes.BirthCity: {
		Name: "helpline-question-birth-city",
		EN:   "In what city were you born?",
		ES:   "¿En qué ciudad nació?",
	},
	mailboxes.FirstSchool: {
		Name: "helpline-question-first-school",
		EN:   "What was the name of your first school?",
		ES:   "¿Cómo se llamaba su primera escuela?",
	},
	mailboxes.ChildhoodStreet: {
		Name: "helpline-question-childhood-street",
		EN:   "On what street did you grow up?",
		ES:   "¿En qué calle creció?",
	},
	mailboxes.ChildhoodFriend: {
		Name: "helpline-question-childhood-friend",
		EN:   "What was the first name of your best childhood friend?",
		ES:   "¿Cuál era el nombre de su mejor amistad de la infancia?",
	},
	mailboxes.FirstCar: {
		Name: "helpline-question-first-car",
		EN:   "What was the make of your first car?",
		ES:   "¿De qué marca fue su primer auto?",
	},
	mailboxes.FirstJob: {
		Name: "helpline-question-first-job",
		EN:   "In what city was your first job?",
		ES:   "¿En qué ciudad fue su primer trabajo?",
	},
	mailboxes.FavoriteTeacher: {
		Name: "helpline-question-favorite-teacher",
		EN:   "What was the last name of your favorite teacher?",
		ES:   "¿Cuál era el apellido de su docente preferido?",
	},
	mailboxes.FavoriteTeam: {
		Name: "helpline-question-favorite-team",
		EN:   "What is your favorite sports team?",
		ES:   "¿Cuál es su equipo deportivo preferido?",
	},
	mailboxes.MothersFirstName: {
		Name: "helpline-question-mothers-first-name",
		EN:   "What is your mother's first name?",
		ES:   "¿Cuál es el nombre de su madre?",
	},
	mailboxes.FathersFirstName: {
		Name: "helpline-question-fathers-first-name",
		EN:   "What is your father's first name?",
		ES:   "¿Cuál es el nombre de su padre?",
	},
	mailboxes.Own: {
		Name: "helpline-question-own",
		EN:   "It is the question that you chose yourself.",
		ES:   "Es la pregunta que usted mismo eligió.",
	},
}

func sayQuestions() []ivr.Prompt {
	all := make([]ivr.Prompt, 0, len(secretQuestions))
	for _, q := range slices.Sorted(maps.Keys(secretQuestions)) {
		all = append(all, secretQuestions[q])
	}
	return all
}
