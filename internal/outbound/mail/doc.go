// Package mail sends e-mail by a mail server (SMTP): to customers, as the deliveries' Mailer, and
// to the agents who help them.
//
//	mailer, err := mail.New(mail.Config{Host: "smtp.example.com", From: "accounts@example.com", House: house})
//	err = mailer.Send(ctx, message)     // to a customer
//	err = mailer.Mail(ctx, invitation)  // to an agent
//
// A message is text and HTML with the same words: in the account's language to a customer, in
// English to an agent. It holds no image. One to a customer holds no link either: a customer who
// never sees one from us learns to follow none. To an agent, the invitation alone has one. A
// message says that no person wrote it (Auto-Submitted, RFC 3834), so that no answering machine
// answers.
//
// # Sent twice
//
// A connection that breaks after the last line leaves open whether the server has the message.
// Then sending has failed, and is tried again. The Message-ID follows from the delivery's ID, and
// so do all other bytes from the message: servers and mailboxes can tell that it is the same. That
// of a message to an agent follows from what it is about, without link and code; only its date is
// that of the try.
//
// # What could go wrong on the way
//
// By default a message goes to the server only if the connection is encrypted and the server's
// certificate is good ([Mandatory]). A user name and password never go without encryption.
// Beyond the server a message may travel unencrypted: that is how e-mail is.
//
// Nothing of an account gets into the header but its e-mail address, and that only if it is
// one. Errors hold the server's code and nothing of the message, the address or the server's
// words, since these repeat the address.
package mail
