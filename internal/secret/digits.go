package secret

import (
	"fmt"
	"io"
)

// Digits draws a code of n digits, n being at least 1, each code as likely as any other. A digit
// takes one byte of random, now and then a few more; random is crypto/rand's Reader outside
// tests. It fails if random does.
func Digits(random io.Reader, n int) (Text, error) {
	code := make([]byte, 0, n)
	var drawn [1]byte
	for len(code) < n {
		if _, err := io.ReadFull(random, drawn[:]); err != nil {
			return Text{}, fmt.Errorf("draw digits: %w", err)
		}
		if drawn[0] < 250 { // beyond, the remainders 0 to 5 would be likelier than the others
			code = append(code, '0'+drawn[0]%10)
		}
	}
	return New(string(code)), nil
}
