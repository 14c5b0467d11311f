package console

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/durability"
	"updatecenter/internal/repair"
)

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
	session, err := c.signIn.Session(v.ctx(), v.token)
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
		if rt.told != nil && v.r.Method == http.MethodPost {
			return false, rt.told(v)
		}
		return false, forbidden()
	}
	return true, nil
}
