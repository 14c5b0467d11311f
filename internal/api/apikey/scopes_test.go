package apikey_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/api/apikey"
)

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
	// want scopes lines:read, lines:write, pins:reset, features:read, features:write, accounts:read, accounts:write, accounts:verify, deliveries:read, deliveries:write, validations:write or validations:photo-id
}
