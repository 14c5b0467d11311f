package signature_test

import (
	"strings"
	"testing"

	"updatecenter/voice/signature"
)

const (
	body    = `{"property": "value", "boolean": true}`
	bodySum = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)

func TestPublishedBodyVectors(t *testing.T) {
	tests := map[string]struct{ url, header string }{
		"hash after other parameters": {target + "&bodySHA256=" + bodySum, "a9nBmqA0ju/hNViExpshrM61xv4="},
		"hash alone": {
			"https://mycompany.com/myapp.php?bodySHA256=" + bodySum, "y77kIzt2vzLz71DgmJGsen2scGs=",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := signature.New(token)
			if !v.ValidBody(test.url, []byte(body), test.header) {
				t.Error("refused")
			}
			if v.ValidBody(test.url, []byte(body+" "), test.header) {
				t.Error("valid with another body")
			}
		})
	}
}

func TestBodyHash(t *testing.T) {
	const base = "https://example.com/events"
	tests := map[string]struct {
		url  string
		want bool
	}{
		"first":                  {base + "?bodySHA256=" + bodySum, true},
		"between":                {base + "?a=1&bodySHA256=" + bodySum + "&b=2", true},
		"capital digits":         {base + "?bodySHA256=" + strings.ToUpper(bodySum), true},
		"with a port":            {"https://example.com:8443/events?bodySHA256=" + bodySum, true},
		"before a fragment":      {base + "?bodySHA256=" + bodySum + "#x", true},
		"no query":               {base, false},
		"no hash":                {base + "?a=1", false},
		"empty":                  {base + "?bodySHA256=", false},
		"cut short":              {base + "?bodySHA256=" + bodySum[:62], false},
		"not hexadecimal":        {base + "?bodySHA256=" + strings.Repeat("z", 64), false},
		"in the path":            {base + "/bodySHA256=" + bodySum, false},
		"in the fragment":        {base + "#?bodySHA256=" + bodySum, false},
		"part of a longer name":  {base + "?xbodySHA256=" + bodySum, false},
		"another letter case":    {base + "?bodysha256=" + bodySum, false},
		"another before the one": {base + "?bodySHA256=00&bodySHA256=" + bodySum, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			signed := signature.Sign(token, test.url, nil)
			if got := signature.New(token).ValidBody(test.url, []byte(body), signed); got != test.want {
				t.Errorf("ValidBody = %t; want %t", got, test.want)
			}
		})
	}
}

func TestBodyNeedsASignature(t *testing.T) {
	at := target + "&bodySHA256=" + bodySum
	for _, header := range []string{"", "RSOYDt4T1cUTdK1PDd93/VVr8B8="} {
		if signature.New(token).ValidBody(at, []byte(body), header) {
			t.Errorf("valid with the signature %q", header)
		}
	}
}
