package desk

import (
	"context"
	"fmt"
	"time"

	"updatecenter/audit"
	"updatecenter/internal/nanp"
)

// Limits bound what one agent, by one interface, does in any hour.
type Limits struct {
	Lookups int // of lines
	Calls   int // to lines
	Secrets int // tries at the code or answer of an account
	Resets  int // of PINs, and unlockings
}

// DefaultLimits are 120 look-ups, 30 calls, 60 tries at secrets and 20 resets.
func DefaultLimits() Limits { return Limits{Lookups: 120, Calls: 30, Secrets: 60, Resets: 20} }

// Bounded names what there can be too much of.
type Bounded string

// What is bounded. All but the last are an agent's.
const (
	LookUps    Bounded = "look-ups"
	Calls      Bounded = "calls"
	Secrets    Bounded = "security codes and answers"
	Resets     Bounded = "resets"
	WrongCodes Bounded = "wrong codes" // of a line, by whomever
)

// LimitError says that there was too much of something: nothing was done.
type LimitError struct {
	What  Bounded
	Until time.Time // from then on there can be more
}

// Error is a sentence for who is at the desk.
func (e *LimitError) Error() string {
	if e.What == WrongCodes {
		return "too many wrong codes for this line: validate the customer in another way"
	}
	return fmt.Sprintf("too many %s in an hour", e.What)
}

// Alert tells supervisors of the first refusal in an hour.
type Alert struct {
	What  Bounded
	Who   Who
	Line  nanp.Number // about which who was refused
	Until time.Time   // as in [LimitError]
}

// Rules of counting.
const (
	// An agent's limits count over any hour.
	window = time.Hour
	// A line has so many wrong codes within the time, and then rests for as long.
	wrongCodes = 9
	restFor    = 24 * time.Hour
)

// rule is the agents' rule for something.
func (l Limits) rule(what Bounded) Rule {
	most := 0
	switch what {
	case LookUps:
		most = l.Lookups
	case Calls:
		most = l.Calls
	case Secrets:
		most = l.Secrets
	case Resets:
		most = l.Resets
	case WrongCodes:
		return Rule{Most: wrongCodes, Within: restFor, Rest: restFor}
	}
	return Rule{Most: most, Within: window}
}

// subject is what something is counted for.
func subject(what Bounded, who Who, number nanp.Number) string {
	if what == WrongCodes {
		return string(what) + ":" + string(number)
	}
	return string(what) + ":" + who.Via + ":" + who.Name
}

// count counts an entry, or says a [*LimitError]. Without an entry it only asks. A refusal that
// is the first in an hour is told and recorded.
func (d *Desk) count(ctx context.Context, who Who, what Bounded, number nanp.Number, entry string) error {
	counted, err := d.codes.Store.Count(ctx, Count{
		Subject: subject(what, who, number), Entry: entry, At: d.now(), Rule: d.limits.rule(what),
	})
	switch {
	case err != nil:
		return fmt.Errorf("count %s: %w", what, err)
	case !counted.Refused:
		return nil
	}
	if counted.First {
		d.alert(ctx, Alert{What: what, Who: who, Line: number, Until: counted.Until})
		if err := d.record(ctx, who, audit.LimitReached, number, string(what)); err != nil {
			return err
		}
	}
	return &LimitError{What: what, Until: counted.Until}
}

// countOne counts something that is done once.
func (d *Desk) countOne(ctx context.Context, who Who, what Bounded, number nanp.Number) error {
	entry, err := identity(d.random)
	if err != nil {
		return err
	}
	return d.count(ctx, who, what, number, entry)
}
