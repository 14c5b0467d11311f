package accounts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// KeyedForms say how account numbers stand on the bill whose digits alone are keyed: each is the lengths of the
// groups between which hyphens stand, such as 3-7-3. No two have equally many digits. None: no hyphens.
type KeyedForms [][]int

// Bounds of what is keyed on a telephone, in digits.
const (
	MaxKeyed         = maxNumber // of an account number
	MinKeyedCode     = minCode
	MaxKeyedCode     = maxCode
	MaxKeyedPassword = maxPassword
)

// ParseKeyedForms reads forms such as "3-7-3,4-4".
func ParseKeyedForms(text string) (KeyedForms, error) {
	var all KeyedForms
	seen := map[int]bool{}
	for form := range strings.SplitSeq(text, ",") {
		var groups []int
		digits := 0
		for group := range strings.SplitSeq(strings.TrimSpace(form), "-") {
			n, err := strconv.Atoi(group)
			if err != nil || n < 1 || n > maxNumber {
				return nil, errors.New("want the groups of digits of account numbers, such as 3-7-3,4-4")
			}
			groups, digits = append(groups, n), digits+n
		}
		if digits+len(groups)-1 > maxNumber || seen[digits] {
			return nil, fmt.Errorf("want forms of different numbers of digits, of %d characters at most", maxNumber)
		}
		seen[digits], all = true, append(all, groups)
	}
	return all, nil
}

// Number is the account number of which these digits were keyed. The only error is [ErrNumber].
func (f KeyedForms) Number(keyed string) (Number, error) {
	for _, groups := range f {
		var parts []string
		rest := keyed
		for _, n := range groups {
			if n > len(rest) {
				break
			}
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		if rest == "" && len(parts) == len(groups) {
			return ParseNumber(strings.Join(parts, "-"))
		}
	}
	return ParseNumber(keyed)
}
