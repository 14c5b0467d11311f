package audited

import (
	"context"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// Keys are the keys of the REST API.
type Keys struct {
	Store  apikey.Store
	Audit  audit.Recorder
	Now    func() time.Time
	Random io.Reader
}

// List shows all keys, oldest first.
func (k Keys) List(ctx context.Context, by audit.Actor) ([]apikey.Key, error) {
	if err := k.Audit.Record(ctx, by.Event(audit.KeysRead, "", "")); err != nil {
		return nil, err
	}
	keys, err := k.Store.Keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// Create makes a key and returns its token, which nobody sees again. Errors: [apikey.ErrName],
// [apikey.ErrScope], [apikey.ErrExists], [apikey.ErrTooMany], those of the store and of Random.
func (k Keys) Create(ctx context.Context, by audit.Actor, name string, scopes []apikey.Scope) (secret.Text, error) {
	key, token, err := apikey.New(k.Random, name, scopes, k.Now())
	if err != nil {
		return secret.Text{}, fmt.Errorf("create key: %w", err)
	}
	event := by.Event(audit.KeyCreated, "key "+name, apikey.JoinScopes(scopes))
	if err := audit.Do(ctx, k.Audit, event, func() error { return k.Store.AddKey(ctx, key) }, apikey.ErrExists, apikey.ErrTooMany); err != nil {
		return secret.Text{}, fmt.Errorf("create key: %w", err)
	}
	return token, nil
}

// Revoke revokes the key of a name. Errors: [apikey.ErrNotFound], [apikey.ErrName] and those of the
// store.
func (k Keys) Revoke(ctx context.Context, by audit.Actor, name string) error {
	if !apikey.ValidName(name) {
		return fmt.Errorf("revoke key: %w", apikey.ErrName)
	}
	err := audit.Do(ctx, k.Audit, by.Event(audit.KeyRevoked, "key "+name, ""), func() error {
		return k.Store.RevokeKey(ctx, name, k.Now())
	}, apikey.ErrNotFound)
	if err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}
