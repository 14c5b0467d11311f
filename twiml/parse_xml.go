package twiml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// A parser reads one document, token by token, up to the first fault. What encoding/xml lets pass
// although it is not well-formed XML 1.0 is looked for here.
type parser struct {
	document []byte
	xml      *xml.Decoder
	raw      []byte // the last token as it stands in the document
	err      error  // the first fault: no token comes after it
}

var (
	// xmlDeclaration is production 23 of XML 1.0, for the one encoding that is read.
	xmlDeclaration = regexp.MustCompile(`^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')` +
		`(?:\s+encoding\s*=\s*(?:"(?i:utf-8)"|'(?i:utf-8)'))?` +
		`(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>$`)

	// crampedTag is a start tag of which two attributes touch.
	crampedTag = regexp.MustCompile(`^<[^"']*(?:"[^"]*"[\s/>][^"']*|'[^']*'[\s/>][^"']*)*(?:"[^"]*"|'[^']*')[^\s/>]`)

	characterReference = regexp.MustCompile(`&#(?:x([0-9a-fA-F]+)|([0-9]+));`)
)

// checkBytes looks at the document as a whole: its size, and whether it consists of
// characters that XML allows.
func (p *parser) checkBytes() {
	switch d := p.document; {
	case len(d) > MaxDocument:
		p.fail(CodeTooLarge, "", "the document exceeds 64 kB")
	case len(d) == 0:
		p.fail(CodeEmpty, "", "the document is empty")
	case bytes.HasPrefix(d, []byte("\uFEFF")):
		p.fail(CodeXML, "", "a byte order mark before the document")
	case !utf8.Valid(d):
		p.fail(CodeXML, "", "the document is not UTF-8")
	case bytes.ContainsFunc(d, notXML):
		p.fail(CodeXML, "", "a character that XML cannot hold")
	}
}

// notXML is the complement of production 2 of XML 1.0, Char.
func notXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// checkRaw looks at a tag or text as it stands in the document.
func (p *parser) checkRaw(within string) {
	switch {
	case bytes.HasPrefix(p.raw, []byte("<![CDATA[")):
	case crampedTag.Match(p.raw):
		p.fail(CodeXML, within, "no space between two attributes")
	case refersToSurrogate(p.raw):
		p.fail(CodeXML, within, "a reference to half a character")
	}
}

// refersToSurrogate looks for a reference such as &#xD800;, which encoding/xml would turn
// into U+FFFD.
func refersToSurrogate(raw []byte) bool {
	for _, m := range characterReference.FindAllSubmatch(raw, -1) {
		n, err := strconv.ParseUint(string(m[1])+string(m[2]), base(m), 32)
		if err == nil && 0xD800 <= n && n <= 0xDFFF {
			return true
		}
	}
	return false
}

func base(reference [][]byte) int {
	if reference[1] != nil {
		return 16
	}
	return 10
}

// next reads the next start, end or text; nil at the end of the document, and after a fault.
func (p *parser) next(within string) xml.Token {
	for p.err == nil {
		from := p.xml.InputOffset()
		token, err := p.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			p.syntax(within, err)
			return nil
		}
		p.raw = p.document[from:p.xml.InputOffset()]
		switch token.(type) {
		case nil: // so encoding/xml gives an empty CDATA section at the very beginning
			p.fail(CodeXML, within, "text before the root")
		case xml.StartElement, xml.EndElement, xml.CharData:
			if p.checkRaw(within); p.err == nil {
				return token
			}
		case xml.ProcInst:
			if from != 0 || !xmlDeclaration.Match(p.raw) {
				p.fail(CodeXML, within, "neither an XML declaration nor at the beginning")
			}
		case xml.Directive:
			p.fail(CodeXML, within, "a document type or other declaration")
		}
	}
	return nil
}

// blank tells whether the last token is white space, written as such.
func (p *parser) blank() bool {
	return len(bytes.Trim(p.raw, " \t\r\n")) == 0
}

func (p *parser) fail(code int, in, problem string) {
	p.note(ParseError{Code: code, Element: in, Problem: problem})
}

func (p *parser) syntax(in string, err error) {
	p.note(ParseError{Code: CodeXML, Element: in, Problem: "not well-formed XML", Err: err})
}

// note keeps the first fault.
func (p *parser) note(fault ParseError) {
	if p.err == nil {
		fault.Line, _ = p.xml.InputPos()
		p.err = &fault
	}
}

// qualified is the name with its name space, in which no element of TwiML is.
func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
