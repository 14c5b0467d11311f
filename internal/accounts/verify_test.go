package accounts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func code(s string) accounts.Claim   { return accounts.Claim{Code: secret.New(s)} }
func zip(s string) accounts.Claim    { return accounts.Claim{ZIP: secret.New(s)} }
func answer(s string) accounts.Claim { return accounts.Claim{Answer: secret.New(s)} }

func TestVerify(t *testing.T) {
	tests := map[string]struct {
		number accounts.Number
		claim  accounts.Claim
		want   bool
	}{
		"code":                       {coded, code("826517"), true},
		"code in groups":             {coded, code(" 826-517 "), true},
		"code pasted":                {coded, code("\u202a８２６‑５１７\u202c\u200b"), true},
		"ZIP pasted":                 {coded, zip("\ufeff55401\u00a0– 1234"), true},
		"answer pasted":              {answered, answer("Doña\u00a0Lu\u00adz, of\u200bSt. Paul"), true},
		"wrong code":                 {coded, code("826518"), false},
		"code and more":              {coded, code("8265170"), false},
		"five digits of ZIP":         {coded, zip("55401"), true},
		"nine digits":                {coded, zip("554011234"), true},
		"other nine digits":          {coded, zip("55401-9999"), true},
		"wrong ZIP":                  {coded, zip("55402"), false},
		"an answer where none is":    {coded, answer("Doña Luz, of St. Paul"), false},
		"a code where a question is": {answered, code("826517"), false},
		"answer":                     {answered, answer("Doña Luz, of St. Paul"), true},
		"answer as heard":            {answered, answer("DONA LUZ  OF ST PAUL"), true},
		"answer in one":              {answered, answer("donaluzofstpaul"), true},
		"answer, decomposed":         {answered, answer("Don\u0303a Luz of St. Paul"), true},
		"wrong answer":               {answered, answer("Doña Luz"), false},
		"ZIP with a question":        {answered, zip("55401"), true},
		"code of nobody":             {missing, code("826517"), false},
		"ZIP of nobody":              {missing, zip("55401"), false},
		"answer of nobody":           {missing, answer("Doña Luz, of St. Paul"), false},
		"no number at all":           {"", zip("55401"), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			want := accounts.Result{Verified: test.want}
			if !test.want {
				want.TriesLeft = 4
			}
			same(t, f.verify(t, test.number, test.claim), want)
			// Whatever comes of it, the stores are asked the same.
			same(t, f.asked(), []string{"Find", "Admit", "Settle"})
		})
	}
}

func TestVerifyRefusesClaims(t *testing.T) {
	f := newFixture(t)
	for name, claim := range map[string]accounts.Claim{
		"nothing": {}, "two": {ZIP: secret.New("55401"), Code: rightCode},
		"three":            {ZIP: secret.New("55401"), Code: rightCode, Answer: rightAnswer},
		"long":             code(strings.Repeat("8", 401)),
		"part of the code": code("82651"), "more than a code": code("82651782651"), "hyphens alone": code("---"),
		"no code": code(" "), "letters": code("82651O"), "ZIP begun": zip("554"), "ZIP and letters": zip("55401x"),
		"ZIP of six": zip("554011"), "marks": answer("?!"), "one letter": answer("a."),
	} {
		if _, err := f.Verify(t.Context(), coded, claim); !errors.Is(err, accounts.ErrClaim) {
			t.Errorf("%s: %v", name, err)
		}
	}
	claim := code("826517")
	claim.Note = accounts.Note{By: "a\nb"}
	if _, err := f.Verify(t.Context(), coded, claim); !errors.Is(err, accounts.ErrNote) {
		t.Errorf("note: %v", err)
	}
	same(t, len(f.asked()), 0)
}

func TestFiveFailuresLock(t *testing.T) {
	for _, number := range []accounts.Number{coded, answered, missing} {
		f := newFixture(t)
		for left := 4; left > 0; left-- {
			same(t, f.verify(t, number, zip("10001")), accounts.Result{TriesLeft: left})
		}
		until := f.Now().Add(30 * time.Minute)
		same(t, f.verify(t, number, code("739516")), accounts.Result{LockedUntil: until})
		f.Set(until.Add(-time.Second))
		for range 10 {
			same(t, f.verify(t, number, zip("55401")), accounts.Result{Refused: true, LockedUntil: until})
		}
		f.Set(until)
		same(t, f.verify(t, number, zip("10001")), accounts.Result{TriesLeft: 4})
		left := 3
		if verified := f.verify(t, number, zip("55401")).Verified; !verified {
			left--
		}
		same(t, f.verify(t, number, zip("10001")).TriesLeft, left)
	}
}

func TestOnlyTheRightSecretClearsFailures(t *testing.T) {
	f := newFixture(t)
	f.verify(t, coded, zip("10001"))
	f.verify(t, coded, zip("10001"))
	_, err := f.SetQuestion(t.Context(), coded, "Who?", rightAnswer, byAnn)
	check.OK(t, err)
	_, err = f.NewCode(t.Context(), coded, byAnn)
	check.OK(t, err)
	f.put(t, coded, accounts.Details{Phone: "+16125550188"})
	_, err = f.Renumber(t.Context(), coded, "B1", byAnn)
	check.OK(t, err)
	check.OK(t, f.Append(t.Context(), f.get(t, "B1").ID, accounts.Disowned, byAnn))
	same(t, f.verify(t, "B1", zip("10001")).TriesLeft, 2)
	update, err := f.NewCode(t.Context(), "B1", byAnn)
	check.OK(t, err)
	f.verify(t, "B1", accounts.Claim{Code: update.After.Code})
	same(t, f.verify(t, "B1", zip("10001")).TriesLeft, 4)
}

// TestTheRightZIPClearsNothing: who knows the ZIP code gets no more guesses at the code by it,
// as they would by giving it after every fourth.
func TestTheRightZIPClearsNothing(t *testing.T) {
	f := newFixture(t)
	for left := 4; left > 0; left-- {
		same(t, f.verify(t, coded, code("739516")).TriesLeft, left)
		for range 3 {
			same(t, f.verify(t, coded, zip("55401")), accounts.Result{Verified: true})
		}
	}
	enrollment, _, err := f.Enroll(t.Context(), coded, zip("55401"))
	check.OK(t, err)
	_, _, err = f.AddAccount(t.Context(), enrollment.ID, coded, zip("55401"))
	check.OK(t, err)
	same(t, f.verify(t, coded, code("739516")).LockedUntil, f.Now().Add(30*time.Minute))
}

// TestAZIPOfRecord: who has had the address changed proves nothing by knowing it.
func TestAZIPOfRecord(t *testing.T) {
	f := newFixture(t)
	moved := accounts.Address{Street: []string{"1 Main Street"}, City: "Duluth", State: "MN", ZIP: "55802"}
	f.Pass(time.Hour)
	f.put(t, coded, accounts.Details{Address: &moved})
	wrong := f.verify(t, coded, zip("10001"))
	same(t, f.verify(t, coded, zip("55802")), accounts.Result{TriesLeft: wrong.TriesLeft - 1})
	same(t, f.verify(t, coded, zip("55401")), accounts.Result{TriesLeft: wrong.TriesLeft - 2})
	same(t, f.verify(t, coded, code("826517")).Verified, true)
	f.Pass(30 * 24 * time.Hour)
	same(t, f.verify(t, coded, zip("55802")).Verified, true)
}

// TestATypedNumberIsNotKept: what is typed for an account number may be the code.
func TestATypedNumberIsNotKept(t *testing.T) {
	f := newFixture(t)
	for range 2 {
		f.verify(t, "826517", zip("55401"))
	}
	f.verify(t, coded, zip("10001"))
	same(t, len(f.store.subjects), 6)
	same(t, f.store.subjects[4], string(f.get(t, coded).ID))
	for _, subject := range f.store.subjects[:4] {
		if strings.Contains(subject, "826517") || subject != f.store.subjects[0] || !strings.HasPrefix(subject, "nobody_") {
			t.Errorf("counted for %s", subject)
		}
	}
}

// TestAnotherKeyTellsNoNumbers has another secret key become the current one, in each step that takes:
// what is answered to a number is that of an account and of nobody alike.
func TestAnotherKeyTellsNoNumbers(t *testing.T) {
	f := newFixture(t)
	older, newer := "2026a", "2025" // by whose names nothing goes
	for _, keys := range [][]string{{older}, {older, newer}, {newer, older}, {older, newer}} {
		config := f.config()
		config.Keys = testkit.Keys(keys...)
		var err error
		f.Accounts, err = accounts.New(config)
		check.OK(t, err)
		for range 3 { // locks at 5, in between
			same(t, f.verify(t, missing, code("739516")), f.verify(t, coded, code("739516")))
		}
	}
}

func TestFailuresFade(t *testing.T) {
	f := newFixture(t)
	f.verify(t, coded, zip("10001"))
	f.Pass(24 * time.Hour)
	same(t, f.verify(t, coded, zip("10001")).TriesLeft, 4)
}

func TestVerifyIsRecorded(t *testing.T) {
	f := newFixture(t)
	claim := code("826517")
	claim.Note = accounts.Note{By: "web site", From: "api"}
	f.verify(t, coded, claim)
	for range 5 {
		f.verify(t, coded, zip("10001"))
	}
	records, err := f.History(t.Context(), f.get(t, coded).ID, 2)
	check.OK(t, err)
	same(t, records, []accounts.Record{
		{At: f.Now(), Event: accounts.Locked, By: accounts.ByCustomer, Until: f.Now().Add(30 * time.Minute)},
		{At: f.Now(), Event: accounts.Verified, By: "web site", From: "api"},
	})
}

func TestAHundredAtOnceGetFiveGuesses(t *testing.T) {
	for _, number := range []accounts.Number{coded, missing} {
		f := newFixture(t)
		check.AtOnce(100, func(int) {
			result, err := f.Verify(t.Context(), number, accounts.Claim{Code: wrongCode})
			if err != nil || result.Verified {
				t.Errorf("%+v, %v", result, err)
			}
		})
		same(t, f.store.judged, 5)
		same(t, f.verify(t, number, accounts.Claim{Code: rightCode}).LockedUntil, f.Now().Add(30*time.Minute))
	}
}

// TestTooManyUnderWay: a claim that finds no place, without a lock, may come again soon.
func TestTooManyUnderWay(t *testing.T) {
	f := newFixture(t)
	rule := accounts.DefaultLock()
	for i := range rule.LockAt {
		attempt := accounts.Attempt{ID: string(rune('a' + i)), Account: f.get(t, coded).ID, At: f.Now()}
		_, err := f.store.Admit(t.Context(), attempt, rule)
		check.OK(t, err)
	}
	same(t, f.verify(t, coded, accounts.Claim{Code: rightCode}), accounts.Result{Refused: true, LockedUntil: f.Now().Add(rule.InFlight)})
}

// TestAGivenUpRequestCounts: who hangs up between the guess and the answer has guessed.
func TestAGivenUpRequestCounts(t *testing.T) {
	f := newFixture(t)
	ctx, hangUp := context.WithCancel(t.Context())
	f.Calls.AfterNext("Accounts.Admit", hangUp)
	_, err := f.Verify(ctx, coded, accounts.Claim{Code: wrongCode})
	check.OK(t, err)
	same(t, f.verify(t, coded, zip("10001")).TriesLeft, 3)
}

func TestEnroll(t *testing.T) {
	f := newFixture(t)
	none, result, err := f.Enroll(t.Context(), coded, zip("10001"))
	check.OK(t, err)
	same(t, none, accounts.Enrollment{})
	same(t, result, accounts.Result{TriesLeft: 4})

	enrollment, result, err := f.Enroll(t.Context(), coded, code("826517"))
	check.OK(t, err)
	same(t, result.Verified, true)
	same(t, enrollment.Accounts, []accounts.ID{f.get(t, coded).ID})
	if _, err := accounts.ParseEnrollmentID(string(enrollment.ID)); err != nil {
		t.Error(err)
	}
	unchanged, result, err := f.AddAccount(t.Context(), enrollment.ID, answered, answer("nobody"))
	check.OK(t, err)
	same(t, unchanged, enrollment)
	same(t, result.TriesLeft, 4)

	both, _, err := f.AddAccount(t.Context(), enrollment.ID, answered, answer("dona luz of st paul"))
	check.OK(t, err)
	same(t, both.Accounts, []accounts.ID{f.get(t, coded).ID, f.get(t, answered).ID})
	found, err := f.Enrollment(t.Context(), enrollment.ID)
	check.OK(t, err)
	same(t, found, both)
	same(t, f.events(t, coded)[2:], []accounts.Event{accounts.VerifiedEnroll})
	same(t, f.events(t, answered)[3:], []accounts.Event{accounts.VerifiedAdd})

	f.forget()
	if _, _, err := f.AddAccount(t.Context(), "enr_none", coded, code("826517")); !errors.Is(err, accounts.ErrNoEnrollment) {
		t.Errorf("%v; want ErrNoEnrollment", err)
	}
	same(t, len(f.asked()), 0)
}

func TestParseEnrollmentID(t *testing.T) {
	for _, s := range []string{"", "enr_", "acc_abcdefghijklmnopqrstuvwxyz", "enr_abcdefghijklmnopqrstuvwxy", "enr_abcdefghijklmnopqrstuvwxy1", "enr_ABCDEFGHIJKLMNOPQRSTUVWXYZ", "enr_abcdefghijklmnopqrstuvwxyz "} {
		if id, err := accounts.ParseEnrollmentID(s); id != "" || !errors.Is(err, accounts.ErrEnrollmentID) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// closed has 20 wrong claims come, through three locks and over days.
func (f *fixture) closed(t *testing.T, number accounts.Number) {
	t.Helper()
	for n := 1; n <= 20; n++ {
		got := f.verify(t, number, zip("10001"))
		switch {
		case n == 20:
			same(t, got, accounts.Result{Closed: true})
		case n%5 == 0:
			same(t, got, accounts.Result{LockedUntil: f.Now().Add(30 * time.Minute)})
		default:
			same(t, got, accounts.Result{TriesLeft: 5 - n%5})
		}
		f.Pass(30 * time.Minute)
	}
}

// TestTwentyFailuresClose, and no lock's end, nor the code being asked for, opens.
func TestTwentyFailuresClose(t *testing.T) {
	for _, number := range []accounts.Number{coded, answered, missing} {
		f := newFixture(t)
		f.closed(t, number)
		for range 3 {
			for _, claim := range []accounts.Claim{zip("55401"), {Code: rightCode}, {Answer: rightAnswer}} {
				same(t, f.verify(t, number, claim), accounts.Result{Refused: true, Closed: true})
			}
			if number != missing {
				check.OK(t, f.Sent(t.Context(), f.get(t, number).ID)) // the same as before
			}
			f.Pass(100 * 24 * time.Hour)
		}
	}
}

// TestANewCodeThatIsSentOpens: not when it is made, and not for one that was guessed at.
func TestANewCodeThatIsSentOpens(t *testing.T) {
	f := newFixture(t)
	f.closed(t, coded)
	update, err := f.NewCode(t.Context(), coded, byAnn)
	check.OK(t, err)
	same(t, f.verify(t, coded, accounts.Claim{Code: update.After.Code}), accounts.Result{Refused: true, Closed: true})
	f.Pass(time.Hour)
	check.OK(t, f.Sent(t.Context(), update.After.ID))
	same(t, f.verify(t, coded, zip("10001")), accounts.Result{TriesLeft: 4})
	same(t, f.verify(t, coded, accounts.Claim{Code: update.After.Code}), accounts.Result{Verified: true})
	f.closed(t, coded)
	check.OK(t, f.Sent(t.Context(), update.After.ID))
	same(t, f.verify(t, coded, zip("55401")), accounts.Result{Refused: true, Closed: true})
}

func TestOpen(t *testing.T) {
	f := newFixture(t)
	f.closed(t, coded)
	note := accounts.Note{By: "ann", From: "console", Reason: "mistyped"}
	check.OK(t, f.Open(t.Context(), coded, note))
	check.OK(t, f.Open(t.Context(), coded, note))
	same(t, f.verify(t, coded, zip("10001")), accounts.Result{TriesLeft: 4})
	records, err := f.History(t.Context(), f.get(t, coded).ID, 2)
	check.OK(t, err)
	same(t, records, []accounts.Record{
		{At: f.Now(), Event: accounts.Opened, By: "ann", From: "console", Reason: "mistyped"},
		{At: f.Now().Add(-30 * time.Minute), Event: accounts.Closed, By: accounts.ByCustomer},
	})
	check.Is(t, f.Open(t.Context(), missing, note), accounts.ErrNoAccount)
	if err := f.Open(t.Context(), coded, accounts.Note{}); !errors.Is(err, accounts.ErrNote) {
		t.Error(err)
	}
}
