package ivr

import (
	"fmt"
	"slices"

	"updatecenter/twiml"
)

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
		t.speak(o.Prompt, l, func(b Blank) string {
			if b == key {
				return keyName(l, o.pressed)
			}
			return t.call.spoken(b)
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
func (t *turn) speak(p Prompt, l Language, value func(Blank) string) {
	var spoken twiml.Prompt
	if url := t.engine.recording(p.Name, l); url != "" {
		spoken = twiml.Play{URL: url}
	} else {
		content := t.content(p, l, value)
		if content == nil {
			return
		}
		spoken = twiml.Say{Voice: voices[l].name, Language: voices[l].tag, Content: content}
	}
	if t.call.Language() == "" {
		t.answer.speakApart(l, spoken)
		return
	}
	t.answer.speak(spoken)
}

// content turns a prompt into speech, with its blanks filled.
func (t *turn) content(p Prompt, l Language, value func(Blank) string) []twiml.Speech {
	var all []twiml.Speech
	for _, part := range pieces(p.In(l)) {
		b := t.engine.blanks[part.blank]
		switch {
		case part.blank == "":
			all = append(all, twiml.Text(part.text))
		case b.Kind == Phrase:
			all = append(all, t.content(t.phrase(b, value(b)), l, value)...)
		case b.Kind == Words && value(b) == "":
			t.answer.wrong = fmt.Errorf("{%s} was never filled", b.Name)
		default:
			all = append(all, b.speak(l, value(b))...)
		}
	}
	return all
}

// phrase is what a blank says. A name that no phrase has, or none of its choices, makes the
// answer one that can't be written, as a blank of another kind does that was never filled.
func (t *turn) phrase(b Blank, name string) Prompt {
	p, known := t.engine.phrases[name]
	if of, chooses := t.engine.choices[b.Name]; chooses {
		known = slices.Contains(of, p)
	}
	if !known && name != "" {
		t.answer.wrong = fmt.Errorf("{%s} holds %q, which is no phrase", b.Name, name)
	}
	return p
}
