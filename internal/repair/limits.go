package repair

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/ids"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
)

// Limits bound what one agent, by one interface, does in any hour. All the agents of one API key
// together do at most ten times as much: a key says itself who its agents are, and could make up
// as many as it likes.
type Limits struct {
	Lookups int // of lines and accounts
	Calls   int // to lines
	Secrets int // tries at the code or answer of an account
	Resets  int // of PINs, unlockings, and openings of accounts
	Program int // look-ups that an API key does by itself, in any minute: whole systems do that
	Claims  int // wrong claims to accounts with one API key, its agents' included; in any day five times as many
}

// DefaultLimits are 120 look-ups, 30 calls, 60 tries at secrets, 20 resets, 200 look-ups of a program in a
// minute and 100 wrong claims.
//
// A web site with a million customers sees some dozens of wrong claims in an hour. Whoever makes 500 a
// day for a year, all but unseen, has guessed 182,500 times at codes of six digits, and opens some
// account with a chance of 1 - (1-10^-6)^182,500 = 17 %; at codes of eight digits, 0.2 %.
func DefaultLimits() Limits {
	return Limits{Lookups: 120, Calls: 30, Secrets: 60, Resets: 20, Program: 200, Claims: 100}
}

// Bounded names what there can be too much of.
type Bounded string

// What is bounded. All but the last two are an agent's.
const (
	LookUps Bounded = "look-ups"
	Calls   Bounded = "calls"
	Secrets Bounded = "security codes and answers"
	Resets  Bounded = "resets"
	// WrongClaims are those to any accounts with one API key.
	WrongClaims Bounded = "wrong claims to accounts"
	WrongCodes  Bounded = "wrong codes" // of a line, by whomever
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
	return fmt.Sprintf("too many %s in so short a time", e.What)
}

// Alert tells supervisors of the first refusal in an hour.
type Alert struct {
	What  Bounded
	Who   Who         // the one who was refused; a key by its name alone if all its agents were
	Line  nanp.Number // about which who was refused; empty: about an account
	Until time.Time   // as in [LimitError]
}

// Rules of counting.
const (
	// An agent's limits count over any hour.
	window = time.Hour
	// A key may do so many times as much as one of its agents.
	agentsOfKey = 10
	// A key has so many times as many wrong claims in a day as in an hour. The hour's bound alone would
	// let twice as many by; the day's alone would shut all customers out for a day within a minute.
	claimsInDay = 5
	// A line has so many wrong codes within the time, and then rests for as long.
	wrongCodes = 9
	restFor    = 24 * time.Hour
)

// rule is the agents' rule for something.
func (l Limits) rule(what Bounded) Rule {
	if what == WrongCodes {
		return Rule{Rate: limit.Rate{Most: wrongCodes, Within: restFor}, Rest: restFor}
	}
	most := map[Bounded]int{
		LookUps: l.Lookups, Calls: l.Calls, Secrets: l.Secrets, Resets: l.Resets, WrongClaims: l.Claims, WrongCodes: 0,
	}
	return Rule{Rate: limit.Rate{Most: most[what], Within: window}}
}

// ruleOfKey is the rule for all agents of a key.
func (l Limits) ruleOfKey(what Bounded) Rule {
	rule := l.rule(what)
	rule.Most *= agentsOfKey
	return rule
}

// ruleOfProgram is the rule for what a key looks up for no agent.
func (l Limits) ruleOfProgram() Rule {
	return Rule{Rate: limit.Rate{Most: l.Program, Within: time.Minute}}
}

// subject is what something is counted for.
func subject(what Bounded, who Who, number nanp.Number) string {
	if what == WrongCodes {
		return string(what) + ":" + string(number)
	}
	return string(what) + ":" + who.Via + ":" + who.Name
}

// A bound is what an entry counts against.
type bound struct {
	subject string
	rule    Rule
	who     Who    // whom the alert names
	detail  string // for the audit
}

// count counts an entry, or says a [*LimitError]. Without an entry it only asks. What an agent of an API
// key does counts for the key as well; what the key is refused does not count for the agent.
func (d *Desk) count(ctx context.Context, who Who, what Bounded, number nanp.Number, entry string) error {
	limits := d.config.Limits
	bounds := []bound{{subject(what, who, number), limits.rule(what), who, string(what)}}
	if key, isKey := who.key(); isKey && what != WrongCodes {
		bounds = append(bounds, bound{
			string(what) + ":key:" + key.Name, limits.ruleOfKey(what), key, string(what) + ", of all agents of the key",
		})
	}
	return d.countAll(ctx, who, what, number, entry, bounds)
}

// countAll counts an entry against all of some bounds, or against none. A refusal that is the first in an
// hour is told and recorded.
func (d *Desk) countAll(ctx context.Context, who Who, what Bounded, number nanp.Number, entry string, bounds []bound) error {
	at := d.now()
	for i, b := range bounds {
		counted, err := d.codes.Store.Count(ctx, Count{Subject: b.subject, Entry: entry, At: at, Rule: b.rule})
		switch {
		case err != nil:
			err = fmt.Errorf("count %s: %w", what, err)
		case counted.Refused:
			err = &LimitError{What: what, Until: counted.Until}
		default:
			continue
		}
		if counted.First {
			d.config.Alert(ctx, Alert{What: what, Who: b.who, Line: number, Until: counted.Until})
			if failed := d.record(ctx, who, audit.LimitReached, number, b.detail); failed != nil {
				err = failed
			}
		}
		d.takeBack(ctx, entry, bounds[:i])
		return err
	}
	return nil
}

// Claim has a claim to an account judged that is made with an API key. Unless it turns out not to be
// wrong, it counts against the key, whatever the account and be it one or not: before it is judged, so
// that a hundred at once are no more guesses than one after another. Errors: a [*LimitError], and then
// nothing is judged; those of judge, [ErrWho], those of the store and the audit.
func (d *Desk) Claim(ctx context.Context, key Who, judge func() (wrong bool, err error)) error {
	if !key.valid() {
		return ErrWho
	}
	entry, err := ids.New(d.config.Random, "")
	if err != nil {
		return err
	}
	of, rule := subject(WrongClaims, key, ""), d.config.Limits.rule(WrongClaims)
	inDay := Rule{Rate: limit.Rate{Most: claimsInDay * rule.Most, Within: 24 * window}}
	bounds := []bound{
		{of, rule, key, string(WrongClaims)}, {"day of " + of, inDay, key, string(WrongClaims) + ", in a day"},
	}
	if err := d.countAll(ctx, key, WrongClaims, "", entry, bounds); err != nil {
		return err
	}
	wrong, err := judge()
	if !wrong {
		d.takeBack(ctx, entry, bounds)
	}
	return err
}

// takeBack undoes counts of an entry, also for a request that was given up by then.
func (d *Desk) takeBack(ctx context.Context, entry string, bounds []bound) {
	if entry == "" {
		return
	}
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	for _, b := range bounds {
		if err := d.codes.Store.Uncount(ctx, b.subject, entry); err != nil {
			d.config.Log.WarnContext(ctx, "something counts that should not", "error", err)
		}
	}
}

// countOne counts something that is done once.
func (d *Desk) countOne(ctx context.Context, who Who, what Bounded, number nanp.Number) error {
	entry, err := ids.New(d.config.Random, "")
	if err != nil {
		return err
	}
	return d.count(ctx, who, what, number, entry)
}
