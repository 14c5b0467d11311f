package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/secret"
)

// anyScope is asked for where every valid key will do.
const anyScope apikey.Scope = ""

// A keyHandler answers a request that has shown a key.
type keyHandler func(w http.ResponseWriter, r *http.Request, key apikey.Key) error

// keyed lets a request with a valid key of that scope through.
func (a *API) keyed(scope apikey.Scope, serve keyHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key, err := a.authenticate(r)
		if err != nil {
			return err
		}
		if err := allowed(key, scope); err != nil {
			return err
		}
		return serve(w, r, key)
	}
}

// allowed refuses a key that lacks the scope.
func allowed(key apikey.Key, scope apikey.Scope) error {
	if scope != anyScope && !key.Allows(scope) {
		return missingScope(scope).because(fmt.Errorf("key %s", key.Name))
	}
	return nil
}

// authenticate finds the key that a request shows. An unknown id and a wrong secret take
// the same question to the store and the same comparison, and get the same answer.
func (a *API) authenticate(r *http.Request) (apikey.Key, error) {
	token, ok := bearer(r.Header)
	if !ok {
		return apikey.Key{}, noKey()
	}
	id, ok := apikey.ID(token)
	if !ok {
		return apikey.Key{}, badKey()
	}
	ctx, cancel := context.WithTimeout(r.Context(), storesWithin)
	defer cancel()
	key, err := a.keys.Key(ctx, id)
	if err != nil && !errors.Is(err, apikey.ErrNotFound) {
		return apikey.Key{}, fmt.Errorf("find key: %w", err)
	}
	if !key.Matches(token) { // nor does the zero Key of an unknown id, after the same work
		return apikey.Key{}, badKey()
	}
	return key, nil
}

// bearer reads the one Authorization header (RFC 6750, section 2.1), whose scheme may be
// written in any case (RFC 9110, section 11.1).
func bearer(header http.Header) (secret.Text, bool) {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return secret.Text{}, false
	}
	scheme, token, found := strings.Cut(values[0], " ")
	token = strings.TrimLeft(token, " ")
	if !found || token == "" || !strings.EqualFold(scheme, "Bearer") {
		return secret.Text{}, false
	}
	return secret.New(token), true
}
