package agents

import (
	"context"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

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
	// one. It says storage.ErrStale when the profile has another revision and ErrNoAgent when there is
	// none; then nothing has changed. The same again (the same revision and sealed bytes)
	// changes nothing and is no error, as long as no other change came after it.
	Save(ctx context.Context, profile Stored) error
	// List returns all profiles, in the order of their user names.
	List(ctx context.Context) ([]Stored, error)
}

// form is the profile in JSON, as it is sealed.
type form struct {
	storage.Version
	Agent
	LinkHash  []byte    `json:"link_hash,omitempty"`
	LinkUntil time.Time `json:"link_until,omitzero"`

	// A string here, as a secret.Text is written as dots. A form lives no longer than it
	// takes to seal or open it.
	AppKey string `json:"app_key,omitempty"`
}

// seal writes a profile for a store.
func seal(keys secret.Keyring, random io.Reader, a Agent) (Stored, error) {
	f := form{Agent: a, LinkUntil: a.Link.Until, AppKey: a.AppKey.Reveal()}
	if a.Link != (Link{}) {
		f.LinkHash = a.Link.Hash[:]
	}
	sealed, err := storage.Seal(keys, random, boundTo(a.ID, a.Name), &f)
	if err != nil {
		return Stored{}, fmt.Errorf("seal profile: %w", err)
	}
	return Stored{ID: a.ID, Name: a.Name, Revision: a.Revision, Sealed: sealed}, nil
}

// open reads what seal wrote. Every error is [storage.ErrUnreadable].
func open(keys secret.Keyring, stored Stored) (Agent, error) {
	var f form
	if err := storage.Open(keys, stored.Sealed, boundTo(stored.ID, stored.Name), &f); err != nil {
		return Agent{}, fmt.Errorf("open profile: %w", err)
	}
	a := f.Agent
	a.ID, a.Name, a.Revision = stored.ID, stored.Name, stored.Revision
	a.AppKey, a.Link.Until = secret.New(f.AppKey), f.LinkUntil
	if len(f.LinkHash) != 0 && copy(a.Link.Hash[:], f.LinkHash) != len(f.LinkHash) || !a.whole() {
		return Agent{}, fmt.Errorf("open profile: %w", storage.ErrDamaged)
	}
	return a, nil
}

// whole says whether the profile is one that can be: an unknown state or role must not pass for
// one that may do something.
func (a Agent) whole() bool {
	switch a.State {
	case Deleted:
		return true
	case Invited, Active, Deactivated:
		return a.Role.Valid() && validFactor(a.Factor) && validFactor(a.Required)
	}
	return false
}

func boundTo(id ID, name UserName) string { return "agent " + string(id) + " " + string(name) }
