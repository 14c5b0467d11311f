package features

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"updatecenter/internal/nanp"
	"updatecenter/internal/typed"
)

// The digits of a number after its international prefix, the country code included: at most 15
// (ITU-T E.164); with fewer than 8 a digit was left out more likely than not, as subscribers'
// numbers that short are rare.
const (
	leastAbroad = 8
	mostAbroad  = 15
	maxKeyed    = 32 // bytes of a written number that are looked at
)

// ParseEntry reads an entry of the feature's list, as a caller keys it or an API client
// writes it: what typed.Number takes, and what the [ListRule] takes besides. An international
// number is written with 011 or + before 8 to 15 digits, of which the first are the country
// code. All numbers of a toll-free code are its three digits, "800"; 8XX for all such codes at
// once is not taken, each is an entry. The error is a [*Refusal]: NotANumber, Barred, AlwaysDialed of 911 where
// the list has what can be dialed, or NotOfFeature where there is no list.
func (r Rule) ParseEntry(keyed string) (Entry, error) {
	if r.List == nil {
		return "", refuse(NotOfFeature)
	}
	keyed = typed.Fold(keyed)
	if r.List.International && plainDigits(keyed) == "911" {
		return "", refuse(AlwaysDialed)
	}
	if isService(plainDigits(keyed)) || r.List.AreaCodes && (barredEntry(prefix(keyed)) || barredExchange(keyed)) {
		return "", refuse(Barred)
	}
	if number, err := typed.Number(keyed); err == nil {
		return Entry(number), nil
	}
	if digits := plainDigits(keyed); r.List.AreaCodes && isArea(digits) {
		return Entry(digits), nil
	}
	if r.List.International {
		return parseAbroad(keyed)
	}
	return "", refuse(NotANumber)
}

// ParseTarget reads a number to forward the line's calls to. The error is a [*Refusal]:
// NotANumber, Barred, OwnNumber, or NotOfFeature where nothing is forwarded.
func (r Rule) ParseTarget(line nanp.Number, keyed string) (nanp.Number, error) {
	if !r.Target {
		return "", refuse(NotOfFeature)
	}
	keyed = typed.Fold(keyed)
	if barredTarget(prefix(keyed)) {
		return "", refuse(Barred)
	}
	number, err := typed.Number(keyed)
	if err != nil {
		return "", refuse(NotANumber)
	}
	if number == line {
		return "", refuse(OwnNumber)
	}
	return number, nil
}

// barredEntry says whether no entry of Call Rejection may begin with these digits (the
// operator's feature sheet).
func barredEntry(three string) bool {
	return isService(three) || slices.Contains([]string{"000", "111", "500", "900", "950"}, three)
}

// barredExchange says whether what is, or is meant to be, an area code with an exchange, or a
// number, has a service code for its exchange: who keys 612911 means 911. Toll-free numbers
// alone have such exchanges.
func barredExchange(keyed string) bool {
	digits := plainDigits(keyed)
	switch len(digits) {
	case 6, 10:
		return isService(digits[3:6]) && !tollFree(digits[:3])
	}
	return false
}

// isService says whether these are the three digits of a service code, 211 to 911 (the North
// American plan's N11).
func isService(digits string) bool {
	return len(digits) == 3 && digits[0] >= '2' && digits[1:] == "11"
}

// tollFree says whether an area code is toll-free, or kept for that (the North American plan's
// 8YY).
func tollFree(area string) bool {
	return strings.HasPrefix(area, "88") ||
		slices.Contains([]string{"800", "822", "833", "844", "855", "866", "877"}, area)
}

// barredTarget says whether nothing is forwarded to numbers that begin with these digits
// (the operator's feature sheet).
func barredTarget(three string) bool {
	return isService(three) || tollFree(three) || slices.Contains([]string{"500", "700", "900", "950"}, three)
}

// prefix returns the first three digits of what is, or is meant to be, an area code, one with
// an exchange, or a number; else nothing. It is less strict than [nanp.Parse], for which
// 911 is no area code: who keys it should hear that it is barred.
func prefix(keyed string) string {
	digits := plainDigits(keyed)
	switch len(digits) {
	case 3, 6, 10:
		return digits[:3]
	}
	return ""
}

// isArea takes an area code, or one with an exchange.
func isArea(digits string) bool {
	switch len(digits) {
	case 3:
		return nanp.IsAreaCode(digits)
	case 6:
		return nanp.IsAreaCode(digits[:3]) && digits[3] >= '2'
	}
	return false
}

// plainDigits returns the digits without separators, and without a 1 or +1 before ten of
// them; nothing if there is anything else.
func plainDigits(written string) string {
	if len(written) > maxKeyed {
		return ""
	}
	digits := unseparated(written)
	if len(digits) >= 11 {
		digits = strings.TrimPrefix(strings.TrimPrefix(digits, "+"), "1")
	}
	if !areDigits(digits) {
		return ""
	}
	return digits
}

// parseAbroad reads an international number.
func parseAbroad(keyed string) (Entry, error) {
	if len(keyed) > maxKeyed {
		return "", refuse(NotANumber)
	}
	written := unseparated(keyed)
	digits, plus := strings.CutPrefix(written, "+")
	if !plus {
		var prefixed bool
		if digits, prefixed = strings.CutPrefix(written, "011"); !prefixed {
			return "", refuse(NotANumber)
		}
	}
	if len(digits) < leastAbroad || len(digits) > mostAbroad || !areDigits(digits) || digits[0] == '0' {
		return "", refuse(NotANumber)
	}
	if digits[0] == '1' { // country code 1 is the North American plan
		number, err := nanp.Parse(digits)
		if err != nil {
			return "", refuse(NotANumber)
		}
		return Entry(number), nil
	}
	return Entry("+" + digits), nil
}

var separators = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")

func unseparated(written string) string { return separators.Replace(written) }

func areDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

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
	AlwaysDialed   Reason = "always-dialed" // no lock bars 911 (47 CFR part 9)
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
	NotANumber, Barred, AlwaysDialed, OwnNumber, AlreadyListed, NotListed, ListFull, NoTarget, NotATime,
	NoLength, Overlaps, SchedulesFull, NoSuchGreeting, NotACode, EasyCode, NotOfFeature,
}

// Sentence says in English what is wrong and what to do; of an unknown reason, nothing.
func (r Reason) Sentence() string { return sentences[r] }

var sentences = map[Reason]string{
	NotANumber: "That is not a telephone number that can be used here. Give the area code and the number, ten digits. " +
		"Where area codes can be listed, a toll-free one can: give 800, not 8XX.",
	Barred:         "Service codes such as 911, and numbers with these first digits, can't be used here. Give another number.",
	AlwaysDialed:   "911 can always be dialed, whatever is locked. It needs no place on the list.",
	OwnNumber:      "Calls can't be forwarded to the line's own number. Give another number.",
	AlreadyListed:  "That entry is on the list already. There is nothing to add.",
	NotListed:      "That entry is not there to be removed. Look at the present settings.",
	ListFull:       "The list is full. Remove an entry before you add another.",
	NoTarget:       "Forwarding needs a number to forward to. Give one first, or turn forwarding off.",
	NotATime:       "A schedule is for weekdays or for the weekend, from one time of day to another, 00:00 to 23:59. Correct it.",
	NoLength:       "A schedule can't end at the time at which it starts. Choose another time.",
	Overlaps:       "The schedule overlaps one that is there. Choose other times, or remove that one first.",
	SchedulesFull:  fmt.Sprintf("There are %d schedules for these days already. Remove one before you add another.", SchedulesPerDays),
	NoSuchGreeting: fmt.Sprintf("There is no such greeting. Choose one from 1 to %d.", Greetings),
	NotACode:       fmt.Sprintf("A code has exactly %d digits. Choose one of that length.", CodeDigits),
	EasyCode: "That code is too easy to guess. Choose one that is not a repetition, digits in a row, " +
		"the end of the line's own number, or one that many people choose.",
	NotOfFeature: "The feature doesn't have that. Leave it out.",
}
