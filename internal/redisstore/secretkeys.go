package redisstore

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
)

// ErrSecretKeys says that the secret keys are not those of the data in this Redis. Its text says what is
// wrong and what to do, by the ids of keys.
var ErrSecretKeys = errors.New("SECRET_KEYS")

// keyCheck is what each key authenticates: the result tells nothing about the key, and is another
// one for every other key.
const keyCheck = "updatecenter key check v1"

// CheckSecretKeys compares secret keys with those that this Redis has seen, by a check value for
// each id, and adds those that are new to it. On a Redis that has seen none, opens says whether what
// is stored can be read; nil: there is nothing to ask. The ids that it returns are of keys that were
// once in use and are not among these: what is under them can't be read. Errors that wrap
// ErrSecretKeys are for a person.
func (db *DB) CheckSecretKeys(ctx context.Context, keys secret.Keyring, opens func(context.Context) error) (lacking []string, err error) {
	checks, err := checkValues(keys)
	if err != nil {
		return nil, err
	}
	seen, err := db.seenKeys(ctx)
	if err != nil {
		return nil, err
	}
	if len(seen) == 0 && opens != nil {
		err := opens(ctx)
		if errors.Is(err, ErrUnanswered) {
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("%w: what is stored in this Redis can't be opened: start with the keys that it was written with (%w)", ErrSecretKeys, err)
		}
	}
	if err := compareKeys(checks, seen); err != nil {
		return nil, err
	}
	var commands [][]any
	for id, check := range checks {
		if _, ok := seen[id]; !ok {
			commands = append(commands, []any{"hsetnx", secretKeysKey, id, check})
		}
	}
	if len(commands) == 0 {
		return lackingKeys(checks, seen), nil
	}
	if _, err := db.ask(ctx, "SecretKeys.note", commands...); err != nil {
		return nil, fmt.Errorf("note the secret keys: %w", err)
	}
	if seen, err = db.seenKeys(ctx); err != nil { // another server may have been first, with others
		return nil, err
	}
	return lackingKeys(checks, seen), compareKeys(checks, seen)
}

// checkValues are those of all keys, by id.
func checkValues(keys secret.Keyring) (map[string]string, error) {
	checks := map[string]string{}
	for _, id := range keys.IDs() {
		mac, err := keys.MAC(id, []byte(keyCheck))
		if err != nil {
			return nil, err
		}
		checks[id] = hex.EncodeToString(mac)
	}
	return checks, nil
}

// seenKeys are the check values that are stored, by id.
func (db *DB) seenKeys(ctx context.Context) (map[string]string, error) {
	seen, err := db.pairs(ctx, "SecretKeys.seen", secretKeysKey)
	if err != nil {
		return nil, fmt.Errorf("read the check of the secret keys: %w", err)
	}
	return seen, nil
}

// compareKeys refuses a key whose id has another check value, and keys none of which was seen.
func compareKeys(checks, seen map[string]string) error {
	known := len(seen) == 0
	for id, check := range checks {
		stored, ok := seen[id]
		if ok && !hmac.Equal([]byte(stored), []byte(check)) {
			return fmt.Errorf("%w: the key %s has other bytes than the %s that this Redis was written with: "+
				"put those back, and give a new key a name of its own", ErrSecretKeys, id, id)
		}
		known = known || ok
	}
	if !known {
		return fmt.Errorf("%w: none of the keys (%s) opens what is stored in this Redis, which was written with %s: add that key",
			ErrSecretKeys, ids(checks), ids(seen))
	}
	return nil
}

func lackingKeys(checks, seen map[string]string) []string {
	var lacking []string
	for id := range seen {
		if _, ok := checks[id]; !ok && secret.ValidKeyID(id) {
			lacking = append(lacking, id)
		}
	}
	slices.Sort(lacking)
	return lacking
}

// ids lists the ids of keys, and nothing else that may stand in the store.
func ids(of map[string]string) string {
	var all []string
	for id := range of {
		if secret.ValidKeyID(id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Bounds of a look for accounts.
const (
	lookPages    = 20
	lookPage     = 1000 // keys
	lookAccounts = 50
)

// Some returns the IDs of some accounts, none if there are none among some ten thousand keys. A
// user who may not SCAN finds none.
func (s Accounts) Some(ctx context.Context) ([]accounts.ID, error) {
	var all []accounts.ID
	err := s.db.scan(ctx, accountKeys+"*", lookPage, func(keys []string, pages int) bool {
		for _, key := range keys {
			all = append(all, accounts.ID(strings.TrimSuffix(strings.TrimPrefix(key, accountKeys), "}")))
		}
		return len(all) >= lookAccounts || pages == lookPages
	})
	if err != nil && !isReply(err) {
		return nil, explain(err)
	}
	return all[:min(len(all), lookAccounts)], nil
}
