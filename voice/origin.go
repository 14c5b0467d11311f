package voice

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
)

// A party is one end of a call, read from From or To in any of the forms that Twilio
// sends: E.164, a SIP address, "client:..." or a word such as "anonymous".
type party struct {
	user   string // the telephone number, or what stands in its place
	domain string // of a SIP address, in small letters without its port; else empty
}

// parseParty never fails: what has no known form is a user without a domain.
func parseParty(s string) party {
	rest, isSIP := cutScheme(strings.TrimSpace(s))
	if !isSIP {
		return party{user: rest}
	}
	user, host, hasUser := strings.Cut(rest, "@")
	if !hasUser {
		user, host = "", rest
	}
	user, _, _ = strings.Cut(user, ";") // parameters of the number
	user, _, _ = strings.Cut(user, ":") // a password
	if unescaped, err := url.PathUnescape(user); err == nil {
		user = unescaped
	}
	return party{user: user, domain: hostOf(host)}
}

// cutScheme takes sip: or sips: off an address.
func cutScheme(s string) (string, bool) {
	scheme, rest, found := strings.Cut(s, ":")
	if found && (strings.EqualFold(scheme, "sip") || strings.EqualFold(scheme, "sips")) {
		return rest, true
	}
	return s, false
}

// hostOf takes parameters, headers, port and a closing dot off the host of a SIP address.
func hostOf(s string) string {
	s, _, _ = strings.Cut(s, ";")
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, ":")
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

// localized is the name of a SIP domain that is reached at one edge or in one region:
// NAME.sip.ashburn.twilio.com, NAME.sip.ashburn-ix.twilio.com, NAME.sip.us1.twilio.com.
// https://www.twilio.com/docs/global-infrastructure/localized-uris/sip-uris
var localized = regexp.MustCompile(`^([a-z0-9-]+\.sip)\.[a-z0-9-]+(\.twilio\.com)$`)

// SIPDomain returns a SIP domain in small letters and, of one of Twilio's, without the edge or
// region: NAME.sip.twilio.com.
func SIPDomain(name string) string {
	return localized.ReplaceAllString(strings.ToLower(name), "$1$2")
}

// number is the party's North American telephone number, or none.
func (p party) number() nanp.Number {
	number, err := nanp.Parse(p.user)
	if err != nil || p.withheld() {
		return ""
	}
	return number
}

// withheldWords is what stands in From for callers who withhold their number: words, and what
// they are on the letters of a keypad. RESTRICTED has ten digits: with a 1 before them they are a
// number in Austin, without it they are the word, also from a switch that writes no 1.
// https://help.twilio.com/articles/223179988
var withheldWords = []string{
	"anonymous", "unknown", "restricted", "unavailable", "blocked", "private",
	"266696687", "7378742833", "2562533", "86282452253", "8656696", "7748283",
}

// withheld says whether the party withholds its number.
func (p party) withheld() bool {
	word := strings.ToLower(strings.TrimSpace(strings.Map(printable, p.user)))
	return word == "" && p.domain == "" || slices.Contains(withheldWords, strings.TrimPrefix(word, "+"))
}

// dialed78 says whether the short code was dialed. Pages of the operator print it as
// 78 and as *78.
func (p party) dialed78() bool { return p.user == "78" || p.user == "*78" }

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
