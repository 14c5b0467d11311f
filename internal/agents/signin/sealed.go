package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/agents"
)

// sealedVersion is the form that this release writes. It refuses any other, and who was
// signing in starts over.
const sealedVersion = 1

// attempt is a sign-in under way, as it is sealed.
type attempt struct {
	Version int             `json:"v"`
	Name    agents.UserName `json:"name"`   // empty: what was typed is none
	Nobody  string          `json:"nobody"` // the subject of failures if nobody has the name
	Browser browser         `json:"browser,omitzero"`
	Until   time.Time       `json:"until"`

	// These stand once the password was right.
	Agent  agents.ID `json:"agent,omitempty"`
	Epoch  int64     `json:"epoch,omitempty"`
	Mailed bool      `json:"mailed,omitempty"` // the code comes by e-mail
	// Code is a string here, as a secret.Text is written as dots. An attempt lives no longer
	// than it takes to seal or open it.
	Code  string `json:"code,omitempty"`
	Tries int    `json:"tries,omitempty"` // of Code
	Sent  int    `json:"sent,omitempty"`  // codes by e-mail
}

// session is a session, as it is sealed.
type session struct {
	Version int       `json:"v"`
	Agent   agents.ID `json:"agent"`
	Epoch   int64     `json:"epoch"`
	Begun   time.Time `json:"begun"`
	Seen    time.Time `json:"seen"`
	From    string    `json:"from"`
}

// draft is a draft, as it is sealed.
type draft struct {
	Version int       `json:"v"`
	Until   time.Time `json:"until"`
	Draft   Draft     `json:"draft"`
}

// keep seals what a token stands for and stores it on a revision (0: new).
func (s *SignIn) keep(
	ctx context.Context, kind Kind, key [32]byte, what any, expires time.Time, revision int64,
) error {
	plaintext, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	sealed, err := s.keys.Seal(s.random, plaintext, boundTo(kind, key))
	if err != nil {
		return fmt.Errorf("seal %s: %w", kind, err)
	}
	record := Record{Key: key, Kind: kind, Sealed: sealed, Expires: expires}
	if err := s.store.Put(ctx, record, revision); err != nil {
		return fmt.Errorf("keep %s: %w", kind, err)
	}
	return nil
}

// create keeps something under a new token.
func (s *SignIn) create(ctx context.Context, kind Kind, what any, expires time.Time) (Token, error) {
	token, err := newToken(s.random)
	if err != nil {
		return Token{}, err
	}
	key, _ := keyOf(token)
	return token, s.keep(ctx, kind, key, what, expires, 0)
}

// find reads what a token stands for into what, and returns its record. [ErrNoRecord]:
// nothing that has not expired, nothing of that kind, or nothing that can be read (any more),
// as its key is gone or another release wrote it; a log is told of that.
func (s *SignIn) find(ctx context.Context, kind Kind, token Token, what any) (Record, error) {
	key, possible := keyOf(token)
	if !possible {
		return Record{}, ErrNoRecord
	}
	record, err := s.store.Get(ctx, key)
	if errors.Is(err, ErrUnreadable) {
		s.logUnreadable(ctx, kind, err)
	}
	if err != nil {
		return Record{}, fmt.Errorf("find %s: %w", kind, err)
	}
	if record.Kind != kind || !s.time().Before(record.Expires) {
		return Record{}, ErrNoRecord
	}
	if err := s.open(record, what); err != nil {
		s.logUnreadable(ctx, kind, err)
		return Record{}, ErrNoRecord
	}
	return record, nil
}

// logUnreadable says once that something was lost, and nothing by which it was asked for.
func (s *SignIn) logUnreadable(ctx context.Context, kind Kind, err error) {
	s.log.WarnContext(ctx, "can't read a stored record", "kind", string(kind), "error", err)
}

// open says nothing of what the JSON held, which its own errors would quote.
func (s *SignIn) open(record Record, what any) error {
	plaintext, err := s.keys.Open(record.Sealed, boundTo(record.Kind, record.Key))
	if err != nil {
		return err
	}
	var form struct {
		Version int `json:"v"`
	}
	if json.Unmarshal(plaintext, &form) != nil || form.Version != sealedVersion {
		return errors.New("written by another release")
	}
	if json.Unmarshal(plaintext, what) != nil {
		return errors.New("not in its form")
	}
	return nil
}
