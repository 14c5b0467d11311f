package agents

import (
	"crypto/sha256"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/pins"
)

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

// Agent is one profile. Its times are in UTC, to the millisecond.
type Agent struct {
	ID       ID
	Name     UserName
	Revision int64 // 1 or more; rises by one with every change

	FullName string // 1 to 100 characters
	Email    string // up to 254 characters
	Phone    string // up to 30 characters; may be empty
	Role     Role
	State    State     // as recorded; see [Agent.StateAt]
	Since    time.Time // when State was entered, or confirmed by a reactivation

	Password pins.Hash   // empty: none yet
	Factor   Factor      // empty: none yet
	AppKey   secret.Text // of the authenticator app, base32; empty: none
	LastStep int64       // the 30 seconds since 1970 whose code was used last
	Required Factor      // by an administrator; empty: free to choose
	Link     Link        // of the invitation that was sent last; zero: none, or used

	Terms        time.Time // when they were accepted; zero: not yet
	TermsVersion int       // which; see [CurrentTerms]
	Reviewed     time.Time // when the agent first checked the own profile; zero: the set-up isn't finished
	Created      time.Time
	LastSignIn   time.Time // zero: never
	Warned       time.Time // the deactivation or deletion of which an e-mail has warned; zero: none
	Warning      time.Time // when a server last began to send that e-mail; zero: none did
	Epoch        int64     // sessions begun under another are over
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
