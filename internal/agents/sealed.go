package agents

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// sealedVersion is the form that this release writes. It refuses a newer one.
const sealedVersion = 1

// form is the profile in JSON, as it is sealed.
type form struct {
	Version      int       `json:"v"`
	FullName     string    `json:"full_name,omitempty"`
	Email        string    `json:"email,omitempty"`
	Phone        string    `json:"phone,omitempty"`
	Role         Role      `json:"role,omitempty"`
	State        State     `json:"state"`
	Since        time.Time `json:"since"`
	Hash         pins.Hash `json:"hash,omitempty"` // of the password
	Factor       Factor    `json:"factor,omitempty"`
	LastStep     int64     `json:"last_step,omitempty"`
	Required     Factor    `json:"required,omitempty"`
	LinkHash     []byte    `json:"link_hash,omitempty"`
	LinkUntil    time.Time `json:"link_until,omitzero"`
	Terms        time.Time `json:"terms,omitzero"`
	TermsVersion int       `json:"terms_version,omitempty"`
	Reviewed     time.Time `json:"reviewed,omitzero"`
	Created      time.Time `json:"created,omitzero"`
	LastSignIn   time.Time `json:"last_sign_in,omitzero"`
	Warned       time.Time `json:"warned,omitzero"`
	Warning      time.Time `json:"warning,omitzero"`
	Epoch        int64     `json:"epoch,omitempty"`

	// A string here, as a secret.Text is written as dots. A form lives no longer than it
	// takes to seal or open it.
	AppKey string `json:"app_key,omitempty"`
}

// seal writes a profile for a store.
func seal(keys secret.Keyring, random io.Reader, a Agent) (Stored, error) {
	f := form{
		Version: sealedVersion, FullName: a.FullName, Email: a.Email, Phone: a.Phone, Role: a.Role,
		State: a.State, Since: a.Since, Hash: a.Password, Factor: a.Factor, LastStep: a.LastStep,
		Required: a.Required, LinkUntil: a.Link.Until, Terms: a.Terms, TermsVersion: a.TermsVersion,
		Reviewed: a.Reviewed, Created: a.Created, LastSignIn: a.LastSignIn, Warned: a.Warned,
		Warning: a.Warning, Epoch: a.Epoch, AppKey: a.AppKey.Reveal(),
	}
	if a.Link != (Link{}) {
		f.LinkHash = a.Link.Hash[:]
	}
	plaintext, err := json.Marshal(f)
	if err != nil {
		return Stored{}, fmt.Errorf("write profile: %w", err)
	}
	sealed, err := keys.Seal(random, plaintext, boundTo(a.ID, a.Name))
	if err != nil {
		return Stored{}, fmt.Errorf("seal profile: %w", err)
	}
	return Stored{ID: a.ID, Name: a.Name, Revision: a.Revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [ErrUnreadable]. It says nothing of what the JSON
// held, which its own errors would quote.
func open(keys secret.Keyring, stored Stored) (Agent, error) {
	plaintext, err := keys.Open(stored.Sealed, boundTo(stored.ID, stored.Name))
	if err != nil {
		return Agent{}, fmt.Errorf("open profile: %w: %w", ErrUnreadable, err)
	}
	a, err := read(plaintext)
	a.ID, a.Name, a.Revision = stored.ID, stored.Name, stored.Revision
	return a, err
}

func read(plaintext []byte) (Agent, error) {
	var f form
	if err := json.Unmarshal(plaintext, &f); err != nil {
		return Agent{}, fmt.Errorf("open profile: %w: not in its form", ErrUnreadable)
	}
	a := Agent{
		FullName: f.FullName, Email: f.Email, Phone: f.Phone, Role: f.Role, State: f.State, Since: f.Since,
		Password: f.Hash, Factor: f.Factor, AppKey: secret.New(f.AppKey), LastStep: f.LastStep, Required: f.Required,
		Link: Link{Until: f.LinkUntil}, Terms: f.Terms, TermsVersion: f.TermsVersion, Reviewed: f.Reviewed,
		Created: f.Created, LastSignIn: f.LastSignIn, Warned: f.Warned, Warning: f.Warning, Epoch: f.Epoch,
	}
	switch {
	case f.Version != sealedVersion:
		return Agent{}, fmt.Errorf("open profile: %w: of another release", ErrUnreadable)
	case len(f.LinkHash) != 0 && copy(a.Link.Hash[:], f.LinkHash) != len(f.LinkHash), !a.whole():
		return Agent{}, fmt.Errorf("open profile: %w: not in its form", ErrUnreadable)
	}
	return a, nil
}

// whole says whether the profile is one that can be: an unknown state or role must not pass for
// one that may do something.
func (a Agent) whole() bool {
	switch a.State {
	case Deleted:
		return true
	case Invited, Active, Deactivated:
		return a.Role.Valid() && validFactor(a.Factor) && validFactor(a.Required)
	}
	return false
}

func boundTo(id ID, name UserName) []byte { return []byte("agent " + string(id) + " " + string(name)) }
