package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

func mailer(t testing.TB, config mail.Config) *mail.Mailer {
	t.Helper()
	m, err := mail.New(config)
	check.OK(t, err)
	return m
}

func TestSendEncrypted(t *testing.T) {
	for name, test := range map[string]struct {
		server    how
		policy    mail.TLSPolicy
		encrypted bool
	}{
		"mandatory":                          {how{starttls: true}, mail.Mandatory, true},
		"implicit":                           {how{implicit: true}, mail.Implicit, true},
		"opportunistic with an offer":        {how{starttls: true}, mail.Opportunistic, true},
		"opportunistic without":              {how{}, mail.Opportunistic, false},
		"none, to this machine":              {how{}, mail.None, false},
		"none, to a server that would do it": {how{starttls: true}, mail.None, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.server)
			c := s.config(test.policy)
			if test.policy == mail.Mandatory || test.policy == mail.Implicit {
				c.Username, c.Password = "updatecenter", secret.New("correct horse")
			}
			check.OK(t, mailer(t, c).Send(t.Context(), message(deliveries.SecurityCode, "en")))
			took := s.messages()
			if len(took) != 1 || took[0].encrypted != test.encrypted || took[0].user != c.Username ||
				took[0].from != "accounts@example.com" || took[0].to != "ana.ruiz@example.net" {
				t.Errorf("the server took %+v", took)
			}
		})
	}
}

func TestSendWithoutGoodEncryptionSendsNothing(t *testing.T) {
	for name, test := range map[string]struct {
		server how
		policy mail.TLSPolicy
		spoil  func(*mail.Config)
	}{
		"no STARTTLS":             {how{}, mail.Mandatory, nil},
		"another's certificate":   {how{starttls: true}, mail.Mandatory, func(c *mail.Config) { c.Roots = nil }},
		"the same, opportunistic": {how{starttls: true}, mail.Opportunistic, func(c *mail.Config) { c.Roots = nil }},
		"the same, implicit":      {how{implicit: true}, mail.Implicit, func(c *mail.Config) { c.Roots = nil }},
		"for another name":        {how{starttls: true}, mail.Mandatory, func(c *mail.Config) { c.Host = "localhost" }},
		"a wrong password": {how{starttls: true}, mail.Mandatory, func(c *mail.Config) {
			c.Username, c.Password = "updatecenter", secret.New("battery staple")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.server)
			c := s.config(test.policy)
			if test.spoil != nil {
				test.spoil(&c)
			}
			err := mailer(t, c).Send(t.Context(), message(deliveries.SecurityCode, "en"))
			if took := s.messages(); err == nil || len(took) != 0 {
				t.Errorf("Send: %v, and the server took %d messages", err, len(took))
			}
			checkSilent(t, err)
		})
	}
}

// checkSilent fails if an error tells something that belongs in no log.
func checkSilent(t *testing.T, err error) {
	t.Helper()
	for _, hidden := range []string{"ana.ruiz", "482910", "Ruiz", "battery", "horse"} {
		if err != nil && strings.Contains(err.Error(), hidden) {
			t.Errorf("the error tells %q: %v", hidden, err)
		}
	}
}

func TestSendRefused(t *testing.T) {
	for name, test := range map[string]struct {
		server *server
		want   mail.RefusedError
	}{
		"no such mailbox": {
			&server{refuseTo: &smtp.SMTPError{Code: 550, Message: "ana.ruiz@example.net is unknown"}},
			mail.RefusedError{Step: "sending SMTP RCPT TO command", Code: 550},
		},
		"a full mailbox": {
			&server{refuseTo: &smtp.SMTPError{Code: 452, Message: "ana.ruiz@example.net is full"}},
			mail.RefusedError{Step: "sending SMTP RCPT TO command", Code: 452, Temporary: true},
		},
		"taken for spam": {
			&server{refuseData: &smtp.SMTPError{Code: 554, Message: "ana.ruiz@example.net would not like it"}},
			mail.RefusedError{Step: "closing SMTP DATA writer", Code: 554},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, how{starttls: true, server: test.server})
			err := mailer(t, s.config(mail.Mandatory)).Send(t.Context(), message(deliveries.SecurityCode, "en"))
			refused, ok := errors.AsType[*mail.RefusedError](err)
			if !ok || *refused != test.want {
				t.Errorf("Send: %#v, want %#v", err, test.want)
			}
			if refused.Final() == test.want.Temporary {
				t.Errorf("final: %t", refused.Final())
			}
			checkSilent(t, err)
		})
	}
}

func TestSendToAServerThatHangs(t *testing.T) {
	for name, greeting := range map[string]string{
		"before it greets":      "",
		"after it greeted":      "220 mail.example.com\r\n",
		"after each slow reply": "220-wait\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := config()
			c.Host, c.Port, c.TLS = "127.0.0.1", hang(t, greeting), mail.None
			c.Timeout = 150 * time.Millisecond
			start := time.Now()
			err := mailer(t, c).Send(t.Context(), message(deliveries.PINReset, "en"))
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 3*time.Minute {
				t.Errorf("Send: %v after %v", err, took)
			}
		})
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	c := config()
	c.Host, c.Port, c.TLS = "127.0.0.1", hang(t, ""), mail.None
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	check.Is(t, mailer(t, c).Send(ctx, message(deliveries.PINReset, "en")), context.Canceled)
}

// hang listens, says a greeting, and then nothing more.
func hang(t *testing.T, greeting string) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check.OK(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			_, _ = conn.Write([]byte(greeting))
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestSentTwiceIsTheSame(t *testing.T) {
	s := serve(t, how{})
	m := mailer(t, s.config(mail.None))
	for range 2 {
		check.OK(t, m.Send(t.Context(), message(deliveries.SecurityAnswer, "es")))
	}
	took := s.messages()
	if len(took) != 2 || took[0].data != took[1].data {
		t.Errorf("the two differ:\n%v", took)
	}
}

func TestSendWithNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check.OK(t, err)
	listener.Close()
	c := config()
	c.Host, c.Port, c.TLS = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, mail.None
	err = mailer(t, c).Send(t.Context(), message(deliveries.PINReset, "en"))
	if _, refused := errors.AsType[*mail.RefusedError](err); err == nil || refused {
		t.Errorf("Send: %v", err)
	}
}

// received is a message as the server got it.
type received struct {
	from, to  string
	user      string // who signed in
	encrypted bool
	data      string
}

// server is a mail server on this machine, that keeps what it takes.
type server struct {
	port  int
	roots *x509.CertPool // who vouches for it

	refuseTo   *smtp.SMTPError // what it says to any recipient; nil: that it is welcome
	refuseData *smtp.SMTPError

	mu   sync.Mutex
	took []received
}

// how says what a server offers.
type how struct {
	starttls, implicit bool
	server             *server // with its refusals; nil: it has none
}

func serve(t *testing.T, how how) *server {
	t.Helper()
	s := how.server
	if s == nil {
		s = &server{}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check.OK(t, err)
	s.port = listener.Addr().(*net.TCPAddr).Port
	smtpServer := smtp.NewServer(s)
	smtpServer.Domain = "mail.example.com"
	smtpServer.ErrorLog = log.New(io.Discard, "", 0)
	smtpServer.ReadTimeout, smtpServer.WriteTimeout = 10*time.Second, 10*time.Second
	if how.starttls || how.implicit {
		config := s.certify(t)
		if how.starttls {
			smtpServer.TLSConfig = config
		} else {
			listener = tls.NewListener(listener, config)
		}
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = smtpServer.Serve(listener) }()
	t.Cleanup(func() {
		smtpServer.Close()
		listener.Close() // in case that Serve has not begun, and Close knows of no listener yet
		<-done
	})
	return s
}

// certify makes the server a certificate for 127.0.0.1.
func (s *server) certify(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check.OK(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check.OK(t, err)
	certificate, err := x509.ParseCertificate(der)
	check.OK(t, err)
	s.roots = x509.NewCertPool()
	s.roots.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// config is how to reach the server.
func (s *server) config(policy mail.TLSPolicy) mail.Config {
	c := config()
	c.Host, c.Port, c.TLS, c.Roots = "127.0.0.1", s.port, policy, s.roots
	return c
}

func (s *server) messages() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.took...)
}

// NewSession implements smtp.Backend.
func (s *server) NewSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: conn}, nil
}

type session struct {
	server *server
	conn   *smtp.Conn
	now    received
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "updatecenter" || password != "correct horse" {
			return smtp.ErrAuthFailed
		}
		s.now.user = user
		return nil
	}), nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.now.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = to
	if s.server.refuseTo != nil {
		return s.server.refuseTo
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.refuseData != nil {
		return s.server.refuseData
	}
	_, s.now.encrypted = s.conn.TLSConnectionState()
	s.now.data = string(data)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.took = append(s.server.took, s.now)
	return nil
}

// FuzzFrom holds that nothing which is taken for an address can end a header or name a second one.
func FuzzFrom(f *testing.F) {
	for _, s := range []string{
		"ana.ruiz@example.net", "Ana <a@example.net>", "a@b, c@d", "a@b\r\nBcc: c@d", "\"a b\"@c", "a@[1.2.3.4]", "(c)a@b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := config()
		c.From = s
		if _, err := mail.New(c); err == nil && (strings.ContainsAny(s, "\r\n \t<>\"") || strings.Count(s, "@") != 1) {
			t.Errorf("%q was taken for an address", s)
		}
	})
}
