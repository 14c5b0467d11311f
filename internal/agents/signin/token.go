package signin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"updatecenter/internal/secret"
)

// Token is 32 random bytes as 43 characters of unpadded base64url. It goes into a cookie,
// and into nothing else. A store knows its SHA-256 alone.
type Token = secret.Text

const tokenBytes = 32

func newToken(random io.Reader) (Token, error) {
	var drawn [tokenBytes]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return Token{}, fmt.Errorf("draw token: %w", err)
	}
	return secret.New(base64.RawURLEncoding.EncodeToString(drawn[:])), nil
}

// keyOf returns the key under which a store keeps what the token stands for, and false for
// what can be no token, which no store is asked about.
func keyOf(token Token) ([32]byte, bool) {
	written := token.Reveal()
	if len(written) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return [32]byte{}, false
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(written); err != nil {
		return [32]byte{}, false
	}
	return sha256.Sum256([]byte(written)), true
}

// boundTo is what a sealed record is bound to: moved to another key or kind it can't be
// opened.
func boundTo(kind Kind, key [32]byte) []byte {
	return []byte("signin " + string(kind) + " " + hex.EncodeToString(key[:]))
}

// codeDigits is how many digits a code has, by e-mail as of an app: NIST SP 800-63B asks for six at
// least.
const codeDigits = 6
