package voice

import (
	"strings"
	"testing"
)

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
