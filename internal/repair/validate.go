package repair

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/detached"
	"updatecenter/internal/nanp"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
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
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if err := d.record(ctx, who, audit.Validated, number, detail); err != nil {
		return errors.Join(err, d.failed(ctx, who, audit.ValidationFailed, number, detail+", "+unrecorded))
	}
	if _, err := d.config.Provisioning.Validate(ctx, number, method, who.note(note)); err != nil {
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
) (right bool, err error) {
	defer wrap.Error(&err, "judge security code or answer")
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
	right, err = d.proves(ctx, who, number, account, claim)
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
		result, err = d.config.Accounts.Verify(ctx, account, claim)
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
	found, err := d.config.Accounts.Get(ctx, account)
	if err != nil && !errors.Is(err, accounts.ErrNoAccount) {
		return false, err
	}
	return result.Verified && found.Phone == number, nil
}

// PhotoID validates a customer who has shown a photo ID. The note, 10 to 500 characters, says
// what was shown; it stands in the line's history. Errors: [ErrNotAllowed], which is recorded,
// [ErrNote], [pins.ErrNoLine], a [*LimitError] of look-ups, [ErrWho], those of the stores and the
// audit.
func (d *Desk) PhotoID(ctx context.Context, who Who, number nanp.Number, note string) (err error) {
	defer wrap.Error(&err, "validate by photo ID")
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
	return utf8.RuneCountInString(note) >= MinNote && typed.Plain(note, MaxNote)
}

// Bounds of a code (NIST SP 800-63B, section 5.1.3.2).
const (
	Tries   = 3                // at one code
	CodeFor = 10 * time.Minute // is how long a code counts
)

// Status is how far a validation by a call is.
type Status string

// The statuses. All but the first are final, but for one: a call can be declined after its code
// was right.
const (
	Waiting   Status = "waiting" // for the code
	Succeeded Status = "right"   // the right code was given
	Failed    Status = "failed"  // all tries were wrong, or the person who was called did not ask for the call
	TooLate   Status = "expired" // ten minutes have passed
)

// Validation is a validation by a call, as it stands. It does not hold the code.
type Validation struct {
	ID      ID
	Line    nanp.Number
	Created time.Time
	Until   time.Time // the code counts until then
	Left    int       // tries
	Status  Status
	Call    deliveries.Delivery // zero: the call was not asked for, or is forgotten
}

// Validation returns a validation that the same agent has begun by the same interface. It is
// neither counted nor recorded: a page asks for it again and again. Errors: [ErrWho],
// [ErrNotFound] of another's too, [storage.ErrUnreadable].
func (d *Desk) Validation(ctx context.Context, who Who, id ID) (_ Validation, err error) {
	defer wrap.Error(&err, "find validation")
	r, err := d.mine(ctx, who, id)
	if err != nil {
		return Validation{}, err
	}
	return d.view(ctx, r)
}

// mine loads a record that is of who.
func (d *Desk) mine(ctx context.Context, who Who, id ID) (record, error) {
	if !who.valid() {
		return record{}, ErrWho
	}
	if !id.valid() {
		return record{}, ErrNotFound
	}
	r, err := d.codes.load(ctx, id)
	if err == nil && !r.of(who) {
		err = ErrNotFound
	}
	if err != nil {
		return record{}, err
	}
	return r, nil
}

// view shows a record with its call.
func (d *Desk) view(ctx context.Context, r record) (Validation, error) {
	var call deliveries.Delivery
	if r.Call != "" {
		var err error
		call, err = d.config.Deliveries.Get(ctx, r.Call)
		if err != nil && !errors.Is(err, deliveries.ErrNotFound) {
			return Validation{}, err
		}
	}
	return r.view(call, d.now()), nil
}

func (r record) view(call deliveries.Delivery, at time.Time) Validation {
	v := Validation{
		ID: r.id, Line: r.Line, Created: r.Created, Until: r.Until,
		Left: r.left(), Status: r.status(at), Call: call,
	}
	if v.Status != TooLate && v.declined() {
		v.Status, v.Left = Failed, 0
	}
	return v
}

// declined says whether the person who was called said, before or after the code, that they had
// not asked for it: whoever has the code from them now is not somebody whom they called.
func (v Validation) declined() bool { return v.Call.Status == deliveries.Declined }

// errDeclined is said of a validation by a call that was declined after its code was right.
var errDeclined = fmt.Errorf("%w: the call was declined", pins.ErrNotValidated)

// standing returns the validation by who that counts now. One by a call has its ID in the note,
// and counts as long as that is known and nobody has declined the call; without a note it is of a
// server that didn't ask, and counts. The error is [pins.ErrNotValidated], or of a store.
func (d *Desk) standing(ctx context.Context, who Who, number nanp.Number) (pins.Validation, error) {
	v, err := d.config.Provisioning.Validation(ctx, number, who.Name, who.Via)
	if err != nil || v.Method != pins.ByCall || v.Note == "" {
		return v, err
	}
	shown, err := d.Validation(ctx, who, ID(v.Note))
	switch {
	case errors.Is(err, ErrNotFound):
		return pins.Validation{}, pins.ErrNotValidated
	case err != nil:
		return pins.Validation{}, err
	case shown.declined():
		return pins.Validation{}, errDeclined
	}
	return v, nil
}
