// Package accounts is what the company knows of its customers' accounts, and how somebody
// proves that an account is theirs. It knows nothing of Twilio, Redis or HTTP.
//
// An [Account] has a number, which stands on the bill and can change, and an [ID], which
// never does. It is guarded by a random security code that is printed on the welcome letter
// and on the bill, until the customer sets a security question: its answer then takes the
// place of the code, and the code is retired.
//
// # Keeping accounts
//
// [Accounts] holds the rules:
//
//	update, err := all.Put(ctx, number, details, note) // creates it, or changes what is given
//	update, err = all.SetQuestion(ctx, number, question, answer, note)
//	update, err = all.NewCode(ctx, number, note)
//	update, err = all.Renumber(ctx, number, to, note)
//	account, err := all.Get(ctx, number) // or ErrNoAccount
//
// Each [Update] says which kinds of things changed and holds the account as it was before.
// That is for notices: a customer must be told of a change at once, at the number or address
// that was of record before it (47 CFR 64.2010).
//
// # Proving
//
//	result, err := all.Verify(ctx, number, accounts.Claim{Code: keyed})
//	enrollment, result, err := all.Enroll(ctx, number, claim)
//
// A claim is a billing ZIP code, the security code or the answer. Five wrong ones in a row
// lock the account for half an hour, and twenty close it until a new code is sent ([Accounts.Sent])
// or somebody opens it ([Accounts.Open]); see [DefaultLock]. An attempt is reserved before it is
// judged, so that a hundred at once get no more guesses than five. A number that is no
// account's is counted, locked and answered in the same way, with the same work and the same
// questions to the stores: nobody learns which accounts exist, and what was typed for such a
// number is kept only as an HMAC. Only the right code or answer clears failures. A ZIP code does
// not, as it is known to many, and it counts only of an address of record: on file for 30 days
// or as long as the account.
//
// # How accounts are kept
//
// A code must be readable, as letters and calls tell it. So the whole account is sealed
// before it is handed to a store, under a key that the store does not have and bound to the
// account's ID: the store sees the number, the revision and bytes. A code or an answer on its
// way is a secret.Text, and no error of this package quotes anything that was given.
//
// [Store], [Attempts] and [Enrollments] are all that the package needs of a database.
// [Memory] implements them for tests; package storetest holds the tests that every
// implementation must pass. [ReadCSV] reads accounts from a file.
package accounts
