package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"updatecenter/internal/apikey"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// from is how a line's history names this interface.
const from = "api"

// defaultRecords is how many records of a history are answered, if no limit is asked for.
const defaultRecords = 100

func (a *API) showLine(w http.ResponseWriter, r *http.Request, _ apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	return a.replyLine(w, r, http.StatusOK, number)
}

// A lineBody is what a line should be.
type lineBody struct {
	Language *string `json:"language"` // null: as it is
}

const lineBodyShould = `The body must be one JSON object with no other field than language, which is "en", "es" or null.`

// putLine creates a line, or sets the language of one that exists. It never touches a PIN.
func (a *API) putLine(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	body, err := readBody[lineBody](w, r, lineBodyShould)
	if err != nil {
		return err
	}
	line := pins.NewLine{Number: number}
	if body.Language != nil {
		line.Language = *body.Language
		if line.Language == "" {
			return badBody(lineBodyShould)
		}
	}
	created, err := a.provisioning.Add(r.Context(), []pins.NewLine{line})
	switch {
	case errors.Is(err, pins.ErrLanguage):
		return badBody(lineBodyShould)
	case err != nil:
		return fmt.Errorf("put line: %w", err)
	case created[0]:
		a.log.InfoContext(r.Context(), "line created", "line", number, "language", line.Language, "key", key.Name)
		return a.replyLine(w, r, http.StatusCreated, number)
	}
	if err := a.setLanguage(r, line, key); err != nil {
		return err
	}
	return a.replyLine(w, r, http.StatusOK, number)
}

// setLanguage sets the language of a line that existed, if one is given.
func (a *API) setLanguage(r *http.Request, line pins.NewLine, key apikey.Key) error {
	if line.Language == "" {
		return nil
	}
	if err := a.lines.SetLanguage(r.Context(), line.Number, line.Language); err != nil {
		return fmt.Errorf("put line: %w", err)
	}
	a.log.InfoContext(r.Context(), "language of line set", "line", line.Number, "language", line.Language, "key", key.Name)
	return nil
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
	err = a.provisioning.Reset(r.Context(), number, pins.Note{By: key.Name, From: from, Reason: body.Reason})
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
	return a.replyLine(w, r, http.StatusOK, number)
}

// recordRefusedReset tells the history of the number. The refusal stands even if that fails.
func (a *API) recordRefusedReset(r *http.Request, number nanp.Number, key apikey.Key, reason string) {
	err := a.provisioning.ResetRefused(r.Context(), number, pins.Note{By: key.Name, From: from, Reason: reason})
	if err != nil {
		a.log.ErrorContext(r.Context(), "refused reset of a PIN not recorded", "line", number, "key", key.Name, "cause", err)
	}
}

// showHistory answers for every number: a line that was removed has a history too.
func (a *API) showHistory(w http.ResponseWriter, r *http.Request, _ apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	limit, err := queryLimit(r)
	if err != nil {
		return err
	}
	records, err := a.provisioning.History(r.Context(), number, limit)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, HistoryDocument(number, records))
}

func (a *API) showAccessNumber(w http.ResponseWriter, r *http.Request, _ apikey.Key) error {
	areaCode := mux.Vars(r)["area_code"]
	number, err := pins.AccessNumber(areaCode)
	if err != nil {
		return badAreaCode()
	}
	return reply(w, http.StatusOK, jsonType, AccessNumber{AreaCode: areaCode, AccessNumber: number})
}

// replyLine answers with the line as it now is in the store.
func (a *API) replyLine(w http.ResponseWriter, r *http.Request, status int, number nanp.Number) error {
	line, err := a.lines.Find(r.Context(), number)
	if err != nil {
		return fmt.Errorf("show line: %w", err)
	}
	if status == http.StatusCreated {
		w.Header().Set("Location", "/v1/lines/"+string(number))
	}
	return reply(w, status, jsonType, LineDocument(line, a.now()))
}

func pathNumber(r *http.Request) (nanp.Number, error) {
	number, err := nanp.Parse(mux.Vars(r)["number"])
	if err != nil {
		return "", badNumber()
	}
	return number, nil
}

func queryLimit(r *http.Request) (int, error) {
	query := r.URL.Query()
	if !query.Has("limit") {
		return defaultRecords, nil
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit < 1 || limit > pins.MaxHistory {
		return 0, badLimit()
	}
	return limit, nil
}
