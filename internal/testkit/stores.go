package testkit

import (
	"context"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/features"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/pins"
)

// Lines are the lines of a [World].
type Lines struct {
	redisstore.Lines
	calls *Calls
}

// Find is Line, for those who look lines up without the rules of package pins.
func (s Lines) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return s.Line(ctx, number)
}

func (s Lines) Line(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return Call(ctx, s.calls, "Lines.Line", func() (pins.Line, error) { return s.Lines.Line(ctx, number) })
}

func (s Lines) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	return s.calls.err(ctx, "Lines.SetLanguage", func() error { return s.Lines.SetLanguage(ctx, number, language) })
}

func (s Lines) Change(ctx context.Context, change pins.Change) error {
	return s.calls.err(ctx, "Lines.Change", func() error { return s.Lines.Change(ctx, change) })
}

func (s Lines) Validate(
	ctx context.Context, number nanp.Number, v pins.Validation, record pins.Record,
) error {
	return s.calls.err(ctx, "Lines.Validate", func() error { return s.Lines.Validate(ctx, number, v, record) })
}

func (s Lines) Validation(
	ctx context.Context, number nanp.Number, by, from string, at time.Time,
) (pins.Validation, error) {
	return Call(ctx, s.calls, "Lines.Validation", func() (pins.Validation, error) {
		return s.Lines.Validation(ctx, number, by, from, at)
	})
}

func (s Lines) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	return s.calls.err(ctx, "Lines.Reset", func() error { return s.Lines.Reset(ctx, number, record, notice) })
}

func (s Lines) Unlock(ctx context.Context, number nanp.Number, record pins.Record) error {
	return s.calls.err(ctx, "Lines.Unlock", func() error { return s.Lines.Unlock(ctx, number, record) })
}

func (s Lines) Remove(ctx context.Context, number nanp.Number, record pins.Record) error {
	return s.calls.err(ctx, "Lines.Remove", func() error { return s.Lines.Remove(ctx, number, record) })
}

func (s Lines) Append(ctx context.Context, number nanp.Number, record pins.Record) error {
	return s.calls.err(ctx, "Lines.Append", func() error { return s.Lines.Append(ctx, number, record) })
}

func (s Lines) History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error) {
	return Call(ctx, s.calls, "Lines.History", func() ([]pins.Record, error) {
		return s.Lines.History(ctx, number, limit)
	})
}

func (s Lines) Add(ctx context.Context, lines []pins.NewLine, now time.Time) ([]bool, error) {
	return Call(ctx, s.calls, "Lines.Add", func() ([]bool, error) { return s.Lines.Add(ctx, lines, now) })
}

func (s Lines) Admit(ctx context.Context, attempt pins.Attempt, rule limit.Lock) (pins.Admission, error) {
	return Call(ctx, s.calls, "Lines.Admit", func() (pins.Admission, error) {
		return s.Lines.Admit(ctx, attempt, rule)
	})
}

func (s Lines) Settle(
	ctx context.Context, attempt pins.Attempt, settlement pins.Settlement, rule limit.Lock,
) (limit.Strikes, error) {
	name := "Lines.Settle." + string(settlement.As)
	return Call(ctx, s.calls, name, func() (limit.Strikes, error) {
		return s.Lines.Settle(ctx, attempt, settlement, rule)
	})
}

func (s Lines) AdmitCaller(
	ctx context.Context, caller string, turn pins.Turn, now time.Time, rate limit.Rate,
) (bool, error) {
	return Call(ctx, s.calls, "Lines.AdmitCaller", func() (bool, error) {
		return s.Lines.AdmitCaller(ctx, caller, turn, now, rate)
	})
}

func (s Lines) ForgiveCaller(ctx context.Context, caller string, turn pins.Turn) error {
	return s.calls.err(ctx, "Lines.ForgiveCaller", func() error { return s.Lines.ForgiveCaller(ctx, caller, turn) })
}

func (s Lines) CallerFailures(
	ctx context.Context, caller string, now time.Time, window time.Duration,
) (int, error) {
	return Call(ctx, s.calls, "Lines.CallerFailures", func() (int, error) {
		return s.Lines.CallerFailures(ctx, caller, now, window)
	})
}

// Features are the settings of features of a [World].
type Features struct {
	store redisstore.Features
	calls *Calls
}

func (s Features) Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error) {
	return Call(ctx, s.calls, "Features.Features", func() (features.Stored, error) {
		return s.store.Features(ctx, number, turn)
	})
}

func (s Features) Change(ctx context.Context, change features.Change) error {
	return s.calls.err(ctx, "Features.Change", func() error { return s.store.Change(ctx, change) })
}

func (s Features) Install(
	ctx context.Context, lines []features.Installation, record pins.Record, removal features.Removal,
) ([]bool, error) {
	return Call(ctx, s.calls, "Features.Install", func() ([]bool, error) {
		return s.store.Install(ctx, lines, record, removal)
	})
}

// Accounts are the accounts of a [World].
type Accounts struct {
	redisstore.Accounts
	calls *Calls
}

func (s Accounts) Find(ctx context.Context, number accounts.Number) (accounts.Stored, error) {
	return Call(ctx, s.calls, "Accounts.Find", func() (accounts.Stored, error) { return s.Accounts.Find(ctx, number) })
}

func (s Accounts) Load(ctx context.Context, id accounts.ID) (accounts.Stored, error) {
	return Call(ctx, s.calls, "Accounts.Load", func() (accounts.Stored, error) { return s.Accounts.Load(ctx, id) })
}

func (s Accounts) History(ctx context.Context, id accounts.ID, limit int) ([]accounts.Record, error) {
	return Call(ctx, s.calls, "Accounts.History", func() ([]accounts.Record, error) {
		return s.Accounts.History(ctx, id, limit)
	})
}

func (s Accounts) Admit(
	ctx context.Context, attempt accounts.Attempt, rule limit.Lock,
) (accounts.Admission, error) {
	return Call(ctx, s.calls, "Accounts.Admit", func() (accounts.Admission, error) {
		return s.Accounts.Admit(ctx, attempt, rule)
	})
}

func (s Accounts) Settle(
	ctx context.Context, attempt accounts.Attempt, settlement accounts.Settlement, rule limit.Lock,
) (limit.Strikes, error) {
	return Call(ctx, s.calls, "Accounts.Settle", func() (limit.Strikes, error) {
		return s.Accounts.Settle(ctx, attempt, settlement, rule)
	})
}

func (s Accounts) Kept(ctx context.Context, subjects []string) (string, error) {
	return Call(ctx, s.calls, "Accounts.Kept", func() (string, error) { return s.Accounts.Kept(ctx, subjects) })
}

func (s Accounts) Open(
	ctx context.Context, account accounts.ID, after time.Time, record accounts.Record, rule limit.Lock,
) (bool, error) {
	return Call(ctx, s.calls, "Accounts.Open", func() (bool, error) {
		return s.Accounts.Open(ctx, account, after, record, rule)
	})
}

func (s Accounts) Create(
	ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte,
) error {
	return s.calls.err(ctx, "Accounts.Create", func() error {
		return s.Accounts.Create(ctx, account, records, notices)
	})
}

func (s Accounts) Change(
	ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte,
) error {
	return s.calls.err(ctx, "Accounts.Change", func() error {
		return s.Accounts.Change(ctx, account, records, notices)
	})
}

func (s Accounts) Begin(ctx context.Context, enrollment accounts.Enrollment) error {
	return s.calls.err(ctx, "Accounts.Begin", func() error { return s.Accounts.Begin(ctx, enrollment) })
}

func (s Accounts) Join(
	ctx context.Context, id accounts.EnrollmentID, account accounts.ID, limit int,
) (accounts.Enrollment, error) {
	return Call(ctx, s.calls, "Accounts.Join", func() (accounts.Enrollment, error) {
		return s.Accounts.Join(ctx, id, account, limit)
	})
}

func (s Accounts) Enrollment(ctx context.Context, id accounts.EnrollmentID) (accounts.Enrollment, error) {
	return Call(ctx, s.calls, "Accounts.Enrollment", func() (accounts.Enrollment, error) {
		return s.Accounts.Enrollment(ctx, id)
	})
}

func (s Accounts) Some(ctx context.Context) ([]accounts.ID, error) {
	return Call(ctx, s.calls, "Accounts.Some", func() ([]accounts.ID, error) { return s.Accounts.Some(ctx) })
}
