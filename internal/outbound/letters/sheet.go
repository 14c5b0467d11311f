package letters

import (
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
)

// sheet is a letter in characters that the type has, ready to be drawn.
type sheet struct {
	id       string
	date     time.Time
	language string   // of the document, such as "en-US"
	sender   []string // the company, and its return address
	to       []string

	head     []string // the date, and which account
	subject  string
	greeting string
	before   []string
	question []string // what it is called, and what it says; nil: none
	told     []string // the same of the secret
	digits   bool     // that is a code
	after    []string
	closing  []string
}

// typeset makes a sheet of a letter.
func (p *Printer) typeset(letter deliveries.Letter, message wording.Message) (sheet, error) {
	to := addressLines(letter.Account)
	if to == nil {
		return sheet{}, ErrNoAddress
	}
	set := setter{}
	s := sheet{
		id: string(letter.ID), date: letter.Date, sender: p.sender,
		language: message.Language + "-US",
		to:       set.lines("the address", to...),
		head:     set.lines("the account", message.Date, message.Account),
		subject:  set.line("the subject", message.Subject),
		greeting: set.line("the name", message.Greeting),
		before:   set.lines("the text", message.Before...),
		after:    set.lines("the text", message.After...),
		closing:  set.lines("the text", message.Closing, message.Company),
		digits:   message.Told.Digits,
	}
	told := message.Told
	if told.Question != "" {
		s.question = set.lines("the question", told.QuestionLabel, told.Question)
	}
	if !told.Secret.IsZero() {
		s.told = []string{set.line("the text", told.Label), set.secret(told)}
	}
	return s, set.err
}

// addressLines is an address as the post office wants it; nil if there is none.
func addressLines(account accounts.Account) []string {
	address := account.Address
	if len(address.Street) == 0 || address.City == "" || address.ZIP == "" {
		return nil
	}
	lines := append([]string{account.Name}, address.Street...)
	lines = append(lines, address.City+", "+address.State+" "+address.ZIP)
	if account.Name == "" {
		return lines[1:]
	}
	return lines
}

// setter typesets, and keeps the first error.
type setter struct{ err error }

func (s *setter) line(what, text string) string {
	set, err := typeset(what, text)
	if s.err == nil {
		s.err = err
	}
	return set
}

func (s *setter) lines(what string, texts ...string) []string {
	var out []string
	for _, text := range texts {
		if text != "" {
			out = append(out, s.line(what, text))
		}
	}
	return out
}

func (s *setter) secret(told wording.Told) string {
	if told.Digits {
		return told.Spaced().Reveal()
	}
	return s.line("the secret", strings.TrimSpace(told.Secret.Reveal()))
}
