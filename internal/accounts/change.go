package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// changeTries bounds how often a change starts over because others changed the account
// meanwhile. Of those that meet, one always succeeds.
const changeTries = 32

// An edit makes an account what it shall be, and says what of it that changes.
type edit func(account *Account, now time.Time) (Changes, error)

// finder is where a change gets the account from, each time that it starts over.
type finder func(ctx context.Context) (Stored, error)

func (a *Accounts) numbered(number Number) finder {
	return func(ctx context.Context) (Stored, error) { return a.store.Find(ctx, number) }
}

// change edits an account, and starts over when another change came first.
func (a *Accounts) change(ctx context.Context, find finder, note Note, edit edit) (Update, error) {
	if !note.plain() {
		return Update{}, ErrNote
	}
	for range changeTries {
		update, err := a.changeOnce(ctx, find, note, edit)
		if !errors.Is(err, ErrStale) {
			return update, err
		}
	}
	return Update{}, ErrStale
}

func (a *Accounts) changeOnce(ctx context.Context, find finder, note Note, edit edit) (Update, error) {
	stored, err := find(ctx)
	if err != nil {
		return Update{}, err
	}
	before, err := open(a.keys, stored)
	if err != nil {
		return Update{}, err
	}
	now, after := a.now(), before
	changed, err := edit(&after, now)
	if err != nil || len(changed) == 0 {
		return Update{Before: before, After: before}, err
	}
	var records []Record
	for _, kind := range changed {
		records = append(records, note.record(now, kind.event()))
	}
	update := Update{Changed: changed, Before: before, After: after}
	update.After.Revision++
	if err := a.commit(ctx, a.store.Change, after, records, a.notices(update)); err != nil {
		return Update{}, err
	}
	return update, nil
}

// commit seals and stores. A store that failed may yet have done it. It is asked once more,
// which has no further effect.
func (a *Accounts) commit(
	ctx context.Context, write func(context.Context, Stored, []Record, [][]byte) error,
	account Account, records []Record, notices [][]byte,
) error {
	stored, err := seal(a.keys, a.random, account)
	if err != nil {
		return err
	}
	err = write(ctx, stored, records, notices)
	if err != nil && !decided(err) && ctx.Err() == nil {
		err = write(ctx, stored, records, notices)
	}
	return err
}

// decided says whether an error of the store means that it has changed nothing.
func decided(err error) bool {
	for _, target := range []error{ErrStale, ErrTaken, ErrNoAccount, ErrUnreadable} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// Renumber gives an account another number; the old one is free from then on. Errors:
// [ErrNoAccount], [ErrTaken], [ErrNumber], [ErrNote], [ErrStale] if others change it without
// end.
func (a *Accounts) Renumber(ctx context.Context, number, to Number, note Note) (Update, error) {
	if !isNumber(string(to)) {
		return Update{}, fmt.Errorf("renumber account: %w", ErrNumber)
	}
	update, err := a.change(ctx, a.numbered(number), note, func(account *Account, _ time.Time) (Changes, error) {
		if account.Number == to {
			return nil, nil
		}
		account.Number = to
		return Changes{ChangedNumber}, nil
	})
	if err != nil {
		return Update{}, fmt.Errorf("renumber account: %w", err)
	}
	return update, nil
}

// Append adds an event to the history of an account that nothing else changes, such as
// [Disowned]. Errors: [ErrNoAccount], [ErrNote].
func (a *Accounts) Append(ctx context.Context, id ID, event Event, note Note) error {
	if !note.plain() {
		return ErrNote
	}
	for range changeTries {
		err := a.appendOnce(ctx, id, note.record(a.now(), event))
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, ErrStale):
			return fmt.Errorf("append to history: %w", err)
		}
	}
	return fmt.Errorf("append to history: %w", ErrStale)
}

// appendOnce seals the account anew, since a store takes the same bytes for the same change.
func (a *Accounts) appendOnce(ctx context.Context, id ID, record Record) error {
	account, err := a.ByID(ctx, id)
	if err != nil {
		return err
	}
	return a.commit(ctx, a.store.Change, account, []Record{record}, nil)
}
