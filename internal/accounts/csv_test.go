package accounts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/logtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/rows"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const (
	header = "account,phone,name,street1,city,state,zip"
	pat    = "A1,6125550142,Pat Larsen,12 Elm,Duluth,MN,55801"
)

// read returns what ReadCSV yields: numbers, and errors as "error: ...".
func read(r io.Reader) (all []string) {
	for row, err := range accounts.ReadCSV(r) {
		if err != nil {
			all = append(all, "error: "+err.Error())
			continue
		}
		all = append(all, string(row.Number))
	}
	return all
}

func TestReadCSVEveryColumn(t *testing.T) {
	file := "\ufeffaccount,phone,language,name,street1,street2,street3,city,state,zip,email,email_since,security_code\r\n" +
		` a 1 , "612-555-0142",es,"Larsen, ""Pat""",12 Elm,,Box 7,St. Paul,mn,558011234,pat@mail.example.com,2026-01-31,82651739` + "\r\n"
	for row, err := range accounts.ReadCSV(strings.NewReader(file)) {
		check.OK(t, err)
		row.Row = rows.Row{}
		diff := cmp.Diff(accounts.Row{Number: "A1", Details: accounts.Details{
			Phone: "+16125550142", Language: text("es"), Name: `Larsen, "Pat"`,
			Address: &accounts.Address{Street: []string{"12 Elm", "Box 7"}, City: "St. Paul", State: "MN", ZIP: "55801-1234"},
			Email:   text("pat@mail.example.com"), EmailSince: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), Code: secret.New("82651739"),
		}}, row, cmp.Comparer(secret.Text.Equal), cmpopts.IgnoreUnexported(rows.Row{}))
		if diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestReadCSV(t *testing.T) {
	const wanted = "want account, phone, name, street1, city, state, zip, and perhaps language, street2, street3, email, email_since, security_code"
	const bad = "error: the first row must name the columns: "
	tests := map[string]struct {
		file string
		want []string
	}{
		"plain":       {header + "\n" + pat + "\n", []string{"A1"}},
		"other order": {"zip,state,city,street1,name,phone,account\n55801,MN,Duluth,12 Elm,Pat,6125550142,A1\n", []string{"A1"}},
		"as written": {
			"Account;Phone;Name;Street1;City;State;ZIP;Security Code;LANGUAGE;Email Since;E-Mail\n" +
				"ａ 1;(612)\u00a0555‑0142;Pat;12 Elm;Duluth;mn;55801–1234;82‑65 17;ES;2026‑01‑31;a@mail.example.com\n",
			[]string{bad + `"e_mail" is none, did you mean email?; ` + wanted},
		},
		"no header":      {pat + "\n", []string{bad + wanted}},
		"column missing": {"account,phone,name,street1,city,state\n", []string{bad + "zip is missing; " + wanted}},
		"column unknown": {header + ",zip code\n", []string{bad + `"zip_code" is none, did you mean zip?; ` + wanted}},
		"bad rows cost themselves": {
			header + ",email,email_since,security_code,language\n" +
				pat + ",,,,\n" + pat + "\n" + pat + ",nobody,,,\n" + pat + ",,31.1.2026,,\n" +
				pat + ",,,8265,\n" + pat + ",,,,fr\n" + strings.Replace(pat, "A1", "A_1", 1) + ",,,,\n" +
				strings.Replace(pat, "6125550142", "911", 1) + ",,,,\n" + strings.Replace(pat, "Pat Larsen", "", 1) + ",,,,\n" +
				strings.Replace(pat, "Pat", "Πάτ Ľubomír Юлия", 1) + ",,,,\n" + strings.Replace(pat, "Pat", "王小明王 金正", 1) + ",,,,\n" +
				strings.Replace(pat, "55801", "5580", 1) + ",,,,\n" + strings.Replace(pat, "12 Elm", "12\x01Elm", 1) + ",,,,\n" + pat + ",,,,\n",
			[]string{
				"A1",
				"error: line 3: want 11 fields, this has 7",
				`error: line 4: email "nobody": not an e-mail address`,
				`error: line 5: email_since "31.1.2026": want a date such as 2026-01-31`,
				"error: line 6: security_code: want 6 to 10 digits",
				`error: line 7: language "fr": want en, es or nothing`,
				`error: line 8: account "A_1": not an account number: want 1 to 24 letters, digits and hyphens`,
				`error: line 9: phone "911": not a North American telephone number: want ten digits, with or without +1`,
				"error: line 10: name: a new account must have it",
				"A1",
				`error: line 12: name "王小明王 金正 Larsen": the letters that we send can't show "王小明金正": write it in Latin, Greek or Cyrillic letters`,
				`error: line 13: zip "5580": want 5 or 9 digits`,
				`error: line 14: street1 "12\x01Elm": want 1 to 60 characters that can be printed`,
				"A1",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { same(t, read(strings.NewReader(test.file)), test.want) })
	}
}

// TestReadCSVAsWritten reads values in any case, and with whatever stands between digits.
func TestReadCSVAsWritten(t *testing.T) {
	file := "Account;Phone;Name;Street1;City;State;ZIP;Security Code;LANGUAGE;Email Since;Email\n" +
		"ａ 1;(612)\u00a0555‑0142;Pat;12 Elm;Duluth;mn;55801–1234;８２‑65 17;ES;2026‑01‑31;a@mail.example.com\n"
	for row, err := range accounts.ReadCSV(strings.NewReader(file)) {
		check.OK(t, err)
		d := row.Details
		got := []string{string(row.Number), string(d.Phone), d.Address.State, d.Address.ZIP, d.Code.Reveal(), *d.Language, d.EmailSince.Format(time.DateOnly)}
		same(t, got, []string{"A1", "+16125550142", "MN", "55801-1234", "826517", "es", "2026-01-31"})
	}
}

func TestReadCSVTellsTrouble(t *testing.T) {
	trouble := errors.New("disk gone")
	reader := io.MultiReader(strings.NewReader(header+"\n"+pat+"\n"), iotest.ErrReader(trouble))
	var last error
	for _, last = range accounts.ReadCSV(reader) {
		continue
	}
	check.Is(t, last, trouble)
	for _, err := range accounts.ReadCSV(strings.NewReader(header + "\n" + pat + "\n" + pat)) {
		same(t, err, nil)
		break // reading may stop at any row
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add(header + "\n" + pat + "\n")
	f.Add("\ufeff" + header + ",security_code\r\n\"A1\",6125550142,\"Pat \"\"\",12,D,MN,55801,826517\n")
	f.Fuzz(func(t *testing.T, file string) {
		for row, err := range accounts.ReadCSV(strings.NewReader(file)) {
			bad := new(rows.Error)
			switch {
			case errors.As(err, &bad), errors.Is(err, rows.ErrHeader):
			case err != nil:
				t.Fatal(err)
			default:
				if number, err := accounts.ParseNumber(string(row.Number)); number != row.Number || err != nil {
					t.Fatalf("number %q", row.Number)
				}
			}
		}
	})
}

func TestParseNumber(t *testing.T) {
	for written, want := range map[string]accounts.Number{
		"612-555-0142-001": "612-555-0142-001", " 612 555 0142 ": "6125550142", "ab12-c": "AB12-C",
		"7": "7", "12\t3": "123", "ａ12‑\u2066٣\u2069": "A12-3", strings.Repeat("Z", 24): accounts.Number(strings.Repeat("Z", 24)),
		"1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4": "123456789012345678901234",
	} {
		if got, err := accounts.ParseNumber(written); got != want || err != nil {
			t.Errorf("%q: %q, %v", written, got, err)
		}
	}
	for _, written := range []string{"", "  ", "a_b", "é", "{1}", strings.Repeat("1", 25), strings.Repeat(" ", 256) + "1", "1\x00", "ſ"} {
		if got, err := accounts.ParseNumber(written); got != "" || !errors.Is(err, accounts.ErrNumber) {
			t.Errorf("%q: %q, %v", written, got, err)
		}
	}
}

func TestNumberInJSON(t *testing.T) {
	var n accounts.Number
	if err := json.Unmarshal([]byte(`"a 1"`), &n); err != nil || n != "A1" {
		t.Errorf("%q, %v", n, err)
	}
	if err := json.Unmarshal([]byte(`"a_1"`), &n); !errors.Is(err, accounts.ErrNumber) || n != "A1" {
		t.Errorf("%q, %v", n, err)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"", "612-555-0142-001", " a b ", "ÄÖ", "\xff", strings.Repeat("9", 25)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := accounts.ParseNumber(s)
		if err != nil {
			if n != "" || !errors.Is(err, accounts.ErrNumber) {
				t.Fatalf("%q, %v", n, err)
			}
			return
		}
		if again, err := accounts.ParseNumber(string(n)); again != n || err != nil || len(n) > 24 {
			t.Fatalf("%q reads as %q, %v", n, again, err)
		}
	})
}

func Example() {
	keys, err := secret.ParseKeyring("2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		log.Panic(err)
	}
	db, end := testkit.Embedded()
	defer end()
	store := db.Accounts()
	all, err := accounts.New(accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: keys})
	if err != nil {
		log.Panic(err)
	}
	ctx, note := context.Background(), accounts.Note{By: "ordering", From: "api"}
	update, err := all.Put(ctx, "612-555-0142-001", accounts.Details{
		Phone: "+16125550142", Name: "Pat Larsen",
		Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
	}, note)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("created:", update.Created, "code:", update.After.Code)

	result, err := all.Verify(ctx, "612-555-0142-001", accounts.Claim{ZIP: secret.New("55402")})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("verified:", result.Verified, "tries left:", result.TriesLeft)
	// Output:
	// created: true code: ••••••
	// verified: false tries left: 4
}

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
