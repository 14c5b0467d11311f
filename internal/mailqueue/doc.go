// Package mailqueue holds e-mails to agents that nobody may wait for: while a sign-in is
// answered, the time that an e-mail takes would tell which user names there are.
//
//	queue := mailqueue.New(mailqueue.Config{Mailer: mailer, Log: log})
//	go queue.Run(ctx)
//	err := queue.Mail(ctx, message) // at once
//
// # What becomes of an e-mail
//
// [Queue.Run] sends one at a time. One that could not be sent is tried again after 2 s, 10 s and
// then each minute, and is dropped 5 minutes after it was taken: a code that comes later is of
// no use. So is, at once, one whose error is final. What is dropped is logged, by user name and
// kind, never with an address, a code or a link.
//
// The queue is in memory alone, and takes [Config.Most] e-mails. When the server stops, what
// waits is tried once more within 5 s, and then it is gone: an agent asks for another code.
// What must not get lost (an invitation, a warning of a deactivation) does not belong here.
package mailqueue
