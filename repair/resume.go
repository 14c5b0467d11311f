package repair

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"

	"updatecenter/agents"
	"updatecenter/internal/secret"
	"updatecenter/signin"
)

// home is where an agent begins.
const home = "/repair/"

// maxPath is how long a path may be that is come back to, in bytes.
const maxPath = 200

// resumption is where an agent goes on after signing in: a page, and a draft for its form.
type resumption struct {
	draft signin.Token // zero: there is none
	path  string
}

// signInFirst sends a visitor to sign in, and remembers where to go on.
func (c *Console) signInFirst(v *visit, rt route) error {
	if rt.stream {
		return signedOut()
	}
	to := resumption{path: strings.TrimSuffix(v.r.URL.Path, rt.cut)}
	note := "signed-out"
	if v.r.Method == http.MethodPost {
		to.draft = c.saveDraft(v, rt, to.path)
		note = "not-sent"
		if !to.draft.IsZero() {
			note = "kept"
		}
	}
	if ours(to.path) {
		setCookie(v, resumeCookie, to.cookie())
	}
	if v.token.IsZero() && note == "signed-out" {
		return v.redirect(signInPath)
	}
	return v.redirect(signInPath + "?note=" + note)
}

// saveDraft keeps what was typed, if it is known whose session has run out. That it can't be kept
// is no reason not to let somebody sign in.
func (c *Console) saveDraft(v *visit, rt route, at string) signin.Token {
	values := map[string][]string{}
	for _, name := range rt.keeps {
		if typed, ok := v.r.PostForm[name]; ok {
			values[name] = typed
		}
	}
	agent, known := c.signIn.Peek(v.ctx(), v.token)
	if !known || len(values) == 0 {
		return signin.Token{}
	}
	token, err := c.signIn.SaveDraft(v.ctx(), signin.Draft{Agent: agent, Path: at, Values: values})
	if err != nil {
		c.log.LogAttrs(v.ctx(), slog.LevelWarn, "draft not kept", slog.String("route", pattern(v.r)), slog.Any("cause", err))
	}
	return token
}

// takeDraft hands a page the draft of its form, if there is one.
func (c *Console) takeDraft(v *visit) {
	to := resumptionOf(readCookie(v.r, resumeCookie))
	if to.draft.IsZero() || to.path != v.r.URL.Path {
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
	to := resumptionOf(readCookie(v.r, resumeCookie))
	if to.draft.IsZero() {
		dropCookie(v, resumeCookie)
	}
	if !ours(to.path) {
		return v.redirect(home)
	}
	return v.redirect(to.path)
}

// cookie writes a resumption as one value: the draft's token, a full stop, the path in base64url.
func (t resumption) cookie() secret.Text {
	return secret.New(t.draft.Reveal() + "." + base64.RawURLEncoding.EncodeToString([]byte(t.path)))
}

// resumptionOf reads what cookie wrote. A browser can send anything: see ours.
func resumptionOf(value secret.Text) resumption {
	token, encoded, _ := strings.Cut(value.Reveal(), ".")
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !ours(string(decoded)) {
		return resumption{}
	}
	return resumption{draft: secret.New(token), path: string(decoded)}
}

// ours says whether a path is one of a page that an agent can come back to: nothing that a
// browser could take for another host, and nothing that begins or ends a session.
func ours(at string) bool {
	if len(at) > maxPath || !strings.HasPrefix(at, home) || path.Clean(at) != strings.TrimSuffix(at, "/") {
		return false
	}
	for _, c := range []byte(at) {
		if c <= ' ' || c > '~' || c == '\\' || c == '?' || c == '#' || c == '%' {
			return false
		}
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(at, home), "/")
	return !slices.Contains([]string{"sign-in", "sign-out", "welcome", "set-up", "static"}, first)
}
