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
// section 3.1.1.2). It is kept as package pins keeps PINs. An authenticator app's code
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
// based on the revision that it read, and starts over if another came first. [Memory] implements
// Store for tests; package storetest holds the tests that every implementation must pass.
package agents
