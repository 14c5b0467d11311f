package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"updatecenter/internal/agents"
	"updatecenter/internal/outbound/wording"
)

// ErrMessage says that a message to an agent is of no known kind, or lacks the link or code of
// its kind, or has one that its kind doesn't tell.
var ErrMessage error = finalError("not a message that can be written to an agent")

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
	words, err := writeTo(message, m.config.House.Company, m.config.Zone)
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
// them, for whoever shows it in another way. Of the house it takes the company alone. Times are
// those of the zone; nil: UTC. Link and code stand in the text as they are. Errors: [ErrMessage].
func AgentText(house wording.House, zone *time.Location, message agents.Message) (subject, text string, err error) {
	if zone == nil {
		zone = time.UTC
	}
	words, err := writeTo(message, house.Company, zone)
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
