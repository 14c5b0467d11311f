package api

import (
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
)

// Account is an account as the API and the command line show it. It holds neither the
// security code nor the answer to the security question.
type Account struct {
	Account      accounts.Number  `json:"account"`
	Phone        nanp.Number      `json:"phone"`    // the primary telephone number, E.164
	Language     *string          `json:"language"` // "en", "es", or null while not known
	Name         string           `json:"name"`
	Address      accounts.Address `json:"address"` // to which bills are sent
	AddressSince time.Time        `json:"address_since"`
	Email        *string          `json:"email"`                // null: none
	EmailSince   time.Time        `json:"email_since,omitzero"` // since when it is on file
	Secret       SecretKind       `json:"secret"`
	Question     string           `json:"question,omitempty"` // the security question, if that is the secret
	Since        time.Time        `json:"since"`              // since when the secret counts
}

// SecretKind says what proves that an account is somebody's own.
type SecretKind string

// The kinds of secrets.
const (
	CodeSecret     SecretKind = "code"
	QuestionSecret SecretKind = "question"
)

// AccountDocument shows an account; its times are in UTC.
func AccountDocument(account accounts.Account) Account {
	document := Account{
		Account: account.Number, Phone: account.Phone, Name: account.Name,
		Address: account.Address, AddressSince: account.AddressSince.UTC(),
		Secret: CodeSecret, Since: account.Since.UTC(),
	}
	if account.Language != "" {
		document.Language = &account.Language
	}
	if account.Email != "" {
		document.Email, document.EmailSince = &account.Email, account.EmailSince.UTC()
	}
	if account.HasQuestion() {
		document.Secret, document.Question = QuestionSecret, account.Question
	}
	return document
}
