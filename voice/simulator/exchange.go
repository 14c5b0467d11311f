package simulator

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"updatecenter/internal/secret"
)

// The paths below the public URL at which the exchange asks.
const (
	IncomingPath = "/voice/incoming"
	StatusPath   = "/voice/status"
	FallbackPath = "/voice/fallback"
)

// Limits that Twilio sets on an answer.
const (
	answerLimit    = 15 * time.Second
	connectLimit   = 5 * time.Second
	documentLimit  = 64 << 10 // bytes
	redirectsLimit = 10       // 3xx answers to one webhook
)

// DefaultSIPDomain is the SIP domain of calls to 78 where Config names none.
const DefaultSIPDomain = "demo.sip.twilio.com"

// DefaultAccountSID is used where Config names no account.
const DefaultAccountSID = "AC00000000000000000000000000000078"

// DefaultNumber is the one telephone number of the account where Config lists none.
const DefaultNumber = "+16125557801"

// Config sets up an exchange. PublicURL and AuthToken must be given.
type Config struct {
	PublicURL   string           // of the application, as Twilio knows it; http or https, no query
	Target      string           // where webhooks are sent instead, with PublicURL's host and signature; empty: PublicURL
	AuthToken   secret.Text      // signs the webhooks
	SharedKey   secret.Text      // signs them by SHA-256 instead, under the name KeyName; empty: AuthToken does
	KeyName     string           // of SharedKey
	AccountSID  string           // empty: a demo account
	SIPDomain   string           // of calls to 78; empty: DefaultSIPDomain
	Numbers     []string         // of the account, or verified: what a transfer may show as caller ID; empty: DefaultNumber
	Client      *http.Client     // nil: one that connects within 5 s. Its own redirect policy does not count
	Clock       Clock            // nil: the clock on the wall
	Stopwatch   func() time.Time // measures answers, in real time; nil: time.Now
	Random      io.Reader        // call identifiers and chances; nil: the system's. A seeded one repeats its calls
	Retry       Retry
	AnswerLimit time.Duration // real time for one attempt; 0: Twilio's 15 s

	// KeysLost: what the fallback URL is posted lacks what the caller did, and who answered. Twilio
	// documents ErrorCode and ErrorUrl, and sends the other fields of the request that failed as well, as far as is seen.
	KeysLost bool

	DeliverTwice bool        // every webhook twice at the same moment; the answers must be equal
	StatusOrder  StatusOrder // of status callbacks
}

// Retry says when a webhook without a usable answer is tried again: always after a
// failed connection, and where asked for in the cases below, as Twilio's connection
// overrides do.
type Retry struct {
	Times        int  // 1 to 5; 0: once, as Twilio does unasked
	ReadTimeouts bool // and connections that break after the request was sent
	ClientErrors bool // 4xx
	ServerErrors bool // 5xx
}

// maxRetries is the most that an operator can ask of Twilio.
const maxRetries = 5

// StatusOrder says whether status callbacks arrive in order.
type StatusOrder int

// The orders of status callbacks.
const (
	OutOfOrderAtTimes StatusOrder = iota // in one call of four, by chance, the last one overtakes
	InOrder
	OutOfOrder // in every call; in outbound ones it overtakes the ringing too
)

// An Exchange places and answers calls. It may be used by any number of goroutines.
type Exchange struct {
	config Config
	client *http.Client

	mu      sync.Mutex // guards config.Random and the fields below
	placed  []*placed  // outbound calls, oldest first
	ringing map[string][]*Ringing
	changed chan struct{} // closed and replaced when something rings, or is refused

	refusals refusals
}

// New sets up an exchange. It fails on a PublicURL or Target that is not an http or
// https URL, and on more than five retries.
func New(config Config) (*Exchange, error) {
	if err := checkURL(config.PublicURL); err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	config.PublicURL = strings.TrimSuffix(config.PublicURL, "/")
	if config.Target != "" {
		if err := checkURL(config.Target); err != nil {
			return nil, fmt.Errorf("target: %w", err)
		}
		config.Target = strings.TrimSuffix(config.Target, "/")
	}
	if config.Retry.Times < 0 || config.Retry.Times > maxRetries {
		return nil, fmt.Errorf("retries: %d, not 0 to %d", config.Retry.Times, maxRetries)
	}
	config.setDefaults()
	return &Exchange{
		config:  config,
		client:  withoutRedirects(config.Client),
		ringing: map[string][]*Ringing{},
		changed: make(chan struct{}),
	}, nil
}

func (c *Config) setDefaults() {
	if c.AccountSID == "" {
		c.AccountSID = DefaultAccountSID
	}
	if c.SIPDomain == "" {
		c.SIPDomain = DefaultSIPDomain
	}
	if c.Client == nil {
		dialer := net.Dialer{Timeout: connectLimit}
		c.Client = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 256}}
	}
	if c.Clock == nil {
		c.Clock = RealClock{}
	}
	if c.Stopwatch == nil {
		c.Stopwatch = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Retry.Times == 0 {
		c.Retry.Times = 1
	}
	if len(c.Numbers) == 0 {
		c.Numbers = []string{DefaultNumber}
	}
	if c.AnswerLimit == 0 {
		c.AnswerLimit = answerLimit
	}
}

func checkURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return errors.New("not a URL") // url.Parse quotes it, and it may hold a password
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("not an http or https URL")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("has a query or a fragment")
	}
	return nil
}

// withoutRedirects copies a client so that it leaves redirects to the exchange, which
// must sign each request anew.
func withoutRedirects(client *http.Client) *http.Client {
	copied := *client
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &copied
}

// chance reads a seed for the chances of one call.
func (e *Exchange) chance() (*chance, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return newChance(e.config.Random)
}

// Dial calls to from from, and posts the ringing callback. 78 and *78 go over the SIP
// domain, anything else is a telephone number. Numbers can be written 612-555-0142,
// 6125550142 or +16125550142; other texts go out as they stand. stir says what is known
// about the caller's right to the number; it counts on telephone numbers alone. The
// webhook for the call itself is sent by the first [Call.Next].
func (e *Exchange) Dial(ctx context.Context, to, from string, stir Attestation) (*Call, error) {
	chance, err := e.chance()
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	call := e.newCall(chance, e.incomingForm(chance, to, from, stir))
	call.pending = &webhook{URL: e.config.PublicURL + IncomingPath}
	call.statusURL = e.config.PublicURL + StatusPath
	call.fallbackURL = e.config.PublicURL + FallbackPath
	call.report(ctx, "ringing")
	return call, nil
}
