// Package audited has what programs and operators do with lines, accounts, deliveries and keys, as
// the edges use it: whatever changes or shows any of them stands in the audit before it is done, and
// what can't be recorded isn't done.
//
//	all := audited.Accounts{Accounts: accounts, Audit: log}
//	account, err := all.Get(ctx, audit.Actor{Name: "crm", Via: audit.ViaAPI, From: "203.0.113.7"}, number)
//
// Who does it is an argument of every method, so that nobody forgets it: the zero Actor is
// audit.ErrInvalidEvent. The entry names the line, the account or the delivery, and which parts of it
// are to change, never what to. What fails after it was recorded has a second entry.
//
// What a caller does by telephone stands in the history of the line, which is written in the same
// step as the change; what agents do for customers is recorded by package repair, and what becomes of
// the agents by packages agents and signin.
package audited
