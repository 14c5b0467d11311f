package secret_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

const hidden = "hunter2-hunter2"

// settings holds secrets in every position in which fmt or slog might come across one.
type settings struct {
	Token   secret.Text
	Pointer *secret.Text
	List    []secret.Text
	Map     map[string]secret.Text
	Any     any
	Ring    secret.Keyring
	private secret.Text
	ring    secret.Keyring
}

func newSettings(t *testing.T) settings {
	t.Helper()
	token := secret.New(hidden)
	ring := mustRing(t, entry("current", 1))
	return settings{
		Token: token, Pointer: &token, List: []secret.Text{token},
		Map: map[string]secret.Text{"token": token}, Any: token, Ring: ring,
		private: token, ring: ring,
	}
}

// shown is every way in which a hidden secret or key might be written.
func shown(output string) bool {
	raw := string(bytes.Repeat([]byte{1}, 32))
	for _, s := range []string{hidden, raw, entry("", 1)[1:]} {
		for _, form := range []string{
			s, fmt.Sprintf("%x", s), fmt.Sprintf("%X", s), fmt.Sprintf("% x", s), fmt.Sprintf("%d", []byte(s)),
			fmt.Sprintf("%#v", []byte(s)), s[:7], s[len(s)-7:],
		} {
			if strings.Contains(output, form) {
				return true
			}
		}
	}
	return false
}

var verbs = []string{
	"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%o", "%b", "%c", "%U", "%e", "%t",
	"%10.3s", "%-40v", "%w", "%p", "%T", "%!",
}

func TestFormatting(t *testing.T) {
	s := newSettings(t)
	for _, verb := range verbs {
		for _, value := range []any{s.Token, s.Pointer, s, &s, s.List, s.Map, s.Ring, &s.Ring, []settings{s}} {
			if out := fmt.Sprintf(verb, value); shown(out) {
				t.Errorf("Sprintf(%q, %T) shows the secret: %s", verb, value, out)
			}
		}
	}
}

func TestPrintsAsDots(t *testing.T) {
	token, ring := secret.New(hidden), mustRing(t, entry("current", 1))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%10.3s"} {
		for _, value := range []any{token, &token, ring, &ring, secret.Text{}, secret.Keyring{}} {
			if out := fmt.Sprintf(verb, value); out != secret.Dots {
				t.Errorf("Sprintf(%q, %T) = %q; want dots", verb, value, out)
			}
		}
	}
	for _, out := range []string{token.String(), token.GoString(), ring.String(), fmt.Sprint(token), token.LogValue().String()} {
		if out != secret.Dots {
			t.Errorf("got %q; want dots", out)
		}
	}
	if err := fmt.Errorf("sign in with %v", token); err.Error() != "sign in with "+secret.Dots {
		t.Errorf("error text %q", err)
	}
}

type configuration struct{ Token secret.Text }

func TestEncodings(t *testing.T) {
	s := newSettings(t)
	encoded, err := json.Marshal(s)
	check.OK(t, err)
	if shown(string(encoded)) || !strings.Contains(string(encoded), `"Token":"`+secret.Dots+`"`) {
		t.Errorf("JSON: %s", encoded)
	}
	encoded, err = xml.Marshal(configuration{s.Token})
	check.OK(t, err)
	if shown(string(encoded)) || !strings.Contains(string(encoded), secret.Dots) {
		t.Errorf("XML: %s", encoded)
	}
}

func TestLogs(t *testing.T) {
	s := newSettings(t)
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		log.Reset()
		slog.New(handler).Info("starting", "token", s.Token, "ring", s.Ring, "settings", s, "pointer", &s,
			slog.Group("group", "list", s.List))
		if out := log.String(); shown(out) || !strings.Contains(out, secret.Dots) {
			t.Errorf("%T: %s", handler, out)
		}
	}
}

func TestText(t *testing.T) {
	token := secret.New(hidden)
	if token.Reveal() != hidden || token.IsZero() {
		t.Errorf("Reveal = %q, IsZero = %t", token.Reveal(), token.IsZero())
	}
	var none secret.Text
	if none.Reveal() != "" || !none.IsZero() || !secret.New("").IsZero() {
		t.Error("the zero value isn't the empty secret")
	}
}

func TestEqual(t *testing.T) {
	tests := map[string]struct {
		a, b string
		want bool
	}{
		"same":            {"1234567", "1234567", true},
		"both empty":      {"", "", true},
		"one empty":       {"1234567", "", false},
		"last differs":    {"1234567", "1234568", false},
		"first differs":   {"1234567", "2234567", false},
		"a prefix":        {"1234567", "12345678", false},
		"zero byte after": {"1234567", "1234567\x00", false},
		"letter case":     {"abc", "ABC", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := secret.New(test.a), secret.New(test.b)
			if a.Equal(b) != test.want || b.Equal(a) != test.want {
				t.Errorf("Equal = %t, %t; want %t", a.Equal(b), b.Equal(a), test.want)
			}
			if cmp.Equal(a, b) != test.want {
				t.Errorf("cmp.Equal = %t; want %t", cmp.Equal(a, b), test.want)
			}
		})
	}
}

func TestTextUnmarshal(t *testing.T) {
	var s struct{ Token, None secret.Text }
	check.OK(t, json.Unmarshal([]byte(`{"Token":"hunter2-hunter2","None":""}`), &s))
	if s.Token.Reveal() != hidden || !s.None.IsZero() {
		t.Error("secrets weren't read from JSON")
	}
}

func ExampleText() {
	token := secret.New("4f1a9c")
	fmt.Printf("%v %q %#v\n", token, token, token)
	fmt.Println(token.Equal(secret.New("4f1a9c")))
	fmt.Println(len(token.Reveal()))
	// Output:
	// •••••• •••••• ••••••
	// true
	// 6
}

func ExampleParseKeyring_refused() {
	_, err := secret.ParseKeyring("2026a:not a key")
	fmt.Println(err, errors.Is(err, secret.ErrInvalidKeyring))
	// Output: invalid key ring: key 1: a key is 44 characters of base64 true
}

func TestDigitsAreEven(t *testing.T) {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	code, err := secret.Digits(bytes.NewReader(all[:]), 250)
	check.OK(t, err)
	drawn := map[rune]int{}
	for _, digit := range code.Reveal() {
		drawn[digit]++
	}
	for digit := '0'; digit <= '9'; digit++ {
		if drawn[digit] != 25 || len(drawn) != 10 {
			t.Errorf("%c drawn %d times of 250", digit, drawn[digit])
		}
	}
}

func TestDigits(t *testing.T) {
	for name, tt := range map[string]struct {
		random []byte
		n      int
		want   string
	}{
		"one":                    {[]byte{7}, 1, "7"},
		"above 249 are left out": {[]byte{255, 250, 0, 249, 13, 7, 8, 251, 21}, 6, "093781"},
		"no more than are asked": {[]byte{1, 2, 3, 4, 5, 6, 7}, 4, "1234"},
	} {
		t.Run(name, func(t *testing.T) {
			code, err := secret.Digits(bytes.NewReader(tt.random), tt.n)
			if err != nil || code.Reveal() != tt.want {
				t.Errorf("drew %s, %v; want %s", code.Reveal(), err, tt.want)
			}
		})
	}
}

func TestDigitsNeedRandomness(t *testing.T) {
	for _, random := range [][]byte{nil, {1, 2, 3}, {255, 250, 0}} {
		code, err := secret.Digits(bytes.NewReader(random), 4)
		if !errors.Is(err, io.EOF) || !code.IsZero() {
			t.Errorf("from %d bytes: %s, %v", len(random), code.Reveal(), err)
		}
	}
}

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
