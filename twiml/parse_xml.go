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

// A parser reads one document, token by token. What encoding/xml lets pass although it is
// not well-formed XML 1.0 is looked for here.
type parser struct {
	document []byte
	xml      *xml.Decoder
	raw      []byte // the last token as it stands in the document
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
func (p *parser) checkBytes() error {
	switch d := p.document; {
	case len(d) > MaxDocument:
		return p.fail(CodeTooLarge, "", "the document exceeds 64 kB")
	case len(d) == 0:
		return p.fail(CodeEmpty, "", "the document is empty")
	case bytes.HasPrefix(d, []byte("\uFEFF")):
		return p.fail(CodeXML, "", "a byte order mark before the document")
	case !utf8.Valid(d):
		return p.fail(CodeXML, "", "the document is not UTF-8")
	case bytes.ContainsFunc(d, notXML):
		return p.fail(CodeXML, "", "a character that XML cannot hold")
	}
	return nil
}

// notXML is the complement of production 2 of XML 1.0, Char.
func notXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// checkRaw looks at a tag or text as it stands in the document.
func (p *parser) checkRaw(within string) error {
	switch {
	case bytes.HasPrefix(p.raw, []byte("<![CDATA[")):
		return nil
	case crampedTag.Match(p.raw):
		return p.fail(CodeXML, within, "no space between two attributes")
	case refersToSurrogate(p.raw):
		return p.fail(CodeXML, within, "a reference to half a character")
	}
	return nil
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

// next reads the next start, end or text; nil is the end of the document.
func (p *parser) next(within string) (xml.Token, error) {
	for {
		from := p.xml.InputOffset()
		token, err := p.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, p.syntax(within, err)
		}
		p.raw = p.document[from:p.xml.InputOffset()]
		switch token.(type) {
		case nil: // so encoding/xml gives an empty CDATA section at the very beginning
			return nil, p.fail(CodeXML, within, "text before the root")
		case xml.StartElement, xml.EndElement, xml.CharData:
			return token, p.checkRaw(within)
		case xml.ProcInst:
			if from != 0 || !xmlDeclaration.Match(p.raw) {
				return nil, p.fail(CodeXML, within, "neither an XML declaration nor at the beginning")
			}
		case xml.Directive:
			return nil, p.fail(CodeXML, within, "a document type or other declaration")
		}
	}
}

// blank tells whether the last token is white space, written as such.
func (p *parser) blank() bool {
	return len(bytes.Trim(p.raw, " \t\r\n")) == 0
}

func (p *parser) fail(code int, in, problem string) error {
	line, _ := p.xml.InputPos()
	return &ParseError{Code: code, Line: line, Element: in, Problem: problem}
}

func (p *parser) syntax(in string, err error) error {
	line, _ := p.xml.InputPos()
	return &ParseError{Code: CodeXML, Line: line, Element: in, Problem: "not well-formed XML", Err: err}
}

// qualified is the name with its name space, in which no element of TwiML is.
func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
