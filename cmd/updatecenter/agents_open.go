package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/redisstore"
)

// agentsFlags are settings of the server that the commands share with it.
type agentsFlags struct {
	auditFlags `embed:""`
	ConsoleURL string `name:"console-url" env:"CONSOLE_URL" help:"The server's console, to which links lead: see the settings of serve. Required where a link is made."`
	TimeZone   string `name:"console-time-zone" env:"CONSOLE_TIME_ZONE" default:"UTC" help:"Time zone of times in e-mails: see the settings of serve."`
	Company    string `name:"company" env:"COMPANY" default:"Update Center" help:"The company's name, as e-mails say it."`
	SMTPURL    string `name:"smtp-url" env:"SMTP_URL" help:"Mail server: see the settings of serve. Also SMTP_URL_FILE."`
	MailFrom   string `name:"mail-from" env:"MAIL_FROM" help:"Address from which e-mail comes. Required with SMTP_URL."`
}

// noLinks stands for the console in commands that make no links.
const noLinks = "https://console.invalid"

// config reads those of them that are not the Redis. Only for links a console is required: who
// must be kept from signing in is not to wait for a setting.
func (f agentsFlags) config(c terminal, links bool) (config, error) {
	r := &settingsReader{getenv: c.getenv}
	if f.ConsoleURL == "" && links {
		r.required("CONSOLE_URL", "")
	}
	settings := config{
		keys:   r.keys(f.SecretKeys),
		repair: defaultRepair, // a house has one; to agents it writes none
		console: consoleConfig{
			url:  cmp.Or(r.consoleURL(f.ConsoleURL), noLinks),
			zone: r.zone("CONSOLE_TIME_ZONE", f.TimeZone),
		},
		outbound: outbound{
			company: r.required("COMPANY", f.Company),
			mail:    r.mailServer("SMTP_URL", r.secret("SMTP_URL", f.SMTPURL)),
		},
	}
	settings.outbound.mailFrom = r.mailAddress("MAIL_FROM", f.MailFrom, settings.outbound.mail.host != "")
	return settings, r.err()
}

// people are the agents in a Redis.
type people struct {
	*agents.Agents
	db     *redisstore.DB
	mailed bool // whether there is a mail server; otherwise links are shown at the console
}

// open opens the Redis, and the agents in it, with links to be made or not.
func (f agentsFlags) open(ctx context.Context, c terminal, links bool) (people, error) {
	settings, err := f.config(c, links)
	if err != nil {
		return people{}, err
	}
	mailer, err := agentMailer(settings)
	if err != nil {
		return people{}, usage(err)
	}
	mailed := settings.outbound.mail.host != ""
	if !mailed {
		mailer = terminalMail{c}
	}
	db, err := f.openSealed(ctx, c, settings.keys)
	if err != nil {
		return people{}, err
	}
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	all, err := newAgents(settings, outside{db: db, now: time.Now, log: log}, auditIn(c, db, settings.keys), mailer)
	if err != nil {
		return people{}, errors.Join(usage(err), db.Close())
	}
	return people{all, db, mailed}, nil
}

// terminalMail shows invitations where no mail server is, and nothing else.
type terminalMail struct{ c terminal }

// Mail implements [agents.Mailer].
func (m terminalMail) Mail(_ context.Context, message agents.Message) error {
	if message.Kind != agents.Invitation {
		return errNoMail
	}
	fmt.Fprintf(m.c.err, "There is no mail server (SMTP_URL), so the link is shown here, once. It is a secret: whoever opens it\nfirst chooses the password of %s. Hand it to nobody else.\n", message.Name)
	fmt.Fprintln(m.c.out, message.Link.Reveal())
	return nil
}

// agentFlags name an agent, and who does something.
type agentFlags struct {
	agentsFlags `embed:""`
	Name        string `arg:"" help:"The agent's user name."`
	By          string `help:"Who does it, for the audit. Default: the user of this computer."`
}

// open opens the agents and reads the name.
func (f agentFlags) open(ctx context.Context, c terminal, links bool) (people, agents.UserName, error) {
	name, err := agents.ParseUserName(f.Name)
	if err != nil {
		return people{}, "", usage(err)
	}
	all, err := f.agentsFlags.open(ctx, c, links)
	return all, name, err
}

// by is who does it.
func (f agentFlags) by() agents.By {
	return byOf(actor(f.By))
}

// byOf is who does it, as package agents wants to know.
func byOf(actor audit.Actor) agents.By {
	event := actor.Event("", "", "")
	return agents.By{Name: event.By, Via: event.Via, From: event.From}
}
