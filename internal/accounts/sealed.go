package accounts

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

// sealedVersion is the form that this release writes. It refuses a newer one.
const sealedVersion = 1

// form is the account in JSON, as it is sealed.
type form struct {
	Version      int         `json:"v"`
	Phone        nanp.Number `json:"phone"`
	Language     string      `json:"language,omitempty"`
	Name         string      `json:"name"`
	Address      Address     `json:"address"`
	AddressSince time.Time   `json:"address_since"`
	Email        string      `json:"email,omitempty"`
	EmailSince   time.Time   `json:"email_since,omitzero"`
	Since        time.Time   `json:"since"`
	Created      time.Time   `json:"created,omitzero"`
	Question     string      `json:"question,omitempty"`

	// These two are strings here, as a secret.Text is written as dots. A form lives no
	// longer than it takes to seal or open it.
	Code   string `json:"code,omitempty"`
	Answer string `json:"answer,omitempty"`
}

// seal writes an account for a store.
func seal(keys secret.Keyring, random io.Reader, a Account) (Stored, error) {
	plaintext, err := json.Marshal(form{
		Version: sealedVersion, Phone: a.Phone, Language: a.Language, Name: a.Name,
		Address: a.Address, AddressSince: a.AddressSince, Email: a.Email, EmailSince: a.EmailSince,
		Since: a.Since, Created: a.Created, Question: a.Question, Code: a.Code.Reveal(), Answer: a.Answer.Reveal(),
	})
	if err != nil {
		return Stored{}, fmt.Errorf("write account: %w", err)
	}
	sealed, err := keys.Seal(random, plaintext, boundTo(a.ID))
	if err != nil {
		return Stored{}, fmt.Errorf("seal account: %w", err)
	}
	return Stored{ID: a.ID, Number: a.Number, Revision: a.Revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [ErrUnreadable]. It says nothing of what the
// JSON held, which its own errors would quote.
func open(keys secret.Keyring, stored Stored) (Account, error) {
	plaintext, err := keys.Open(stored.Sealed, boundTo(stored.ID))
	if err != nil {
		return Account{}, fmt.Errorf("open account: %w: %w", ErrUnreadable, err)
	}
	var f form
	if err := json.Unmarshal(plaintext, &f); err != nil {
		return Account{}, fmt.Errorf("open account: %w: not in its form", ErrUnreadable)
	}
	switch {
	case f.Version > sealedVersion:
		return Account{}, fmt.Errorf("open account: %w", ErrNewer)
	case f.Version != sealedVersion:
		return Account{}, fmt.Errorf("open account: %w: in no known form", ErrUnreadable)
	}
	return Account{
		ID: stored.ID, Number: stored.Number, Revision: stored.Revision,
		Phone: f.Phone, Language: f.Language, Name: f.Name,
		Address: f.Address, AddressSince: f.AddressSince, Email: f.Email, EmailSince: f.EmailSince,
		Since: f.Since, Created: f.Created, Question: f.Question, Code: secret.New(f.Code), Answer: secret.New(f.Answer),
	}, nil
}

func boundTo(id ID) []byte { return []byte("account " + id) }
