package wording

import (
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
)

// tongue is all that is written in one language.
type tongue struct {
	language string
	months   [12]string
	day      string // a format: day, month, year, in this order
	dear     string // a format: the name
	customer string // who has no name
	ending   string // a format: the end of an account number
	code     string
	question string
	answer   string
	closing  string
	noReply  string

	temporaryPIN     string // a format: the PIN that new lines have
	someTemporaryPIN string // where that is not to be told

	texts map[deliveries.About]text
}

// text is a message with its blanks: {company}, {date}, {repair}, {temporary-pin}, and {call},
// which is the number to call about it.
type text struct {
	subject string
	before  []string // paragraphs before the secret, or all of a message without one
	after   []string // and after it
}

// pin says which PIN a new line has.
func (t tongue) pin(temporary secret.Text) string {
	if temporary.IsZero() {
		return t.someTemporaryPIN
	}
	return fmt.Sprintf(t.temporaryPIN, temporary.Reveal())
}

func (t tongue) date(date time.Time) string {
	return fmt.Sprintf(t.day, date.Day(), t.months[date.Month()-1], date.Year())
}

func (t tongue) greet(name string) string {
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

func (t tongue) account(number accounts.Number) string {
	bare := strings.ReplaceAll(string(number), "-", "")
	if len(bare) < shownOfNumber+hiddenOfNumber {
		return ""
	}
	return fmt.Sprintf(t.ending, bare[len(bare)-shownOfNumber:])
}
