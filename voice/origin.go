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
		From:     label(form.Get("From"), number),
		FromLine: vouched && number != "",
	}
}

func (o origin) overSwitch(to party) bool {
	return to.dialed78() && slices.Contains(o.sipDomains, to.domain)
}

func (o origin) attested(to party, verstat string) bool {
	return verstat == passedA && to.domain == "" && slices.Contains(o.dial78, to.number())
}

// withheld is what Twilio says in From of callers who withhold their number, as words and
// as the numbers that spell them.
// https://help.twilio.com/articles/223179988
var withheld = []string{
	"", "anonymous", "unknown", "restricted", "unavailable", "blocked", "private",
	"+266696687", "+7378742833", "+2562533", "+86282452253", "+8656696", "+7748283",
}

// label names the caller for counts and records: the number in its one form, or else what
// From says, on one line. Who withholds the number has no name.
func label(from string, number nanp.Number) string {
	if number != "" {
		return string(number)
	}
	from = strings.ToLower(strings.TrimSpace(strings.Map(printable, from)))
	if slices.Contains(withheld, from) {
		return ""
	}
	return strings.ToValidUTF8(from[:min(len(from), maxFrom)], "") // the cut can split a character
}

// printable drops what could move a terminal's cursor.
func printable(r rune) rune {
	if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
		return -1
	}
	return r
}
