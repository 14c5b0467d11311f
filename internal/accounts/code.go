package accounts

import (
	"io"

	"updatecenter/internal/secret"
)

// otherCode draws a code that is not the one before.
func otherCode(random io.Reader, digits int, before secret.Text) (secret.Text, error) {
	for {
		code, err := secret.Digits(random, digits)
		if err != nil || !code.Equal(before) {
			return code, err
		}
	}
}
