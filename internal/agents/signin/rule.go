package signin

import "time"

// Rule is what bounds signing in, sessions and drafts. The zero Rule stands for
// [DefaultRule].
type Rule struct {
	Names     LockRule // failures of one user name, passwords and codes together
	Addresses LockRule // failures from one client address, whatever the user names
	Begins    LockRule // sign-ins begun from one client address
	Mails     LockRule // codes sent to one agent by e-mail
	Drafts    LockRule // drafts that one agent has kept
	Browsers  LockRule // new browsers in which one agent is remembered

	Password time.Duration // how long after Begin the password is taken
	Code     time.Duration // how long after the right password, or a new code, a code is taken
	Tries    int           // of one code by e-mail
	Resends  int           // codes by e-mail after the first one, in one sign-in

	Idle    time.Duration // a session ends this long after it was last used
	Longest time.Duration // and this long after it began, used or not
	Peek    time.Duration // how long after a session has run out it is still known whose it was
	Draft   time.Duration // how long a draft is kept
}

// forgetNames is not shorter than any six calendar months: by then a profile that nobody has
// signed in to is deactivated. So of one that is active, only a whole sign-in, a reactivation, or
// another secret key forgives failures and opens what is closed.
const forgetNames = 184 * 24 * time.Hour

// DefaultRule returns the rule of service. At most 100 failures in a row, with growing
// delays, are what NIST SP 800-63B allows (section 5.2.2). A code by e-mail could live for
// 24 hours there; who asked for one is waiting for it, so ten minutes do.
func DefaultRule() Rule {
	const quarter, day = 15 * time.Minute, 24 * time.Hour
	return Rule{
		Names: LockRule{
			Delays: []time.Duration{
				0, 0, 0, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, quarter,
			},
			LockAt: 10, LockFor: time.Hour, CloseAt: 100, ForgetIn: forgetNames,
		},
		Addresses: LockRule{LockAt: 50, LockFor: quarter, ForgetIn: quarter, Window: quarter},
		Begins:    LockRule{LockAt: 300, LockFor: quarter, ForgetIn: quarter, Window: quarter},
		Mails:     LockRule{LockAt: 12, LockFor: quarter, ForgetIn: time.Hour, Window: time.Hour},
		Drafts:    LockRule{LockAt: 30, LockFor: quarter, ForgetIn: quarter, Window: quarter},
		Browsers:  LockRule{LockAt: 20, LockFor: day, ForgetIn: day, Window: day},

		Password: 10 * time.Minute, Code: 10 * time.Minute, Tries: 5, Resends: 3,
		Idle: quarter, Longest: 12 * time.Hour, Peek: 12 * time.Hour, Draft: 30 * time.Minute,
	}
}

func (r Rule) valid() bool {
	for _, lock := range []LockRule{r.Names, r.Addresses, r.Begins, r.Mails, r.Drafts, r.Browsers} {
		if !lock.valid() {
			return false
		}
	}
	for _, d := range []time.Duration{r.Password, r.Code, r.Idle, r.Longest, r.Peek, r.Draft} {
		if d <= 0 {
			return false
		}
	}
	return r.Tries > 0 && r.Resends >= 0
}
