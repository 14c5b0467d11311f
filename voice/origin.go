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
// over a listed SIP domain to 78, or with full attestation to a listed number. With full
// attestation to another number the network vouches for who calls, and not for where.
func (o origin) caller(form url.Values) ivr.Caller {
	from, to := parseParty(form.Get("From")), parseParty(form.Get("To"))
	number, called := from.number(), to.number()
	attested := form.Get("StirVerstat") == passedA && to.domain == "" && called != ""
	fromLine := o.overSwitch(to, form.Get("SipDomain")) || attested && slices.Contains(o.dial78, called)
	return ivr.Caller{
		Number:   string(number),
		From:     label(form.Get("From"), from),
		FromLine: number != "" && fromLine,
		Vouched:  number != "" && (fromLine || attested),
	}
}

// overSwitch says whether a call to 78 came over a listed domain. Twilio says over which in
// SipDomain; To is what the caller's equipment wrote.
func (o origin) overSwitch(to party, sipDomain string) bool {
	return to.dialed78() && slices.Contains(o.sipDomains, SIPDomain(to.domain)) &&
		slices.Contains(o.sipDomains, SIPDomain(hostOf(sipDomain)))
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
