package repair

import (
	"net/http"

	"updatecenter/internal/secret"
)

// The cookies. The prefix has browsers hold them to this host, to TLS and to the path /
// (RFC 6265bis, section 4.1.3.2).
const (
	sessionCookie = "__Host-uc-session" // the token of a session
	signInCookie  = "__Host-uc-signin"  // a sign-in under way
	resumeCookie  = "__Host-uc-draft"   // where to go on after it
)

// maxCookie is more than any value of ours has, in bytes.
const maxCookie = 1024

// readCookie returns what a cookie holds; zero: nothing that we have set.
func readCookie(r *http.Request, name string) secret.Text {
	found := r.CookiesNamed(name)
	if len(found) != 1 || len(found[0].Value) > maxCookie {
		return secret.Text{}
	}
	return secret.New(found[0].Value)
}

// setCookie keeps a value until the browser is closed: what it is of has an end of its own, that
// the server knows.
func setCookie(v *visit, name string, value secret.Text) {
	http.SetCookie(v.w, cookie(name, value.Reveal(), 0))
}

func dropCookie(v *visit, name string) { http.SetCookie(v.w, cookie(name, "", -1)) }

func cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
	}
}
