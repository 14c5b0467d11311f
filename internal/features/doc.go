// Package features is what customers can set up of the calling features of their line: which
// parts each feature has, what may stand in them, and how a change is made so that nothing
// is lost. It knows nothing of Twilio, Redis or HTTP; the same rules serve the phone and the
// API, and give the same reasons.
//
// # Rules
//
// Which features a line has installed is a fact of the line (pins.Features). [RuleOf] tells
// which parts the settings of a feature have: a list, schedules, a greeting, an emergency
// breakthrough, a privileged code, a number to forward to. A caller or a client writes these
// as text, which [Rule.ParseEntry], [Rule.ParseTarget], [ParseClock] and [Rule.Read] take; what
// they refuse, they refuse with a [Reason], and [Reason.Sentence] says it in English.
//
//	rule, _ := features.RuleOf(pins.DialLock)
//	entry, err := rule.ParseEntry("612-555-0199")
//
// # Changes
//
// Settings are changed by an [Edit], and not written over, so that two who change one list at
// once lose nothing of either:
//
//	line, err := lines.Find(ctx, number)         // or pins.ErrNoLine
//	setting, ok := line.Setting(pins.DialLock)   // as it is; false: not installed
//	err = lines.Weigh(ctx, number, pins.DialLock, features.Add(entry)) // would it be accepted?
//	outcome, err := lines.Change(ctx, features.Request{ ... })         // it stands
//
// [Lines.Change] reads the settings, applies the edit, and stores the outcome only if nobody
// else changed the feature meanwhile; else it starts again with what the others left. The
// store makes a change, the record of it in the line's history and the event for the switch
// one step. A change made in a turn of a call is made once, however often the turn comes.
// Who wants to change only what they have seen gives a Revision; then a change by others in
// between is [ErrStale]. A caller who proved to know the PIN of the line at a revision gives that
// as Proved: once the PIN was changed or reset by somebody else, all is [ErrOvertaken]. Who only
// reads for a caller compares [Line].PINRevision before telling anything.
//
// The revision of a feature is at least the time of its last change in milliseconds, so that
// it goes on growing when a feature is removed and installed again.
//
// # Events
//
// Every change publishes an [Event] with all settings of the feature, in order for each line;
// and so does [Lines.Install] for each feature that it takes away, so that the last that the
// switch hears of a line whose features were all removed is that they are. An event
// waits in an outbox, for which this package does no more than to write it; who delivers
// it reads it by [Lines.OpenEvent], and sends what [Event.Payload] says.
//
// # Codes
//
// A privileged code is a secret.Text in this process. In a store, and in an event that waits,
// it is sealed, bound to its line and feature. The history and a [Document] say only that there
// is one. The payload for the switch alone holds it in the clear, since the switch must know it.
// If the key is gone that a code was sealed with, Settings.CodeLost says so, and all else works: the
// code stays as it was sealed until somebody sets or drops it. Only the events that hold it can't
// be opened.
//
// # Where settings are kept
//
// [Store] is all that the package needs of a database. [Memory] implements it for tests; package
// storetest holds the tests that every implementation must pass.
package features
