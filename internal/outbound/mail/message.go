package mail

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed" // the templates
	"encoding/hex"
	"errors"
	"fmt"
	htmltemplate "html/template"
	netmail "net/mail"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"updatecenter/internal/agents"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/repair"
)

var (
	// ErrNoAddress: whom the message is to has no e-mail address, or none that can be written
	// to.
	ErrNoAddress error = wording.FinalError("no address to send e-mail to")
	// ErrID: the message's ID can't be part of a Message-ID.
	ErrID error = wording.FinalError("the ID of a message has 1 to 64 of a-z, 0-9, - and _")
)

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
	id   string // see [wording.IsName]
	to   string // the address
	date time.Time
}

// composeToCustomer makes a message of a delivery.
func (m *Mailer) composeToCustomer(mail deliveries.Message) (*gomail.Msg, error) {
	if !wording.IsName(string(mail.ID)) {
		return nil, ErrID
	}
	words, err := m.config.Company.Write(mail.Topic, mail.Account, mail.Date)
	if err != nil {
		return nil, err
	}
	return m.compose(envelope{id: string(mail.ID), to: mail.Account.Email, date: mail.Date}, words)
}

// compose makes a message. The same one gives the same bytes, once it is written.
func (m *Mailer) compose(to envelope, words wording.Message) (*gomail.Msg, error) {
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
	from := netmail.Address{Name: m.config.Company.Company, Address: m.config.From}
	if err := msg.From(from.String()); err != nil {
		return fmt.Errorf("take the sender: %w", err)
	}
	// What the library says of an address repeats it.
	if !isAddress(to) || msg.To(to) != nil {
		return ErrNoAddress
	}
	return nil
}

func (m *Mailer) write(msg *gomail.Msg, words wording.Message) error {
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

// ErrMessage says that a message to an agent is of no known kind, or lacks the link or code of
// its kind, or has one that its kind doesn't tell.
var ErrMessage error = wording.FinalError("not a message that can be written to an agent")

// Mail hands a message to an agent to the mail server, and gives up after Config.Timeout: it is
// an [agents.Mailer] that waits. Errors: [ErrNoAddress], [ErrMessage] and a [*RefusedError] that
// says so are final, and have a method Final that says so; after any other, trying again is of
// use, and the message may have been sent.
func (m *Mailer) Mail(ctx context.Context, message agents.Message) error {
	msg, err := m.composeToAgent(message)
	if err != nil {
		return fmt.Errorf("compose e-mail: %w", err)
	}
	return m.sendWithin(ctx, msg)
}

// composeToAgent makes a message. The same one has the same Message-ID.
func (m *Mailer) composeToAgent(message agents.Message) (*gomail.Msg, error) {
	words, err := writeTo(message, m.config.Company, m.config.Zone)
	if err != nil {
		return nil, err
	}
	if message.Date.IsZero() {
		message.Date = m.config.Now()
	}
	return m.compose(envelope{id: agentID(message), to: message.To, date: message.Date}, words)
}

// agentID names a message by what it is about. The link and the code have no part in it: an
// identifier stands in the logs of mail servers, and a code of six digits could be found by
// trying all of them. The time tells two codes apart. A message without a time is the same for
// an hour, as its like can come again.
func agentID(message agents.Message) string {
	on := message.On
	if on.IsZero() {
		on = message.Date.Truncate(time.Hour)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d",
		message.Kind, message.To, message.Name, message.Detail, on.UnixMilli()))
	return "agm_" + hex.EncodeToString(sum[:16])
}

// AgentText is the subject and the plain text of a message to an agent, as [Mailer.Mail] sends
// them, for whoever shows it in another way. Of the company it takes the name alone. Times are
// those of the zone; nil: UTC. Link and code stand in the text as they are. Errors: [ErrMessage].
func AgentText(company wording.Company, zone *time.Location, message agents.Message) (subject, text string, err error) {
	words, err := writeTo(message, company, cmp.Or(zone, time.UTC))
	if err != nil {
		return "", "", err
	}
	templates, err := parseTemplates()
	if err != nil {
		return "", "", err
	}
	var out strings.Builder
	if err := templates.text.Execute(&out, words); err != nil {
		return "", "", fmt.Errorf("write e-mail: %w", err)
	}
	return words.Subject, out.String(), nil
}

// notYou ends messages about what agents do themselves.
const notYou = "If it was you, there is nothing for you to do. If it was not, tell an administrator right away: somebody else may be able to sign in as you."

// agentTexts are what is written to agents, in English: the language in which they work. Their variables are
// {company}, {name}, which is the user name, {detail}, and {day} or {moment}, which are both the message's time.
var agentTexts = map[agents.MessageKind]wording.Text{
	agents.Invitation: {
		Subject: "Set up your access to the repair console",
		Before: []string{
			"You are invited to the repair console of {company}. Your user name is {name}.",
			"With this link you choose a password, and go on from there:",
		},
		After: []string{
			fmt.Sprintf("It works once, within %d hours: until {moment}. After that, ask an administrator for another.", int(agents.LinkFor/time.Hour)),
			"Do not pass it on: whoever opens it first chooses the password. If you did not expect this message, ignore it.",
		},
	},
	agents.SignInCode: {
		Subject: "Your code for signing in",
		Before:  []string{"Somebody is signing in as {name} at the repair console of {company}. If it is you, enter this code there."},
		After: []string{
			"It works once, until {moment}.",
			"Never tell it to anybody, by telephone, in a message or on another page, even if they say that they work for {company}. We never ask you for it.",
			"If it is not you, somebody knows your password: change it, and tell an administrator.",
		},
	},
	agents.ChangeCode: {
		Subject: "Your code for a change",
		Before:  []string{"Somebody who is signed in as {name} at the repair console of {company} is changing the e-mail address or the second step of signing in. If it is you, enter this code there."},
		After: []string{
			"It works once, until {moment}.",
			"Never tell it to anybody, by telephone, in a message or on another page, even if they say that they work for {company}. We never ask you for it.",
			"If it is not you, tell an administrator right away: somebody knows the password of {name}.",
		},
	},
	agents.Locked: {
		Subject: "Signing in is locked for a while",
		Before: []string{
			"For {name}, a wrong password or code was entered at the repair console of {company} again and again. Nobody can sign in with this user name until {moment}.",
			"If it was you, wait until then, or ask an administrator to reactivate you. If it was not, tell an administrator: somebody may be trying to guess your password.",
		},
	},
	agents.DeactivationSoon: {
		Subject: "You will soon be unable to sign in",
		Before: []string{
			"Your user name {name} has not been used at the repair console of {company} for months. It will be deactivated on {day}.",
			"To keep it, sign in before then. If you no longer need it, there is nothing for you to do.",
		},
	},
	agents.DeletionSoon: {
		Subject: "Your profile will soon be deleted",
		Before: []string{
			"Your user name {name} at the repair console of {company} is deactivated. Your profile will be deleted on {day}, and nobody can use the name again.",
			"To keep it, ask an administrator to reactivate you before then. If you no longer need it, there is nothing for you to do.",
		},
	},
	agents.PasswordWasChanged: {
		Subject: "Your password was changed",
		Before:  []string{"The password of {name} at the repair console of {company} was changed on {moment}.", notYou},
	},
	agents.FactorWasChanged: {
		Subject: "Your second step of signing in was changed",
		Before:  []string{"The second step of signing in as {name} at the repair console of {company} was changed on {moment}: to another authenticator app, or between an app and codes by e-mail.", notYou},
	},
	agents.EmailWasChanged: {
		Subject: "Your e-mail address was changed",
		Before: []string{
			"The e-mail address of {name} at the repair console of {company} was changed on {moment}. This message went to the one before. Further ones go to the new address.",
			notYou,
		},
	},
	agents.LimitAlert: {
		Subject: "A limit was reached at the repair desk",
		Before: []string{
			"Somebody who helps customers of {company} was refused, because it was more than the limits allow:",
			"{detail}",
			"It may be a busy day, or somebody who looks at what is none of their business. The reports of the repair console tell more.",
		},
	},
}

// LimitAlert says who met which limit of the repair desk, and where: it is the Detail of an
// [agents.LimitAlert]. Times are in the zone.
func LimitAlert(alert repair.Alert, zone *time.Location) string {
	by := "the repair console"
	if alert.Who.Via == repair.ViaAPI {
		by = "the API"
	}
	last := ""
	if alert.Line != "" {
		last = " The last line was " + alert.Line.Display() + "."
	}
	return fmt.Sprintf("%s, by %s: too many %s.%s There can be more from %s on.",
		alert.Who.Name, by, alert.What, last, alert.Until.In(zone).Format(momentLayout))
}

// closed is written in place of agents.Locked when no time opens the lock again.
var closed = wording.Text{
	Subject: "Signing in is locked",
	Before: []string{
		"For {name}, a wrong password or code was entered at the repair console of {company} again and again. Nobody can sign in with this user name until an administrator reactivates it.",
		"If it was you, ask for that. If it was not, tell an administrator: somebody may be trying to guess your password.",
	},
}

// How times are written to agents.
const (
	dayLayout    = "January 2, 2006"
	momentLayout = "January 2, 2006 at 3:04 PM MST"
)

// writeTo words a message to an agent. The only error is [ErrMessage].
func writeTo(message agents.Message, company wording.Company, zone *time.Location) (wording.Message, error) {
	text, ok := agentTexts[message.Kind]
	if message.Kind == agents.Locked && message.On.IsZero() {
		text = closed
	}
	if !ok || message.Link.IsZero() == (message.Kind == agents.Invitation) ||
		message.Code.IsZero() == (message.Kind == agents.SignInCode || message.Kind == agents.ChangeCode) {
		return wording.Message{}, ErrMessage
	}
	on := message.On.In(zone)
	words := company.ToAgent(message.FullName, text, "{name}", string(message.Name), "{detail}", message.Detail,
		"{day}", on.Format(dayLayout), "{moment}", on.Format(momentLayout))
	if !message.Code.IsZero() {
		words.Shown = wording.Shown{Label: "Your code", Secret: message.Code, Digits: true}
	}
	words.Link = message.Link
	return words, nil
}
