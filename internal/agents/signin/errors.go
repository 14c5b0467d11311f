package signin

import (
	"errors"
	"time"
)

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
