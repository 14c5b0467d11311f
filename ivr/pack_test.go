package ivr

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzPack holds that everything is unpacked as it was packed, and that packing makes nothing longer but by a byte.
func FuzzPack(f *testing.F) {
	f.Add([]byte(strings.Join(fragments[:], "8265")))
	f.Add([]byte("\x01\x02"))
	f.Add([]byte(`{"v":2,"step":"`)[:10])
	f.Fuzz(func(t *testing.T, text []byte) {
		short := pack(text)
		if got, err := unpack(short); !bytes.Equal(got, text) || err != nil {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
		if len(short) > len(text)+1 {
			t.Errorf("%d bytes were packed in %d", len(text), len(short))
		}
	})
}

// Of what is packed and can't be read one error says that a newer release may have packed it.
func TestUnpackRefuses(t *testing.T) {
	if _, err := unpack([]byte{packed, fragment, 255}); !errors.Is(err, errNewer) {
		t.Errorf("an unknown fragment: %v", err)
	}
	if _, err := unpack([]byte{packed, 'a', fragment}); !errors.Is(err, errPacked) {
		t.Errorf("half a fragment: %v", err)
	}
}

// Secrets are as long when packed as they were, whatever they are.
func TestSecretsArePackedAsTheyAre(t *testing.T) {
	for _, text := range []string{`{"v":2,"step":"new-pin","blanks":{"pin":"%"}}`, `<Say voice="Polly.Joanna" language="en-US">%.</Say>`} {
		length := len(pack([]byte(strings.ReplaceAll(text, "%", "8265"))))
		for _, secret := range []string{"1111", "1234", "0000", "blue"} {
			if got := len(pack([]byte(strings.ReplaceAll(text, "%", secret)))); got != length {
				t.Errorf("%s: %d bytes with %s, %d with another", text, got, secret, length)
			}
		}
	}
}

func TestFragmentsAreNumberedByAByte(t *testing.T) {
	if len(fragments) > 256 {
		t.Errorf("%d fragments", len(fragments))
	}
	seen := map[string]bool{}
	for _, f := range fragments {
		if seen[f] || len(f) < 3 {
			t.Errorf("%q stands twice, or is as short as its number", f)
		}
		seen[f] = true
	}
}
