package console_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/agents"
)

// TestCrossSitePosts: what another site has a browser send is refused, and nothing happens.
func TestCrossSitePosts(t *testing.T) {
	for name, headers := range map[string]map[string]string{
		"another site":       {"Sec-Fetch-Site": "cross-site"},
		"a neighbor":         {"Sec-Fetch-Site": "same-site"},
		"an older browser":   {"Origin": "https://evil.example"},
		"another scheme":     {"Origin": "https://" + shopHost + ".evil.example"},
		"a sandboxed frame":  {"Origin": "null"},
		"named twice":        {"Sec-Fetch-Site": "cross-site", "Origin": "https://" + shopHost},
		"a forged same host": {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			b := s.of("ada")
			b.headers = headers
			n := len(s.trail())
			for _, path := range []string{
				"/repair/people/bob/deactivate", "/repair/sign-out", "/repair/keys", "/repair/profile/sign-out-everywhere",
				homeAt + "/reset", "/repair/sign-in",
			} {
				b.post(path, "name", "crm", "scopes", "lines:write").says(http.StatusForbidden, "came from another site")
			}
			if len(s.trail()) != n {
				t.Error("something was done")
			}
			b.headers = map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://" + shopHost}
			b.post("/repair/sign-out").leads("/repair/sign-in?note=bye")
		})
	}
}

func TestHostIsHeld(t *testing.T) {
	b := newShop(t).of("ann")
	for _, host := range []string{"evil.example", shopHost + ".evil.example", shopHost + ":8443", "127.0.0.1", ""} {
		b.headers = map[string]string{"Host": host}
		b.get("/repair/").says(http.StatusMisdirectedRequest).lacks(shopHost+".evil", "Ann Example")
	}
	for _, host := range []string{shopHost, strings.ToUpper(shopHost), shopHost + ":443"} {
		b.headers = map[string]string{"Host": host}
		b.get("/repair/").says(http.StatusOK)
	}
}

// TestForwardedHostCounts for nothing: neither for links of e-mails, nor for redirects.
func TestForwardedHostCountsForNothing(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	b.headers = map[string]string{
		"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-Url": "/repair/keys", "X-Rewrite-Url": "/repair/keys",
	}
	b.post("/repair/people/bob/link").leads("/repair/people/bob?note=link")
	if link := s.mailed(agents.Invitation).Link.Reveal(); !strings.HasPrefix(link, "https://"+shopHost+"/repair/welcome/") {
		t.Error("the link leads elsewhere")
	}
	b.get("/repair/people").says(http.StatusOK, "Invite somebody").lacks("evil.example")
}

func TestMethods(t *testing.T) {
	s := newShop(t)
	b := s.of("ada")
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		b.headers = map[string]string{name: http.MethodPost}
		b.get("/repair/people/bob/deactivate?_method=POST").says(http.StatusMethodNotAllowed)
	}
	if agent, err := s.people.Find(t.Context(), "bob"); err != nil || agent.StateAt(s.Now()) != agents.Active {
		t.Errorf("bob: %v, %v", agent.State, err)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace, "BREW"} {
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "https://"+shopHost+"/repair/people/bob", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if strings.Contains(s.Log.String(), "BREW") {
		t.Error("the log has a method that was made up")
	}
}

func TestBodiesAreBounded(t *testing.T) {
	s := newShop(t)
	for name, tt := range map[string]struct {
		kind   string
		body   string
		status int
	}{
		"large":        {"application/x-www-form-urlencoded", "name=" + strings.Repeat("a", 64<<10), http.StatusRequestEntityTooLarge},
		"not a form":   {"application/json", `{"name":"ann"}`, http.StatusUnsupportedMediaType},
		"in parts":     {"multipart/form-data; boundary=x", "--x--", http.StatusUnsupportedMediaType},
		"nothing said": {"", "name=ann", http.StatusUnsupportedMediaType},
		"malformed":    {"application/x-www-form-urlencoded", "name=%zz", http.StatusBadRequest},
		"separators":   {"application/x-www-form-urlencoded", "name=ann;x=y", http.StatusBadRequest},
		"not text":     {"application/x-www-form-urlencoded", "name=%ff%fe", http.StatusUnprocessableEntity},
		"a NUL":        {"application/x-www-form-urlencoded", "name=an%00n", http.StatusUnprocessableEntity},
		"too long":     {"application/x-www-form-urlencoded", "name=" + strings.Repeat("a", 101), http.StatusUnprocessableEntity},
		"empty":        {"application/x-www-form-urlencoded", "", http.StatusUnprocessableEntity},
		"in the query": {"application/x-www-form-urlencoded", "", http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(tt.body)
			if name == "large" {
				body = io.NopCloser(bytes.NewBufferString(tt.body)) // of no known length
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+shopHost+"/repair/sign-in?name=ann", body)
			r.Header.Set("Content-Type", tt.kind)
			s.browser().send(r).says(tt.status)
		})
	}
}

// TestLog holds what the log has of a visit, and what it never has.
func TestLog(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.signInAs("ann")
	session, code := b.cookies["__Host-uc-session"].Value, s.mailed(agents.SignInCode).Code.Reveal()
	link := s.invited("pat")
	s.browser().post(link, "password", password, "again", password)
	b.get(homeAt)
	b.get("/repair/nowhere/to-be-seen")
	b.post("/repair/profile/password", "present", "not this one, no", "password", "other gravel moth canyon", "again", "other gravel moth canyon")
	log := s.Log.String()
	for _, secret := range []string{session, code, password, link[len("/repair/welcome/"):], "not this one", "gravel", string(home), "to-be-seen"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	for _, want := range []string{`"agent":"ann"`, `"route":"/repair/lines/{number}"`, `"route":"/repair/welcome/{token}"`, `"status":303`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
}

// TestErrorsHaveAReference that the log has, too.
func TestErrorsHaveAReference(t *testing.T) {
	s := newShop(t)
	words := s.of("ann").get("/repair/nowhere").says(http.StatusNotFound, "There is no such page", "Reference:").words()
	_, rest, _ := strings.Cut(words, "Reference: ")
	reference, _, _ := strings.Cut(rest, " ")
	if len(reference) != 9 || !strings.Contains(s.Log.String(), `"reference":"`+reference+`"`) {
		t.Errorf("reference %q is not in the log", reference)
	}
}

func TestCookiesThatAreNone(t *testing.T) {
	s := newShop(t)
	right := s.as("ann").token.Reveal()
	for name, cookies := range map[string]string{
		"empty":         "__Host-uc-session=",
		"made up":       "__Host-uc-session=" + strings.Repeat("A", 43),
		"long":          "__Host-uc-session=" + strings.Repeat("A", 5000),
		"another name":  "uc-session=" + right,
		"twice":         "__Host-uc-session=x; __Host-uc-session=" + right,
		"of a sign-in":  "__Host-uc-signin=" + right,
		"of a draft":    "__Host-uc-draft=" + right,
		"with a suffix": "__Host-uc-session=" + right + "A",
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+shopHost+"/repair/", nil)
			r.Header.Set("Cookie", cookies)
			if got := s.browser().send(r); got.status != http.StatusSeeOther || !strings.HasPrefix(got.to, "/repair/sign-in") {
				t.Errorf("%d to %q", got.status, got.to)
			}
		})
	}
}

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
	return s.Mail.Last(s.t, kind)
}

// invited is the path of a new link for somebody new.
func (s *shop) invited(name string) string {
	s.t.Helper()
	_, err := s.people.Invite(s.t.Context(), agents.By{Name: "ada", Via: "console"}, agents.Invitee{
		Name: name, FullName: "New Person", Email: name + "@mail.example.com", Role: agents.RoleAgent,
	})
	s.ok(err)
	return strings.TrimPrefix(s.Mail.Last(s.t, agents.Invitation).Link.Reveal(), "https://"+shopHost)
}

func TestBrowserIsNobody(t *testing.T) {
	newShop(t).browser().get("/repair/").leads("/repair/sign-in")
}

// TestStreamEndsWithTheSession that has lasted for twelve hours.
func TestStreamEndsWithTheSession(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	began := s.Now()
	ann := s.as("ann")
	end := began.Add(12 * time.Hour)
	for s.Now().Before(end.Add(-10 * time.Minute)) {
		s.Pass(5 * time.Minute)
		ann.get("/repair/").says(http.StatusOK)
	}
	stream := ann.follow(t.Context(), server, ann.call(homeAt))
	stream.hears("We are about to ring the line")
	s.Pass(end.Sub(s.Now()))
	happened := s.Now()
	stream.ends()
	if took := s.Now().Sub(happened); took > 5*time.Second {
		t.Errorf("it goes on for %s", took)
	}
}

func TestStreamKeepsNoSessionAlive(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	ann := s.as("ann")
	at := ann.call(homeAt)
	s.Pass(9 * time.Minute)
	ann.get("/repair/").says(http.StatusOK)
	ann.follow(t.Context(), server, at).ends() // a minute later the code runs out
	s.Pass(15 * time.Minute)
	ann.get("/repair/").leads("/repair/sign-in?note=signed-out")
}

func TestStreamsAreBounded(t *testing.T) {
	s := newShop(t)
	server := serve(t, s)
	ann := s.as("ann")
	at := ann.call(homeAt)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 5 {
		if status := ann.follow(ctx, server, at).status; status != http.StatusOK {
			t.Fatalf("status = %d", status)
		}
	}
	if status := ann.follow(ctx, server, at).status; status != http.StatusServiceUnavailable {
		t.Errorf("status of one too many = %d", status)
	}
	bob := s.as("bob")
	theirs := bob.call(homeAt)
	if status := bob.follow(ctx, server, theirs).status; status != http.StatusOK {
		t.Errorf("status of another agent's = %d", status)
	}
	cancel()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		if ann.follow(t.Context(), server, at).status == http.StatusOK {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("streams that were left still count")
}

func TestStreamIsForWhoAsksForEvents(t *testing.T) {
	s := newShop(t)
	ann := s.as("ann")
	at := ann.call(homeAt)
	ann.get(eventsOf(at)).says(http.StatusNotAcceptable)
	employee{shop: s}.get(eventsOf(at)).says(http.StatusUnauthorized)
	ann.post(eventsOf(at)).says(http.StatusMethodNotAllowed)
}
