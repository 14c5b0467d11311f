package twiml

import "encoding/xml"

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
