package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/agents"
)

// A browser keeps cookies, as browsers do, and follows nothing by itself.
type browser struct {
	*shop
	cookies map[string]*http.Cookie
	headers map[string]string // sent along with every request
	header  http.Header       // of the last answer
}

func (s *shop) browser() *browser {
	return &browser{shop: s, cookies: map[string]*http.Cookie{}}
}

// of returns a browser in which somebody is signed in.
func (s *shop) of(name string) *browser {
	b := s.browser()
	b.cookies["__Host-uc-session"] = &http.Cookie{Name: "__Host-uc-session", Value: s.as(name).token.Reveal()}
	return b
}

// copy is what somebody has who stole the cookies.
func (b *browser) copy() *browser {
	thief := b.browser()
	for name, cookie := range b.cookies {
		thief.cookies[name] = cookie
	}
	return thief
}

func (b *browser) send(r *http.Request) page {
	b.t.Helper()
	for _, cookie := range b.cookies {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	for name, value := range b.headers {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	answer := w.Result()
	for _, cookie := range answer.Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
			continue
		}
		b.cookies[cookie.Name] = cookie
	}
	b.header = answer.Header
	return page{t: b.t, status: w.Code, to: w.Header().Get("Location"), text: w.Body.String()}
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.send(httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, "https://"+shopHost+path, nil))
}

func (b *browser) post(path string, values ...string) page {
	b.t.Helper()
	return b.sendForm(b.t.Context(), path, values...)
}

func (b *browser) sendForm(ctx context.Context, path string, values ...string) page {
	b.t.Helper()
	form := url.Values{}
	for pair := range slices.Chunk(values, 2) {
		form.Add(pair[0], pair[1])
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "https://"+shopHost+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

const password = "wagon lichen thirsty plum"

// signInAs goes through the pages of sign-in with a code by e-mail, and returns the last answer.
func (b *browser) signInAs(name string) page {
	b.t.Helper()
	b.post("/repair/sign-in", "name", name).leads("/repair/sign-in/password")
	b.post("/repair/sign-in/password", "password", password).leads("/repair/sign-in/code")
	return b.post("/repair/sign-in/code", "code", b.mailed(agents.SignInCode).Code.Reveal())
}

// mailed is the last e-mail of that kind.
func (s *shop) mailed(kind agents.MessageKind) agents.Message {
	s.t.Helper()
	for _, message := range slices.Backward(s.mail.all) {
		if message.Kind == kind {
			return message
		}
	}
	s.t.Fatalf("no %s was sent", kind)
	return agents.Message{}
}

// invited is the path of a new link for somebody new.
func (s *shop) invited(name string) string {
	s.t.Helper()
	_, err := s.people.Invite(s.t.Context(), agents.By{Name: "ada", Via: "console"}, agents.Invitee{
		Name: name, FullName: "New Person", Email: name + "@mail.example.com", Role: agents.RoleAgent,
	})
	s.ok(err)
	return strings.TrimPrefix(s.mail.last.Reveal(), "https://"+shopHost)
}

func TestBrowserIsNobody(t *testing.T) {
	newShop(t).browser().get("/repair/").leads("/repair/sign-in")
}
