// Package console is the console of the repair agents: pages at and below /repair, made on the
// server, which work without script.
//
//	/repair/                        find a line by its number
//	/repair/lines/{number}          the line: what to do for its customer, PIN, features, history
//	/repair/lines/{number}/...      validate the customer, reset the PIN, unlock the line
//	/repair/sign-in                 user name, then /password, then /code
//	/repair/welcome/{token}         the link of an invitation: the first password
//	/repair/set-up/...              second factor, terms and conditions, own profile
//	/repair/profile                 own profile; below it password, factor, signing out everywhere, and
//	                                confirm, where another factor or e-mail address is proved
//	/repair/reports                 the audit, for supervisors
//	/repair/people, /repair/invite  who may sign in, for administrators
//	/repair/keys                    keys of the REST API, for administrators
//
// # Serving it
//
//	console, err := console.New(console.Config{
//		Agents: people, SignIn: signIn, Desk: desk, Audit: audit, Keys: keys, History: provisioning,
//		PublicURL: "https://repair.example.com", Company: "Example Telephone",
//	})
//	console.Routes(router)
//
// The router should be made with SkipClean(true). The server bounds headers and the time for
// reading a request (MaxHeaderBytes, ReadTimeout); the console bounds bodies, at 64 KiB, and the
// time that one answer takes, at 10 seconds. A stream of events extends the server's times itself.
//
// # Who may see what
//
// Every path stands in a table with the least [agents.Role] that it takes, and the methods that it
// has; the table, and no page, decides. A session whose set-up is unfinished opens the pages of
// the set-up alone. Nothing is changed by a GET.
//
// # What is sent along
//
// The session's token is in the cookie __Host-uc-session, a sign-in under way in __Host-uc-signin,
// and where to go on after it in __Host-uc-draft; __Host-uc-browser stands for a browser in which
// somebody has signed in ([signin.SignIn.Remember]), and alone outlives the browser's closing, for 90
// days. All are HttpOnly, Secure and SameSite=Strict:
// nothing but the link of an invitation is meant to be followed from elsewhere, and that one needs
// no cookie. Where Config.PublicURL is http on this machine (localhost, 127.0.0.0/8, [::1]), and there
// alone, they have neither the prefix nor Secure: Safari takes no others from there.
//
// Requests from other origins that could change something are refused
// ([net/http.CrossOriginProtection]), and so is every request to another host than that of
// Config.PublicURL. The content-security policy allows style and script from the console's own
// files and nothing else. Where a request came from is what Config.Client says.
//
// # Forms
//
// A form that is refused comes back with what was typed, except secrets, and says beside each
// field what is wrong, and above them with links to them. A form that is sent after its session
// has run out is kept as a [signin.Draft], except secrets: it is filled in again when the same
// agent has signed in again. So is the rest of a form whose secret was wrong. Who signs in goes on
// where the own session has run out, if the role allows it, and otherwise begins at home.
//
// What can't be taken back takes a tick. Once it stands in the audit it is done, though the browser
// goes away; where that can't be known, a second entry says so.
//
// # The log
//
// One line for each request: method, route, status, time, and who was signed in; never a path,
// a value of a form or a cookie. An error page shows a reference, which the log has beside the cause.
// Why an administrator's link could not be sent by e-mail is a warning.
// That a client went away before its answer is no error.
package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
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
	"updatecenter/internal/web"
	"updatecenter/pins"
)

// Config is what a [Console] is made of. Agents, SignIn, Desk, Audit, Keys, History and PublicURL must be
// given.
type Config struct {
	Agents  *agents.Agents
	SignIn  *signin.SignIn
	Desk    *repair.Desk
	Audit   *audit.Log
	Keys    apikey.Store
	History pins.Provisioning // of numbers, for supervisors

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
	config   Config // with its defaults
	keys     audited.Keys
	host     string // of every request
	https    bool
	loopback bool // by http, on this machine
	zone     zone

	streams openStreams
	foreign http.CrossOriginProtection
	files   map[string]file // by name
	pages   map[string]*template.Template
}

// New makes a console of its parts. It says what is missing, and asks no store anything.
func New(config Config) (*Console, error) {
	if config.Agents == nil || config.SignIn == nil || config.Desk == nil || config.Audit == nil || config.Keys == nil || config.History.Registry == nil {
		return nil, errors.New("a console needs agents, sign-in, a desk, an audit, keys and a history")
	}
	public, err := parsePublic(config.PublicURL)
	if err != nil {
		return nil, err
	}
	config.setDefaults()
	c := &Console{
		config: config, keys: audited.Keys{Store: config.Keys, Audit: config.Audit, Now: config.Now, Random: config.Random},
		host: host(public.Host, public.Scheme), https: public.Scheme == "https",
		loopback: public.Scheme == "http" && web.ThisMachine(public.Hostname()), zone: zoneOf(config.Zone),
	}
	if c.files, err = readFiles(); err != nil {
		return nil, err
	}
	if c.pages, err = pagesOf(c.zone); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Config) setDefaults() {
	c.Company, c.Dial = cmp.Or(c.Company, "Update Center"), cmp.Or(c.Dial, "78")
	if c.Client == nil {
		c.Client = clientip.New(nil, nil).Address
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = sse.Wait
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
}

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

// needPresent is said where the present password is missing.
const needPresent = "Enter your present password."

// presentPassword asks for the password once more, before a change by which somebody else could
// take the profile over.
func presentPassword(hint string) *field {
	return &field{
		Name: "present", Label: "Present password", Type: "password", Autocomplete: "current-password",
		Secret: true, Hint: hint,
	}
}

// present has the form say what was wrong with a present password that was judged. Wrong ones count as
// at signing in, so that whoever sits at an open session can't guess.
func (c *Console) present(f *form, err error) error {
	var later *signin.WaitError
	switch {
	case err == nil:
	case errors.As(err, &later) && !errors.Is(err, signin.ErrWrong), errors.Is(err, signin.ErrLocked):
		sentence, _ := c.refusalOf(err, "")
		f.fail("", sentence)
	case errors.Is(err, signin.ErrWrong):
		f.fail("present", "This is not your present password.")
	default:
		return fmt.Errorf("check present password: %w", err)
	}
	return nil
}

// A zone is the time zone in which the pages write times: one for all agents, wherever they sit,
// as they read the same history. Its abbreviation stands beside each time of day.
type zone struct{ location *time.Location }

// zoneOf is a zone; nil: UTC.
func zoneOf(location *time.Location) zone {
	if location == nil {
		location = time.UTC
	}
	return zone{location}
}

// moment is a time to the minute: "Mar 2, 2026, 12:15 PM CST".
func (z zone) moment(at time.Time) string { return z.write(at, "Jan 2, 2006, 3:04 PM MST") }

// hour is a time of today or so, to the minute: "12:15 PM CST".
func (z zone) hour(at time.Time) string { return z.write(at, "3:04 PM MST") }

// day is a day: "Mar 2, 2026".
func (z zone) day(at time.Time) string { return z.write(at, "Jan 2, 2006") }

// today is the day of a report: "March 2, 2026 (CST)".
func (z zone) today(at time.Time) string { return z.write(at, "January 2, 2006 (MST)") }

func (z zone) write(at time.Time, layout string) string { return at.In(z.location).Format(layout) }

// midnight is when the day of a time began.
func (z zone) midnight(at time.Time) time.Time {
	year, month, day := at.In(z.location).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, z.location)
}

// machine is a time as the attribute datetime has it.
func machine(at time.Time) string { return at.UTC().Format(time.RFC3339) }

//go:embed static
var static embed.FS

// A file is one that pages ask for.
type file struct {
	path  string // with what tells this content from any other
	kind  string
	hash  string
	bytes []byte
}

// readFiles reads the files by name.
func readFiles() (map[string]file, error) {
	files := map[string]file{}
	for name, kind := range map[string]string{
		"style.css": "text/css; charset=utf-8",
		"app.js":    "text/javascript; charset=utf-8",
		"icon.svg":  "image/svg+xml",
	} {
		content, err := static.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("read file of pages: %w", err)
		}
		sum := sha256.Sum256(content)
		hash := hex.EncodeToString(sum[:8])
		files[name] = file{path: "/repair/static/" + name + "?v=" + hash, kind: kind, hash: hash, bytes: content}
	}
	return files, nil
}

// serveFile answers with a file. Under the hash that pages name it never changes.
func (c *Console) serveFile(v *visit) error {
	file, known := c.files[v.part("file")]
	if !known {
		return noPage
	}
	caching := "no-cache"
	if v.r.URL.Query().Get("v") == file.hash {
		caching = "public, max-age=31536000, immutable"
	}
	v.w.Header().Set("Cache-Control", caching)
	v.w.Header().Set("Content-Type", file.kind)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(file.bytes) // a browser that went away needs no file
	return nil
}
