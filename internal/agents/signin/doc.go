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
// that the package needs of a database. [Memory] implements them for tests; package storetest
// holds the tests that every implementation must pass.
package signin
