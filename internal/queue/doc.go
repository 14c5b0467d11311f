// Package queue brings tasks to whichever server is free, on the project's Redis, alone, behind
// sentinels or as a cluster, by way of asynq: attempts at deliveries, as a [deliveries.Queue], and what
// else must survive the server that takes it on.
//
//	q := queue.New(queue.Config{Client: db.Client(), Log: log})
//	all := deliveries.New(deliveries.Config{Queue: q, ...})
//	go q.Run(ctx, q.Attempts(all, 1)...) // on every server
//
// # Queues
//
// Each class of deliveries has a queue and workers of its own, and so have e-mails to agents: none
// waits for the workers of another, nor for its tasks. The calls of a server then share its
// [deliveries.Pace]. Releases before had one queue for all, updatecenter: what is in it is put into
// the queue of its class, and nothing is queued there any more.
//
// # What may be relied on
//
// A task that was queued is run at least once, at its time or somewhat later: if it is
// due at once within 150 ms on an idle server, within two seconds if nobody waits for it; within some
// two seconds of any other time. It is there once, by its ID, such as delivery and attempt: the same
// again, while it waits or runs, is no second task. When it has run without an error it is forgotten, and so it can be queued again.
//
// After an error it runs again after 1, 2, 4, 8, 16 and then 30 seconds. After the tenth it is
// dropped, so that nothing spins for ever; [deliveries.Deliveries.Sweep] finds that the
// delivery isn't finished and queues it anew. An attempt that asks for a later time, by a
// [*deliveries.LaterError], gets that; to have to wait for others is no failure. Nothing is
// ever put into asynq's archive, where it would stand in the way of the same task.
//
// # When a server dies
//
// What it was running stays marked as running for 30 seconds, the lease, which a server that
// lives renews every five. Other servers look once a minute for leases that have run out half
// a minute ago, and so does a server that starts. So the task runs again within 60 to 120
// seconds of the death; until then it can't be queued, as it counts as running, and Sweep does
// nothing for it. Sweep is for tasks that were never queued since a server died before, that
// were dropped, or were lost with a Redis. A task that Redis handed out while the connection
// broke is in the same state as one whose server died.
//
// That a task may run twice, even at once, is for [deliveries.Deliveries.Attempt] to cope with.
//
// # What is in Redis
//
// The keys are those of [KeyPatterns]: they begin with "asynq:{updatecenter", but for the names of
// queues and for which servers there are. asynq's prefix can't be set, and another program that uses
// asynq in the same database shares those. The keys of a queue are in one slot
// of a cluster. The payload of an attempt is JSON with a version, the delivery's ID and the number of the
// attempt; nothing in it is secret. Errors aren't stored: they go to the log. Counts of each day are kept for 90 days, a task until it has run.
package queue
