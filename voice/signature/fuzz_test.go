package signature_test

import (
	"net/url"
	"testing"

	twilio "github.com/twilio/twilio-go/client"

	"updatecenter/internal/secret"
	"updatecenter/voice/signature"
)

func FuzzValid(f *testing.F) {
	f.Add(target, "CallSid=CA1&Digits=1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "", uint(0))
	f.Add("https://user:pass@[::1]:8443/a?b='#c", "Digits=2&Digits=1&Digits=2", "", "key=calls,algorithm=HMAC_SHA256", uint(3))
	f.Add("://", "=", "95+Bu0JVPi0r/SsESZCVf0dWAjw=", "key=calls,algorithm=HMAC_SHA1", uint(7))
	f.Add("?%27'?", "", "", "key=other,algorithm=HMAC_SHA256", uint(1))
	f.Add("https://:", "%zz=%00", "\xff", ",", uint(30))
	f.Add("http://a:b@c:d", "a=1&A=2", "", "key=,algorithm=HMAC_SHA256", uint(12))
	f.Fuzz(func(t *testing.T, publicURL, query, header, settings string, at uint) {
		v := signature.NewShared([]signature.SharedKey{{Name: "calls", Secret: token}, {Name: "other", Secret: secret.New("x")}},
			token, secret.New("other"))
		form, _ := url.ParseQuery(query) // what it could read of a broken one is a form as well
		signed, shared := signature.Sign(token, publicURL, form), signature.SignShared(token, publicURL, form)
		if v.Valid(publicURL, form, header, settings) && header != signed && header != shared {
			// Only the other port or apostrophes can make that so, and a fuzzer can't find its signature.
			t.Fatalf("Valid(%q, %q, %q, %q) of a signature never made", publicURL, query, header, settings)
		}
		v.ValidBody(publicURL, []byte(query), header)
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
			if !theirs.Validate(target, flat, signed) || !signature.New(token).Valid(target, form, signed, "") {
				t.Errorf("%s, %q: twilio-go %t, we %t", at, form, theirs.Validate(target, flat, signed),
					signature.New(token).Valid(target, form, signed, ""))
			}
		}
	})
}
