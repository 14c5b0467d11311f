package console

import (
	"net/http"

	"updatecenter/internal/secret"
)

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
