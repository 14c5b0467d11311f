package deliveries

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

const (
	idPrefix   = "dlv_"
	idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"
	idBytes    = 16 // 128 random bits can't be guessed and never occur twice
	idLength   = len(idPrefix) + (idBytes*8+4)/5
)

var idEncoding = base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding)

func newID(random io.Reader) (ID, error) {
	var b [idBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make an identity: %w", err)
	}
	return ID(idPrefix + idEncoding.EncodeToString(b[:])), nil
}

// ParseID reads an ID, such as from a URL: "dlv_" and 26 of a-z and 2-7. The one error is
// [ErrNotFound], as nothing else names a delivery.
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
