package ivr

// A Blank is a place in the call's state that is filled while the call goes on, and that
// a prompt can name in braces: "Call {repair}."
type Blank struct {
	Name string
	Kind Kind
}

// Kind says what a blank holds and how it is spoken.
type Kind string

// The kinds of blanks.
const (
	Digits Kind = "digits" // spoken digit by digit
	Phone  Kind = "phone"  // a telephone number in E.164, or the 3 or 6 digits that it begins with, spoken in groups
	Listed Kind = "listed" // the same as one of a list: at the pace of speech, with short pauses
	Count  Kind = "count"  // a whole number, spoken as such
	Secret Kind = "secret" // keyed by the caller; no prompt may name it
	Phrase Kind = "phrase" // the name of one of the call's phrases, which is spoken; empty: silence
	Time   Kind = "time"   // a time of day, "21:30", spoken by the twelve-hour clock, in Spanish with its article: "las 9:30 de la noche"

	// Spelled and Words can hold what must not be kept: see [Call.Lend].
	Spelled Kind = "spelled" // digits and letters, spoken one by one, slowly
	Words   Kind = "words"   // a text in whatever language, spoken as it is
)

// key is the blank that the engine fills in the prompt of a menu's option.
var key = Blank{Name: "key", Kind: Count}
