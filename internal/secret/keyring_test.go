package secret_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// entry writes a key made of one byte 32 times.
func entry(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func mustRing(t testing.TB, entries ...string) secret.Keyring {
	t.Helper()
	ring, err := secret.ParseKeyring(strings.Join(entries, ","))
	check.OK(t, err)
	return ring
}

func sixteen() string {
	var entries []string
	for i := range byte(16) {
		entries = append(entries, entry(fmt.Sprint("k", i), i))
	}
	return strings.Join(entries, ",")
}

func TestParseKeyring(t *testing.T) {
	tests := map[string]struct{ written, current string }{
		"one":              {entry("a", 1), "a"},
		"first is current": {entry("new", 2) + "," + entry("old", 1), "new"},
		"space around":     {" " + entry("new", 2) + " ,\n" + entry("old", 1) + "\r\n", "new"},
		"every character":  {entry("azAZ09_-", 1), "azAZ09_-"},
		"longest id":       {entry(strings.Repeat("x", 32), 1), strings.Repeat("x", 32)},
		"sixteen":          {sixteen(), "k0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ring := mustRing(t, test.written)
			if ring.Current() != test.current || ring.IsZero() {
				t.Errorf("Current = %q, IsZero = %t; want %q", ring.Current(), ring.IsZero(), test.current)
			}
		})
	}
}

func TestParseKeyringRefuses(t *testing.T) {
	key := entry("", 77)[1:]
	tests := map[string]string{
		"nothing":          "",
		"comma alone":      ",",
		"comma at the end": "a:" + key + ",",
		"no id":            ":" + key,
		"no key":           "a:",
		"no colon":         key,
		"wrong order":      key + ":a",
		"id too long":      strings.Repeat("x", 33) + ":" + key,
		"id with space":    "a b:" + key,
		"id not ASCII":     "ä:" + key,
		"id twice":         "a:" + key + ",b:" + entry("", 2)[1:] + ",a:" + entry("", 3)[1:],
		"31 bytes":         "a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{77}, 31)),
		"33 bytes":         "a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{77}, 33)),
		"unpadded":         "a:" + strings.TrimRight(key, "="),
		"URL alphabet":     "a:" + strings.Repeat("-_", 21) + "8=",
		"stray bits":       "a:" + key[:42] + "1=",
		"line break":       "a:" + key[:20] + "\n" + key[20:43],
		"hexadecimal":      "a:" + strings.Repeat("4d", 32),
		"seventeen":        sixteen() + "," + entry("k16", 16),
	}
	for name, written := range tests {
		t.Run(name, func(t *testing.T) {
			ring, err := secret.ParseKeyring(written)
			if !ring.IsZero() || !errors.Is(err, secret.ErrInvalidKeyring) {
				t.Fatalf("IsZero = %t, err = %v; want ErrInvalidKeyring", ring.IsZero(), err)
			}
			if strings.Contains(err.Error(), key[:8]) || strings.Contains(err.Error(), "4d4d") {
				t.Errorf("error holds key material: %v", err)
			}
		})
	}
}

func TestValidKeyID(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "azAZ09_-": true, strings.Repeat("x", 32): true,
		"": false, strings.Repeat("x", 33): false, "a b": false, "a,b": false, "a$b": false, "a:b": false, "ä": false, "[": false, "@": false,
	} {
		if got := secret.ValidKeyID(id); got != want {
			t.Errorf("%q: %t", id, got)
		}
	}
}

func TestMAC(t *testing.T) {
	ring := mustRing(t, entry("new", 2), entry("old", 1))
	macs := map[string]string{}
	for _, id := range []string{"new", "old"} {
		for _, message := range []string{"", "1234", "1235"} {
			mac, err := ring.MAC(id, []byte(message))
			if err != nil || len(mac) != 32 {
				t.Fatalf("MAC of %d bytes, %v", len(mac), err)
			}
			again, err := ring.MAC(id, []byte(message))
			if err != nil || !bytes.Equal(mac, again) {
				t.Errorf("a second MAC differs, or %v", err)
			}
			macs[string(mac)] = id + message
		}
	}
	if len(macs) != 6 {
		t.Errorf("%d different MACs of 6", len(macs))
	}
}

// TestMACStaysTheSame holds the value itself, as hashes of PINs live as long as the PINs.
// The expected value was computed apart from this package (RFC 5869 and RFC 2104, in Python).
func TestMACStaysTheSame(t *testing.T) {
	mac, err := mustRing(t, entry("2026a", 1)).MAC("2026a", []byte("8265"))
	const want = "fbee6c1a56265d49dca46d724b336911e94687913d9542160a1e7ea8aa6ca4ad"
	if got := hex.EncodeToString(mac); got != want || err != nil {
		t.Errorf("MAC = %s, %v; want %s", got, err, want)
	}
}

func TestMACUnknownKey(t *testing.T) {
	for name, ring := range map[string]secret.Keyring{"empty": {}, "other": mustRing(t, entry("a", 1))} {
		for _, id := range []string{"b", "", "A"} {
			if mac, err := ring.MAC(id, nil); mac != nil || !errors.Is(err, secret.ErrUnknownKey) {
				t.Errorf("%s ring, id %q: %v; want ErrUnknownKey", name, id, err)
			}
		}
	}
}

func TestKeysDependOnTheirID(t *testing.T) {
	one, other := mustRing(t, entry("one", 1)), mustRing(t, entry("other", 1))
	a, errA := one.MAC("one", []byte("8265"))
	b, errB := other.MAC("other", []byte("8265"))
	if errA != nil || errB != nil || bytes.Equal(a, b) {
		t.Errorf("the same bytes under two ids give one MAC (%v, %v)", errA, errB)
	}
	sealed, err := one.Seal(rand.Reader, []byte("8265"), nil)
	check.OK(t, err)
	renamed := slices.Concat([]byte{1, 5}, []byte("other"), sealed[2+len("one"):])
	if _, err := other.Open(renamed, nil); !errors.Is(err, secret.ErrUnreadable) {
		t.Errorf("renamed: %v; want ErrUnreadable", err)
	}
}

func FuzzParseKeyring(f *testing.F) {
	for _, s := range []string{
		"", ",", ":", entry("a", 1), entry("new", 2) + "," + entry("old", 1),
		entry("a", 1) + "," + entry("a", 2), sixteen(), "a:" + strings.Repeat("A", 44), "a:b:c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ring, err := secret.ParseKeyring(s)
		if err != nil {
			if !errors.Is(err, secret.ErrInvalidKeyring) || !ring.IsZero() {
				t.Fatalf("IsZero = %t, err = %v", ring.IsZero(), err)
			}
			return
		}
		sealed, err := ring.Seal(rand.Reader, []byte("8265"), nil)
		check.OK(t, err)
		if opened, err := ring.Open(sealed, nil); string(opened) != "8265" || err != nil {
			t.Fatalf("Open = %q, %v", opened, err)
		}
		if _, err := ring.MAC(ring.Current(), nil); err != nil {
			t.Fatal(err)
		}
	})
}
