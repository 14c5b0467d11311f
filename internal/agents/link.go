package agents

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/ids"
	"updatecenter/internal/passwords"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
)

// LinkFor is how long a link works, once (NIST SP 800-63B: a code by e-mail lives 24 hours).
const LinkFor = 24 * time.Hour

// A token is the 26 characters of the agent's ID, by which the profile is found, and 32 random
// bytes in base64url, which make it one.
const tokenLength = ids.Length + ids.TokenLength

// newLink puts a new link in the place of an older one.
func (a *Agents) newLink(agent *Agent, now time.Time) (secret.Text, error) {
	drawn, err := ids.Token(a.config.Random)
	if err != nil {
		return secret.Text{}, fmt.Errorf("draw link: %w", err)
	}
	token := strings.TrimPrefix(string(agent.ID), idPrefix) + drawn
	agent.Link = Link{Hash: sha256.Sum256([]byte(token)), Until: now.Add(LinkFor)}
	return secret.New(token), nil
}

// parseToken returns whose link a token is, if it is one.
func parseToken(token secret.Text) (ID, bool) {
	text := token.Reveal()
	if len(text) != tokenLength {
		return "", false
	}
	id := idPrefix + text[:ids.Length]
	return ID(id), ids.Valid(id, idPrefix) && ids.ValidToken(text[ids.Length:])
}

// opens says whether the token is the agent's link, and still works.
func (a Agent) opens(token secret.Text, now time.Time) bool {
	hash := sha256.Sum256([]byte(token.Reveal()))
	right := subtle.ConstantTimeCompare(hash[:], a.Link.Hash[:]) == 1
	return right && now.Before(a.Link.Until) && a.usable(now) == nil
}

// Open looks whose link this is, and uses nothing up: mail programs open links by themselves.
// The only error that a person makes is [ErrLink].
func (a *Agents) Open(ctx context.Context, token secret.Text) (Agent, error) {
	id, ok := parseToken(token)
	if !ok {
		return Agent{}, ErrLink
	}
	agent, err := a.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNoAgent):
		return Agent{}, ErrLink
	case err != nil:
		return Agent{}, fmt.Errorf("open link: %w", err)
	case !agent.opens(token, a.now()):
		return Agent{}, ErrLink
	}
	return agent, nil
}

// UseLink sets the password of whoever has the link, and uses the link up. Of two at once one
// wins. The second factor is chosen anew, and sessions end. If by has no name it is the agent.
// Errors: [ErrLink]; [*PasswordError], and then the link still works; [hash.ErrBusy].
func (a *Agents) UseLink(ctx context.Context, by By, token, password secret.Text) (Agent, error) {
	agent, err := a.Open(ctx, token)
	if err != nil {
		return Agent{}, err
	}
	if err := a.JudgePassword(agent, password); err != nil {
		return Agent{}, err
	}
	hash, err := a.config.Hasher.Hash(ctx, passwords.Normal(password))
	if err != nil {
		return Agent{}, fmt.Errorf("hash password: %w", err)
	}
	if by.Name == "" {
		by.Name = string(agent.Name)
	}
	had := agent.Password != ""
	agent, err = a.do(ctx, agent.ID, deed{
		by: by, action: audit.PasswordChanged, detail: "by a link",
		edit: func(agent *Agent, now time.Time) error {
			if !agent.opens(token, now) {
				return ErrLink
			}
			agent.Password, agent.Link = hash, Link{}
			agent.Factor, agent.AppKey, agent.LastStep = "", secret.Text{}, 0
			agent.State, agent.Since = Active, now
			agent.Epoch++
			return nil
		},
	})
	if err != nil {
		return Agent{}, fmt.Errorf("use link: %w", err)
	}
	if had {
		a.tell(ctx, agent.message(PasswordWasChanged, a.now()))
	}
	return agent, nil
}

// Invite makes a profile, and sends the link with which its owner begins. Errors:
// [*FieldError]; [ErrTaken]; [ErrNotMailed], and then the agent returned is there.
func (a *Agents) Invite(ctx context.Context, by By, invitee Invitee) (_ Agent, err error) {
	defer wrap.Error(&err, "invite agent")
	return a.create(ctx, by, invitee, audit.AgentInvited, string(invitee.Role))
}

// Recreate makes a new profile, under another user name, for somebody whose profile of the name
// old is deleted. Errors: [ErrNoAgent], [ErrNotDeleted], and those of [Agents.Invite].
func (a *Agents) Recreate(ctx context.Context, by By, old UserName, invitee Invitee) (_ Agent, err error) {
	defer wrap.Error(&err, "recreate agent")
	before, err := a.Find(ctx, old)
	if err != nil {
		return Agent{}, err
	}
	if before.StateAt(a.now()) != Deleted {
		return Agent{}, ErrNotDeleted
	}
	return a.create(ctx, by, invitee, audit.AgentRecreated, string(invitee.Role)+", was "+string(old))
}

func (a *Agents) create(ctx context.Context, by By, invitee Invitee, action audit.Action, detail string) (Agent, error) {
	name, profile, err := invitee.tidy()
	if err != nil {
		return Agent{}, err
	}
	// Looked up so that a name that is taken isn't recorded as an invitation. Create decides.
	if _, err := a.config.Store.ByName(ctx, name); err == nil {
		return Agent{}, ErrTaken
	} else if !errors.Is(err, ErrNoAgent) {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	id, err := ids.New(a.config.Random, idPrefix)
	if err != nil {
		return Agent{}, err
	}
	now := a.now()
	agent := Agent{
		ID: ID(id), Name: name, Revision: 1, FullName: profile.FullName, Email: profile.Email, Role: invitee.Role,
		State: Invited, Since: now, Required: invitee.Required, Created: now,
	}
	token, err := a.newLink(&agent, now)
	if err != nil {
		return Agent{}, err
	}
	if err := a.record(ctx, by.event(action, name, detail)); err != nil {
		return Agent{}, err
	}
	if unsure, err := a.commit(ctx, a.config.Store.Create, agent); err != nil {
		done := progress{name: name, recorded: true, unsure: unsure}
		return Agent{}, a.failed(ctx, deed{by: by, action: action}, done, err)
	}
	return agent, a.sendLink(ctx, agent, token)
}

// Reinvite sends another link, which sets a new password and has the second factor chosen anew.
// Older links are dead from now on; password, factor and sessions only once the new one is used,
// so that who gets an e-mail by mistake can still sign in. Errors: [ErrNoAgent],
// [ErrDeactivated], [ErrDeleted], [ErrNotMailed].
func (a *Agents) Reinvite(ctx context.Context, by By, name UserName) (_ Agent, err error) {
	defer wrap.Error(&err, "send another link")
	var token secret.Text
	agent, err := a.named(ctx, name, deed{
		by: by, action: audit.AgentInvited, detail: "another link",
		edit: func(agent *Agent, now time.Time) error {
			if err := agent.usable(now); err != nil {
				return err
			}
			var err error
			token, err = a.newLink(agent, now)
			return err
		},
	})
	if err != nil {
		return Agent{}, err
	}
	return agent, a.sendLink(ctx, agent, token)
}

// usable says why the profile can't be used as it is.
func (a Agent) usable(now time.Time) error {
	switch a.StateAt(now) {
	case Deactivated:
		return ErrDeactivated
	case Deleted:
		return ErrDeleted
	case Invited, Active:
	}
	return nil
}

func (a *Agents) sendLink(ctx context.Context, agent Agent, token secret.Text) error {
	message := agent.message(Invitation, agent.Link.Until)
	message.Link = secret.New(a.config.LinkURL + token.Reveal())
	if err := a.config.Mailer.Mail(ctx, message); err != nil {
		return fmt.Errorf("%w: %w", ErrNotMailed, err)
	}
	return nil
}

// MessageKind is what an e-mail is about.
type MessageKind string

// The kinds.
const (
	Invitation         MessageKind = "invitation"           // Link, On: until when it works
	SignInCode         MessageKind = "sign-in-code"         // Code, On: until when it works
	ChangeCode         MessageKind = "change-code"          // the same, also to an address that is to be proved
	Locked             MessageKind = "locked"               // On: until when; zero: until reactivated
	DeactivationSoon   MessageKind = "deactivation-soon"    // On: when
	DeletionSoon       MessageKind = "deletion-soon"        // On: when
	PasswordWasChanged MessageKind = "password-was-changed" // On: when
	FactorWasChanged   MessageKind = "factor-was-changed"   // On: when
	EmailWasChanged    MessageKind = "email-was-changed"    // goes to the old address; On: when
	LimitAlert         MessageKind = "limit-alert"          // to supervisors; Detail: who, and what
)

// Message is an e-mail to an agent, to be worded and sent. In JSON it has no secret.
type Message struct {
	Kind     MessageKind `json:"kind"`
	To       string      `json:"to"` // the address
	FullName string      `json:"full_name"`
	Name     UserName    `json:"name"`
	Link     secret.Text `json:"-"` // the whole URL
	Code     secret.Text `json:"-"`
	On       time.Time   `json:"on"`
	Detail   string      `json:"detail,omitempty"`
	Date     time.Time   `json:"date"` // when it was asked for, the same each time that it is sent; zero: now
}

// Mailer sends e-mails.
type Mailer interface {
	// Mail sends the message, or takes it over to be sent: nil says that it need not be
	// handed over again. A message without an address goes to nobody.
	Mail(ctx context.Context, message Message) error
}

func (a Agent) message(kind MessageKind, on time.Time) Message {
	return Message{Kind: kind, To: a.Email, FullName: a.FullName, Name: a.Name, On: on}
}

// tell sends an e-mail about what is done already. That it failed is logged, and no reason to
// say that the thing itself had failed. It is sent also when whoever did it is gone by now.
func (a *Agents) tell(ctx context.Context, message Message) {
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	if err := a.config.Mailer.Mail(ctx, message); err != nil {
		a.config.Log.LogAttrs(ctx, slog.LevelError, "e-mail to agent not sent", slog.String("agent", string(message.Name)),
			slog.String("kind", string(message.Kind)), slog.Any("error", err))
	}
}
