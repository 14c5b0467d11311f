package helpline

import (
	"fmt"

	"updatecenter/internal/tickets"
	"updatecenter/ivr"
)

// Finding the ticket.
var (
	byPIN = ivr.Prompt{
		Name: "helpline-by-pin",
		EN:   "To hear about your repair with the PIN of this line, press {key}.",
		ES:   "Para saber de su reparación con el PIN de esta línea, oprima el {key}.",
	}
	byBill = ivr.Prompt{
		Name: "helpline-by-bill",
		EN:   "To hear about your repair with your bill at hand, press {key}.",
		ES:   "Para saber de su reparación con su factura a mano, oprima el {key}.",
	}
	toRepairService = ivr.Prompt{
		Name: "helpline-to-repair-service",
		EN:   "To report a problem, press {key}.",
		ES:   "Para informar de un problema, oprima el {key}.",
	}
	sayAskPIN = ivr.Prompt{
		Name: "helpline-ask-pin",
		EN:   "Enter the PIN of the line that you are calling from, then press pound.",
		ES:   "Ingrese el PIN de la línea desde la que llama y luego oprima el signo de número.",
	}
	sayWrongPIN = ivr.Prompt{
		Name: "helpline-wrong-pin",
		EN:   "That PIN does not match our records. {last-try}",
		ES:   "Ese PIN no coincide con nuestros registros. {last-try}",
	}
	sayTemporaryPIN = ivr.Prompt{
		Name: "helpline-temporary-pin",
		EN:   "That is the temporary PIN, which others know too. Dial {short-code} from home to choose your own, or choose another way now.",
		ES:   "Ese es el PIN temporal, que otros también conocen. Marque {short-code} desde su casa para elegir uno propio, o elija ahora otra forma.",
	}
	sayLockedPIN = ivr.Prompt{
		Name: "helpline-locked-pin",
		EN:   "To protect the line, no PIN is accepted right now. Our repair service can help.",
		ES:   "Para proteger la línea, por ahora no se acepta ningún PIN. El servicio de reparaciones puede ayudarle.",
	}
	sayNothingChecked = ivr.Prompt{
		Name: "helpline-nothing-checked",
		EN:   "There were too many entries that did not match, so nothing is checked right now. Please try again later, or ask a person.",
		ES:   "Hubo demasiados datos que no coincidían, así que por ahora no se comprueba nada. Intente más tarde o pregunte a una persona.",
	}
	sayNoTicket = ivr.Prompt{
		Name: "helpline-no-ticket",
		EN:   "There is no repair ticket. To report a problem, call our repair service.",
		ES:   "No hay ningún reporte de reparación. Para informar de un problema, llame al servicio de reparaciones.",
	}
	saySeveral = ivr.Prompt{
		Name: "helpline-several-tickets",
		EN:   "There are several tickets.",
		ES:   "Hay más de un reporte.",
	}
)

// forTicketNumber offers one of the tickets that were found, from 0.
func forTicketNumber(n int) ivr.Prompt {
	number := ticketNumber(n).Name
	return ivr.Prompt{
		Name: fmt.Sprintf("helpline-for-%s", number),
		EN:   "For ticket {" + number + "}, press {key}.",
		ES:   "Para el reporte {" + number + "}, oprima el {key}.",
	}
}

// How a ticket stands.
var (
	sayTicket = ivr.Prompt{
		Name: "helpline-ticket",
		EN:   "The ticket number is {ticket}.",
		ES:   "El número de su reporte es {ticket}.",
	}
	sayTicketAgain = ivr.Prompt{
		Name: "helpline-ticket-again",
		EN:   "Once more, {ticket}.",
		ES:   "Otra vez: {ticket}.",
	}
	sayStatus = ivr.Prompt{
		Name: "helpline-status",
		EN:   "{status} {visit} {technician}",
		ES:   "{status} {visit} {technician}",
	}
	sayTested = ivr.Prompt{
		Name: "helpline-tested",
		EN:   "{tested}",
		ES:   "{tested}",
	}
	statuses = map[tickets.Status]ivr.Prompt{
		tickets.Open: {
			Name: "helpline-status-open",
			EN:   "We are working on it, and no visit is arranged yet.",
			ES:   "Estamos trabajando en él y aún no hay visita acordada.",
		},
		tickets.Scheduled: {
			Name: "helpline-status-scheduled",
			EN:   "A visit is arranged.",
			ES:   "Hay una visita acordada.",
		},
		tickets.Dispatched: {
			Name: "helpline-status-dispatched",
			EN:   "A technician has been assigned.",
			ES:   "Ya tiene un técnico asignado.",
		},
		tickets.Completed: {
			Name: "helpline-status-done",
			EN:   "The repair is done.",
			ES:   "La reparación está hecha.",
		},
		tickets.Canceled: {
			Name: "helpline-status-canceled",
			EN:   "It is canceled.",
			ES:   "Está cancelado.",
		},
	}
	visitArranged = ivr.Prompt{
		Name: "helpline-visit",
		EN:   "The technician is expected on {day}, between {earliest} and {latest}.",
		ES:   "Se espera al técnico {day}, entre {earliest} y {latest}.",
	}
	onTheWay = ivr.Prompt{
		Name: "helpline-on-the-way",
		EN:   "The technician is on the way.",
		ES:   "El técnico está en camino.",
	}
	onTheWayFor = ivr.Prompt{
		Name: "helpline-on-the-way-for",
		EN:   "The technician is on the way, and will be there in about {minutes} minutes.",
		ES:   "El técnico está en camino y llegará en unos {minutes} minutos.",
	}
	hasArrived = ivr.Prompt{
		Name: "helpline-has-arrived",
		EN:   "The technician has arrived.",
		ES:   "El técnico ha llegado.",
	}
	// results are those of a test, by what came of it; "" is under way.
	results = map[tickets.Result]ivr.Prompt{
		"": {
			Name: "helpline-result-under-way",
			EN:   "A test of the line is going on.",
			ES:   "Se está probando la línea.",
		},
		tickets.LineGood: {
			Name: "helpline-result-good",
			EN:   "The newest test of the line found no trouble.",
			ES:   "La última prueba de la línea no encontró ningún fallo.",
		},
		tickets.TroubleFound: {
			Name: "helpline-result-trouble",
			EN:   "The newest test of the line found trouble.",
			ES:   "La última prueba de la línea encontró un fallo.",
		},
		tickets.NotTested: {},
	}
	toChangeContact = ivr.Prompt{
		Name: "helpline-to-change-contact",
		EN:   "To give the technician another telephone number, press {key}.",
		ES:   "Para dar otro número de teléfono al técnico, oprima el {key}.",
	}
	toCancel = ivr.Prompt{
		Name: "helpline-to-cancel",
		EN:   "To cancel, press {key}.",
		ES:   "Para cancelar, oprima el {key}.",
	}
	toTest = ivr.Prompt{
		Name: "helpline-to-test",
		EN:   "To have the line tested now, press {key}.",
		ES:   "Para que probemos la línea ahora, oprima el {key}.",
	}
	toHearTicket = ivr.Prompt{
		Name: "helpline-to-hear-ticket",
		EN:   "To hear the ticket again, press {key}.",
		ES:   "Para oír el reporte otra vez, oprima el {key}.",
	}
	sayTicketGone = ivr.Prompt{
		Name: "helpline-ticket-gone",
		EN:   "That ticket has ended meanwhile, so nothing was changed.",
		ES:   "Ese reporte ha terminado entretanto, así que no se cambió nada.",
	}
	sayOvertaken = ivr.Prompt{
		Name: "helpline-pin-changed-by-another",
		EN:   "The PIN of this line was changed by someone else during your call, so nothing was changed. If that was not you, please call our repair service.",
		ES:   "Otra persona cambió el PIN de esta línea durante su llamada, así que no se cambió nada. Si no fue usted, llame al servicio de reparaciones.",
	}
	sayTicketBusy = ivr.Prompt{
		Name: "helpline-ticket-busy",
		EN:   "We cannot change the ticket right now. Please try again later, or call our repair service.",
		ES:   "Ahora no podemos cambiar el reporte. Intente más tarde o llame al servicio de reparaciones.",
	}
)

// sayStatuses are the statuses, in their order.
func sayStatuses() []ivr.Prompt {
	all := make([]ivr.Prompt, len(tickets.Statuses))
	for i, s := range tickets.Statuses {
		all[i] = statuses[s]
	}
	return all
}

// Changing it.
var (
	sayAskContact = ivr.Prompt{
		Name: "helpline-ask-contact",
		EN:   "Enter the ten digits of the telephone number for the technician, then press pound.",
		ES:   "Ingrese los diez dígitos del número de teléfono para el técnico y luego oprima el signo de número.",
	}
	sayBadContact = ivr.Prompt{
		Name: "helpline-no-contact",
		EN:   "That is not a telephone number that we can call. Please enter another one, area code first.",
		ES:   "Ese no es un número de teléfono al que podamos llamar. Ingrese otro, comenzando por el código de área.",
	}
	sayReadBack = ivr.Prompt{
		Name: "helpline-read-back",
		EN:   "You entered {contact}.",
		ES:   "Usted ingresó el {contact}.",
	}
	isRight = ivr.Prompt{
		Name: "helpline-is-right",
		EN:   "If that is right, press {key}.",
		ES:   "Si es correcto, oprima el {key}.",
	}
	isWrong = ivr.Prompt{
		Name: "helpline-is-wrong",
		EN:   "To enter it again, press {key}.",
		ES:   "Para ingresarlo otra vez, oprima el {key}.",
	}
	sayContactChanged = ivr.Prompt{
		Name: "helpline-contact-changed",
		EN:   "The technician now has the number {contact}.",
		ES:   "El técnico tiene ahora el número {contact}.",
	}
	toCancelVisit = ivr.Prompt{
		Name: "helpline-to-cancel-visit",
		EN:   "To cancel the visit and keep the ticket, press {key}.",
		ES:   "Para cancelar la visita y conservar el reporte, oprima el {key}.",
	}
	toCancelTicket = ivr.Prompt{
		Name: "helpline-to-cancel-ticket",
		EN:   "To cancel the ticket, press {key}.",
		ES:   "Para cancelar el reporte, oprima el {key}.",
	}
	sayCancelVisit = ivr.Prompt{
		Name: "helpline-cancel-visit",
		EN:   "Then the technician does not come, and ticket {ticket} stays open.",
		ES:   "Entonces el técnico no irá y el reporte {ticket} seguirá abierto.",
	}
	sayCancelTicket = ivr.Prompt{
		Name: "helpline-cancel-ticket",
		EN:   "Then ticket {ticket} ends, and nothing more is done.",
		ES:   "Entonces el reporte {ticket} termina y no se hará nada más.",
	}
	toConfirm = ivr.Prompt{
		Name: "helpline-to-confirm",
		EN:   "To cancel it, press {key}.",
		ES:   "Para cancelar, oprima el {key}.",
	}
	toKeepTicket = ivr.Prompt{
		Name: "helpline-to-keep-ticket",
		EN:   "To keep it as it is, press {key}.",
		ES:   "Para dejarlo como está, oprima el {key}.",
	}
	sayVisitGone = ivr.Prompt{
		Name: "helpline-visit-gone",
		EN:   "There is no visit to cancel any more. This is how your ticket stands now.",
		ES:   "Ya no hay ninguna visita que cancelar. Así está ahora su reporte.",
	}
	sayTooManyContacts = ivr.Prompt{
		Name: "helpline-too-many-contacts",
		EN:   "The number was changed several times already. Please try again in twenty-four hours, or press 0 for a person.",
		ES:   "El número ya se cambió varias veces. Intente de nuevo en veinticuatro horas u oprima el cero para hablar con una persona.",
	}
	sayVisitCanceled = ivr.Prompt{
		Name: "helpline-visit-canceled",
		EN:   "The visit is canceled. Ticket {ticket} stays open.",
		ES:   "La visita está cancelada. El reporte {ticket} sigue abierto.",
	}
	sayTicketCanceled = ivr.Prompt{
		Name: "helpline-ticket-canceled",
		EN:   "Ticket {ticket} is canceled, and nobody will come.",
		ES:   "El reporte {ticket} está cancelado y no irá nadie.",
	}
	sayCancelTooLate = ivr.Prompt{
		Name: "helpline-cancel-too-late",
		EN:   "The technician is there already, so it cannot be canceled. Please tell the technician.",
		ES:   "El técnico ya está allí, así que no se puede cancelar. Dígaselo al técnico.",
	}
	sayMayBeDone = ivr.Prompt{
		Name: "helpline-may-be-done",
		EN:   "What you asked for may be done already. Please listen to the ticket when you call again.",
		ES:   "Es posible que lo que pidió ya esté hecho. Escuche el reporte cuando llame de nuevo.",
	}
	sayUnsure = ivr.Prompt{
		Name: "helpline-unsure",
		EN:   "However, we could not make sure that this will last. If it turns out not to be done, please ask for it again.",
		ES:   "Sin embargo, no pudimos comprobar que esto vaya a conservarse. Si resulta que no está hecho, pídalo otra vez.",
	}
)

// The service test.
var (
	sayTestBegun = ivr.Prompt{
		Name: "helpline-test-begun",
		EN:   "Your line is being tested. That can take some minutes, and you can wait.",
		ES:   "Estamos probando su línea. Puede tardar unos minutos, y puede esperar.",
	}
	toBeCalledBack = ivr.Prompt{
		Name: "helpline-to-be-called-back",
		EN:   "To be called back with the result, at the number that the technician has, press {key}.",
		ES:   "Para que le llamemos con el resultado, al número que tiene el técnico, oprima el {key}.",
	}
	sayStillTesting = ivr.Prompt{
		Name: "helpline-still-testing",
		EN:   "The test is still going on.",
		ES:   "La prueba continúa.",
	}
	sayTooManyTests = ivr.Prompt{
		Name: "helpline-too-many-tests",
		EN:   "The line was tested several times already. Please try again in twenty-four hours.",
		ES:   "La línea ya se ha probado varias veces. Intente de nuevo en veinticuatro horas.",
	}
	sayGood = ivr.Prompt{
		Name: "helpline-test-good",
		EN:   "The test found no trouble on your line. If it still does not work, unplug your telephones and try them one by one.",
		ES:   "La prueba no encontró ningún fallo en su línea. Si aún no funciona, desconecte sus teléfonos y pruébelos uno por uno.",
	}
	sayTrouble = ivr.Prompt{
		Name: "helpline-test-trouble",
		EN:   "The test found trouble on your line. It is added to your ticket, and we repair it.",
		ES:   "La prueba encontró un problema en su línea. Queda anotado en su reporte y lo repararemos.",
	}
	sayNotTested = ivr.Prompt{
		Name: "helpline-not-tested",
		EN:   "The line could not be tested. Please try again later.",
		ES:   "No se pudo probar la línea. Intente de nuevo más tarde.",
	}
	sayWillCallBack = ivr.Prompt{
		Name: "helpline-will-call-back",
		EN:   "We will call the number that the technician has, as soon as there is a result.",
		ES:   "Llamaremos al número que tiene el técnico en cuanto haya un resultado.",
	}
	sayLater = ivr.Prompt{
		Name: "helpline-test-later",
		EN:   "The test takes longer. Please call again in some minutes: you hear the result with your ticket.",
		ES:   "La prueba tarda más. Llame de nuevo en unos minutos: oirá el resultado con su reporte.",
	}
)
