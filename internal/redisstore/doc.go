// Package redisstore keeps the project's state in Redis: every key and every script stands here.
//
//	db, err := redisstore.Open("redis://localhost:6379/0")
//	...
//	defer db.Close()
//	engine, err := ivr.New(ivr.Config{Store: db.Calls(), ...})
//
// [DB.Calls] are the calls under way ([ivr.Store]), [DB.Lines] the lines with their PINs,
// strikes, history and validations ([pins.Store], [pins.CallerStore], [pins.Registry],
// [pins.Validations]), [DB.Features] the settings of their calling features ([features.Store]),
// [DB.Outbox] the changes of these that wait for the operator's switch ([provisioning.Store]),
// [DB.Events] the same for the operator to look at and to repeat, [DB.Accounts] the accounts
// with the failures to prove them and the enrollments ([accounts.Store], [accounts.Attempts],
// [accounts.Enrollments]), [DB.Deliveries] the deliveries of their codes ([deliveries.Store],
// [deliveries.Phones]), [DB.Agents] the profiles of the repair agents ([agents.Store]),
// [DB.SignIn] their sessions, with the failures to sign in ([signin.Store], [signin.Attempts]),
// [DB.Keys] the keys to the API ([apikey.Store]). They may share a Redis with other programs:
// every key begins with "uc:" (keys.go lists them all, with their lifetimes), but those of
// package queue, which uses [DB.Client].
//
// # What may be relied on
//
// Each method is one step: a script, which the server runs whole or not at all, however many
// servers of ours there are. A change of a feature takes two, as the outbox is elsewhere; see
// [Outbox] for why that loses nothing. So is an account number from its account, and a delivery
// from its limits and from the index of what is unfinished: see [Accounts] and [Deliveries].
// Time comes from the caller, never from Redis; Redis' own expiry only sweeps up later. Records
// carry their version: one of a newer release is left alone ([ErrVersion]), and so is garbage
// ([ErrGarbage]), but for a call's, which is dropped, so that its caller can start over, and that
// of a line's failures, which a reset drops. A session that can't be read is none.
//
// An operation ends within a second, and within its context; one that takes an account number
// ends within three, and each round trip of Create, Update and Unfinished of deliveries, and of
// List of agents, within one. After an error nobody knows whether it took effect; all but
// Validate, Reset, Unlock, Remove, Append, AddKey, a change of a feature without a turn, Update
// of a delivery, and Count, Release and Delete of sign-ins can simply be run again. Errors never
// hold the URL, nor anything that was to be stored. Of what packages ivr, pins, features,
// dispatch, accounts, deliveries, agents and signin ask for they don't say what was attempted,
// as these do.
//
// The scripts run on Redis 7 or newer, alone, behind sentinels or as a cluster, where all keys
// of a script have the same hash tag; and on miniredis, for the demo and for tests.
package redisstore
