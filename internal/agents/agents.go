// Package agents is who may sign in to the repair console: their profiles, passwords, second
// factors and invitations, and what becomes of a profile that nobody uses. It knows nothing of
// HTTP or Redis; failures, locks and sessions are those of package signin.
//
// # A profile's life
//
//	Invite ──► Invited ──link used──► Active ──6 months unused──► Deactivated ──6 more──► Deleted
//	                                     ▲                             │
//	                                     └──────── Reactivate ─────────┘
//
// An administrator invites ([Agents.Invite]); an e-mail brings a link that works once, for 24
// hours. The set-up has four stages, which [Agent.Next] names in order: a password
// ([Agents.UseLink]), a second factor ([Agents.ConfirmApp] or [Agents.ChooseEmail]), the terms
// ([Agents.AcceptTerms]), and a look at the own profile ([Agents.UpdateProfile]).
// [Agents.Reinvite] sends another link; what the agent had goes only once that is used. Nobody
// proves that a new address is the own: an administrator corrects one that was mistyped.
//
// Six calendar months after an agent last signed in, was activated or was reactivated, the profile
// is deactivated, and six months after a deactivation, however it came, it is deleted. The clock
// decides that ([Agent.StateAt]), not the job that writes it down: [Agents.Sweep], which also
// sends the e-mails 30 days before each. Of a deleted profile nothing is left but the user name,
// which nobody else can have: [Agents.Recreate] makes a new profile under another.
//
// # Passwords and factors
//
// A password has 12 to 128 characters and is refused, with a sentence that says why, if it is
// common, guessable, or made of the agent's own names ([Agents.JudgePassword]; NIST SP 800-63B,
// section 3.1.1.2). It is kept as a hash, by package hash. An authenticator app's code
// (RFC 6238, 30 seconds, six digits) counts within one step of the present, and each once, also
// when two servers are shown it at the same moment ([Agents.UseCode]).
//
// Each change of password, factor, role or state raises [Agent.Epoch]: sessions begun under
// another are over. So does another e-mail address, unless codes come from an app. What agents
// change about themselves is done only while the session that asks isn't over ([By], Epoch); and
// a link sent before is dead once password, factor or address are others.
//
// # What is recorded, and when
//
// Every change is recorded in the audit before it is done, and isn't done if it can't be recorded.
// If it then fails, that is recorded too, or that nobody knows, when the store's answer was lost;
// also if whoever asked has gone meanwhile. Signing in is recorded by package signin.
//
// # How profiles are kept
//
// A profile is sealed whole before it is handed to a [Store], under a key that the store does not
// have and bound to its ID: the store sees the user name, the revision and bytes. Every change is
// based on the revision that it read, and starts over if another came first.
package agents

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// Hasher hashes passwords; a [*hash.Hasher] is one. It bounds the work under way, and says
// [hash.ErrBusy] beyond.
type Hasher interface {
	Hash(ctx context.Context, entry secret.Text) (hash.Hash, error)
	Verify(ctx context.Context, of hash.Hash, entry secret.Text) (match, stale bool, err error)
	VerifyNothing(ctx context.Context, entry secret.Text) error
}

// Config is what [Agents] are made of.
type Config struct {
	Store   Store
	Hasher  Hasher         // for passwords alone, so that they don't wait for PINs
	Keys    secret.Keyring // that seal profiles; at least one
	Mailer  Mailer
	Audit   audit.Recorder   // of everything, before it is done
	LinkURL string           // absolute; a link's token is appended: https://repair.example.com/repair/welcome/
	Issuer  string           // how authenticator apps name us, 1 to 60 characters; empty: "Update Center"
	Now     func() time.Time // nil: time.Now
	Random  io.Reader        // nil: crypto/rand's
	Log     *slog.Logger     // nil: none
}

// Agents are the people who may sign in, with the rules about them. Any number of goroutines may
// use it, if they may use Config's Random.
type Agents struct {
	config Config // with its defaults
}

const maxIssuer = 60 // characters; more make a QR code that telephones read badly

// New checks the configuration.
func New(config Config) (*Agents, error) {
	base, err := url.Parse(config.LinkURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("links to the console want an absolute URL without query")
	}
	config.Issuer = cmp.Or(config.Issuer, "Update Center")
	if !typed.Plain(config.Issuer, maxIssuer) {
		return nil, fmt.Errorf("the name for authenticator apps has up to %d plain characters", maxIssuer)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	config.Random = cmp.Or(config.Random, rand.Reader)
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	return &Agents{config: config}, nil
}

// Get returns an agent by ID. Errors: [ErrNoAgent], [storage.ErrUnreadable].
func (a *Agents) Get(ctx context.Context, id ID) (Agent, error) {
	stored, err := a.config.Store.Load(ctx, id)
	if err != nil {
		return Agent{}, fmt.Errorf("load agent: %w", err)
	}
	return open(a.config.Keys, stored)
}

// Find returns an agent by user name, deleted ones as well. Errors: [ErrNoAgent],
// [storage.ErrUnreadable].
func (a *Agents) Find(ctx context.Context, name UserName) (Agent, error) {
	stored, err := a.config.Store.ByName(ctx, name)
	if err != nil {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return open(a.config.Keys, stored)
}

// List returns all agents, deleted ones as well, in the order of their user names. A profile
// that can't be read is logged and left out, so that it hides no others.
func (a *Agents) List(ctx context.Context) ([]Agent, error) {
	all, err := a.config.Store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	var agents []Agent
	for _, stored := range all {
		agent, err := open(a.config.Keys, stored)
		if err != nil {
			a.config.Log.LogAttrs(ctx, slog.LevelError, "agent left out", slog.String("agent", string(stored.Name)), slog.Any("error", err))
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
func (a *Agents) now() time.Time { return a.config.Now().UTC().Truncate(time.Millisecond) }

// Role is what an agent may do. Each may do what those before it may.
type Role string

// The roles.
const (
	RoleAgent     Role = "agent"         // finds lines, validates customers, resets PINs
	Supervisor    Role = "supervisor"    // also sees reports, and accepts photo IDs
	Administrator Role = "administrator" // also keeps people and keys
)

// Valid says whether r is one of the roles.
func (r Role) Valid() bool { return r == RoleAgent || r == Supervisor || r == Administrator }

// Factor is what proves who signs in besides the password.
type Factor string

// The factors. None is empty: not chosen yet, or, as what is required, free to choose.
const (
	App   Factor = "app"   // a code of an authenticator app
	Email Factor = "email" // a code by e-mail
)

// State is where a profile is in its life.
type State string

// The states.
const (
	Invited     State = "invited"     // no link was used yet
	Active      State = "active"      // may sign in
	Deactivated State = "deactivated" // may not, until reactivated
	Deleted     State = "deleted"     // only the user name is left
)

// CurrentTerms is the version of the terms and conditions that agents must have accepted. Raise
// it when these change, and everybody is asked again.
const CurrentTerms = 1

// Agent is one profile. Its times are in UTC, to the millisecond. As JSON it is what is sealed of it: see form.
type Agent struct {
	ID       ID       `json:"-"`
	Name     UserName `json:"-"`
	Revision int64    `json:"-"` // 1 or more; rises by one with every change

	FullName string    `json:"full_name,omitempty"` // 1 to 100 characters
	Email    string    `json:"email,omitempty"`     // up to 254 characters
	Phone    string    `json:"phone,omitempty"`     // up to 30 characters; may be empty
	Role     Role      `json:"role,omitempty"`
	State    State     `json:"state"` // as recorded; see [Agent.StateAt]
	Since    time.Time `json:"since"` // when State was entered, or confirmed by a reactivation

	Password hash.Hash   `json:"hash,omitempty"`      // empty: none yet
	Factor   Factor      `json:"factor,omitempty"`    // empty: none yet
	AppKey   secret.Text `json:"-"`                   // of the authenticator app, base32; empty: none
	LastStep int64       `json:"last_step,omitempty"` // the 30 seconds since 1970 whose code was used last
	Required Factor      `json:"required,omitempty"`  // by an administrator; empty: free to choose
	Link     Link        `json:"-"`                   // of the invitation that was sent last; zero: none, or used

	Terms        time.Time `json:"terms,omitzero"`          // when they were accepted; zero: not yet
	TermsVersion int       `json:"terms_version,omitempty"` // which; see [CurrentTerms]
	Reviewed     time.Time `json:"reviewed,omitzero"`       // when the agent first checked the own profile; zero: the set-up isn't finished
	Created      time.Time `json:"created,omitzero"`
	LastSignIn   time.Time `json:"last_sign_in,omitzero"` // zero: never
	Warned       time.Time `json:"warned,omitzero"`       // the deactivation or deletion of which an e-mail has warned; zero: none
	Warning      time.Time `json:"warning,omitzero"`      // when a server last began to send that e-mail; zero: none did
	Epoch        int64     `json:"epoch,omitempty"`       // sessions begun under another are over
}

// Link is how a link that was sent is known again. The link itself is kept nowhere.
type Link struct {
	Hash  [sha256.Size]byte // SHA-256 of the token
	Until time.Time         // from then on it is of no use
}

// Stage is a part of the set-up.
type Stage string

// The stages, in their order.
const (
	StagePassword Stage = "password"
	StageFactor   Stage = "factor"
	StageTerms    Stage = "terms"
	StageProfile  Stage = "profile"
	StageDone     Stage = "done"
)

// Next is what the set-up wants next. It comes back to the factor when an administrator requires
// another, and to the terms when these are new.
func (a Agent) Next() Stage {
	switch {
	case a.Password == "":
		return StagePassword
	case a.Factor == "" || a.Required != "" && a.Factor != a.Required:
		return StageFactor
	case a.Terms.IsZero() || a.TermsVersion < CurrentTerms:
		return StageTerms
	case a.Reviewed.IsZero():
		return StageProfile
	}
	return StageDone
}

// SetUp says whether nothing of the set-up is left to do.
func (a Agent) SetUp() bool { return a.Next() == StageDone }
