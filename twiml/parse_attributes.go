package twiml

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
)

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
