package accounts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/logtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const (
	coded    = testkit.Coded
	answered = testkit.Answered
	missing  = testkit.Nobodys
)

var (
	rightCode   = secret.New(testkit.Code)
	wrongCode   = secret.New("739516")
	rightAnswer = secret.New("Doña Luz, of St. Paul")
	byAnn       = testkit.Ann
	same        = check.Same
)

// fixture is a world with two accounts, of one telephone.
type fixture struct {
	*accounts.Accounts
	*testkit.World
	store *counted
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureOn(t, testkit.Redis(t))
}

func newFixtureOn(t testing.TB, db *redisstore.DB) *fixture {
	t.Helper()
	w := testkit.On(db)
	f := &fixture{World: w, store: &counted{Accounts: w.AccountStore()}}
	all, err := accounts.New(f.config())
	check.OK(t, err)
	f.Accounts = all
	f.PutAccount(t, all, coded, home(), "")
	f.PutAccount(t, all, answered, home(), rightAnswer.Reveal())
	f.forget()
	return f
}

func (f *fixture) config() accounts.Config {
	config := f.AccountsConfig()
	config.Store, config.Attempts, config.Enrollments = f.store, f.store, f.store
	return config
}

// home are the details of both accounts.
func home() accounts.Details { return testkit.Details(testkit.Home) }

func (f *fixture) put(t testing.TB, number accounts.Number, details accounts.Details) accounts.Update {
	t.Helper()
	update, err := f.Put(t.Context(), number, details, byAnn)
	check.OK(t, err)
	return update
}

func (f *fixture) get(t testing.TB, number accounts.Number) accounts.Account {
	t.Helper()
	account, err := f.Get(t.Context(), number)
	check.OK(t, err)
	return account
}

func (f *fixture) verify(t testing.TB, number accounts.Number, claim accounts.Claim) accounts.Result {
	t.Helper()
	result, err := f.Verify(t.Context(), number, claim)
	check.OK(t, err)
	return result
}

// events are those of an account's history, oldest first.
func (f *fixture) events(t testing.TB, number accounts.Number) (events []accounts.Event) {
	t.Helper()
	records, err := f.History(t.Context(), f.get(t, number).ID, 0)
	check.OK(t, err)
	for _, record := range slices.Backward(records) {
		events = append(events, record.Event)
	}
	return events
}

var errBroken = errors.New("connection lost")

// asked are the calls since forget that an attempt makes: to find the account, and to count.
func (f *fixture) asked() (asked []string) {
	for _, call := range f.Calls.Made("Accounts") {
		switch name := strings.TrimPrefix(call, "Accounts."); name {
		case "Find", "Change", "Admit", "Settle":
			asked = append(asked, name)
		}
	}
	return asked
}

func (f *fixture) forget() {
	f.Calls.Made("")
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	f.store.judged = 0
}

// counted notes of whom attempts are counted.
type counted struct {
	redisstore.Accounts
	mu       sync.Mutex
	subjects []string // of attempts
	judged   int      // settled attempts
}

func (c *counted) note(a accounts.Attempt, judged int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.subjects = append(c.subjects, a.Subject())
	c.judged += judged
}

func (c *counted) Admit(ctx context.Context, a accounts.Attempt, rule limit.Lock) (accounts.Admission, error) {
	c.note(a, 0)
	return c.Accounts.Admit(ctx, a, rule)
}

func (c *counted) Settle(
	ctx context.Context, a accounts.Attempt, s accounts.Settlement, rule limit.Lock,
) (limit.Strikes, error) {
	c.note(a, 1)
	return c.Accounts.Settle(ctx, a, s, rule)
}

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
