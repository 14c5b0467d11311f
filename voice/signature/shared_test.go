package signature_test

import (
	"net/url"
	"strings"
	"testing"

	twilio "github.com/twilio/twilio-go/client"

	"updatecenter/internal/secret"
	"updatecenter/voice/signature"
)

// sharedVectors are the published requests, and those with an apostrophe, signed with openssl
// under the shared key 12345.
var sharedVectors = map[string]struct {
	url       string
	form      url.Values
	signature string
}{
	"plain":                                 {target, call(), "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="},
	"given without a port, signed with 443": {target, call(), "grxRoa/VNtXxd524NGLxIdev83nh23xhrRUVm50Umq4="},
	"a key sent three times": {
		target,
		url.Values{"Sid": {"CA123"}, "SidAccount": {"AC123"}, "Digits": {"5678", "1234", "1234"}},
		"jco7II1lvHpqANwxYMpqhOGVonnkKyDh1cL2ZUBvMDs=",
	},
	"keys that differ in case": {
		target,
		url.Values{"callSid": {"lowercase"}, "CallSid": {"uppercase"}, "CALLSID": {"allcaps"}},
		"0vnrVjnZBSLevcaH0M2jANhI6K90PVNd7FXE98I7EMk=",
	},
	"an apostrophe":         {"https://mycompany.com/myapp.php?name=O'Hara", call(), "bBswAlcuQmiorFwL13hXBFiIWwaN2mgiaYnG0W1yLfU="},
	"signed with it as %27": {"https://mycompany.com/myapp.php?name=O'Hara", call(), "Bq4Oh8DDz2NNQYdMKd1bOsDIPtcJfk71vNW1nARqQQM="},
	"sent as %27":           {"https://mycompany.com/myapp.php?name=O%27Hara", call(), "bBswAlcuQmiorFwL13hXBFiIWwaN2mgiaYnG0W1yLfU="},
}

// shared is a key that is named, with a token of the same letters.
func shared() *signature.Validator {
	return signature.New([]signature.SharedKey{{Name: "calls", Secret: token}}, token)
}

func TestSharedVectors(t *testing.T) {
	for name, v := range sharedVectors {
		if !shared().Valid(v.url, v.form, v.signature, "key=calls,algorithm=HMAC_SHA256") {
			t.Errorf("%s: refused", name)
		}
		if signature.New(nil, token).Valid(v.url, v.form, v.signature, "") {
			t.Errorf("%s: valid for an auth token", name)
		}
	}
	for _, name := range []string{"plain", "a key sent three times", "keys that differ in case", "an apostrophe"} {
		v := sharedVectors[name]
		if got := signature.SignShared(token, v.url, v.form); got != v.signature {
			t.Errorf("%s: SignShared = %s; want %s", name, got, v.signature)
		}
	}
	if got, want := signature.Settings("calls"), "key=calls,algorithm=HMAC_SHA256"; got != want {
		t.Errorf("Settings = %q, want %q", got, want)
	}
}

// An auth token signs an apostrophe in either way as well.
func TestApostrophes(t *testing.T) {
	const plain, escaped = "https://mycompany.com/myapp.php?name=O'Hara", "https://mycompany.com/myapp.php?name=O%27Hara"
	for _, sent := range []string{plain, escaped, addPort(plain, ":443"), escaped + "#'"} {
		for _, signed := range []string{"/OTX07LauaiAOfWuTgJgesvr1Fo=", "O30hnYWlZyqV/Zbk9GxOHHajzDU="} { // by openssl
			if !signature.New(nil, token).Valid(sent, call(), signed, "") {
				t.Errorf("%s signed %s: refused", sent, signed)
			}
		}
	}
}

// The header chooses no weaker check than that of the key that it names.
func TestSettings(t *testing.T) {
	sha1, sha256 := signature.Sign(token, target, call()), signature.SignShared(token, target, call())
	tests := []struct {
		settings, header string
		want             bool
	}{
		{"key=calls,algorithm=HMAC_SHA256", sha256, true},
		{"algorithm=HMAC_SHA256,key=calls", sha256, true},
		{" key=calls , algorithm=HMAC_SHA256 ", sha256, true},
		{"key=calls,algorithm=HMAC_SHA256,version=2", sha256, true},
		{"", sha1, true},
		{"", sha256, false},
		{"key=calls,algorithm=HMAC_SHA256", sha1, false},
		{"key=calls,algorithm=HMAC_SHA1", sha1, false},
		{"key=calls,algorithm=HMAC_SHA1", sha256, false},
		{"key=calls,algorithm=hmac_sha256", sha256, false},
		{"key=calls,algorithm=HMAC_SHA512", sha256, false},
		{"key=calls,algorithm=HMAC_SHA256,algorithm=HMAC_SHA1", sha1, false},
		{"key=calls,algorithm=HMAC_SHA1,algorithm=HMAC_SHA256", sha256, false},
		{"key=other,key=calls,algorithm=HMAC_SHA256", sha256, false},
		{"key=other,algorithm=HMAC_SHA256", sha256, false},
		{"key=Calls,algorithm=HMAC_SHA256", sha256, false},
		{"key=,algorithm=HMAC_SHA256", sha1, false},
		{"key=,algorithm=HMAC_SHA256", sha256, false},
		{"key=calls", sha256, false},
		{"algorithm=HMAC_SHA256", sha1, false},
		{"algorithm=HMAC_SHA1", sha1, false},
		{"algorithm=HMAC_SHA256", sha256, false},
		{"calls", sha256, false},
		{" ", sha1, false},
		{",", sha1, false},
	}
	for _, tt := range tests {
		if got := shared().Valid(target, call(), tt.header, tt.settings); got != tt.want {
			t.Errorf("%q with %s: valid %v, want %v", tt.settings, tt.header, got, tt.want)
		}
	}
}

// While a key is being replaced two have its name; one without a name or a secret is none.
func TestSharedKeys(t *testing.T) {
	old, current, other := secret.New("old"), secret.New("current"), secret.New("other")
	v := signature.New([]signature.SharedKey{
		{Name: "calls", Secret: old}, {Name: "calls", Secret: current}, {Name: "other", Secret: other},
		{Name: "", Secret: token}, {Name: "empty"},
	})
	for _, tt := range []struct {
		name string
		key  secret.Text
		want bool
	}{
		{"calls", old, true}, {"calls", current, true}, {"other", other, true},
		{"calls", other, false}, {"other", old, false}, {"", token, false}, {"empty", secret.Text{}, false},
	} {
		header := signature.SignShared(tt.key, target, call())
		if got := v.Valid(target, call(), header, signature.Settings(tt.name)); got != tt.want {
			t.Errorf("%q: valid %v, want %v", tt.name, got, tt.want)
		}
		if got := v.Valid(target, call(), strings.ToLower(header), signature.Settings(tt.name)); got {
			t.Errorf("%q: a changed signature is valid", tt.name)
		}
	}
	if v.Valid(target, call(), signature.Sign(secret.Text{}, target, call()), "") {
		t.Error("without auth tokens one is valid")
	}
}

func FuzzValid(f *testing.F) {
	f.Add(target, "CallSid=CA1&Digits=1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "", uint(0))
	f.Add("https://user:pass@[::1]:8443/a?b='#c", "Digits=2&Digits=1&Digits=2", "", "key=calls,algorithm=HMAC_SHA256", uint(3))
	f.Add("://", "=", "95+Bu0JVPi0r/SsESZCVf0dWAjw=", "key=calls,algorithm=HMAC_SHA1", uint(7))
	f.Add("?%27'?", "", "", "key=other,algorithm=HMAC_SHA256", uint(1))
	f.Add("https://:", "%zz=%00", "\xff", ",", uint(30))
	f.Add("http://a:b@c:d", "a=1&A=2", "", "key=,algorithm=HMAC_SHA256", uint(12))
	f.Fuzz(func(t *testing.T, publicURL, query, header, settings string, at uint) {
		v := signature.New([]signature.SharedKey{{Name: "calls", Secret: token}, {Name: "other", Secret: secret.New("x")}},
			token, secret.New("other"))
		form, _ := url.ParseQuery(query) // what it could read of a broken one is a form as well
		signed, shared := signature.Sign(token, publicURL, form), signature.SignShared(token, publicURL, form)
		if v.Valid(publicURL, form, header, settings) && header != signed && header != shared {
			// Only the other port or apostrophes can make that so, and a fuzzer can't find its signature.
			t.Fatalf("Valid(%q, %q, %q, %q) of a signature never made", publicURL, query, header, settings)
		}
		if settings != "" && v.Valid(publicURL, form, signed, settings) {
			t.Fatalf("%q makes an auth token count", settings)
		}
		const key = "\xffadded" // sorts after every key in UTF-8
		for under, signed := range map[string]string{"": signed, signature.Settings("calls"): shared} {
			if !v.Valid(publicURL, form, signed, under) {
				t.Fatalf("Valid(%q, %q) refuses what was signed", publicURL, query)
			}
			changed := []byte(signed)
			changed[at%uint(len(changed))] ^= 1
			if v.Valid(publicURL, form, string(changed), under) {
				t.Fatalf("Valid(%q, %q) takes a changed signature", publicURL, query)
			}
			form[key] = []string{"x"}
			if v.Valid(publicURL, form, signed, under) {
				t.Fatalf("Valid(%q, %q) takes a changed form", publicURL, query)
			}
			delete(form, key)
		}
	})
}

// FuzzAgainstTwilioGo compares with Twilio's own library where that is right: it takes the
// first value only of a key sent more than once, and rewrites URLs when it adds a port. So
// the forms here have one value for each key, and the URL is a plain one.
func FuzzAgainstTwilioGo(f *testing.F) {
	f.Add("CallSid", "CA1234567890ABCDE", "Digits", "1234")
	f.Add("callSid", "", "CallSid", "x'y z+&=%")
	f.Add("", "", "é", "\xff")
	theirs := twilio.NewRequestValidator("12345")
	f.Fuzz(func(t *testing.T, key1, value1, key2, value2 string) {
		form := url.Values{key1: {value1}}
		form.Set(key2, value2)
		flat := map[string]string{}
		for key, values := range form {
			flat[key] = values[0]
		}
		for _, at := range []string{target, withHost("https://mycompany.com:443")} {
			signed := signature.Sign(token, at, form)
			if !theirs.Validate(target, flat, signed) || !signature.New(nil, token).Valid(target, form, signed, "") {
				t.Errorf("%s, %q: twilio-go %t, we %t", at, form, theirs.Validate(target, flat, signed),
					signature.New(nil, token).Valid(target, form, signed, ""))
			}
		}
	})
}
