// Package ivr is the engine that carries a caller through a call flow.
//
// # A flow is data
//
// A [Flow] is a list of lines in the order in which one would tell the call. Each stands
// at a [Step] and names the steps that may follow:
//
//   - [Say] speaks a prompt,
//   - [Ask] has the caller key digits into a [Blank],
//   - [Menu] offers options, numbered in the order offered,
//   - [Work] runs domain code and goes on by its outcome,
//   - [Again] leads back a limited number of times,
//   - [Transfer] connects the caller with a telephone number,
//   - [Enter] runs a [Subflow] and goes on by the [Return] that ends it,
//   - [Resume] leads from the help back to the question.
//
// A [Blank] says what it holds in the manner of its kind: a telephone number in groups, a time
// by the clock of the caller's language, one of the flow's Phrases as a part of the sentence.
// A secret that must be spoken is lent to a blank for one turn, and never kept ([Call.Lend]).
//
// A menu of more than five options comes on pages. An option can instead have a key of its
// own, which stays the same whatever else is offered. A page takes 30 seconds at the most, and
// one of a list ([Menu].Listing) 45; a blank of kind [Listed] says the numbers of a list.
//
// A subflow is a part of the call that serves several places, each of which says by blanks
// what it is about and where its returns lead. Subflows enter others, but never themselves.
// Steps lead only to others of the same part; a question asked for help leads out of all.
//
// Two keys work at every question: 0 goes to the flow's Help step, unless a 0 is an answer
// ([Ask].Zero), and * to the question's Back step. [Call.Place] tells the help who has asked,
// and [Resume] leads back. Silence, too few keys, too many, and keys that mean nothing here each get a
// sentence of their own and the question once more, until its tries are used up.
//
// [Flow.Check] finds what the compiler can't: steps without a way to them or to the end
// of the call, prompts that lack a language, menus that are too long. [Flow.Mermaid] and
// [Subflow.Mermaid] draw the flow and its parts, [Flow.Exits] lists every way out of every
// line, so that a test can tell which were never taken.
//
// # A turn
//
// A turn is one webhook: the caller's keys come in, a TwiML document goes out.
// [Engine.Turn] claims the turn in the [Store], runs lines until one waits for the caller
// or the call ends, and commits the new state with the answer in one step; the first turn
// of a call is claimed by its commit. A webhook that is delivered twice gets the same answer
// and has one effect, on whichever server it arrives; work that a turn does elsewhere must be idempotent on [Call.SID] and
// [Call.Turn], as a server can die between the work and the commit.
//
// State and answers are sealed before they leave the process, bound to their call.
package ivr
