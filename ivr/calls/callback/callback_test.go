package callback_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// What the calls say over and over.
const (
	who      = "Hello. This is Northern Telephone. Our telephone number is 800-573-1311."
	quien    = "Hola. Le llamamos de Northern Telephone. Nuestro número de teléfono es el 800-573-1311."
	offers   = "| To hear your security code now, press 1. If you did not ask for this call, press 9."
	told     = "| Your security code is 8-0-4-7-1-3. Once more, your code is 8-0-4-7-1-3. "
	password = "| The temporary password of your voice mailbox is 3-5-0-9-1-6. Once more, the password is 3-5-0-9-1-6." +
		" Change it when you first use it. "
	again   = "To hear it again, press 1. If you did not ask for this call, press 9."
	noKey   = "| No key was pressed. "
	left    = "We called about your account. If you need our help, please call 800-573-1311. Goodbye. hung up"
	notNow  = "We cannot reset the password right now. If you need our help, please call 800-573-1311. Goodbye. hung up"
	nothing = "We have nothing to tell you in this call any more. Goodbye. hung up"
	bye     = "Thank you. Goodbye. hung up"
	sorry   = "This is Northern Telephone. We are sorry, something went wrong on our side. If you need our help, please call 800-573-1311. Goodbye. hung up"
)

// errDown is what deliveries say whose Redis is away.
var errDown = errors.New("redis is down")

// script is a call: who answers, then keys and what is heard, by turns.
type script struct {
	name       string
	deliveries *fake
	toMailbox  bool // as codes
	answeredBy string
	call       []string // what is heard; a key, or nothing; what is heard; ...
	noted      []string
}

// scripts are what no script of cmd/updatecenter plays, testdata/calls/callback-*.call, and one that is played to the letter.
var scripts = []script{
	{
		name: "hears the code, and once more", deliveries: codeOf("en"), answeredBy: "human",
		call: []string{who + " " + offers, "1", told + again, "1", told + again,
			"", noKey + again, "", "No key was pressed. " + bye},
		noted: []string{"spoken"},
	},
	{
		name: "in Spanish", deliveries: codeOf("es"),
		call: []string{
			quien + " | Para oír su código de seguridad ahora, oprima el uno. Si usted no pidió esta llamada, oprima el nueve.", "1",
			"| Su código de seguridad es 8-0-4-7-1-3. Otra vez, su código es 8-0-4-7-1-3. " +
				"Para oírlo otra vez, oprima el uno. Si usted no pidió esta llamada, oprima el nueve.", "*",
			"Gracias. Adiós. hung up"},
		noted: []string{"spoken"},
	},
	{
		name: "in both languages", deliveries: codeOf(""), answeredBy: "unknown",
		call: []string{who + " " + quien + " " + offers +
			" Para oír su código de seguridad ahora, oprima el uno. Si usted no pidió esta llamada, oprima el nueve.", "1",
			"| Your security code is 8-0-4-7-1-3. Once more, your code is 8-0-4-7-1-3. " + again +
				" Su código de seguridad es 8-0-4-7-1-3. Otra vez, su código es 8-0-4-7-1-3. " +
				"Para oírlo otra vez, oprima el uno. Si usted no pidió esta llamada, oprima el nueve."},
		noted: []string{"spoken"},
	},
	{
		name: "an answer in words", deliveries: answerOf("en", "Señor <Łoś> 7"),
		call: []string{who + " | To hear the answer to your security question now, press 1. If you did not ask for this call, press 9.", "1",
			"| The answer to your security question is: Señor <Łoś> 7. It is spelled S-e-ñ-o-r-<-Ł-o-ś->-7. " + again},
		noted: []string{"spoken"},
	},
	{
		name: "other keys", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "5", "| That key does not work here. " + strings.TrimPrefix(offers, "| "), "#",
			"That key does not work here. " + left},
	},
	{
		name: "a fax", deliveries: codeOf("en"), toMailbox: true, answeredBy: "fax",
		call: []string{"hung up"},
	},
	{
		name: "a mailbox that is still greeting", deliveries: codeOf("en"), toMailbox: true, answeredBy: "machine_start",
		call: []string{"hung up"},
	},
	{
		name: "a mailbox that may have the code", deliveries: codeOf("en"), toMailbox: true, answeredBy: "machine_end_other",
		call: []string{who + " Your security code is 8-0-4-7-1-3. Once more, your code is 8-0-4-7-1-3. " + bye}, noted: []string{"spoken"},
	},
	{
		name: "a person where mailboxes may have the code", deliveries: codeOf("en"), toMailbox: true, answeredBy: "human",
		call: []string{who + " " + offers},
	},
	{
		name: "the password of a voice mailbox, twice", deliveries: mailboxOf("en"), answeredBy: "human",
		call: []string{who + " | To have the password of your voice mailbox reset, and to hear a temporary one, press 1." +
			" If you did not ask for this call, press 9.", "1", password + again, "1", password + again, "*", bye},
		noted: []string{"reset", "spoken"},
	},
	{
		name: "that of one in Spanish, which nobody wants", deliveries: mailboxOf("es"),
		call: []string{quien + " | Para restablecer la contraseña de su buzón de voz y oír una temporal, oprima el uno." +
			" Si usted no pidió esta llamada, oprima el nueve.", "*",
			"Llamamos acerca de su cuenta. Si necesita nuestra ayuda, llame al 800-573-1311. Adiós. hung up"},
	},
	{
		name: "the password of an e-mail address", deliveries: emailOf("en"), answeredBy: "human",
		call: []string{who + " | To have the password of your e-mail address reset, and to hear a temporary one, press 1." +
			" If you did not ask for this call, press 9.", "1",
			strings.Replace(password, "voice mailbox", "e-mail address", 1) + again, "*", bye},
		noted: []string{"reset", "spoken"},
	},
	{
		name: "that of one in Spanish", deliveries: emailOf("es"),
		call: []string{quien + " | Para restablecer la contraseña de su dirección de correo electrónico y oír una temporal, oprima el uno." +
			" Si usted no pidió esta llamada, oprima el nueve.", "1",
			"| La contraseña temporal de su dirección de correo electrónico es 3-5-0-9-1-6. Otra vez, la contraseña es 3-5-0-9-1-6." +
				" Cámbiela la primera vez que la use. Para oírlo otra vez, oprima el uno. Si usted no pidió esta llamada, oprima el nueve.", "9",
			"Gracias por avisarnos. Durante un día no haremos más llamadas como esta. Si tiene preguntas, llame al 800-573-1311. Adiós. hung up"},
		noted: []string{"reset", "spoken", "declined"},
	},
	{
		name: "that of an address, to a mailbox", deliveries: emailOf("en"), toMailbox: true, answeredBy: "machine_end_beep",
		call: []string{who + " " + left},
	},
	{
		name: "that of one, to a mailbox that may have codes", deliveries: mailboxOf("en"), toMailbox: true, answeredBy: "machine_end_beep",
		call: []string{who + " " + left},
	},
	{
		name: "the result of a service test", deliveries: resultOf("en", "trouble_found"),
		call: []string{who + " | We have tested your telephone line, as we were asked to. The test found trouble on the line. Your repair ticket stays open." +
			" If you did not ask for that, please call us at 800-573-1311. To hear it again, press 1.", "*", bye},
	},
	{
		name: "that of one in Spanish", deliveries: resultOf("es", "good"), answeredBy: "machine_end_beep",
		call: []string{quien + " Hicimos la prueba de su línea telefónica que se nos pidió. No se encontró ningún problema." +
			" Si usted no lo pidió, llámenos al 800-573-1311. Hicimos la prueba de su línea telefónica que se nos pidió. No se encontró ningún problema." +
			" Si usted no lo pidió, llámenos al 800-573-1311. Gracias. Adiós. hung up"},
	},
	{
		name: "of one that could not be made", deliveries: resultOf("en", "not_tested"),
		call: []string{who + " | We were asked to test your telephone line, and could not do it. Please ask for a test again later." +
			" If you did not ask for that, please call us at 800-573-1311. To hear it again, press 1.", "*", bye},
	},
	{
		name: "an outdated task", deliveries: &fake{opened: fmt.Errorf("open: %w", deliveries.ErrNotFound)},
		call: []string{who + " " + quien + " We have nothing to tell you in this call any more. Goodbye. " +
			"Ya no tenemos nada que decirle en esta llamada. Adiós. hung up"},
	},
}

func TestTheCall(t *testing.T) {
	for _, s := range slices.Concat(scripts, validations) {
		t.Run(s.name, s.play)
	}
}

func (s script) play(t *testing.T) {
	p := newPhone(t, s.deliveries, s.toMailbox)
	said := p.answer(s.answeredBy)
	for i, want := range s.call {
		if i%2 == 1 {
			said = p.press(want)
			continue
		}
		check.Same(t, said, want)
	}
	if noted := s.deliveries.noted; !slices.Equal(noted, s.noted) {
		t.Errorf("noted %q, want %q", noted, s.noted)
	}
	if log := p.log.String(); log != "" {
		t.Errorf("the log says %s", log)
	}
}

const mayBeReset = "If you pressed 1, the password of your voice mailbox may have been reset. If you pressed 9, we may not have noted it. "

const mayBeNoted = "If you pressed 9, we may not have noted it. Tell nobody a code that you did not ask for. "

// What goes wrong ends in a sentence, and never in the secret.
func TestTroubleInTheCall(t *testing.T) {
	const apology = "This is Northern Telephone. We are sorry, we cannot go on with this call right now. " +
		"If you need our help, please call 800-573-1311. Goodbye. hung up"
	for name, tt := range map[string]struct {
		of    *fake
		spoil func(f *fake)
		keys  string // of the last turn
		want  string
	}{
		"reading":                   {codeOf("en"), func(f *fake) { f.opened = errDown }, "1", sorry},
		"withdrawn meanwhile":       {codeOf("en"), func(f *fake) { f.opened = deliveries.ErrNotFound }, "1", nothing},
		"noting that it was spoken": {codeOf("en"), func(f *fake) { f.spoken = errDown }, "1", sorry},
		"declining":                 {codeOf("en"), func(f *fake) { f.declined = errDown }, "9", mayBeNoted + sorry},
		"a code that is empty":      {codeOf("en"), func(f *fake) { f.opening.Code = secret.Text{} }, "1", apology},

		"resetting a mailbox":            {mailboxOf("en"), func(f *fake) { f.reset = errDown }, "1", mayBeReset + sorry},
		"a mailbox that is gone":         {mailboxOf("en"), func(f *fake) { f.reset = deliveries.ErrNotFound }, "1", nothing},
		"a mailbox reset too often":      {mailboxOf("en"), func(f *fake) { f.reset = deliveries.ErrNotNow }, "1", notNow},
		"resetting an address":           {emailOf("en"), func(f *fake) { f.reset = errDown }, "1", strings.Replace(mayBeReset, "voice mailbox", "e-mail address", 1) + sorry},
		"declining a reset":              {mailboxOf("en"), func(f *fake) { f.declined = errDown }, "9", mayBeReset + sorry},
		"noting that a password is told": {mailboxOf("en"), func(f *fake) { f.spoken = errDown }, "1", mayBeReset + sorry},

		"reading to an agent":        {validationOf("en"), func(f *fake) { f.opened = errDown }, "1", sorry},
		"ten minutes have passed":    {validationOf("en"), func(f *fake) { f.opened = deliveries.ErrNotFound }, "1", nothing},
		"noting it, with an agent":   {validationOf("en"), func(f *fake) { f.spoken = errDown }, "1", sorry},
		"declining an agent":         {validationOf("en"), func(f *fake) { f.declined = errDown }, "9", mayBeNoted + sorry},
		"declining what is gone":     {validationOf("en"), func(f *fake) { f.declined = deliveries.ErrNotFound }, "9", disowned},
		"an empty code for an agent": {validationOf("en"), func(f *fake) { f.opening.Code = secret.Text{} }, "1", apology},
		"a code without other half":  {validationOf("en"), func(f *fake) { f.opening.Code = secret.New("8") }, "1", apology},
		"a code of an uneven length": {validationOf("en"), func(f *fake) { f.opening.Code = secret.New("80471") }, "1", "| The code is 8-0-4, and then 7-1. Once more: 8-0-4, and then 7-1. " + readAgain},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPhone(t, tt.of, false)
			p.answer("")
			tt.spoil(tt.of)
			if said := p.press(tt.keys); said != tt.want {
				t.Errorf("it says %s", said)
			}
			if strings.Contains(p.log.String(), "8047") {
				t.Errorf("the log holds the code: %s", &p.log)
			}
		})
	}
}

func TestTroubleAtTheBeginning(t *testing.T) {
	tests := map[string]*fake{
		"opening":                 {opened: errDown},
		"what no call tells":      changeOf(deliveries.Welcome, "en"),
		"what is not known":       changeOf("fortune", "en"),
		"reading it to a mailbox": {opening: deliveries.Opening{Topic: deliveries.SecurityCode, Language: "en"}, spoken: errDown},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			by := ""
			if strings.Contains(name, "mailbox") {
				by = "machine_end_beep"
			}
			said := newPhone(t, f, strings.HasPrefix(name, "reading")).answer(by)
			if !strings.Contains(said, "something went wrong on our side") || len(f.noted) != 0 {
				t.Errorf("it says %s, and %q is noted", said, f.noted)
			}
		})
	}
}

// A call that says another CallSid, or nothing that a delivery has, tells nothing; nor does
// one whose state was lost, as its turns don't say what it is about.
func TestCallsThatTellNothing(t *testing.T) {
	events := map[string]ivr.Event{
		"another call":        {Call: "CA2", Reference: about},
		"another attempt":     {Call: sid, Reference: strings.Replace(about, "/2", "/1", 1)},
		"another delivery":    {Call: sid, Reference: strings.Replace(about, "abc", "cba", 1)},
		"no delivery":         {Call: sid, Reference: "dlv_abc/2"},
		"nothing":             {Call: sid},
		"a state that's lost": {Call: sid, Turn: 2, Input: ivr.Input{Keys: "1"}},
	}
	for name, event := range events {
		t.Run(name, func(t *testing.T) {
			f := codeOf("en")
			p := newPhone(t, f, true)
			document, err := p.engine.Turn(t.Context(), event)
			check.OK(t, err)
			said := heard(t, document)
			if !strings.Contains(said, who) || !strings.Contains(said, "We have nothing to tell you") ||
				!strings.HasSuffix(said, "hung up") || strings.Contains(said, "8-0-4") || len(f.noted) != 0 {
				t.Errorf("it says %s, and %q is noted", said, f.noted)
			}
		})
	}
}

// The state between turns holds neither a code nor an answer, also after it was spoken.
func TestTheStateHoldsNoSecret(t *testing.T) {
	for words, f := range map[string]*fake{
		"804713": codeOf("en"), "Rosebud": answerOf("en", "Rosebud"), "804": validationOf("en"), "713": validationOf("en"),
		"350916": mailboxOf("en"),
	} {
		p := newPhone(t, f, false)
		p.answer("human")
		if said := p.press("1"); !strings.Contains(strings.ReplaceAll(said, "-", ""), words) {
			t.Fatalf("it says %s", said)
		}
		p.press("1")
		p.press("")
		if len(p.states) < 4 {
			t.Fatalf("%d states", len(p.states))
		}
		for _, state := range p.states {
			if strings.Contains(string(state), words) {
				t.Errorf("the state is %s", state)
			}
		}
	}
}

// Each kind of change has its sentence, in each language, and tells it to whoever answers.
func TestEveryChangeIsTold(t *testing.T) {
	tests := []struct {
		about deliveries.Topic
		want  [2]string
	}{
		{deliveries.PINChanged, [2]string{"PIN of your telephone line was changed", "Se cambió el PIN"}},
		{deliveries.PINReset, [2]string{"PIN of your telephone line was reset", "Se restableció el PIN"}},
		{deliveries.CodeChanged, [2]string{"security code of your account", "el código de seguridad"}},
		{deliveries.QuestionChanged, [2]string{"security question of your account", "la pregunta de seguridad"}},
		{deliveries.AddressChanged, [2]string{"address of your account", "la dirección de su cuenta"}},
		{deliveries.EmailChanged, [2]string{"e-mail address of your account", "correo electrónico"}},
		{deliveries.EmailLocked, [2]string{"of an e-mail address of this line, and gave wrong answers", "dio respuestas incorrectas"}},
		{deliveries.MailboxPasswordChanged, [2]string{"password of your voice mailbox was reset", "la contraseña de su buzón"}},
		{deliveries.PhoneChanged, [2]string{"telephone number of your account", "el número de teléfono de su cuenta"}},
		{deliveries.SignInChanged, [2]string{"user name or the password of your account", "nombre de usuario o la contraseña"}},
		{deliveries.PasswordAsked, [2]string{"asked for a new password", "contraseña nueva"}},
	}
	for _, tt := range tests {
		for i, language := range []string{"en", "es"} {
			f := changeOf(tt.about, language)
			said := newPhone(t, f, false).answer("")
			if !strings.Contains(said, tt.want[i]) {
				t.Errorf("%s in %s: it says %s", tt.about, language, said)
			}
		}
	}
}

func TestFlow(t *testing.T) {
	check.Is(t, flow(codeOf("en"), true).Check(), nil)
	for _, p := range flow(codeOf("en"), true).Prompts() {
		if !strings.HasPrefix(p.Name, "callback-") {
			t.Errorf("the prompt %q could have the name of another call's", p.Name)
		}
	}
}

// What the calls to customers say who are to read a code to an agent.
const (
	warning  = "We have a code for you to read to our repair agent. Read it only if you called us yourself. Never read it to somebody who called you."
	forAgent = "To hear the code for the repair agent you are speaking with, press 1. " +
		"If nobody of ours is speaking with you right now, hang up, or press 9."
	readAgain = "To hear it again, press 1. If you did not call us yourself, tell nobody the code, and press 9."
	disowned  = "Thank you for telling us. If you have heard a code, tell it to nobody. For one day, we will make no more such calls. " +
		"If you have questions, please call 800-573-1311. Goodbye. hung up"

	aviso = "Tenemos un código para que usted lo lea a nuestro agente de reparaciones. Léalo solo si usted nos llamó. " +
		"Nunca lo lea a alguien que le llamó a usted."
	paraAgente = "Para oír el código para el agente de reparaciones con quien está hablando, oprima el uno. " +
		"Si ahora no está hablando con nadie de los nuestros, cuelgue u oprima el nueve."
)

var validations = []script{
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

// A warning is heard whole: no key is listened for before its end.
func TestTheWarningIsHeardWhole(t *testing.T) {
	before, after, found := strings.Cut(newPhone(t, validationOf("en"), false).answer("human"), "|")
	if !found || !strings.Contains(before, warning) || strings.Contains(before, "press") || !strings.Contains(after, "press 1") {
		t.Errorf("it says %s | %s", before, after)
	}
}
