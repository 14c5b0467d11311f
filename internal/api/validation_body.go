package api

import (
	"fmt"
	"slices"

	"updatecenter/internal/accounts"
	"updatecenter/internal/repair"
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
