package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"updatecenter/accounts"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// An accountBody is what an account should be. What is null or left away stays as it is.
type accountBody struct {
	Phone      *string           `json:"phone"`
	Language   *string           `json:"language"`
	Name       *string           `json:"name"`
	Address    *accounts.Address `json:"address"`
	Email      *string           `json:"email"` // empty: none any more
	EmailSince time.Time         `json:"email_since"`
	Code       secret.Text       `json:"security_code"`
}

const accountBodyShould = "The body must be one JSON object with no other fields than phone, language, name, address " +
	"(with street, city, state and zip), email, email_since and security_code, as described at /openapi.yaml."

// details reads the body as package accounts does. The error is an [*accounts.FieldError], for
// what would be taken for a field that is left away.
func (b accountBody) details() (accounts.Details, error) {
	details := accounts.Details{
		Language: b.Language, Address: b.Address, Email: b.Email, EmailSince: b.EmailSince,
		Code: b.Code, RefuseCode: true,
	}
	if b.Phone != nil {
		number, err := typed.Number(*b.Phone)
		if err != nil {
			return accounts.Details{}, &accounts.FieldError{Field: "phone", Reason: "not a North American telephone number"}
		}
		details.Phone = number
	}
	if b.Name != nil {
		if strings.TrimSpace(*b.Name) == "" {
			return accounts.Details{}, &accounts.FieldError{Field: "name", Reason: "is empty"}
		}
		details.Name = *b.Name
	}
	return details, nil
}

// A claimBody is what somebody gives to prove that an account is theirs: one of the three.
type claimBody struct {
	ZIP    claimText `json:"zip"`
	Code   claimText `json:"security_code"`
	Answer claimText `json:"security_answer"`
}

// claimText is a field of a claim, which also knows whether it is there: one that is empty or
// null counts as given, and as wrong, or a client's fault would pass for another claim.
type claimText struct {
	given bool
	text  secret.Text
}

var errNull = errors.New("null is no text")

// UnmarshalJSON implements [json.Unmarshaler].
func (c *claimText) UnmarshalJSON(value []byte) error {
	if c.given = true; string(value) == "null" {
		return errNull
	}
	return json.Unmarshal(value, &c.text)
}

const claimBodyShould = "The body must be one JSON object with exactly one of zip, 5 or 9 digits, " +
	"security_code, 6 to 10 digits, and security_answer, text of up to 400 bytes with 2 letters or digits."

// claim reads the body as package accounts does. Unless exactly one field is there, the claim
// is none, which that package refuses.
func (b claimBody) claim() accounts.Claim {
	given := 0
	for _, part := range []claimText{b.ZIP, b.Code, b.Answer} {
		if part.given {
			given++
		}
	}
	if given != 1 {
		return accounts.Claim{}
	}
	return accounts.Claim{ZIP: b.ZIP.text, Code: b.Code.text, Answer: b.Answer.text}
}

// An enrollBody is a claim to an account, and its number.
type enrollBody struct {
	Account string `json:"account"`
	claimBody
}

const enrollBodyShould = "The body must be one JSON object with account, the number on the bill, and exactly one of zip, " +
	"5 or 9 digits, security_code, 6 to 10 digits, and security_answer, text of up to 400 bytes with 2 letters or digits."

// readEnroll reads a body that names an account and claims it.
func readEnroll(w http.ResponseWriter, r *http.Request) (accounts.Number, claimBody, error) {
	body, err := readBody[enrollBody](w, r, enrollBodyShould)
	if err != nil {
		return "", claimBody{}, err
	}
	number, err := accounts.ParseNumber(body.Account)
	if err != nil {
		return "", claimBody{}, badBody(enrollBodyShould)
	}
	return number, body.claimBody, nil
}
