package pins_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// What each attempt answers, costs and asks of the stores.
func TestCheck(t *testing.T) {
	failed := []string{"AdmitCaller", "Admit", "Settle.failed"}
	tests := map[string]struct {
		number nanp.Number
		side   pins.Side
		entry  secret.Text
		want   pins.Outcome
		hashes int
		asked  []string
	}{
		"right, from elsewhere":                    {personal, pins.Remote, rightPIN, pins.Right, 1, []string{"AdmitCaller", "Admit", "Settle.passed", "ForgiveCaller"}},
		"right, from the line":                     {personal, pins.FromLine, rightPIN, pins.Right, 1, []string{"Admit", "Settle.passed"}},
		"wrong, from elsewhere":                    {personal, pins.Remote, wrongPIN, pins.Wrong, 1, failed},
		"wrong, from the line":                     {personal, pins.FromLine, wrongPIN, pins.Wrong, 1, []string{"Admit", "Settle.failed"}},
		"temporary PIN on a personal line":         {personal, pins.Remote, temporaryPIN, pins.Wrong, 1, failed},
		"temporary PIN on a personal line at home": {personal, pins.FromLine, temporaryPIN, pins.Wrong, 1, []string{"Admit", "Settle.failed"}},
		"no such line":                             {missing, pins.Remote, wrongPIN, pins.Wrong, 1, failed},
		"no such line, temporary PIN":              {missing, pins.Remote, temporaryPIN, pins.Wrong, 1, failed},
		"no such line, from itself":                {missing, pins.FromLine, temporaryPIN, pins.Wrong, 1, []string{"Admit", "Settle.failed"}},
		"temporary line, wrong from elsewhere":     {temporary, pins.Remote, wrongPIN, pins.Wrong, 1, failed},
		"temporary line, right from elsewhere":     {temporary, pins.Remote, temporaryPIN, pins.RightTemporary, 1, []string{"AdmitCaller", "Admit", "Settle.released"}},
		"temporary line, right from the line":      {temporary, pins.FromLine, temporaryPIN, pins.RightTemporary, 0, []string{"Admit", "Settle.passed"}},
		"temporary line, wrong from the line":      {temporary, pins.FromLine, wrongPIN, pins.Wrong, 0, []string{"Admit", "Settle.failed"}},
		"no entry":                                 {personal, pins.Remote, secret.Text{}, pins.Wrong, 1, failed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			result := f.check(t, f.attempt(test.number, test.side), test.entry)
			if result.Outcome != test.want {
				t.Errorf("%s, want %s", result.Outcome, test.want)
			}
			f.did(t, test.hashes, test.asked...)
			right := test.want != pins.Wrong
			if got := result.Line.Number == test.number; got != right {
				t.Errorf("line %v", result.Line)
			}
			counted := 0
			if test.want != pins.Right && test.side == pins.Remote {
				counted = 1
			}
			f.callerHas(t, counted)
		})
	}
}

func TestCheckLocks(t *testing.T) {
	for _, number := range []nanp.Number{personal, temporary, missing} {
		f := newFixture(t)
		f.wrong(t, number, pins.Remote, 5, pins.LockedForNow)
		until := f.Now().Add(30 * time.Minute)

		f.Pass(10 * time.Minute)
		f.forget()
		for _, entry := range []secret.Text{rightPIN, temporaryPIN, wrongPIN} {
			result := f.check(t, f.attempt(number, pins.Remote), entry)
			if result.Outcome != pins.LockedForNow || !result.LockedUntil.Equal(until) {
				t.Errorf("during the lock: %+v", result)
			}
			f.did(t, 0, "AdmitCaller", "Admit", "ForgiveCaller")
		}
		f.callerHas(t, 0)

		f.Set(until)
		f.wrong(t, number, pins.Remote, 5, pins.LockedUntilReset)
		f.Set(f.Now().AddDate(0, 0, 359)) // what is no line opens after 360 days
		f.forget()
		f.outcome(t, number, pins.Remote, rightPIN, pins.LockedUntilReset)
		f.did(t, 0, "AdmitCaller", "Admit", "ForgiveCaller")
	}
}

func TestCheckUnlocks(t *testing.T) {
	f := newFixture(t)
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	f.Pass(30 * time.Minute)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	f.Pass(30 * time.Minute)
	f.wrong(t, personal, pins.Remote, 5, pins.LockedUntilReset)

	// The owner at home is not locked out, and lifts the lock.
	f.outcome(t, personal, pins.FromLine, rightPIN, pins.Right)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
}

func TestCheckSidesApart(t *testing.T) {
	f := newFixture(t)
	f.wrong(t, personal, pins.FromLine, 4, pins.Wrong)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right) // clears elsewhere only
	f.wrong(t, personal, pins.FromLine, 1, pins.LockedForNow)
	f.outcome(t, personal, pins.FromLine, rightPIN, pins.LockedForNow)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
}

// The temporary PIN is no secret: from elsewhere it must not clear what was counted.
func TestCheckTemporaryFromElsewhereClearsNothing(t *testing.T) {
	f := newFixture(t)
	f.wrong(t, temporary, pins.Remote, 4, pins.Wrong)
	f.outcome(t, temporary, pins.Remote, temporaryPIN, pins.RightTemporary)
	f.wrong(t, temporary, pins.Remote, 1, pins.LockedForNow)
	f.outcome(t, temporary, pins.Remote, temporaryPIN, pins.LockedForNow)
	f.outcome(t, temporary, pins.FromLine, temporaryPIN, pins.RightTemporary)
	f.outcome(t, temporary, pins.Remote, temporaryPIN, pins.RightTemporary)
}

func TestCheckCaller(t *testing.T) {
	f := newFixture(t)
	for n := range 10 {
		f.outcome(t, nanp.Number("+1612555020"+string(rune('0'+n))), pins.Remote, wrongPIN, pins.Wrong)
	}
	f.forget()
	f.outcome(t, personal, pins.Remote, rightPIN, pins.CallerLocked)
	f.did(t, 0, "AdmitCaller")

	other := f.attempt(personal, pins.Remote)
	other.From = "+19525550101"
	if got := f.check(t, other, rightPIN).Outcome; got != pins.Right {
		t.Errorf("another caller: %s", got)
	}
	f.outcome(t, personal, pins.FromLine, rightPIN, pins.Right)
	f.Pass(time.Hour + time.Second)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
}

// Those who withhold their number are not one caller.
func TestCheckCallerWithoutName(t *testing.T) {
	f := newFixture(t)
	for n := range 12 {
		for _, test := range []struct {
			number  nanp.Number
			entry   secret.Text
			want    pins.Outcome
			settled string
		}{
			{nanp.Number(fmt.Sprintf("+1612555%04d", 200+n)), wrongPIN, pins.Wrong, "Settle.failed"},
			{personal, wrongPIN, pins.Wrong, "Settle.failed"},
			{personal, rightPIN, pins.Right, "Settle.passed"},
		} {
			attempt := f.unvouched(test.number)
			attempt.From = ""
			if got := f.check(t, attempt, test.entry).Outcome; got != test.want {
				t.Fatalf("%s: %s, want %s", test.number, got, test.want)
			}
			asked := []string{"AdmitCaller", "Admit", test.settled}
			if test.want == pins.Right {
				asked = append(asked, "ForgiveCaller")
			}
			f.did(t, 1, asked...)
		}
	}
}

// unvouched is an attempt from elsewhere of a caller for whom the network doesn't vouch, another
// each time.
func (f *fixture) unvouched(number nanp.Number) pins.Attempt {
	attempt := f.attempt(number, pins.Remote)
	attempt.From, attempt.Vouched = fmt.Sprintf("+1763555%04d", f.turn), false
	return attempt
}

// lineOf is another line each time, so that none is locked.
func lineOf(n int) nanp.Number { return nanp.Number(fmt.Sprintf("+1612556%04d", n)) }

// Callers for whom nobody vouches have fifty failures a day together, whoever they say they
// are and whatever lines they try. All others go on.
func TestCheckUnvouched(t *testing.T) {
	f := newFixture(t)
	f.leaves(t, 50)
	for n := range 50 {
		attempt := f.unvouched(lineOf(n))
		if n%3 == 0 {
			attempt.From = ""
		}
		if got := f.check(t, attempt, wrongPIN).Outcome; got != pins.Wrong {
			t.Fatalf("failure %d: %s", n, got)
		}
	}
	f.leaves(t, 0)
	for _, number := range []nanp.Number{personal, temporary, missing} {
		for _, entry := range []secret.Text{rightPIN, temporaryPIN, wrongPIN} {
			if got := f.check(t, f.unvouched(number), entry); got != (pins.CheckResult{Outcome: pins.UnvouchedLocked}) {
				t.Fatalf("%s: %+v", number, got)
			}
			f.did(t, 0, "AdmitCaller", "AdmitCaller", "ForgiveCaller")
		}
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	home := f.attempt(personal, pins.FromLine)
	home.Vouched = false // the side says enough
	if got := f.check(t, home, rightPIN).Outcome; got != pins.Right {
		t.Errorf("at home: %s", got)
	}
	f.Pass(24*time.Hour - time.Second)
	f.leaves(t, 0)
	f.Pass(2 * time.Second)
	f.leaves(t, 50)
	if got := f.check(t, f.unvouched(personal), rightPIN).Outcome; got != pins.Right {
		t.Errorf("the day after: %s", got)
	}
	f.leaves(t, 50)
}

// What a refused caller had counted by name is taken back.
func TestCheckUnvouchedRefusedIsNotCounted(t *testing.T) {
	f := newFixture(t)
	f.unvouchedRule(t, limit.Rate{Within: 24 * time.Hour})
	attempt := f.attempt(personal, pins.Remote)
	attempt.Vouched = false
	for range 12 {
		if got := f.check(t, attempt, rightPIN).Outcome; got != pins.UnvouchedLocked {
			t.Fatalf("no failures are borne: %s", got)
		}
	}
	f.callerHas(t, 0)
}

// unvouchedRule makes the rules anew with another one for unvouched callers.
func (f *fixture) unvouchedRule(t testing.TB, rule limit.Rate) {
	t.Helper()
	lines, err := pins.New(pins.Config{
		Store: f.World.Lines(), Callers: f.World.Lines(), Hasher: hasher(t, hash.Config{Keys: f.keys}), Policy: policy(),
		Unvouched: rule, Now: f.Now,
	})
	check.OK(t, err)
	f.Lines = lines
}

// A hundred at once get no more guesses than the budget.
func TestCheckUnvouchedTogether(t *testing.T) {
	f := newFixture(t)
	f.unvouchedRule(t, limit.Rate{Most: 7, Within: 24 * time.Hour})
	var attempts []pins.Attempt
	for n := range 100 {
		attempts = append(attempts, f.unvouched(lineOf(n)))
	}
	var group sync.WaitGroup
	var judged atomic.Int64
	for _, attempt := range attempts {
		group.Go(func() {
			result, err := f.Check(t.Context(), attempt, wrongPIN)
			if err != nil {
				t.Error(err)
			}
			if result.Outcome == pins.Wrong {
				judged.Add(1)
			}
		})
	}
	group.Wait()
	if judged.Load() != 7 || f.keys.asked != 7 {
		t.Errorf("%d were judged, %d hashed; want 7", judged.Load(), f.keys.asked)
	}
}

// The temporary PIN can't be tried on one number after the other: it counts like a wrong one,
// and whether a line is new makes no difference to the count.
func TestCheckTemporaryFromElsewhereCounts(t *testing.T) {
	for _, number := range []nanp.Number{temporary, missing} {
		f := newFixture(t)
		for n := range 10 {
			attempt, want := f.attempt(number, pins.Remote), pins.RightTemporary
			if number == missing {
				attempt.Number, want = lineOf(n), pins.Wrong
			}
			if got := f.check(t, attempt, temporaryPIN).Outcome; got != want {
				t.Fatalf("entry %d: %s, want %s", n, got, want)
			}
		}
		f.callerHas(t, 10)
		f.outcome(t, temporary, pins.Remote, temporaryPIN, pins.CallerLocked)
	}
	f := newFixture(t)
	f.check(t, f.unvouched(temporary), temporaryPIN)
	f.leaves(t, 49)
}

func TestCheckSameTurnAgain(t *testing.T) {
	tests := map[string]struct {
		number nanp.Number
		side   pins.Side
		entry  secret.Text
		before int // wrong entries
		want   pins.Outcome
	}{
		"right":                    {personal, pins.Remote, rightPIN, 3, pins.Right},
		"wrong":                    {personal, pins.Remote, wrongPIN, 0, pins.Wrong},
		"wrong at home":            {personal, pins.FromLine, wrongPIN, 0, pins.Wrong},
		"wrong, no such line":      {missing, pins.Remote, wrongPIN, 3, pins.Wrong},
		"the one that locks":       {personal, pins.Remote, wrongPIN, 4, pins.LockedForNow},
		"the one after":            {personal, pins.Remote, wrongPIN, 5, pins.LockedForNow},
		"temporary from elsewhere": {temporary, pins.Remote, temporaryPIN, 4, pins.RightTemporary},
		"temporary from the line":  {temporary, pins.FromLine, temporaryPIN, 4, pins.RightTemporary},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if test.before > 0 {
				last := pins.Wrong
				if test.before == 5 {
					last = pins.LockedForNow
				}
				f.wrong(t, test.number, test.side, test.before, last)
			}
			attempt := f.attempt(test.number, test.side)
			first := f.check(t, attempt, test.entry)
			strikes := f.strikes(t, attempt)
			for range 12 {
				again := f.check(t, attempt, test.entry)
				if first.Outcome != test.want || again.Outcome != test.want || !again.LockedUntil.Equal(first.LockedUntil) {
					t.Fatalf("first %+v, again %+v; want %s", first, again, test.want)
				}
			}
			if again := f.strikes(t, attempt); again != strikes {
				t.Errorf("strikes %+v, before %+v", again, strikes)
			}
			counted := 0
			if test.side == pins.Remote && (test.want == pins.Wrong || test.want == pins.RightTemporary || name == "the one that locks") {
				counted = 1
			}
			f.callerHas(t, counted)
		})
	}
}

// strikes are those of the attempt's side, of any number.
func (f *fixture) strikes(t *testing.T, attempt pins.Attempt) limit.Strikes {
	t.Helper()
	attempt.At = f.Now()
	admission := check.Must(f.DB.Lines().Admit(t.Context(), attempt, pins.DefaultLock()))(t)
	return admission.Line.Strikes(attempt.Side)
}

func TestCheckTooManyUnderWay(t *testing.T) {
	f := newFixture(t)
	for range 5 {
		attempt := f.attempt(personal, pins.Remote)
		attempt.At = f.Now()
		if _, err := f.DB.Lines().Admit(t.Context(), attempt, pins.DefaultLock()); err != nil {
			t.Fatal(err)
		}
	}
	result := f.check(t, f.attempt(personal, pins.Remote), rightPIN)
	if result.Outcome != pins.LockedForNow || !result.LockedUntil.Equal(f.Now().Add(20*time.Second)) {
		t.Errorf("result %+v", result)
	}
	f.callerHas(t, 0)
	f.Pass(21 * time.Second)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
}

// A turn that runs out of time before its hash counts for nobody.
func TestCheckOutOfTime(t *testing.T) {
	for _, number := range []nanp.Number{personal, missing, temporary} {
		f := newFixture(t)
		attempt := f.attempt(number, pins.Remote)
		for range 12 {
			if result, err := f.Check(f.hangingUp(t), attempt, wrongPIN); !errors.Is(err, context.Canceled) || result.Outcome != "" {
				t.Fatalf("%+v, %v", result, err)
			}
			f.did(t, 0, "AdmitCaller", "Admit", "Settle.released", "ForgiveCaller")
		}
		if strikes := f.strikes(t, attempt); strikes != (limit.Strikes{}) {
			t.Errorf("strikes %+v", strikes)
		}
		f.callerHas(t, 0)
		if got := f.check(t, attempt, wrongPIN).Outcome; got != pins.Wrong {
			t.Errorf("in time: %s", got)
		}
	}
}

func TestCheckStoreDown(t *testing.T) {
	tests := map[string][]secret.Text{
		"AdmitCaller": {rightPIN, wrongPIN}, "Admit": {rightPIN, wrongPIN},
		"Settle.failed": {wrongPIN}, "Settle.passed": {rightPIN}, "ForgiveCaller": {rightPIN},
	}
	for question, entries := range tests {
		for _, entry := range entries {
			f := newFixture(t)
			attempt := f.attempt(personal, pins.Remote)
			f.Calls.Fail("Lines."+question, errDown)
			if result, err := f.Check(t.Context(), attempt, entry); !errors.Is(err, errDown) || result.Outcome != "" {
				t.Errorf("%s: %+v, %v", question, result, err)
			}
			f.Calls.Mend("")
			want := map[bool]pins.Outcome{true: pins.Right, false: pins.Wrong}[entry.Equal(rightPIN)]
			if got := f.check(t, attempt, entry).Outcome; got != want {
				t.Errorf("%s: afterwards %s, want %s", question, got, want)
			}
		}
	}
}

func TestCheckReleaseFails(t *testing.T) {
	f := newFixture(t)
	f.Calls.Fail("Lines.Settle.released", errDown)
	_, err := f.Check(f.hangingUp(t), f.attempt(personal, pins.Remote), wrongPIN)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, errDown) {
		t.Errorf("error %v; want both", err)
	}
	f.callerHas(t, 0)
}

func TestCheckRehashes(t *testing.T) {
	tests := map[string]hash.Config{
		"a newer key": {Keys: testkit.Keys("2026b", "2026a")},
		"higher cost": {Params: hash.Params{MemoryKiB: 64, Passes: 2, Lanes: 1}},
	}
	for name, config := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			old := check.Must(f.Find(t.Context(), personal))(t)
			f.Lines = f.lines(t, config)
			f.outcome(t, personal, pins.Remote, wrongPIN, pins.Wrong)
			if line, _ := f.Find(t.Context(), personal); line.PIN != old.PIN {
				t.Error("a wrong entry was hashed anew")
			}
			f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
			better := check.Must(f.Find(t.Context(), personal))(t)
			if better.PIN == old.PIN || better.Revision != old.Revision || !better.Since.Equal(old.Since) {
				t.Errorf("line %+v, before %+v", better, old)
			}
			if match, stale, err := hasher(t, config).Verify(t.Context(), better.PIN, rightPIN); !match || stale || err != nil {
				t.Errorf("hashed anew: match %t, stale %t, %v", match, stale, err)
			}
			f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
			if line, _ := f.Find(t.Context(), personal); line.PIN != better.PIN {
				t.Error("it was hashed anew once more")
			}
		})
	}
}

// BenchmarkCheck measures what the rules add to a hash that costs next to nothing.
func BenchmarkCheck(b *testing.B) {
	for name, number := range map[string]nanp.Number{"personal": personal, "missing": missing} {
		b.Run(name, func(b *testing.B) {
			f := newFixture(b)
			b.ReportAllocs()
			for b.Loop() {
				f.forget()
				f.Pass(31 * time.Minute)
				if _, err := f.Check(b.Context(), f.attempt(number, pins.Remote), wrongPIN); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Guesses at something else than a PIN count for the caller, apart from PINs. Who claims a number takes none from its
// owner; a turn counts once, and what is right or could not be judged counts nothing.
func TestGuess(t *testing.T) {
	f := newFixture(t)
	turn := 0
	guess := func(vouched, wrong bool, err error) pins.Outcome {
		t.Helper()
		turn++
		attempt := pins.Attempt{From: "+16515550100", Vouched: vouched, Turn: pins.Turn{Call: "CA1", Number: turn}}
		var refused pins.Outcome
		for range 2 { // the second time, as nobody has heard the answer
			var got error
			refused, got = f.Guess(t.Context(), attempt, func() (bool, error) { return wrong, err })
			if !errors.Is(got, err) || (err == nil) != (got == nil) {
				t.Fatal(got)
			}
		}
		return refused
	}
	for range pins.DefaultCallers().Most {
		check.Same(t, guess(false, false, nil), pins.Outcome(""))
		guess(false, true, errDown)
		check.Same(t, guess(false, true, nil), pins.Outcome(""))
	}
	check.Same(t, guess(false, true, nil), pins.CallerLocked)
	check.Same(t, guess(true, true, nil), pins.Outcome(""))
	f.callerHas(t, 0)
	f.Pass(time.Hour)
	check.Same(t, guess(false, true, nil), pins.Outcome(""))
}

// What is asked for counts for the caller, apart from guesses, and of those for whom the network doesn't vouch for all
// together: neither another number that is claimed nor one that is withheld lets anybody ask for more.
func TestAsk(t *testing.T) {
	f := newFixture(t)
	turn, done := 0, 0
	ask := func(from string, vouched bool) pins.Outcome {
		t.Helper()
		turn++
		attempt := pins.Attempt{From: from, Vouched: vouched, Turn: pins.Turn{Call: "CA1", Number: turn}}
		var refused pins.Outcome
		for range 2 {
			var err error
			refused, err = f.Ask(t.Context(), attempt, func() error { done++; return nil })
			check.OK(t, err)
		}
		return refused
	}
	for range pins.DefaultCallers().Most {
		check.Same(t, ask("+16515550100", false), pins.Outcome(""))
	}
	check.Same(t, ask("+16515550100", false), pins.CallerLocked)
	for n := range pins.DefaultGuesses().Most - pins.DefaultCallers().Most {
		check.Same(t, ask([]string{"", fmt.Sprintf("+1651555%04d", n)}[n%2], false), pins.Outcome(""))
	}
	check.Same(t, done, 2*pins.DefaultGuesses().Most)
	check.Same(t, ask("", false), pins.UnvouchedLocked)
	check.Same(t, ask("+16515559999", false), pins.UnvouchedLocked)
	check.Same(t, done, 2*pins.DefaultGuesses().Most)
	check.Same(t, ask("+16515550100", true), pins.Outcome("")) // the owner of the number that others claim
	refused, err := f.Guess(t.Context(), pins.Attempt{Turn: pins.Turn{Call: "CA2"}}, func() (bool, error) { return true, nil })
	check.OK(t, err)
	check.Same(t, refused, pins.Outcome(""))
	f.Pass(pins.DefaultGuesses().Within)
	check.Same(t, ask("", false), pins.Outcome(""))
}
