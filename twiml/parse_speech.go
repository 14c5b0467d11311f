package twiml

import (
	"encoding/xml"
	"regexp"
	"time"
	"unicode/utf8"
)

var breakForm = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,3})?(s|ms)$`)

func (p *parser) say(e xml.StartElement) (Say, error) {
	a := p.attributes(e, "voice", "language", "loop")
	v := Say{
		Voice:    a.word("voice", CodeSchema),
		Language: a.word("language", CodeSchema),
		Loop:     a.loop(CodeSayLoop),
	}
	if a.err != nil {
		return v, a.err
	}
	var err error
	v.Content, err = p.spoken(e, p.speech)
	if err != nil {
		return v, err
	}
	if characters(v.Content) > MaxSay {
		return v, p.fail(CodeSayText, "Say", "speaks more than 3000 characters")
	}
	return v, nil
}

// spoken reads the content of a Say or Prosody. Texts that only a comment or the edge of a
// CDATA section parts are one Text.
func (p *parser) spoken(e xml.StartElement, read func(xml.StartElement) (Speech, error)) ([]Speech, error) {
	var content []Speech
	err := p.content(e,
		func(child xml.StartElement) error {
			s, err := read(child)
			content = append(content, s)
			return err
		},
		func(text xml.CharData) error {
			content = join(content, Text(text))
			return nil
		})
	if err == nil && len(content) == 0 {
		err = p.fail(CodeSayText, e.Name.Local, "has nothing to say")
	}
	return content, err
}

func join(content []Speech, t Text) []Speech {
	if t == "" {
		return content
	}
	if last := len(content) - 1; last >= 0 {
		if before, ok := content[last].(Text); ok {
			content[last] = before + t
			return content
		}
	}
	return append(content, t)
}

func (p *parser) speech(e xml.StartElement) (Speech, error) {
	if qualified(e.Name) == "prosody" {
		return p.prosody(e)
	}
	return p.phrase(e)
}

// phrase reads what may stand in Say and in prosody.
func (p *parser) phrase(e xml.StartElement) (Speech, error) {
	switch name := qualified(e.Name); name {
	case "say-as":
		return p.sayAs(e)
	case "break":
		return p.silence(e)
	default:
		return nil, p.fail(CodeSchema, name, "stands where only text, say-as, break and one prosody may")
	}
}

func (p *parser) sayAs(e xml.StartElement) (SayAs, error) {
	a := p.attributes(e, "interpret-as")
	s := SayAs{As: Interpretation(a.required("interpret-as", "digits", "telephone", "cardinal", "spell-out"))}
	if a.err != nil {
		return s, a.err
	}
	var err error
	s.Text, err = p.words(e)
	if err == nil && s.Text == "" {
		err = p.fail(CodeSayText, "say-as", "has nothing to say")
	}
	return s, err
}

func (p *parser) silence(e xml.StartElement) (Break, error) {
	a := p.attributes(e, "time")
	words := a.of(breakForm, "time", CodeSchema, "a time in s or ms")
	if a.err != nil {
		return Break{}, a.err
	}
	t, err := time.ParseDuration(words)
	if err != nil || t%time.Millisecond != 0 || t < time.Millisecond || t > 10*time.Second {
		return Break{}, p.fail(CodeSchema, "break", "time is not within 1 ms to 10 s, in whole milliseconds")
	}
	return Break{Time: t}, p.empty(e)
}

func (p *parser) prosody(e xml.StartElement) (Prosody, error) {
	a := p.attributes(e, "rate")
	s := Prosody{Rate: Rate(a.required("rate", "x-slow", "slow", "medium", "fast", "x-fast"))}
	if a.err != nil {
		return s, a.err
	}
	var err error
	s.Content, err = p.spoken(e, p.phrase)
	return s, err
}

// characters counts what is spoken, tags aside.
func characters(content []Speech) int {
	n := 0
	for _, s := range content {
		switch s := s.(type) {
		case Text:
			n += utf8.RuneCountInString(string(s))
		case SayAs:
			n += utf8.RuneCountInString(s.Text)
		case Prosody:
			n += characters(s.Content)
		}
	}
	return n
}
