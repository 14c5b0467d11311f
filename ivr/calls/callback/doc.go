// Package callback is the call that the Update Center makes to the telephone number of
// record: it tells a security code, or the answer that took its place, to somebody who asks to
// hear it, or that something was changed.
//
// # How it is told
//
// [Flow] has the call in order. Who is calling, and a number to call back, come first and can't
// be cut short (47 CFR 64.1200(b)). Then
//
//   - a secret is offered: 1 hears it, 9 says that nobody here has asked for it. Silence, once
//     the offer was repeated, leaves no more than the number to call;
//   - a voice mailbox that Twilio has recognized is left the same when its greeting has ended.
//     With [Config.CodeToMailbox] it is told the secret;
//   - the code with which a repair agent finds out who the customer is, is offered and told with
//     words of its own: whom to read it to, and to press 9 if no agent of ours is on the line.
//     Only a person is told it, whatever Config says of mailboxes;
//   - a notice is told at once, as it holds no secret, and 1 tells it again. A mailbox hears it
//     twice, and so does whoever presses no key: that may be a mailbox which was not recognized;
//   - a fax is told nothing, nor is a machine whose greeting still plays. The call ends, and as it
//     has told nothing it is made again.
//
// A code is spoken digit by digit, twice, that for an agent in two groups; an answer is spoken, then spelled. Both are read
// when they are asked for, and lent to the turn that speaks them: the state of the call never
// holds them.
//
// # What came of it
//
// [Deliveries] is told of a secret in the turn whose document tells it. When the call is over,
// [Answered] says whether that document was given, or that of the first turn, which tells a notice. A call whose delivery is unknown,
// outdated or canceled, or another call's, tells nothing; nor does one whose state was lost, as
// only its first webhook says what it is about.
package callback
