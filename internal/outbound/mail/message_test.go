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
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
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
}

func config() mail.Config {
	return mail.Config{
		Host: "smtp.example.com", From: "accounts@example.com",
		Company: wording.Company{
			Company: "Teléfonos del Norte, Inc.", Repair: "+18005731311", HelpLine: "+18008602255",
			TemporaryPIN: secret.New("1234"),
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
		{deliveries.PINReset, "es"}, {deliveries.QuestionChanged, ""},
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
			for _, never := range []string{"http", "<img", "<a ", "href", "{{", "no value"} {
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
	for _, about := range []deliveries.Topic{deliveries.SecurityCode, deliveries.SecurityAnswer, deliveries.Welcome} {
		check.OK(t, m.Send(t.Context(), message(about, "en")))
	}
	for _, took := range s.messages() {
		header, _, _ := strings.Cut(read(t, took.data), "\n--------\n")
		logtest.Hides(t, "the header", header, "482910", "lamos", "Ruiz", "6125550142")
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
