package api

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Desk is what the API needs of [repair.Desk], which records all of it in the audit by itself. Any
// number of goroutines use it.
type Desk interface {
	// LookUp counts and records that a key looks a number up.
	LookUp(ctx context.Context, key repair.Who, number nanp.Number, what string) error
	// LookUpAccount counts that a key looks an account up.
	LookUpAccount(ctx context.Context, key repair.Who) error
	// MayLookUp says a [repair.LimitError] if a key has no look-up left, and counts none.
	MayLookUp(ctx context.Context, key repair.Who) error
	// Claim has a claim to an account judged, and counts it against a key if it is wrong.
	Claim(ctx context.Context, key repair.Who, judge func() (wrong bool, err error)) error
	// Call has a line called and told a code; with the same key it is the same call.
	Call(ctx context.Context, who repair.Who, number nanp.Number, key string) (repair.Validation, error)
	// Validation returns what the same who has begun, or [repair.ErrNotFound].
	Validation(ctx context.Context, who repair.Who, id repair.ID) (repair.Validation, error)
	// Code judges the code that the line was told.
	Code(ctx context.Context, who repair.Who, id repair.ID, code secret.Text) (repair.Result, error)
	// Secret judges the security code or the answer of an account.
	Secret(ctx context.Context, who repair.Who, number nanp.Number, account accounts.Number, claim accounts.Claim) (bool, error)
	// PhotoID takes a photo ID that was shown, or says [repair.ErrNotAllowed].
	PhotoID(ctx context.Context, who repair.Who, number nanp.Number, note string) error
	// Reset goes back to the temporary PIN, or says [pins.ErrNotValidated].
	Reset(ctx context.Context, who repair.Who, number nanp.Number, reason string) (pins.Line, error)
	// OpenAccount opens the verification of an account, or says [accounts.ErrNoAccount].
	OpenAccount(ctx context.Context, who repair.Who, number accounts.Number, reason string) error
	// Unlock clears failures and locks, or says [pins.ErrNotValidated].
	Unlock(ctx context.Context, who repair.Who, number nanp.Number, reason string) (pins.Line, error)
}

// lookedUp shows what [Desk.LookUp] has counted and recorded, or what a change has made.
type lookedUp struct {
	lines    *pins.Lines
	history  pins.Provisioning
	features *features.Lines
}
