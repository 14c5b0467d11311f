// Package provisioning is where messages wait that must reach another system: stored in one step
// with what they tell, and delivered later, at least once and in order.
//
// A message waits in a partition; there is one partition for each thing whose messages must keep their
// order, such as a line. Nobody can store a message with what it tells and also enter its partition
// in the list of partitions in one step, as these may be on different nodes of a database. So who
// publishes takes two:
//
//  1. announce the partition: from now on it is known;
//  2. append the message, in one step with what it tells, within [AnnouncedFor].
//
// Who dies in between leaves a known partition without a message, which costs a look and is
// forgotten. A partition with a message in it is always known.
//
// [Store] is what package dispatch needs to deliver, and states what announcing does.
package provisioning

import (
	"context"
	"errors"
	"time"
)

// ErrLost says that a holder has no claim on a partition: it ran out and another may have taken the
// partition, or it was released before.
var ErrLost = errors.New("the claim on the partition is lost")

// When a partition that was found empty is looked into again, counted from its announcement.
const (
	// LateAnnouncement is when nearly every message has come.
	LateAnnouncement = time.Second
	// AnnouncedFor is how long a message may take to come. Who appends later may find that
	// nobody looks into the partition.
	AnnouncedFor = time.Minute
)

// Store is where messages wait. Whose partition a claim is follows from the times that are handed
// over, and from no other clock.
//
// To announce a partition notes the time. If the partition is not known, or known only since its message
// may still come, it is due from that time on. In all other cases it stays due when it is: a
// claim is not disturbed, and a delivery that is put off until later is not brought forward.
type Store interface {
	// Claim claims up to most partitions that are due at the time now, those due longest first:
	// nobody gets them, the same holder included, until they are released or the time until
	// has come.
	Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error)
	// Next returns up to most undelivered messages of a partition, oldest first. It doesn't ask for
	// a claim; a partition that is not known has none.
	Next(ctx context.Context, partition string, most int) ([]Message, error)
	// Delivered notes that a message and all before it in its partition were delivered. It doesn't
	// ask for a claim: a late note is still true, and one that lags behind changes nothing.
	Delivered(ctx context.Context, partition, position string) error
	// Release ends a claim. The partition is due again at the time again. Zero says that it was
	// found empty: it is forgotten, unless it was announced less than [AnnouncedFor] before
	// now, so that its message may still come. Then it is due once more, [LateAnnouncement] after it
	// was announced if that is yet to come, else AnnouncedFor after. ErrLost when the holder
	// has no claim on the partition, and nothing is changed; a claim that has run out stands until
	// another takes the partition.
	Release(ctx context.Context, partition, holder string, now, again time.Time) error
	// Due says how many partitions are known, and the earliest time at which one of them is due,
	// which is yet to come if none is due now, and zero if none is known. A claimed partition is
	// due when its claim runs out.
	Due(ctx context.Context) (partitions int, oldest time.Time, err error)
}

// Message is a message in a partition.
type Message struct {
	Position string // in its partition, for Delivered; never empty
	Stored   []byte // as it was published
}
