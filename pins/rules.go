package pins

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

// The bounds of every PIN, in digits; a [Policy] chooses within them.
const (
	MinDigits = 4
	MaxDigits = 8
)

// ErrNotAPIN is said of an entry that is not digits, or not as many as the policy has. The
// question that took the entry should not have let it pass.
var ErrNotAPIN = errors.New("not a PIN of the length in use")

// Policy says what a PIN may be.
type Policy struct {
	Temporary secret.Text // the PIN of every new line, 4 to 8 digits
	MinDigits int         // of a personal PIN, at least [MinDigits]
	MaxDigits int         // of a personal PIN, at most [MaxDigits]
}

// Validate reports what is wrong with the policy, for the operator who set it.
func (p Policy) Validate() error {
	if p.MinDigits < MinDigits || p.MaxDigits > MaxDigits || p.MinDigits > p.MaxDigits {
		return fmt.Errorf("a PIN of %d to %d digits: want from %d up to %d",
			p.MinDigits, p.MaxDigits, MinDigits, MaxDigits)
	}
	if !areDigits(p.Temporary.Reveal(), MinDigits, MaxDigits) {
		return fmt.Errorf("temporary PIN: want %d to %d digits", MinDigits, MaxDigits)
	}
	return nil
}

// Verdict is what comes of weighing an entry as a new PIN.
type Verdict string

// The verdicts. All but Acceptable are refusals, each for another reason to be told (NIST
// SP 800-63B: say why a secret was rejected).
const (
	Acceptable   Verdict = "acceptable"
	IsTemporary  Verdict = "temporary"     // the temporary PIN itself
	SameDigit    Verdict = "same digit"    // 7777
	Run          Verdict = "run"           // 2345, 8901, 3210, 1098
	RepeatedPair Verdict = "repeated pair" // 1212, 565656
	LineNumber   Verdict = "line number"   // the number's last digits, or those reversed
	IsCurrent    Verdict = "current"       // the PIN that the line has
	Common       Verdict = "common"        // one of the twenty commonest codes
	Stale        Verdict = "stale"         // not weighed: the PIN was changed or reset since it was proved
)

// Weigh tells whether entry may be a PIN of that line; if several refusals fit, the first
// in the order of the verdicts. Whether it is the present PIN takes its hash: see
// [Lines.Weigh]. The error is [ErrNotAPIN].
func (p Policy) Weigh(entry secret.Text, number nanp.Number) (Verdict, error) {
	if !areDigits(entry.Reveal(), p.MinDigits, p.MaxDigits) {
		return "", ErrNotAPIN
	}
	if entry.Equal(p.Temporary) {
		return IsTemporary, nil
	}
	return Guess(entry, number), nil
}

// Guess tells whether digits would be among the first that a stranger tries on that line, and
// why; Acceptable: they would not. It serves whatever secret is keyed in digits, a PIN or a
// code, of one digit at least; of an empty number no digits are the line's.
func Guess(entry secret.Text, number nanp.Number) Verdict {
	digits := entry.Reveal()
	switch {
	case steps(digits, 1, 0):
		return SameDigit
	case steps(digits, 1, 1), steps(digits, 1, 9):
		return Run
	case steps(digits, 2, 0):
		return RepeatedPair
	case endsNumber(digits, number):
		return LineNumber
	case slices.Contains(commonest, digits):
		return Common
	}
	return Acceptable
}

// commonest are the twenty four-digit codes that people choose most, 27% of 3.4 million leaked ones
// (DataGenetics, "PIN analysis", 2012).
var commonest = []string{
	"1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969",
	"9999", "3333", "5555", "6666", "1122", "1313", "8888", "4321", "2001", "1010",
}

// steps says whether every digit is the one that stands distance before it plus step,
// counting on from 9 to 0. A step of 9 counts down.
func steps(digits string, distance int, step byte) bool {
	for i := distance; i < len(digits); i++ {
		if (digits[i-distance]-'0'+step)%10 != digits[i]-'0' {
			return false
		}
	}
	return true
}

func endsNumber(digits string, number nanp.Number) bool {
	reversed := []byte(digits)
	slices.Reverse(reversed)
	national := number.National()
	return strings.HasSuffix(national, digits) || strings.HasSuffix(national, string(reversed))
}

func areDigits(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
}
