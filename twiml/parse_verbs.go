package twiml

import (
	"encoding/xml"
	"regexp"
	"strings"
)

var (
	numberForm = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`) // ITU-T E.164
	sipForm    = regexp.MustCompile(`^sips?:[!#-;=?A-\[\]_a-z~]([!#-;=?-\[\]_a-z~]*[!#-;=?A-\[\]_a-z~])?$`)
)

func (p *parser) verb(e xml.StartElement) (Verb, error) {
	switch name := qualified(e.Name); name {
	case "Say", "Play", "Pause":
		return p.prompt(e)
	case "Gather":
		return p.gather(e)
	case "Redirect":
		return p.redirect(e)
	case "Dial":
		return p.dial(e)
	case "Reject":
		return p.reject(e)
	case "Hangup":
		if a := p.attributes(e); a.err != nil {
			return nil, a.err
		}
		return Hangup{}, p.empty(e)
	default:
		return nil, p.fail(CodeSchema, name, "is not a verb of this package")
	}
}

// prompt reads what may stand in a Gather.
func (p *parser) prompt(e xml.StartElement) (Prompt, error) {
	switch name := qualified(e.Name); name {
	case "Say":
		return p.say(e)
	case "Play":
		return p.play(e)
	case "Pause":
		return p.pause(e)
	default:
		return nil, p.fail(CodeGatherNested, name, "stands in Gather, which holds Say, Play and Pause")
	}
}

func (p *parser) play(e xml.StartElement) (Play, error) {
	a := p.attributes(e, "loop")
	v := Play{Loop: a.loop(CodePlayLoop)}
	if a.err != nil {
		return v, a.err
	}
	var err error
	v.URL, err = p.url(e)
	return v, err
}

func (p *parser) pause(e xml.StartElement) (Pause, error) {
	a := p.attributes(e, "length")
	v := Pause{Length: a.count("length", MaxPause, CodePauseLength)}
	if a.err != nil {
		return v, a.err
	}
	return v, p.empty(e)
}

func (p *parser) gather(e xml.StartElement) (Gather, error) {
	a := p.attributes(e, "action", "method", "numDigits", "finishOnKey", "timeout", "actionOnEmptyResult")
	v := Gather{
		Action:              a.url("action"),
		Method:              a.method(CodeGatherMethod),
		NumDigits:           a.count("numDigits", MaxDigits, CodeGatherNumDigits),
		FinishOnKey:         a.finishOnKey(),
		Timeout:             a.count("timeout", MaxGatherTimeout, CodeGatherTimeout),
		ActionOnEmptyResult: a.oneOf("actionOnEmptyResult", CodeSchema, "true", "false") == "true",
	}
	if a.err != nil {
		return v, a.err
	}
	err := p.children(e, func(child xml.StartElement) error {
		prompt, err := p.prompt(child)
		v.Prompts = append(v.Prompts, prompt)
		return err
	})
	return v, err
}

func (p *parser) redirect(e xml.StartElement) (Redirect, error) {
	a := p.attributes(e, "method")
	v := Redirect{Method: a.method(CodeRedirectMethod)}
	if a.err != nil {
		return v, a.err
	}
	var err error
	v.URL, err = p.url(e)
	return v, err
}

// url reads the URL that an element holds as its text.
func (p *parser) url(e xml.StartElement) (string, error) {
	words, err := p.words(e)
	if err != nil {
		return "", err
	}
	url := trim(words)
	if !urlForm.MatchString(url) {
		return "", p.fail(CodeSchema, e.Name.Local, "does not hold a URL")
	}
	return url, nil
}

func (p *parser) reject(e xml.StartElement) (Reject, error) {
	a := p.attributes(e, "reason")
	v := Reject{Reason: Reason(a.oneOf("reason", CodeSchema, "rejected", "busy"))}
	if a.err != nil {
		return v, a.err
	}
	return v, p.empty(e)
}

func trim(s string) string { return strings.Trim(s, " \t\r\n") }
