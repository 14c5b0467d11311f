package console

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/durability"
	"updatecenter/internal/httplog"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
)

// home is where an agent begins.
const home = "/repair/"

// maxPath is how long a path may be that is come back to, in bytes.
const maxPath = 200

// resumption is where an agent goes on after signing in: a page, and a draft for its form.
type resumption struct {
	draft signin.Token // zero: there is none
	path  string
	agent agents.ID // whose it is: the next who signs in may be somebody else
}

// signInFirst sends a visitor to sign in. Where the session of a known agent has run out, it
// remembers where to go on.
func (c *Console) signInFirst(v *visit, rt route) error {
	if rt.stream {
		return signedOut
	}
	to := resumption{path: strings.TrimSuffix(v.r.URL.Path, rt.cut)}
	var known bool
	to.agent, known = c.config.SignIn.Peek(v.ctx(), v.token)
	note := "signed-out"
	if v.posts() {
		note = "not-sent"
		if known {
			to.draft = c.saveDraft(v, rt.keeps, to)
		}
		if !to.draft.IsZero() {
			note = "kept"
		}
	}
	if known {
		c.remember(v, to)
	}
	if v.token.IsZero() && note == "signed-out" {
		return v.redirect(signInPath)
	}
	return v.redirect(signInPath + "?note=" + note)
}

// remember sets the cookie, unless that would lose what the same agent has typed elsewhere.
func (c *Console) remember(v *visit, to resumption) {
	before := resumptionOf(readCookie(v, resumeCookie))
	if to.draft.IsZero() && !before.draft.IsZero() && before.agent == to.agent || !plain(to.path) {
		return
	}
	setCookie(v, resumeCookie, to.cookie())
}

// saveDraft keeps what was typed in those fields. That it can't be kept is no reason not to let
// somebody go on.
func (c *Console) saveDraft(v *visit, keeps []string, to resumption) signin.Token {
	values := map[string][]string{}
	for _, name := range keeps {
		if typed, ok := v.r.PostForm[name]; ok {
			values[name] = typed
		}
	}
	if len(values) == 0 {
		return signin.Token{}
	}
	token, err := c.config.SignIn.SaveDraft(v.ctx(), signin.Draft{Agent: to.agent, Path: to.path, Values: values})
	if err != nil {
		c.config.Log.LogAttrs(v.ctx(), slog.LevelWarn, "draft not kept", slog.String("route", httplog.Route(v.r)), slog.Any("cause", err))
	}
	return token
}

// takeDraft hands a page the draft of its form, if there is one.
func (c *Console) takeDraft(v *visit, rt route) {
	if len(rt.keeps) == 0 {
		return
	}
	to := resumptionOf(readCookie(v, resumeCookie))
	if to.draft.IsZero() || to.path != v.r.URL.Path || to.agent != v.session.Agent.ID {
		return
	}
	dropCookie(v, resumeCookie)
	draft, err := c.config.SignIn.Draft(v.ctx(), to.draft, v.session.Agent.ID)
	if err != nil || draft.Path != v.r.URL.Path {
		if err != nil && !errors.Is(err, signin.ErrNoDraft) {
			c.config.Log.LogAttrs(v.ctx(), slog.LevelWarn, "draft not found", slog.String("route", httplog.Route(v.r)), slog.Any("cause", err))
		}
		return
	}
	v.draft = draft.Values
	v.note = "You were signed out before this was sent. What you had typed is here again: check it, and send it."
}

// goOn sends an agent who has just signed in to where they were, or to the beginning.
func (c *Console) goOn(v *visit, agent agents.Agent) error {
	if next := agent.Next(); next != agents.StageDone {
		return v.redirect(stagePath(next))
	}
	to := resumptionOf(readCookie(v, resumeCookie))
	if to.draft.IsZero() {
		dropCookie(v, resumeCookie)
	}
	if to.agent != agent.ID || !c.opens(to.path, agent.Role) {
		return v.redirect(home)
	}
	return v.redirect(to.path)
}

// opens says whether a path is that of a page which an agent of that role can come back to.
func (c *Console) opens(at string, role agents.Role) bool {
	for _, rt := range c.table() {
		if rt.matches(at) {
			return plain(at) && rt.get != nil && !rt.stream && rt.least >= forAgents && rt.least.allows(role)
		}
	}
	return false
}

// cookie writes a resumption as one value: the draft's token, the path in base64url and the agent's
// id, with full stops between them.
func (t resumption) cookie() secret.Text {
	return secret.New(t.draft.Reveal() + "." + base64.RawURLEncoding.EncodeToString([]byte(t.path)) + "." + string(t.agent))
}

// resumptionOf reads what cookie wrote. A browser can send anything: see opens.
func resumptionOf(value secret.Text) resumption {
	token, rest, _ := strings.Cut(value.Reveal(), ".")
	encoded, agent, _ := strings.Cut(rest, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !plain(string(decoded)) || agent == "" {
		return resumption{}
	}
	return resumption{draft: secret.New(token), path: string(decoded), agent: agents.ID(agent)}
}

// plain says whether a path below home is written so that no browser could take it for another.
func plain(at string) bool {
	if len(at) > maxPath || !strings.HasPrefix(at, home) || path.Clean(at) != strings.TrimSuffix(at, "/") {
		return false
	}
	return !strings.ContainsFunc(at, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`\?#%`, r) })
}

// A visit is one request to the console, and who makes it.
type visit struct {
	w        http.ResponseWriter
	r        *http.Request
	client   context.Context     // of the connection; that of r ends with the time of the answer as well
	from     string              // the client's address
	loopback bool                // the console is at http on this machine
	token    signin.Token        // of the session that the cookie claims
	session  signin.Session      // zero: nobody is signed in, or the page doesn't ask
	draft    map[string][]string // what had been typed when the last session ran out; nil: nothing
	note     string              // a word to begin the page with
	doubt    *durability.Doubt   // about what was changed
}

// posts says whether something is sent, and not only asked for.
func (v *visit) posts() bool { return v.r.Method == http.MethodPost }

func (v *visit) ctx() context.Context { return v.r.Context() }

// left says whether the client has gone away: the time of the answer may be over without that.
func (v *visit) left() bool { return errors.Is(v.client.Err(), context.Canceled) }

// whole is the context for what is done as a whole or not at all: it ends with the time of the
// answer, which all have but streams, and not when the browser goes away.
func (v *visit) whole() (context.Context, context.CancelFunc) {
	until, _ := v.ctx().Deadline()
	return context.WithDeadline(context.WithoutCancel(v.ctx()), until)
}

// part returns what stands in the path for a name in braces.
func (v *visit) part(name string) string { return mux.Vars(v.r)[name] }

// by is the agent, as package agents wants to know who does something, and in which session.
func (v *visit) by() agents.By {
	agent := v.session.Agent
	return agents.By{Name: string(agent.Name), Via: "console", From: v.from, Epoch: agent.Epoch}
}

// actor is the agent, as the audit wants to know who does something.
func (v *visit) actor() audit.Actor {
	return audit.Actor{Name: string(v.session.Agent.Name), Via: audit.ViaConsole, From: v.from}
}

// who is the agent, as package repair wants to know who does something.
func (v *visit) who() repair.Who {
	return repair.Who{
		Name: string(v.session.Agent.Name), Via: "console", From: v.from,
		PhotoID: forSupervisors.allows(v.session.Agent.Role),
	}
}

// redirect goes on to another page, which a browser then asks for by GET. So no form is sent
// again when that page is loaded again.
func (v *visit) redirect(path string) error {
	if v.doubt.Any() {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + unsure + "="
	}
	v.w.Header().Set("Location", path)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// unsure stands in the query of a page that is to say that a change before it may not last.
const unsure = "unsure"

// readBody reads a form: as long as is allowed, and of the kind that pages send.
func (v *visit) readBody() error {
	kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if v.r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return badForm(http.StatusUnsupportedMediaType)
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxBody)
	err = v.r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return badForm(http.StatusRequestEntityTooLarge)
	case err != nil: // its text may quote what was sent
		return badForm(http.StatusBadRequest)
	}
	return nil
}

// admit finds the session, and says whether it may open the page. False without an error: the
// visitor was sent to where to go first.
func (c *Console) admit(v *visit, rt route) (bool, error) {
	v.token = readCookie(v, sessionCookie)
	if rt.least == anybody {
		return true, nil
	}
	session, err := c.config.SignIn.Session(v.ctx(), v.token)
	if errors.Is(err, signin.ErrSignedOut) {
		return false, c.signInFirst(v, rt)
	}
	if err != nil {
		return false, fmt.Errorf("find session: %w", err)
	}
	v.session = session
	if session.SetUp && rt.least != settingUp {
		return false, v.redirect(stagePath(session.Agent.Next()))
	}
	if !session.SetUp && !rt.least.allows(session.Agent.Role) {
		if rt.told != nil && v.posts() {
			return false, rt.told(v)
		}
		return false, forbidden
	}
	return true, nil
}
