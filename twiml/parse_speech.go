package twiml

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

func (p *parser) say(e xml.StartElement) Say {
	a := p.attributes(e, "voice", "language")
	v := Say{
		Voice:    a.word("voice", CodeSchema),
		Language: a.word("language", CodeSchema),
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
	percent, _ := strings.CutSuffix(p.attributes(e, "rate").of(rateForm, "rate", CodeSayRate, "a percentage"), "%")
	rate, err := strconv.Atoi(percent)
	if err != nil || rate < MinRate || rate > MaxRate {
		p.fail(CodeSayRate, "prosody", "rate is not within 20% to 200%")
	}
	return Prosody{Rate: rate, Content: p.spoken(e, p.phrase)}
}

var (
	rateForm  = regexp.MustCompile(`^[1-9][0-9]{1,2}%$`)
	breakForm = regexp.MustCompile(`^[1-9][0-9]{0,4}ms$`)
)

// phrase reads what may stand in Say and in prosody.
func (p *parser) phrase(e xml.StartElement) Speech {
	switch name := qualified(e.Name); name {
	case "say-as":
		a := p.attributes(e, "interpret-as")
		s := SayAs{As: Interpretation(a.required("interpret-as", "digits", "spell-out")), Text: p.words(e)}
		if s.Text == "" {
			p.fail(CodeSayText, "say-as", "has nothing to say")
		}
		return s
	case "break":
		a := p.attributes(e, "time")
		t, err := time.ParseDuration(a.of(breakForm, "time", CodeSchema, "a time in ms"))
		if err != nil || t > 10*time.Second {
			p.fail(CodeSchema, "break", "time is not within 1 ms to 10 s, in whole milliseconds")
		}
		p.empty(e)
		return Break{Time: t}
	default:
		p.fail(CodeSchema, name, "stands where only text, say-as, break and one prosody may")
		return nil
	}
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

var (
	wordForm   = regexp.MustCompile(`^[0-9A-Za-z+._:@-]{1,255}$`)
	numberOnly = regexp.MustCompile(`^[0-9]+$`) // Atoi also reads a sign
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

// required gives the value of an attribute that must be there, out of a list.
func (a *attributes) required(name string, choices ...string) string {
	value, ok := a.values[name]
	if !ok || !slices.Contains(choices, value) {
		a.fail(CodeSchema, name+" is missing, or has an unknown value")
	}
	return value
}

// is says whether an attribute is there, which then must have that value.
func (a *attributes) is(name, value string, code int) bool {
	found, ok := a.values[name]
	if ok && found != value {
		a.fail(code, name+" has an unknown value")
	}
	return ok
}

// count gives a number of 1 to most; 0 where the attribute was left out.
func (a *attributes) count(name string, most, code int) int {
	value, ok := a.values[name]
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil || !numberOnly.MatchString(value) || n < 1 || n > most {
		a.fail(code, name+" is not a number from 1 to "+strconv.Itoa(most))
	}
	return n
}
