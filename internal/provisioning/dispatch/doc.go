// Package dispatch delivers the messages of an outbox to a webhook of the operator.
//
//	dispatcher, err := dispatch.New(dispatch.Config{
//		Store: db.Outbox(), Open: open, URL: "https://switch.example.com/events", Secret: whsec, ...})
//	...
//	err = dispatcher.Run(ctx) // until ctx ends
//
// Any number of dispatchers, on any number of servers, share one outbox. Each asks for lanes
// that are due, every 200 ms to a second, and at once after [Dispatcher.Wake]. It works on
// [Config.Parallel] lanes at a time, and delivers the messages of a lane one after the other.
//
// # What the receiver gets
//
// A POST of JSON, signed as the Standard Webhooks convention has it
// (https://www.standardwebhooks.com): webhook-id names the message and is the same however
// often it comes, webhook-timestamp is when this attempt was made, in seconds since 1970, and
// webhook-signature is "v1," with the base64 of HMAC-SHA256 over "id.timestamp.body".
//
// A message comes at least once: a server can die after the receiver has taken it and before
// that is noted. Who receives must know messages by their id. Within a lane they come in order:
// a message comes for the first time only after the one before it was answered with 2xx.
//
// # When a delivery fails
//
// An answer of 2xx says that the message is delivered. Redirects are not followed. What else
// can happen is of two kinds:
//
//   - No connection, no answer within ten seconds, 5xx, 429 or 408: the receiver is away. All
//     lanes are held. One message is tried at a time, with delays that grow from a second to
//     five minutes, and no sooner than Retry-After asks for, up to an hour; the first answer
//     of another kind ends this.
//   - Any other answer is about this message, and so is a message that can't be opened. Its
//     lane alone is held and tried again, with delays that grow from a second to an hour. A
//     dispatcher never skips a message: what follows in its lane waits for it, be it until an
//     operator notes it as delivered.
//
// A lane that the store can't read waits for a minute at most. Delays are forgotten when a
// server stops, so a new one tries at once.
//
// # Claims
//
// A lane is claimed for a minute, and left after forty seconds of work, so that a claim doesn't
// run out while a message is on its way. A server that is stopped in the middle of an
// attempt for most of a minute, and then goes on, can deliver a message late and once too often.
package dispatch
