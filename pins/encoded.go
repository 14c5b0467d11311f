package pins

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"updatecenter/internal/secret"
)

// Hash is a personal PIN as it is kept, by [Hasher.Hash]. It is text in the manner of the
// PHC string format: scheme, Argon2 version, costs with the id of the secret key, salt and
// tag in base64 without padding, about 140 bytes:
//
//	$hmac-argon2id$v=19$m=19456,t=2,p=1,k=2026b$c2FsdHNhbHRzYWx0c2Fs$...
//
// The empty Hash is that of a line with the temporary PIN, which needs none.
type Hash string

// ErrMalformed is said of a stored hash that [Hasher.Hash] can't have written.
var ErrMalformed = errors.New("malformed PIN hash")

// Params are the costs of one hash, for Argon2id (RFC 9106).
type Params struct {
	MemoryKiB uint32 // 8 for each lane, up to 131072 (128 MiB)
	Passes    uint32 // 1 to 16
	Lanes     uint8  // 1 to 8
}

// DefaultParams returns the least that the OWASP Password Storage Cheat Sheet recommends:
// 19 MiB, 2 passes, 1 lane.
func DefaultParams() Params { return Params{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1} }

// Bounds of Params. A stored hash names its own costs: without bounds, a corrupt one could
// take all memory.
const (
	maxMemoryKiB = 128 * 1024
	maxPasses    = 16
	maxLanes     = 8
)

// Validate reports parameters out of their bounds.
func (p Params) Validate() error {
	switch {
	case p.Lanes < 1 || p.Lanes > maxLanes:
		return fmt.Errorf("lanes of Argon2: %d, want 1 to %d", p.Lanes, maxLanes)
	case p.Passes < 1 || p.Passes > maxPasses:
		return fmt.Errorf("passes of Argon2: %d, want 1 to %d", p.Passes, maxPasses)
	case p.MemoryKiB < 8*uint32(p.Lanes) || p.MemoryKiB > maxMemoryKiB:
		return fmt.Errorf("memory of Argon2: %d KiB, want 8 for each lane, up to %d", p.MemoryKiB, maxMemoryKiB)
	}
	return nil
}

// weakerThan says whether p asks less of an attacker than other in any way.
func (p Params) weakerThan(other Params) bool {
	return p.MemoryKiB < other.MemoryKiB || p.Passes < other.Passes
}

// encoded is a Hash taken apart.
type encoded struct {
	Params
	key       string // the id of the secret key
	salt, tag []byte
}

// hash puts e together. It is the only form that parseHash takes.
func (e encoded) hash() Hash {
	return Hash(fmt.Sprintf("$hmac-argon2id$v=%d$m=%d,t=%d,p=%d,k=%s$%s$%s",
		argon2.Version, e.MemoryKiB, e.Passes, e.Lanes, e.key,
		base64.RawStdEncoding.EncodeToString(e.salt), base64.RawStdEncoding.EncodeToString(e.tag)))
}

// parseHash takes a stored hash apart. It says ErrMalformed, and never what it read.
func parseHash(hash Hash) (encoded, error) {
	parts := strings.SplitN(string(hash), "$", 7)
	if len(parts) != 6 || len(hash) > maxHash {
		return encoded{}, ErrMalformed
	}
	costs := strings.SplitN(parts[3], ",", 5)
	if len(costs) != 4 {
		return encoded{}, ErrMalformed
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	tag, tagErr := base64.RawStdEncoding.DecodeString(parts[5])
	e := encoded{
		Params: Params{
			MemoryKiB: uint32(cost(costs[0], "m=", 32)), //nolint:gosec // at most 32 bits
			Passes:    uint32(cost(costs[1], "t=", 32)), //nolint:gosec // at most 32 bits
			Lanes:     uint8(cost(costs[2], "p=", 8)),   //nolint:gosec // at most 8 bits
		},
		key: strings.TrimPrefix(costs[3], "k="), salt: salt, tag: tag,
	}
	valid := saltErr == nil && tagErr == nil && len(salt) == saltBytes && len(tag) == tagBytes &&
		secret.ValidKeyID(e.key) && e.Validate() == nil
	// One form only: what is put together again must be what was read. That finds
	// another scheme or version, leading zeros, missing names, and line breaks in base64.
	if !valid || e.hash() != hash {
		return encoded{}, ErrMalformed
	}
	return e, nil
}

// cost reads one number of the costs; 0 when it can't be read, which is out of all bounds.
func cost(s, name string, bits int) uint64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, name), 10, bits)
	if err != nil {
		return 0
	}
	return n
}

const maxHash = 256
