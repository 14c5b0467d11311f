// Package pins is what the Update Center knows of telephone lines and of the PINs that
// guard their calling features: who may come in, when, and what a new PIN must not be. It
// knows nothing of Twilio, Redis or HTTP.
//
// A [Line] starts with the temporary PIN, the same for all new lines, which counts only
// when keyed from the line itself. The customer replaces it there with a personal PIN,
// which from then on counts from any telephone. A reset brings the temporary one back.
//
// # A call
//
// [Lines] holds the rules of a call, in the order in which it needs them:
//
//	line, err := lines.Find(ctx, number)            // or ErrNoLine
//	checked, err := lines.Check(ctx, attempt, entry) // Right, RightTemporary, Wrong, ...
//	verdict, err := lines.Weigh(ctx, number, entry)  // may the new PIN be this?
//	err = lines.Change(ctx, change)                  // it stands
//
// What a caller can hear is an outcome ([Outcome], [Verdict]); an error means that the
// question could not be answered. Every method can be run again for the same [Turn] and
// has no further effect, so that a webhook delivered twice counts once.
//
// # Failures and locks
//
// Failures are counted per line, apart for calls from the line and from elsewhere (see
// [Side]), and, unless the number is withheld, per caller over all lines. Every attempt is reserved before it is judged,
// so that a hundred calls at once get no more guesses than one call after another. A line
// that doesn't exist is counted, locked and made to wait exactly as one that does: nobody
// can find out by calling which lines exist. [DefaultLock] and [DefaultCallers] hold the
// numbers.
//
// A side that is locked until a reset stays so for that side's own callers, right PIN or
// not, as a locked attempt isn't even looked at; the right PIN keyed from the line lifts
// the locks of calls from elsewhere.
//
// # A customer who forgot the PIN
//
// Who resets a PIN has made sure before whose line it is: [Provisioning.Validate] remembers for
// [ValidFor] that somebody did, by some interface, for one line. [Provisioning.Reset] and
// [Provisioning.Unlock] ask nothing themselves. The store does, in the step that resets: by
// another name, by another interface, for another line or too late there is [ErrNotValidated], a
// record of the refusal, and nothing else.
//
//	v, err := lines.Validate(ctx, number, pins.ByCall, note) // note says by whom
//	err = lines.Reset(ctx, number, note)                     // until v.Until, by the same
//
// # How a PIN is kept
//
// Four digits fall to trial and error under any hash. So [Hasher] first takes an HMAC
// under a secret key that the database doesn't hold, and then Argon2id, as NIST SP
// 800-63B asks. A hash names its key and its costs; when either is behind the
// present ones, the next right entry replaces it. A PIN on its way is a secret.Text, and
// no error of this package quotes one.
//
// # Features
//
// Which calling features are installed on a line comes with the line ([Features]); what a
// customer has set up of them is the business of package features. Both stand in the line's
// one history ([Record]).
//
// # Where lines are kept
//
// [Store], [CallerStore], [Registry] and [Validations] are all that the package needs of a database.
// [Memory] implements them for tests; package storetest holds the tests that every
// implementation must pass. [Provisioning] adds, resets and removes lines; [ReadCSV]
// reads them from a file.
package pins
