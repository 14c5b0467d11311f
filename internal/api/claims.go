package api

import (
	"fmt"
	"net/http"
	"time"

	"updatecenter/accounts"
	"updatecenter/internal/apikey"
)

// Verification says what came of a claim to an account.
type Verification struct {
	Verified    bool        `json:"verified"`
	TriesLeft   *int        `json:"tries_left,omitempty"`  // of a wrong claim, until the account is locked; 0: it is
	LockedUntil time.Time   `json:"locked_until,omitzero"` // no claim is looked at before that; UTC
	Enrollment  *Enrollment `json:"enrollment,omitempty"`  // to which a right claim has led
}

func verification(result accounts.Result) Verification {
	if result.Verified {
		return Verification{Verified: true}
	}
	document := Verification{TriesLeft: &result.TriesLeft}
	if !result.LockedUntil.IsZero() {
		document.LockedUntil = result.LockedUntil.UTC()
	}
	return document
}

// verifyAccount judges a claim. An account that doesn't exist is answered like any other.
func (a *API) verifyAccount(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, claimBody.check)
	if err != nil {
		return err
	}
	var result accounts.Result
	err = a.claim(r, key, func() (accounts.Result, error) {
		result, err = a.accounts.Verify(r.Context(), a.by(r, key), number, body.claim())
		return result, err
	})
	if err != nil {
		return fmt.Errorf("verify account by API: %w", err)
	}
	a.logClaim(r, result, key)
	return reply(w, http.StatusOK, jsonType, verification(result))
}

// logClaim leaves the account away: what was typed for its number may be anything, be it the
// code. Right claims, and locks, stand in the account's own history.
func (a *API) logClaim(r *http.Request, result accounts.Result, key apikey.Key) {
	a.log.InfoContext(r.Context(), "claim to an account judged", "verified", result.Verified,
		"locked", !result.LockedUntil.IsZero(), "key", key.Name)
}
