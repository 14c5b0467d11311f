package dispatch

import (
	"crypto/rand"
	"io"
	"math/big"
	"sync"
	"time"
)

// Delays after failures.
const (
	shortest    = time.Second     // after the first failure; each further one doubles it
	mostAway    = 5 * time.Minute // while the receiver is away
	mostRefused = time.Hour       // of a lane whose message is refused
	mostUnread  = time.Minute     // of a lane that the store can't read
	mostAsked   = time.Hour       // that a receiver can ask for with Retry-After
)

// delays are how long to wait after failures in a row.
type delays struct {
	mu     sync.Mutex
	random io.Reader
}

// after returns the delay after so many failures in a row, at least one: it doubles from
// shortest up to most, less up to a quarter by chance, so that servers that failed together
// don't come again together.
func (d *delays) after(failures int, most time.Duration) time.Duration {
	delay := shortest
	for range failures - 1 {
		if delay *= 2; delay >= most {
			delay = most
			break
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	less, err := rand.Int(d.random, big.NewInt(int64(delay/4)))
	if err != nil { // without chance the delay is the longest that it can be
		return delay
	}
	return delay - time.Duration(less.Int64())
}
