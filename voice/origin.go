package voice

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
)

// passedA is the only word of StirVerstat that lets a caller be taken for the number: the
// carrier knows the customer and that the number is theirs. Failed, partial (B), gateway
// (C), diverted and passed-through attestations all say less.
// https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
const passedA = "TN-Validation-Passed-A" //nolint:gosec // a word of Twilio's, and no password

// maxFrom bounds what is kept of a From that is no telephone number, in bytes.
const maxFrom = 128

// origin tells calls from the line apart from all others.
type origin struct {
	sipDomains []string      // over which 78 arrives from the operator's switch, in small letters
	dial78     []nanp.Number // to which the switch maps 78
}

// caller reads who calls. Whatever From claims, a call is from the line only if it came
// over a listed SIP domain to 78, or with full attestation to a listed number.
func (o origin) caller(form url.Values) ivr.Caller {
	from, to := parseParty(form.Get("From")), parseParty(form.Get("To"))
	number := from.number()
	vouched := o.overSwitch(to) || o.attested(to, form.Get("StirVerstat"))
	return ivr.Caller{
		Number:   string(number),
		From:     label(form.Get("From"), from),
		FromLine: vouched && number != "",
	}
}

func (o origin) overSwitch(to party) bool {
	return to.dialed78() && slices.Contains(o.sipDomains, to.domain)
}

func (o origin) attested(to party, verstat string) bool {
	return verstat == passedA && to.domain == "" && slices.Contains(o.dial78, to.number())
}

// label names the caller for counts and records: the number in its one form, or else what
// From says, on one line. Who withholds the number has no name.
func label(from string, caller party) string {
	if number := caller.number(); number != "" {
		return string(number)
	}
	if caller.withheld() {
		return ""
	}
	from = strings.ToLower(strings.TrimSpace(strings.Map(printable, from)))
	return strings.ToValidUTF8(from[:min(len(from), maxFrom)], "") // the cut can split a character
}

// printable drops what could move a terminal's cursor.
func printable(r rune) rune {
	if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
		return -1
	}
	return r
}
