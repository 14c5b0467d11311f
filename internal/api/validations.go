package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
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
	validation, err := a.config.Desk.Call(r.Context(), who, number, shortened(once))
	if err != nil {
		return fmt.Errorf("call line by API: %w", a.uncalled(err))
	}
	a.config.Log.InfoContext(r.Context(), "line called to validate its customer",
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
		return tooManyCalls(limit, a.config.Now())
	}
	return err
}

// judgeSecret tells right or wrong, and nothing else: neither that the account is another
// line's, nor that it is locked, nor that there is none.
func (a *API) judgeSecret(w http.ResponseWriter, r *http.Request, who repair.Who, number nanp.Number, body validationBody) error {
	account, err := body.account()
	if err != nil {
		return fmt.Errorf("validate customer by API: %w", err)
	}
	claim := accounts.Claim{Code: body.Code, Answer: body.Answer}
	right, err := a.config.Desk.Secret(r.Context(), who, number, account, claim)
	if err != nil {
		return fmt.Errorf("validate customer by API: %w", err)
	}
	a.logResult(r, who, number, rightOr(right))
	return reply(w, http.StatusOK, jsonType, rightOr(right))
}

func (a *API) takePhotoID(w http.ResponseWriter, r *http.Request, who repair.Who, number nanp.Number, body validationBody) error {
	if err := a.config.Desk.PhotoID(r.Context(), who, number, body.Note); err != nil {
		return fmt.Errorf("validate customer by API: %w", err)
	}
	a.logResult(r, who, number, rightOr(true))
	return reply(w, http.StatusOK, jsonType, rightOr(true))
}

func (a *API) showValidation(w http.ResponseWriter, r *http.Request, key apikey.Key, id repair.ID) error {
	agent, err := queryAgent(r)
	if err != nil {
		return err
	}
	validation, err := a.config.Desk.Validation(r.Context(), a.who(r, key, agent), id)
	if err != nil {
		return fmt.Errorf("show validation: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, ValidationDocument(validation))
}

// judgeCode judges the code that the customer has read to the agent.
func (a *API) judgeCode(w http.ResponseWriter, r *http.Request, key apikey.Key, id repair.ID, body codeBody) error {
	who := a.who(r, key, body.Agent)
	result, err := a.config.Desk.Code(r.Context(), who, id, body.Code)
	if err != nil {
		return fmt.Errorf("judge code by API: %w", err)
	}
	document := validationResult(result)
	a.config.Log.InfoContext(r.Context(), "code of a validation judged", "validation", id, "result", document.Result, "by", who.Name)
	return reply(w, http.StatusOK, jsonType, document)
}

// logResult leaves the account away: what was typed for its number may be anything, be it the
// code.
func (a *API) logResult(r *http.Request, who repair.Who, number nanp.Number, result ValidationResult) {
	a.config.Log.InfoContext(r.Context(), "validation of a customer judged", "line", number, "result", result.Result, "by", who.Name)
}

// The ways in which a customer can be validated, as a body names them.
const (
	byCall    = "call"
	byCode    = "security_code"
	byAnswer  = "security_answer"
	byPhotoID = "photo_id"
)

// A validationBody says who validates a customer, and how.
type validationBody struct {
	Agent   string      `json:"agent"`
	Method  string      `json:"method"`
	Account secret.Text `json:"account"` // which may be anything that somebody typed
	Code    secret.Text `json:"code"`
	Answer  secret.Text `json:"answer"`
	Note    string      `json:"note"`
}

// check wants the fields of the method, and no others.
func (b validationBody) check(f *form) {
	f.need(validAgent(b.Agent), "/agent", agentShould)
	fields, known := map[string][]string{
		byCall: nil, byCode: {"/account", "/code"}, byAnswer: {"/account", "/answer"}, byPhotoID: {"/note"},
	}[b.Method]
	f.need(known, "/method", "want call, security_code, security_answer or photo_id")
	if !known {
		return
	}
	_, err := b.account()
	for _, field := range []struct {
		at, want string
		right    bool
	}{
		{"/account", accountShould, err == nil},
		{"/code", codeShould, accounts.Claim{Code: b.Code}.Valid()},
		{"/answer", answerShould, accounts.Claim{Answer: b.Answer}.Valid()},
		{"/note", fmt.Sprintf("want text of %d to %d characters on one line", repair.MinNote, repair.MaxNote), repair.ValidNote(b.Note)},
	} {
		if slices.Contains(fields, field.at) {
			f.need(field.right, field.at, field.want)
		} else {
			f.need(!f.given[field.at], field.at, "is no field of this method")
		}
	}
}

func (b validationBody) account() (accounts.Number, error) {
	return accounts.ParseNumber(b.Account.Reveal())
}

// A codeBody is the code that a customer has read to an agent.
type codeBody struct {
	Agent string      `json:"agent"`
	Code  secret.Text `json:"code"`
}

func (b codeBody) check(f *form) {
	f.need(validAgent(b.Agent), "/agent", agentShould)
	f.need(repair.ValidCode(b.Code), "/code", "want six digits")
}

// Validation is a validation of a customer by a call as the API shows it, to who has begun it
// alone. It never holds the code.
type Validation struct {
	ID        repair.ID       `json:"id"`
	Line      nanp.Number     `json:"line"`
	Status    repair.Status   `json:"status"`         // "waiting", "right", "failed", "expired"
	ExpiresAt time.Time       `json:"expires_at"`     // no code counts from then on; UTC
	TriesLeft int             `json:"tries_left"`     // at the code, from 0
	Call      *ValidationCall `json:"call,omitempty"` // nil: it is forgotten by now
}

// ValidationCall is how far the call is that tells the code.
type ValidationCall struct {
	Status deliveries.Status `json:"status"`
	Final  bool              `json:"final"`  // nothing more is to be done: there is one attempt
	Events []DeliveryEvent   `json:"events"` // oldest first; never null
}

// ValidationDocument shows a validation; its times are in UTC.
func ValidationDocument(validation repair.Validation) Validation {
	document := Validation{
		ID: validation.ID, Line: validation.Line, Status: validation.Status,
		ExpiresAt: validation.Until.UTC(), TriesLeft: validation.Left,
	}
	if call := validation.Call; call.ID != "" {
		document.Call = &ValidationCall{Status: call.Status, Final: call.Status.Final(), Events: eventDocuments(call)}
	}
	return document
}

// ValidationResult says what a code, an answer or a photo ID has turned out to be.
type ValidationResult struct {
	Result    string `json:"result"`               // "right": the customer is validated; "wrong", "used_up", "expired"
	TriesLeft *int   `json:"tries_left,omitempty"` // of a wrong code that the line was told
}

// The results.
const (
	resultRight   = "right"
	resultWrong   = "wrong"
	resultUsedUp  = "used_up"
	resultExpired = "expired"
)

// rightOr is the result of what is told only right or wrong.
func rightOr(right bool) ValidationResult {
	if right {
		return ValidationResult{Result: resultRight}
	}
	return ValidationResult{Result: resultWrong}
}

func validationResult(result repair.Result) ValidationResult {
	switch result.Outcome {
	case repair.Right:
		return rightOr(true)
	case repair.UsedUp:
		return ValidationResult{Result: resultUsedUp}
	case repair.Expired:
		return ValidationResult{Result: resultExpired}
	case repair.Wrong:
	}
	return ValidationResult{Result: resultWrong, TriesLeft: &result.Left}
}
