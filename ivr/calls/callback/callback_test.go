package callback_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// What the calls say over and over.
const (
	who     = "Hello. This is Northern Telephone. Our telephone number is 800-573-1311."
	quien   = "Hola. Le llamamos de Northern Telephone. Nuestro número de teléfono es el 800-573-1311."
	offers  = "| To hear your security code now, press 1. If you did not ask for this call, press 9."
	told    = "| Your security code is 8-0-4-7-1-3. Once more, your code is 8-0-4-7-1-3. "
	again   = "To hear it again, press 1. If you did not ask for this call, press 9."
	noKey   = "| No key was pressed. "
	left    = "We called about your account. If you need our help, please call 800-573-1311. Goodbye. hung up"
	stopped = "Thank you for telling us. For one day, we will make no more such calls. If you have questions, please call 800-573-1311. Goodbye. hung up"
	nothing = "We have nothing to tell you in this call any more. Goodbye. hung up"
	bye     = "Thank you. Goodbye. hung up"
	sorry   = "This is Northern Telephone. We are sorry, something went wrong on our side. If you need our help, please call 800-573-1311. Goodbye. hung up"
	changed = "The PIN of your telephone line was changed. If you did not ask for that, please call us at 800-573-1311."
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
		name: "nobody presses a key", deliveries: codeOf("en"), answeredBy: "human",
		call: []string{who + " " + offers, "", noKey + strings.TrimPrefix(offers, "| "), "", "No key was pressed. " + left},
	},
	{
		name: "other keys", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "5", "| That key does not work here. " + strings.TrimPrefix(offers, "| "), "#",
			"That key does not work here. " + left},
	},
	{
		name: "star", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "*", left},
	},
	{
		name: "asks for help", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "0", left},
	},
	{
		name: "asks for help after the code", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "1", told + again, "0", left}, noted: []string{"spoken"},
	},
	{
		name: "has not asked for it", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "9", stopped}, noted: []string{"declined"},
	},
	{
		name: "has heard it, and not asked for it", deliveries: codeOf("en"),
		call: []string{who + " " + offers, "1", told + again, "9", stopped}, noted: []string{"spoken", "declined"},
	},
	{
		name: "a mailbox", deliveries: codeOf("en"), answeredBy: "machine_end_beep",
		call: []string{who + " " + left},
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
		name: "a change", deliveries: changeOf(deliveries.PINChanged, "en"),
		call: []string{who + " | " + changed + " To hear it again, press 1.", "1", "| " + changed + " To hear it again, press 1.", "", changed + " " + bye},
	},
	{
		name: "star after a change", deliveries: changeOf(deliveries.PINChanged, "en"),
		call: []string{who + " | " + changed + " To hear it again, press 1.", "*", bye},
	},
	{
		name: "help after a change", deliveries: changeOf(deliveries.PINChanged, "en"),
		call: []string{who + " | " + changed + " To hear it again, press 1.", "0", left},
	},
	{
		name: "a change, to a mailbox", deliveries: changeOf(deliveries.PINChanged, "en"), answeredBy: "machine_end_silence",
		call: []string{who + " " + changed + " " + changed + " " + bye},
	},
	{
		name: "an outdated task", deliveries: &fake{opened: fmt.Errorf("open: %w", deliveries.ErrNotFound)},
		call: []string{who + " " + quien + " We have nothing to tell you in this call any more. Goodbye. " +
			"Ya no tenemos nada que decirle en esta llamada. Adiós. hung up"},
	},
}

// play plays a script, and returns the exits that it took.
func (s script) play(t *testing.T) []ivr.Exit {
	t.Helper()
	s.deliveries.noted = nil
	p := newPhone(t, s.deliveries, s.toMailbox)
	said := p.answer(s.answeredBy)
	for i, want := range s.call {
		if i%2 == 1 {
			said = p.press(want)
			continue
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("turn %d (- expected, + heard):\n%s", p.turn, diff)
		}
	}
	if noted := s.deliveries.noted; !slices.Equal(noted, s.noted) {
		t.Errorf("noted %q, want %q", noted, s.noted)
	}
	if log := p.log.String(); log != "" {
		t.Errorf("the log says %s", log)
	}
	return p.took
}

func TestTheCall(t *testing.T) {
	taken := map[ivr.Exit]bool{}
	for _, s := range slices.Concat(scripts, validations) {
		t.Run(s.name, func(t *testing.T) {
			for _, exit := range s.play(t) {
				taken[exit] = true
			}
		})
	}
	spoiled := []string{"sorry", "withdrawn"} // see TestTroubleInTheCall
	for _, exit := range flow(codeOf(""), false).Exits() {
		if !taken[exit] && !slices.Contains(spoiled, string(exit.From)) && !slices.Contains(spoiled, exit.Name) {
			t.Errorf("no call takes %+v", exit)
		}
	}
}

const mayBeNoted = "If you pressed 9, we may not have noted it. Tell nobody a code that you did not ask for. "

// What goes wrong ends in a sentence, and never in the secret.
func TestTroubleInTheCall(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(f *fake)
		keys  string // of the last turn
		want  string
	}{
		{"reading", func(f *fake) { f.opened = errDown }, "1", sorry},
		{"withdrawn meanwhile", func(f *fake) { f.opened = deliveries.ErrNotFound }, "1", nothing},
		{"noting that it was spoken", func(f *fake) { f.spoken = errDown }, "1", sorry},
		{"declining", func(f *fake) { f.declined = errDown }, "9", mayBeNoted + sorry},
		{"a code that is empty", func(f *fake) { f.opening.Code = secret.Text{} }, "1",
			"This is Northern Telephone. We are sorry, we cannot go on with this call right now. If you need our help, please call 800-573-1311. Goodbye. hung up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := codeOf("en")
			p := newPhone(t, f, false)
			p.answer("")
			tt.spoil(f)
			if said := p.press(tt.keys); said != tt.want {
				t.Errorf("it says %s", said)
			}
			if strings.Contains(p.log.String(), "804713") {
				t.Errorf("the log holds the code: %s", p.log.String())
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
		{deliveries.PhoneChanged, [2]string{"telephone number of your account", "el número de teléfono de su cuenta"}},
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
	if err := flow(codeOf("en"), true).Check(); err != nil {
		t.Error(err)
	}
	for _, p := range flow(codeOf("en"), true).Prompts() {
		if !strings.HasPrefix(p.Name, "callback-") {
			t.Errorf("the prompt %q could have the name of another call's", p.Name)
		}
	}
}
