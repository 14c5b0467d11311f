package twiml

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

var breakForm = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,3})?(s|ms)$`)

func (p *parser) say(e xml.StartElement) Say {
	a := p.attributes(e, "voice", "language", "loop")
	v := Say{
		Voice:    a.word("voice", CodeSchema),
		Language: a.word("language", CodeSchema),
		Loop:     a.loop(CodeSayLoop),
		Content:  p.spoken(e, p.speech),
	}
	if characters(v.Content) > MaxSay {
		p.fail(CodeSayText, "Say", "speaks more than 3000 characters")
	}
	return v
}

// spoken reads the content of a Say or Prosody. Texts that only a comment or the edge of a
// CDATA section parts are one Text.
func (p *parser) spoken(e xml.StartElement, read func(xml.StartElement) Speech) (content []Speech) {
	p.content(e,
		func(child xml.StartElement) { content = append(content, read(child)) },
		func(text xml.CharData) { content = join(content, Text(text)) })
	if len(content) == 0 {
		p.fail(CodeSayText, e.Name.Local, "has nothing to say")
	}
	return content
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

func (p *parser) speech(e xml.StartElement) Speech {
	if qualified(e.Name) != "prosody" {
		return p.phrase(e)
	}
	a := p.attributes(e, "rate")
	return Prosody{Rate: Rate(a.required("rate", "x-slow", "slow", "medium", "fast", "x-fast")), Content: p.spoken(e, p.phrase)}
}

// phrase reads what may stand in Say and in prosody.
func (p *parser) phrase(e xml.StartElement) Speech {
	switch name := qualified(e.Name); name {
	case "say-as":
		return p.sayAs(e)
	case "break":
		return p.silence(e)
	default:
		p.fail(CodeSchema, name, "stands where only text, say-as, break and one prosody may")
		return nil
	}
}

func (p *parser) sayAs(e xml.StartElement) SayAs {
	a := p.attributes(e, "interpret-as")
	s := SayAs{As: Interpretation(a.required("interpret-as", "digits", "telephone", "cardinal", "spell-out")), Text: p.words(e)}
	if s.Text == "" {
		p.fail(CodeSayText, "say-as", "has nothing to say")
	}
	return s
}

func (p *parser) silence(e xml.StartElement) Break {
	a := p.attributes(e, "time")
	t, err := time.ParseDuration(a.of(breakForm, "time", CodeSchema, "a time in s or ms"))
	if err != nil || t%time.Millisecond != 0 || t < time.Millisecond || t > 10*time.Second {
		p.fail(CodeSchema, "break", "time is not within 1 ms to 10 s, in whole milliseconds")
	}
	p.empty(e)
	return Break{Time: t}
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

func (p *parser) dial(e xml.StartElement) Dial {
	a := p.attributes(e, "action", "method", "timeout", "callerId")
	return Dial{
		Action:   a.url("action"),
		Method:   a.method(CodeDialMethod),
		Timeout:  a.count("timeout", MaxDialTimeout, CodeDialTimeout),
		CallerID: a.word("callerId", CodeDialCallerID),
		Target:   p.target(e),
	}
}

// target reads the one Number or Sip in a Dial, or its text as a number.
func (p *parser) target(e xml.StartElement) Target {
	var found []Target
	var words []byte
	p.content(e,
		func(child xml.StartElement) { found = append(found, p.noun(child)) },
		func(text xml.CharData) { words = append(words, text...) })
	if plain := trim(string(words)); plain != "" {
		found = append(found, p.number("Dial", plain))
	}
	if len(found) != 1 {
		p.fail(CodeSchema, "Dial", "does not hold exactly one target")
		return nil
	}
	return found[0]
}

func (p *parser) noun(e xml.StartElement) Target {
	name := qualified(e.Name)
	if name != "Number" && name != "Sip" {
		p.fail(CodeDialNested, name, "stands in Dial, which holds Number or Sip")
		return nil
	}
	p.attributes(e)
	words := trim(p.words(e))
	if name == "Number" {
		return p.number(name, words)
	}
	if len(words) > maxWord || !sipForm.MatchString(words) {
		p.fail(CodeDialSIP, "Sip", "does not hold a SIP address of at most 255 characters")
	}
	return SIP(words)
}

func (p *parser) number(in, words string) Number {
	if !numberForm.MatchString(words) {
		p.fail(CodeDialNumber, in, "the number is not in E.164 form")
	}
	return Number(words)
}

var (
	urlForm  = regexp.MustCompile(`^[!#-;=?-\[\]_a-z~]+$`) // the characters of RFC 3986
	wordForm = regexp.MustCompile(`^[0-9A-Za-z+._:@-]{1,255}$`)
	keyForm  = regexp.MustCompile(`^[0-9*#]$`)

	digitsForm = regexp.MustCompile(`^[0-9]+$`) // Atoi also reads a sign
)

// attributes reads the attributes of an element by name and kind.
type attributes struct {
	p      *parser
	in     string
	values map[string]string
}

// attributes takes the attributes of e, each of which must be one of those allowed and
// stand once.
func (p *parser) attributes(e xml.StartElement, allowed ...string) *attributes {
	a := &attributes{p: p, in: e.Name.Local, values: make(map[string]string, len(e.Attr))}
	for _, x := range e.Attr {
		name := qualified(x.Name)
		_, repeated := a.values[name]
		switch {
		case !slices.Contains(allowed, name):
			a.fail(CodeSchema, strconv.Quote(name[:min(len(name), 32)])+" is not an attribute of it")
		case repeated:
			a.fail(CodeXML, "attribute "+name+" stands twice")
		}
		a.values[name] = x.Value
	}
	return a
}

func (a *attributes) fail(code int, problem string) { a.p.fail(code, a.in, problem) }

// of gives a value of a form, or nothing where the attribute was left out.
func (a *attributes) of(form *regexp.Regexp, name string, code int, expected string) string {
	value, ok := a.values[name]
	if ok && !form.MatchString(value) {
		a.fail(code, name+" is not "+expected)
	}
	return value
}

func (a *attributes) url(name string) string {
	return a.of(urlForm, name, CodeSchema, "a URL")
}

func (a *attributes) word(name string, code int) string {
	return a.of(wordForm, name, code, "of letters, digits and + - . _ : @, at most 255")
}

// oneOf gives a value out of a list.
func (a *attributes) oneOf(name string, code int, choices ...string) string {
	value, ok := a.values[name]
	if ok && !slices.Contains(choices, value) {
		a.fail(code, name+" has an unknown value")
	}
	return value
}

// required is oneOf for an attribute that must be there.
func (a *attributes) required(name string, choices ...string) string {
	if _, ok := a.values[name]; !ok {
		a.fail(CodeSchema, "lacks "+name)
	}
	return a.oneOf(name, CodeSchema, choices...)
}

func (a *attributes) method(code int) Method {
	return Method(a.oneOf("method", code, "GET", "POST"))
}

// count gives a number of 1 to most; 0 where the attribute was left out.
func (a *attributes) count(name string, most, code int) int {
	value, ok := a.values[name]
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil || !digitsForm.MatchString(value) || n < 1 || n > most {
		a.fail(code, name+" is not a number from 1 to "+strconv.Itoa(most))
	}
	return n
}

func (a *attributes) loop(code int) int {
	if a.values["loop"] == "0" {
		return Forever
	}
	return a.count("loop", MaxLoop, code)
}

func (a *attributes) finishOnKey() FinishKey {
	if value, ok := a.values["finishOnKey"]; ok && value == "" {
		return NoFinishKey
	}
	return FinishKey(a.of(keyForm, "finishOnKey", CodeFinishOnKey, "one of 0-9, * and #, or empty"))
}
