// Package simulator is a telephone and the exchange behind it. The exchange behaves as
// Twilio does at the webhook, so an application that works with it works with Twilio:
// it signs what it posts, reads TwiML strictly, carries it out, tries a failed connection again, asks
// the fallback URL, and sends status callbacks that may overtake each other. It knows
// nothing of the application but its public URL. It refuses more than Twilio does: it follows no
// redirects, and reads only what package twiml does.
//
// # A call by hand
//
// [New] sets up an [Exchange]; [Exchange.Dial] starts a [Call]. A call is pulled:
// [Call.Next] does the next thing and says what it was ([Spoken], [Played], [Paused],
// [Transferred]), until the far end waits for keys ([Gathering]) or the call is over
// ([Ended]). [Call.Press], [Call.Silence] and [Call.HangUp] are the caller's side. A
// key that is pressed after an event with Interruptible set cuts the rest of the prompt
// short. [Call.Listen] takes events up to the next question and lets their time pass.
//
// No call sleeps by itself, except in Listen, and there on the exchange's [Clock]: with
// a [VirtualClock] an hour of calls takes no time. Limits on HTTP are real time always.
//
// # Call scripts
//
// A call as a text file. [Parse] reads one, [Play] plays it:
//
//	# A new customer replaces the temporary PIN.
//	dial 78 from 612-555-0142
//	hear "temporary"
//	press 1234#
//	hear "new"
//	hangup
//
//	dial 78 from NUMBER        a call over the SIP domain; dial *78 likewise
//	dial NUMBER from NUMBER    a call to a telephone number; " stir A" may follow
//	answer NUMBER              wait until NUMBER rings, and pick up; also busy,
//	                           no-answer, failed; voicemail, which records nothing
//	                           of what is said while its greeting plays, for 12
//	                           seconds; fax, which hears nothing; and undetected,
//	                           somebody of whom machine detection can't tell what
//	refuse NUMBER CODE         refuse to call NUMBER with one of Twilio's codes, such as 21211,
//	                           and its HTTP status; "all" is every number; " again in 3s" may
//	                           follow, for a Retry-After
//	accept NUMBER              call it again; or accept all
//	refused NUMBER             wait until a call to NUMBER was refused
//	hear "words"               the words were said since the last key or silence
//	hear /regexp/              the same with a regular expression
//	!hear "words"              they were not
//	press KEYS                 0-9 * #
//	silence                    let the question time out
//	language en                what was said since the last key was English (es: Spanish)
//	repeat                     deliver the last webhook once more; the answer is the same
//	lose                       the next answer is lost, and the exchange asks again, as if told to
//	lose answer                the next answer is lost, and the exchange asks the fallback URL, as it
//	                           does unasked; " and keys" may follow: it is not posted what the
//	                           caller did then
//	lose request               the next webhook does not arrive, likewise
//	transfer busy              transfers end so from here on: completed, busy, no-answer,
//	                           failed or canceled
//	hangup                     the caller hangs up
//	ended                      the far end has hung up
//	advance 31m                move the clock (plays in process alone)
//	redis down                 take the store away (plays in process alone); redis up
//	# ...                      a comment, on a line of its own
//
// A number can be written 612-555-0142, 6125550142 or +16125550142. Anything else
// without a space goes out as it stands (anonymous, client:kiosk, +442079460000), for an
// application must bear it. After stir comes A, B, C, failed or none.
//
// An entry ends as its Gather says: with the finish key, with the number of digits, or,
// when the line has no more keys, with the pause after the last one. Nobody can key ahead: keys
// beyond the end of an entry are pressed while nothing listens, and are lost, so each entry has
// a line of its own. Keys pressed where nothing is asked any more fail.
//
// In hear, case and spacing do not count, nor do the marks that group a number: what is
// spoken digit by digit as "8 0 0 5 7 3" is found by "800-573", "8 0 0" and "800573". A
// recording is heard as the file name in its URL. A transfer that is answered is heard as
// "transferred to NUMBER", another as "dialed NUMBER: busy", a broken webhook as Twilio's "an
// application error has occurred". Nobody is dialed without a caller ID that holds.
//
// # Other faces
//
// [REST] lets an application ask for calls as it asks Twilio: over HTTP. They ring until a
// script answers them, or [Exchange.AwaitRing] does.
//
// [Terminal] is a phone for a person at a keyboard, to call with or to be called at, and can
// write the call script of what they do. [Load] plays scripts in numbers and measures the turns.
//
// # Secrets
//
// Keys are shown as dots everywhere, and no error text quotes them, unless a reader asks
// ([Transcript.Write], [Terminal]); a call script itself holds them in the clear.
package simulator

import (
	"cmp"
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
	answerLimit   = 15 * time.Second
	connectLimit  = 5 * time.Second
	documentLimit = 64 << 10 // bytes
)

// DefaultSIPDomain is the SIP domain of calls to 78 where Config names none.
const DefaultSIPDomain = "demo.sip.twilio.com"

// DefaultAccountSID is used where Config names no account.
const DefaultAccountSID = "AC00000000000000000000000000000078"

// DefaultNumber is the one telephone number of the account where Config lists none.
const DefaultNumber = "+16125557801"

// Config sets up an exchange. PublicURL and AuthToken must be given.
type Config struct {
	PublicURL  string       // of the application, as Twilio knows it; http or https, no query
	Target     string       // where webhooks are sent instead, with PublicURL's host and signature; empty: PublicURL
	AuthToken  secret.Text  // signs the webhooks
	SharedKey  secret.Text  // signs them by SHA-256 instead, under the name KeyName; empty: AuthToken does
	KeyName    string       // of SharedKey
	AccountSID string       // empty: a demo account
	SIPDomain  string       // of calls to 78; empty: DefaultSIPDomain
	Numbers    []string     // of the account, or verified: what a transfer may show as caller ID; empty: DefaultNumber
	Client     *http.Client // nil: one that connects within 5 s. Its own redirect policy does not count
	Clock      Clock        // nil: the clock on the wall
	Random     io.Reader    // call identifiers and chances; nil: the system's. A seeded one repeats its calls

	// KeysLost: what the fallback URL is posted lacks what the caller did, and who answered. Twilio
	// documents ErrorCode and ErrorUrl, and sends the other fields of the request that failed as well, as far as is seen.
	KeysLost bool

	DeliverTwice bool // every webhook twice at the same moment; the answers must be equal
}

// An Exchange places and answers calls. It may be used by any number of goroutines.
type Exchange struct {
	config Config
	client *http.Client

	mu       sync.Mutex            // guards config.Random and the fields below
	placed   []*Ringing            // outbound calls, oldest first
	ringing  map[string][]*Ringing // those that ring, by the number called
	changed  chan struct{}         // closed and replaced when something rings, or is refused
	refusals map[string]refusal    // by the number called; "": all others
	refused  map[string]int        // how many were refused and not yet awaited, by the number called
}

// New sets up an exchange. It fails on a PublicURL or Target that is not an http or
// https URL.
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
	config.setDefaults()
	return &Exchange{
		config: config, client: withoutRedirects(config.Client), ringing: map[string][]*Ringing{}, changed: make(chan struct{}),
		refusals: map[string]refusal{}, refused: map[string]int{},
	}, nil
}

func (c *Config) setDefaults() {
	c.AccountSID = cmp.Or(c.AccountSID, DefaultAccountSID)
	c.SIPDomain = cmp.Or(c.SIPDomain, DefaultSIPDomain)
	c.Clock = cmp.Or[Clock](c.Clock, RealClock{})
	if c.Client == nil {
		dialer := net.Dialer{Timeout: connectLimit}
		c.Client = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 256}}
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if len(c.Numbers) == 0 {
		c.Numbers = []string{DefaultNumber}
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

// withoutRedirects copies a client so that it follows no redirects.
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

// A Clock is the time that calls live in: [RealClock], [*VirtualClock], or a test's own.
type Clock interface {
	// Now is the time of day.
	Now() time.Time
	// After sends once when d has passed.
	After(d time.Duration) <-chan time.Time
}

// RealClock is the clock on the wall.
type RealClock struct{}

// Now is the time of day.
func (RealClock) Now() time.Time { return time.Now() }

// After sends once when d has passed.
func (RealClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// VirtualClock is a clock that stands still until someone waits on it: then it jumps to
// the end of the wait. It may be shared by any number of goroutines. Make it with
// [NewVirtualClock].
type VirtualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewVirtualClock makes a clock that shows start.
func NewVirtualClock(start time.Time) *VirtualClock {
	return &VirtualClock{now: start}
}

// Now is the time that the clock shows.
func (c *VirtualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d. A negative d does nothing: time never runs back.
func (c *VirtualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
}

// After moves the clock on by d, and sends at once.
func (c *VirtualClock) After(d time.Duration) <-chan time.Time {
	c.Advance(d)
	done := make(chan time.Time, 1)
	done <- c.Now()
	return done
}

// sleep lets d pass, or ends early with the context's error.
func sleep(ctx context.Context, clock Clock, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	select {
	case <-clock.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
