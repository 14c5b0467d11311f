package letters

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

const (
	turnWithin = 10 * time.Second      // a turn takes milliseconds, and a sync on a busy disk more
	lookEvery  = 10 * time.Millisecond // at a lock that somebody else has
)

// lock waits for the turn to write into the spool, among all goroutines and processes. The
// lock file stays: to delete it would let two have the lock.
func (s spool) lock(ctx context.Context) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, turnWithin)
	defer cancel()
	f, err := os.OpenFile(filepath.Join(s.dir, lockName), os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, err
	}
	for {
		taken, err := tryLock(f)
		if taken {
			return func() { _ = f.Close() }, nil // which ends the lock
		}
		select {
		case <-ctx.Done():
			err = errors.Join(err, ctx.Err())
		case <-time.After(lookEvery):
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}
