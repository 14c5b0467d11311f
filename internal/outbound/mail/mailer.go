package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"updatecenter/internal/agents"
	"updatecenter/internal/deliveries"
)

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
func New(config Config) (*Mailer, error) {
	config, err := config.filled()
	if err != nil {
		return nil, fmt.Errorf("set up e-mail: %w", err)
	}
	templates, err := parseTemplates()
	if err != nil {
		return nil, fmt.Errorf("set up e-mail: %w", err)
	}
	_, domain, _ := strings.Cut(config.From, "@")
	return &Mailer{config, domain, templates}, nil
}

// RefusedError says that the mail server did not take a message.
type RefusedError struct {
	Step  string // what was attempted
	Code  int    // the server's reply code (RFC 5321, section 4.2); 0: there was none
	Again bool   // whether to try again later is of use
}

// Error holds the step and the code, and nothing of the message or the server's words.
func (e *RefusedError) Error() string {
	if e.Code == 0 {
		return e.Step + ": no answer"
	}
	return fmt.Sprintf("%s: the mail server answered %d", e.Step, e.Code)
}

// Final says whether there is no use in trying again.
func (e *RefusedError) Final() bool { return !e.Again }

// Send hands a message to the mail server. It gives up after Config.Timeout. Errors:
// [ErrNoAddress], [ErrID], [deliveries.ErrNoSecret], [deliveries.ErrAsk] and a [*RefusedError]
// that says so are final, and all but deliveries' own have a method Final that says so; after any other, trying again is of use, and the message may have
// been sent.
func (m *Mailer) Send(ctx context.Context, mail deliveries.Mail) error {
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
		return &RefusedError{Step: "send", Again: true}
	}
	code := sendErr.ErrorCode()
	return &RefusedError{Step: sendErr.Reason.String(), Code: code, Again: code < 500}
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
