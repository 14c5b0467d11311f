package main

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/outbound/wording"
)

// house is who writes to customers and agents.
func house(c config) wording.House {
	return wording.House{
		Company: c.outbound.company, Repair: c.repair, HelpLine: c.outbound.helpLine, TemporaryPIN: c.policy.Temporary,
	}
}

// newMailer sends e-mail by the mail server of the settings, which must name one.
func newMailer(c config) (*mail.Mailer, error) {
	server := c.outbound.mail
	mailer, err := mail.New(mail.Config{
		Host: server.host, Port: server.port, Username: server.user, Password: server.password,
		TLS: server.policy(), From: c.outbound.mailFrom, House: house(c), Zone: c.console.zone,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare e-mail: %w", err)
	}
	return mailer, nil
}

// agentMailer sends e-mail to agents, or says that there is no mail server.
func agentMailer(c config) (agents.Mailer, error) {
	if c.outbound.mail.host == "" {
		return noMail{}, nil
	}
	return newMailer(c)
}

// noMail stands for the mail server where there is none.
type noMail struct{}

// errNoMail says what to set, to whom it concerns.
var errNoMail error = noMailError{}

type noMailError struct{}

func (noMailError) Error() string { return "there is no mail server: set SMTP_URL" }

// Final says that trying again is of no use.
func (noMailError) Final() bool { return true }

// Mail implements [agents.Mailer].
func (noMail) Mail(context.Context, agents.Message) error { return errNoMail }

// mailWithin bounds the wait for an e-mail that somebody waits for: within what an answer may
// take.
const mailWithin = 10 * time.Second

// mails sends at once what must not be taken for sent before it is, and queues what must not be
// waited for.
type mails struct{ now, later agents.Mailer }

// Mail implements [agents.Mailer].
func (m mails) Mail(ctx context.Context, message agents.Message) error {
	switch message.Kind {
	case agents.Invitation, agents.DeactivationSoon, agents.DeletionSoon:
		ctx, cancel := context.WithTimeout(ctx, mailWithin)
		defer cancel()
		return m.now.Mail(ctx, message)
	case agents.SignInCode, agents.ChangeCode, agents.Locked, agents.PasswordWasChanged, agents.FactorWasChanged,
		agents.EmailWasChanged, agents.LimitAlert:
	}
	return m.later.Mail(ctx, message)
}
