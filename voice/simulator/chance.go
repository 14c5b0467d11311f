package simulator

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
)

// chance is the identifiers and coin tosses of one call. Each call has its own, so that
// calls under way at once do not change each other's.
type chance struct{ source *rand.ChaCha8 }

// newChance seeds one from a reader.
func newChance(random io.Reader) (*chance, error) {
	var seed [32]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("read random seed: %w", err)
	}
	return &chance{rand.NewChaCha8(seed)}, nil
}

// hex draws n bytes, written as hexadecimal digits.
func (c *chance) hex(n int) string {
	drawn := make([]byte, n)
	_, _ = c.source.Read(drawn) // never fails
	return hex.EncodeToString(drawn)
}

// oneIn is true once in n times on average.
func (c *chance) oneIn(n uint64) bool { return c.source.Uint64()%n == 0 }

// oneOf draws one of the choices.
func (c *chance) oneOf(choices ...string) string {
	return choices[c.source.Uint64()%uint64(len(choices))]
}
