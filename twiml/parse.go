package twiml

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
)

// Parse reads a document as strictly as Twilio does: at most [MaxDocument] bytes of UTF-8,
// nothing before the XML declaration (which may be left out), one Response, and in it only
// the elements, attributes and values that this package can write. Comments and white space
// may stand between verbs and around a URL or number. Document types and processing
// instructions are refused. Every error is a [*ParseError].
func Parse(document []byte) (Response, error) {
	p := &parser{document: document, xml: xml.NewDecoder(bytes.NewReader(document))}
	p.checkBytes()
	r := p.response(p.root())
	p.end()
	if p.err != nil {
		return Response{}, p.err
	}
	return r, nil
}

// root reads up to the start of Response.
func (p *parser) root() xml.StartElement {
	for {
		switch token := p.next("").(type) {
		case nil:
			p.fail(CodeXML, "", "there is no root element")
			return xml.StartElement{}
		case xml.StartElement:
			if qualified(token.Name) != "Response" {
				p.fail(CodeRoot, qualified(token.Name), "the root is not Response")
			}
			return token
		case xml.CharData:
			if !p.blank() {
				p.fail(CodeXML, "", "text before the root")
			}
		}
	}
}

// end reads what follows Response, which may be nothing but white space and comments.
func (p *parser) end() {
	for {
		switch token := p.next("").(type) {
		case nil:
			return
		case xml.StartElement:
			p.fail(CodeXML, qualified(token.Name), "a second root")
		case xml.CharData:
			if !p.blank() {
				p.fail(CodeXML, "", "text behind the root")
			}
		}
	}
}

func (p *parser) response(e xml.StartElement) (r Response) {
	p.attributes(e)
	p.children(e, func(child xml.StartElement) { r.Verbs = append(r.Verbs, p.verb(child)) })
	return r
}

// children hands every element within parent to its reader, until parent ends. Text other
// than white space is refused.
func (p *parser) children(parent xml.StartElement, read func(xml.StartElement)) {
	p.content(parent, read, func(xml.CharData) {
		if !p.blank() {
			p.fail(CodeSchema, parent.Name.Local, "text where none may be")
		}
	})
}

// content hands the elements and texts within parent to their readers, until parent ends.
func (p *parser) content(parent xml.StartElement, readElement func(xml.StartElement), readText func(xml.CharData)) {
	for {
		switch token := p.next(parent.Name.Local).(type) {
		case nil, xml.EndElement:
			return
		case xml.StartElement:
			readElement(token)
		case xml.CharData:
			readText(token)
		}
	}
}

// empty reads to the end of an element that may hold nothing.
func (p *parser) empty(e xml.StartElement) {
	p.children(e, func(child xml.StartElement) {
		p.fail(CodeSchema, qualified(child.Name), "stands in "+e.Name.Local+", which must be empty")
	})
}

// words reads the text of an element that may hold nothing else, as it stands.
func (p *parser) words(e xml.StartElement) string {
	var all []byte
	p.content(e, func(child xml.StartElement) {
		p.fail(CodeSchema, qualified(child.Name), "stands in "+e.Name.Local+", which holds only text")
	}, func(text xml.CharData) { all = append(all, text...) })
	return string(all)
}

// text reads the URL or number that an element holds, with white space around it or not.
func (p *parser) text(e xml.StartElement, form *regexp.Regexp, code int, expected string) string {
	text := strings.Trim(p.words(e), " \t\r\n")
	if !form.MatchString(text) {
		p.fail(code, e.Name.Local, "does not hold "+expected)
	}
	return text
}

var (
	numberForm = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)  // ITU-T E.164
	urlForm    = regexp.MustCompile(`^[!#-;=?-\[\]_a-z~]+$`) // the characters of RFC 3986
)

func (p *parser) verb(e xml.StartElement) Verb {
	switch name := qualified(e.Name); name {
	case "Say", "Play":
		return p.prompt(e)
	case "Gather":
		return p.gather(e)
	case "Dial":
		return p.dial(e)
	case "Hangup":
		p.attributes(e)
		p.empty(e)
		return Hangup{}
	default:
		p.fail(CodeSchema, name, "is not a verb of this package")
		return nil
	}
}

// prompt reads what may stand in a Gather.
func (p *parser) prompt(e xml.StartElement) Prompt {
	switch name := qualified(e.Name); name {
	case "Say":
		return p.say(e)
	case "Play":
		p.attributes(e)
		return Play{URL: p.text(e, urlForm, CodeSchema, "a URL")}
	default:
		p.fail(CodeGatherNested, name, "stands in Gather, which holds Say and Play")
		return nil
	}
}

func (p *parser) gather(e xml.StartElement) Gather {
	a := p.attributes(e, "action", "numDigits", "finishOnKey", "timeout", "actionOnEmptyResult")
	v := Gather{
		Action:              a.url("action"),
		NumDigits:           a.count("numDigits", MaxDigits, CodeGatherNumDigits),
		EveryKey:            a.is("finishOnKey", "", CodeFinishOnKey),
		Timeout:             a.count("timeout", MaxGatherTimeout, CodeGatherTimeout),
		ActionOnEmptyResult: a.is("actionOnEmptyResult", "true", CodeSchema),
	}
	p.children(e, func(child xml.StartElement) { v.Prompts = append(v.Prompts, p.prompt(child)) })
	return v
}

func (p *parser) dial(e xml.StartElement) Dial {
	a := p.attributes(e, "action", "callerId")
	v := Dial{Action: a.url("action"), CallerID: a.word("callerId", CodeDialCallerID)}
	p.children(e, func(child xml.StartElement) {
		switch name := qualified(child.Name); {
		case name != "Number":
			p.fail(CodeDialNested, name, "stands in Dial, which holds a Number")
		case v.Number != "":
			p.fail(CodeSchema, name, "a second one in Dial")
		}
		p.attributes(child)
		v.Number = p.text(child, numberForm, CodeDialNumber, "a number in E.164 form")
	})
	if v.Number == "" {
		p.fail(CodeSchema, "Dial", "does not hold a Number")
	}
	return v
}

// The numbers under which Twilio's console shows what is wrong with a document
// (https://www.twilio.com/docs/api/errors, each at the end of that address).
const (
	CodeTooLarge        = 11750 // larger than MaxDocument
	CodeEmpty           = 11770 // no document at all
	CodeXML             = 12100 // not well-formed
	CodeRoot            = 12102 // the root is not Response
	CodeSchema          = 12200 // an element, attribute, value or text out of place
	CodeDialCallerID    = 13214
	CodeDialNested      = 13215 // something other than Number in Dial
	CodeDialNumber      = 13223 // not a telephone number
	CodeFinishOnKey     = 13310
	CodeGatherTimeout   = 13313
	CodeGatherNumDigits = 13314
	CodeGatherNested    = 13320 // something other than Say or Play in Gather
	CodeSayRate         = 13513 // a prosody without a rate that holds
	CodeSayText         = 13520 // empty, or longer than MaxSay
)

// A ParseError says what is wrong with a document, and where. It quotes names of elements
// and attributes, but neither values nor spoken text.
type ParseError struct {
	Code    int    // of Twilio's console, one of the Code constants
	Line    int    // in the document, from 1
	Element string // in which the fault was found, such as "Gather"; empty: outside any
	Problem string
	Err     error // of the XML layer; nil where the XML is well-formed
}

// Error tells the line, the element, the problem and the number.
func (e *ParseError) Error() string {
	place := ""
	if e.Element != "" {
		place = fmt.Sprintf("<%.32s>: ", e.Element)
	}
	return fmt.Sprintf("parse TwiML: line %d: %s%s (Twilio error %d)", e.Line, place, e.Problem, e.Code)
}

// Unwrap gives the error of the XML layer, if there is one.
func (e *ParseError) Unwrap() error { return e.Err }
