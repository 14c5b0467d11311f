package api

import (
	"cmp"
	"net/http"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
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

// details reads the body as package accounts does. A text that is empty is given all the same.
func (b accountBody) details() accounts.Details {
	details := accounts.Details{
		Language: b.Language, Address: b.Address, Email: b.Email, EmailSince: b.EmailSince,
		Code: b.Code, RefuseCode: true,
	}
	if b.Phone != nil {
		details.Phone = nanp.Number(cmp.Or(*b.Phone, " "))
	}
	if b.Name != nil {
		details.Name = cmp.Or(*b.Name, " ")
	}
	return details
}

// What the fields are by which accounts are claimed.
const (
	accountShould = "want an account number, 1 to 24 letters, digits and hyphens"
	codeShould    = "want 6 to 10 digits"
	answerShould  = "want text of up to 400 bytes with 2 letters or digits"
)

// A claimBody is what somebody gives to prove that an account is theirs: one of the three.
type claimBody struct {
	ZIP    secret.Text `json:"zip"`
	Code   secret.Text `json:"security_code"`
	Answer secret.Text `json:"security_answer"`
}

// check wants exactly one field. One that is empty or null is there, and wrong, or a client's fault
// would pass for another claim.
func (b claimBody) check(f *form) {
	given := 0
	for _, field := range []struct {
		at, want string
		claim    accounts.Claim
	}{
		{"/zip", "want 5 or 9 digits", accounts.Claim{ZIP: b.ZIP}},
		{"/security_code", codeShould, accounts.Claim{Code: b.Code}},
		{"/security_answer", answerShould, accounts.Claim{Answer: b.Answer}},
	} {
		if f.given[field.at] {
			given++
			f.need(field.claim.Valid(), field.at, field.want)
		}
	}
	if given != 1 {
		f.fault("", "wants exactly one of zip, security_code and security_answer")
	}
}

// claim reads the body as package accounts does.
func (b claimBody) claim() accounts.Claim {
	return accounts.Claim{ZIP: b.ZIP, Code: b.Code, Answer: b.Answer}
}

// An enrollBody is a claim to an account, and its number.
type enrollBody struct {
	Account string `json:"account"`
	claimBody
}

func (b enrollBody) check(f *form) {
	_, err := accounts.ParseNumber(b.Account)
	f.need(err == nil, "/account", accountShould)
	b.claimBody.check(f)
}

// readEnroll reads a body that names an account and claims it.
func readEnroll(w http.ResponseWriter, r *http.Request) (accounts.Number, claimBody, error) {
	body, err := readBody(w, r, enrollBody.check)
	if err != nil {
		return "", claimBody{}, err
	}
	number, err := accounts.ParseNumber(body.Account)
	return number, body.claimBody, err
}
