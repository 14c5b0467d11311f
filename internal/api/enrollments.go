package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

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
	number, body, err := readEnroll(w, r)
	if err != nil {
		return err
	}
	var enrollment accounts.Enrollment
	var result accounts.Result
	err = a.claim(r, key, func() (accounts.Result, error) {
		enrollment, result, err = a.accounts.Enroll(r.Context(), a.by(r, key), number, body.claim())
		return result, err
	})
	if err != nil {
		return fmt.Errorf("enroll by API: %w", err)
	}
	a.logClaim(r, result, key)
	if !result.Verified {
		return reply(w, http.StatusOK, jsonType, verification(result))
	}
	w.Header().Set("Location", "/v1/enrollments/"+string(enrollment.ID))
	return a.replyEnrolled(w, r, http.StatusCreated, enrollment)
}

// addAccount adds one more account to an enrollment.
func (a *API) addAccount(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathEnrollment(r)
	if err != nil {
		return err
	}
	number, body, err := readEnroll(w, r)
	if err != nil {
		return err
	}
	var enrollment accounts.Enrollment
	var result accounts.Result
	err = a.claim(r, key, func() (accounts.Result, error) {
		enrollment, result, err = a.accounts.AddAccount(r.Context(), a.by(r, key), id, number, body.claim())
		return result, err
	})
	if err != nil {
		return fmt.Errorf("add account by API: %w", err)
	}
	a.logClaim(r, result, key)
	if !result.Verified {
		return reply(w, http.StatusOK, jsonType, verification(result))
	}
	return a.replyEnrolled(w, r, http.StatusOK, enrollment)
}

func (a *API) showEnrollment(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathEnrollment(r)
	if err != nil {
		return err
	}
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

func (a *API) replyEnrolled(w http.ResponseWriter, r *http.Request, status int, enrollment accounts.Enrollment) error {
	document, err := a.enrollmentDocument(r.Context(), enrollment)
	if err != nil {
		return err
	}
	return reply(w, status, jsonType, Verification{Verified: true, Enrollment: &document})
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

func pathEnrollment(r *http.Request) (accounts.EnrollmentID, error) {
	id, err := accounts.ParseEnrollmentID(mux.Vars(r)["enrollment"])
	if err != nil {
		return "", noEnrollment()
	}
	return id, nil
}
