package mailboxes

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// EmailLock returns the rule for the answers of a line's addresses, for all of them together: 3 wrong ones lock them for a day. The
// tenth lock stays: a customer's answers stand against 30 guesses, of which NIST SP 800-63B, section 5.2.2, admits 100. A right
// pair clears the wrong ones at its own address alone: who knows the answers of one can't guess at those of another for longer.
func EmailLock() limit.Lock {
	const day = 24 * time.Hour
	return limit.Lock{LockAt: 3, LockFor: day, CloseAt: 30, ForgetIn: 90 * day}
}

// EmailProof is what a caller keys to prove that an e-mail address is theirs.
type EmailProof struct {
	Line    nanp.Number    // its billing telephone number
	Email   EmailID        // of the [Challenge]
	Answers [2]secret.Text // to its questions, in their order: keys of a telephone, or letters
	Once    string         // the same again, with the same answers, is one guess; empty: each is another
	By      string         // who does it, for the line's history, as what follows; empty: [pins.ByCaller]
	From    string         // who calls, empty: withheld; or the interface
	Side    pins.Side      // of the call
	Call    string         // the CallSid
}

// EmailResult is what came of a proof.
type EmailResult struct {
	Outcome     proofs.Outcome
	TriesLeft   int       // with proofs.Wrong: until the addresses are locked
	LockedUntil time.Time // with proofs.LockedForNow
	Guessed     bool      // the answers were looked at, and wrong: it counts for the caller, too
}

// ProveEmail judges the answers to the two questions of an address, both together, and counts them. The third wrong pair in a
// row locks all addresses of the line, see [EmailLock], and answers with that at once; a right one clears those at its address.
// While they are locked nothing is looked at. Whether there is such a line or address makes no difference to any outcome but
// Right, nor to what is asked of the store until the lock. It is told after it was stored: any number of guesses at the same moment are no more than one after the other. Who
// guesses is not counted here: that is for [pins.Lines.Guess], by Guessed.
//
// The lock of a line that has addresses stands in its history, and is told to the customer ([Config].EmailLocked).
//
// Outcomes: proofs.Right, proofs.Wrong, proofs.LockedForNow, proofs.Closed (locked until there are other answers), and
// proofs.Malformed of what can be no answer, which is not counted. The same again by Once, within an hour, has the same outcome.
// Errors: storage.ErrContended, storage.ErrUnreadable.
func (m *Mailboxes) ProveEmail(ctx context.Context, proof EmailProof) (_ EmailResult, err error) {
	defer wrap.Error(&err, "prove an e-mail address")
	first, can := keyed(proof.Answers[0])
	other, canToo := keyed(proof.Answers[1])
	answers := [2]secret.Text{first, other}
	if !can || !canToo || proof.Line.Display() == "" {
		return EmailResult{Outcome: proofs.Malformed}, nil
	}
	id, err := m.newEventID()
	if err != nil {
		return EmailResult{}, err
	}
	name, err := m.guessName(proof, answers, id)
	if err != nil {
		return EmailResult{}, err
	}
	return storage.Retry(ctx, func() (EmailResult, error) { return m.proveOnce(ctx, proof, answers, name, id) })
}

// proveOnce judges a guess of a name. The ID is for the notice of a lock.
func (m *Mailboxes) proveOnce(ctx context.Context, proof EmailProof, answers [2]secret.Text, name, id string) (EmailResult, error) {
	line, err := m.load(ctx, proof.Line)
	if err != nil {
		return EmailResult{}, err
	}
	counts, err := m.loadDecoy(ctx, proof.Line) // in any case, as it takes time
	if err != nil {
		return EmailResult{}, err
	}
	if len(line.Emails) > 0 {
		counts = line
	}
	return m.judge(ctx, proof, answers, counts, name, id)
}

// judge judges a guess at the addresses of a record, or at the decoy that it is of.
func (m *Mailboxes) judge(
	ctx context.Context, proof EmailProof, answers [2]secret.Text, line *record, name, id string,
) (EmailResult, error) {
	now := m.now()
	if before, known := line.Guesses.judged(name, now); known {
		return before.result(), nil
	}
	line.Guesses.forget(now)
	if locked, is := line.Guesses.locked(now); is {
		return locked, nil
	}
	of := EmailID("") // no address of the line's
	if line.email(proof.Email) != nil {
		of = proof.Email
	}
	guess := line.Guesses.count(name, of, line.right(proof.Email, answers), now)
	change := Change{Record: pins.Record{At: now}}
	if _, locks := line.Guesses.locked(now); locks && !line.decoy {
		change.Record = pins.Record{
			At: now, Event: pins.EmailLocked, By: cmp.Or(proof.By, pins.ByCaller), Side: proof.Side, From: proof.From, Call: proof.Call,
			Until: guess.Until, Changes: changed(of),
		}
		change.Notice = m.config.EmailLocked(proof.Line, id)
	}
	return guess.result(), m.commit(ctx, line, change)
}

// guessName names a guess by all that is claimed, so that nobody has another guess in the place of one that was counted; of
// one that is not to be known again, by an ID.
func (m *Mailboxes) guessName(proof EmailProof, answers [2]secret.Text, id string) (string, error) {
	if proof.Once == "" {
		return id, nil
	}
	claimed := fmt.Sprintf("e-mail guess %q %q %q %q %q", proof.Once, proof.Line, proof.Email, answers[0].Reveal(), answers[1].Reveal())
	mac, err := m.config.Keys.MAC(m.config.Keys.Current(), []byte(claimed))
	if err != nil {
		return "", fmt.Errorf("name a guess: %w", err)
	}
	return hex.EncodeToString(mac[:16]), nil
}

// right says whether both answers are those of an address, in constant time. Of one that is not there nothing is right, and as
// much is compared.
func (r *record) right(id EmailID, answers [2]secret.Text) bool {
	kept := email{}
	if e := r.email(id); e != nil {
		kept = *e
	}
	first, other := answers[0].Equal(secret.New(kept.Answers[0])), answers[1].Equal(secret.New(kept.Answers[1]))
	return first && other
}

// guesses are those at the answers of a line's addresses, or of its decoy.
type guesses struct {
	Failures map[EmailID]int `json:"failures,omitempty"` // in a row at each address, over all locks; of "": at what is none of the line's
	Last     time.Time       `json:"last,omitzero"`      // the last failure
	Until    time.Time       `json:"until,omitzero"`     // until when nothing is looked at
	Judged   []guess         `json:"judged,omitempty"`   // the newest, oldest first
}

// failures are those at all addresses, by which they are locked.
func (g *guesses) failures() (n int) {
	for _, of := range g.Failures {
		n += of
	}
	return n
}

// clear takes back the failures at an address. A lock ends with it, if what is left would lock nothing.
func (g *guesses) clear(of EmailID) {
	delete(g.Failures, of)
	if g.failures() < EmailLock().LockAt {
		g.Until = time.Time{}
	}
}

// guess is one that was judged.
type guess struct {
	Name    string         `json:"name"`
	At      time.Time      `json:"at"`
	Outcome proofs.Outcome `json:"outcome"`
	Until   time.Time      `json:"until,omitzero"` // with proofs.LockedForNow
	Left    int            `json:"left,omitzero"`  // with proofs.Wrong: tries
}

func (g guess) result() EmailResult {
	return EmailResult{Outcome: g.Outcome, TriesLeft: g.Left, LockedUntil: g.Until, Guessed: g.Outcome != proofs.Right}
}

// Bounds of what is kept of guesses: a turn comes again within minutes.
const (
	guessKept  = time.Hour
	mostJudged = 10
)

// judged is a guess that was judged before.
func (g *guesses) judged(name string, now time.Time) (guess, bool) {
	at := slices.IndexFunc(g.Judged, func(made guess) bool { return made.Name == name && now.Before(made.At.Add(guessKept)) })
	if at < 0 {
		return guess{}, false
	}
	return g.Judged[at], true
}

// closed says whether nothing is looked at until there are other answers.
func (g *guesses) closed() bool { return g.failures() >= EmailLock().CloseAt }

// locked is the result while nothing is looked at.
func (g *guesses) locked(now time.Time) (EmailResult, bool) {
	switch {
	case g.closed():
		return EmailResult{Outcome: proofs.Closed}, true
	case now.Before(g.Until):
		return EmailResult{Outcome: proofs.LockedForNow, LockedUntil: g.Until}, true
	}
	return EmailResult{}, false
}

// count counts a guess at an address that was judged, and locks by the rule.
func (g *guesses) count(name string, of EmailID, right bool, now time.Time) guess {
	made := guess{Name: name, At: now, Outcome: proofs.Right}
	if right {
		g.clear(of)
	} else {
		if g.Failures == nil {
			g.Failures = map[EmailID]int{}
		}
		g.Failures[of]++
		g.Last, made.Outcome = now, proofs.Wrong
		switch rule, failures := EmailLock(), g.failures(); {
		case g.closed():
			g.Until, made.Outcome = time.Time{}, proofs.Closed
		case rule.Locks(failures):
			g.Until = now.Add(rule.LockFor)
			made.Outcome, made.Until = proofs.LockedForNow, g.Until
		default:
			made.Left = rule.LockAt - failures%rule.LockAt
		}
	}
	g.Judged = append(g.Judged, made)
	g.Judged = slices.Clone(g.Judged[max(0, len(g.Judged)-mostJudged):])
	return made
}

// forget drops what is too old.
func (g *guesses) forget(now time.Time) {
	g.Judged = slices.DeleteFunc(slices.Clone(g.Judged), func(made guess) bool { return !now.Before(made.At.Add(guessKept)) })
	if !g.closed() && !now.Before(g.Last.Add(EmailLock().ForgetIn)) {
		g.Failures, g.Last, g.Until = nil, time.Time{}, time.Time{}
	}
}

// lives is how long the guesses at a number without addresses are of use: as long as those of others, but that they must not
// fill the store.
func (g *guesses) lives() time.Duration {
	if g.closed() {
		return limit.KeptClosed * EmailLock().ForgetIn
	}
	return EmailLock().ForgetIn
}
