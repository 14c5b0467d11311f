package api

import (
	"context"

	"updatecenter/accounts"
	"updatecenter/desk"
	"updatecenter/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Desk is what the API needs of [desk.Desk], which records all of it in the audit by itself. Any
// number of goroutines use it.
type Desk interface {
	// LookUp counts and records that a key looks a number up.
	LookUp(ctx context.Context, key desk.Who, number nanp.Number, what string) error
	// LookUpAccount counts that a key looks an account up.
	LookUpAccount(ctx context.Context, key desk.Who) error
	// MayLookUp says a [desk.LimitError] if a key has no look-up left, and counts none.
	MayLookUp(ctx context.Context, key desk.Who) error
	// Claim has a claim to an account judged, and counts it against a key if it is wrong.
	Claim(ctx context.Context, key desk.Who, judge func() (wrong bool, err error)) error
	// Call has a line called and told a code; with the same key it is the same call.
	Call(ctx context.Context, who desk.Who, number nanp.Number, key string) (desk.Validation, error)
	// Validation returns what the same who has begun, or [desk.ErrNotFound].
	Validation(ctx context.Context, who desk.Who, id desk.ID) (desk.Validation, error)
	// Code judges the code that the line was told.
	Code(ctx context.Context, who desk.Who, id desk.ID, code secret.Text) (desk.Result, error)
	// Secret judges the security code or the answer of an account.
	Secret(ctx context.Context, who desk.Who, number nanp.Number, account accounts.Number, claim accounts.Claim) (bool, error)
	// PhotoID takes a photo ID that was shown, or says [desk.ErrNotAllowed].
	PhotoID(ctx context.Context, who desk.Who, number nanp.Number, note string) error
	// Reset goes back to the temporary PIN, or says [pins.ErrNotValidated].
	Reset(ctx context.Context, who desk.Who, number nanp.Number, reason string) (pins.Line, error)
	// OpenAccount opens the verification of an account, or says [accounts.ErrNoAccount].
	OpenAccount(ctx context.Context, who desk.Who, number accounts.Number, reason string) error
	// Unlock clears failures and locks, or says [pins.ErrNotValidated].
	Unlock(ctx context.Context, who desk.Who, number nanp.Number, reason string) (pins.Line, error)
}

// lookedUp shows what [Desk.LookUp] has counted and recorded, or what a change has made.
type lookedUp struct {
	lines    *pins.Lines
	history  pins.Provisioning
	features *features.Lines
}
