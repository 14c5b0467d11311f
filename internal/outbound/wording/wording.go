// Package wording is what the company writes to customers: the words that letters and e-mail
// have in common, in English and Spanish; and what it writes to its repair agents. How it looks is
// the business of packages letters and mail.
//
//	message, err := company.Write(deliveries.SecurityCode, account, date)
//
// A [Message] is in the account's language, and in English while that is not known. It says
// who writes, and whom to call. One that tells a secret says what it is for, and never to tell
// it to anybody who calls. One that tells of a change says what was changed and never what to
// (47 CFR 64.2010(f)).
//
// No subject and no greeting holds a secret, nor does any error of this package.
package wording

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

// language is all that is written in one language.
type language struct {
	language string
	months   [12]string
	day      string // a format: day, month, year, in this order
	dear     string // a format: the name
	customer string // who has no name
	ending   string // a format: the end of an account number
	code     string
	userName string
	linkCode string
	lasts    map[bool]string // for how long a link works, by whether it was sent by letter
	question string
	answer   string
	closing  string
	noReply  string

	temporaryPIN     string // a format: the PIN that new lines have
	someTemporaryPIN string // where that is not to be told

	texts   map[deliveries.Topic]Text
	distant map[deliveries.Topic]Text // in their place, of long-distance accounts
}

// Text is a message with its variables, such as {company}.
type Text struct {
	Subject string
	Before  []string // paragraphs before the secret, or all of a message without one
	After   []string // and after it
}

// Fill writes the text into a message. It fills variables in one pass: what is filled in is never read as a
// variable.
func (t Text) Fill(message *Message, variables *strings.Replacer) {
	message.Subject = variables.Replace(t.Subject)
	for _, text := range t.Before {
		message.Before = append(message.Before, variables.Replace(text))
	}
	for _, text := range t.After {
		message.After = append(message.After, variables.Replace(text))
	}
}

// pin says which PIN a new line has.
func (t language) pin(temporary secret.Text) string {
	if temporary.IsZero() {
		return t.someTemporaryPIN
	}
	return fmt.Sprintf(t.temporaryPIN, temporary.Reveal())
}

func (t language) date(date time.Time) string {
	return fmt.Sprintf(t.day, date.Day(), t.months[date.Month()-1], date.Year())
}

func (t language) greet(name string) string {
	if name == "" {
		name = t.customer
	}
	return fmt.Sprintf(t.dear, name)
}

// What is shown of an account number, so that a customer with several accounts knows which one
// is meant, and nobody else can enroll with it.
const (
	shownOfNumber  = 4 // letters and digits
	hiddenOfNumber = 4 // at the least
)

func (t language) account(number accounts.Number) string {
	bare := strings.ReplaceAll(string(number), "-", "")
	if len(bare) < shownOfNumber+hiddenOfNumber {
		return ""
	}
	return fmt.Sprintf(t.ending, bare[len(bare)-shownOfNumber:])
}

// FinalError is an error of a message that trying again does not help.
type FinalError string

// Error is the text.
func (e FinalError) Error() string { return string(e) }

// Final says that it is final, to users of [deliveries.Printer] and [deliveries.Mailer].
func (FinalError) Final() bool { return true }

// IsName says whether the ID of a message can be the name of a file, and part of a Message-ID: 1 to
// 64 of a-z, 0-9, - and _.
func IsName(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// maxCompany is how many characters the company's name has at most: it stands on one line.
const maxCompany = 60

// ErrCompany is what [Company.Check] says.
var ErrCompany = errors.New("who writes is not told well enough")

// Company is the company that writes.
type Company struct {
	Company  string      // its name as customers know it, 1 to 60 characters
	Repair   nanp.Number // the repair service, which resets PINs
	HelpLine nanp.Number // for all about accounts; empty: Repair
	// TemporaryPIN is what a welcome tells new customers to key first. It is the same for
	// everybody and no secret. Empty: a welcome speaks of it without telling it.
	TemporaryPIN secret.Text
	// PasswordURL is the page on which customers choose a new password. Empty: there are no links to it.
	PasswordURL string
}

// Check says what is missing, in an [ErrCompany].
func (h Company) Check() error {
	if h.Company == "" || utf8.RuneCountInString(h.Company) > maxCompany ||
		strings.ContainsFunc(h.Company, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("%w: a company has 1 to %d characters that can be printed", ErrCompany, maxCompany)
	}
	if h.Repair.Display() == "" {
		return fmt.Errorf("%w: no number of the repair service", ErrCompany)
	}
	return nil
}

// Phone is the number to call about accounts.
func (h Company) Phone() nanp.Number {
	if h.HelpLine != "" {
		return h.HelpLine
	}
	return h.Repair
}

// Write writes to the customer who has the account. The day is the date's, in the date's own
// location. Errors: [deliveries.ErrNoSecret] if the account has no such secret, and
// [deliveries.ErrParams] for what is not written about.
func (h Company) Write(topic deliveries.Topic, account accounts.Account, date time.Time) (Message, error) {
	lang := english
	if account.Language == "es" {
		lang = spanish
	}
	text, ok := lang.texts[topic]
	if _, longDistance := account.Number.BTN(); longDistance {
		if distant, is := lang.distant[topic]; is {
			text = distant
		}
	}
	if !ok {
		return Message{}, fmt.Errorf("write to a customer: %w", deliveries.ErrParams)
	}
	message := h.begin(lang, account.Name)
	message.Date, message.Account = lang.date(date), lang.account(account.Number)
	if err := message.tell(topic, account, lang); err != nil {
		return Message{}, fmt.Errorf("write to a customer: %w", err)
	}
	if topic == deliveries.PasswordLink {
		if h.PasswordURL == "" {
			return Message{}, fmt.Errorf("write to a customer: %w", deliveries.ErrParams)
		}
		message.Link = secret.New(h.PasswordURL + "#" + message.Shown.Secret.Reveal())
	}
	text.Fill(&message, h.variables(topic, lang, account, message.Date))
	return message, nil
}

// begin is a message with all that is the same whatever it is about.
func (h Company) begin(lang language, name string) Message {
	return Message{
		Language: lang.language, Greeting: lang.greet(name), Closing: lang.closing, NoReply: lang.noReply, Company: h.Company,
	}
}

// ToAgent is a message in English to somebody of the company's, with all but what the text says. More
// variables and what they are come in pairs.
func (h Company) ToAgent(name string, text Text, variables ...string) Message {
	message := h.begin(english, name)
	text.Fill(&message, h.replacer(variables...))
	return message
}

// replacer fills in the company, and variables that come with what they are, in pairs.
func (h Company) replacer(variables ...string) *strings.Replacer {
	return strings.NewReplacer(append([]string{
		"{company}.", strings.TrimSuffix(h.Company, ".") + ".", // it may be an Inc.
		"{company}", h.Company,
	}, variables...)...)
}

// variables fills what the texts to customers leave open: {company}, {date}, {repair}, {temporary-pin},
// {password-url}, {lasts}, which is for how long a link works, and {call}, which is the number to call about it.
// Nothing of a customer's is filled in.
func (h Company) variables(topic deliveries.Topic, lang language, account accounts.Account, date string) *strings.Replacer {
	call := h.Phone()
	switch topic { //nolint:exhaustive // the others are about accounts
	case deliveries.PINChanged, deliveries.PINReset, deliveries.TicketContactChanged, deliveries.TicketCanceled:
		call = h.Repair
	}
	return h.replacer("{date}", date, "{call}", call.Display(),
		"{repair}", h.Repair.Display(), "{temporary-pin}", lang.pin(h.TemporaryPIN),
		"{password-url}", h.PasswordURL, "{lasts}", lang.lasts[account.Link.Letter])
}

// Message is what is written to a customer, from top to bottom.
type Message struct {
	Language string // "en" or "es"
	Date     string // such as "January 5, 2026"
	Account  string // such as "Account ending in 4821"; empty if the number is too short for that
	Subject  string // one line
	Greeting string // one line, with the customer's name
	Before   []string
	Shown    Shown
	Link     secret.Text // the whole URL that a link leads to, for what can be clicked; empty: there is none
	After    []string    // paragraphs
	Closing  string      // the line above the company's name
	Company  string
	NoReply  string // for what can be replied to: that nobody reads replies
}

// Shown is the secret that a message tells, if it does.
type Shown struct {
	QuestionLabel string
	Question      string // the security question, for an answer
	Label         string
	Secret        secret.Text // empty: the message tells none
	Digits        bool        // it is a code, to be shown by [Shown.Spaced]
}

// Spaced is the secret's digits with a space between each two, for eyes that read them off.
func (t Shown) Spaced() secret.Text {
	return secret.New(strings.Join(strings.Split(t.Secret.Reveal(), ""), " "))
}

// tell gives the message the account's secret, if it is about one.
func (m *Message) tell(topic deliveries.Topic, account accounts.Account, lang language) error {
	switch topic {
	case deliveries.SecurityCode, deliveries.Welcome:
		m.Shown = Shown{Label: lang.code, Secret: account.Code, Digits: true}
	case deliveries.SecurityAnswer:
		m.Shown = Shown{
			QuestionLabel: lang.question, Question: account.Question,
			Label: lang.answer, Secret: account.Answer,
		}
	case deliveries.UserName:
		m.Shown = Shown{Label: lang.userName, Secret: secret.New(account.UserName)}
	case deliveries.PasswordLink:
		m.Shown = Shown{Label: lang.linkCode, Secret: account.Link.Grouped()}
	case deliveries.PINChanged, deliveries.PINReset, deliveries.CodeChanged, deliveries.QuestionChanged,
		deliveries.AddressChanged, deliveries.EmailChanged, deliveries.PhoneChanged,
		deliveries.TicketContactChanged, deliveries.TicketCanceled, deliveries.SignInChanged, deliveries.PasswordAsked:
		return nil
	case deliveries.ValidationCode, deliveries.ServiceTest, deliveries.MailboxPassword, deliveries.MailboxPasswordChanged,
		deliveries.EmailPassword, deliveries.EmailLocked: // a call alone tells it
		return deliveries.ErrParams
	}
	if m.Shown.Secret.IsZero() {
		return deliveries.ErrNoSecret
	}
	return nil
}
