package repair

import (
	"context"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Errors of the ways that need no call.
var (
	// ErrNotAllowed: who it is may not accept photo IDs.
	ErrNotAllowed = errors.New("photo IDs are accepted by supervisors in a store alone")
	// ErrNote: the note of a photo ID is too short, too long, or can't be shown on one line.
	ErrNote = errors.New("the note of a photo ID wants 10 to 500 characters on one line")
)

// Bounds of the note of a photo ID, in characters.
const (
	MinNote = 10
	MaxNote = pins.MaxReason
)

// validate records that who has found out who the customer is, and remembers it.
func (d *Desk) validate(
	ctx context.Context, who Who, number nanp.Number, method pins.ValidationMethod, detail, note string,
) error {
	ctx, cancel := begun(ctx)
	defer cancel()
	if err := d.record(ctx, who, audit.Validated, number, detail); err != nil {
		return errors.Join(err, d.failed(ctx, who, audit.ValidationFailed, number, detail+", "+unrecorded))
	}
	if _, err := d.provisioning.Validate(ctx, number, method, who.note(note)); err != nil {
		return errors.Join(err, d.failed(ctx, who, audit.ValidationFailed, number, detail+", not stored"))
	}
	return nil
}

const bySecret = "by security code or answer"

// Secret judges the security code of an account, or the answer to its question, and validates
// the customer if it is right. It is right only of an account whose primary telephone is the
// line. A wrong one, one of another line, a number that is no account's and an account that is
// locked are all just wrong, after the same work. [accounts.Accounts.Verify] counts the tries.
// Errors: [accounts.ErrClaim], also of a ZIP code, which everybody can know; [pins.ErrNoLine],
// a [*LimitError], [ErrWho], those of the stores and the audit.
func (d *Desk) Secret(
	ctx context.Context, who Who, number nanp.Number, account accounts.Number, claim accounts.Claim,
) (bool, error) {
	right, err := d.secret(ctx, who, number, account, claim)
	if err != nil {
		return false, fmt.Errorf("judge security code or answer: %w", err)
	}
	return right, nil
}

func (d *Desk) secret(
	ctx context.Context, who Who, number nanp.Number, account accounts.Number, claim accounts.Claim,
) (bool, error) {
	if !who.valid() {
		return false, ErrWho
	}
	if !claim.ZIP.IsZero() || !claim.Valid() { // a slip, which counts nowhere
		return false, accounts.ErrClaim
	}
	if _, err := d.line(ctx, who, number); err != nil {
		return false, err
	}
	if err := d.countOne(ctx, who, Secrets, number); err != nil {
		return false, err
	}
	// An account number is not recorded: somebody's code may have been typed in its place.
	if err := d.record(ctx, who, audit.ValidationBegun, number, bySecret); err != nil {
		return false, err
	}
	right, err := d.proves(ctx, who, number, account, claim)
	if err != nil {
		return false, errors.Join(err, d.failed(ctx, who, audit.ValidationFailed, number, bySecret+", not judged"))
	}
	if !right {
		return false, d.failed(ctx, who, audit.ValidationFailed, number, bySecret)
	}
	err = d.validate(ctx, who, number, pins.BySecret, bySecret, "")
	return err == nil, err
}

// proves asks the same of every account number.
func (d *Desk) proves(
	ctx context.Context, who Who, number nanp.Number, account accounts.Number, claim accounts.Claim,
) (bool, error) {
	claim.Note = accounts.Note{By: who.Name, From: who.Via}
	var result accounts.Result
	verify := func() (wrong bool, err error) {
		result, err = d.accounts.Verify(ctx, account, claim)
		return result.Wrong(), err
	}
	var err error
	if key, isKey := who.key(); isKey {
		err = d.Claim(ctx, key, verify)
	} else {
		_, err = verify()
	}
	if err != nil {
		return false, err
	}
	found, err := d.accounts.Get(ctx, account)
	if err != nil && !errors.Is(err, accounts.ErrNoAccount) {
		return false, err
	}
	return result.Verified && found.Phone == number, nil
}

// PhotoID validates a customer who has shown a photo ID. The note, 10 to 500 characters, says
// what was shown; it stands in the line's history. Errors: [ErrNotAllowed], which is recorded,
// [ErrNote], [pins.ErrNoLine], a [*LimitError] of look-ups, [ErrWho], those of the stores and the
// audit.
func (d *Desk) PhotoID(ctx context.Context, who Who, number nanp.Number, note string) error {
	if err := d.photoID(ctx, who, number, note); err != nil {
		return fmt.Errorf("validate by photo ID: %w", err)
	}
	return nil
}

func (d *Desk) photoID(ctx context.Context, who Who, number nanp.Number, note string) error {
	if !who.valid() {
		return ErrWho
	}
	if !who.PhotoID {
		return errors.Join(ErrNotAllowed, d.failed(ctx, who, audit.ValidationFailed, number, "by photo ID, not allowed"))
	}
	if !ValidNote(note) {
		return ErrNote
	}
	if _, err := d.line(ctx, who, number); err != nil {
		return err
	}
	return d.validate(ctx, who, number, pins.ByPhotoID, "by photo ID: "+note, note)
}

// ValidNote says whether a note is one that [Desk.PhotoID] takes.
func ValidNote(note string) bool {
	if n := utf8.RuneCountInString(note); n < MinNote || n > MaxNote || !utf8.ValidString(note) {
		return false
	}
	for _, r := range note {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
