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
	Phone  Kind = "phone"  // an E.164 number of North America, spoken in groups
	Count  Kind = "count"  // a whole number, spoken as such
	Secret Kind = "secret" // keyed by the caller; no prompt may name it
)

// key is the blank that the engine fills in the prompt of a menu's option.
var key = Blank{Name: "key", Kind: Count}
