package agents

import "context"

// Stored is a profile as a store keeps it.
type Stored struct {
	ID       ID
	Name     UserName // never changes
	Revision int64    // 1 or more
	Sealed   []byte   // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
}

// MaxSealed bounds Stored.Sealed, with much to spare.
const MaxSealed = 16 << 10

// Store is what the package needs of the place where profiles are kept. Profiles are never
// taken away: that of a deleted agent keeps the user name taken. There are a few hundred.
type Store interface {
	// Create keeps a new profile, or says ErrTaken when another has the user name or the ID.
	// The same again (all four fields) changes nothing and is no error. A name must not stay
	// taken by a profile that can't be loaded: one step, or one that a later Create of the
	// name can tell from a whole one.
	Create(ctx context.Context, profile Stored) error
	// Load returns the profile with the ID, or ErrNoAgent.
	Load(ctx context.Context, id ID) (Stored, error)
	// ByName returns the profile with the user name, or ErrNoAgent.
	ByName(ctx context.Context, name UserName) (Stored, error)
	// Save replaces the profile that still has profile.Revision, and raises the revision by
	// one. It says ErrStale when the profile has another revision and ErrNoAgent when there is
	// none; then nothing has changed. The same again (the same revision and sealed bytes)
	// changes nothing and is no error, as long as no other change came after it.
	Save(ctx context.Context, profile Stored) error
	// List returns all profiles, in the order of their user names.
	List(ctx context.Context) ([]Stored, error)
}
