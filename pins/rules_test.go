package pins_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/hash"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const lineNumber nanp.Number = "+16125550142"

func policy() pins.Policy {
	return pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 8}
}

func TestWeigh(t *testing.T) {
	tests := []struct {
		want    pins.Verdict
		entries []string
	}{
		{pins.IsTemporary, []string{"1234"}},
		{pins.SameDigit, []string{"0000", "7777", "11111", "99999999"}},
		{pins.Run, []string{
			"2345", "6789", "7890", "8901", "9012", "4321", "3210", "2109", "1098", "0987",
			"12345", "123456", "12345678", "78901234", "98765432", "32109876",
		}},
		{pins.RepeatedPair, []string{"1212", "2121", "0909", "6969", "1010", "565656", "12121212", "12121", "1212121"}},
		{pins.LineNumber, []string{"0142", "2410", "50142", "24105", "550142", "241055", "5550142", "25550142", "24105552"}},
		{pins.Common, []string{"1004", "2000", "2001", "1122"}},
		{pins.Acceptable, []string{
			"8265", "1235", "1243", "1233", "0143", "1420", "6125", "10041", "112233", "12123",
			"1357", "7891", "01422", "8265173", "82651739",
		}},
	}
	for _, test := range tests {
		for _, entry := range test.entries {
			t.Run(string(test.want)+"/"+entry, func(t *testing.T) {
				got, err := policy().Weigh(secret.New(entry), lineNumber)
				if got != test.want || err != nil {
					t.Errorf("verdict %q, %v; want %q", got, err, test.want)
				}
			})
		}
	}
}

func TestWeighTemporaryOfAnyLength(t *testing.T) {
	p := policy()
	p.Temporary = secret.New("777777")
	for entry, want := range map[string]pins.Verdict{"777777": pins.IsTemporary, "1234": pins.Run, "7777": pins.SameDigit} {
		if got, err := p.Weigh(secret.New(entry), lineNumber); got != want || err != nil {
			t.Errorf("%s: verdict %q, %v; want %q", entry, got, err, want)
		}
	}
}

func TestWeighRefusesWhatIsNoPIN(t *testing.T) {
	for _, entry := range []string{"", "826", "826517394", "82a5", "82 5", "8265#", "８２６５", "-826", "826\n"} {
		if verdict, err := policy().Weigh(secret.New(entry), lineNumber); verdict != "" || !errors.Is(err, pins.ErrNotAPIN) {
			t.Errorf("%q: verdict %q, %v; want ErrNotAPIN", entry, verdict, err)
		}
	}
	if verdict, err := policy().Weigh(secret.New("8265"), ""); verdict != pins.Acceptable || err != nil {
		t.Errorf("without a number: %q, %v", verdict, err)
	}
}

// All ten thousand: how many of each verdict there are follows from what it means. The
// arithmetic in docs/decisions/0024 rests on how many are acceptable.
func TestWeighEveryFourDigits(t *testing.T) {
	got := make(map[pins.Verdict]int)
	for i := range 10_000 {
		verdict := check.Must(policy().Weigh(secret.New(fmt.Sprintf("%04d", i)), lineNumber))(t)
		got[verdict]++
	}
	want := []struct {
		verdict pins.Verdict
		n       int
	}{
		{pins.IsTemporary, 1},
		{pins.SameDigit, 10},
		{pins.Run, 19},          // from each digit, up and down, but for 1234
		{pins.RepeatedPair, 90}, // two different digits
		{pins.LineNumber, 2},    // 0142 and 2410
		{pins.Common, 4},        // the others are refused before
		{pins.Acceptable, 10_000 - 126},
	}
	for _, want := range want {
		if got[want.verdict] != want.n {
			t.Errorf("%s: %d, want %d", want.verdict, got[want.verdict], want.n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("verdicts %v", got)
	}
}

// None of the commonest codes is acceptable, whatever the line and the temporary PIN.
func TestWeighCommonest(t *testing.T) {
	p := policy()
	p.Temporary = secret.New("826517")
	for _, entry := range []string{
		"1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969",
		"9999", "3333", "5555", "6666", "1122", "1313", "8888", "4321", "2001", "1010",
	} {
		verdict, err := p.Weigh(secret.New(entry), lineNumber)
		if err != nil || !slices.Contains([]pins.Verdict{pins.SameDigit, pins.Run, pins.RepeatedPair, pins.Common}, verdict) {
			t.Errorf("%s: %q, %v", entry, verdict, err)
		}
	}
}

func TestPolicyValidate(t *testing.T) {
	tests := map[string]struct {
		temporary string
		min, max  int
		valid     bool
	}{
		"as in service":      {"1234", 4, 4, true},
		"widest":             {"1234", 4, 8, true},
		"longest":            {"12345678", 8, 8, true},
		"too short":          {"1234", 3, 4, false},
		"too long":           {"1234", 4, 9, false},
		"upside down":        {"1234", 6, 5, false},
		"nothing":            {"", 4, 4, false},
		"temporary short":    {"123", 4, 4, false},
		"temporary long":     {"123456789", 4, 8, false},
		"temporary no digit": {"12a4", 4, 4, false},
	}
	for name, test := range tests {
		p := pins.Policy{Temporary: secret.New(test.temporary), MinDigits: test.min, MaxDigits: test.max}
		if err := p.Validate(); (err == nil) != test.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzWeigh(f *testing.F) {
	f.Add("8265", "6125550142")
	f.Add("0142", "+16125550142")
	f.Add("", "")
	f.Add("\xff\xff\xff\xff", "x")
	f.Fuzz(func(t *testing.T, entry, number string) {
		verdict, err := policy().Weigh(secret.New(entry), nanp.Number(number))
		if (verdict == "") != (err != nil) {
			t.Fatalf("verdict %q, %v", verdict, err)
		}
	})
}

func ExamplePolicy_Weigh() {
	p := pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4}
	for _, entry := range []string{"8901", "2410", "8265"} {
		verdict, err := p.Weigh(secret.New(entry), "+16125550142")
		fmt.Println(verdict, err)
	}
	// Output:
	// run <nil>
	// line number <nil>
	// acceptable <nil>
}

// keyed are entries that stand nowhere else, so that finding one is finding a leak.
var keyed = []string{"82651739", "73951628", "12344321", "0142x", "918273645546372819"}

func TestErrorsHoldNoEntry(t *testing.T) {
	f := newFixture(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	contexts := []func() context.Context{
		t.Context, func() context.Context { return ended }, func() context.Context { return f.hangingUp(t) },
	}
	malformed := hasher(t, hash.Config{})
	for _, digits := range keyed {
		entry := secret.New(digits)
		var errs []error
		for _, begin := range contexts {
			for _, number := range []nanp.Number{personal, temporary, missing} {
				request := f.request(personal, 99, entry)
				attempt := f.attempt(personal, pins.Remote)
				request.Number, attempt.Number = number, number
				_, checkErr := f.Check(begin(), attempt, entry)
				_, weighErr := f.Weigh(begin(), attempt.Number, 0, entry)
				errs = append(errs, checkErr, weighErr, f.Change(begin(), request))
			}
			ctx := begin()
			_, hashErr := malformed.Hash(ctx, entry)
			_, _, verifyErr := malformed.Verify(ctx, hash.Hash("$"+digits), entry)
			errs = append(errs, hashErr, verifyErr, malformed.VerifyNothing(ctx, entry))
		}
		errs = append(errs, pins.Policy{Temporary: entry, MinDigits: 4, MaxDigits: 99}.Validate())
		text := errors.Join(errs...).Error()
		if !strings.Contains(text, "check PIN") || !strings.Contains(text, "change PIN") {
			t.Fatalf("too few errors to tell: %s", text)
		}
		logtest.Hides(t, "an error", text, keyed...)
	}
}

func TestValuesHoldNoEntry(t *testing.T) {
	f := newFixture(t)
	attempt := f.attempt(personal, pins.Remote)
	request := f.request(personal, 1, wrongPIN)
	p := policy()
	p.Temporary = rightPIN
	f.wrong(t, personal, pins.Remote, 4, pins.Wrong)
	line := check.Must(f.Find(t.Context(), personal))(t)
	history := check.Must(f.DB.Lines().History(t.Context(), personal, 10))(t)
	for name, value := range map[string]any{
		"request": request, "pointer to request": &request, "attempt": attempt, "policy": p,
		"result": f.check(t, attempt, rightPIN), "line": line, "history": history,
		"config": pins.Config{Policy: p}, "lines": f.Lines, "what is in them": *f.Lines,
	} {
		logtest.Hides(t, name, logtest.Shown(value), keyed...)
	}
}
