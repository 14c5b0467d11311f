package helpline

import "updatecenter/ivr"

// Voice mail.
var (
	sayVoiceMail = ivr.Prompt{
		Name: "helpline-voice-mail",
		EN:   "If your mailbox is new, or you forgot its password, we give you a temporary password.",
		ES:   "Si su buzón es nuevo, o si olvidó la contraseña, le damos una contraseña temporal.",
	}
	passwordByPIN = ivr.Prompt{
		Name: "helpline-password-by-pin",
		EN:   "To hear it now, with the PIN of this line, press {key}.",
		ES:   "Para oírla ahora, con el PIN de esta línea, oprima el {key}.",
	}
	passwordByCall = ivr.Prompt{
		Name: "helpline-password-by-call",
		EN:   "To hear it in a call to your home telephone, press {key}.",
		ES:   "Para oírla en una llamada al teléfono de su casa, oprima el {key}.",
	}
	passwordByCode = ivr.Prompt{
		Name: "helpline-password-by-code",
		EN:   "To hear it now, with your account number and security code, press {key}.",
		ES:   "Para oírla ahora, con su número de cuenta y su código de seguridad, oprima el {key}.",
	}
	forMoreVoiceMail = ivr.Prompt{
		Name: "helpline-for-more-voice-mail",
		EN:   "For anything else about voice mail, press {key}.",
		ES:   "Para otro asunto del buzón de voz, oprima el {key}.",
	}
	sayAskMailLine = ivr.Prompt{
		Name: "helpline-ask-line-of-mailbox",
		EN:   "Enter the ten digits of your home telephone number, then press pound.",
		ES:   "Ingrese los diez dígitos del número de teléfono de su casa y luego oprima el signo de número.",
	}
	sayPassword = ivr.Prompt{
		Name: "helpline-mailbox-password",
		EN:   "Your temporary password is {mailbox-password}.",
		ES:   "Su contraseña temporal es {mailbox-password}.",
	}
	sayPasswordAgain = ivr.Prompt{
		Name: "helpline-mailbox-password-again",
		EN:   "Once more, {mailbox-password}.",
		ES:   "Otra vez: {mailbox-password}.",
	}
	sayMailboxNext = ivr.Prompt{
		Name: "helpline-mailbox-next",
		EN:   "{mailbox-next}",
		ES:   "{mailbox-next}",
	}
	firstUse = ivr.Prompt{
		Name: "helpline-first-use",
		EN:   "Your mailbox is not set up yet. Call it from your home telephone, enter that password, choose your own, and record your greeting.",
		ES:   "Su buzón aún no está configurado. Llame a él desde el teléfono de su casa, ingrese esa contraseña, elija una propia y grabe su saludo.",
	}
	nextUse = ivr.Prompt{
		Name: "helpline-next-use",
		EN:   "Call your mailbox, enter that password, and choose your own.",
		ES:   "Llame a su buzón, ingrese esa contraseña y elija una propia.",
	}
	sayNoMailbox = ivr.Prompt{
		Name: "helpline-no-mailbox",
		EN:   "That line has no mailbox.",
		ES:   "La línea no tiene buzón de voz.",
	}
	sayTooManyResets = ivr.Prompt{
		Name: "helpline-too-many-resets",
		EN:   "The mailbox has got several new passwords already. Please try again in twenty-four hours, or ask a person.",
		ES:   "El buzón ya recibió varias contraseñas nuevas. Intente de nuevo en veinticuatro horas o pregunte a una persona.",
	}
	sayNotReset = ivr.Prompt{
		Name: "helpline-not-reset",
		EN:   "We cannot do that right now. A person can help.",
		ES:   "Ahora no podemos hacerlo. Una persona puede ayudarle.",
	}
	sayWillCallLine = ivr.Prompt{
		Name: "helpline-will-call-line",
		EN:   "If that line has a mailbox, we call it within five minutes. Press 1 in that call to hear the new password. If you are calling from that line, please hang up now.",
		ES:   "Si esa línea tiene buzón de voz, la llamamos en cinco minutos o menos. Oprima el uno en esa llamada para oír la contraseña nueva. Si llama desde esa línea, cuelgue ahora.",
	}
	sayMayBeReset = ivr.Prompt{
		Name: "helpline-may-be-reset",
		EN:   "Your mailbox may have a new password already. If the old one is refused, please ask for another.",
		ES:   "Es posible que su buzón ya tenga una contraseña nueva. Si la anterior es rechazada, pida otra.",
	}
)
