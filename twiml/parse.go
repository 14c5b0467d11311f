package twiml

import (
	"bytes"
	"encoding/xml"
)

// Parse reads a document as strictly as Twilio does: at most [MaxDocument] bytes of UTF-8,
// nothing before the XML declaration (which may be left out), one Response, and in it only
// the elements, attributes and values that this package can write. Comments and white space
// may stand between verbs and around a URL or number; text directly in Dial is a Number.
// Document types and processing instructions are refused. Every error is a [*ParseError].
func Parse(document []byte) (Response, error) {
	p := &parser{document: document, xml: xml.NewDecoder(bytes.NewReader(document))}
	if err := p.checkBytes(); err != nil {
		return Response{}, err
	}
	root, err := p.root()
	if err != nil {
		return Response{}, err
	}
	r, err := p.response(root)
	if err != nil {
		return Response{}, err
	}
	if err := p.end(); err != nil {
		return Response{}, err
	}
	return r, nil
}

// root reads up to the start of Response.
func (p *parser) root() (xml.StartElement, error) {
	for {
		token, err := p.next("")
		if err != nil {
			return xml.StartElement{}, err
		}
		switch token := token.(type) {
		case nil:
			return xml.StartElement{}, p.fail(CodeXML, "", "there is no root element")
		case xml.StartElement:
			if qualified(token.Name) != "Response" {
				return token, p.fail(CodeRoot, qualified(token.Name), "the root is not Response")
			}
			return token, nil
		case xml.CharData:
			if !p.blank() {
				return xml.StartElement{}, p.fail(CodeXML, "", "text before the root")
			}
		}
	}
}

// end reads what follows Response, which may be nothing but white space and comments.
func (p *parser) end() error {
	for {
		token, err := p.next("")
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case nil:
			return nil
		case xml.StartElement:
			return p.fail(CodeXML, qualified(token.Name), "a second root")
		case xml.CharData:
			if !p.blank() {
				return p.fail(CodeXML, "", "text behind the root")
			}
		}
	}
}

func (p *parser) response(e xml.StartElement) (Response, error) {
	var r Response
	if a := p.attributes(e); a.err != nil {
		return r, a.err
	}
	err := p.children(e, func(child xml.StartElement) error {
		v, err := p.verb(child)
		r.Verbs = append(r.Verbs, v)
		return err
	})
	return r, err
}

// children hands every element within parent to its reader, until parent ends. Text other
// than white space is refused.
func (p *parser) children(parent xml.StartElement, read func(xml.StartElement) error) error {
	return p.content(parent, read, func(xml.CharData) error {
		if !p.blank() {
			return p.fail(CodeSchema, parent.Name.Local, "text where none may be")
		}
		return nil
	})
}

// content hands the elements and texts within parent to their readers, until parent ends.
func (p *parser) content(
	parent xml.StartElement, readElement func(xml.StartElement) error, readText func(xml.CharData) error,
) error {
	for {
		token, err := p.next(parent.Name.Local)
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			err = readElement(token)
		case xml.CharData:
			err = readText(token)
		}
		if err != nil {
			return err
		}
	}
}

// empty reads to the end of an element that may hold nothing.
func (p *parser) empty(e xml.StartElement) error {
	return p.children(e, func(child xml.StartElement) error {
		return p.fail(CodeSchema, qualified(child.Name), "stands in "+e.Name.Local+", which must be empty")
	})
}

// words reads the text of an element that may hold nothing else, as it stands.
func (p *parser) words(e xml.StartElement) (string, error) {
	var all []byte
	err := p.content(e,
		func(child xml.StartElement) error {
			return p.fail(CodeSchema, qualified(child.Name), "stands in "+e.Name.Local+", which holds only text")
		},
		func(text xml.CharData) error {
			all = append(all, text...)
			return nil
		})
	return string(all), err
}
