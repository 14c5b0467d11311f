package testkit

import (
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// The lines and accounts of most tests.
const (
	Home    nanp.Number = "+16125550142"
	Other   nanp.Number = "+16125550143"
	Missing nanp.Number = "+16125550199" // is no line

	Coded    accounts.Number = "612-555-0142-001" // has the code 826517
	Answered accounts.Number = "612-555-0143-001" // has a security question
	Nobodys  accounts.Number = "612-555-0199-001" // is no account's

	Code = "826517"
)

// AddLines adds lines.
func (w *World) AddLines(t testing.TB, lines ...pins.NewLine) {
	t.Helper()
	_, err := w.DB.Lines().Add(t.Context(), lines, w.Now())
	check.OK(t, err)
}

// Line is a line as it is.
func (w *World) Line(t testing.TB, number nanp.Number) pins.Line {
	t.Helper()
	line, err := w.DB.Lines().Line(t.Context(), number)
	check.OK(t, err)
	return line
}

// Records are the history of a line, newest first.
func (w *World) Records(t testing.TB, number nanp.Number) []pins.Record {
	t.Helper()
	records, err := w.DB.Lines().History(t.Context(), number, 1000)
	check.OK(t, err)
	return records
}

// SetPIN gives a line a personal PIN, of which it has the hash alone.
func (w *World) SetPIN(t testing.TB, number nanp.Number, pin hash.Hash) {
	t.Helper()
	check.OK(t, w.DB.Lines().Change(t.Context(), pins.Change{
		Number: number, Revision: w.Line(t, number).Revision, PIN: pin, Turn: pins.Turn{Call: "CA1"},
		Record: pins.Record{At: w.Now(), Event: pins.Changed, By: pins.ByCaller, Side: pins.FromLine, From: string(number), Call: "CA1"},
	}))
}

// Accounts are accounts on the stores.
func (w *World) Accounts(t testing.TB) *accounts.Accounts {
	t.Helper()
	all, err := accounts.New(w.AccountsConfig())
	check.OK(t, err)
	return all
}

// AccountsConfig is how [World.Accounts] makes them.
func (w *World) AccountsConfig() accounts.Config {
	store := w.AccountStore()
	return accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: w.Keys, Hasher: w.Hasher(), Now: w.Now}
}

// Details are those of an account with the code [Code].
func Details(phone nanp.Number) accounts.Details {
	language, email := "en", "pat@mail.example.com"
	return accounts.Details{
		Phone: phone, Language: &language, Name: "Pat Larsen", Email: &email, Code: secret.New(Code),
		Address: &accounts.Address{
			Street: []string{"12 Elm Street", "Apt. 3"}, City: "Minneapolis", State: "MN", ZIP: "55401-1234",
		},
	}
}

// Ann is who changes accounts.
var Ann = accounts.Note{By: "ann", From: "api"}

// PutAccount adds an account; one with an answer has a question, too.
func (w *World) PutAccount(
	t testing.TB, all *accounts.Accounts, number accounts.Number, details accounts.Details, answer string,
) {
	t.Helper()
	_, err := all.Put(t.Context(), number, details, Ann)
	check.OK(t, err)
	if answer != "" {
		_, err = all.SetQuestion(t.Context(), number, "Who was your first teacher?", secret.New(answer), Ann)
		check.OK(t, err)
	}
}
