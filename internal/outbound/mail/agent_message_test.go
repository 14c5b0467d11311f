package mail_test

import (
	"cmp"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/emersion/go-smtp"

	"updatecenter/internal/agents"
	"updatecenter/internal/golden"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

const (
	agentLink = "https://repair.example.com/repair/welcome/Zq3v8yT0wKfJm4n7c1RrXg5sUoLbP2hEeDdAaQiV9Nk"
	agentCode = "604718"
)

// agentKinds are all kinds of messages.
var agentKinds = []agents.MessageKind{
	agents.Invitation, agents.SignInCode, agents.ChangeCode, agents.Locked, agents.DeactivationSoon, agents.DeletionSoon,
	agents.PasswordWasChanged, agents.FactorWasChanged, agents.EmailWasChanged, agents.LimitAlert,
}

func agentMessage(kind agents.MessageKind) agents.Message {
	m := agents.Message{
		Kind: kind, To: "ann.olson@example.com", FullName: "Ann <b>Olson</b> & Søn", Name: "ann.olson",
		On: time.Date(2026, time.March, 2, 20, 5, 0, 0, time.UTC),
	}
	switch kind { //nolint:exhaustive // of the others nothing is told
	case agents.Invitation:
		m.Link = secret.New(agentLink)
	case agents.SignInCode, agents.ChangeCode:
		m.Code = secret.New(agentCode)
	case agents.LimitAlert:
		m.Detail = "crm/77, by the API: too many resets. The last line was 612-555-0142."
	}
	return m
}

// agentMailer sends at a time of its own.
func agentMailer(t testing.TB, s *server, at time.Time) *mail.Mailer {
	t.Helper()
	c := s.config(mail.None)
	c.Now = func() time.Time { return at }
	return mailer(t, c)
}

var sentAt = time.Date(2026, time.March, 1, 20, 5, 0, 0, time.UTC)

// sent is what a server took last, read.
func sent(t *testing.T, s *server) string {
	t.Helper()
	took := s.messages()
	if len(took) == 0 {
		t.Fatal("the server took nothing")
	}
	return read(t, took[len(took)-1].data)
}

// TestMessagesToAgents holds the words, which [mail.AgentText] has too; that the header tells nothing, and that
// an invitation has one link, and no other message has any.
func TestMessagesToAgents(t *testing.T) {
	s := serve(t, how{})
	m := agentMailer(t, s, sentAt)
	hrefs := regexp.MustCompile(`href="([^"]*)"`)
	for _, kind := range append([]agents.MessageKind{""}, agentKinds...) {
		name, message := "agent."+string(cmp.Or(kind, "locked-for-good"))+".eml", agentMessage(kind)
		if kind == "" {
			message.Kind, message.On = agents.Locked, time.Time{}
		}
		t.Run(name, func(t *testing.T) {
			check.OK(t, m.Mail(t.Context(), message))
			text := sent(t, s)
			golden.Is(t, name, text)
			logtest.Hides(t, "the message", text, "<img", "{{", "{name}", "{company}", "no value", "0001", "<b>Olson</b> & Søn</")
			header, _, _ := strings.Cut(text, "\n--------\n")
			logtest.Hides(t, "the header", header, agentCode, "welcome", "Zq3v8", "Olson", "crm")
			var links []string
			for _, found := range hrefs.FindAllStringSubmatch(text, -1) {
				links = append(links, found[1])
			}
			wanted, times := []string(nil), 0
			if kind == agents.Invitation {
				wanted, times = []string{agentLink}, 3 // in the text, in the HTML, and where it leads
			}
			check.Same(t, links, wanted)
			check.Same(t, strings.Count(text, "http"), times)
			subject, plain, err := mail.AgentText(config().Company, nil, message)
			if err != nil || !strings.Contains(text, "\nSubject: "+subject+"\n") || !strings.Contains(text, "\n\n"+plain+"\n--------\n") {
				t.Errorf("it was sent as\n%s\nand is\n%s\n%s, %v", text, subject, plain, err)
			}
		})
	}
	_, _, err := mail.AgentText(config().Company, nil, agents.Message{Kind: "poem"})
	check.Is(t, err, mail.ErrMessage)
}

// TestMessageIDs wants the same for a message that is tried again, and another for any other.
func TestMessageIDs(t *testing.T) {
	s := serve(t, how{})
	seen := map[string]agents.MessageKind{}
	id := func(message agents.Message, at time.Time) string {
		t.Helper()
		check.OK(t, agentMailer(t, s, at).Mail(t.Context(), message))
		_, rest, _ := strings.Cut(sent(t, s), "\nMessage-Id: ")
		id, _, _ := strings.Cut(rest, "\n")
		return id
	}
	for _, kind := range agentKinds {
		message := agentMessage(kind)
		first := id(message, sentAt)
		if again := id(message, sentAt.Add(time.Minute)); again != first {
			t.Errorf("%s, tried again, is %s and not %s", kind, again, first)
		}
		if other, taken := seen[first]; taken {
			t.Errorf("%s and %s have the same ID", kind, other)
		}
		seen[first] = kind
		message.On = message.On.Add(time.Millisecond)
		if later := id(message, sentAt); later == first {
			t.Errorf("%s of another time has the same ID", kind)
		}
	}
	// Whoever reads an ID in a log must not learn the code by trying them all.
	code, other := agentMessage(agents.SignInCode), agentMessage(agents.SignInCode)
	other.Code = secret.New("111111")
	if id(code, sentAt) != id(other, sentAt) {
		t.Error("the ID is made of the code")
	}
	closed := agentMessage(agents.Locked)
	closed.On = time.Time{}
	if id(closed, sentAt) == id(closed, sentAt.Add(24*time.Hour)) {
		t.Error("two locks on two days have the same ID")
	}
}

func TestMailRefusesWhatIsNoMessage(t *testing.T) {
	for name, test := range map[string]struct {
		kind  agents.MessageKind
		spoil func(*agents.Message)
		want  error
	}{
		"an unknown kind":        {"poem", func(*agents.Message) {}, mail.ErrMessage},
		"no kind":                {"", func(*agents.Message) {}, mail.ErrMessage},
		"no link":                {agents.Invitation, func(m *agents.Message) { m.Link = secret.Text{} }, mail.ErrMessage},
		"no code":                {agents.SignInCode, func(m *agents.Message) { m.Code = secret.Text{} }, mail.ErrMessage},
		"a link too many":        {agents.Locked, func(m *agents.Message) { m.Link = secret.New(agentLink) }, mail.ErrMessage},
		"a code too many":        {agents.Invitation, func(m *agents.Message) { m.Code = secret.New(agentCode) }, mail.ErrMessage},
		"no address":             {agents.SignInCode, func(m *agents.Message) { m.To = "" }, mail.ErrNoAddress},
		"two addresses":          {agents.SignInCode, func(m *agents.Message) { m.To = "ann.olson@example.com, b@example.com" }, mail.ErrNoAddress},
		"a second header":        {agents.SignInCode, func(m *agents.Message) { m.To += "\r\nBcc: b@example.com" }, mail.ErrNoAddress},
		"a name with an address": {agents.SignInCode, func(m *agents.Message) { m.To = "Ann <ann.olson@example.com>" }, mail.ErrNoAddress},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, how{})
			message := agentMessage(test.kind)
			test.spoil(&message)
			err := agentMailer(t, s, sentAt).Mail(t.Context(), message)
			if !errors.Is(err, test.want) || len(s.messages()) != 0 {
				t.Errorf("Mail: %v, want %v; the server took %d", err, test.want, len(s.messages()))
			}
			final, ok := errors.AsType[interface {
				error
				Final() bool
			}](err)
			if !ok || !final.Final() {
				t.Errorf("%v is not final", err)
			}
			checkSilentOfAgents(t, err)
		})
	}
}

// checkSilentOfAgents fails if an error tells something that belongs in no log.
func checkSilentOfAgents(t *testing.T, err error) {
	t.Helper()
	for _, hidden := range []string{"ann", "olson", "Olson", agentCode, "welcome", "Zq3v8"} {
		if err != nil && strings.Contains(err.Error(), hidden) {
			t.Errorf("the error tells %q: %v", hidden, err)
		}
	}
}

func TestMailRefused(t *testing.T) {
	s := serve(t, how{server: &server{refuseTo: &smtp.SMTPError{Code: 550, Message: "ann.olson@example.com is unknown"}}})
	err := agentMailer(t, s, sentAt).Mail(t.Context(), agentMessage(agents.SignInCode))
	refused, ok := errors.AsType[*mail.RefusedError](err)
	if !ok || refused.Code != 550 || !refused.Final() {
		t.Errorf("Mail: %v", err)
	}
	checkSilentOfAgents(t, err)
}

// TestVariablesAreFilledOnce: what somebody has for a name, or for a company, is no variable.
func TestVariablesAreFilledOnce(t *testing.T) {
	s := serve(t, how{})
	message := agentMessage(agents.LimitAlert)
	message.FullName, message.Detail = "{company}", "{name} {{.Link}} and\u2028{moment}"
	check.OK(t, agentMailer(t, s, sentAt).Mail(t.Context(), message))
	if text := sent(t, s); !strings.Contains(text, "Dear {company}:") || !strings.Contains(text, "{name} {{.Link}} and") {
		t.Errorf("the message is\n%s", text)
	}
}

// TestTimesOfAZone writes times as they are in Chicago, before and after its clocks are changed.
func TestTimesOfAZone(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	check.OK(t, err)
	s := serve(t, how{})
	c := s.config(mail.None)
	c.Zone = chicago
	m := mailer(t, c)
	for _, test := range []struct {
		kind agents.MessageKind
		on   time.Time
		want string
	}{
		{agents.SignInCode, time.Date(2026, time.March, 8, 7, 59, 0, 0, time.UTC), "until March 8, 2026 at 1:59 AM CST."},
		{agents.SignInCode, time.Date(2026, time.March, 8, 8, 0, 0, 0, time.UTC), "until March 8, 2026 at 3:00 AM CDT."},
		{agents.DeletionSoon, time.Date(2026, time.November, 2, 5, 59, 0, 0, time.UTC), "will be deleted on November 1, 2026,"},
	} {
		message := agentMessage(test.kind)
		message.On = test.on
		check.OK(t, m.Mail(t.Context(), message))
		if got := sent(t, s); strings.Count(got, test.want) != 2 {
			t.Errorf("%s is not in the text and in the HTML of\n%s", test.want, got)
		}
		if _, text, err := mail.AgentText(c.Company, chicago, message); err != nil || !strings.Contains(text, test.want) {
			t.Errorf("%v, %s", err, text)
		}
	}
}
