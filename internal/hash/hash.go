// Package hash keeps PINs and passwords as hashes. Four digits fall to trial and error under any
// hash. So a [Hasher] first takes an HMAC under a secret key that the database doesn't hold, and
// then Argon2id, as NIST SP 800-63B asks. A hash names its key and its costs; when either is
// behind the present ones, the next right entry should replace it. No error of this package
// quotes an entry or a hash.
package hash

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"updatecenter/internal/secret"
)

// ErrBusy says that so many entries wait to be hashed that one more would only make all of them late.
var ErrBusy = errors.New("too many entries are being hashed")

// Keys are the secret keys under which entries are hashed, kept away from the database: a
// secret.Keyring is one.
type Keys interface {
	// Current returns the id of the key for new hashes.
	Current() string
	// MAC returns the HMAC-SHA256 of message under the key of that id.
	MAC(id string, message []byte) ([]byte, error)
}

// Config is what a [Hasher] is made of.
type Config struct {
	Keys    Keys
	Params  Params    // zero: [DefaultParams]
	AtOnce  int       // hashes that run at the same time; zero: GOMAXPROCS
	Waiting int       // more that may wait for their turn; zero: 256
	Random  io.Reader // for salts; nil: the system's
}

// Hasher hashes entries and checks entries against hashes, a few at a time, so that whatever
// arrives no more than AtOnce times Params.MemoryKiB are in use (the garbage of as many
// more, at times, until it is collected). Any number of goroutines may use it. Every method
// waits for its turn until its context ends, but at most 10 s, and says [ErrBusy] at once
// when the queue is full.
type Hasher struct {
	keys    Keys
	params  Params
	random  io.Reader
	running chan struct{} // holds one for each hash under way
	pending atomic.Int64  // running and waiting
	most    int64         // of those
}

const (
	defaultWaiting = 256
	longestWait    = 10 * time.Second
	saltBytes      = 16 // RFC 9106, section 3.1
	tagBytes       = 32
)

// label keeps these HMACs apart from all other uses of the keys, and their versions from
// each other. It never changes: what is stored depends on it.
const label = "updatecenter PIN v1\x00"

// New checks the parameters and the current key.
func New(config Config) (*Hasher, error) {
	if config.Params == (Params{}) {
		config.Params = DefaultParams()
	}
	if err := config.Params.Validate(); err != nil {
		return nil, err
	}
	if id := config.Keys.Current(); !secret.ValidKeyID(id) {
		return nil, errors.New("hashes need a current secret key with an id of letters, digits, - and _")
	}
	if config.AtOnce <= 0 {
		config.AtOnce = runtime.GOMAXPROCS(0)
	}
	if config.Waiting <= 0 {
		config.Waiting = defaultWaiting
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	return &Hasher{
		keys: config.Keys, params: config.Params, random: config.Random,
		running: make(chan struct{}, config.AtOnce), most: int64(config.AtOnce + config.Waiting),
	}, nil
}

// Pending is how many hashes run or wait for their turn.
func (h *Hasher) Pending() int { return int(h.pending.Load()) }

// Hash returns the entry as it is to be kept, under a new salt.
func (h *Hasher) Hash(ctx context.Context, entry secret.Text) (Hash, error) {
	e := encoded{Params: h.params, key: h.keys.Current(), salt: make([]byte, saltBytes)}
	if _, err := io.ReadFull(h.random, e.salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	tag, err := h.tag(ctx, e, entry)
	if err != nil {
		return "", fmt.Errorf("hash entry: %w", err)
	}
	e.tag = tag
	return e.hash(), nil
}

// Verify says whether entry is what that hash was made of, and whether the hash is stale, so that
// a right entry should be hashed anew: made under another key than the current one, or at
// less cost. Errors: [ErrMalformed], [ErrBusy], the context's, and that of a key which the
// key ring doesn't hold any more.
func (h *Hasher) Verify(ctx context.Context, hash Hash, entry secret.Text) (match, stale bool, err error) {
	e, err := parseHash(hash)
	if err != nil {
		return false, false, fmt.Errorf("verify entry: %w", err)
	}
	tag, err := h.tag(ctx, e, entry)
	if err != nil {
		return false, false, fmt.Errorf("verify entry: %w", err)
	}
	match = subtle.ConstantTimeCompare(tag, e.tag) == 1
	return match, e.key != h.keys.Current() || e.weakerThan(h.params), nil
}

// VerifyNothing costs what [Hasher.Verify] costs and finds nothing: for lines and agents that don't
// exist. The two take the same time only while stored hashes have the present Params. After a change
// of those, the time shows what exists, until its next right entry has it hashed anew.
func (h *Hasher) VerifyNothing(ctx context.Context, entry secret.Text) error {
	e := encoded{Params: h.params, key: h.keys.Current(), salt: make([]byte, saltBytes)}
	if _, err := h.tag(ctx, e, entry); err != nil {
		return fmt.Errorf("verify entry: %w", err)
	}
	return nil
}

// tag computes what e's tag is if it was made of the entry.
func (h *Hasher) tag(ctx context.Context, e encoded, entry secret.Text) ([]byte, error) {
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	keyed, err := h.keys.MAC(e.key, []byte(label+entry.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("secret key of hash: %w", err)
	}
	return argon2.IDKey(keyed, e.salt, e.Passes, e.MemoryKiB, e.Lanes, tagBytes), nil
}

func (h *Hasher) acquire(ctx context.Context) error {
	if h.pending.Add(1) > h.most {
		h.pending.Add(-1)
		return ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	// Asked first, as select picks at random when a place is free as well.
	err := ctx.Err()
	if err == nil {
		select {
		case h.running <- struct{}{}:
			return nil
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	h.pending.Add(-1)
	return fmt.Errorf("wait for a free place: %w", err)
}

func (h *Hasher) release() {
	<-h.running
	h.pending.Add(-1)
}

// Hash is an entry as it is kept, by [Hasher.Hash]. It is text in the manner of the
// PHC string format: scheme, Argon2 version, costs with the id of the secret key, salt and
// tag in base64 without padding, about 140 bytes:
//
//	$hmac-argon2id$v=19$m=19456,t=2,p=1,k=2026b$c2FsdHNhbHRzYWx0c2Fs$...
//
// The empty Hash is that of nothing: of a line with the temporary PIN, of an agent without a password.
type Hash string

// ErrMalformed is the error of a stored hash that [Hasher.Hash] can't have written.
var ErrMalformed = errors.New("malformed hash")

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
