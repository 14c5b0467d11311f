// Package signin signs repair agents in, and keeps their sessions. It knows nothing of HTTP,
// cookies or Redis; profiles, passwords and authenticator apps are package agents' business.
//
// # Signing in
//
// Three steps, one page each ([SignIn]):
//
//	token, err := s.Begin(ctx, userName, from, browser)
//	step, err := s.Password(ctx, token, password, from)       // AskApp, or AskEmail
//	session, agent, err := s.Code(ctx, token, code, from)     // signed in
//
// The first token stands for a sign-in under way and is good for nothing else. A code of the
// app works once, one by e-mail works once within 10 minutes and five tries; [SignIn.Resend]
// sends up to three more. Who has just used the link of an invitation has proved enough for a
// session in which the profile is set up, and for nothing else, until it is:
//
//	session, err := s.Start(ctx, agent, from) // Session.SetUp is true
//
// # User names that nobody has
//
// They go the same way: the same questions to the stores, the same hash, the same counting,
// waits and locks, the same errors. Only the e-mail about a lock has no address, so it is
// queued like any other and sent to nobody. What was typed for such a name may be a password: it is sealed, and
// counted under an HMAC, and the audit is told of "unknown".
//
// Nobody can fill the store with failures of made-up names: they share 2^18 counts, which a part of
// the HMAC chooses among. Names of agents have one each.
//
// # Failures
//
// Every attempt is counted before it is judged, for its user name and its client address, and
// uncounted if it was right; so a hundred at once are no more guesses than one after another.
// Of a user name, the fourth failure in a row and all further ones bring a wait (5 s, 15 s, 1
// min, 5 min, then 15 min), each tenth a lock of an hour with an e-mail to the agent, and the
// hundredth one a lock until an administrator reactivates the profile (agents.Reactivate: counting
// starts over with every activation). Passwords and codes count
// together. Only a whole sign-in forgives failures. 50 failures in 15 minutes from one address bar
// it for 15 minutes, of which the log is told. An attempt that comes while none is admitted isn't looked at, and not
// counted. [DefaultRule] holds the numbers. A failure is recorded, and a lock told, although the
// client has hung up.
//
// Strangers do not lock an agent out of the own browser. One in which an agent has signed in is
// remembered by a token that goes into a cookie ([SignIn.Remember]); what the agent, by the
// user name, fails there is counted for that browser and agent alone, under the same rule, and neither
// the count of the name nor that of the address is asked. A whole sign-in there forgives what was
// counted there, and nothing of what strangers have done, who come to the end of a hundred failures
// all the sooner. The token is another after each sign-in, is good for 90 days, and does not know an
// agent any more whose sessions anything has ended. For names that nobody has there is no such
// browser, so it tells nothing.
//
// All is counted under every secret key, so another current key changes nothing. A key that goes takes
// its counts along, for agents and for names that nobody has alike.
//
// # Sessions
//
// A session ends 15 minutes after it was last used, and 12 hours after it began. Each
// [SignIn.Session] looks at the agent as he or she is now: it ends at once when password,
// factor, role or state has changed (Agent.Epoch), when the profile is deactivated by the mere
// time, and with [SignIn.SignOut] and [SignIn.SignOutEverywhere]. Before an agent changes the own
// password, [SignIn.Confirm] asks for it and counts failures. Another factor or e-mail address also
// takes the present factor, and a code that the new address was sent: [SignIn.BeginChange],
// [SignIn.Prove] and, when it is done, [SignIn.EndChange]. Afterwards [SignIn.Renew] keeps this one
// session, if nothing but that change has ended it.
//
// What was typed when a session ran out need not be lost: [SignIn.Peek] says whose it was,
// [SignIn.SaveDraft] keeps the form, and [SignIn.Draft] gives it back, once, to the same agent.
//
// # What is kept
//
// A token is 32 random bytes; stores know its SHA-256. What it stands for is sealed under a
// key that the store does not have, bound to token and kind. [Store] and [Attempts] are all
// that the package needs of a database.
package signin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// Config is what a [SignIn] is made of. All fields but Rule are needed.
type Config struct {
	// Agents are the people who sign in. Their Hasher should be one of its own, AtOnce 2 and
	// Waiting 64: then a hundred attempts at once take the memory of two, and most of the
	// rest are told hash.ErrBusy.
	Agents   *agents.Agents
	Store    Store
	Attempts Attempts
	// Mailer sends codes, and tells agents of locks. It must put them in a queue and never
	// wait: the time that an e-mail takes would tell which user names exist.
	Mailer agents.Mailer
	Audit  audit.Recorder
	Keys   secret.Keyring
	Rule   Rule // zero: [DefaultRule]
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// SignIn signs agents in and keeps their sessions. Any number of goroutines may use one, and
// any number of servers one each over the same stores.
type SignIn struct {
	config   Config // with its Rule
	attempts everyKey
}

// New checks that the configuration is whole. It asks no store anything.
func New(c Config) (*SignIn, error) {
	if c.Rule.Idle == 0 {
		c.Rule = DefaultRule()
	}
	switch {
	case c.Agents == nil || c.Store == nil || c.Attempts == nil || c.Mailer == nil || c.Audit == nil:
		return nil, errors.New("signing in needs agents, stores, a mailer and an audit")
	case c.Now == nil || c.Random == nil || c.Log == nil:
		return nil, errors.New("signing in needs a clock, randomness and a log")
	case c.Keys.IsZero():
		return nil, errors.New("signing in needs secret keys")
	case !c.Rule.valid():
		return nil, errors.New("signing in needs a rule with times, tries and locks")
	}
	return &SignIn{c, everyKey{c.Attempts}}, nil
}

// time is the present, as precise as the stores keep it.
func (s *SignIn) time() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }

// What a sign-in, a session or a draft can end in. Each is the same for user names that
// nobody has. None of their texts holds anything that was typed.
var (
	// ErrWrong is a wrong user name, password or code: which of them is not told. It may
	// come together with a [WaitError] or [ErrLocked], which then hold from now on.
	ErrWrong = errors.New("user name, password or code is wrong")
	// ErrNotACode is an entry that can't be a code, as it has not six digits: a slip, which is
	// counted nowhere.
	ErrNotACode = errors.New("a code has six digits")
	// ErrExpired is a sign-in that was never begun, took too long, is over, or was asked for
	// a code before the password: start over with the user name.
	ErrExpired = errors.New("sign-in has expired")
	// ErrLocked says that nobody may try this user name until an administrator has
	// reactivated it.
	ErrLocked = errors.New("sign-in is locked until an administrator reactivates it")
	// ErrUsedUp is a code by e-mail that was tried too often, the right entry included: have
	// a new one sent, or start over.
	ErrUsedUp = errors.New("the code was tried too often")
	// ErrNoMore says that no more codes are sent in this sign-in: start over.
	ErrNoMore = errors.New("no more codes are sent in this sign-in")
	// ErrDeactivated is told to somebody who has proved with password and code to be an
	// agent whose profile is not active (any more).
	ErrDeactivated = errors.New("the profile is deactivated")
	// ErrSignedOut is a token of no session: never given out, run out, or ended.
	ErrSignedOut = errors.New("signed out")
	// ErrNoDraft is a token of no draft: never given out, too old, taken before, or
	// somebody else's.
	ErrNoDraft = errors.New("no such draft")
	// ErrTooLarge is a draft of more than [MaxDraft] bytes.
	ErrTooLarge = errors.New("the draft is too large")
)

// WaitError says that no attempt is looked at for a while, and none was counted.
type WaitError struct {
	Until time.Time
}

// Error implements error.
func (e *WaitError) Error() string {
	return "no more attempts until " + e.Until.UTC().Format(time.RFC3339)
}

// ErrNoRecord is a key under which nothing is kept (any more). Together with [storage.ErrUnreadable] it is
// one under which something is kept that is damaged, or that another release wrote.
var ErrNoRecord = errors.New("no such record")

// Kind is what a [Record] is of. A token of one kind is good for nothing else.
type Kind string

// The kinds.
const (
	KindSignIn  Kind = "sign-in" // one under way
	KindSession Kind = "session"
	KindDraft   Kind = "draft"
	KindBrowser Kind = "browser" // one in which agents have signed in
	KindChange  Kind = "change"  // one that is being proved
)

// Record is what a store keeps for one token.
type Record struct {
	Key    [32]byte // the token's SHA-256
	Kind   Kind
	Sealed []byte // all else, which only this package can read; at most [MaxSealed] bytes, never twice the same
	// Revision is 1 for a new record and one more with every change. Only a store sets it.
	Revision int64
	Expires  time.Time // a store may forget the record from then on; kept to the millisecond
}

// MaxSealed bounds Record.Sealed: a draft, and what sealing adds.
const MaxSealed = 24 << 10

// Store keeps what tokens stand for. Each operation is on one key and happens in one step. It
// has no clock that counts: a record may be found after it has expired, and who finds it looks
// at Expires.
type Store interface {
	// Put keeps the record under its key, if what is kept there has that revision; 0: if
	// nothing is. Its Revision is then one more. storage.ErrStale: there is another revision,
	// something where nothing should be, or nothing where something should be. The same again (the
	// same sealed bytes on the same revision) changes nothing and is no error, as long as
	// nothing else has changed the record.
	Put(ctx context.Context, record Record, revision int64) error
	// Get returns what is kept under the key, or ErrNoRecord, with storage.ErrUnreadable where it applies.
	Get(ctx context.Context, key [32]byte) (Record, error)
	// Delete deletes what is kept under the key, if it has that revision. So of many who
	// delete one record at once a single one is told that it did. storage.ErrStale, ErrNoRecord.
	Delete(ctx context.Context, key [32]byte, revision int64) error
}
