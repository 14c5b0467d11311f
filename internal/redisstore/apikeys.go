package redisstore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/storage"
)

// Keys keeps the keys to the API: an [apikey.Store].
//
// All are in one hash: "id:<ID>" holds a key as JSON, "name:<name>" the ID of the key of
// that name that isn't revoked.
type Keys struct{ db *DB }

var _ apikey.Store = Keys{}

// Keys returns the store of keys to the API.
func (db *DB) Keys() Keys { return Keys{db} }

// addKey adds a key, and forgets some.
//
//	KEYS  keys
//	ARGV  field of the ID, field of the name, ID, key, most keys; fields to forget
//	      1 added, 0 there is one of that name or ID, -1 there are too many
var addKey = newWrite("APIKeys.AddKey", `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 or redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return 0 end
for i = 6, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
local flat, count = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #flat, 2 do
	if string.sub(flat[i], 1, 3) == 'id:' then count = count + 1 end
end
if count >= tonumber(ARGV[5]) then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4], ARGV[2], ARGV[3])
return 1
`).lasts()

// revokeKey replaces a key by itself revoked, if it is still the one of its name.
//
//	KEYS  keys
//	ARGV  field of the ID, field of the name, ID, key revoked
//	      1 revoked, 0 not
var revokeKey = newWrite("APIKeys.RevokeKey", `
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('HDEL', KEYS[1], ARGV[2])
return 1
`).lasts()

// AddKey implements [apikey.Store].
func (k Keys) AddKey(ctx context.Context, key apikey.Key) error {
	text, err := encodeForm(keyForm(key))
	if err != nil {
		return fmt.Errorf("add key: %w", err)
	}
	args := []any{idField(key.ID), nameField(key.Name), key.ID, text, apikey.MaxKeys}
	forgotten, err := k.forgotten(ctx, key.Created)
	if err != nil {
		return fmt.Errorf("add key: %w", err)
	}
	added, err := k.db.runOnce(ctx, addKey, []string{apiKeysKey}, append(args, forgotten...)...)
	if err != nil {
		return fmt.Errorf("add key: %w", err)
	}
	return verdict(added, nil, apikey.ErrExists, apikey.ErrTooMany)
}

// forgotten are the fields of keys that are to be forgotten. What can't be read stays.
func (k Keys) forgotten(ctx context.Context, at time.Time) ([]any, error) {
	fields, err := k.db.pairs(ctx, "APIKeys.forgotten", apiKeysKey)
	if err != nil {
		return nil, err
	}
	var old []any
	for field, text := range fields {
		if key, err := decodeKey("", text); err == nil && key.ForgottenAt(at) {
			old = append(old, field)
		}
	}
	return old, nil
}

// Key implements [apikey.Store].
func (k Keys) Key(ctx context.Context, id string) (apikey.Key, error) {
	text, err := k.field(ctx, "APIKeys.Key", idField(id))
	if err != nil {
		return apikey.Key{}, fmt.Errorf("read key: %w", err)
	}
	return decodeKey(id, text)
}

// Keys implements [apikey.Store].
func (k Keys) Keys(ctx context.Context) ([]apikey.Key, error) {
	fields, err := k.db.pairs(ctx, "APIKeys.Keys", apiKeysKey)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	var keys []apikey.Key
	for field, text := range fields {
		id, ok := strings.CutPrefix(field, idField(""))
		if !ok {
			continue
		}
		key, err := decodeKey(id, text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b apikey.Key) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return keys, nil
}

// RevokeKey implements [apikey.Store].
func (k Keys) RevokeKey(ctx context.Context, name string, at time.Time) error {
	id, err := k.field(ctx, "APIKeys.byName", nameField(name))
	if err != nil {
		return fmt.Errorf("find key: %w", err)
	}
	key, err := k.Key(ctx, id)
	if err != nil {
		return err
	}
	key.Revoked = at
	text, err := encodeForm(keyForm(key))
	if err != nil {
		return err
	}
	revoked, err := k.db.runOnce(ctx, revokeKey, []string{apiKeysKey}, idField(id), nameField(name), id, text)
	if err != nil {
		return fmt.Errorf("store revoked key: %w", err)
	}
	return verdict(revoked, nil, apikey.ErrNotFound)
}

// field reads a field, or says that there is no such key.
func (k Keys) field(ctx context.Context, operation, name string) (string, error) {
	answer, err := k.db.askOne(ctx, operation, "hget", apiKeysKey, name)
	if err != nil {
		return "", err
	}
	text, is := answer.(string)
	if !is {
		return "", apikey.ErrNotFound
	}
	return text, nil
}

func idField(id string) string     { return "id:" + id }
func nameField(name string) string { return "name:" + name }

// keyRecord is a key as it is stored.
type keyRecord struct {
	storage.Version
	Name    string         `json:"name"`
	Scopes  []apikey.Scope `json:"scopes"`
	Hash    string         `json:"hash"`
	Created time.Time      `json:"created"`
	Revoked time.Time      `json:"revoked,omitzero"`
}

func keyForm(k apikey.Key) *keyRecord {
	return &keyRecord{
		Name: k.Name, Scopes: k.Scopes, Hash: hex.EncodeToString(k.Hash[:]), Created: k.Created, Revoked: k.Revoked,
	}
}

func decodeKey(id, text string) (apikey.Key, error) {
	var r keyRecord
	if err := storage.Decode([]byte(text), &r); err != nil {
		return apikey.Key{}, fmt.Errorf("read key %s: %w", id, err)
	}
	hash, err := hex.DecodeString(r.Hash)
	if err != nil || len(hash) != sha256.Size {
		return apikey.Key{}, fmt.Errorf("read key %s: %w", id, storage.ErrDamaged)
	}
	return apikey.Key{
		ID: id, Name: r.Name, Scopes: r.Scopes, Hash: [sha256.Size]byte(hash), Created: r.Created, Revoked: r.Revoked,
	}, nil
}
