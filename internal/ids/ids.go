// Package ids makes identifiers that are drawn at random: of 128 bits, which can't be guessed and never
// occur twice.
package ids

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

const (
	size     = 16 // bytes: 128 bits
	alphabet = "abcdefghijklmnopqrstuvwxyz234567"
)

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// Length is how many characters an identifier has after its prefix.
const Length = (size*8 + 4) / 5

// New draws an identifier: the prefix, such as "acc_", and 26 characters of a-z and 2-7. Random is
// crypto/rand's Reader outside tests; it fails if that does.
func New(random io.Reader, prefix string) (string, error) {
	drawn, err := draw(random, size)
	if err != nil {
		return "", err
	}
	return Of(prefix, drawn), nil
}

// Of makes the identifier that has 16 bytes, of more the first.
func Of(prefix string, bytes []byte) string { return prefix + encoding.EncodeToString(bytes[:size]) }

// Valid says whether s has the form of what New draws.
func Valid(s, prefix string) bool {
	rest, found := strings.CutPrefix(s, prefix)
	return found && len(rest) == Length && strings.Trim(rest, alphabet) == ""
}

// Hex draws an identifier of so many bytes in hexadecimal digits.
func Hex(random io.Reader, bytes int) (string, error) {
	drawn, err := draw(random, bytes)
	return hex.EncodeToString(drawn), err
}

// Base32 draws so many bytes in characters of A-Z and 2-7, in which no two look alike.
func Base32(random io.Reader, bytes int) (string, error) {
	drawn, err := draw(random, bytes)
	return strings.ToUpper(encoding.EncodeToString(drawn)), err
}

const tokenSize = 32

// TokenLength is how many characters a token has.
const TokenLength = (tokenSize*8 + 5) / 6

// Token draws what whoever shows it is known by: 32 bytes as 43 characters of unpadded base64url.
func Token(random io.Reader) (string, error) {
	drawn, err := draw(random, tokenSize)
	return base64.RawURLEncoding.EncodeToString(drawn), err
}

// ValidToken says whether s has the form of what Token draws.
func ValidToken(s string) bool {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(s) == TokenLength && len(decoded) == tokenSize
}

func draw(random io.Reader, bytes int) ([]byte, error) {
	drawn := make([]byte, bytes)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return nil, fmt.Errorf("draw an identifier: %w", err)
	}
	return drawn, nil
}
