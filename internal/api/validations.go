package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
)

// validate validates the customer of a line, or begins to. One scope is for photo IDs, the other
// for all other ways, so it takes keys that have either.
func (a *API) validate(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	if !key.Allows(apikey.ValidationsPhotoID) {
		if err := allowed(key, apikey.ValidationsWrite); err != nil {
			return err
		}
	}
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, validationBody.check)
	if err != nil {
		return err
	}
	who := a.who(r, key, body.Agent)
	if body.Method == byPhotoID { // which the desk refuses, and records, where the scope is lacking
		return a.takePhotoID(w, r, who, number, body)
	}
	if err := allowed(key, apikey.ValidationsWrite); err != nil {
		return err
	}
	if body.Method == byCall {
		return a.callLine(w, r, who, number)
	}
	return a.judgeSecret(w, r, who, number, body)
}

// callLine answers at once: the telephone rings later, and GET tells how far it is.
func (a *API) callLine(w http.ResponseWriter, r *http.Request, who repair.Who, number nanp.Number) error {
	once, err := idempotencyKey(r.Header)
	if err != nil {
		return err
	}
	validation, err := a.desk.Call(r.Context(), who, number, shortened(once))
	if err != nil {
		return fmt.Errorf("call line by API: %w", a.uncalled(err))
	}
	a.log.InfoContext(r.Context(), "line called to validate its customer",
		"line", number, "validation", validation.ID, "by", who.Name)
	w.Header().Set("Location", "/v1/validations/"+string(validation.ID))
	return reply(w, http.StatusAccepted, jsonType, ValidationDocument(validation))
}

// shortened makes of any key of a client's one that the desk takes, and of none the same as of
// another.
func shortened(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// uncalled says what the refusal of a call means for a line.
func (a *API) uncalled(err error) error {
	if blocked, is := errors.AsType[*deliveries.BlockedError](err); is {
		return lineDeclines(blocked.Until)
	}
	if limit, is := errors.AsType[*deliveries.LimitError](err); is {
		return tooManyCalls(limit, a.now())
	}
	return a.withNow(err)
}

// judgeSecret tells right or wrong, and nothing else: neither that the account is another
// line's, nor that it is locked, nor that there is none.
func (a *API) judgeSecret(w http.ResponseWriter, r *http.Request, who repair.Who, number nanp.Number, body validationBody) error {
	account, err := body.account()
	if err != nil {
		return fmt.Errorf("validate customer by API: %w", err)
	}
	claim := accounts.Claim{Code: body.Code, Answer: body.Answer}
	right, err := a.desk.Secret(r.Context(), who, number, account, claim)
	if err != nil {
		return fmt.Errorf("validate customer by API: %w", a.withNow(err))
	}
	a.logResult(r, who, number, rightOr(right))
	return reply(w, http.StatusOK, jsonType, rightOr(right))
}

func (a *API) takePhotoID(w http.ResponseWriter, r *http.Request, who repair.Who, number nanp.Number, body validationBody) error {
	if err := a.desk.PhotoID(r.Context(), who, number, body.Note); err != nil {
		return fmt.Errorf("validate customer by API: %w", a.withNow(err))
	}
	a.logResult(r, who, number, rightOr(true))
	return reply(w, http.StatusOK, jsonType, rightOr(true))
}

func (a *API) showValidation(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathValidation(r)
	if err != nil {
		return err
	}
	agent, err := queryAgent(r)
	if err != nil {
		return err
	}
	validation, err := a.desk.Validation(r.Context(), a.who(r, key, agent), id)
	if err != nil {
		return fmt.Errorf("show validation: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, ValidationDocument(validation))
}

// judgeCode judges the code that the customer has read to the agent.
func (a *API) judgeCode(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathValidation(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, codeBody.check)
	if err != nil {
		return err
	}
	who := a.who(r, key, body.Agent)
	result, err := a.desk.Code(r.Context(), who, id, body.Code)
	if err != nil {
		return fmt.Errorf("judge code by API: %w", a.withNow(err))
	}
	document := validationResult(result)
	a.log.InfoContext(r.Context(), "code of a validation judged", "validation", id, "result", document.Result, "by", who.Name)
	return reply(w, http.StatusOK, jsonType, document)
}

// logResult leaves the account away: what was typed for its number may be anything, be it the
// code.
func (a *API) logResult(r *http.Request, who repair.Who, number nanp.Number, result ValidationResult) {
	a.log.InfoContext(r.Context(), "validation of a customer judged", "line", number, "result", result.Result, "by", who.Name)
}

func pathValidation(r *http.Request) (repair.ID, error) {
	id, err := repair.ParseID(mux.Vars(r)["validation"])
	if err != nil {
		return "", noValidation()
	}
	return id, nil
}
