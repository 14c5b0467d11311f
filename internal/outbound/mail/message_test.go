package mail_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/emersion/go-smtp"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/golden"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

var everything = []deliveries.Topic{
	deliveries.SecurityCode, deliveries.SecurityAnswer, deliveries.Welcome, deliveries.PINChanged,
	deliveries.PINReset, deliveries.CodeChanged, deliveries.QuestionChanged,
	deliveries.AddressChanged, deliveries.EmailChanged, deliveries.PhoneChanged,
	deliveries.TicketContactChanged, deliveries.TicketCanceled,
	deliveries.SignInChanged, deliveries.PasswordAsked, deliveries.UserName, deliveries.PasswordLink,
}

func config() mail.Config {
	return mail.Config{
		Host: "smtp.example.com", From: "accounts@example.com",
		Company: wording.Company{
			Company: "Teléfonos del Norte, Inc.", Repair: "+18005731311", HelpLine: "+18008602255",
			TemporaryPIN: secret.New("1234"), PasswordURL: "https://www.example.com/password",
		},
	}
}

func message(about deliveries.Topic, language string) deliveries.Message {
	return deliveries.Message{
		ID: "dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c", Topic: about,
		Date: time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC),
		Account: accounts.Account{
			Number: "6125550142-821", Name: "Ana <Núñez> & Ruiz", Language: language,
			Email: "ana.ruiz@example.net", Code: secret.New("482910"),
			Question: "¿Cómo se llamaba su primera calle?", Answer: secret.New("Calle <de los> Álamos"),
			UserName: "ana.ruiz", Link: accounts.Link{Token: secret.New("MFRGGZDFMZTWQ2LKNNWG23TP")},
		},
	}
}

func TestMessages(t *testing.T) {
	s := serve(t, how{})
	m := mailer(t, s.config(mail.None))
	for _, test := range []struct {
		about    deliveries.Topic
		language string
	}{
		{deliveries.SecurityCode, "en"}, {deliveries.SecurityAnswer, "es"}, {deliveries.Welcome, "en"},
		{deliveries.PINReset, "es"}, {deliveries.QuestionChanged, ""}, {deliveries.UserName, "es"}, {deliveries.PasswordLink, "en"},
	} {
		name := fmt.Sprintf("%s.%s.eml", test.about, cmp.Or(test.language, "unknown"))
		t.Run(name, func(t *testing.T) {
			check.OK(t, m.Send(t.Context(), message(test.about, test.language)))
			took := s.messages()
			golden.Is(t, name, read(t, took[len(took)-1].data))
		})
	}
}

// read decodes a message: its header, and its parts.
func read(t *testing.T, data string) string {
	t.Helper()
	parsed, err := netmail.ReadMessage(strings.NewReader(data))
	check.OK(t, err)
	var out strings.Builder
	writeHeader(t, &out, parsed.Header)
	kind, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the message is %q, %v", kind, err)
	}
	for parts := multipart.NewReader(parsed.Body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		check.OK(t, err)
		out.WriteString("\n--------\n")
		writeHeader(t, &out, netmail.Header(part.Header))
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		check.OK(t, err)
		out.WriteString("\n" + strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
}

func writeHeader(t *testing.T, out *strings.Builder, header netmail.Header) {
	t.Helper()
	var keys []string
	for key := range header {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, value := range header[key] {
			decoded, err := new(mime.WordDecoder).DecodeHeader(value)
			check.OK(t, err)
			fmt.Fprintf(out, "%s: %s\n", key, decoded)
		}
	}
}

func TestEveryMessageGoesInBothLanguages(t *testing.T) {
	s := serve(t, how{})
	m := mailer(t, s.config(mail.None))
	for _, about := range everything {
		for _, language := range []string{"en", "es"} {
			if err := m.Send(t.Context(), message(about, language)); err != nil {
				t.Errorf("%s in %s: %v", about, language, err)
				continue
			}
			took := s.messages()
			text := read(t, took[len(took)-1].data)
			if !strings.Contains(text, "Content-Language: "+language) || !strings.Contains(text, "Auto-Submitted: auto-generated") {
				t.Errorf("%s in %s: the header lacks its language, or that nobody wrote it", about, language)
			}
			nowhere := []string{"<img", "{{", "no value"}
			if about != deliveries.PasswordLink { // which alone has a link
				nowhere = append(nowhere, "http", "<a ", "href")
			}
			for _, never := range nowhere {
				if strings.Contains(text, never) {
					t.Errorf("%s in %s has %q", about, language, never)
				}
			}
		}
	}
}

func TestHeadersTellNothing(t *testing.T) {
	s := serve(t, how{})
	m := mailer(t, s.config(mail.None))
	for _, about := range []deliveries.Topic{deliveries.SecurityCode, deliveries.SecurityAnswer, deliveries.Welcome, deliveries.UserName, deliveries.PasswordLink} {
		check.OK(t, m.Send(t.Context(), message(about, "en")))
	}
	for _, took := range s.messages() {
		header, _, _ := strings.Cut(read(t, took.data), "\n--------\n")
		logtest.Hides(t, "the header", header, "482910", "lamos", "Ruiz", "6125550142", "ana.ruiz\n", "MFRG")
	}
}

func TestSendRefusesWhatIsNoMessage(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*deliveries.Message)
		want  error
	}{
		"no address":             {func(m *deliveries.Message) { m.Account.Email = "" }, mail.ErrNoAddress},
		"two addresses":          {func(m *deliveries.Message) { m.Account.Email = "a@example.net, b@example.net" }, mail.ErrNoAddress},
		"a name with an address": {func(m *deliveries.Message) { m.Account.Email = "Ana <a@example.net>" }, mail.ErrNoAddress},
		"a second header":        {func(m *deliveries.Message) { m.Account.Email = "a@example.net\r\nBcc: b@example.net" }, mail.ErrNoAddress},
		"a folded header":        {func(m *deliveries.Message) { m.Account.Email = "a@example.net\r\n b@example.net" }, mail.ErrNoAddress},
		"a quoted name":          {func(m *deliveries.Message) { m.Account.Email = "\"a b\"@example.net" }, mail.ErrNoAddress},
		"no ID":                  {func(m *deliveries.Message) { m.ID = "" }, mail.ErrID},
		"an ID with a header":    {func(m *deliveries.Message) { m.ID = "a\r\nBcc: b" }, mail.ErrID},
		"no code":                {func(m *deliveries.Message) { m.Account.Code = secret.Text{} }, deliveries.ErrNoSecret},
		"another subject":        {func(m *deliveries.Message) { m.Topic = "poem" }, deliveries.ErrParams},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, how{})
			spoiled := message(deliveries.SecurityCode, "en")
			test.spoil(&spoiled)
			err := mailer(t, s.config(mail.None)).Send(t.Context(), spoiled)
			if !errors.Is(err, test.want) || len(s.messages()) != 0 {
				t.Errorf("Send: %v, want %v; the server took %d", err, test.want, len(s.messages()))
			}
			checkSilent(t, err)
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*mail.Config){
		"no company":                   func(c *mail.Config) { c.Company.Company = "" },
		"no host":                      func(c *mail.Config) { c.Host = "" },
		"a socket":                     func(c *mail.Config) { c.Host = "unix:///run/smtp" },
		"a port beyond all":            func(c *mail.Config) { c.Port = 65536 },
		"no sender":                    func(c *mail.Config) { c.From = "" },
		"a sender with a header":       func(c *mail.Config) { c.From = "a@example.com\r\nBcc: b@example.com" },
		"an unknown policy":            func(c *mail.Config) { c.TLS = "sometimes" },
		"no encryption to elsewhere":   func(c *mail.Config) { c.TLS = mail.None },
		"no encryption to an address":  func(c *mail.Config) { c.TLS, c.Host = mail.None, "10.0.0.1" },
		"a password in the clear":      func(c *mail.Config) { c.TLS, c.Username = mail.Opportunistic, "updatecenter" },
		"a timeout before the message": func(c *mail.Config) { c.Timeout = -time.Second },
	} {
		c := config()
		spoil(&c)
		if _, err := mail.New(c); !errors.Is(err, mail.ErrConfig) {
			t.Errorf("%s: %v, want ErrConfig", name, err)
		}
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		c := config()
		c.TLS, c.Host = mail.None, host
		if _, err := mail.New(c); err != nil {
			t.Errorf("no encryption to %s: %v", host, err)
		}
	}
}

func ExampleNew() {
	_, err := mail.New(mail.Config{
		Host: "smtp.example.com", From: "accounts@example.com", TLS: mail.None,
		Company: wording.Company{Company: "Northern Telephone", Repair: "+18005731311"},
	})
	fmt.Println(err)
	// Output: set up e-mail: can't send e-mail with these settings: without encryption the server must be on this machine
}

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
