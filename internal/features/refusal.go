package features

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// ErrRefused is what every [*Refusal] is, and so are [Refusals].
var ErrRefused = errors.New("not accepted")

// Refusal is the error that says why an edit is not accepted. Its text quotes nothing that
// was keyed.
type Refusal struct {
	Reason Reason
	Part   string // of a [Document] or of settings, such as "schedules/0/start"; empty: of a single edit
}

// Error names the reason.
func (r *Refusal) Error() string { return "not accepted: " + string(r.Reason) }

// Unwrap returns [ErrRefused].
func (r *Refusal) Unwrap() error { return ErrRefused }

func refuse(reason Reason) error { return &Refusal{Reason: reason} }

// Refusals is all that is not accepted of a [Document], or of settings that replace others, in the
// order of their parts.
type Refusals []*Refusal

// Error names the reasons.
func (r Refusals) Error() string { return errors.Join(r.Unwrap()...).Error() }

// Unwrap returns each [*Refusal].
func (r Refusals) Unwrap() []error {
	all := make([]error, len(r))
	for i, refusal := range r {
		all[i] = refusal
	}
	return all
}

// add adds the refusals in an error, if there are any, as those of a part or of something in it.
func (r *Refusals) add(part string, err error) {
	all, several := errors.AsType[Refusals](err)
	if one, is := errors.AsType[*Refusal](err); is && !several {
		all = Refusals{one}
	}
	for _, refusal := range all {
		*r = append(*r, &Refusal{refusal.Reason, path.Join(part, refusal.Part)})
	}
}

// has says whether anything of a part is not accepted.
func (r Refusals) has(part string) bool {
	return slices.ContainsFunc(r, func(refusal *Refusal) bool {
		return refusal.Part == part || strings.HasPrefix(refusal.Part, part+"/")
	})
}

// err is nil if there is no refusal.
func (r Refusals) err() error {
	if len(r) == 0 {
		return nil
	}
	return r
}

// ReasonOf finds the reason in an error that wraps a [Refusal], the first if there are several;
// false: it wraps none.
func ReasonOf(err error) (Reason, bool) {
	if refusal, is := errors.AsType[*Refusal](err); is {
		return refusal.Reason, true
	}
	return "", false
}

// Reason is why an edit is not accepted. The phone and the API give the same ones.
type Reason string

// The reasons.
const (
	NotANumber     Reason = "not-a-number"
	Barred         Reason = "barred"
	OwnNumber      Reason = "own-number"
	AlreadyListed  Reason = "already-listed"
	NotListed      Reason = "not-listed"
	ListFull       Reason = "list-full"
	NoTarget       Reason = "no-target" // on without a number to forward to
	NotATime       Reason = "not-a-time"
	NoLength       Reason = "starts-as-it-ends"
	Overlaps       Reason = "overlaps"
	SchedulesFull  Reason = "schedules-full"
	NoSuchGreeting Reason = "no-such-greeting"
	NotACode       Reason = "not-four-digits"
	EasyCode       Reason = "easy-code"           // among the first that a stranger would try: see [pins.Guess]
	NotOfFeature   Reason = "not-of-this-feature" // a part that the feature doesn't have
)

// Reasons are all of them.
var Reasons = [...]Reason{
	NotANumber, Barred, OwnNumber, AlreadyListed, NotListed, ListFull, NoTarget, NotATime,
	NoLength, Overlaps, SchedulesFull, NoSuchGreeting, NotACode, EasyCode, NotOfFeature,
}

// Sentence says in English what is wrong and what to do; of an unknown reason, nothing.
func (r Reason) Sentence() string {
	switch r {
	case NotANumber:
		return "That is not a telephone number that can be used here. Give the area code and the number, ten digits. " +
			"Where area codes can be listed, a toll-free one can: give 800, not 8XX."
	case Barred:
		return "Service codes such as 911, and numbers with these first digits, can't be used here. Give another number."
	case OwnNumber:
		return "Calls can't be forwarded to the line's own number. Give another number."
	case AlreadyListed:
		return "That entry is on the list already. There is nothing to add."
	case NotListed:
		return "That entry is not there to be removed. Look at the present settings."
	case ListFull:
		return "The list is full. Remove an entry before you add another."
	case NoTarget:
		return "Forwarding needs a number to forward to. Give one first, or turn forwarding off."
	case NotATime:
		return "A schedule is for weekdays or for the weekend, from one time of day to another, 00:00 to 23:59. Correct it."
	case NoLength:
		return "A schedule can't end at the time at which it starts. Choose another time."
	case Overlaps:
		return "The schedule overlaps one that is there. Choose other times, or remove that one first."
	case SchedulesFull:
		return fmt.Sprintf("There are %d schedules for these days already. Remove one before you add another.", SchedulesPerDays)
	case NoSuchGreeting:
		return fmt.Sprintf("There is no such greeting. Choose one from 1 to %d.", Greetings)
	case NotACode:
		return fmt.Sprintf("A code has exactly %d digits. Choose one of that length.", CodeDigits)
	case EasyCode:
		return "That code is too easy to guess. Choose one that is not a repetition, digits in a row, " +
			"the end of the line's own number, or one that many people choose."
	case NotOfFeature:
		return "The feature doesn't have that. Leave it out."
	}
	return ""
}
