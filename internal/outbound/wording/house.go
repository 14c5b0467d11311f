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

// maxCompany is how many characters the company's name has at most: it stands on one line.
const maxCompany = 60

// ErrHouse is what [House.Check] says.
var ErrHouse = errors.New("who writes is not told well enough")

// House is the company that writes.
type House struct {
	Company  string      // its name as customers know it, 1 to 60 characters
	Repair   nanp.Number // the repair service, which resets PINs
	HelpLine nanp.Number // for all about accounts; empty: Repair
	// TemporaryPIN is what a welcome tells new customers to key first. It is the same for
	// everybody and no secret. Empty: a welcome speaks of it without telling it.
	TemporaryPIN secret.Text
}

// Check says what is missing, in an [ErrHouse].
func (h House) Check() error {
	if h.Company == "" || utf8.RuneCountInString(h.Company) > maxCompany ||
		strings.ContainsFunc(h.Company, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("%w: a company has 1 to %d characters that can be printed", ErrHouse, maxCompany)
	}
	if h.Repair.Display() == "" {
		return fmt.Errorf("%w: no number of the repair service", ErrHouse)
	}
	return nil
}

// Phone is the number to call about accounts.
func (h House) Phone() nanp.Number {
	if h.HelpLine != "" {
		return h.HelpLine
	}
	return h.Repair
}

// Write writes to the customer who has the account. The day is the date's, in the date's own
// location. Errors: [deliveries.ErrNoSecret] if the account has no such secret, and
// [deliveries.ErrAsk] for what is not written about.
func (h House) Write(about deliveries.About, account accounts.Account, date time.Time) (Message, error) {
	tongue := english
	if account.Language == "es" {
		tongue = spanish
	}
	text, ok := tongue.texts[about]
	if !ok {
		return Message{}, fmt.Errorf("write to a customer: %w", deliveries.ErrAsk)
	}
	message := Message{
		Language: tongue.language,
		Date:     tongue.date(date),
		Account:  tongue.account(account.Number),
		Greeting: tongue.greet(account.Name),
		Closing:  tongue.closing,
		NoReply:  tongue.noReply,
		Company:  h.Company,
	}
	if err := message.tell(about, account, tongue); err != nil {
		return Message{}, fmt.Errorf("write to a customer: %w", err)
	}
	fill := h.blanks(about, tongue, message.Date)
	message.Subject = fill.Replace(text.subject)
	message.Before, message.After = paragraphs(fill, text.before), paragraphs(fill, text.after)
	return message, nil
}

// blanks fills what the texts leave open. Nothing of a customer's is filled in so: what
// somebody has for a name is never read as a blank.
func (h House) blanks(about deliveries.About, tongue tongue, date string) *strings.Replacer {
	call := h.Phone()
	if about == deliveries.PINChanged || about == deliveries.PINReset {
		call = h.Repair
	}
	return strings.NewReplacer(
		"{company}.", strings.TrimSuffix(h.Company, ".")+".", // it may be an Inc.
		"{company}", h.Company, "{date}", date, "{call}", call.Display(),
		"{repair}", h.Repair.Display(), "{temporary-pin}", tongue.pin(h.TemporaryPIN),
	)
}

func paragraphs(fill *strings.Replacer, texts []string) []string {
	var out []string
	for _, text := range texts {
		out = append(out, fill.Replace(text))
	}
	return out
}
