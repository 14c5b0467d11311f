package agents

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// ID is what an agent's profile is kept under, for ever: "agt_" and 26 characters a-z and 2-7.
type ID string

const (
	idPrefix = "agt_"
	idBytes  = 16
	idLetter = "abcdefghijklmnopqrstuvwxyz234567"
)

// idLength is that of 16 bytes in base32.
const idLength = 26

func newID(random io.Reader) (ID, error) {
	var drawn [idBytes]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return "", fmt.Errorf("draw ID: %w", err)
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(drawn[:])
	return ID(idPrefix + strings.ToLower(text)), nil
}

// ParseID reads an ID. The only error is [ErrID].
func ParseID(s string) (ID, error) {
	rest, found := strings.CutPrefix(s, idPrefix)
	if !found || len(rest) != idLength || !only(rest, idLetter) {
		return "", ErrID
	}
	return ID(s), nil
}

// UserName is the name under which an agent signs in: 3 to 32 of a-z, 0-9, dot, hyphen and
// underscore, the first a letter.
type UserName string

const (
	minUserName = 3
	maxUserName = 32
	nameLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
)

// ParseUserName reads a user name in upper or lower case, with space around it or not. The only
// error is [ErrUserName], which does not hold what was read: it may be a password.
func ParseUserName(s string) (UserName, error) {
	s = strings.Trim(s, " \t\r\n")
	if len(s) < minUserName || len(s) > maxUserName {
		return "", ErrUserName
	}
	// Only A-Z: a Kelvin sign must not become a k.
	name := strings.Map(lowerASCII, s)
	if name[0] < 'a' || name[0] > 'z' || !only(name, nameLetters) {
		return "", ErrUserName
	}
	return UserName(name), nil
}

func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// only says whether s has no other characters than those allowed.
func only(s, allowed string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) })
}
