package api

import (
	"net/http"

	"updatecenter/accounts"
	"updatecenter/internal/secret"
)

// The ways in which a customer can be validated, as a body names them.
const (
	byCall    = "call"
	byCode    = "security_code"
	byAnswer  = "security_answer"
	byPhotoID = "photo_id"
)

// A validationBody says who validates a customer, and how.
type validationBody struct {
	Agent   string    `json:"agent"`
	Method  string    `json:"method"`
	Account claimText `json:"account"` // which may be anything that somebody typed
	Code    claimText `json:"code"`
	Answer  claimText `json:"answer"`
	Note    claimText `json:"note"`
}

const validationBodyShould = "The body must be one JSON object with " + agentShould + ", and method, which is call; security_code " +
	"or security_answer, with account and code or answer; or photo_id with note, 10 to 500 characters on one line; and no other fields."

// readValidation reads a body that has the fields of its method, and no others.
func readValidation(w http.ResponseWriter, r *http.Request) (validationBody, error) {
	body, err := readBody[validationBody](w, r, validationBodyShould)
	if err != nil {
		return validationBody{}, err
	}
	if !validAgent(body.Agent) || !body.fits() {
		return validationBody{}, badBody(validationBodyShould)
	}
	return body, nil
}

// fits says whether the fields are those of the method.
func (b validationBody) fits() bool {
	given := [...]bool{b.Account.given, b.Code.given, b.Answer.given, b.Note.given}
	switch b.Method {
	case byCall:
		return given == [...]bool{false, false, false, false}
	case byCode:
		return given == [...]bool{true, true, false, false}
	case byAnswer:
		return given == [...]bool{true, false, true, false}
	case byPhotoID:
		return given == [...]bool{false, false, false, true}
	}
	return false
}

// claim reads what is claimed of which account.
func (b validationBody) claim() (accounts.Number, accounts.Claim, error) {
	number, err := accounts.ParseNumber(b.Account.text.Reveal())
	if err != nil {
		return "", accounts.Claim{}, badBody(validationBodyShould)
	}
	return number, accounts.Claim{Code: b.Code.text, Answer: b.Answer.text}, nil
}

// A codeBody is the code that a customer has read to an agent.
type codeBody struct {
	Agent string      `json:"agent"`
	Code  secret.Text `json:"code"`
}

const codeBodyShould = "The body must be one JSON object with no other fields than " + agentShould +
	", and code, which is six digits, with spaces and dashes or not."
