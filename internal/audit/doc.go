// Package audit is the record of who did what: sign-ins, look-ups, validations, resets, and what
// became of the agents themselves. It can be appended to, and not be changed unseen. It knows
// nothing of Twilio, Redis or HTTP.
//
//	log := audit.New(audit.Config{Store: store, Keys: keys, Log: logger})
//	err := log.Record(ctx, audit.Event{
//		Action: audit.PINReset, By: "ann", Via: audit.ViaConsole, From: "203.0.113.7", Subject: "+16125550142",
//	})
//
// What can't be recorded isn't done: first record, then do, and record a failure too. Who needs
// an audit declares no more than
//
//	interface{ Record(ctx context.Context, e audit.Event) error }
//
// # What is found, and what is not
//
// Each [Entry] has an HMAC over itself and over that of the entry before, under a key of the key
// ring, which the store doesn't have. The head, which says where the audit begins and ends, has
// one too. So [Log.Verify] names each entry that was changed, removed, or put in another's place,
// and finds that newest ones were cut off, or oldest ones called trimmed. It misses a head that
// was removed, as the store keeps apart from it where the audit begins ([Store].Lowest).
//
// It can't find by itself that the whole store was replaced by an older copy, or emptied: that
// too was a true audit once. For this there is the [Anchor]: each entry's number and MAC go to
// the program's log as well, and an operator keeps the one that verification tells elsewhere.
// Who has the key and can write to the store can write another audit; against them too the
// anchor helps.
//
// While the head is not as it was left, nothing is recorded, and so nothing is done that must be
// recorded: going on would seal what somebody else wrote. An operator then looks at what Verify
// tells, and puts back a copy of the store, or has [Log.Begin] set the audit aside and begin another.
//
// # Keys
//
// New entries are under the current key. A key that is replaced must stay in the ring until the
// entries under it were trimmed. One that is gone is told as such ([KeyGone]), not as a forgery;
// somebody who writes to the store can cause this as well, so it is a fault.
//
// # How long it is kept
//
// For ever, or until [Log.Trim] is told to remove entries that are more than a year old. That it
// did stands in the audit, with the MAC of the last entry that went; the first one that is left
// names the same MAC.
//
// [Store] is all that the package needs of a database. [Memory] implements it for tests; package
// storetest holds the tests that every implementation must pass.
package audit
