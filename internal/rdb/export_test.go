package rdb

import (
	"context"
	"time"

	"updatecenter/features"
)

// Announce is the first step of a change.
func (db *DB) Announce(ctx context.Context, lane string, now time.Time) error {
	return db.announce(ctx, lane, now)
}

// Append is the second step of a change.
func (s Features) Append(ctx context.Context, change features.Change) error {
	record, err := encode(change.Record)
	if err != nil {
		return err
	}
	done, err := s.change(ctx, change, record)
	return featureVerdict(done, err)
}
