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

func (p *parser) dial(e xml.StartElement) (Dial, error) {
	a := p.attributes(e, "action", "method", "timeout", "callerId")
	v := Dial{
		Action:   a.url("action"),
		Method:   a.method(CodeDialMethod),
		Timeout:  a.count("timeout", MaxDialTimeout, CodeDialTimeout),
		CallerID: a.word("callerId", CodeDialCallerID),
	}
	if a.err != nil {
		return v, a.err
	}
	var err error
	v.Target, err = p.target(e)
	return v, err
}

// target reads the one Number or Sip in a Dial, or its text as a number.
func (p *parser) target(e xml.StartElement) (Target, error) {
	var found []Target
	var words []byte
	err := p.content(e,
		func(child xml.StartElement) error {
			t, err := p.noun(child)
			found = append(found, t)
			return err
		},
		func(text xml.CharData) error {
			words = append(words, text...)
			return nil
		})
	if err != nil {
		return nil, err
	}
	if plain := trim(string(words)); plain != "" {
		n, err := p.number("Dial", plain)
		if err != nil {
			return nil, err
		}
		found = append(found, n)
	}
	if len(found) != 1 {
		return nil, p.fail(CodeSchema, "Dial", "does not hold exactly one target")
	}
	return found[0], nil
}

func (p *parser) noun(e xml.StartElement) (Target, error) {
	name := qualified(e.Name)
	if name != "Number" && name != "Sip" {
		return nil, p.fail(CodeDialNested, name, "stands in Dial, which holds Number or Sip")
	}
	if a := p.attributes(e); a.err != nil {
		return nil, a.err
	}
	words, err := p.words(e)
	if err != nil {
		return nil, err
	}
	if name == "Number" {
		return p.number(name, trim(words))
	}
	return p.sip(trim(words))
}

func (p *parser) number(in, words string) (Number, error) {
	if !numberForm.MatchString(words) {
		return "", p.fail(CodeDialNumber, in, "the number is not in E.164 form")
	}
	return Number(words), nil
}

func (p *parser) sip(words string) (SIP, error) {
	if len(words) > maxWord || !sipForm.MatchString(words) {
		return "", p.fail(CodeDialSIP, "Sip", "does not hold a SIP address of at most 255 characters")
	}
	return SIP(words), nil
}

var (
	urlForm  = regexp.MustCompile(`^[!#-;=?-\[\]_a-z~]+$`) // the characters of RFC 3986
	wordForm = regexp.MustCompile(`^[0-9A-Za-z+._:@-]{1,255}$`)
	keyForm  = regexp.MustCompile(`^[0-9*#]$`)

	digitsForm = regexp.MustCompile(`^[0-9]+$`) // Atoi also reads a sign
)

// attributes reads the attributes of an element by name and kind, up to the first fault,
// which it keeps as err.
type attributes struct {
	p      *parser
	in     string
	values map[string]string
	err    error
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

func (a *attributes) fail(code int, problem string) {
	if a.err == nil {
		a.err = a.p.fail(code, a.in, problem)
	}
}

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
