package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
)

// Enrollment is an online account with the accounts that were proved to belong to it.
type Enrollment struct {
	ID       accounts.EnrollmentID `json:"id"`
	Accounts []accounts.Number     `json:"accounts"` // as they are numbered now, in the order in which they were added
	Since    time.Time             `json:"since"`
}

// enroll begins an enrollment with the first account.
func (a *API) enroll(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	body, err := readBody(w, r, enrollBody.check)
	if err != nil {
		return err
	}
	return a.claimFor(w, r, key, body, http.StatusCreated, func(number accounts.Number) (accounts.Enrollment, accounts.Result, error) {
		return a.accounts.Enroll(r.Context(), a.by(r, key), number, body.claim())
	})
}

// addAccount adds one more account to an enrollment.
func (a *API) addAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, id accounts.EnrollmentID, body enrollBody) error {
	return a.claimFor(w, r, key, body, http.StatusOK, func(number accounts.Number) (accounts.Enrollment, accounts.Result, error) {
		return a.accounts.AddAccount(r.Context(), a.by(r, key), id, number, body.claim())
	})
}

// claimFor has a claim judged that leads to an enrollment, and answers with that.
func (a *API) claimFor(
	w http.ResponseWriter, r *http.Request, key apikey.Key, body enrollBody, status int,
	judge func(accounts.Number) (accounts.Enrollment, accounts.Result, error),
) error {
	number, err := accounts.ParseNumber(body.Account)
	if err != nil {
		return err
	}
	var enrollment accounts.Enrollment
	var result accounts.Result
	err = a.claim(r, key, func() (accounts.Result, error) {
		enrollment, result, err = judge(number)
		return result, err
	})
	if err != nil {
		return fmt.Errorf("claim account by API: %w", err)
	}
	a.logClaim(r, result, key)
	if !result.Verified {
		return reply(w, http.StatusOK, jsonType, verification(result))
	}
	document, err := a.enrollmentDocument(r.Context(), enrollment)
	if err != nil {
		return err
	}
	if status == http.StatusCreated {
		w.Header().Set("Location", "/v1/enrollments/"+string(enrollment.ID))
	}
	return reply(w, status, jsonType, Verification{Verified: true, Enrollment: &document})
}

func (a *API) showEnrollment(w http.ResponseWriter, r *http.Request, key apikey.Key, id accounts.EnrollmentID) error {
	enrollment, err := a.accounts.Enrollment(r.Context(), a.by(r, key), id)
	if err != nil {
		return fmt.Errorf("show enrollment: %w", err)
	}
	document, err := a.enrollmentDocument(r.Context(), enrollment)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, jsonType, document)
}

// enrollmentDocument finds out the present numbers of an enrollment's accounts.
func (a *API) enrollmentDocument(ctx context.Context, enrollment accounts.Enrollment) (Enrollment, error) {
	numbers, err := a.accounts.Numbers(ctx, enrollment)
	switch {
	case errors.Is(err, accounts.ErrNoAccount): // nothing removes accounts
		return Enrollment{}, broken(err)
	case err != nil:
		return Enrollment{}, err
	}
	return Enrollment{ID: enrollment.ID, Since: enrollment.Since.UTC(), Accounts: numbers}, nil
}
