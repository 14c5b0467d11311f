package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
)

type agentsCommand struct {
	Invite     agentsInvite     `cmd:"" help:"Invite somebody to the console of repair agents, by e-mail. The first administrator comes in this way."`
	List       agentsList       `cmd:"" help:"List the agents."`
	Deactivate agentsDeactivate `cmd:"" help:"Keep an agent from signing in, and end the agent's sessions."`
	Reactivate agentsReactivate `cmd:"" help:"Let an agent sign in again who was deactivated or is locked."`
}

type agentsInvite struct {
	agentFlags `embed:""`
	FullName   string `required:"" help:"The agent's name, as colleagues know it."`
	Email      string `required:"" help:"The agent's e-mail address."`
	Role       string `default:"agent" enum:"agent,supervisor,administrator" help:"What the agent may do: agent helps customers; supervisor also sees reports and accepts photo IDs; administrator also keeps people and keys."`
	RequireApp bool   `help:"Have the agent sign in with an authenticator app, and not with codes by e-mail."`
}

func (cmd *agentsInvite) check(r *settingsReader) { cmd.checkLinks(r, true) }

// Run invites the agent.
func (cmd *agentsInvite) Run(ctx context.Context, c terminal) error {
	all, name, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	invitee := agents.Invitee{Name: string(name), FullName: cmd.FullName, Email: cmd.Email, Role: agents.Role(cmd.Role)}
	if cmd.RequireApp {
		invitee.Required = agents.App
	}
	agent, err := all.Invite(ctx, cmd.by(), invitee)
	if errors.Is(err, agents.ErrField) {
		return usage(err)
	}
	if err != nil {
		return withHint(err, name)
	}
	all.linked(c, agent, "is invited")
	return nil
}

// withHint says what to do about an agent who is there and has no link.
func withHint(err error, name agents.UserName) error {
	another := fmt.Sprintf("updatecenter agents reactivate %s --new-link", name)
	switch {
	case errors.Is(err, agents.ErrNotMailed):
		return fmt.Errorf("%w\nTo send %s another link: %s", err, name, another)
	case errors.Is(err, agents.ErrTaken):
		return fmt.Errorf("%w\nIf %s is the same person, this sends another link: %s", err, name, another)
	}
	return err
}

// linked tells what has happened to an agent who was given a link.
func (p people) linked(c terminal, agent agents.Agent, happened string) {
	until := moment(agent.Link.Until)
	if p.mailed {
		fmt.Fprintf(c.out, "%s %s. The link went to %s, and works until %s.\n", agent.Name, happened, agent.Email, until)
		return
	}
	fmt.Fprintf(c.err, "%s %s. The link works until %s.\n", agent.Name, happened, until)
}

type agentsList struct {
	agentsFlags `embed:""`
}

// Run lists the agents.
func (cmd *agentsList) Run(ctx context.Context, c terminal) error {
	all, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	everybody, err := all.ListFor(ctx, byOf(actor("")))
	if err != nil {
		return err
	}
	return showAgents(c.out, everybody, time.Now())
}

// showAgents writes a table of agents as they are at a time.
func showAgents(out io.Writer, everybody []agents.Agent, now time.Time) error {
	table := newTable(out, "NAME", "ROLE", "STATE", "LAST SIGN-IN", "FACTOR")
	for _, a := range everybody {
		table.row(a.Name, orDash(string(a.Role)), a.StateAt(now), day(a.LastSignIn), factor(a))
	}
	return table.Flush()
}

// factor is by what an agent proves who signs in, besides the password.
func factor(a agents.Agent) string {
	if a.Required != "" && a.Factor != a.Required {
		return orDash(string(a.Factor)) + ", " + string(a.Required) + " required"
	}
	return orDash(string(a.Factor))
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

type agentsDeactivate struct {
	agentFlags `embed:""`
}

// Run deactivates the agent.
func (cmd *agentsDeactivate) Run(ctx context.Context, c terminal) error {
	all, name, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	if _, err := all.Deactivate(ctx, cmd.by(), name); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is deactivated, and signed out everywhere.\n", name)
	return nil
}

type agentsReactivate struct {
	agentFlags `embed:""`
	NewLink    bool `help:"Also send a link with which the agent sets a new password and second factor: for who has forgotten them, or lost the first link."`
}

func (cmd *agentsReactivate) check(r *settingsReader) { cmd.checkLinks(r, cmd.NewLink) }

// Run reactivates the agent.
func (cmd *agentsReactivate) Run(ctx context.Context, c terminal) error {
	all, name, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	agent, err := all.Reactivate(ctx, cmd.by(), name)
	if err != nil {
		return err
	}
	if cmd.NewLink {
		if agent, err = all.Reinvite(ctx, cmd.by(), name); err != nil {
			return withHint(err, name)
		}
		all.linked(c, agent, "is reactivated")
		return nil
	}
	fmt.Fprintf(c.out, "%s is reactivated.\n", name)
	if agent.Password == "" {
		fmt.Fprintln(c.out, "There is no password yet: --new-link sends a link to set one.")
	}
	return nil
}

// agentsFlags are settings of the server that the commands share with it.
type agentsFlags struct {
	redisSettings   `embed:""`
	consoleSettings `embed:""`
	companySetting  `embed:""`
	mailSettings    `embed:""`
}

// noLinks stands for the console in commands that make no links.
const noLinks = "https://console.invalid"

// people are the agents in a Redis.
type people struct {
	*agents.Agents
	mailed bool // whether there is a mail server; otherwise links are shown at the console
}

// checkLinks wants a console where links are made, and only there: who must be kept from signing in is not
// to wait for a setting.
func (f *agentsFlags) checkLinks(r *settingsReader, links bool) {
	f.check(r)
	if links && f.ConsoleURL == "" && !r.failed("CONSOLE_URL") {
		r.fail("CONSOLE_URL", "is required")
	}
}

// open opens the Redis, and the agents in it.
func (f agentsFlags) open(ctx context.Context, c terminal) (people, error) {
	settings := config{
		redisSettings: f.redisSettings, consoleSettings: f.consoleSettings,
		deliverySettings: deliverySettings{companySetting: f.companySetting, mailSettings: f.mailSettings},
		RepairNumber:     defaultRepair, // to agents it is never written
	}
	settings.ConsoleURL = cmp.Or(f.ConsoleURL, noLinks)
	mailer, err := agentMailer(settings)
	if err != nil {
		return people{}, usage(err)
	}
	mailed := f.Mail.host != ""
	if !mailed {
		mailer = terminalMail{c}
	}
	db, trail, err := f.redisSettings.open(ctx, c)
	if err != nil {
		return people{}, err
	}
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	all, err := newAgents(settings, outside{db: db, now: time.Now, log: log}, trail, mailer)
	if err != nil {
		return people{}, usage(err)
	}
	return people{all, mailed}, nil
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
func (f agentFlags) open(ctx context.Context, c terminal) (people, agents.UserName, error) {
	name, err := agents.ParseUserName(f.Name)
	if err != nil {
		return people{}, "", usage(err)
	}
	all, err := f.agentsFlags.open(ctx, c)
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
