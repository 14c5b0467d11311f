package accounts_test

import (
	"context"
	"errors"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/accounts/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Stores {
		m := accounts.NewMemory()
		return storetest.Stores{
			Due:   func(_ testing.TB, id accounts.ID) [][]byte { return m.Due(id) },
			Store: m, Attempts: m, Enrollments: m,
			Dying: func(_ *testing.T, writes int) accounts.Store { return &dying{m, writes} },
		}
	})
}

// dying is a Memory whose process dies; each of its operations is one write.
type dying struct {
	*accounts.Memory
	left int
}

var errDead = errors.New("the process is dead")

func (d *dying) Create(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	if d.left--; d.left < 0 {
		return errDead
	}
	return d.Memory.Create(ctx, account, records, notices)
}

func (d *dying) Change(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	if d.left--; d.left < 0 {
		return errDead
	}
	return d.Memory.Change(ctx, account, records, notices)
}
