// Package dispatch delivers the messages of an outbox to a webhook of the operator.
//
//	dispatcher, err := dispatch.New(dispatch.Config{
//		Store: db.Outbox(), Open: open, URL: "https://switch.example.com/events", Secret: whsec, ...})
//	...
//	err = dispatcher.Run(ctx) // until ctx ends
//
// Any number of dispatchers, on any number of servers, share one outbox. Each asks for partitions
// that are due, every 200 ms to a second, and at once after [Dispatcher.Wake]. It works on
// [Config.Parallel] partitions at a time, and delivers the messages of a partition one after the other.
//
// # What the receiver gets
//
// A POST of JSON, signed as the Standard Webhooks convention has it
// (https://www.standardwebhooks.com): webhook-id names the message and is the same however
// often it comes, webhook-timestamp is when this attempt was made, in seconds since 1970, and
// webhook-signature is "v1," with the base64 of HMAC-SHA256 over "id.timestamp.body".
//
// A message comes at least once: a server can die after the receiver has taken it and before
// that is noted. Who receives must know messages by their id. Within a partition they come in order:
// a message comes for the first time only after the one before it was answered with 2xx.
//
// # When a delivery fails
//
// An answer of 2xx says that the message is delivered. Redirects are not followed. What else
// can happen is of two kinds:
//
//   - No connection, no answer within ten seconds, 5xx, 429 or 408: the receiver is away. All
//     partitions are held. One message is tried at a time, with delays that grow from a second to
//     five minutes, and no sooner than Retry-After asks for, up to an hour; the first answer
//     of another kind ends this.
//   - Any other answer is about this message, and so is a message that can't be opened. Its
//     partition alone is held and tried again, with delays that grow from a second to an hour. A
//     dispatcher never skips a message: what follows in its partition waits for it, be it until an
//     operator notes it as delivered.
//
// A partition that the store can't read waits for a minute at most. Delays are forgotten when a
// server stops, so a new one tries at once.
//
// # Claims
//
// A partition is claimed for a minute, and left after forty seconds of work, so that a claim doesn't
// run out while a message is on its way. A server that is stopped in the middle of an
// attempt for most of a minute, and then goes on, can deliver a message late and once too often.
package dispatch

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/ids"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/secret"
	"updatecenter/internal/web"
)

// Errors of the contract. They quote nothing of what was given.
var (
	// ErrURL is said of a URL to which nothing may be sent.
	ErrURL = errors.New("not https, nor http to this machine itself, or with a user name or a fragment")
	// ErrSecret is said of what is no secret to sign with.
	ErrSecret = errors.New(`not "whsec_" and the base64 of 24 to 64 bytes`)
)

// DefaultParallel is how many partitions are worked on at once: more than 2,000 messages a second, if the
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
	// Parallel is how many partitions are worked on at once, and so how many requests are under way at
	// most. 0: [DefaultParallel].
	Parallel int
	// Transport makes the requests; nil: one of the dispatcher's own, which verifies TLS and
	// goes by the proxy that the environment names.
	Transport http.RoundTripper
	// Now is the time by which partitions are due, the same clock as that of those who announce
	// them. Nil: time.Now.
	Now func() time.Time
	Log *slog.Logger
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
	case u.Scheme == "https", u.Scheme == "http" && web.ThisMachine(u.Hostname()):
		return nil
	default:
		return ErrURL
	}
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

// New returns a dispatcher that doesn't run yet. The error is [ErrURL] or [ErrSecret].
func New(config Config) (*Dispatcher, error) {
	if err := CheckURL(config.URL); err != nil {
		return nil, fmt.Errorf("deliver to the URL: %w", err)
	}
	signer, err := newSigner(config.Secret)
	if err != nil {
		return nil, fmt.Errorf("sign with the secret: %w", err)
	}
	config = config.withDefaults()
	name, err := ids.Hex(rand.Reader, 8)
	if err != nil {
		return nil, fmt.Errorf("choose a name: %w", err)
	}
	return &Dispatcher{
		config:   config,
		poster:   &poster{config: config, signer: signer},
		receiver: &receiver{partitions: config.Parallel},
		troubles: &troubles{partitions: map[string]trouble{}},
		metrics:  newMetrics(config.Registerer),
		name:     name,
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
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
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

// Delays after failures.
const (
	shortest    = time.Second     // after the first failure; each further one doubles it
	mostAway    = 5 * time.Minute // while the receiver is away
	mostRefused = time.Hour       // of a partition whose message is refused
	mostUnread  = time.Minute     // of a partition that the store can't read
	mostAsked   = time.Hour       // that a receiver can ask for with Retry-After
)

// delayAfter returns how long to wait after so many failures in a row, at least one: it doubles from
// shortest up to most, less up to a quarter by chance, so that servers that failed together
// don't come again together.
func delayAfter(failures int, most time.Duration) time.Duration {
	delay := min(shortest<<min(failures-1, 20), most)
	less, err := rand.Int(rand.Reader, big.NewInt(int64(delay/4)))
	if err != nil { // without chance the delay is the longest that it can be
		return delay
	}
	return delay - time.Duration(less.Int64())
}
