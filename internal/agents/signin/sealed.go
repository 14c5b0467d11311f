package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/ids"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// attempt is a sign-in under way, as it is sealed.
type attempt struct {
	storage.Version
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
	storage.Version
	Agent agents.ID `json:"agent"`
	Epoch int64     `json:"epoch"`
	Begun time.Time `json:"begun"`
	Seen  time.Time `json:"seen"`
	From  string    `json:"from"`
}

// draft is a draft, as it is sealed.
type draft struct {
	storage.Version
	Until time.Time `json:"until"`
	Draft Draft     `json:"draft"`
}

// keep seals what a token stands for and stores it on a revision (0: new).
func (s *SignIn) keep(
	ctx context.Context, kind Kind, key [32]byte, what storage.Form, expires time.Time, revision int64,
) error {
	sealed, err := storage.Seal(s.config.Keys, s.config.Random, boundTo(kind, key), what)
	if err != nil {
		return fmt.Errorf("seal %s: %w", kind, err)
	}
	record := Record{Key: key, Kind: kind, Sealed: sealed, Expires: expires}
	if err := s.config.Store.Put(ctx, record, revision); err != nil {
		return fmt.Errorf("keep %s: %w", kind, err)
	}
	return nil
}

// create keeps something under a new token.
func (s *SignIn) create(ctx context.Context, kind Kind, what storage.Form, expires time.Time) (Token, error) {
	drawn, err := ids.Token(s.config.Random)
	if err != nil {
		return Token{}, err
	}
	token := secret.New(drawn)
	key, _ := keyOf(token)
	return token, s.keep(ctx, kind, key, what, expires, 0)
}

// find reads what a token stands for into what, and returns its record, or the error none:
// nothing that has not expired, nothing of that kind, or nothing that can be read (any more),
// as its key is gone or another release wrote it; a log is told of that.
func (s *SignIn) find(ctx context.Context, kind Kind, token Token, what any, none error) (Record, error) {
	key, possible := keyOf(token)
	if !possible {
		return Record{}, none
	}
	record, err := s.config.Store.Get(ctx, key)
	if err == nil && (record.Kind != kind || !s.time().Before(record.Expires)) {
		return Record{}, none
	}
	if err == nil {
		err = storage.Open(s.config.Keys, record.Sealed, boundTo(record.Kind, record.Key), what)
	}
	if errors.Is(err, storage.ErrUnreadable) {
		// Logged once, and nothing by which it was asked for.
		s.config.Log.WarnContext(ctx, "can't read a stored record", "kind", string(kind), "error", err)
		return Record{}, none
	}
	if errors.Is(err, ErrNoRecord) {
		return Record{}, none
	}
	if err != nil {
		return Record{}, fmt.Errorf("find %s: %w", kind, err)
	}
	return record, nil
}
