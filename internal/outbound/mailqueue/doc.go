// Package mailqueue has e-mails to agents sent later: while a sign-in is answered, the time that an
// e-mail takes would tell which user names there are. They wait in Redis, so none is lost with the
// server that took it.
//
//	mails := mailqueue.New(mailqueue.Config{Tasks: q, Keys: keys, Mailer: mailer, Log: log})
//	err := mails.Mail(ctx, message)    // two round trips to Redis
//	err = q.Run(ctx, mails.Worker())   // on every server
//
// # What becomes of an e-mail
//
// Four at a time are sent by each server. One that could not be sent is tried again after 2 s, 10 s and
// then each minute, and is dropped when it would be sent more than 5 minutes after it was taken: a code
// that comes later is of no use. So is, at once, one whose error is final. What is dropped is logged, by
// user name and kind, never with an address, a code or a link.
//
// An e-mail that was taken is sent at least once. If the server dies while it is sent, another one
// sends it within two minutes; it has the same Message-ID and date each time, so that a double can be
// known by it. A [Config.Most] of e-mails may wait.
//
// # What is in Redis
//
// A task of package queue, whose payload is JSON with a version, and the e-mail sealed by the key ring
// and bound to the task: any key of the ring opens it. An e-mail that can't be opened, as its key has
// not reached this server yet or it is of a newer release, is tried 40 times in some 7 minutes, and then
// dropped: it is of no use any more.
//
// What must not be taken for sent before it is (an invitation, a warning of a deactivation) does not
// belong here.
package mailqueue
