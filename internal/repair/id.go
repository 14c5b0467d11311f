package repair

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"updatecenter/internal/nanp"
)

// ID names a validation by a call: "val_" and 26 characters of a-z and 2-7.
type ID string

const (
	idPrefix   = "val_"
	idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"
	idBytes    = 16 // 128 bits never occur twice
	idLength   = len(idPrefix) + (idBytes*8+4)/5
)

var idEncoding = base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding)

// ParseID reads an ID, such as from a URL. The one error is [ErrNotFound], as nothing else names
// a validation.
func ParseID(s string) (ID, error) {
	if id := ID(s); id.valid() {
		return id, nil
	}
	return "", ErrNotFound
}

func (id ID) valid() bool {
	rest, found := strings.CutPrefix(string(id), idPrefix)
	return found && len(id) == idLength && strings.Trim(rest, idAlphabet) == ""
}

// newID makes the ID of a call that who asks for: with the same key always the same, so that
// asking again finds what was begun; without a key a random one.
func newID(random io.Reader, who Who, number nanp.Number, key string) (ID, error) {
	if key == "" {
		name, err := identity(random)
		return ID(idPrefix + name), err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", who.Via, who.Name, number, key))
	return ID(idPrefix + idEncoding.EncodeToString(sum[:idBytes])), nil
}

// identity makes a random name.
func identity(random io.Reader) (string, error) {
	var b [idBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make an identity: %w", err)
	}
	return idEncoding.EncodeToString(b[:]), nil
}
