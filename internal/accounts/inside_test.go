package accounts

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/typed"
)

func TestFold(t *testing.T) {
	for written, want := range map[string]string{
		"Doña Luz, of St. Paul": "donaluzofstpaul", "Ærø 7": "ærø7", "ＦＵＬＬ": "full", "ﬁsh": "fish",
		"Σίσυφος": "σισυφοσ", "ΣΊΣΥΦΟΣ": "σισυφοσ", "İstanbul": "istanbul", "…!": "", "": "", "½": "12",
	} {
		if got := fold(written); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Doña Luz", "İ", "ΐ", "\xff", "ﷺ", "ǰ", "ẞß"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := fold(s)
		if again := fold(folded); again != folded {
			t.Fatalf("%q folds to %q, and that to %q", s, folded, again)
		}
		for _, r := range folded {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				t.Fatalf("%q holds %q", folded, r)
			}
		}
	})
}

func ring(t testing.TB) secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeyring("a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	check.OK(t, err)
	return keys
}

// full is an account with everything.
func full() Account {
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return Account{
		ID: "acc_one", Number: "A1", Revision: 7, Phone: "+16125550142", Language: "es", Name: "Peña & <Sons>",
		Address: Address{Street: []string{"12 Elm", "Apt. 3"}, City: "Duluth", State: "MN", ZIP: "55801-1234"}, AddressSince: since,
		Email: "pat@mail.example.com", EmailSince: since, Since: since, Created: since.AddDate(-1, 0, 0),
		Code: secret.New("82651739"), Question: "Who?", Answer: secret.New("Doña Luz"),
	}
}

func TestSealedIsReadBackAndByNobodyElse(t *testing.T) {
	a := full()
	stored, err := seal(ring(t), rand.Reader, a)
	check.OK(t, err)
	for _, s := range []string{"82651739", "Luz", "Elm", "55801", "mail.example", "Who", "Pe"} {
		if len(s) > 2 && bytes.Contains(stored.Sealed, []byte(s)) {
			t.Errorf("%q can be read", s)
		}
	}
	got, err := open(ring(t), stored)
	check.OK(t, err)
	check.Same(t, got, a, cmp.Comparer(secret.Text.Equal))
	stored.ID = "acc_two"
	if _, err := open(ring(t), stored); !errors.Is(err, storage.ErrUnreadable) {
		t.Errorf("under another ID: %v", err)
	}
}

func TestOfRecord(t *testing.T) {
	created := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	later, day := created.Add(time.Hour), 24*time.Hour
	tests := map[string]struct {
		account        Account
		after          time.Duration // since created
		address, email bool
	}{
		"as it was created":      {Account{Created: created, AddressSince: created, Email: "a@b.example", EmailSince: created}, 0, true, false},
		"29 days":                {Account{Created: created, AddressSince: later, Email: "a@b.example", EmailSince: later}, 30 * day, false, false},
		"30 days":                {Account{Created: created, AddressSince: later, Email: "a@b.example", EmailSince: later}, 30*day + time.Hour, true, true},
		"older than the account": {Account{Created: created, AddressSince: created, Email: "a@b.example", EmailSince: created.Add(-30 * day)}, 0, true, true},
		"no e-mail":              {Account{Created: created, AddressSince: created}, 300 * day, true, false},
		"not known since when":   {Account{AddressSince: created}, 29 * day, false, false},
	}
	for name, test := range tests {
		now := created.Add(test.after)
		if test.account.AddressOfRecord(now) != test.address || test.account.EmailOfRecord(now) != test.email {
			t.Errorf("%s: address %t, e-mail %t", name, !test.address, !test.email)
		}
	}
}

func TestALongestAccountFits(t *testing.T) {
	a, wide := full(), "😀" // is escaped by no JSON, and four bytes long
	a.Name, a.Question, a.Answer = strings.Repeat(wide, maxName), strings.Repeat("<", maxQuestion), secret.New(strings.Repeat("&", maxAnswer))
	a.Address.Street = []string{strings.Repeat("<", maxText), strings.Repeat("<", maxText), strings.Repeat("<", maxText)}
	a.Address.City, a.Email = strings.Repeat("&", maxText), strings.Repeat("&", typed.MaxEmail)
	stored, err := seal(ring(t), rand.Reader, a)
	if err != nil || len(stored.Sealed) > MaxSealed {
		t.Errorf("%d bytes, %v", len(stored.Sealed), err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, plaintext := range map[string]string{
		"nothing": "", "no JSON": "82651739", "a newer release": `{"v":2}`, "no version": `{}`,
		"a code in the wrong place": `{"v":1,"since":"82651739"}`,
	} {
		sealed, err := ring(t).Seal(rand.Reader, []byte(plaintext), []byte(boundTo("acc_one")))
		check.OK(t, err)
		_, err = open(ring(t), Stored{ID: "acc_one", Sealed: sealed})
		if !errors.Is(err, storage.ErrUnreadable) || errors.Is(err, storage.ErrNewer) != (name == "a newer release") || strings.Contains(err.Error(), "8265") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzOpen gives open any JSON that could have been sealed.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{"", `{"v":1}`, `{"v":1,"address":{"street":["a"]},"code":"1"}`, `{"v":1,"since":7}`, "null"} {
		f.Add([]byte(s))
	}
	keys := ring(f)
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		sealed, err := keys.Seal(rand.Reader, plaintext, []byte(boundTo("acc_one")))
		check.OK(t, err)
		if _, err := open(keys, Stored{ID: "acc_one", Sealed: sealed}); err != nil && !errors.Is(err, storage.ErrUnreadable) {
			t.Fatal(err)
		}
	})
}

func TestOtherCodeIsAnother(t *testing.T) {
	random := bytes.NewReader([]byte{1, 1, 1, 1, 1, 1, 255, 1, 1, 1, 1, 1, 2})
	code, err := otherCode(random, 6, secret.New("111111"))
	if err != nil || !code.Equal(secret.New("111112")) {
		t.Errorf("another code was drawn, %v", err)
	}
	if _, err := otherCode(bytes.NewReader(nil), 6, secret.Text{}); err == nil {
		t.Error("a code without randomness")
	}
}
