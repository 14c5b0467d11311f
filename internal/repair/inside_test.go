package repair

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

func ring(t testing.TB, id string) secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeyring(id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	check.OK(t, err)
	return keys
}

var someID = ID("val_aaaaaaaaaaaaaaaaaaaaaaaaaa")

func TestRecordIsReadAsItWasWritten(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)
	want := record{id: someID, revision: 3, code: secret.New("012345"), form: form{
		Version: storage.Version{V: 1},
		Line:    "+16125550142", Name: "crm/77", Via: ViaAPI, Created: at, Until: at.Add(CodeFor),
		Tries: 2, Right: true, Attempt: "abc", Call: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa",
	}}
	stored := check.Must(want.seal(ring(t, "k"), rand.Reader))(t)
	got, err := open(ring(t, "k"), stored)
	if err != nil || !got.code.Equal(want.code) {
		t.Fatalf("%v", err)
	}
	got.code, want.code = secret.Text{}, secret.Text{}
	if read, written := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); read != written {
		t.Errorf("read %s, want %s", read, written)
	}
}

func TestRecordsThatCannotBeRead(t *testing.T) {
	keys := ring(t, "k")
	sealed := func(plaintext string, id ID) Stored {
		box := check.Must(keys.Seal(rand.Reader, []byte(plaintext), []byte(boundTo(id))))(t)
		return Stored{ID: someID, Revision: 1, Sealed: box}
	}
	for name, stored := range map[string]Stored{
		"nothing":             {ID: someID},
		"of another":          sealed(`{"v":1}`, "val_bbbbbbbbbbbbbbbbbbbbbbbbbb"),
		"no JSON":             sealed(`826517`, someID),
		"of a newer release":  sealed(`{"v":2}`, someID),
		"without a version":   sealed(`{}`, someID),
		"times that are none": sealed(`{"v":1,"until":"826517"}`, someID),
	} {
		_, err := open(keys, stored)
		if !errors.Is(err, storage.ErrUnreadable) || bytes.Contains([]byte(err.Error()), []byte("826517")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(ring(t, "other"), sealed(`{"v":1}`, someID)); !errors.Is(err, storage.ErrUnreadable) {
		t.Errorf("under another key: %v", err)
	}
}

// FuzzOpen holds that what a store returns never panics.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"", "{", `{"v":1,"tries":-5,"until":"2031-03-04T05:06:07Z"}`, `{"v":1,"code":7}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		keys := ring(t, "k")
		box := check.Must(keys.Seal(rand.Reader, plaintext, []byte(boundTo(someID))))(t)
		r, err := open(keys, Stored{ID: someID, Sealed: box})
		if err != nil && !errors.Is(err, storage.ErrUnreadable) {
			t.Errorf("error %v", err)
		}
		if r.left() < 0 || r.status(time.Time{}) == "" {
			t.Errorf("read %+v", r)
		}
		if _, err := open(keys, Stored{ID: someID, Sealed: plaintext}); err == nil {
			t.Error("what is not sealed was read")
		}
	})
}
