package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/hash"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/outbound/mailqueue"
	"updatecenter/internal/queue"
	"updatecenter/internal/repair"
	"updatecenter/internal/repair/console"
	"updatecenter/pins"
)

// support is what a server has for agents, and for programs with keys, who help customers.
type support struct {
	audit   *audit.Log
	desk    *repair.Desk
	agents  *agents.Agents   // who may sign in; nil: there is no console
	mails   *mailqueue.Queue // to agents, that nobody waits for; nil: there is no console
	console *console.Console // nil: there is none
	zone    *time.Location   // in which agents read times
	log     *slog.Logger
}

// newSupport prepares the desk, and the console if there is one. The app needs lines, accounts,
// deliveries and notices by then.
func newSupport(c config, o outside, a *app) (*support, error) {
	h := &support{audit: newAudit(c, o), zone: cmp.Or(c.Zone, time.UTC), log: o.log}
	if c.ConsoleURL == "" {
		h.desk = newDesk(c, o, a, h)
		return h, nil
	}
	var err error
	mailer := o.mails
	if mailer == nil {
		if mailer, err = agentMailer(c); err != nil {
			return nil, err
		}
		if c.Mail.host == "" {
			o.log.Warn("there is no mail server (SMTP_URL): agents get no e-mail, neither invitations nor codes for signing in")
		}
	}
	h.mails = mailqueue.New(mailqueue.Config{Tasks: a.queue, Keys: c.SecretKeys, Mailer: mailer, Now: o.now, Log: background(o.log)})
	if h.agents, err = newAgents(c, o, h.audit, mails{now: mailer, later: h.mails}); err != nil {
		return nil, err
	}
	h.desk = newDesk(c, o, a, h)
	h.console, err = newConsole(c, o, a, h)
	return h, err
}

// newAudit is the record of who did what.
func newAudit(c config, o outside) *audit.Log {
	return audit.New(audit.Config{Store: o.db.Audit(), Keys: c.SecretKeys, Now: o.now, Log: o.log})
}

// Passwords at once, and more that wait: a hundred who sign in at the same moment take the memory
// of two hashes.
const (
	passwordsAtOnce  = 2
	passwordsWaiting = 64
)

// welcomePath is below the console's URL, and above the tokens of invitations.
const welcomePath = "/repair/welcome/"

// newAgents are the people who may sign in.
func newAgents(c config, o outside, log audit.Recorder, mailer agents.Mailer) (*agents.Agents, error) {
	hasher, err := hash.New(hash.Config{
		Keys: c.SecretKeys, Params: o.hash, AtOnce: passwordsAtOnce, Waiting: passwordsWaiting,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare hashing of passwords: %w", err)
	}
	people, err := agents.New(agents.Config{
		Store: o.db.Agents(), Hasher: hasher, Keys: c.SecretKeys, Mailer: mailer, Audit: log,
		LinkURL: c.ConsoleURL + welcomePath, Issuer: c.Company, Now: o.now, Log: o.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare agents: %w", err)
	}
	return people, nil
}

// newCodes are the codes that lines are told for agents: of the desk, and for deliveries.
func newCodes(c config, o outside) repair.Codes {
	return repair.Codes{Store: o.db.Desk(), Keys: c.SecretKeys, Now: o.now}
}

func newDesk(c config, o outside, a *app, h *support) *repair.Desk {
	codes := newCodes(c, o)
	limits := repair.DefaultLimits()
	limits.Program = cmp.Or(c.LookupsPerMinute, limits.Program)
	return repair.New(repair.Config{
		Limits: limits, Lines: a.lines, Provisioning: provisioning(c, o, a), Accounts: a.accounts, Deliveries: a.deliveries,
		Store: codes.Store, Keys: codes.Keys, Audit: h.audit, Alert: h.alert, Now: o.now, Log: o.log,
	})
}

// provisioning is what is done for a customer's line, who is told of it.
func provisioning(c config, o outside, a *app) pins.Provisioning {
	return pins.Provisioning{Registry: o.db.Lines(), Validations: o.db.Lines(), Now: o.now, Notice: a.notices.PIN, Destinations: c.CallDestinations}
}

func newConsole(c config, o outside, a *app, h *support) (*console.Console, error) {
	sessions := o.db.SignIn(o.now)
	signIn, err := signin.New(signin.Config{
		Agents: h.agents, Store: sessions, Attempts: sessions, Mailer: h.mails, Audit: h.audit,
		Keys: c.SecretKeys, Now: o.now, Random: rand.Reader, Log: o.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare signing in: %w", err)
	}
	console, err := console.New(console.Config{
		Agents: h.agents, SignIn: signIn, Desk: h.desk, Audit: h.audit, Keys: o.db.Keys(), History: provisioning(c, o, a),
		PublicURL: c.ConsoleURL, Client: a.clients.Address,
		Company: c.Company, Repair: c.RepairNumber, TemporaryPIN: c.TemporaryPIN,
		NoMail: c.Mail.host == "" && o.mails == nil, Zone: c.Zone, Now: o.now, Stopping: a.stopping, Log: o.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the console: %w", err)
	}
	return console, nil
}

// routes adds the console's, if there is one.
func (h *support) routes(router *mux.Router) {
	if h.console != nil {
		h.console.Routes(router)
	}
}

// jobs are what runs beside the answering of requests, until its context ends.
func (h *support) jobs() []func(context.Context) {
	if h.console == nil {
		return nil
	}
	return []func(context.Context){h.sweep}
}

// workers send e-mails to agents. A server without a console leaves them to others.
func (h *support) workers() []queue.Worker {
	if h.console == nil {
		return nil
	}
	return []queue.Worker{h.mails.Worker()}
}

// agentsEvery is how often it is looked for agents whom nobody has seen for long.
const agentsEvery = time.Hour

// sweep looks for them until the context ends.
func (h *support) sweep(ctx context.Context) {
	every(ctx, agentsEvery, background(h.log), "unused profiles of agents could not all be looked after", h.agents.Sweep)
}

// alertWithin bounds how long it takes to have an alert queued.
const alertWithin = 3 * time.Second

// alert tells all active supervisors, by e-mail, that somebody met a limit at the desk. Who was
// refused may have gone by then.
func (h *support) alert(ctx context.Context, alert repair.Alert) {
	ctx, cancel := detached.Context(ctx, alertWithin)
	defer cancel()
	h.log.WarnContext(ctx, "a limit was met at the repair desk", slog.String("who", alert.Who.Name),
		slog.String("via", alert.Who.Via), slog.String("what", string(alert.What)), slog.Time("until", alert.Until))
	if h.agents == nil {
		return
	}
	if err := h.agents.Alert(ctx, mail.LimitAlert(alert, h.zone)); err != nil {
		h.log.ErrorContext(ctx, "supervisors were not all told of a limit that was met", slog.Any("cause", err))
	}
}
