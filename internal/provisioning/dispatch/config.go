package dispatch

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/provisioning"
	"updatecenter/internal/secret"
)

// Errors of the contract. They quote nothing of what was given.
var (
	// ErrURL is said of a URL to which nothing may be sent.
	ErrURL = errors.New("not https, nor http to this machine itself, or with a user name or a fragment")
	// ErrSecret is said of what is no secret to sign with.
	ErrSecret = errors.New(`not "whsec_" and the base64 of 24 to 64 bytes`)
)

// DefaultParallel is how many lanes are worked on at once: more than 2,000 messages a second, if the
// receiver takes 50 ms for one and the store as long. HTTP/2 servers take as many by one connection.
const DefaultParallel = 200

// Config is what a [Dispatcher] works with.
type Config struct {
	Store provisioning.Store
	// Open reads a stored message: its id, 1 to 128 printable ASCII characters without a
	// period, when it was published, and the JSON to be sent. For the same message it must
	// return the same each time.
	Open func(stored []byte) (id string, at time.Time, body []byte, err error)
	// URL is where messages are sent: see [CheckURL]. It is never logged.
	URL string
	// Secret signs: see [CheckSecret].
	Secret secret.Text
	// Parallel is how many lanes are worked on at once, and so how many requests are under way at
	// most. 0: [DefaultParallel].
	Parallel int
	// Transport makes the requests; nil: one of the dispatcher's own, which verifies TLS and
	// goes by the proxy that the environment names.
	Transport http.RoundTripper
	// Now is the time by which lanes are due, the same clock as that of those who announce
	// them. Nil: time.Now.
	Now func() time.Time
	// After waits by that clock; nil: time.After.
	After func(time.Duration) <-chan time.Time
	// Random names claims and spreads delays; nil: crypto/rand. Several goroutines read it,
	// one at a time.
	Random io.Reader
	Log    *slog.Logger
	// Registerer takes the metrics; nil: nobody does. Two dispatchers need two.
	Registerer prometheus.Registerer
}

// CheckURL says whether messages may be sent to a URL: https, or http to a loopback address or
// to "localhost", without a user name or a fragment. The error is [ErrURL].
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Hostname() == "", u.User != nil, u.Fragment != "":
		return ErrURL
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	default:
		return ErrURL
	}
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() || host == "localhost"
}

// secretPrefix begins every secret of the Standard Webhooks convention.
const secretPrefix = "whsec_"

// CheckSecret says whether a secret can sign: "whsec_" and 24 to 64 bytes in base64, as the
// Standard Webhooks convention has it. The error is [ErrSecret].
func CheckSecret(text secret.Text) error {
	_, err := newSigner(text)
	return err
}

func newSigner(text secret.Text) (*standardwebhooks.Webhook, error) {
	encoded, prefixed := strings.CutPrefix(text.Reveal(), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !prefixed || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, ErrSecret
	}
	signer, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return nil, ErrSecret
	}
	return signer, nil
}

// New returns a dispatcher that doesn't run yet. The error is [ErrURL], [ErrSecret], or that
// Random can't be read.
func New(config Config) (*Dispatcher, error) {
	if err := CheckURL(config.URL); err != nil {
		return nil, fmt.Errorf("deliver to the URL: %w", err)
	}
	signer, err := newSigner(config.Secret)
	if err != nil {
		return nil, fmt.Errorf("sign with the secret: %w", err)
	}
	config = config.withDefaults()
	var name [8]byte
	if _, err := io.ReadFull(config.Random, name[:]); err != nil {
		return nil, fmt.Errorf("choose a name: %w", err)
	}
	delays := &delays{random: config.Random}
	return &Dispatcher{
		config:   config,
		poster:   &poster{url: config.URL, signer: signer, transport: config.Transport, now: config.Now},
		receiver: &receiver{delays: delays, lanes: config.Parallel},
		troubles: &troubles{delays: delays},
		metrics:  newMetrics(config.Registerer),
		name:     hex.EncodeToString(name[:]),
		wake:     make(chan struct{}, 1),
	}, nil
}

func (c Config) withDefaults() Config {
	if c.Parallel < 1 {
		c.Parallel = DefaultParallel
	}
	if c.Transport == nil {
		c.Transport = newTransport(c.Parallel)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// newTransport returns a transport for one receiver, which keeps a connection for each request that
// is under way. The limit on an attempt is its context.
func newTransport(parallel int) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: attemptFor}).DialContext,
		TLSHandshakeTimeout:    attemptFor,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    parallel,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}
