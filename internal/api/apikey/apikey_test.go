package apikey_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

var now = time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)

func newKey(t testing.TB) (apikey.Key, secret.Text) {
	t.Helper()
	key, token, err := apikey.New(rand.Reader, "portal", []apikey.Scope{apikey.LinesRead, apikey.PinsReset}, now)
	check.OK(t, err)
	return key, token
}

func TestTokensMatchTheirKeyAlone(t *testing.T) {
	key, token := newKey(t)
	other, otherToken := newKey(t)
	if !key.Matches(token) || key.Matches(otherToken) || other.Matches(token) {
		t.Fatal("a token must match its own key and no other")
	}
	if id, ok := apikey.ID(token); !ok || id != key.ID {
		t.Fatalf("id %q, %v; want %q", id, ok, key.ID)
	}
	revoked := key
	revoked.Revoked = now
	if revoked.Matches(token) {
		t.Error("a revoked key matches")
	}
	swapped := key
	swapped.ID = other.ID
	if swapped.Matches(token) {
		t.Error("a token of another ID matches")
	}
}

func TestNewChecksNameAndScopes(t *testing.T) {
	read := []apikey.Scope{apikey.LinesRead}
	tests := []struct {
		name   string
		scopes []apikey.Scope
		want   error
	}{
		{"portal-2.eu_west", read, nil},
		{strings.Repeat("n", 64), read, nil},
		{"", read, apikey.ErrName},
		{strings.Repeat("n", 65), read, apikey.ErrName},
		{"two words", read, apikey.ErrName},
		{"naïve", read, apikey.ErrName},
		{"portal", nil, apikey.ErrScope},
		{"portal", []apikey.Scope{"lines:*"}, apikey.ErrScope},
	}
	for _, tt := range tests {
		if _, _, err := apikey.New(rand.Reader, tt.name, tt.scopes, now); !errors.Is(err, tt.want) {
			t.Errorf("key %q with %v: %v, want %v", tt.name, tt.scopes, err, tt.want)
		}
	}
	if _, _, err := apikey.New(bytes.NewReader(nil), "portal", read, now); err == nil {
		t.Error("a key without randomness")
	}
}

func TestAllows(t *testing.T) {
	key, _ := newKey(t)
	if !key.Allows(apikey.LinesRead) || key.Allows(apikey.LinesWrite) {
		t.Error("a key allows its scopes and no other")
	}
}

func TestTokensArePrintedAsDots(t *testing.T) {
	key, token := newKey(t)
	hidden := token.Reveal()[len("uc_")+len(key.ID)+1:]
	if printed := fmt.Sprintf("%v %+v %#v %s", token, key, key, token); strings.Contains(printed, hidden) {
		t.Error("the secret part was printed")
	}
}

// FuzzID holds that nothing but a token of the key matches it, and nothing panics.
func FuzzID(f *testing.F) {
	key, token, err := apikey.New(bytes.NewReader(make([]byte, 40)), "portal", []apikey.Scope{apikey.LinesRead}, now)
	check.OK(f, err)
	for _, seed := range []string{"", "uc_", "uc__", token.Reveal(), token.Reveal() + "A", strings.ToUpper(token.Reveal())} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := apikey.ID(secret.New(text))
		if ok != (len(id) == 16) {
			t.Errorf("id %q, %v", id, ok)
		}
		if key.Matches(secret.New(text)) != (text == token.Reveal()) {
			t.Errorf("match of %q", text)
		}
	})
}

func TestParseScopes(t *testing.T) {
	const read, write, reset = apikey.LinesRead, apikey.LinesWrite, apikey.PinsReset
	for _, test := range []struct {
		list string
		want []apikey.Scope
	}{
		{"lines:read", []apikey.Scope{read}},
		{"lines:read,lines:write,pins:reset", []apikey.Scope{read, write, reset}},
		{"features:read,features:write", []apikey.Scope{apikey.FeaturesRead, apikey.FeaturesWrite}},
		{" pins:reset , lines:read ", []apikey.Scope{reset, read}},
		{"lines:read,lines:read", []apikey.Scope{read}},
		{"", nil},
		{",", nil},
		{"lines:read,", nil},
		{"lines", nil},
		{"features", nil},
		{"Lines:read", nil},
		{"lines:read lines:write", nil},
	} {
		got, err := apikey.ParseScopes(test.list)
		if !slices.Equal(got, test.want) || (err != nil) != (test.want == nil) {
			t.Errorf("%q: %v, %v", test.list, got, err)
		}
		if err != nil && !errors.Is(err, apikey.ErrScope) {
			t.Errorf("%q: %v", test.list, err)
		}
	}
}

// TestErrScopeNamesAll: who mistypes a scope is told those that there are.
func TestErrScopeNamesAll(t *testing.T) {
	for _, scope := range apikey.AllScopes {
		if !strings.Contains(apikey.ErrScope.Error(), string(scope)) {
			t.Errorf("%q doesn't name %s", apikey.ErrScope, scope)
		}
	}
}

// FuzzParseScopes holds that what was read says the same when written and read again.
func FuzzParseScopes(f *testing.F) {
	for _, s := range []string{"lines:read", "lines:read, pins:reset", "features:read,features:write", "", ",", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, list string) {
		scopes, err := apikey.ParseScopes(list)
		if (err == nil) != (len(scopes) > 0) || len(scopes) > len(apikey.AllScopes) {
			t.Fatalf("%q: %v, %v", list, scopes, err)
		}
		for _, scope := range scopes {
			if !strings.Contains(list, string(scope)) {
				t.Errorf("%q: %s", list, scope)
			}
		}
		if err != nil {
			return
		}
		again, err := apikey.ParseScopes(apikey.JoinScopes(scopes))
		if err != nil || !slices.Equal(again, scopes) {
			t.Errorf("%q: read again as %v, %v", list, again, err)
		}
	})
}

func ExampleParseScopes() {
	scopes, err := apikey.ParseScopes("lines:read, pins:reset")
	fmt.Println(apikey.JoinScopes(scopes), err)
	_, err = apikey.ParseScopes("lines")
	fmt.Println(err)
	// Output:
	// lines:read,pins:reset <nil>
	// want scopes lines:read, lines:write, pins:reset, features:read, features:write, accounts:read, accounts:write, accounts:verify, deliveries:read, deliveries:write, tickets:read, tickets:write, mailboxes:read, mailboxes:write, last-callers:write, recoveries:write, validations:write or validations:photo-id
}
