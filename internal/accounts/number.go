package accounts

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"

	"updatecenter/internal/typed"
)

// ErrNumber is said of what can't be an account number. The text around it never quotes it.
var ErrNumber = errors.New("not an account number")

// ID is an account for as long as it exists, whatever its number: "acc_" and 26 characters
// of a-z and 2-7. It is made by chance and not shown to customers. The zero value is none.
type ID string

// Number is an account number as [ParseNumber] returns it. The zero value "" is none.
type Number string

const (
	maxNumber      = 24  // characters of a Number
	maxNumberBytes = 256 // before spaces are dropped
)

// ParseNumber reads the number that stands on the bill: 1 to 24 of A-Z, 0-9 and hyphens, of which
// the hyphens count. Letters may be small, and what typed.Fold folds is folded. More than 256
// bytes are not looked at. Every error is [ErrNumber].
func ParseNumber(s string) (Number, error) {
	if len(s) > maxNumberBytes {
		return "", fmt.Errorf("%w: longer than %d characters", ErrNumber, maxNumberBytes)
	}
	n := strings.Map(upperASCII, typed.Fold(s))
	if !isNumber(n) {
		return "", fmt.Errorf("%w: want 1 to %d letters, digits and hyphens", ErrNumber, maxNumber)
	}
	return Number(n), nil
}

func upperASCII(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func isNumber(s string) bool {
	if s == "" || len(s) > maxNumber {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// UnmarshalText is [ParseNumber], for settings and JSON.
func (n *Number) UnmarshalText(text []byte) error {
	parsed, err := ParseNumber(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// What identities begin with.
const (
	accountPrefix    = "acc_"
	enrollmentPrefix = "enr_"
	attemptPrefix    = "try_"
)

// identityBytes are 128 random bits: so many can't be guessed and never occur twice.
const identityBytes = 16

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// identity makes a random name of 30 characters.
func identity(random io.Reader, prefix string) (string, error) {
	var b [identityBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make an identity: %w", err)
	}
	return prefix + lowerBase32.EncodeToString(b[:]), nil
}

// isIdentity says whether s has the form of what identity makes.
func isIdentity(s, prefix string) bool {
	rest, found := strings.CutPrefix(s, prefix)
	if !found || len(rest) != lowerBase32.EncodedLen(identityBytes) {
		return false
	}
	return strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}
