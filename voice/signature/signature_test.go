package signature_test

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/voice/signature"
)

const target = "https://mycompany.com/myapp.php?foo=1&bar=2"

var token = secret.New("12345")

// call is the form of the published vectors.
func call() url.Values {
	return url.Values{
		"CallSid": {"CA1234567890ABCDE"},
		"Caller":  {"+14158675309"},
		"Digits":  {"1234"},
		"From":    {"+14158675309"},
		"To":      {"+18005551212"},
	}
}

// withHost puts another scheme, user or port around the host of target.
func withHost(replacement string) string {
	return strings.Replace(target, "https://mycompany.com", replacement, 1)
}

// vectors are signatures that Twilio published in the tests of its own libraries, made with
// the token 12345.
var vectors = map[string]struct {
	url       string
	form      url.Values
	signature string
}{
	"plain": {target, call(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
	"given with a port, signed without": {
		withHost("https://mycompany.com:1234"), call(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
	},
	"http with a port": {
		withHost("http://mycompany.com:1234"), call(), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
	},
	"given without a port, signed with 443": {target, call(), "kvajT1Ptam85bY51eRf/AJRuM3w="},
	"given and signed with 443": {
		withHost("https://mycompany.com:443"), call(), "kvajT1Ptam85bY51eRf/AJRuM3w=",
	},
	"a key sent three times": {
		target,
		url.Values{"Sid": {"CA123"}, "SidAccount": {"AC123"}, "Digits": {"5678", "1234", "1234"}},
		"IK+Dwps556ElfBT0I3Rgjkr1wJU=",
	},
	"user and password": {
		withHost("https://user:pass@mycompany.com"), call(), "CukzLTc1tT5dXEDIHm/tKBanW10=",
	},
	"empty values": {
		target,
		url.Values{"CallSid": {"CA1234567890ABCDE"}, "Digits": {""}, "EmptyParam": {""}},
		"9HHp/OqQMEwdrVebHDdA/+tqjX8=",
	},
	"keys that differ in case": {
		target,
		url.Values{"callSid": {"lowercase"}, "CallSid": {"uppercase"}, "CALLSID": {"allcaps"}},
		"jDK7WKT8wiNrwggd4ceTv4e1MJ4=",
	},
}

func TestPublishedVectors(t *testing.T) {
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			if !signature.New(nil, token).Valid(v.url, v.form, v.signature, "") {
				t.Error("refused")
			}
			if signature.New(nil, secret.New("12346")).Valid(v.url, v.form, v.signature, "") {
				t.Error("valid under another token")
			}
		})
	}
}

func TestPublishedVectorThatMustFail(t *testing.T) {
	if signature.New(nil, token).Valid(target, call(), "95+Bu0JVPi0r/SsESZCVf0dWAjw=", "") {
		t.Error("a wrong signature is valid")
	}
}

func TestSign(t *testing.T) {
	for _, name := range []string{
		"plain", "http with a port", "given and signed with 443", "a key sent three times", "user and password",
		"empty values", "keys that differ in case",
	} {
		v := vectors[name]
		if got := signature.Sign(token, v.url, v.form); got != v.signature {
			t.Errorf("%s: Sign = %s; want %s", name, got, v.signature)
		}
	}
}

// TestEveryByteAsReceived signs URLs that a parser would write differently.
func TestEveryByteAsReceived(t *testing.T) {
	for _, written := range []string{
		"https://example.com/turn?name=O'Hara",
		"https://example.com/turn?name=O%27Hara",
		"https://example.com/turn?name=a%20b",
		"https://example.com/turn?name=a+b",
		"https://example.com/turn?name=William+O'Hara&q=%e2%82%ac&q=%E2%82%AC",
		"https://example.com/turn?b=2&a=1&&c=;d",
		"https://example.com/turn?from=sip:612@example.com:5060/x",
		"https://example.com/it's//./a?",
		"https://EXAMPLE.com",
		"https://example.com?turn=1",
		"https://user:a%20b@example.com/turn",
		"https://[2001:db8::1]/turn",
		"http://127.0.0.1/voice/incoming",
	} {
		t.Run(written, func(t *testing.T) {
			v := signature.New(nil, token)
			signed := signature.Sign(token, written, call())
			port := ":443"
			if strings.HasPrefix(written, "http:") {
				port = ":80"
			}
			withPort := addPort(written, port)
			signedWithPort := signature.Sign(token, withPort, call())
			for _, request := range []string{written, withPort, written + "#fragment"} {
				if !v.Valid(request, call(), signed, "") {
					t.Errorf("%s: refused when signed without a port", request)
				}
				if !v.Valid(request, call(), signedWithPort, "") {
					t.Errorf("%s: refused when signed with %s", request, port)
				}
			}
		})
	}
}

// addPort puts the port where net/url, which this package does without, finds the host to end.
func addPort(written, port string) string {
	parsed, err := url.Parse(written)
	if err != nil {
		panic(err)
	}
	return strings.Replace(written, parsed.Host, parsed.Host+port, 1)
}

func TestRefused(t *testing.T) {
	valid := signature.Sign(token, target, call())
	with := func(key string, values ...string) url.Values {
		form := call()
		form[key] = values
		return form
	}
	without := call()
	without.Del("Digits")
	tests := map[string]struct {
		url    string
		form   url.Values
		header string
	}{
		"no signature":               {target, call(), ""},
		"not base64":                 {target, call(), strings.Repeat("!", 28)},
		"cut short":                  {target, call(), valid[:27]},
		"a byte more":                {target, call(), valid + "="},
		"a newline after":            {target, call(), valid + "\n"},
		"letter case":                {target, call(), strings.ToLower(valid)},
		"digits changed":             {target, with("Digits", "1235"), valid},
		"digits gone":                {target, without, valid},
		"a key added":                {target, with("Extra", "1"), valid},
		"an empty key added":         {target, with("Extra", ""), valid},
		"a second value":             {target, with("Digits", "1234", "5"), valid},
		"no form":                    {target, nil, valid},
		"http for https":             {withHost("http://mycompany.com"), call(), valid},
		"another host":               {withHost("https://mycompany.org"), call(), valid},
		"a user added":               {withHost("https://user@mycompany.com"), call(), valid},
		"the query in another order": {"https://mycompany.com/myapp.php?bar=2&foo=1", call(), valid},
		"the query gone":             {"https://mycompany.com/myapp.php", call(), valid},
		"signed for another port": {
			target, call(), signature.Sign(token, withHost("https://mycompany.com:8443"), call()),
		},
		"signed for http's port": {
			target, call(), signature.Sign(token, withHost("https://mycompany.com:80"), call()),
		},
		"an escape for another character": {
			"https://example.com/?q=%28", nil, signature.Sign(token, "https://example.com/?q=(", nil),
		},
		"an apostrophe for another one": {
			"https://example.com/?q=%2527", nil, signature.Sign(token, "https://example.com/?q='", nil),
		},
		"an escaped apostrophe in the path": {
			"https://example.com/%27?q=1", nil, signature.Sign(token, "https://example.com/'?q=1", nil),
		},
		"apostrophes of both kinds, signed the other way round": {
			"https://example.com/?q='%27", nil, signature.Sign(token, "https://example.com/?q=%27'", nil),
		},
		"signed with its fragment": {
			target + "#x", nil, signature.Sign(token, target, url.Values{"#": {"x"}}),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if signature.New(nil, token).Valid(test.url, test.form, test.header, "") {
				t.Error("valid")
			}
		})
	}
}

func TestSeveralTokens(t *testing.T) {
	old, subaccount := secret.New("old"), secret.New("subaccount")
	v := signature.New(nil, token, secret.Text{}, old, subaccount)
	for _, signer := range []secret.Text{token, old, subaccount} {
		if !v.Valid(target, call(), signature.Sign(signer, target, call()), "") {
			t.Error("one of the tokens is refused")
		}
	}
	if v.Valid(target, call(), signature.Sign(secret.New("other"), target, call()), "") {
		t.Error("another token is valid")
	}
}

func TestNoTokenRefusesEverything(t *testing.T) {
	forged := signature.Sign(secret.Text{}, target, call())
	for name, v := range map[string]*signature.Validator{
		"zero value": {}, "no tokens": signature.New(nil), "empty token": signature.New(nil, secret.Text{}),
		"empty token beside another": signature.New(nil, secret.New(""), token),
	} {
		if v.Valid(target, call(), forged, "") {
			t.Errorf("%s: a signature under the empty token is valid", name)
		}
	}
}

func TestFormIsLeftAsItIs(t *testing.T) {
	form := url.Values{"Digits": {"5678", "1234", "1234"}, "Gone": {}}
	signed := signature.Sign(token, target, form)
	if !signature.New(nil, token).Valid(target, form, signed, "") {
		t.Error("refused")
	}
	if want := (url.Values{"Digits": {"5678", "1234", "1234"}, "Gone": {}}); !reflect.DeepEqual(form, want) {
		t.Errorf("form became %v", form)
	}
}

func TestValidatorShowsNoToken(t *testing.T) {
	v := signature.New(nil, secret.New("token-in-clear"))
	v.Valid(target, call(), signature.Sign(token, target, call()), "")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if out := fmt.Sprintf(verb, v); strings.Contains(out, "token-in-clear") {
			t.Errorf("%s shows the token: %s", verb, out)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	v := signature.New(nil, token, secret.New("old"))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			form := url.Values{"Digits": {strings.Repeat("1", i)}}
			header := signature.Sign(token, target, form)
			for range 100 {
				if !v.Valid(target, form, header, "") || v.Valid(target, call(), header, "") {
					t.Error("one request is mistaken for another")
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkValid(b *testing.B) {
	v, form := signature.New(nil, token), call()
	header := signature.Sign(token, target, form)
	b.ReportAllocs()
	for b.Loop() {
		if !v.Valid(target, form, header, "") {
			b.Fatal("refused")
		}
	}
}

func ExampleValidator_Valid() {
	v := signature.New(nil, secret.New("12345"))
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"},
		"From": {"+14158675309"}, "To": {"+18005551212"},
	}
	const publicURL = "https://mycompany.com/myapp.php?foo=1&bar=2"
	fmt.Println(v.Valid(publicURL, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", ""))

	form.Set("Digits", "9999")
	fmt.Println(v.Valid(publicURL, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", ""))
	// Output:
	// true
	// false
}
