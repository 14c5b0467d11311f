package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"updatecenter/internal/outbound/mail"
)

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
	if err != nil {
		t.Fatal(err)
	}
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
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
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
