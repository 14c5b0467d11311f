package callback_test

import (
	"strings"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
)

// What the calls to customers say who are to read a code to an agent.
const (
	warning  = "We have a code for you to read to our repair agent. Read it only if you called us yourself. Never read it to somebody who called you."
	forAgent = "To hear the code for the repair agent you are speaking with, press 1. " +
		"If nobody of ours is speaking with you right now, hang up, or press 9."
	read      = "| The code is 8-0-4, and then 7-1-3. Once more: 8-0-4, and then 7-1-3. "
	readAgain = "To hear it again, press 1. If you did not call us yourself, tell nobody the code, and press 9."
	disowned  = "Thank you for telling us. If you have heard a code, tell it to nobody. For one day, we will make no more such calls. " +
		"If you have questions, please call 800-573-1311. Goodbye. hung up"

	aviso = "Tenemos un código para que usted lo lea a nuestro agente de reparaciones. Léalo solo si usted nos llamó. " +
		"Nunca lo lea a alguien que le llamó a usted."
	paraAgente = "Para oír el código para el agente de reparaciones con quien está hablando, oprima el uno. " +
		"Si ahora no está hablando con nadie de los nuestros, cuelgue u oprima el nueve."

	asked = who + " " + warning + " | " + forAgent
)

var validations = []script{
	{
		name: "reads a code to an agent, and hears it once more", deliveries: validationOf("en"), answeredBy: "human",
		call: []string{asked, "1", read + readAgain, "1", read + readAgain,
			"", noKey + readAgain, "", "No key was pressed. " + bye},
		noted: []string{"spoken"},
	},
	{
		name: "reads a code to an agent, in Spanish", deliveries: validationOf("es"),
		call: []string{quien + " " + aviso + " | " + paraAgente, "1",
			"| El código es 8-0-4, y después 7-1-3. Otra vez: 8-0-4, y después 7-1-3. " +
				"Para oírlo otra vez, oprima el uno. Si usted no nos llamó, no diga el código a nadie y oprima el nueve.", "*",
			"Gracias. Adiós. hung up"},
		noted: []string{"spoken"},
	},
	{
		name: "reads a code to an agent, in both languages", deliveries: validationOf(""), answeredBy: "unknown",
		call: []string{who + " " + quien + " " + warning + " " + aviso + " | " + forAgent + " " + paraAgente},
	},
	{
		name: "speaks with no agent, in Spanish", deliveries: validationOf("es"),
		call: []string{quien + " " + aviso + " | " + paraAgente, "9",
			"Gracias por avisarnos. Si ha oído un código, no lo diga a nadie. Durante un día no haremos más llamadas como esta. " +
				"Si tiene preguntas, llame al 800-573-1311. Adiós. hung up"},
		noted: []string{"declined"},
	},
	{
		name: "speaks with no agent", deliveries: validationOf("en"),
		call: []string{asked, "9", disowned}, noted: []string{"declined"},
	},
	{
		name: "was called by somebody who asks for the code", deliveries: validationOf("en"),
		call: []string{asked, "1", read + readAgain, "9", disowned}, noted: []string{"spoken", "declined"},
	},
	{
		name: "nobody presses a key for an agent", deliveries: validationOf("en"), answeredBy: "human",
		call: []string{asked, "", noKey + forAgent, "", "No key was pressed. " + left},
	},
	{
		name: "star, with an agent", deliveries: validationOf("en"),
		call: []string{asked, "*", left},
	},
	{
		name: "asks for help, with an agent", deliveries: validationOf("en"),
		call: []string{asked, "0", left},
	},
	{
		name: "asks for help after the code for an agent", deliveries: validationOf("en"),
		call: []string{asked, "1", read + readAgain, "0", left}, noted: []string{"spoken"},
	},
	{
		name: "a mailbox where others may have the code", deliveries: validationOf("en"), toMailbox: true, answeredBy: "machine_end_beep",
		call: []string{who + " " + left},
	},
	{
		name: "a mailbox that is greeting, where others may have the code", deliveries: validationOf("en"), toMailbox: true,
		answeredBy: "machine_start",
		call:       []string{"hung up"},
	},
	{
		name: "a fax, where mailboxes may have the code", deliveries: validationOf("en"), toMailbox: true, answeredBy: "fax",
		call: []string{"hung up"},
	},
}

// What goes wrong while an agent waits ends in a sentence, and never in the code.
func TestTroubleInAValidation(t *testing.T) {
	const apology = "This is Northern Telephone. We are sorry, we cannot go on with this call right now. " +
		"If you need our help, please call 800-573-1311. Goodbye. hung up"
	for name, tt := range map[string]struct {
		spoil func(f *fake)
		keys  string
		want  string
	}{
		"reading":                    {func(f *fake) { f.opened = errDown }, "1", sorry},
		"ten minutes have passed":    {func(f *fake) { f.opened = deliveries.ErrNotFound }, "1", nothing},
		"noting that it was spoken":  {func(f *fake) { f.spoken = errDown }, "1", sorry},
		"declining":                  {func(f *fake) { f.declined = errDown }, "9", mayBeNoted + sorry},
		"declining what is gone":     {func(f *fake) { f.declined = deliveries.ErrNotFound }, "9", disowned},
		"a code that is empty":       {func(f *fake) { f.opening.Code = secret.Text{} }, "1", apology},
		"a code without other half":  {func(f *fake) { f.opening.Code = secret.New("8") }, "1", apology},
		"a code of an uneven length": {func(f *fake) { f.opening.Code = secret.New("80471") }, "1", "| The code is 8-0-4, and then 7-1. Once more: 8-0-4, and then 7-1. " + readAgain},
	} {
		t.Run(name, func(t *testing.T) {
			f := validationOf("en")
			p := newPhone(t, f, true)
			p.answer("")
			tt.spoil(f)
			if said := p.press(tt.keys); said != tt.want {
				t.Errorf("it says %s", said)
			}
			if log := p.log.String(); strings.Contains(log, "8047") || strings.Contains(log, "804713") {
				t.Errorf("the log holds the code: %s", log)
			}
		})
	}
}

// A warning is heard whole: no key is listened for before its end.
func TestTheWarningIsHeardWhole(t *testing.T) {
	before, after, found := strings.Cut(newPhone(t, validationOf("en"), false).answer("human"), "|")
	if !found || !strings.Contains(before, warning) || strings.Contains(before, "press") || !strings.Contains(after, "press 1") {
		t.Errorf("it says %s | %s", before, after)
	}
}
