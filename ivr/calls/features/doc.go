// Package features is the part of a call in which a customer manages the calling features of
// the line. The main call offers them in its menu, enters one with [Part.Enter], and is
// returned to.
//
// # How it is told
//
// [Parts] has a subflow for each feature. It looks the feature up, says how it stands, and
// offers what can be done, under keys that mean the same everywhere: 1 hears and deletes, 2
// is the feature's other setting, 3 turns it on or off, 4 is for who can get through, # adds,
// * leads back. After each act it says what was done, how the feature stands now, and what
// can be done; whoever deletes hears what is left of the list first.
//
// Entries and schedules are heard tersely, each after the key that chooses it, and once more
// in full before it is deleted.
//
// The editors are subflows that features share: hear-list and add-number for lists,
// hear-schedules and add-schedule with ask-time for schedules, set-code for codes, and those
// of a greeting, of a number to forward to, and of who gets through. A file tells one subflow
// and has the work behind it; its words stand beside it in a file named prompts.
//
// # Rules
//
//   - A refusal says what is wrong and what to do: each [features.Reason] that a caller can
//     cause has a sentence in both languages. Three of them lead back to the feature.
//   - Silence at any question ends the call as it does in the main call.
//   - A change is made by [features.Lines], once for each turn. A feature or a line that is
//     gone is noticed when the feature is looked up, which follows every act: until then an
//     editor goes on, and says of an act that it was not possible.
//   - Settings are told to, and changed by, nobody but who has proved to know the PIN that the
//     line has at that moment. When somebody else has changed it the part is left, as if the
//     feature were gone.
//   - Do Not Disturb works all the time while it is on without a schedule, and only in its
//     schedules otherwise. No source says so; the rule is ours.
//   - A code is kept in a secret blank from the first entry to the second, and is never said.
package features
