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

// subjectOfKey is what something is counted for that all agents of a key do.
func subjectOfKey(what Bounded, key string) string { return string(what) + ":key:" + key }

// count counts an entry, or says a [*LimitError]. Without an entry it only asks. A refusal that
// is the first in an hour is told and recorded. What an agent of an API key does counts for the key
// as well; what the key is refused does not count for the agent.
func (d *Desk) count(ctx context.Context, who Who, what Bounded, number nanp.Number, entry string) error {
	c := Count{Subject: subject(what, who, number), Entry: entry, At: d.now(), Rule: d.config.Limits.rule(what)}
	if err := d.countFor(ctx, c, Alert{What: what, Who: who, Line: number}, who, string(what)); err != nil {
		return err
	}
	key, isKey := who.key()
	if !isKey || what == WrongCodes {
		return nil
	}
	all := Count{Subject: subjectOfKey(what, key.Name), Entry: entry, At: c.At, Rule: d.config.Limits.ruleOfKey(what)}
	err := d.countFor(ctx, all, Alert{What: what, Who: key, Line: number}, who, string(what)+", of all agents of the key")
	if err != nil && entry != "" {
		d.takeBack(ctx, c)
	}
	return err
}

// countFor counts for one subject. The alert lacks only until when; the detail is for the audit.
func (d *Desk) countFor(ctx context.Context, c Count, alert Alert, who Who, detail string) error {
	counted, err := d.codes.Store.Count(ctx, c)
	switch {
	case err != nil:
		return fmt.Errorf("count %s: %w", alert.What, err)
	case !counted.Refused:
		return nil
	}
	if counted.First {
		alert.Until = counted.Until
		d.config.Alert(ctx, alert)
		if err := d.record(ctx, who, audit.LimitReached, alert.Line, detail); err != nil {
			return err
		}
	}
	return &LimitError{What: alert.What, Until: counted.Until}
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
	hour := Count{Subject: subject(WrongClaims, key, ""), Entry: entry, At: d.now(), Rule: d.config.Limits.rule(WrongClaims)}
	day := hour
	day.Subject = "day of " + day.Subject
	day.Rule.Rate = limit.Rate{Most: claimsInDay * hour.Rule.Most, Within: 24 * window}
	alert := Alert{What: WrongClaims, Who: key}
	if err := d.countFor(ctx, hour, alert, key, string(WrongClaims)); err != nil {
		return err
	}
	if err := d.countFor(ctx, day, alert, key, string(WrongClaims)+", in a day"); err != nil {
		d.takeBack(ctx, hour)
		return err
	}
	wrong, err := judge()
	if !wrong {
		d.takeBack(ctx, hour)
		d.takeBack(ctx, day)
	}
	return err
}

// takeBack undoes a count, also for a request that was given up by then.
func (d *Desk) takeBack(ctx context.Context, c Count) {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if err := d.codes.Store.Uncount(ctx, c.Subject, c.Entry); err != nil {
		d.config.Log.WarnContext(ctx, "something counts that should not", "error", err)
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
