package console

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"strings"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
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
		return signedOut()
	}
	to := resumption{path: strings.TrimSuffix(v.r.URL.Path, rt.cut)}
	var known bool
	to.agent, known = c.signIn.Peek(v.ctx(), v.token)
	note := "signed-out"
	if v.r.Method == http.MethodPost {
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
	token, err := c.signIn.SaveDraft(v.ctx(), signin.Draft{Agent: to.agent, Path: to.path, Values: values})
	if err != nil {
		c.log.LogAttrs(v.ctx(), slog.LevelWarn, "draft not kept", slog.String("route", pattern(v.r)), slog.Any("cause", err))
	}
	return token
}

// takeDraft hands a page the draft of its form, if there is one.
func (c *Console) takeDraft(v *visit) {
	to := resumptionOf(readCookie(v, resumeCookie))
	if to.draft.IsZero() || to.path != v.r.URL.Path || to.agent != v.session.Agent.ID {
		return
	}
	dropCookie(v, resumeCookie)
	draft, err := c.signIn.Draft(v.ctx(), to.draft, v.session.Agent.ID)
	if err != nil || draft.Path != v.r.URL.Path {
		if err != nil && !errors.Is(err, signin.ErrNoDraft) {
			c.log.LogAttrs(v.ctx(), slog.LevelWarn, "draft not found", slog.String("route", pattern(v.r)), slog.Any("cause", err))
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
