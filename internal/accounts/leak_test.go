package accounts_test

import (
	"strings"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/logtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// keyed stand nowhere else, so that finding one is finding a leak.
var keyed = []string{"826517", "73951628", "Zyxwvut", "99123"}

func TestNothingPrintsASecret(t *testing.T) {
	server := redistest.StartMini(t)
	db, err := redisstore.Open(server.URL())
	check.OK(t, err)
	defer db.Close()
	f := newFixtureOn(t, db)
	update, err := f.SetQuestion(t.Context(), coded, "Who?", secret.New("Zyxwvut"), byAnn)
	check.OK(t, err)
	history, err := f.History(t.Context(), update.After.ID, 0)
	check.OK(t, err)
	stored, err := f.store.Load(t.Context(), update.After.ID)
	check.OK(t, err)
	for name, value := range map[string]any{
		"update": update, "account": update.Before, "pointer": &update.After, "details": home(),
		"claim": accounts.Claim{Code: secret.New("826517")}, "ZIP": accounts.Claim{ZIP: secret.New("99123")},
		"answer": accounts.Claim{Answer: secret.New("Zyxwvut")}, "config": f.config(), "accounts": *f.Accounts,
		"row": accounts.Row{Details: home()}, "history": history, "stored": stored, "Redis": string(server.Contents(t)),
	} {
		logtest.Hides(t, name, logtest.Shown(value), keyed...)
	}
}

func TestErrorsQuoteNothing(t *testing.T) {
	f := newFixture(t)
	for _, s := range keyed {
		given := s + "\x01"
		details := func(edit func(d *accounts.Details)) error {
			d := home()
			edit(&d)
			_, err := f.Put(t.Context(), missing, d, byAnn)
			return err
		}
		_, number := accounts.ParseNumber(given)
		_, enrollment := accounts.ParseEnrollmentID(given)
		_, claim := f.Verify(t.Context(), coded, accounts.Claim{ZIP: secret.New(given), Code: secret.New(given)})
		_, question := f.SetQuestion(t.Context(), coded, given, rightAnswer, byAnn)
		_, answer := f.SetQuestion(t.Context(), coded, "Who?", secret.New(given), byAnn)
		_, note := f.NewCode(t.Context(), coded, accounts.Note{By: given})
		for i, err := range []error{
			number, enrollment, claim, question, answer, note,
			details(func(d *accounts.Details) { d.Name = given }),
			details(func(d *accounts.Details) { d.Email = &given }),
			details(func(d *accounts.Details) { d.Language = &given }),
			details(func(d *accounts.Details) { d.Code = secret.New(given) }),
			details(func(d *accounts.Details) { d.Address.ZIP = given }),
			details(func(d *accounts.Details) { d.Address.City = given }),
			details(func(d *accounts.Details) { d.Phone = "911" }),
		} {
			if err == nil {
				t.Errorf("%d: no error", i)
				continue
			}
			logtest.Hides(t, "error", err.Error(), keyed...)
		}
		file := header + ",security_code\n" + pat + "," + given + "\n" + given + "\n\"" + given + "\n" + pat + ",826517\n"
		for row, err := range accounts.ReadCSV(strings.NewReader(file)) {
			logtest.Hides(t, "row", logtest.Shown(row), keyed...)
			if err != nil {
				logtest.Hides(t, "error of a row", logtest.Shown(err)+err.Error(), keyed...)
			}
		}
	}
}
