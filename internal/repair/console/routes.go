package console

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/durability"
	"updatecenter/internal/httplog"
	"updatecenter/internal/secret"
)

// Bounds of one request.
const (
	answerWithin = 10 * time.Second // a password may wait for others to be hashed
	maxBody      = 64 << 10
)

// access is who may open a page.
type access int

const (
	anybody   access = iota
	settingUp        // any session, also one whose set-up is unfinished
	forAgents
	forSupervisors
	forAdministrators
)

// allows says whether an agent of that role, all set up, may open the page.
func (a access) allows(role agents.Role) bool {
	switch a {
	case anybody, settingUp, forAgents:
		return true
	case forSupervisors:
		return role == agents.Supervisor || role == agents.Administrator
	case forAdministrators:
		return role == agents.Administrator
	}
	return false
}

// A handler answers one method of a page. Once it has written anything it returns nil; any other
// end is an error, which explain turns into a page.
type handler func(v *visit) error

// A route is a path, who may open it, and what it answers.
type route struct {
	path  string // as mux has it
	least access
	get   handler // nil: the method is not allowed; HEAD stands where GET does
	post  handler
	asks  maker // answers both, with a form; nil: see get and post
	// notes are what the page can begin with: the query has the word.
	notes map[string]string
	// keeps are the fields of the form that are kept when the session has run out meanwhile. What
	// is secret never stands here.
	keeps []string
	// cut is what stands in the path of a form behind that of the page that shows it.
	cut string
	// told hears of a POST by an agent whose role is too low for the page; nil: nobody. Its error is
	// the answer.
	told handler
	// stream: an answer that goes on and on, and no page to come back to.
	stream bool
}

// table is every path of the console.
func (c *Console) table() []route {
	table := slices.Concat(
		c.signInRoutes(), c.setUpRoutes(), c.profileRoutes(),
		c.customerRoutes(), c.peopleRoutes(), c.keyRoutes(),
	)
	for i := range table {
		if rt := &table[i]; rt.asks != nil {
			rt.get = c.asks(rt.asks)
			rt.post = rt.get
		}
	}
	return table
}

// Routes adds the console to a router: everything at and below /repair.
func (c *Console) Routes(r *mux.Router) {
	for _, rt := range c.table() {
		r.Handle(rt.path, c.guard(rt))
	}
	r.Handle("/repair/static/{file}", c.guard(route{get: c.serveFile}))
	r.Handle("/repair", c.guard(route{get: func(v *visit) error { return v.redirect(home) }}))
	r.PathPrefix("/repair/").Handler(c.guard(route{get: nowhere, post: nowhere}))
}

func nowhere(*visit) error { return noPage }

// serve answers a request that the guard let through.
func (c *Console) serve(v *visit, rt route) error {
	serve, err := rt.method(v.r.Method)
	if err != nil {
		return err
	}
	if v.posts() {
		if err := v.readBody(); err != nil {
			return err
		}
	}
	if !rt.stream {
		ctx, cancel := context.WithTimeout(v.r.Context(), answerWithin)
		defer cancel()
		v.r = v.r.WithContext(ctx)
	}
	admitted, err := c.admit(v, rt)
	if err != nil || !admitted {
		return err
	}
	if !v.posts() {
		v.note = rt.notes[v.r.URL.Query().Get("note")]
		c.takeDraft(v, rt)
	}
	return serve(v)
}

// matches says whether a path is one of the route, as mux would find it.
func (rt route) matches(at string) bool {
	return slices.EqualFunc(strings.Split(rt.path, "/"), strings.Split(at, "/"), func(want, part string) bool {
		return want == part || strings.HasPrefix(want, "{") && part != ""
	})
}

// method finds what answers a method. A header that names another method counts for nothing.
func (rt route) method(method string) (handler, error) {
	var allowed []string
	if rt.get != nil {
		allowed = append(allowed, http.MethodGet, http.MethodHead)
	}
	if rt.post != nil {
		allowed = append(allowed, http.MethodPost)
	}
	if !slices.Contains(allowed, method) {
		return nil, badMethod(strings.Join(allowed, ", "))
	}
	if method == http.MethodPost {
		return rt.post, nil
	}
	return rt.get, nil
}

// policy is all that a page may do in a browser: its own style, script, pictures and events.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guard stands before every page: who is sent away here is told why, and no page knows of it.
func (c *Console) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := c.config.Now()
		told := &answer{ResponseWriter: w}
		client := r.Context()
		ctx, doubt := durability.Watch(client)
		r = r.WithContext(ctx)
		v := &visit{w: told, r: r, client: client, doubt: doubt, from: c.config.Client(r), loopback: c.loopback}
		c.protect(w.Header())
		defer c.logVisit(v, told, began)
		defer c.caught(v, told)
		if err := c.guarded(v, rt); err != nil {
			c.refuse(v, err)
		}
	})
}

func (c *Console) guarded(v *visit, rt route) error {
	if host(v.r.Host, "") != c.host && host(v.r.Host, c.scheme()) != c.host {
		return misdirected
	}
	if err := c.foreign.Check(v.r); err != nil {
		return crossOrigin(err)
	}
	return c.serve(v, rt)
}

// protect sets the headers of every answer.
func (c *Console) protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	if c.https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (c *Console) scheme() string {
	if c.https {
		return "https"
	}
	return "http"
}

// host writes a host in one way, without the port that its scheme has anyway.
func host(written, scheme string) string {
	written = strings.ToLower(written)
	switch scheme {
	case "https":
		return strings.TrimSuffix(written, ":443")
	case "http":
		return strings.TrimSuffix(written, ":80")
	}
	return written
}

// caught turns a panic into a page; it must be deferred itself.
func (c *Console) caught(v *visit, told *answer) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
		panic(fault)
	}
	c.config.Log.LogAttrs(v.ctx(), slog.LevelError, "console panicked", slog.String("route", httplog.Route(v.r)),
		slog.String("kind", fmt.Sprintf("%T", fault)), slog.String("stack", string(debug.Stack())))
	if told.status == 0 {
		c.refuse(v, broken(nil))
	}
}

// An answer remembers its status for the log.
type answer struct {
	http.ResponseWriter
	status int // 0: not yet
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// logVisit writes the one line of a request.
func (c *Console) logVisit(v *visit, told *answer, began time.Time) {
	attributes := []slog.Attr{
		slog.String("method", httplog.Method(v.r)), slog.String("route", httplog.Route(v.r)),
		slog.Int("status", told.status), slog.Duration("took", c.config.Now().Sub(began)),
	}
	if v.session.Agent.Name != "" {
		attributes = append(attributes, slog.String("agent", string(v.session.Agent.Name)))
	}
	c.config.Log.LogAttrs(v.ctx(), slog.LevelInfo, "console request", attributes...)
}

// The cookies, without the prefix.
const (
	sessionCookie = "uc-session" // the token of a session
	signInCookie  = "uc-signin"  // a sign-in under way
	resumeCookie  = "uc-draft"   // where to go on after it
	browserCookie = "uc-browser" // stands for this browser, in which somebody has signed in
)

// hostPrefix has browsers hold a cookie to this host, to TLS and to the path / (RFC 6265bis, section
// 4.1.3.2). Safari takes no such cookie, nor any that is Secure, from http://localhost
// (https://bugs.webkit.org/show_bug.cgi?id=281149), so it is left away there.
const hostPrefix = "__Host-"

// cookieName is what a browser knows a cookie by.
func (v *visit) cookieName(name string) string {
	if v.loopback {
		return name
	}
	return hostPrefix + name
}

// maxCookie is more than any value of ours has, in bytes.
const maxCookie = 1024

// readCookie returns what a cookie holds; zero: nothing that we have set.
func readCookie(v *visit, name string) secret.Text {
	found := v.r.CookiesNamed(v.cookieName(name))
	if len(found) != 1 || len(found[0].Value) > maxCookie {
		return secret.Text{}
	}
	return secret.New(found[0].Value)
}

// setCookie keeps a value until the browser is closed: what it is of has an end of its own, that
// the server knows.
func setCookie(v *visit, name string, value secret.Text) { v.cookie(name, value.Reveal(), 0) }

func dropCookie(v *visit, name string) { v.cookie(name, "", -1) }

// cookie sets a cookie for so many seconds; 0: until the browser is closed.
func (v *visit) cookie(name, value string, maxAge int) {
	http.SetCookie(v.w, &http.Cookie{ //nolint:gosec // not Secure on this machine alone, see hostPrefix
		Name: v.cookieName(name), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: !v.loopback, SameSite: http.SameSiteStrictMode,
	})
}
