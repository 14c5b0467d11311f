package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"updatecenter/internal/apikey"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// from is how a line's history names this interface.
const from = "api"

func (a *API) showLine(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	return a.replyLine(w, r, http.StatusOK, number, key)
}

// A resetBody says why a PIN is reset.
type resetBody struct {
	Reason string `json:"reason"`
}

var resetBodyShould = fmt.Sprintf("The body must be one JSON object with no other field than reason, "+
	"which is text of 1 to %d characters on one line.", pins.MaxReason)

// The reasons of refused resets, for the line's history.
const (
	noScope  = "key lacks the scope " + string(apikey.PinsReset)
	noReason = "no plain reason given"
)

// resetPIN takes every valid key, as it has to tell of one without the scope.
func (a *API) resetPIN(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, badNumber := pathNumber(r)
	if err := allowed(key, apikey.PinsReset); err != nil {
		if badNumber == nil {
			a.recordRefusedReset(r, number, key, noScope)
		}
		return err
	}
	if badNumber != nil {
		return badNumber
	}
	body, err := readBody[resetBody](w, r, resetBodyShould)
	if err != nil {
		a.recordRefusedReset(r, number, key, noReason)
		return err
	}
	err = a.reset(r.Context(), number, pins.Note{By: key.Name, From: from, Reason: body.Reason})
	switch {
	case errors.Is(err, pins.ErrNote):
		a.recordRefusedReset(r, number, key, noReason)
		return badBody(resetBodyShould)
	case errors.Is(err, pins.ErrNoLine):
		a.log.WarnContext(r.Context(), "reset of a PIN refused: no such line", "line", number, "key", key.Name)
		return err
	case err != nil:
		return fmt.Errorf("reset PIN by API: %w", err)
	}
	a.log.InfoContext(r.Context(), "PIN reset", "line", number, "key", key.Name)
	return a.replyLine(w, r, http.StatusOK, number, key)
}

// reset goes on when the client has hung up: the customer must be told of a PIN that was reset,
// whoever waits for the answer.
func (a *API) reset(ctx context.Context, number nanp.Number, note pins.Note) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storesWithin)
	defer cancel()
	return a.provisioning.Reset(ctx, number, note)
}

// recordRefusedReset tells the history of the number. The refusal stands even if that fails.
func (a *API) recordRefusedReset(r *http.Request, number nanp.Number, key apikey.Key, reason string) {
	err := a.provisioning.ResetRefused(r.Context(), number, pins.Note{By: key.Name, From: from, Reason: reason})
	if err != nil {
		a.log.ErrorContext(r.Context(), "refused reset of a PIN not recorded", "line", number, "key", key.Name, "cause", err)
	}
}

func (a *API) showAccessNumber(w http.ResponseWriter, r *http.Request, _ apikey.Key) error {
	areaCode := mux.Vars(r)["area_code"]
	number, err := pins.AccessNumber(areaCode)
	if err != nil {
		return badAreaCode()
	}
	return reply(w, http.StatusOK, jsonType, AccessNumber{AreaCode: areaCode, AccessNumber: number})
}

// replyLine answers with the line as it now is in the store. Which features it has is protected
// information (47 CFR 64.2003, CPNI), and for keys that may read features alone.
func (a *API) replyLine(w http.ResponseWriter, r *http.Request, status int, number nanp.Number, key apikey.Key) error {
	line, err := a.lines.Find(r.Context(), number)
	if err != nil {
		return fmt.Errorf("show line: %w", err)
	}
	if status == http.StatusCreated {
		w.Header().Set("Location", "/v1/lines/"+string(number))
	}
	document := LineDocument(line, a.now())
	if !key.Allows(apikey.FeaturesRead) {
		document.Features = nil
	}
	return reply(w, status, jsonType, document)
}

func pathNumber(r *http.Request) (nanp.Number, error) {
	number, err := nanp.Parse(mux.Vars(r)["number"])
	if err != nil {
		return "", badNumber()
	}
	return number, nil
}
