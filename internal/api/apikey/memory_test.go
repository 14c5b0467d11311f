package apikey_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"updatecenter/internal/api/apikey"
)

func TestMemory(t *testing.T) {
	var keys apikey.Memory
	var _ apikey.Store = &keys
	ctx := t.Context()
	if _, err := keys.Key(ctx, "1"); !errors.Is(err, apikey.ErrNotFound) {
		t.Errorf("unknown key: %v", err)
	}
	first := apikey.Key{ID: "2", Name: "a", Created: now}
	second := apikey.Key{ID: "1", Name: "a", Created: now.Add(time.Second)}
	if err := keys.AddKey(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := keys.AddKey(ctx, second); !errors.Is(err, apikey.ErrExists) {
		t.Errorf("name taken: %v", err)
	}
	for _, want := range []error{nil, apikey.ErrNotFound} {
		if err := keys.RevokeKey(ctx, "a", now); !errors.Is(err, want) {
			t.Errorf("revoke: %v, want %v", err, want)
		}
	}
	if err := keys.AddKey(ctx, second); err != nil {
		t.Errorf("name free again: %v", err)
	}
	all, err := keys.Keys(ctx)
	if err != nil || len(all) != 2 || all[0].ID != "2" || !all[0].Revoked.Equal(now) || !all[1].Revoked.IsZero() {
		t.Errorf("keys: %+v, %v", all, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var keys apikey.Memory
	for i := range apikey.MaxKeys + 1 {
		key := apikey.Key{ID: strconv.Itoa(i), Name: "a", Created: now}
		if err := keys.AddKey(t.Context(), key); i < apikey.MaxKeys && err != nil || i == apikey.MaxKeys && !errors.Is(err, apikey.ErrTooMany) {
			t.Fatalf("key %d: %v", i, err)
		}
		if err := keys.RevokeKey(t.Context(), "a", now); i < apikey.MaxKeys && err != nil {
			t.Fatal(err)
		}
	}
	if err := keys.AddKey(t.Context(), apikey.Key{ID: "x", Name: "a", Created: now.Add(apikey.RevokedKept)}); err != nil {
		t.Fatal(err)
	}
	if all, err := keys.Keys(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d keys after a year, %v", len(all), err)
	}
}
