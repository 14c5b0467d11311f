// Package wording is what the company writes to customers: the words that letters and e-mail
// have in common, in English and Spanish. How they look is the business of packages letters
// and mail.
//
//	message, err := house.Write(deliveries.SecurityCode, account, date)
//
// A [Message] is in the account's language, and in English while that is not known. It says
// who writes, and whom to call. One that tells a secret says what it is for, and never to tell
// it to anybody who calls. One that tells of a change says what was changed and never what to
// (47 CFR 64.2010(f)).
//
// No subject and no greeting holds a secret, nor does any error of this package.
package wording
