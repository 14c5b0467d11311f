package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/audited"
	"updatecenter/internal/clientip"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/sse"
)

// Config is what a [Console] is made of. Agents, SignIn, Desk, Audit, Keys, History and PublicURL must be
// given.
type Config struct {
	Agents  *agents.Agents
	SignIn  *signin.SignIn
	Desk    *repair.Desk
	Audit   *audit.Log
	Keys    apikey.Store
	History History // of numbers, for supervisors

	// PublicURL is where browsers find the server, without a path: "https://repair.example.com".
	PublicURL string
	// Client is the address that a request comes from, also where there are proxies in between. Nil:
	// the address of who has connected.
	Client func(r *http.Request) string

	Company string      // whose console it is; "": "Update Center"
	Dial    string      // what customers dial from their line; "": "78"
	Repair  nanp.Number // which customers call
	// TemporaryPIN is told to agents, who tell it to customers; none: customers know it from
	// elsewhere.
	TemporaryPIN secret.Text

	// NoMail says that no e-mail can be sent to agents: then nobody is offered codes by e-mail, and
	// administrators read where they get links from.
	NoMail bool

	// Zone is that of the times and days on the pages, for all agents; nil: UTC.
	Zone *time.Location
	Now  func() time.Time // nil: time.Now
	// Wait passes the time between two looks at a call; it ends early, with an error, when the
	// context does. Nil: by the machine's clock.
	Wait     func(ctx context.Context, d time.Duration) error
	Stopping <-chan struct{} // closed when the server stops: streams of events then end; nil: never
	Log      *slog.Logger    // nil: nothing is logged
	Random   io.Reader       // for keys and for references of errors, by many goroutines; nil: the system's
}

// Console answers /repair. Any number of goroutines may use it.
type Console struct {
	agents       *agents.Agents
	signIn       *signin.SignIn
	desk         *repair.Desk
	audit        *audit.Log
	keys         audited.Keys
	history      History
	host         string // of every request
	https        bool
	loopback     bool // by http, on this machine
	client       func(r *http.Request) string
	company      string
	dial         string
	repair       nanp.Number
	temporaryPIN secret.Text
	noMail       bool
	zone         zone
	now          func() time.Time
	wait         func(ctx context.Context, d time.Duration) error
	stopping     <-chan struct{}
	log          *slog.Logger
	random       io.Reader

	streams openStreams
	foreign http.CrossOriginProtection
	files   map[string]file // by name
	pages   map[string]*template.Template
}

// New makes a console of its parts. It says what is missing, and asks no store anything.
func New(config Config) (*Console, error) {
	if config.Agents == nil || config.SignIn == nil || config.Desk == nil || config.Audit == nil || config.Keys == nil || config.History == nil {
		return nil, errors.New("a console needs agents, sign-in, a desk, an audit, keys and a history")
	}
	public, err := parsePublic(config.PublicURL)
	if err != nil {
		return nil, err
	}
	c := &Console{
		agents: config.Agents, signIn: config.SignIn, desk: config.Desk, audit: config.Audit, history: config.History,
		host: host(public.Host, public.Scheme), https: public.Scheme == "https", loopback: public.Scheme == "http" && isLoopback(public.Hostname()),
		client:  config.Client,
		company: config.Company, dial: config.Dial, repair: config.Repair, temporaryPIN: config.TemporaryPIN,
		noMail: config.NoMail, zone: zoneOf(config.Zone), now: config.Now, wait: config.Wait, stopping: config.Stopping, log: config.Log, random: config.Random,
	}
	c.defaults()
	c.keys = audited.Keys{Store: config.Keys, Audit: c.audit, Now: c.now, Random: c.random}
	if c.files, err = readFiles(); err != nil {
		return nil, err
	}
	if c.pages, err = parsePages(c.zone); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Console) defaults() {
	if c.company == "" {
		c.company = "Update Center"
	}
	if c.dial == "" {
		c.dial = "78"
	}
	if c.client == nil {
		c.client = clientip.New(nil, nil).Address
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.wait == nil {
		c.wait = sse.Wait
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.random == nil {
		c.random = rand.Reader
	}
}

// isLoopback says whether a host is this machine, to whichever machine asks.
func isLoopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// parsePublic reads where browsers find the server.
func parsePublic(written string) (*url.URL, error) {
	public, err := url.Parse(written)
	if err != nil {
		return nil, fmt.Errorf("read public URL: %w", err)
	}
	bare := public.User == nil && public.RawQuery == "" && public.Fragment == "" && strings.Trim(public.Path, "/") == ""
	if public.Host == "" || public.Scheme != "https" && public.Scheme != "http" || !bare {
		return nil, errors.New("the public URL must be http or https and a host, such as https://repair.example.com")
	}
	return public, nil
}
