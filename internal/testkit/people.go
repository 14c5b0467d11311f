package testkit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// LinkURL is before the token of a link in an e-mail.
const LinkURL = "https://repair.example.com/repair/welcome/"

// Password is that of each agent that [World.Agent] sets up.
const Password = "wagon lichen thirsty plum"

// Mail keeps e-mails to agents. Its calls are named "Mail". The zero value is ready. It is safe for
// concurrent use.
type Mail struct {
	calls *Calls
	mu    sync.Mutex
	all   []agents.Message
}

// Mail implements [agents.Mailer].
func (m *Mail) Mail(ctx context.Context, message agents.Message) error {
	return m.calls.err(ctx, "Mail", func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		m.all = append(m.all, message)
		return nil
	})
}

// All are the e-mails since the last call of Forget.
func (m *Mail) All() []agents.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

// Kinds are the kinds of the e-mails, and to whom they went, such as "invitation bob@example.com".
func (m *Mail) Kinds() (kinds []string) {
	for _, message := range m.All() {
		kinds = append(kinds, string(message.Kind)+" "+message.To)
	}
	return kinds
}

// Of are those of a kind, to somebody.
func (m *Mail) Of(kind agents.MessageKind) []agents.Message {
	return slices.DeleteFunc(m.All(), func(message agents.Message) bool {
		return message.Kind != kind || message.To == ""
	})
}

// Last is the last of some kinds; of all kinds, if none is given.
func (m *Mail) Last(t testing.TB, kinds ...agents.MessageKind) agents.Message {
	t.Helper()
	for _, message := range slices.Backward(m.All()) {
		if len(kinds) == 0 || slices.Contains(kinds, message.Kind) && message.To != "" {
			return message
		}
	}
	t.Fatalf("no e-mail %v", kinds)
	return agents.Message{}
}

// Token is that of the link in the last e-mail with one.
func (m *Mail) Token(t testing.TB) secret.Text {
	t.Helper()
	for _, message := range slices.Backward(m.All()) {
		if link := message.Link.Reveal(); link != "" {
			return secret.New(link[strings.LastIndexByte(link, '/')+1:])
		}
	}
	t.Fatal("no e-mail has a link")
	return secret.Text{}
}

// Forget forgets the e-mails.
func (m *Mail) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = nil
}

// A Trail is an audit that takes what the real one takes, and keeps it. Its calls are named "Record". The
// zero value is ready. It is safe for concurrent use.
type Trail struct {
	calls *Calls
	mu    sync.Mutex
	all   []audit.Event
}

// Record records an event.
func (b *Trail) Record(ctx context.Context, event audit.Event) error {
	return b.calls.err(ctx, "Record."+string(event.Action), func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		known := slices.Contains(audit.Actions(), event.Action)
		if !known || event.By == "" || utf8.RuneCountInString(event.By) > audit.MaxName {
			return audit.ErrInvalidEvent
		}
		b.all = append(b.all, event)
		return nil
	})
}

// All are the events since the last call of Take.
func (b *Trail) All() []audit.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// Take returns the events since the last call of Take.
func (b *Trail) Take() []audit.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.all
	b.all = nil
	return all
}

// Holds takes the events, and fails the test unless their actions are these.
func (b *Trail) Holds(t testing.TB, want ...audit.Action) []audit.Event {
	t.Helper()
	all := b.Take()
	var got []audit.Action
	for _, event := range all {
		got = append(got, event.Action)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("audit has %v, want %v", got, want)
	}
	return all
}

// Lines are the events in short: by whom, what, of what, and the detail.
func (b *Trail) Lines() (lines []string) {
	for _, e := range b.All() {
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprint(e.By, " ", e.Action, " ", e.Subject, " ", e.Detail)), " "))
	}
	return lines
}

// Of are the events of an action.
func (b *Trail) Of(action audit.Action) []audit.Event {
	return slices.DeleteFunc(b.All(), func(event audit.Event) bool { return event.Action != action })
}

// Agents are agents on the stores, with the mailer, the audit and the log of the world.
func (w *World) Agents(t testing.TB) *agents.Agents {
	t.Helper()
	all, err := agents.New(w.AgentsConfig())
	check.OK(t, err)
	return all
}

// AgentsConfig is how [World.Agents] makes them.
func (w *World) AgentsConfig() agents.Config {
	return agents.Config{
		Store: w.AgentStore(), Hasher: w.Hasher(), Keys: w.Keys, Mailer: w.Mail, Audit: w.Audit, LinkURL: LinkURL,
		Now: w.Now, Log: w.Log.Logger(),
	}
}

// Agent sets an agent up: invited, with [Password], and codes by e-mail.
func (w *World) Agent(t testing.TB, all *agents.Agents, invitee agents.Invitee) agents.Agent {
	t.Helper()
	agent := w.Invited(t, all, invitee)
	by := agents.By{Name: string(agent.Name), Via: audit.ViaConsole}
	_, err := all.ChooseEmail(t.Context(), by, agent.ID)
	check.OK(t, err)
	return w.SetUp(t, all, agent)
}

// Invited has somebody invited who uses the link, and has chosen [Password] and no more.
func (w *World) Invited(t testing.TB, all *agents.Agents, invitee agents.Invitee) agents.Agent {
	t.Helper()
	_, err := all.Invite(t.Context(), agents.By{Name: "root", Via: audit.ViaCommandLine}, invitee)
	check.OK(t, err)
	agent, err := all.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, w.Mail.Token(t), secret.New(Password))
	check.OK(t, err)
	return agent
}

// SetUp has an agent who chose how codes come do the rest of the set-up.
func (w *World) SetUp(t testing.TB, all *agents.Agents, agent agents.Agent) agents.Agent {
	t.Helper()
	by := agents.By{Name: string(agent.Name), Via: audit.ViaConsole}
	_, err := all.AcceptTerms(t.Context(), by, agent.ID)
	check.OK(t, err)
	profile := agents.Profile{FullName: agent.FullName, Email: agent.Email}
	agent, err = all.UpdateProfile(t.Context(), by, agent.ID, profile)
	check.OK(t, err)
	return agent
}

// Invitee is somebody to be invited: "bob" is Bob Example, bob@example.com.
func Invitee(name string, role agents.Role) agents.Invitee {
	full := strings.ToUpper(name[:1]) + name[1:] + " Example"
	return agents.Invitee{Name: name, FullName: full, Email: name + "@example.com", Role: role}
}
