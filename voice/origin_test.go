package voice

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/pins"
)

const ownNumber = "+16125550142"

// exchange is where 78 comes from in the tests.
var exchange = origin{
	sipDomains: []string{"switch.sip.twilio.com", "other.sip.twilio.com"},
	dial78:     []nanp.Number{"+16125550178"},
}

// A call is from the line only if it came to 78 over a listed SIP domain, or with full
// attestation to a listed number. From says who, and never whence.
func TestFromTheLine(t *testing.T) {
	const full = "TN-Validation-Passed-A"
	tests := []struct {
		name, to, from, verstat string
		want                    bool
	}{
		{"78 over the switch", "sip:78@switch.sip.twilio.com", "sip:6125550142@192.0.2.1", "", true},
		{"*78 over the switch", "sip:*78@switch.sip.twilio.com", "sip:+16125550142@192.0.2.1;user=phone", "", true},
		{"*78 escaped", "sip:%2A78@switch.sip.twilio.com", ownNumber, "", true},
		{"another case and a port", "SIP:78@Switch.SIP.twilio.com:5061", ownNumber, "", true},
		{"the second domain", "sip:78@other.sip.twilio.com", ownNumber, "", true},
		{"over the switch, whatever the attestation", "sip:78@switch.sip.twilio.com", ownNumber, "TN-Validation-Failed-C", true},
		{"an unlisted domain", "sip:78@stranger.sip.twilio.com", "sip:6125550142@switch.sip.twilio.com", "", false},
		{"an unlisted domain, attested", "sip:78@stranger.sip.twilio.com", ownNumber, full, false},
		{"a domain below a listed one", "sip:78@x.switch.sip.twilio.com", ownNumber, "", false},
		{"a listed domain as a parameter", "sip:78@stranger.example;switch.sip.twilio.com", ownNumber, "", false},
		{"another code over the switch", "sip:79@switch.sip.twilio.com", ownNumber, full, false},
		{"no code over the switch", "sip:switch.sip.twilio.com", ownNumber, full, false},
		{"a listed number over SIP", "sip:+16125550178@switch.sip.twilio.com", ownNumber, full, false},
		{"78 without a domain", "78", ownNumber, full, false},
		{"a client by that name", "client:78", ownNumber, full, false},
		{"nobody over the switch", "sip:78@switch.sip.twilio.com", "sip:anonymous@anonymous.invalid", "", false},
		{"a foreigner over the switch", "sip:78@switch.sip.twilio.com", "+441632960000", "", false},

		{"a dial-78 number, fully attested", "+16125550178", ownNumber, full, true},
		{"a dial-78 number written otherwise", "6125550178", ownNumber, full, true},
		{"attested, but withheld", "+16125550178", "anonymous", full, false},
		{"an access number, fully attested", "+18886128052", ownNumber, full, false},
		{"no passport", "+16125550178", ownNumber, "", false},
		{"partial attestation", "+16125550178", ownNumber, "TN-Validation-Passed-B", false},
		{"gateway attestation", "+16125550178", ownNumber, "TN-Validation-Passed-C", false},
		{"diverted", "+16125550178", ownNumber, "TN-Validation-Passed-A-Diverted", false},
		{"passed through", "+16125550178", ownNumber, "TN-Validation-Passed-A-Passthrough", false},
		{"failed", "+16125550178", ownNumber, "TN-Validation-Failed-A", false},
		{"failed without a level", "+16125550178", ownNumber, "TN-Validation-Failed", false},
		{"not validated", "+16125550178", ownNumber, "No-TN-Validation", false},
		{"another case", "+16125550178", ownNumber, "tn-validation-passed-a", false},
		{"with a space", "+16125550178", ownNumber, full + " ", false},
		{"nothing", "", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := exchange.caller(url.Values{
				"To": {tt.to}, "From": {tt.from}, "StirVerstat": {tt.verstat}, "SipDomain": {"switch.sip.twilio.com"},
			})
			if got.FromLine != tt.want {
				t.Errorf("from the line: %v, want %v (%+v)", got.FromLine, tt.want, got)
			}
			if got.Vouched && got.Number != ownNumber || got.FromLine && !got.Vouched {
				t.Errorf("vouched for %+v", got)
			}
		})
	}
}

// Twilio says in SipDomain over which domain a call came; To can say anything.
func TestSIPDomainOfACall(t *testing.T) {
	tests := []struct {
		to, sipDomain string
		want          bool
	}{
		{"switch.sip.twilio.com", "switch.sip.twilio.com", true},
		{"switch.sip.twilio.com", "other.sip.twilio.com", true},
		{"switch.sip.twilio.com", "Switch.SIP.Twilio.com:5061", true},
		{"switch.sip.ashburn.twilio.com", "switch.sip.twilio.com", true},
		{"switch.sip.twilio.com", "switch.sip.us1.twilio.com", true},
		{"switch.sip.sao-paulo.twilio.com:5061", "switch.sip.ashburn-ix.twilio.com", true},
		{"switch.sip.twilio.com", "", false},
		{"switch.sip.twilio.com", "stranger.sip.twilio.com", false},
		{"switch.sip.twilio.com", "stranger.sip.us1.twilio.com", false},
		{"stranger.sip.twilio.com", "switch.sip.twilio.com", false},
		{"switch.sip.ashburn.us1.twilio.com", "switch.sip.twilio.com", false},
		{"switch.sip.ashburn.twilio.com.example.com", "switch.sip.twilio.com", false},
		{"switch.sip.ashburn.example.com", "switch.sip.twilio.com", false},
		{"x.switch.sip.ashburn.twilio.com", "switch.sip.twilio.com", false},
		{"switch.sip..twilio.com", "switch.sip.twilio.com", false},
	}
	for _, tt := range tests {
		form := url.Values{"To": {"sip:78@" + tt.to}, "From": {ownNumber}, "SipDomain": {tt.sipDomain}}
		if got := exchange.caller(form).FromLine; got != tt.want {
			t.Errorf("to %q over %q: from the line %v, want %v", tt.to, tt.sipDomain, got, tt.want)
		}
	}
}

// The network vouches for a caller from the line, or with full attestation, and a number.
func TestVouched(t *testing.T) {
	const full = "TN-Validation-Passed-A"
	tests := []struct {
		to, from, verstat string
		want              bool
	}{
		{"+18886128052", ownNumber, full, true},
		{"+16125550178", ownNumber, full, true},
		{"sip:78@switch.sip.twilio.com", ownNumber, "", true},
		{"+18886128052", ownNumber, "", false},
		{"+18886128052", ownNumber, "TN-Validation-Passed-B", false},
		{"+18886128052", ownNumber, full + "-Diverted", false},
		{"+18886128052", ownNumber, "TN-Validation-Failed-A", false},
		{"+18886128052", ownNumber, "No-TN-Validation", false},
		{"+18886128052", "anonymous", full, false},
		{"+18886128052", "+441632960000", full, false},
		{"sip:79@switch.sip.twilio.com", ownNumber, full, false},
		{"client:78", ownNumber, full, false},
		{"", ownNumber, full, false},
	}
	for _, tt := range tests {
		form := url.Values{"To": {tt.to}, "From": {tt.from}, "StirVerstat": {tt.verstat}, "SipDomain": {"switch.sip.twilio.com"}}
		if got := exchange.caller(form).Vouched; got != tt.want {
			t.Errorf("%q from %q, %q: vouched for %v, want %v", tt.to, tt.from, tt.verstat, got, tt.want)
		}
	}
}

// With nothing listed no call is from the line: neither no domain nor no number matches.
func TestNothingListed(t *testing.T) {
	for _, to := range []string{"78", "*78", "sip:78@", "sip:78@switch.sip.twilio.com", "", "anonymous"} {
		form := url.Values{"To": {to}, "From": {ownNumber}, "StirVerstat": {"TN-Validation-Passed-A"}, "SipDomain": {parseParty(to).domain}}
		if got := (origin{}).caller(form); got.FromLine {
			t.Errorf("a call to %q is taken to be from the line", to)
		}
	}
}

func TestCallerIsLabeled(t *testing.T) {
	tests := []struct {
		from string
		want ivr.Caller
	}{
		{ownNumber, ivr.Caller{Number: ownNumber, From: ownNumber}},
		{"sip:612-555-0142@switch.sip.twilio.com", ivr.Caller{Number: ownNumber, From: ownNumber}},
		{"", ivr.Caller{}},
		{"  ", ivr.Caller{}},
		{"\xff", ivr.Caller{}},
		{"Anonymous", ivr.Caller{}},
		{"Restricted", ivr.Caller{}},
		{"+266696687", ivr.Caller{}},
		{"+7378742833", ivr.Caller{}},
		{"sip:7378742833@switch.sip.twilio.com", ivr.Caller{}},
		{"sip:Anonymous@anonymous.invalid", ivr.Caller{}},
		{"sip:x\x1b[2J\nfake", ivr.Caller{From: "sip:x[2jfake"}},
		{"client:Alice", ivr.Caller{From: "client:alice"}},
		{"+441632960000", ivr.Caller{From: "+441632960000"}},
		{strings.Repeat("x", 500), ivr.Caller{From: strings.Repeat("x", 128)}},
		{"x" + strings.Repeat("é", 100), ivr.Caller{From: "x" + strings.Repeat("é", 63)}},
	}
	for _, tt := range tests {
		if got := exchange.caller(url.Values{"From": {tt.from}}); got != tt.want {
			t.Errorf("%.20q is %+v, want %+v", tt.from, got, tt.want)
		}
	}
}

func FuzzCaller(f *testing.F) {
	f.Add("sip:78@switch.sip.twilio.com", "sip:6125550142@192.0.2.1", "", "switch.sip.us1.twilio.com")
	f.Add("+16125550178", "+16125550142", "TN-Validation-Passed-A", "")
	f.Add("+18886128052", "+16125550142", "TN-Validation-Passed-A", "")
	f.Add("", "\xffÉ", "TN-Validation-Passed-A-Diverted", ".")
	f.Add("0", " ", "0", "0")
	f.Add("0", "anonymous \x1b", "0", "")
	f.Fuzz(func(t *testing.T, to, from, verstat, sipDomain string) {
		got := exchange.caller(url.Values{"To": {to}, "From": {from}, "StirVerstat": {verstat}, "SipDomain": {sipDomain}})
		if len(got.From) > maxFrom || !utf8.ValidString(got.From) || strings.ContainsFunc(got.From, unicode.IsControl) {
			t.Errorf("the label of %q is %q", from, got.From)
		}
		if got.From == pins.Unvouched || got.From != strings.ToLower(got.From) {
			t.Errorf("the label of %q is %q: it has capitals", from, got.From)
		}
		overSwitch := strings.HasPrefix(strings.ToLower(sipDomain), "switch.sip.") || strings.HasPrefix(strings.ToLower(sipDomain), "other.sip.")
		if got.Vouched && (got.Number == "" || !overSwitch && verstat != passedA) || got.FromLine && !got.Vouched {
			t.Errorf("%+v is taken to be from the line, for %q and %q", got, to, verstat)
		}
	})
}

func TestParseParty(t *testing.T) {
	const domain = "name.sip.twilio.com"
	tests := []struct {
		written string
		want    party
	}{
		{"+16125550142", party{user: "+16125550142"}},
		{" 16125550142 ", party{user: "16125550142"}},
		{"sip:78@name.sip.twilio.com", party{user: "78", domain: domain}},
		{"sip:*78@name.sip.twilio.com", party{user: "*78", domain: domain}},
		{"sip:%2A78@name.sip.twilio.com", party{user: "*78", domain: domain}},
		{"sip:%2a78@name.sip.twilio.com", party{user: "*78", domain: domain}},
		{"SIP:78@Name.SIP.Twilio.com", party{user: "78", domain: domain}},
		{"sips:78@name.sip.twilio.com", party{user: "78", domain: domain}},
		{"sip:78@name.sip.twilio.com:5060", party{user: "78", domain: domain}},
		{"sip:78@name.sip.twilio.com.", party{user: "78", domain: domain}},
		{"sip:78@name.sip.twilio.com.:5061;transport=tls", party{user: "78", domain: domain}},
		{"sip:78@name.sip.twilio.com;transport=udp?Subject=a@b", party{user: "78", domain: domain}},
		{"sip:78;phone-context=+1@name.sip.twilio.com", party{user: "78", domain: domain}},
		{"sip:78:password@name.sip.twilio.com", party{user: "78", domain: domain}},
		{"sip:+16125550142@name.sip.twilio.com;user=phone", party{user: "+16125550142", domain: domain}},
		{"sip:6125550142@192.0.2.1:5060", party{user: "6125550142", domain: "192.0.2.1"}},
		{"sip:name.sip.twilio.com", party{domain: domain}},
		{"sip:", party{}},
		{"sip:@", party{}},
		{"sip:78%zz@name.sip.twilio.com", party{user: "78%zz", domain: domain}},
		{"sip:78@evil.example?to=sip:78@name.sip.twilio.com", party{user: "78", domain: "evil.example"}},
		{"sip:78@evil.example;name.sip.twilio.com", party{user: "78", domain: "evil.example"}},
		{"sip:78@evil.example@name.sip.twilio.com", party{user: "78", domain: "evil.example@name.sip.twilio.com"}},
		{"client:alice", party{user: "client:alice"}},
		{"client:78@name.sip.twilio.com", party{user: "client:78@name.sip.twilio.com"}},
		{"tel:+16125550142", party{user: "tel:+16125550142"}},
		{"anonymous", party{user: "anonymous"}},
		{"", party{}},
	}
	for _, tt := range tests {
		if got := parseParty(tt.written); got != tt.want {
			t.Errorf("%q is %+v, want %+v", tt.written, got, tt.want)
		}
	}
}

func TestPartyNumber(t *testing.T) {
	const number = "+16125550142"
	tests := []struct{ written, want string }{
		{"+16125550142", number},
		{"6125550142", number},
		{"16125550142", number},
		{"sip:6125550142@name.sip.twilio.com", number},
		{"sip:+16125550142@name.sip.twilio.com:5060;user=phone", number},
		{"sip:+1-612-555-0142@name.sip.twilio.com", number},
		{"sip:%2B16125550142@name.sip.twilio.com", number},
		{"sip:6125550142;npdi@name.sip.twilio.com", number},
		{"+441632960000", ""},
		{"911", ""},
		{"1235550142", ""},
		{"client:6125550142", ""},
		{"anonymous", ""},
		{"unknown", ""},
		{"Restricted", ""},
		{"sip:anonymous@anonymous.invalid", ""},
		{"+266696687", ""},
		{"+7378742833", ""},
		{"7378742833", ""},
		{"sip:7378742833@name.sip.twilio.com", ""},
		{"sip:+7378742833@name.sip.twilio.com;user=phone", ""},
		{"+17378742833", "+17378742833"},
		{"+2562533", ""},
		{"+8656696", ""},
		{"+86282452253", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := parseParty(tt.written).number(); string(got) != tt.want {
			t.Errorf("%q is number %q, want %q", tt.written, got, tt.want)
		}
	}
}

func FuzzParty(f *testing.F) {
	for _, s := range []string{"+16125550142", "sip:%2A78@name.sip.twilio.com:5060", "sip:a@b@c?d;e", "client:x", "SIPS:", "sip:%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := parseParty(s)
		if p.domain != strings.ToLower(p.domain) || strings.ContainsAny(p.domain, ":;?") {
			t.Errorf("%q has the domain %q", s, p.domain)
		}
		if n := p.number(); n != "" && len(n) != len("+16125550142") {
			t.Errorf("%q has the number %q", s, n)
		}
		if p.dialed78() && !strings.Contains(s, "78") && !strings.Contains(s, "%") {
			t.Errorf("%q is taken for 78", s)
		}
	})
}
