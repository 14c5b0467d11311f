package agents

import (
	"context"
	"log/slog"
	"time"

	"updatecenter/internal/secret"
)

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

// Message is an e-mail to an agent, to be worded and sent.
type Message struct {
	Kind     MessageKind
	To       string // the address
	FullName string
	Name     UserName
	Link     secret.Text // the whole URL
	Code     secret.Text
	On       time.Time
	Detail   string
	Date     time.Time // when it was asked for, the same each time that it is sent; zero: now
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
	ctx, cancel := detached(ctx)
	defer cancel()
	if err := a.mailer.Mail(ctx, message); err != nil {
		a.log.LogAttrs(ctx, slog.LevelError, "e-mail to agent not sent", slog.String("agent", string(message.Name)),
			slog.String("kind", string(message.Kind)), slog.Any("error", err))
	}
}
