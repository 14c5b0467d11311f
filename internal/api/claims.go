package api

import (
	"fmt"
	"net/http"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
)

// Verification says what came of a claim to an account.
type Verification struct {
	Verified    bool        `json:"verified"`
	TriesLeft   *int        `json:"tries_left,omitempty"`  // of a wrong claim, until the account is locked; 0: it is
	LockedUntil time.Time   `json:"locked_until,omitzero"` // no claim is looked at before that; UTC
	Closed      bool        `json:"closed,omitempty"`      // no claim is looked at until it is opened
	Detail      string      `json:"detail,omitempty"`      // of one that is closed: a sentence that says how it opens
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
	if result.Closed {
		document.Closed, document.Detail = true, closedDetail
	}
	return document
}

const closedDetail = "So many claims in a row were wrong that no more are looked at. Once a new security code has been sent, or an agent has " +
	"opened the account, there can be more."

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
		"locked", !result.LockedUntil.IsZero(), "closed", result.Closed, "key", key.Name)
}

// openAccount opens the verification of an account that wrong claims have closed, for an agent who says why.
func (a *API) openAccount(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, func(b helpBody, f *form) {
		b.check(f)
		f.need(b.Agent != nil, "/agent", agentShould)
	})
	if err != nil {
		return err
	}
	if err := a.desk.OpenAccount(r.Context(), a.who(r, key, *body.Agent), number, body.Reason); err != nil {
		return fmt.Errorf("open account by API: %w", a.withNow(err))
	}
	a.log.InfoContext(r.Context(), "account opened", "account", number, "key", key.Name, "agent", *body.Agent)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
