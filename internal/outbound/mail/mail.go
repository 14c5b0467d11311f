// Package mail sends e-mail by a mail server (SMTP): to customers, as the deliveries' Mailer, and
// to the agents who help them.
//
//	mailer, err := mail.New(mail.Config{Host: "smtp.example.com", From: "accounts@example.com", Company: company})
//	err = mailer.Send(ctx, message)     // to a customer
//	err = mailer.Mail(ctx, invitation)  // to an agent
//
// A message is text and HTML with the same words: in the account's language to a customer, in
// English to an agent. It holds no image. Of those to customers the one about a new password alone holds a
// link, to the operator's page and with what is needed there in its fragment, which no server is told: a customer
// who sees few links from us learns to follow few. To an agent, the invitation alone has one. A
// message says that no person wrote it (Auto-Submitted, RFC 3834), so that no answering machine
// answers.
//
// # Sent twice
//
// A connection that breaks after the last line leaves open whether the server has the message.
// Then sending has failed, and is tried again. The Message-ID follows from the delivery's ID, and
// so do all other bytes from the message: servers and mailboxes can tell that it is the same. That
// of a message to an agent follows from what it is about, without link and code; only its date is
// that of the try.
//
// # What could go wrong on the way
//
// By default a message goes to the server only if the connection is encrypted and the server's
// certificate is good ([Mandatory]). A user name and password never go without encryption.
// Beyond the server a message may travel unencrypted: that is how e-mail is.
//
// Nothing of an account gets into the header but its e-mail address, and that only if it is
// one. Errors hold the server's code and nothing of the message, the address or the server's
// words, since these repeat the address.
package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"updatecenter/internal/agents"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
	"updatecenter/internal/web"
	"updatecenter/internal/wrap"
)

// TLSPolicy says how a connection to the mail server is encrypted.
type TLSPolicy string

// The policies.
const (
	Mandatory     TLSPolicy = "mandatory"     // by STARTTLS, or nothing is sent; the default
	Implicit      TLSPolicy = "implicit"      // from the first byte, as on port 465 (RFC 8314)
	Opportunistic TLSPolicy = "opportunistic" // by STARTTLS if the server offers it
	None          TLSPolicy = "none"          // not at all; only to a server on this machine
)

// What is assumed where nothing is said.
const (
	submission    = 587 // the port (RFC 6409)
	submissionTLS = 465 // with Implicit (RFC 8314)
	timeout       = 20 * time.Second
)

// ErrConfig is said of settings that can't be used. The text around it says why.
var ErrConfig = errors.New("can't send e-mail with these settings")

// Config says by which server e-mail goes, and from whom.
type Config struct {
	Host     string // of the mail server; its certificate must be for this name
	Port     int    // 0: 587, or 465 with Implicit
	Username string // empty: none is asked for
	Password secret.Text
	TLS      TLSPolicy      // empty: Mandatory
	Roots    *x509.CertPool // who may vouch for the server; nil: whom the system trusts
	From     string         // our address, such as accounts@example.com; bounces go there as well
	Company  wording.Company
	Timeout  time.Duration // of a Send, from connecting to the server's last word; 0: 20 s
	// Zone is that of times in messages to agents; nil: UTC. Those to customers hold none.
	Zone *time.Location
	// Now is for the date of messages to agents; nil: time.Now. Those to customers have their own.
	Now func() time.Time
}

// filled is the config with what was left out. Errors: [ErrConfig].
func (c Config) filled() (Config, error) {
	c.TLS = cmp.Or(c.TLS, Mandatory)
	if c.Port == 0 && c.TLS == Implicit {
		c.Port = submissionTLS
	}
	c.Port = cmp.Or(c.Port, submission)
	c.Timeout = cmp.Or(c.Timeout, timeout)
	c.Zone = cmp.Or(c.Zone, time.UTC)
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := c.Company.Check(); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if fault := c.fault(); fault != "" {
		return Config{}, fmt.Errorf("%w: %s", ErrConfig, fault)
	}
	return c, nil
}

// fault says what is wrong; "" if nothing is.
func (c Config) fault() string {
	switch {
	case c.Host == "" || strings.ContainsAny(c.Host, "/ \t\r\n"):
		return "a host is a name or an IP address"
	case c.Port < 1 || c.Port > 65535:
		return "a port is 1 to 65535"
	case c.Timeout < 0:
		return "a timeout is not negative"
	case !isAddress(c.From):
		return "the sender is not an e-mail address"
	case c.Username != "" && c.TLS != Mandatory && c.TLS != Implicit:
		return "a user name and password are sent only where encryption is mandatory"
	}
	switch c.TLS {
	case Mandatory, Implicit, Opportunistic:
	case None:
		if !web.ThisMachine(c.Host) {
			return "without encryption the server must be on this machine"
		}
	default:
		return "encryption is mandatory, implicit, opportunistic or none"
	}
	return ""
}

// isAddress says whether s is an e-mail address and nothing else, such as a name with one.
func isAddress(s string) bool {
	parsed, err := netmail.ParseAddress(s)
	return err == nil && parsed.Address == s && !strings.ContainsAny(s, " \t\r\n\"<>")
}

// Mailer sends e-mail. It is a [deliveries.Mailer] and an [agents.Mailer], and any number of
// goroutines may use it.
type Mailer struct {
	config    Config
	domain    string // of Config.From
	templates templates
}

var (
	_ deliveries.Mailer = (*Mailer)(nil)
	_ agents.Mailer     = (*Mailer)(nil)
)

// New checks the settings. It connects to nothing. Errors: [ErrConfig].
func New(config Config) (_ *Mailer, err error) {
	defer wrap.Error(&err, "set up e-mail")
	if config, err = config.filled(); err != nil {
		return nil, err
	}
	templates, err := parseTemplates()
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(config.From, "@")
	return &Mailer{config, domain, templates}, nil
}

// RefusedError says that the mail server did not take a message.
type RefusedError struct {
	Step      string // what was attempted
	Code      int    // the server's reply code (RFC 5321, section 4.2); 0: there was none
	Temporary bool   // whether to try again later is of use
}

// Error holds the step and the code, and nothing of the message or the server's words.
func (e *RefusedError) Error() string {
	if e.Code == 0 {
		return e.Step + ": no answer"
	}
	return fmt.Sprintf("%s: the mail server answered %d", e.Step, e.Code)
}

// Final says whether there is no use in trying again.
func (e *RefusedError) Final() bool { return !e.Temporary }

// Send hands a message to the mail server. It gives up after Config.Timeout. Errors:
// [ErrNoAddress], [ErrID], [deliveries.ErrNoSecret], [deliveries.ErrParams] and a [*RefusedError]
// that says so are final, and all but deliveries' own have a method Final that says so; after any other, trying again is of use, and the message may have
// been sent.
func (m *Mailer) Send(ctx context.Context, mail deliveries.Message) error {
	msg, err := m.composeToCustomer(mail)
	if err != nil {
		return fmt.Errorf("compose e-mail: %w", err)
	}
	return m.sendWithin(ctx, msg)
}

// sendWithin sends a message, or gives up after Config.Timeout.
func (m *Mailer) sendWithin(ctx context.Context, msg *gomail.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	if err := m.send(ctx, msg); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // the cause of whatever the network said
		}
		return fmt.Errorf("send e-mail: %w", err)
	}
	return nil
}

func (m *Mailer) send(ctx context.Context, msg *gomail.Msg) error {
	client, err := m.client(ctx)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("connect to the mail server: %w", err)
	}
	err = client.Send(msg)
	// Once the server has the message, whether it also takes leave is no matter: an error would
	// have the message sent twice.
	_ = client.Close()
	if msg.IsDelivered() {
		return nil
	}
	return refusal(err)
}

// refusal is what went wrong, without words of the server.
func refusal(err error) error {
	sendErr, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &RefusedError{Step: "send", Temporary: true}
	}
	code := sendErr.ErrorCode()
	return &RefusedError{Step: sendErr.Reason.String(), Code: code, Temporary: code < 500}
}

// client makes a client for one message: e-mails are few, and a connection that is kept is
// mostly found closed.
func (m *Mailer) client(ctx context.Context) (*gomail.Client, error) {
	policy := gomail.TLSMandatory
	switch m.config.TLS {
	case Mandatory:
	case Opportunistic, Implicit: // that dial has encrypted already
		policy = gomail.TLSOpportunistic
	case None:
		policy = gomail.NoTLS
	}
	options := []gomail.Option{
		gomail.WithPort(m.config.Port), gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(m.tls()),
		gomail.WithTimeout(2 * m.config.Timeout), // ctx ends before
		gomail.WithoutNoop(),
		gomail.WithDialContextFunc(m.dialUntil(ctx)),
	}
	if m.config.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(m.config.Username), gomail.WithPassword(m.config.Password.Reveal()))
	}
	return gomail.NewClient(m.config.Host, options...)
}

func (m *Mailer) tls() *tls.Config {
	return &tls.Config{ServerName: m.config.Host, RootCAs: m.config.Roots, MinVersion: tls.VersionTLS12}
}

// dialUntil dials connections that are closed when ctx ends, so that nothing which is read from
// them or written to them can take longer. The library puts its own deadline off at each step.
func (m *Mailer) dialUntil(ctx context.Context) gomail.DialContextFunc {
	return func(_ context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		if m.config.TLS != Implicit {
			return conn, nil
		}
		encrypted := tls.Client(conn, m.tls())
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return encrypted, nil
	}
}
