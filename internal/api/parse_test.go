package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/pins"
)

func TestBearer(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   string
	}{
		{[]string{"Bearer x"}, "x"},
		{[]string{"bearer x"}, "x"},
		{[]string{"BEARER   x"}, "x"},
		{[]string{"Bearer x "}, "x "},
		{[]string{"Bearer"}, ""},
		{[]string{"Bearer "}, ""},
		{[]string{"Bearer\tx"}, ""},
		{[]string{" Bearer x"}, ""},
		{[]string{"Bearerx y"}, ""},
		{[]string{"Basic x"}, ""},
		{[]string{""}, ""},
		{nil, ""},
		{[]string{"Bearer x", "Bearer x"}, ""},
	} {
		token, ok := bearer(http.Header{"Authorization": test.values})
		if ok != (test.want != "") || !token.Equal(secret.New(test.want)) {
			t.Errorf("%q: %v %v", test.values, token.Reveal(), ok)
		}
	}
}

func FuzzBearer(f *testing.F) {
	for _, s := range []string{"Bearer uc_0123456789abcdef_x", "bearer  x", "Basic x", "", "Bearer", " "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		token, ok := bearer(http.Header{"Authorization": {s}})
		if ok == token.IsZero() {
			t.Fatalf("%q: ok = %v, and a token: %v", s, ok, !token.IsZero())
		}
		if ok && (!strings.HasSuffix(s, token.Reveal()) || !strings.EqualFold(s[:7], "Bearer ")) {
			t.Errorf("%q: token %q", s, token.Reveal())
		}
	})
}

// FuzzBody: what is read is one object, and says the same when written and read again.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"language":"en"}`, `{"language":null}`, `{}`, `null`, `{}{}`, `{"Language":"es"}`, `{"language":"en","language":"es"}`,
		`{"x":1}`, "{\"language\":\"\xff\"}", `[`, ``, `{"language":"\u0000"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, ok := decode[lineBody](body)
		if !ok {
			if got.Language != nil {
				t.Error("refused, and yet read")
			}
			return
		}
		if !json.Valid(body) || !strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
			t.Fatalf("read %q", body)
		}
		written, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, ok := decode[lineBody](written)
		if !ok || (again.Language == nil) != (got.Language == nil) || got.Language != nil && *again.Language != *got.Language {
			t.Errorf("%q read as %s, and that otherwise", body, written)
		}
	})
}

func ExampleLineDocument() {
	now := time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)
	document, err := json.MarshalIndent(LineDocument(pins.Line{
		Number: "+17635550142", Language: "es", PIN: "$argon2id$...", Since: now.Add(-24 * time.Hour),
		FromLine: pins.Strikes{Failures: 1},
		Remote:   pins.Strikes{Failures: 5, LockedUntil: now.Add(10 * time.Minute)},
	}, now), "", "  ")
	fmt.Println(string(document), err)
	// Output:
	// {
	//   "number": "+17635550142",
	//   "language": "es",
	//   "pin": "personal",
	//   "since": "2026-03-03T14:00:00Z",
	//   "strikes": {
	//     "line": {
	//       "failures": 1,
	//       "lock": "none"
	//     },
	//     "elsewhere": {
	//       "failures": 5,
	//       "lock": "timed",
	//       "locked_until": "2026-03-04T14:10:00Z"
	//     }
	//   },
	//   "access_number": "+18886128052"
	// } <nil>
}

func TestLocks(t *testing.T) {
	now := time.Date(2026, 3, 4, 14, 0, 0, 0, time.FixedZone("", -6*3600))
	for _, test := range []struct {
		name    string
		strikes pins.Strikes
		want    SideStrikes
	}{
		{"none", pins.Strikes{}, SideStrikes{Lock: NoLock}},
		{"timed", pins.Strikes{Failures: 5, LockedUntil: now.Add(1)}, SideStrikes{Failures: 5, Lock: TimedLock, LockedUntil: now.Add(1).UTC()}},
		{"over", pins.Strikes{Failures: 5, LockedUntil: now}, SideStrikes{Failures: 5, Lock: NoLock}},
		{"hard", pins.Strikes{Failures: 10, LockedUntil: now.Add(1), Locked: true}, SideStrikes{Failures: 10, Lock: UntilReset}},
	} {
		if got := sideStrikes(test.strikes, now); got != test.want {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}
