package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

// TestNoNumberIsTwoAccounts has servers renumber and create accounts at once, and die wherever
// chance will have it. Whatever happened, each account is found under its own number alone.
func TestNoNumberIsTwoAccounts(t *testing.T) {
	db, err := redisstore.OpenWithin(redistest.StartMini(t).URL(), 10*time.Second)
	check.OK(t, err)
	defer db.Close()
	var servers sync.WaitGroup
	for server := range 6 {
		servers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(server), 0))
			for step := range 12 {
				mortal := db.Dying(random.IntN(8)).Accounts()
				writeSomething(t, mortal, random, fmt.Sprintf("%d/%d", server, step))
			}
		})
	}
	servers.Wait()
	numbersAgree(t, db.Accounts())
}

// The accounts and numbers of TestNoNumberIsTwoAccounts.
const manyAccounts, manyNumbers = 5, 4

func accountID(n int) accounts.ID         { return accounts.ID(fmt.Sprint("acc_", n)) }
func accountNumber(n int) accounts.Number { return accounts.Number(fmt.Sprint("A", n)) }

// writeSomething creates an account, or gives it another number.
func writeSomething(t *testing.T, all redisstore.Accounts, random *rand.Rand, sealed string) {
	id, number := accountID(random.IntN(manyAccounts)), accountNumber(random.IntN(manyNumbers))
	record := []accounts.Record{{At: now, Event: accounts.Renumbered, By: "ann"}}
	stored, err := all.Load(t.Context(), id)
	if errors.Is(err, accounts.ErrNoAccount) {
		err = all.Create(t.Context(), accounts.Stored{ID: id, Number: number, Revision: 1, Sealed: []byte(sealed)}, record, nil)
	} else if err == nil {
		stored.Number, stored.Sealed = number, []byte(sealed)
		err = all.Change(t.Context(), stored, record, nil)
	}
	for _, fine := range []error{nil, accounts.ErrTaken, storage.ErrStale, redisstore.ErrDead} {
		if errors.Is(err, fine) {
			return
		}
	}
	t.Error(err)
}

func numbersAgree(t *testing.T, all redisstore.Accounts) {
	t.Helper()
	owners := map[accounts.Number]accounts.ID{}
	for n := range manyAccounts {
		stored, err := all.Load(t.Context(), accountID(n))
		if errors.Is(err, accounts.ErrNoAccount) {
			continue
		}
		if err != nil || owners[stored.Number] != "" {
			t.Fatalf("%s and %s have %s (%v)", stored.ID, owners[stored.Number], stored.Number, err)
		}
		owners[stored.Number] = stored.ID
		history, err := all.History(t.Context(), stored.ID, 1000)
		if err != nil || int64(len(history)) != stored.Revision {
			t.Errorf("revision %d, history of %d (%v)", stored.Revision, len(history), err)
		}
	}
	for n := range manyNumbers {
		found, err := all.Find(t.Context(), accountNumber(n))
		if err != nil && !errors.Is(err, accounts.ErrNoAccount) || found.ID != owners[accountNumber(n)] {
			t.Errorf("under %s is %q (%v), want %q", accountNumber(n), found.ID, err, owners[accountNumber(n)])
		}
	}
}

// TestLateWritesTakeNoNumber holds that a write that was overtaken while its number was not
// taken yet, and goes on afterwards, neither takes the number nor loses the new owner's.
func TestLateWritesTakeNoNumber(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := open(t, s.URL())
		all, ctx := db.Accounts(), t.Context()
		late := accounts.Stored{ID: "acc_0", Number: "A1", Revision: 1, Sealed: []byte("late")}
		check.OK(t, errors.Join(
			all.Create(ctx, accounts.Stored{ID: "acc_0", Number: "A0", Revision: 1, Sealed: []byte("new")}, nil, nil),
			all.Claim(ctx, late), // and now it is stopped
			all.Create(ctx, accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1, Sealed: []byte("new")}, nil, nil),
		))
		if took, err := all.TakeClaimed(ctx, late); took || err != nil {
			t.Errorf("it took the number: %t, %v", took, err)
		}
		check.Is(t, all.Change(ctx, late, nil, nil), accounts.ErrTaken)
		found, err := all.Find(ctx, "A1")
		if err != nil || found.ID != "acc_1" {
			t.Errorf("found %q, %v", found.ID, err)
		}
	})
}

// TestLateStepsCostNoNumber holds that what an earlier write has still to tidy up takes nothing
// from the same account, when it has come to want that number again.
func TestLateStepsCostNoNumber(t *testing.T) {
	all, ctx := open(t, redistest.StartMini(t).URL()).Accounts(), t.Context()
	written := func(number accounts.Number, revision int64) accounts.Stored {
		return accounts.Stored{ID: "acc_0", Number: number, Revision: revision, Sealed: fmt.Append(nil, revision)}
	}
	check.OK(t, errors.Join(
		all.Create(ctx, written("A0", 1), nil, nil),
		all.Claim(ctx, written("A1", 1)), // twice at once, and one of both is stopped
		all.Change(ctx, written("A1", 1), nil, nil),
		all.Change(ctx, written("A1", 2), nil, nil),
	))
	if _, err := all.TakeClaimed(ctx, written("A1", 1)); !errors.Is(err, storage.ErrStale) {
		t.Errorf("error %v, want ErrStale", err)
	}
	if _, err := all.Find(ctx, "A1"); err != nil {
		t.Errorf("after a stale write: %v", err)
	}
	check.OK(t, all.Change(ctx, written("A0", 3), nil, nil))
	all.FreeLate(ctx, written("A0", 1))
	if _, err := all.Find(ctx, "A0"); err != nil {
		t.Errorf("after a late freeing: %v", err)
	}
}

// TestRetriedCreateKeepsItsNumber holds that the same Create after a change takes nothing away.
func TestRetriedCreateKeepsItsNumber(t *testing.T) {
	all, ctx := open(t, redistest.StartMini(t).URL()).Accounts(), context.Background()
	first := accounts.Stored{ID: "acc_0", Number: "A0", Revision: 1, Sealed: []byte("new")}
	second := first
	second.Sealed = []byte("changed")
	check.OK(t, errors.Join(all.Create(ctx, first, nil, nil), all.Change(ctx, second, nil, nil)))
	check.Is(t, all.Create(ctx, first, nil, nil), accounts.ErrTaken)
	check.Is(t, all.Change(ctx, first, nil, nil), storage.ErrStale)
	if found, err := all.Find(ctx, "A0"); err != nil || found.Revision != 2 {
		t.Errorf("found %+v, %v", found, err)
	}
}
