package mail

import (
	"bytes"
	_ "embed" // the templates
	"errors"
	"fmt"
	htmltemplate "html/template"
	netmail "net/mail"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"updatecenter/internal/deliveries"
)

var (
	// ErrNoAddress: whom the message is to has no e-mail address, or none that can be written
	// to.
	ErrNoAddress error = finalError("no address to send e-mail to")
	// ErrID: the message's ID can't be part of a Message-ID.
	ErrID error = finalError("the ID of a message has 1 to 64 of a-z, 0-9, - and _")
)

// finalError is an error of a message that trying again does not help.
type finalError string

func (e finalError) Error() string { return string(e) }

// Final says that it is final, to [deliveries.Mailer]'s users.
func (finalError) Final() bool { return true }

//go:embed message.html
var htmlSource string

//go:embed message.txt
var textSource string

// templates are how messages look.
type templates struct {
	html *htmltemplate.Template
	text *texttemplate.Template
}

func parseTemplates() (templates, error) {
	html, htmlErr := htmltemplate.New("html").Parse(htmlSource)
	text, textErr := texttemplate.New("text").Parse(textSource)
	return templates{html, text}, errors.Join(htmlErr, textErr)
}

// envelope is what a message has besides its words.
type envelope struct {
	id   string // see isName
	to   string // the address
	date time.Time
}

// composeToCustomer makes a message of a delivery.
func (m *Mailer) composeToCustomer(mail deliveries.Mail) (*gomail.Msg, error) {
	if !isName(string(mail.ID)) {
		return nil, ErrID
	}
	words, err := m.config.House.Write(mail.About, mail.Account, mail.Date)
	if err != nil {
		return nil, err
	}
	return m.compose(envelope{id: string(mail.ID), to: mail.Account.Email, date: mail.Date}, letter{Message: words})
}

// compose makes a message. The same one gives the same bytes, once it is written.
func (m *Mailer) compose(to envelope, words letter) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithBoundary(to.id), gomail.WithNoDefaultUserAgent())
	if err := m.address(msg, to.to); err != nil {
		return nil, err
	}
	msg.Subject(words.Subject)
	msg.SetDateWithValue(to.date)
	msg.SetMessageIDWithValue(to.id + "@" + m.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Content-Language", words.Language)
	if err := m.write(msg, words); err != nil {
		return nil, fmt.Errorf("write it: %w", err)
	}
	return msg, nil
}

// address says from whom a message is and to whom. The name of whom it is to is not part of it:
// it is in the text, and could only do harm in a header.
func (m *Mailer) address(msg *gomail.Msg, to string) error {
	from := netmail.Address{Name: m.config.House.Company, Address: m.config.From}
	if err := msg.From(from.String()); err != nil {
		return fmt.Errorf("take the sender: %w", err)
	}
	// What the library says of an address repeats it.
	if !isAddress(to) || msg.To(to) != nil {
		return ErrNoAddress
	}
	return nil
}

func (m *Mailer) write(msg *gomail.Msg, words letter) error {
	var text, html bytes.Buffer
	if err := m.templates.text.Execute(&text, words); err != nil {
		return err
	}
	if err := m.templates.html.Execute(&html, words); err != nil {
		return err
	}
	msg.SetBodyString(gomail.TypeTextPlain, text.String())
	msg.AddAlternativeString(gomail.TypeTextHTML, html.String())
	return nil
}

func isName(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
