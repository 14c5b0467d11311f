package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
	"updatecenter/internal/web"
)

// mailServer is where e-mail is handed over. Without a host there is none.
type mailServer struct {
	host     string
	port     int
	user     string
	password secret.Text
	tls      bool // from the first byte, not by STARTTLS
}

func readMailServer(text string) (mailServer, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return mailServer{}, errors.New("want smtp://user:password@host:587 or smtps://host:465")
	}
	port, err := net.LookupPort("tcp", u.Port())
	if err != nil || port == 0 {
		port = map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	}
	password, _ := u.User.Password()
	return mailServer{
		host: u.Hostname(), port: port, user: u.User.Username(), password: secret.New(password), tls: u.Scheme == "smtps",
	}, nil
}

// policy is how a connection to the server is encrypted: without TLS only on this machine.
func (s mailServer) policy() mail.TLSPolicy {
	switch {
	case s.tls:
		return mail.Implicit
	case web.ThisMachine(s.host):
		return mail.None
	}
	return mail.Mandatory
}

// company is who writes to customers and agents.
func company(c config) wording.Company {
	return wording.Company{
		Company: c.Company, Repair: c.RepairNumber, HelpLine: c.HelpLine, TemporaryPIN: c.TemporaryPIN, PasswordURL: c.PasswordURL,
	}
}

// newMailer sends e-mail by the mail server of the settings, which must name one.
func newMailer(c config) (*mail.Mailer, error) {
	server := c.Mail
	mailer, err := mail.New(mail.Config{
		Host: server.host, Port: server.port, Username: server.user, Password: server.password,
		TLS: server.policy(), From: c.MailFrom, Company: company(c), Zone: c.Zone,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare e-mail: %w", err)
	}
	return mailer, nil
}

// agentMailer sends e-mail to agents, or says that there is no mail server.
func agentMailer(c config) (agents.Mailer, error) {
	if c.Mail.host == "" {
		return noMail{}, nil
	}
	return newMailer(c)
}

// noMail stands for the mail server where there is none.
type noMail struct{}

// errNoMail says what to set, to whom it concerns.
var errNoMail error = wording.FinalError("there is no mail server: set SMTP_URL")

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
