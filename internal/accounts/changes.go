package accounts

import "slices"

// Kind is one thing of an account that can change.
type Kind string

// The kinds of change.
const (
	ChangedNumber   Kind = "number"
	ChangedPhone    Kind = "phone"
	ChangedLanguage Kind = "language"
	ChangedName     Kind = "name"
	ChangedAddress  Kind = "address"
	ChangedEmail    Kind = "email"
	ChangedCode     Kind = "code"     // a new one counts, and what counted before is retired
	ChangedQuestion Kind = "question" // and its answer: they count, and what counted before is retired
)

// Changes is a set of kinds, each of which stands once.
type Changes []Kind

// Has says whether the set has a kind.
func (c Changes) Has(k Kind) bool { return slices.Contains(c, k) }

// Update is what a change has done. After.ID and After.Revision together name the change: no other
// has both, so that a notice of it which is asked for twice can be made once.
type Update struct {
	Created bool    // the account is new: nothing else is said to have changed, and Before is zero
	Changed Changes // empty: all was already so
	Before  Account // where to send the notice of the change
	After   Account
}

// event is what the history calls a change.
func (k Kind) event() Event {
	switch k {
	case ChangedNumber:
		return Renumbered
	case ChangedPhone:
		return PhoneChanged
	case ChangedLanguage:
		return LanguageChanged
	case ChangedName:
		return NameChanged
	case ChangedAddress:
		return AddressChanged
	case ChangedEmail:
		return EmailChanged
	case ChangedCode:
		return CodeMade
	case ChangedQuestion:
		return QuestionSet
	}
	return ""
}
