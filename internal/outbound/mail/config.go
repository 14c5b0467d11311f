package mail

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
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
	House    wording.House
	Timeout  time.Duration // of a Send, from connecting to the server's last word; 0: 20 s
	// Zone is that of times in messages to agents; nil: UTC. Those to customers hold none.
	Zone *time.Location
	// Now is for the date of messages to agents; nil: time.Now. Those to customers have their own.
	Now func() time.Time
}

// filled is the config with what was left out. Errors: [ErrConfig].
func (c Config) filled() (Config, error) {
	if c.TLS == "" {
		c.TLS = Mandatory
	}
	if c.Port == 0 {
		c.Port = submission
		if c.TLS == Implicit {
			c.Port = submissionTLS
		}
	}
	if c.Timeout == 0 {
		c.Timeout = timeout
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := c.House.Check(); err != nil {
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
		if !isLoopback(c.Host) {
			return "without encryption the server must be on this machine"
		}
	default:
		return "encryption is mandatory, implicit, opportunistic or none"
	}
	return ""
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// isAddress says whether s is an e-mail address and nothing else, such as a name with one.
func isAddress(s string) bool {
	parsed, err := netmail.ParseAddress(s)
	return err == nil && parsed.Address == s && !strings.ContainsAny(s, " \t\r\n\"<>")
}
