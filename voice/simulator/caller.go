package simulator

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"updatecenter/twiml"
)

// Attestation is what Twilio says in StirVerstat about the caller's right to the number
// (SHAKEN). Empty: the call carried no passport, and the field is missing.
type Attestation string

// Attestations that a call script can name in short.
const (
	NoPassport Attestation = ""
	AttestedA  Attestation = "TN-Validation-Passed-A" // may use the number
	AttestedB  Attestation = "TN-Validation-Passed-B"
	AttestedC  Attestation = "TN-Validation-Passed-C"
	Failed     Attestation = "TN-Validation-Failed"
	Unverified Attestation = "No-TN-Validation"
)

// attestations are by the word after stir.
var attestations = map[string]Attestation{"A": AttestedA, "B": AttestedB, "C": AttestedC, "failed": Failed, "none": Unverified}

// ParseAttestation reads the word after stir: A, B, C, failed or none.
func ParseAttestation(word string) (Attestation, error) {
	attestation, known := attestations[word]
	if !known {
		return NoPassport, errors.New("stir is A, B, C, failed or none")
	}
	return attestation, nil
}

// toUpdateCenter says whether a dialed number is the short code of the SIP domain.
func toUpdateCenter(dialed string) bool { return dialed == "78" || dialed == "*78" }

// incomingForm is what Twilio posts with every webhook of an incoming call.
func (e *Exchange) incomingForm(chance *chance, to, from string, stir Attestation) url.Values {
	form := url.Values{}
	form.Set("Direction", "inbound")
	if toUpdateCenter(to) {
		e.addSIP(form, chance, to, from)
		return form
	}
	addParty(form, "To", "Called", international(to))
	addParty(form, "From", "Caller", international(from))
	if stir != NoPassport {
		form.Set("StirVerstat", string(stir))
	}
	return form
}

// addSIP fills in a call over the SIP domain. Equipment writes the caller in several
// ways; one is drawn for each call.
func (e *Exchange) addSIP(form url.Values, chance *chance, to, from string) {
	domain := e.config.SIPDomain
	caller := international(from)
	if number, american := strings.CutPrefix(caller, "+1"); american {
		caller = chance.oneOf("sip:"+number+"@"+domain, "sip:"+caller+"@"+domain,
			"sip:"+number+"@"+domain+";user=phone", "sip:"+caller+"@"+domain+":5060")
	} else if !strings.Contains(caller, ":") {
		caller = "sip:" + caller + "@" + domain
	}
	called := "sip:" + to + "@" + domain
	for field, value := range map[string]string{
		"From": caller, "Caller": caller, "To": called, "Called": called,
		"SipDomain": domain, "SipDomainSid": "SD" + chance.hex(16), "SipCallId": chance.hex(12) + "@192.0.2.78",
		"SipUsername": "switch", "SipSourceIp": "192.0.2.78",
	} {
		form.Set(field, value)
	}
}

// addParty fills in a number under its new and its old name.
func addParty(form url.Values, name, oldName, number string) {
	form.Set(name, number)
	form.Set(oldName, number)
	if strings.HasPrefix(number, "+1") {
		form.Set(name+"Country", "US")
		form.Set(oldName+"Country", "US")
	}
}

var writtenNumber = regexp.MustCompile(`^\+?[0-9][0-9().-]*$`)

// international writes a number in E.164 form, whether or not anyone can have it: wrong
// numbers are dialed too. What is no number stays as it is.
func international(number string) string {
	if !writtenNumber.MatchString(number) {
		return number
	}
	digits := strings.NewReplacer("+", "", "-", "", ".", "", "(", "", ")", "").Replace(number)
	switch {
	case strings.HasPrefix(number, "+"):
		return "+" + digits
	case len(digits) == 10:
		return "+1" + digits
	case len(digits) == 11 && digits[0] == '1':
		return "+" + digits
	}
	return digits
}

// chance is the identifiers and coin tosses of one call. Each call has its own, so that
// calls under way at once do not change each other's.
type chance struct{ source *rand.ChaCha8 }

// newChance seeds one from a reader.
func newChance(random io.Reader) (*chance, error) {
	var seed [32]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("read random seed: %w", err)
	}
	return &chance{rand.NewChaCha8(seed)}, nil
}

// hex draws n bytes, written as hexadecimal digits.
func (c *chance) hex(n int) string {
	drawn := make([]byte, n)
	_, _ = c.source.Read(drawn) // never fails
	return hex.EncodeToString(drawn)
}

// oneIn is true once in n times on average.
func (c *chance) oneIn(n uint64) bool { return c.source.Uint64()%n == 0 }

// oneOf draws one of the choices.
func (c *chance) oneOf(choices ...string) string {
	return choices[c.source.Uint64()%uint64(len(choices))]
}

// words writes speech down. Digits that are spoken one by one stand apart.
func words(content []twiml.Speech) string {
	var spoken strings.Builder
	write(&spoken, content)
	return strings.Join(strings.Fields(spoken.String()), " ")
}

func write(spoken *strings.Builder, content []twiml.Speech) {
	for _, part := range content {
		switch part := part.(type) {
		case twiml.Text:
			spoken.WriteString(string(part))
		case twiml.SayAs:
			// Digits and letters are spoken one by one.
			spoken.WriteString(strings.Join(strings.Split(strings.Join(strings.Fields(part.Text), ""), ""), " "))
		case twiml.Break:
			spoken.WriteByte(' ')
		case twiml.Prosody:
			write(spoken, part.Content)
		}
	}
}

// grouped writes a ten-digit number as 612-555-0142, and leaves others alone.
func grouped(number string) string {
	digits := strings.TrimPrefix(number, "+1")
	if len(digits) != 10 || strings.Trim(digits, "0123456789") != "" {
		return number
	}
	return digits[:3] + "-" + digits[3:6] + "-" + digits[6:]
}

// language is what a Say is spoken in. Twilio's default voice is American.
func language(say twiml.Say) string {
	if say.Language == "" && say.Voice == "" {
		return "en-US"
	}
	return say.Language
}

// What it takes to say a word, and a recording of which nothing is known.
const (
	wordLength      = 400 * time.Millisecond
	recordingLength = 3 * time.Second
)

// length is how long an event lasts on the phone, about.
func length(event Event) time.Duration {
	switch event := event.(type) {
	case Spoken:
		return time.Duration(len(strings.Fields(event.Words))) * wordLength
	case Played:
		return recordingLength
	case Paused:
		return event.Length
	}
	return 0
}

// inWords is what an event sounds like in a script or a transcript; empty: like nothing.
func inWords(event Event) string {
	switch event := event.(type) {
	case Spoken:
		return event.Words
	case Played:
		return recordingName(event.URL)
	case Transferred:
		if event.Status != connected {
			return "dialed " + grouped(event.To) + ": " + event.Status
		}
		return "transferred to " + grouped(event.To)
	}
	return ""
}

// recordingName is the file name in a URL.
func recordingName(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return path.Base(address)
}
