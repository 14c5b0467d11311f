// Package deliveries tells customers the secret of their account, and that something was
// changed: by an automated call, a letter or an e-mail. It knows nothing of HTTP or Redis, and
// asks Twilio only through a small interface.
//
// Where a delivery goes is the account's to say, never who asks; a repair agent has the line
// called whose PIN it is about. What is asked for is bound by
// limits, and by the objection of somebody who was called; notices of changes have limits of
// their own.
//
//	delivery, err := all.Request(ctx, ask)          // on its way: an ID, at once
//	err = all.Notify(ctx, notice)                   // something was changed
//	delivery, err = all.RequestValidation(ctx, ask) // who is this customer?
//	delivery, err = all.Get(ctx, id)                // how far it is, with its events
//	delivery, err = all.Cancel(ctx, id)
//
// # The way of a delivery
//
// A delivery is stored, and then a [Task] is queued for its first attempt. The queue brings it
// to [Deliveries.Attempt] on any server, at least once. A call that is not answered is tried
// again after 1, 5 and 15 minutes; a letter or an e-mail that can't be handed over also after an
// hour, and then every hour for three days, unless that is of no use. What Twilio or the operator
// must put right first uses up no attempt: it waits, and a [Reason] says for what. One telephone rings
// 6 times an hour and 20 a day at most, but for the notice of a reset. Notices that wait for one
// telephone are told in one call; of one that ends untold [Config].Untold is told. Whatever is due and
// in no queue, since a server died between the two, is queued by [Deliveries.Sweep].
//
//	queued ─> calling ─> ringing ─> answered ─> delivered, notice_left or declined
//	   └─ busy, no answer: queued again, or failed after four attempts
//
// A validation is a call for which a repair agent waits, who has to find out who a customer is. It
// is made once, to a line and not to an account, within ten minutes.
//
// No code or answer is in a [Delivery], an [Event], a [Task] or the store. It is read from the
// account when a call is answered, a letter printed or an e-mail sent, and only if it is still
// the account's; that of a validation is read from [Codes] by its reference.
//
// # A call
//
// The webhooks of a call bear the mark of its attempt in their URLs:
//
//	err = all.Status(ctx, task, callback)            // status callbacks, in whatever order
//	opening, err := all.Opened(ctx, task, callSID)   // it was answered: what to say
//	err = all.Spoken(ctx, task, turn)                // to somebody who asked to hear it
//	err = all.Declined(ctx, task)                    // "I did not ask for this"
//
// All of these can come more than once, late, and before Twilio's answer to the request that
// made the call. What has been told is known when the call is over: by whether the turn was answered
// that tells it ([Config].Answered). Who heard an apology in its place is called again; but of a secret that
// could not even be noted as spoken, the notice was left: its caller was offered it. A call can be declined
// after its end as well; otherwise a final status stays. What is being told can't be canceled.
//
// # One ring for each attempt
//
// Twilio's request to make a call can't be repeated safely: when its answer is lost, nobody
// knows whether a telephone rings. So an attempt is first noted as begun, with a claim that
// keeps others away from it; then the call is asked for, within ten seconds or not at all. What
// is known of it is noted: by the answer, or by any of its webhooks, whichever comes first. If
// neither comes, since a server died or an answer was lost, the claim runs out, and the next
// run looks for the call among those that Twilio lists before it dials. How it tells the
// attempt's own call from others to the same telephone is explained at window in find.go; it is
// why two deliveries that ring one telephone begin at least a minute apart.
//
// # Ports
//
// [Store], [Phones], [Queue], [Dialer], [Printer], [Mailer], [Codes] and [Accounts] are all that the
// package needs of others. [Memory] and [MemoryQueue] serve tests; package storetest holds the
// tests that every implementation of Store and Phones must pass.
package deliveries
