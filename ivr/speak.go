package ivr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"updatecenter/twiml"
)

// groupPause separates the groups of a telephone number, so that it can be written down.
const groupPause = 400 * time.Millisecond

// listPause does so in a list, whose numbers are known to who listens, and only told apart.
const listPause = 200 * time.Millisecond

// The pauses of what is spelled, so that each character can be written down.
const (
	spelledPause = 500 * time.Millisecond
	wordPause    = time.Second
)

// spell speaks a text character by character; one that is no letter or digit by its name.
func spell(text string) []twiml.Speech {
	var spoken []twiml.Speech
	for i, word := range strings.Fields(text) {
		if i > 0 {
			spoken = append(spoken, twiml.Break{Time: wordPause})
		}
		for j, character := range []rune(word) {
			if j > 0 {
				spoken = append(spoken, twiml.Break{Time: spelledPause})
			}
			as := twiml.SpellOut
			if '0' <= character && character <= '9' {
				as = twiml.Digits
			}
			spoken = append(spoken, twiml.SayAs{As: as, Text: string(character)})
		}
	}
	return []twiml.Speech{twiml.Prosody{Rate: slowly, Content: spoken}}
}

// abroad is what North Americans dial before the number of another country.
const abroad = "011"

// speakPhone speaks a telephone number slowly, as it is dialed in North America, in groups:
// ten digits as 3, 3 and 4; an area code, or one with an exchange, as 3 or 3 and 3; a number
// abroad by threes, after 011.
func speakPhone(number string) []twiml.Speech {
	return []twiml.Speech{twiml.Prosody{Rate: slowly, Content: inGroups(number, groupPause)}}
}

// speakListed speaks a telephone number in the same groups, faster.
func speakListed(number string) []twiml.Speech { return inGroups(number, listPause) }

// inGroups speaks the groups of a telephone number.
func inGroups(number string, pause time.Duration) []twiml.Speech {
	digits := strings.TrimPrefix(number, "+1")
	if country, isAbroad := strings.CutPrefix(digits, "+"); isAbroad {
		digits = abroad + country
	}
	var spoken []twiml.Speech
	for i, group := range groups(digits) {
		if i > 0 {
			spoken = append(spoken, twiml.Break{Time: pause})
		}
		spoken = append(spoken, twiml.SayAs{As: twiml.Digits, Text: group})
	}
	return spoken
}

// groups cuts digits by threes; a fourth one at the end stays with the last three.
func groups(digits string) []string {
	var all []string
	for len(digits) > 4 {
		all = append(all, digits[:3])
		digits = digits[3:]
	}
	return append(all, digits)
}

// speakTime is a time of day, "21:30", by the twelve-hour clock. One that is none is said
// as it is.
func speakTime(l Language, value string) string {
	at, err := time.Parse("15:04", value)
	if err != nil {
		return value
	}
	clock := strings.TrimSuffix(at.Format("3:04"), ":00")
	if l == Spanish {
		return timeInSpanish(at, clock)
	}
	switch {
	case clock == "12" && at.Hour() == 0:
		return "12 midnight"
	case clock == "12":
		return "12 noon"
	}
	return clock + at.Format(" PM")
}

// speakDate is a day, "2026-12-01", with its weekday. One that is none is said as it is.
func speakDate(l Language, value string) string {
	day, err := time.Parse(time.DateOnly, value)
	switch {
	case err != nil:
		return value
	case l == Spanish:
		return fmt.Sprintf("el %s %d de %s", weekdays[day.Weekday()], day.Day(), months[day.Month()-1])
	}
	return day.Format("Monday, January 2")
}

// The days and months in Spanish.
var (
	weekdays = [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}
	months   = [...]string{
		"enero", "febrero", "marzo", "abril", "mayo", "junio",
		"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
	}
)

// timeInSpanish begins with the article, as it follows "de" and "a": "de las 12 del mediodía
// a la 1 de la tarde". Midnight is las 12 de la noche.
func timeInSpanish(at time.Time, clock string) string {
	hour, article := at.Hour(), "las "
	if hour%12 == 1 {
		article = "la "
	}
	switch {
	case clock == "12" && hour == 12:
		return article + clock + " del mediodía"
	case hour == 0, hour >= 19:
		return article + clock + " de la noche"
	case hour < 6:
		return article + clock + " de la madrugada"
	case hour < 12:
		return article + clock + " de la mañana"
	}
	return article + clock + " de la tarde"
}

// say speaks a prompt in the caller's language, or in all while it is not chosen. A
// prompt that was left out is silence.
func (t *turn) say(p Prompt) {
	if p == (Prompt{}) {
		return
	}
	for _, l := range t.call.languages() {
		t.speak(p, l, t.call.spoken)
	}
}

// offer speaks a menu's option with its key.
func (t *turn) offer(o offered) {
	languages := t.call.languages()
	if o.In != "" {
		languages = []Language{o.In}
	}
	for _, l := range languages {
		t.speak(o.Prompt, l, func(v Variable) string {
			if v == key {
				return keyName(l, o.pressed)
			}
			return t.call.spoken(v)
		})
	}
}

// languages are those in which the call speaks.
func (c *Call) languages() []Language {
	if c.state.Language == "" {
		return Languages[:]
	}
	return []Language{c.state.Language}
}

// speak adds a prompt to the answer in a language, which is the caller's or one of all: as a
// recording, if there is one, or as speech. One that comes to nothing is silence.
func (t *turn) speak(p Prompt, l Language, value func(Variable) string) {
	var spoken twiml.Prompt
	if url := t.engine.config.Recording(p.Name, l); url != "" {
		spoken = twiml.Play{URL: url}
	} else {
		content := t.content(p, l, value)
		if content == nil {
			return
		}
		voice := t.engine.config.Voices[l]
		spoken = twiml.Say{Voice: voice.Name, Language: voice.Language, Content: paced(content, t.speed())}
	}
	if t.call.Language() == "" {
		t.answer.speakApart(l, spoken)
		return
	}
	t.answer.speak(spoken)
}

// content turns a prompt into speech, with its variables filled.
func (t *turn) content(p Prompt, l Language, value func(Variable) string) []twiml.Speech {
	var all []twiml.Speech
	for _, part := range pieces(p.In(l)) {
		v := t.engine.variables[part.variable]
		switch {
		case part.variable == "":
			all = append(all, twiml.Text(part.text))
		case v.Kind == Phrase:
			all = append(all, t.content(t.phrase(v, value(v)), l, value)...)
		case v.Kind == Words && value(v) == "":
			t.answer.wrong = fmt.Errorf("{%s} was never filled", v.Name)
		default:
			all = append(all, v.speak(l, value(v))...)
		}
	}
	return all
}

// phrase is what a variable says. A name that no phrase has, or none of its choices, makes the
// answer one that can't be written, as a variable of another kind does that was never filled.
func (t *turn) phrase(v Variable, name string) Prompt {
	p, known := t.engine.phrases[name]
	if of, chooses := t.engine.choices[v.Name]; chooses {
		known = slices.Contains(of, p)
	}
	if !known && name != "" {
		t.answer.wrong = fmt.Errorf("{%s} holds %q, which is no phrase", v.Name, name)
	}
	return p
}

// answer is a document under construction. What is spoken waits in prompts until it is
// known whether a question follows, into which it goes so that a key cuts it short.
type answer struct {
	verbs   []twiml.Verb
	prompts []twiml.Prompt
	// apart is what is spoken in all languages: all of it in one before the next begins,
	// as a caller listens to one of them.
	apart map[Language][]twiml.Prompt
	// wrong is why it can't be written, if anything.
	wrong error
}

// keypad is what a question accepts.
type keypad struct {
	most     int  // keys that end the entry; 0: no number of keys does
	every    bool // # is a key like the others, and doesn't end the entry
	patience int  // seconds for the first key, and between keys: Twilio has one setting for both
}

// speak adds a prompt in the caller's language.
func (a *answer) speak(p twiml.Prompt) { a.prompts = append(a.take(), p) }

// speakApart adds a prompt in one of several languages.
func (a *answer) speakApart(l Language, p twiml.Prompt) {
	if a.apart == nil {
		a.apart = make(map[Language][]twiml.Prompt)
	}
	a.apart[l] = append(a.apart[l], p)
}

// take takes what waits to be spoken, in order.
func (a *answer) take() []twiml.Prompt {
	all := a.prompts
	for _, l := range Languages {
		all = append(all, a.apart[l]...)
	}
	a.prompts, a.apart = nil, nil
	return all
}

// protect makes sure that all that was spoken so far is heard to its end.
func (a *answer) protect() {
	for _, p := range a.take() {
		a.verbs = append(a.verbs, p)
	}
}

func (a *answer) gather(action string, keys keypad) {
	a.verbs = append(a.verbs, twiml.Gather{
		Action: action, NumDigits: keys.most, EveryKey: keys.every, Timeout: keys.patience, ActionOnEmptyResult: true, Prompts: a.take(),
	})
}

// dial connects the caller with a number. Twilio dials none from a call over SIP, nor for a caller
// who withholds the number, unless it is told what to show.
func (a *answer) dial(action, number, callerID string) {
	a.protect()
	if callerID == "" {
		a.wrong = errors.New("transfer without a caller ID")
	}
	a.verbs = append(a.verbs, twiml.Dial{Action: action, CallerID: callerID, Number: number})
}

func (a *answer) hangUp() {
	a.protect()
	a.verbs = append(a.verbs, twiml.Hangup{})
}

func (a *answer) encode() ([]byte, error) {
	if a.wrong != nil {
		return nil, a.wrong
	}
	return twiml.Response{Verbs: a.verbs}.Encode()
}
