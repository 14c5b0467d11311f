package storage_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

var errOther = errors.New("out of order")

func TestRetry(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	stale := fmt.Errorf("save: %w", storage.ErrStale)
	for name, c := range map[string]struct {
		ctx   context.Context
		stale int // how often another change comes first
		then  error
		runs  int
		want  error
	}{
		"at once":                  {t.Context(), 0, nil, 1, nil},
		"after two others":         {t.Context(), 2, nil, 3, nil},
		"an error ends it":         {t.Context(), 1, errOther, 2, errOther},
		"others without end":       {t.Context(), 1000, nil, 100, storage.ErrContended},
		"nobody waits any more":    {ended, 1000, nil, 1, storage.ErrContended},
		"an ended one may be made": {ended, 0, nil, 1, nil},
	} {
		runs := 0
		got, err := storage.Retry(c.ctx, func() (int, error) {
			if runs++; runs <= c.stale {
				return runs, stale
			}
			return runs, c.then
		})
		if got != c.runs || !errors.Is(err, c.want) || errors.Is(err, storage.ErrStale) || c.want == nil && err != nil {
			t.Errorf("%s: run %d times, %v", name, got, err)
		}
	}
}

func TestWrite(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		errs   []error
		writes int
		unsure bool
		want   error
	}{
		"written":                      {t.Context(), []error{nil}, 1, false, nil},
		"a verdict stands":             {t.Context(), []error{storage.ErrStale}, 1, false, storage.ErrStale},
		"an error asks again":          {t.Context(), []error{errOther, nil}, 2, false, nil},
		"twice":                        {t.Context(), []error{errOther, errOther}, 2, true, errOther},
		"a verdict on the second":      {t.Context(), []error{errOther, storage.ErrStale}, 2, true, storage.ErrStale},
		"nobody waits any more for it": {ended, []error{errOther}, 1, true, errOther},
	} {
		writes := 0
		unsure, err := storage.Write(c.ctx, func() error { writes++; return c.errs[writes-1] }, storage.ErrStale)
		if writes != c.writes || unsure != c.unsure || !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %d times, unsure %t, %v", name, writes, unsure, err)
		}
	}
}

type form struct {
	storage.Version
	Code string `json:"code"`
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"": storage.ErrDamaged, "8265": storage.ErrDamaged, "{}": storage.ErrDamaged, `{"v":0}`: storage.ErrDamaged,
		`{"v":"8265"}`: storage.ErrDamaged, `{"v":1,"code":8265}`: storage.ErrDamaged,
		`{"v":2,"code":8265}`: storage.ErrNewer, `{"v":1,"code":"8265"}`: nil,
	} {
		var f form
		err := storage.Decode([]byte(text), &f)
		if !errors.Is(err, want) || want == nil && (err != nil || f.Code != "8265") {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil && (!errors.Is(err, storage.ErrUnreadable) || strings.Contains(err.Error(), "8265")) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestSealed(t *testing.T) {
	keys, err := secret.ParseKeyring("a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	check.OK(t, err)
	sealed, err := storage.Seal(keys, rand.Reader, "account 1", &form{Code: "8265"})
	if err != nil || strings.Contains(string(sealed), "8265") {
		t.Fatalf("%q, %v", sealed, err)
	}
	var opened form
	if err := storage.Open(keys, sealed, "account 1", &opened); err != nil || opened.Code != "8265" {
		t.Errorf("%+v, %v", opened, err)
	}
	if err := storage.Open(keys, sealed, "account 2", &opened); !errors.Is(err, storage.ErrUnreadable) {
		t.Errorf("of another: %v", err)
	}
}
