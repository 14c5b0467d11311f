package agents

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/typed"
)

func testKeys(t testing.TB, id string) secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeyring(id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	check.OK(t, err)
	return keys
}

// full is a profile of which every field holds something.
func full() Agent {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1_000_000, time.UTC)
	return Agent{
		ID: "agt_aaaaaaaaaaaaaaaaaaaaaaaaaa", Name: "ann", Revision: 7, FullName: "Ann Olson", Email: "ann@example.com",
		Phone: "612-555-0142", Role: Supervisor, State: Active, Since: at, Password: "$hash", Factor: App,
		AppKey: secret.New("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), LastStep: 59, Required: App,
		Link: Link{Hash: [32]byte{1, 2, 3}, Until: at.Add(1)}, Terms: at, TermsVersion: 1, Reviewed: at, Created: at,
		LastSignIn: at, Warned: at, Warning: at, Epoch: 3,
	}
}

func TestSealed(t *testing.T) {
	keys := testKeys(t, "a")
	want := full()
	fields := reflect.ValueOf(want)
	for i := range fields.NumField() {
		if fields.Field(i).IsZero() {
			t.Errorf("%s isn't tried", fields.Type().Field(i).Name)
		}
	}
	stored := check.Must(seal(keys, rand.Reader, want))(t)
	got, err := open(keys, stored)
	if err != nil || got.AppKey.Reveal() != want.AppKey.Reveal() {
		t.Fatalf("opened: %v", err)
	}
	got.AppKey, want.AppKey = secret.Text{}, secret.Text{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for name, spoiled := range map[string]Stored{
		"another's":    {ID: "agt_baaaaaaaaaaaaaaaaaaaaaaaaa", Name: stored.Name, Sealed: stored.Sealed},
		"another name": {ID: stored.ID, Name: "bob", Sealed: stored.Sealed},
		"nothing":      {ID: stored.ID, Name: stored.Name},
		"cut":          {ID: stored.ID, Name: stored.Name, Sealed: stored.Sealed[:len(stored.Sealed)-1]},
	} {
		if _, err := open(keys, spoiled); !errors.Is(err, storage.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(testKeys(t, "b"), stored); !errors.Is(err, storage.ErrUnreadable) {
		t.Errorf("under another key: %v", err)
	}
}

// The largest profile that can be is well within what a store keeps.
func TestLargestProfile(t *testing.T) {
	large := full()
	large.FullName = strings.Repeat("\U0001F600", MaxFullName)
	large.Email, large.Phone = strings.Repeat("<", typed.MaxEmail), strings.Repeat("+", MaxPhone)
	stored, err := seal(testKeys(t, "a"), rand.Reader, large)
	if err != nil || len(stored.Sealed) > MaxSealed/2 {
		t.Errorf("%d bytes, %v", len(stored.Sealed), err)
	}
}

func TestRecordsOfOtherReleases(t *testing.T) {
	for _, text := range []string{
		`{"v":2,"state":"active","role":"agent"}`, `{"v":1,"state":"asleep","role":"agent"}`, `{"v":1,"state":"active","role":"owner"}`,
		`{"v":1,"state":"active","role":"agent","factor":"sms"}`, `{"v":1,"state":"active"}`, `{"v":1}`, `[]`, ``,
		`{"v":1,"state":"active","role":"agent","link_hash":"` + strings.Repeat("A", 44) + `"}`,
	} {
		if _, err := openText(t, []byte(text)); !errors.Is(err, storage.ErrUnreadable) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := openText(t, []byte(`{"v":1,"state":"deleted","since":"2026-03-01T12:00:00Z"}`)); err != nil {
		t.Error(err)
	}
}

// openText opens a profile whose form is that text.
func openText(t *testing.T, plaintext []byte) (Agent, error) {
	t.Helper()
	keys := testKeys(t, "a")
	sealed := check.Must(keys.Seal(rand.Reader, plaintext, []byte(boundTo("agt_a", "ann"))))(t)
	return open(keys, Stored{ID: "agt_a", Name: "ann", Sealed: sealed})
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{`{"v":1,"state":"active","role":"agent","app_key":"83746591"}`, `{"v":1,"link_hash":"AAAA"}`, `{"since":"x"}`} {
		f.Add([]byte(text))
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		agent, err := openText(t, plaintext)
		if err != nil {
			if !errors.Is(err, storage.ErrUnreadable) || len(err.Error()) > 100 {
				t.Fatalf("error %v", err)
			}
			return
		}
		if !agent.whole() || agent.StateAt(now) == "" {
			t.Errorf("%+v is taken for a profile", agent)
		}
	})
}

func FuzzOpen(f *testing.F) {
	keys := testKeys(f, "a")
	stored := check.Must(seal(keys, rand.Reader, full()))(f)
	f.Add(stored.Sealed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		_, err := open(keys, Stored{ID: stored.ID, Name: stored.Name, Sealed: sealed})
		if err == nil && !bytes.Equal(sealed, stored.Sealed) {
			t.Error("opened what was never sealed")
		}
	})
}

func FuzzParseToken(f *testing.F) {
	for _, text := range []string{"", strings.Repeat("a", tokenLength), strings.Repeat("A", tokenLength), strings.Repeat("a", 26) + strings.Repeat("A", 43)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := parseToken(secret.New(text))
		if !ok {
			return
		}
		if len(text) != tokenLength || string(id) != idPrefix+text[:ids.Length] || strings.ContainsAny(text, "/+\r\n ?#") {
			t.Errorf("%q is taken for a link of %s", text, id)
		}
	})
}

func FuzzParseUserName(f *testing.F) {
	for _, text := range []string{"ann", " Ann.Olson ", "1ann", "\u212aurt", "a\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := ParseUserName(text)
		if err != nil {
			if err.Error() != ErrUserName.Error() {
				t.Errorf("error %v", err)
			}
			return
		}
		if again, err := ParseUserName(string(name)); err != nil || again != name || len(name) < 3 || len(name) > 32 || strings.Trim(string(name), nameLetters) != "" {
			t.Errorf("%q is read as %q", text, name)
		}
	})
}

// Nothing of a month's end may bring a deadline before the time that it is counted from.
func FuzzAddMonths(f *testing.F) {
	f.Add(int64(1_772_366_400), 6)
	f.Fuzz(func(t *testing.T, unix int64, months int) {
		if unix < 0 || unix > 1<<34 || months < 0 || months > 120 {
			return
		}
		from := time.Unix(unix, 0).UTC()
		to := AddMonths(from, months)
		if days := to.Sub(from).Hours() / 24; days < float64(28*months) || days > float64(31*months) {
			t.Errorf("%s and %d months are %s", from, months, to)
		}
		if (int(to.Month())-int(from.Month())-months)%12 != 0 || to.Day() > from.Day() {
			t.Errorf("%s and %d months are %s", from, months, to)
		}
	})
}
