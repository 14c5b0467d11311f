package agents

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Hasher hashes passwords; a [*pins.Hasher] is one. It bounds the work under way, and says
// [pins.ErrBusy] beyond.
type Hasher interface {
	Hash(ctx context.Context, entry secret.Text) (pins.Hash, error)
	Verify(ctx context.Context, hash pins.Hash, entry secret.Text) (match, stale bool, err error)
	Burn(ctx context.Context, entry secret.Text) error
}

// Audit is where everything is recorded before it is done.
type Audit interface {
	Record(ctx context.Context, event audit.Event) error
}

// Config is what [Agents] are made of.
type Config struct {
	Store   Store
	Hasher  Hasher         // for passwords alone, so that they don't wait for PINs
	Keys    secret.Keyring // that seal profiles; at least one
	Mailer  Mailer
	Audit   Audit
	LinkURL string           // absolute; a link's token is appended: https://repair.example.com/repair/welcome/
	Issuer  string           // how authenticator apps name us, 1 to 60 characters; empty: "Update Center"
	Now     func() time.Time // nil: time.Now
	Random  io.Reader        // nil: crypto/rand's
	Log     *slog.Logger     // nil: none
}

// Agents are the people who may sign in, with the rules about them. Any number of goroutines may
// use it, if they may use Config's Random.
type Agents struct {
	store   Store
	hasher  Hasher
	keys    secret.Keyring
	mailer  Mailer
	audit   Audit
	linkURL string
	issuer  string
	clock   func() time.Time
	random  io.Reader
	log     *slog.Logger
	common  wordList
}

const (
	defaultIssuer = "Update Center"
	maxIssuer     = 60 // characters; more make a QR code that telephones read badly
)

// New checks the configuration.
func New(config Config) (*Agents, error) {
	base, err := url.Parse(config.LinkURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("links to the console want an absolute URL without query")
	}
	a := &Agents{
		store: config.Store, hasher: config.Hasher, keys: config.Keys, mailer: config.Mailer, audit: config.Audit,
		linkURL: config.LinkURL, issuer: cmp.Or(config.Issuer, defaultIssuer),
		clock: config.Now, random: config.Random, log: config.Log, common: newWordList(),
	}
	if !plain(a.issuer, maxIssuer) {
		return nil, fmt.Errorf("the name for authenticator apps has up to %d plain characters", maxIssuer)
	}
	if a.clock == nil {
		a.clock = time.Now
	}
	if a.random == nil {
		a.random = rand.Reader
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	return a, nil
}

// Get returns an agent by ID. Errors: [ErrNoAgent], [ErrUnreadable].
func (a *Agents) Get(ctx context.Context, id ID) (Agent, error) {
	stored, err := a.store.Load(ctx, id)
	if err != nil {
		return Agent{}, fmt.Errorf("load agent: %w", err)
	}
	return open(a.keys, stored)
}

// Find returns an agent by user name, deleted ones as well. Errors: [ErrNoAgent],
// [ErrUnreadable].
func (a *Agents) Find(ctx context.Context, name UserName) (Agent, error) {
	stored, err := a.store.ByName(ctx, name)
	if err != nil {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return open(a.keys, stored)
}

// List returns all agents, deleted ones as well, in the order of their user names. A profile
// that can't be read is logged and left out, so that it hides no others.
func (a *Agents) List(ctx context.Context) ([]Agent, error) {
	all, err := a.store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	var agents []Agent
	for _, stored := range all {
		agent, err := open(a.keys, stored)
		if err != nil {
			a.log.LogAttrs(ctx, slog.LevelError, "agent left out", slog.String("agent", string(stored.Name)), slog.Any("error", err))
			continue
		}
		agents = append(agents, agent)
	}
	return slices.Clip(agents), nil
}

// FindFor is [Agents.Find] for somebody who is shown the profile, which is recorded first.
func (a *Agents) FindFor(ctx context.Context, by By, name UserName) (Agent, error) {
	if err := a.record(ctx, by.event(audit.AgentRead, name, "")); err != nil {
		return Agent{}, err
	}
	return a.Find(ctx, name)
}

// ListFor is [Agents.List] for somebody who is shown the profiles, which is recorded first.
func (a *Agents) ListFor(ctx context.Context, by By) ([]Agent, error) {
	if err := a.record(ctx, by.event(audit.AgentRead, "", "all")); err != nil {
		return nil, err
	}
	return a.List(ctx)
}

// now is the time to the millisecond, as profiles hold it.
func (a *Agents) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }
