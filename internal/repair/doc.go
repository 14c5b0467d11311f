// Package repair is the repair desk: what an agent, or a program with its agent, does for a
// customer who forgot the PIN of a line. It makes sure that they have found out who the customer
// is, that what they do is in the audit before it is done, and that nobody does too much of it.
// It knows nothing of HTTP or Redis.
//
//	card, err := d.Find(ctx, who, number)             // the line, its history, is somebody validated?
//	validation, err := d.Call(ctx, who, number, key)  // the line rings, and is told a code
//	validation, err = d.Validation(ctx, who, id)      // how far the call is
//	result, err := d.Code(ctx, who, id, code)         // what the customer has read out
//	line, err := d.Reset(ctx, who, number, reason)    // the temporary PIN again
//
// # Who the customer is
//
// There are three ways to find out, and what everybody can know of a customer, such as the
// account number, the ZIP code or a date of birth, is none (47 CFR 64.2010):
//
//   - [Desk.Call] rings the line itself and tells it six digits, which the customer reads to the
//     agent, who gives them to [Desk.Code]. A code counts for ten minutes, once, and for the one
//     who asked for it (NIST SP 800-63B, section 5.1.3.2).
//   - [Desk.Secret] takes the security code of the customer's account, or the answer to its
//     security question, and says right or wrong, and no more.
//   - [Desk.PhotoID] is for those who may accept a photo ID that is shown to them in a store.
//
// Each makes a [pins.Validation], which counts for [pins.ValidFor], for this agent by this
// interface and for this line alone. Without one nothing is reset or unlocked: the store of
// package pins asks for it, whatever this package has looked at before.
//
// # Codes
//
// A try at a code is counted before it is judged, so a hundred tries at once are three. Another
// call has another code, and gives the one before no more tries. Over all calls and agents a line
// has nine wrong codes in 24 hours; then codes are taken for it no more for 24 hours, and the
// other ways remain.
//
// A code is sealed where it is kept, and only [Codes.ValidationCode] returns it, to the call that
// tells it. Package deliveries is made before a [Desk] can be, and asks [Codes] of its own.
//
// # Limits, and the audit
//
// [Limits] bound what each agent does in an hour, and at ten times as much what all agents of one
// API key do, as a key could make up their names. The first refusal in an hour is told to
// [Config].Alert and stands in the audit. What can't be recorded isn't done.
//
// A number that is no line counts as a look-up in whichever way it is asked for, and is recorded.
// Who has no look-up left begins no validation; a customer who is validated is still helped.
//
// # Ports
//
// [Store] keeps codes and counts; [Memory] implements it for tests, and package storetest holds
// the tests that every implementation must pass.
package repair
