package console_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"updatecenter/internal/audit"
)

// open is who may open the pages, by path and, for two ways to serve one, method. It is written
// down here apart from the console's own table.
var open = map[string][]string{
	"/repair/sign-in":          everybody,
	"/repair/sign-in/password": everybody,
	"/repair/sign-in/code":     everybody,
	"/repair/sign-in/resend":   everybody,
	"/repair/sign-out":         everybody,
	"/repair/welcome/{token}":  everybody,
	"/repair/static/{file}":    everybody,
	"/repair":                  everybody,

	"/repair/set-up/password": signedIn,
	"/repair/set-up/factor":   signedIn,
	"/repair/set-up/terms":    signedIn,
	"/repair/set-up/profile":  signedIn,

	"/repair/":                                          signedIn,
	"/repair/lines/{number}":                            signedIn,
	"/repair/lines/{number}/validate/call":              signedIn,
	"/repair/lines/{number}/validate/call/{validation}": signedIn,
	"/repair/lines/{number}/validate/secret":            signedIn,
	"/repair/lines/{number}/open-account":               signedIn,
	"/repair/lines/{number}/reset":                      signedIn,
	"/repair/lines/{number}/unlock":                     signedIn,
	"/repair/validations/{validation}/events":           signedIn,
	"/repair/profile":                                   signedIn,
	"/repair/profile/password":                          signedIn,
	"/repair/profile/factor":                            signedIn,
	"/repair/profile/confirm":                           signedIn,
	"/repair/profile/sign-out-everywhere":               signedIn,

	"/repair/lines/{number}/history": supervisors,
	photoID:                          supervisors,
	"/repair/reports":                supervisors,

	"/repair/people":                   administrators,
	"/repair/people/{name}":            administrators,
	"/repair/people/{name}/link":       administrators,
	"/repair/people/{name}/deactivate": administrators,
	"/repair/people/{name}/reactivate": administrators,
	"/repair/people/{name}/role":       administrators,
	"/repair/people/{name}/require":    administrators,
	"/repair/people/{name}/recreate":   administrators,
	"/repair/people/{name}/profile":    administrators,
	"/repair/invite":                   administrators,
	"/repair/keys":                     administrators,
	"/repair/keys/revoke":              administrators,
}

const photoID = "/repair/lines/{number}/validate/photo-id"

var (
	administrators = []string{"ada"}
	supervisors    = []string{"ada", "sue"}
	signedIn       = []string{"ada", "sue", "ann"}
	everybody      = []string{"ada", "sue", "ann", ""}
)

// paths are all that the router has.
func (s *shop) paths() []string {
	s.t.Helper()
	var paths []string
	err := s.handler.(*mux.Router).Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		paths = append(paths, path)
		return err
	})
	s.ok(err)
	return paths
}

var braces = strings.NewReplacer(
	"{token}", "x", "{file}", "style.css", "{number}", string(home), "{validation}", "val_x", "{name}", "bob",
)

func TestEveryPathHasItsRoles(t *testing.T) {
	s := newShop(t)
	known := map[string]bool{"/repair/": true}
	for _, path := range s.paths() {
		known[path] = true
		if _, ok := open[path]; !ok {
			t.Errorf("who may open %s?", path)
		}
	}
	for path := range open {
		if !known[path] {
			t.Errorf("no such path: %s", path)
		}
	}
}

// TestRoles asks for every path, by every method, as everybody: by hand, without the pages.
func TestRoles(t *testing.T) {
	s := newShop(t)
	browsers := map[string]*browser{"": s.browser()}
	for _, who := range signedIn {
		browsers[who] = s.of(who)
	}
	entries := len(s.trail())
	for path, allowed := range open {
		for who, b := range browsers {
			if slices.Contains(allowed, who) {
				continue
			}
			for method, answer := range map[string]page{
				http.MethodGet:  b.get(braces.Replace(path)),
				http.MethodPost: b.post(braces.Replace(path), "reason", "because I say so", "sure", "yes"),
			} {
				if !refused(answer, who) {
					t.Errorf("%q may %s %s: %d, %s", who, method, path, answer.status, answer.words())
				}
			}
			if who == "ann" && path == photoID {
				entries++ // the post is recorded as a validation that failed
			}
			if n := len(s.trail()); n != entries {
				t.Errorf("%q: %s did something", who, path)
				entries = n
			}
		}
	}
}

// refused says whether an answer is no more than that.
func refused(answer page, who string) bool {
	if answer.status == http.StatusMethodNotAllowed {
		return true
	}
	if who != "" {
		return answer.status == http.StatusForbidden
	}
	return answer.status == http.StatusUnauthorized || answer.status == http.StatusSeeOther && strings.HasPrefix(answer.to, "/repair/sign-in")
}

func (s *shop) trail() []audit.Entry {
	s.t.Helper()
	entries, err := s.audit.Page(s.t.Context(), audit.Filter{}, audit.MaxPage)
	s.ok(err)
	return entries
}

// deeds is the trail without the pages of people and keys that were looked at.
func (s *shop) deeds() []audit.Entry {
	s.t.Helper()
	return slices.DeleteFunc(s.trail(), func(e audit.Entry) bool { return e.Action == audit.AgentRead || e.Action == audit.KeysRead })
}

func TestRolesAllow(t *testing.T) {
	s := newShop(t)
	for path, allowed := range open {
		for _, who := range allowed {
			if who == "" {
				continue
			}
			b := s.of(who)
			if answer := b.get(braces.Replace(path)); answer.status == http.StatusForbidden || strings.HasPrefix(answer.to, "/repair/sign-in?") {
				t.Errorf("%s may not open %s: %d", who, path, answer.status)
			}
		}
	}
}

// TestGetChangesNothing: looking is recorded, and nothing else happens.
func TestGetChangesNothing(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	n := len(s.trail())
	for path := range open {
		b.get(braces.Replace(path))
		b.get(braces.Replace(path) + "?with=email&role=administrator&name=bob&reason=because+it+is&sure=yes")
	}
	trail := s.trail()
	for _, entry := range trail[:len(trail)-n] {
		if !slices.Contains([]audit.Action{audit.LookedUp, audit.AuditRead, audit.AgentRead, audit.KeysRead}, entry.Action) {
			t.Errorf("a GET did this: %s", entry.Action)
		}
	}
	b.get("/repair/").says(http.StatusOK)
	if keys, err := s.APIKeys().Keys(t.Context()); err != nil || len(keys) > 0 {
		t.Errorf("keys: %v, %v", keys, err)
	}
}

var (
	inline  = regexp.MustCompile(`(?i)<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script[^>]*>[^<]|<script(?:[^s>]|s[^r])*>|<base|https?://`)
	heading = regexp.MustCompile(`<h1[ >]`)
	asks    = regexp.MustCompile(`<(?:input|select|textarea)[^>]*>`)
	named   = regexp.MustCompile(` id="([^"]+)"`)
	focuses = regexp.MustCompile(` autofocus`)
)

// TestEveryPage holds what is true of each: what it may do in a browser, its headings and labels.
func TestEveryPage(t *testing.T) {
	s := newShop(t)
	s.Pass(1)
	b := s.of("ada")
	pages := map[string]page{}
	for path := range open {
		if strings.Contains(path, "static") || strings.Contains(path, "events") {
			continue
		}
		pages["GET "+path] = b.get(braces.Replace(path))
		checkHeaders(t, path, b.header)
	}
	fresh := s.browser()
	link := s.invited("pat")
	pages["link"] = fresh.get(link)
	pages["password refused"] = fresh.post(link, "password", "short", "again", "short")
	fresh.post(link, "password", password, "again", password)
	pages["factor"] = fresh.get("/repair/set-up/factor")
	fresh.post("/repair/set-up/factor", "with", "email")
	pages["terms"] = fresh.get("/repair/set-up/terms")
	fresh.post("/repair/set-up/terms", "accept", "yes")
	pages["own profile"] = fresh.get("/repair/set-up/profile")
	pages["followed"] = b.get(s.as("ada").call(homeAt))
	pages["key made"] = b.post("/repair/keys", "name", "crm", "scopes", "lines:read")
	pages["keys"] = b.get("/repair/keys")
	pages["key to revoke"] = b.get("/repair/keys/revoke?name=crm")
	pages["invite refused"] = b.post("/repair/invite", "name", "x", "role", "king")
	pages["nowhere"] = b.get("/repair/nowhere")
	for name, p := range pages {
		if p.status != http.StatusSeeOther && p.status != http.StatusMethodNotAllowed {
			checkPage(t, name, p)
		}
	}
}

func checkHeaders(t *testing.T, path string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Strict-Transport-Security": "max-age=31536000",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %s = %q", path, name, h.Get(name))
		}
	}
	if h.Get("Permissions-Policy") == "" {
		t.Errorf("%s: no Permissions-Policy", path)
	}
}

func checkPage(t *testing.T, name string, p page) {
	t.Helper()
	if found := inline.FindString(p.text); found != "" {
		t.Errorf("%s: inline or foreign: %q", name, found)
	}
	if n := len(heading.FindAllString(p.text, -1)); n != 1 {
		t.Errorf("%s: %d main headings", name, n)
	}
	if n := len(focuses.FindAllString(p.text, -1)); n > 1 {
		t.Errorf("%s: %d elements want the focus", name, n)
	}
	for _, want := range []string{`<html lang="en-US">`, `<main id="main"`, `href="#main"`, "<title>"} {
		if !strings.Contains(p.text, want) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
	seen := map[string]bool{}
	for _, id := range named.FindAllStringSubmatch(p.text, -1) {
		if seen[id[1]] {
			t.Errorf("%s: id %s stands twice", name, id[1])
		}
		seen[id[1]] = true
	}
	for _, ask := range asks.FindAllString(p.text, -1) {
		id := named.FindStringSubmatch(ask)
		labeled := id != nil && strings.Contains(p.text, `<label for="`+id[1]+`"`) || strings.Contains(p.text, `<label class="choice">`+ask)
		if !strings.Contains(ask, `type="hidden"`) && !labeled {
			t.Errorf("%s: no label: %s", name, ask)
		}
	}
}

func TestStaticFiles(t *testing.T) {
	b := newShop(t).browser()
	text := b.get("/repair/sign-in").text
	for _, name := range []string{"style.css", "app.js", "icon.svg"} {
		at := regexp.MustCompile(`/repair/static/` + name + `\?v=[0-9a-f]{16}`).FindString(text)
		b.get(at).says(http.StatusOK)
		if got := b.header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control = %q", at, got)
		}
		b.get("/repair/static/" + name + "?v=0").says(http.StatusOK)
		if got := b.header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s of another release: Cache-Control = %q", name, got)
		}
	}
	b.get("/repair/static/layout.html").says(http.StatusNotFound)
	b.get("/repair/static/..%2ftemplates%2flayout.html").says(http.StatusNotFound)
}
