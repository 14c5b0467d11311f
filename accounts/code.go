package accounts

import (
	"fmt"
	"io"

	"updatecenter/internal/secret"
)

// newCode draws a security code, each as likely as any other.
func newCode(random io.Reader, digits int) (secret.Text, error) {
	code := make([]byte, 0, digits)
	var drawn [1]byte
	for len(code) < digits {
		if _, err := io.ReadFull(random, drawn[:]); err != nil {
			return secret.Text{}, fmt.Errorf("draw security code: %w", err)
		}
		if drawn[0] < 250 { // beyond, the remainders 0 to 5 would be likelier than the others
			code = append(code, '0'+drawn[0]%10)
		}
	}
	return secret.New(string(code)), nil
}

// otherCode draws a code that is not the one before.
func otherCode(random io.Reader, digits int, before secret.Text) (secret.Text, error) {
	for {
		code, err := newCode(random, digits)
		if err != nil || !code.Equal(before) {
			return code, err
		}
	}
}
