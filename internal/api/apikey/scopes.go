package apikey

import (
	"slices"
	"strings"
)

// ParseScopes reads scopes separated by commas, as a command line has them:
// "lines:read,pins:reset". Spaces around a scope don't count, nor does a scope that stands
// twice. One that doesn't exist, and a list of none, is [ErrScope].
func ParseScopes(list string) ([]Scope, error) {
	var scopes []Scope
	for name := range strings.SplitSeq(list, ",") {
		scope := Scope(strings.TrimSpace(name))
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	if !validScopes(scopes) {
		return nil, ErrScope
	}
	return scopes, nil
}

// JoinScopes writes scopes as ParseScopes reads them.
func JoinScopes(scopes []Scope) string {
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	return strings.Join(names, ",")
}
