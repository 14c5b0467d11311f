package accounts

import "context"

// Stored is an account as a store keeps it.
type Stored struct {
	ID       ID
	Number   Number
	Revision int64  // 1 or more
	Sealed   []byte // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// MaxDue is how many notices of one account can be due, long before which their limits keep most
// from being told.
const MaxDue = 100

// MaxSealed bounds Stored.Sealed, with much to spare.
const MaxSealed = 16 << 10

// Store is what the package needs of the place where accounts are kept.
//
// An account is found by its number and kept by its ID. An implementation may keep the two
// on different machines, where no transaction spans both; the account's own record, with the
// number that it holds, is then what decides. An entry "this number is that account's" is
// only a hint: it counts if the account's record holds that number. At any moment, also when
// a process dies between two steps or two run at once:
//
//   - an account is found under the number in its record, and under no other;
//   - no two accounts have one number;
//   - what a process left half done is no hindrance: the number may be taken by another
//     account, and the account may be given another number, within a second.
//
// One way: first write the entry of the new number, with a token of its own; then the record;
// then delete the old number's entry, if it still has the token that was seen. Who finds an
// entry of an account that has another number, or no record yet, must, before overwriting
// it, mark that account's record (or its place), so that the write of the record that may
// still be under way is refused and starts over. To give one that is new a moment before that
// keeps a hundred at once from hindering each other for ever.
//
// Notices that are due are kept until those who tell customers have taken them on. Of one account
// there are at most [MaxDue]; of more, the newest takes the place of the one before, and
// the history gets [NoticeReplaced] in the same step.
type Store interface {
	// Find returns the account that has the number, or ErrNoAccount. For a number that
	// nobody has, it asks the database as many questions as for another.
	Find(ctx context.Context, number Number) (Stored, error)
	// Load returns the account with the ID, or ErrNoAccount.
	Load(ctx context.Context, id ID) (Stored, error)
	// Create keeps a new account, appends the records to its history and keeps the notices as due,
	// in the order given, in the same step.
	// It says ErrTaken when another account has the number. The same again changes nothing
	// and is no error, as long as nothing else has changed the account.
	Create(ctx context.Context, account Stored, records []Record, notices [][]byte) error
	// Change replaces the account that still has account.Revision, raises the revision by
	// one, appends the records to its history and keeps the notices as due, in the order given,
	// in the same step.
	// When account.Number is another than before, the account is found under that one from
	// then on and the old one is free.
	//
	// It says ErrStale when the account has another revision, ErrTaken when the number is
	// another account's, and ErrNoAccount; then nothing has changed. The same again
	// (the same number, revision and sealed bytes) changes nothing and is no error, as long
	// as no other change came after it.
	Change(ctx context.Context, account Stored, records []Record, notices [][]byte) error
	// History returns the newest limit records of an account, newest first: those appended
	// last. None, or no such account, is no error. A store keeps [MaxHistory] of them, and may
	// forget all of them [HistoryKept] after the last one. Times are kept to the millisecond at least.
	History(ctx context.Context, id ID, limit int) ([]Record, error)
}
