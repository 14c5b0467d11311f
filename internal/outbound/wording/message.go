package wording

import (
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
)

// Message is what is written to a customer, from top to bottom.
type Message struct {
	Language string // "en" or "es"
	Date     string // such as "January 5, 2026"
	Account  string // such as "Account ending in 4821"; empty if the number is too short for that
	Subject  string // one line
	Greeting string // one line, with the customer's name
	Before   []string
	Told     Told
	After    []string // paragraphs
	Closing  string   // the line above the company's name
	Company  string
	NoReply  string // for what can be replied to: that nobody reads replies
}

// Told is the secret that a message tells, if it does.
type Told struct {
	QuestionLabel string
	Question      string // the security question, for an answer
	Label         string
	Secret        secret.Text // empty: the message tells none
	Digits        bool        // it is a code, to be shown by [Told.Spaced]
}

// Spaced is the secret's digits with a space between each two, for eyes that read them off.
func (t Told) Spaced() secret.Text {
	return secret.New(strings.Join(strings.Split(t.Secret.Reveal(), ""), " "))
}

// tell gives the message the account's secret, if it is about one.
func (m *Message) tell(about deliveries.About, account accounts.Account, tongue tongue) error {
	switch about {
	case deliveries.SecurityCode, deliveries.Welcome:
		m.Told = Told{Label: tongue.code, Secret: account.Code, Digits: true}
	case deliveries.SecurityAnswer:
		m.Told = Told{
			QuestionLabel: tongue.question, Question: account.Question,
			Label: tongue.answer, Secret: account.Answer,
		}
	case deliveries.PINChanged, deliveries.PINReset, deliveries.CodeChanged, deliveries.QuestionChanged,
		deliveries.AddressChanged, deliveries.EmailChanged, deliveries.PhoneChanged:
		return nil
	case deliveries.ValidationCode: // a call alone tells it
		return deliveries.ErrAsk
	}
	if m.Told.Secret.IsZero() {
		return deliveries.ErrNoSecret
	}
	return nil
}
