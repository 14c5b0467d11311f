package voice_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/ivr"
	"updatecenter/voice"
	"updatecenter/voice/signature"
)

var webhooks = []string{"/voice/incoming", "/voice/turn/1", "/voice/status", "/voice/fallback",
	"/voice/callback/dlv_abc/1", "/voice/callback/turn/1", "/voice/callback/fallback", "/voice/status/" + ourCall}

// forged are webhooks that Twilio has not sent.
var forged = []struct {
	name  string
	forge func(r *http.Request, path string)
}{
	{"no signature", func(r *http.Request, _ string) { r.Header.Del(signature.Header) }},
	{"an empty one", func(r *http.Request, _ string) { r.Header.Set(signature.Header, "") }},
	{"not one", func(r *http.Request, _ string) { r.Header.Set(signature.Header, "signed") }},
	{"another token", func(r *http.Request, path string) {
		r.Header.Set(signature.Header, signature.Sign(secret.New("another"), publicURL+path, call()))
	}},
	{"another host", func(r *http.Request, path string) {
		r.Header.Set(signature.Header, signature.Sign(token, "https://evil.example"+path, call()))
	}},
	{"another host that the request claims", func(r *http.Request, path string) {
		r.Host = "evil.example"
		r.Header.Set("X-Forwarded-Host", "evil.example")
		r.Header.Set(signature.Header, signature.Sign(token, "https://evil.example"+path, call()))
	}},
	{"another scheme", func(r *http.Request, path string) {
		r.Header.Set(signature.Header, signature.Sign(token, "http://calls.example.com"+path, call()))
	}},
	{"another path", func(r *http.Request, _ string) {
		r.Header.Set(signature.Header, signature.Sign(token, publicURL+"/voice/turn/2", call()))
	}},
	{"another query", func(r *http.Request, path string) {
		r.Header.Set(signature.Header, signature.Sign(token, publicURL+path+"?lang=es", call()))
	}},
	{"another call", func(r *http.Request, path string) {
		r.Header.Set(signature.Header, signature.Sign(token, publicURL+path, call("CallSid", "CA2")))
	}},
	{"another field", func(r *http.Request, path string) {
		r.Header.Set(signature.Header, signature.Sign(token, publicURL+path, call("Digits", "1234")))
	}},
}

func TestForgedWebhooksAreRefused(t *testing.T) {
	for _, path := range webhooks {
		for _, tt := range forged {
			t.Run(path+" "+tt.name, func(t *testing.T) {
				s := newSite(t, nil)
				r := s.request(path, call())
				tt.forge(r, path)
				s.refuses(r, http.StatusForbidden)
				if n := s.metric("updatecenter_refused_signatures_total"); n != 1 {
					t.Errorf("counted %v times", n)
				}
			})
		}
	}
}

// Who posts to us under another name, with a true signature for ours, is Twilio behind a
// proxy: the host of the request counts for nothing.
func TestTheHostHeaderIsIgnored(t *testing.T) {
	s := newSite(t, nil)
	r := s.request("/voice/incoming", call())
	r.Host = "10.0.0.1:8080"
	if status, body := s.read(s.serve(r)); status != http.StatusOK || body != "<Response/>" {
		t.Errorf("%d %s", status, body)
	}
}

func TestSignaturesOfTrueWebhooks(t *testing.T) {
	older := secret.New("the token before")
	tests := []struct {
		name, publicURL, signed string
		token                   secret.Text
	}{
		{"as it is", publicURL, publicURL, token},
		{"with the port of the scheme", publicURL, publicURL + ":443", token},
		{"a public URL with a port", publicURL + ":8443", publicURL + ":8443", token},
		{"signed without the port", publicURL + ":8443", publicURL, token},
		{"a path before ours", publicURL + "/phone", publicURL + "/phone", token},
		{"a slash behind it", publicURL + "/phone/", publicURL + "/phone", token},
		{"the other token", publicURL, publicURL, older},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, func(c *voice.Config) {
				c.PublicURL, c.AuthTokens = tt.publicURL, []secret.Text{token, older}
			})
			const path = "/voice/turn/3?lang=es"
			r := s.request(path, call())
			r.Header.Set(signature.Header, signature.Sign(tt.token, tt.signed+path, call()))
			if status, body := s.read(s.serve(r)); status != http.StatusOK || body != "<Response/>" {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

// Webhooks that Twilio was told to sign with a shared key are taken as well, and no key that a
// request names is taken for another.
func TestSharedKeys(t *testing.T) {
	key := secret.New("the shared key")
	const path = "/voice/turn/3?x=it's"
	for name, settings := range map[string]string{
		"signed by it": signature.Settings("calls"), "an unknown key": signature.Settings("others"),
		"another algorithm": "key=calls,algorithm=HMAC_SHA1", "not said": "",
	} {
		for with, signed := range map[string]string{
			"the key": signature.SignShared(key, publicURL+path, call()), "the token": signature.Sign(token, publicURL+path, call()),
		} {
			s := newSite(t, func(c *voice.Config) { c.SharedKeys = []signature.SharedKey{{Name: "calls", Secret: key}} })
			r := s.request(path, call())
			r.Header.Set(signature.Header, signed)
			r.Header.Set(signature.SettingsHeader, settings)
			if name == "signed by it" && with == "the key" || name == "not said" && with == "the token" {
				if status, body := s.read(s.serve(r)); status != http.StatusOK {
					t.Errorf("%s, %s: %d %s", name, with, status, body)
				}
				continue
			}
			s.refuses(r, http.StatusForbidden)
		}
	}
}

// Without a token nobody's signature is true, not even that of an empty token.
func TestNoToken(t *testing.T) {
	s := newSite(t, func(c *voice.Config) { c.AuthTokens = []secret.Text{{}} })
	r := s.request("/voice/incoming", call())
	r.Header.Set(signature.Header, signature.Sign(secret.Text{}, publicURL+"/voice/incoming", call()))
	s.refuses(r, http.StatusForbidden)
}

// Each account of ours signs with its own token; what another one has signed, or nobody says of
// which it is, is refused.
func TestTheAccountOfAWebhook(t *testing.T) {
	ours := []string{"AC00000000000000000000000000000001", "AC00000000000000000000000000000002"}
	for _, path := range webhooks {
		for _, account := range append(ours, "", "AC00000000000000000000000000000003", ours[0]+" ") {
			s := newSite(t, func(c *voice.Config) { c.Accounts = ours })
			r := s.request(path, call(status("AccountSid", account)...))
			if slices.Contains(ours, account) {
				if code, body := s.read(s.serve(r)); code >= http.StatusBadRequest {
					t.Errorf("%s of %q: %d %s", path, account, code, body)
				}
				continue
			}
			s.refuses(r, http.StatusForbidden)
			if !strings.Contains(s.log.String(), "TWILIO_ACCOUNT_SID") {
				t.Errorf("the log says %q", s.log.String())
			}
		}
	}
}

// The query counts as it was sent: what is decoded and encoded again may differ.
func TestTheQueryIsSignedAsSent(t *testing.T) {
	s := newSite(t, nil)
	for _, query := range []string{"?lang=es&x=it's", "?x=%2f%7e+a&lang=en", "?b=1&a=2", "?"} {
		if status, body := s.post("/voice/turn/1"+query, call()); status != http.StatusOK {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	large := call("Digits", strings.Repeat("1", 64<<10))
	tests := []struct {
		name   string
		status int
		make   func(s *site, path string) *http.Request
	}{
		{"too large", http.StatusRequestEntityTooLarge, func(s *site, path string) *http.Request { return s.request(path, large) }},
		{"too large, in pieces", http.StatusRequestEntityTooLarge, func(s *site, path string) *http.Request {
			r := s.request(path, large)
			r.ContentLength = -1
			return r
		}},
		{"JSON", http.StatusUnsupportedMediaType, func(s *site, path string) *http.Request {
			return typed(s.request(path, call()), "application/json")
		}},
		{"another kind of form", http.StatusUnsupportedMediaType, func(s *site, path string) *http.Request {
			return typed(s.request(path, call()), "multipart/form-data; boundary=x")
		}},
		{"no type", http.StatusUnsupportedMediaType, func(s *site, path string) *http.Request {
			return typed(s.request(path, call()), "")
		}},
		{"a broken type", http.StatusUnsupportedMediaType, func(s *site, path string) *http.Request {
			return typed(s.request(path, call()), formType+"; charset")
		}},
		{"a broken escape", http.StatusBadRequest, func(_ *site, path string) *http.Request { return raw(path, "CallSid=%zz") }},
		{"a semicolon", http.StatusBadRequest, func(_ *site, path string) *http.Request { return raw(path, "CallSid=CA1;From=x") }},
		{"a broken query", http.StatusBadRequest, func(s *site, path string) *http.Request { return s.request(path+"?lang=%zz", call()) }},
		{"no CallSid", http.StatusBadRequest, withSID("")},
		{"a CallSid in the query alone", http.StatusBadRequest, func(s *site, path string) *http.Request {
			return s.request(path+"?CallSid="+sid, url.Values{"From": {"+16125550142"}})
		}},
		{"a CallSid with a colon", http.StatusBadRequest, withSID("CA1:turn")},
		{"a CallSid with a brace", http.StatusBadRequest, withSID("CA{1}")},
		{"a CallSid with a line feed", http.StatusBadRequest, withSID("CA1\n")},
		{"a CallSid with an accent", http.StatusBadRequest, withSID("CÁ1")},
		{"a CallSid that is too long", http.StatusBadRequest, withSID("CA" + strings.Repeat("0", 63))},
	}
	for _, path := range webhooks {
		for _, tt := range tests {
			t.Run(path+" "+tt.name, func(t *testing.T) {
				s := newSite(t, nil)
				s.refuses(tt.make(s, path), tt.status)
			})
		}
	}
}

func typed(r *http.Request, contentType string) *http.Request {
	r.Header.Set("Content-Type", contentType)
	return r
}

// raw is an unsigned webhook with any body.
func raw(path, body string) *http.Request {
	return typed(httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)), formType)
}

func withSID(id string) func(s *site, path string) *http.Request {
	return func(s *site, path string) *http.Request { return s.request(path, call("CallSid", id)) }
}

func TestUnknownPathsAndMethods(t *testing.T) {
	tests := []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/voice/incoming", http.StatusMethodNotAllowed},
		{http.MethodHead, "/voice/turn/1", http.StatusMethodNotAllowed},
		{http.MethodPut, "/voice/status", http.StatusMethodNotAllowed},
		{http.MethodGet, "/voice/fallback", http.StatusMethodNotAllowed},
		{http.MethodPost, "/healthz", http.StatusMethodNotAllowed},
		{http.MethodGet, "/voice/callback/dlv_abc/1", http.StatusMethodNotAllowed},
		{http.MethodGet, "/voice/status/dlv_abc/1", http.StatusMethodNotAllowed},
		{http.MethodPost, "/voice/callback/dlv_abc", http.StatusNotFound},
		{http.MethodPost, "/voice/callback/dlv-abc/1", http.StatusNotFound},
		{http.MethodPost, "/voice/callback/dlv_abc/0", http.StatusNotFound},
		{http.MethodPost, "/voice/callback/dlv_abc/01", http.StatusNotFound},
		{http.MethodPost, "/voice/callback/dlv_abc/10000", http.StatusNotFound},
		{http.MethodPost, "/voice/callback/" + strings.Repeat("a", 65) + "/1", http.StatusNotFound},
		{http.MethodPost, "/voice/callback/dlv%2fabc/1", http.StatusNotFound},
		{http.MethodPost, "/voice/status/dlv_abc", http.StatusNotFound},
		{http.MethodPost, "/voice/status/dlv_abc/x", http.StatusNotFound},
		{http.MethodPost, "/voice/turn/", http.StatusNotFound},
		{http.MethodPost, "/voice/turn/1/2", http.StatusNotFound},
		{http.MethodPost, "/voice/", http.StatusNotFound},
		{http.MethodPost, "/", http.StatusNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			s := newSite(t, nil)
			r := s.request(tt.path, call())
			r.Method = tt.method
			s.refuses(r, tt.want)
		})
	}
}

// A caller who is sent to a turn that can't be hears a sentence, and the engine nothing.
func TestTurnsThatCantBe(t *testing.T) {
	for _, turn := range []string{"0", "-1", "+1", "1.5", "x", "65536", "99999999999999999999"} {
		t.Run(turn, func(t *testing.T) {
			s := newSite(t, nil)
			status, body := s.post("/voice/turn/"+turn+"?lang=es", call())
			if status != http.StatusOK || !strings.Contains(body, "<Response>es") || len(s.engine.events) != 0 {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

// A signature can be sent again, and then finds the turn answered; what it can't do is to
// answer for another turn or another call.
func TestAReplayIsTheSameEvent(t *testing.T) {
	s := newSite(t, nil)
	for range 2 {
		if status, _ := s.post("/voice/turn/1", call("Digits", "1")); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	if s.engine.events[0] != s.engine.events[1] {
		t.Errorf("two events: %+v", s.engine.events)
	}
}

// FuzzForm holds that no body, signed or not, is more than the edge can take.
func FuzzForm(f *testing.F) {
	for _, body := range []string{"", "CallSid=CA1", "CallSid=CA1&Digits=1&Digits=2", "a&b;c=%zz", "CallSid=CA1&CallDuration=x&ErrorUrl=%3A%2F",
		"CallSid=CA1&From=sip:78@x&To=%FF&StirVerstat=TN-Validation-Passed-A"} {
		f.Add("/voice/turn/1", body, formType, true)
		f.Add("/voice/status", body, "application/json", false)
		f.Add("/voice/fallback?lang=es", body, formType+";charset=UTF-8", true)
		f.Add("/voice/callback/dlv_abc/1", body+"&AnsweredBy=human", formType, true)
		f.Add("/voice/status/"+ourCall, body+"&CallStatus=busy&SequenceNumber=1&Timestamp=Thu", formType, true)
	}
	f.Fuzz(func(t *testing.T, path, body, contentType string, signed bool) {
		target, err := url.ParseRequestURI(path)
		if err != nil || target.Host != "" || !strings.HasPrefix(path, "/") {
			return
		}
		s := newSite(t, nil)
		r := &http.Request{Method: http.MethodPost, URL: target, RequestURI: path, Header: http.Header{},
			Body: http.NoBody, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
		r.Body = readCloser{bytes.NewReader([]byte(body))}
		r.Header.Set("Content-Type", contentType)
		if form, err := url.ParseQuery(body); err == nil && signed {
			r.Header.Set(signature.Header, signature.Sign(token, publicURL+path, form))
		}
		response := s.serve(r)
		for _, status := range s.statuses.all {
			if status.Sequence < 0 || status.CallStatus == "" || status.Task.Attempt < 1 || status.Task.Attempt > 9999 {
				t.Errorf("a webhook became %+v", status)
			}
		}
		if response.StatusCode >= 500 {
			t.Errorf("status %d", response.StatusCode)
		}
		if s.told() > 0 && !signed {
			t.Error("an unsigned webhook came through")
		}
		for _, event := range slices.Concat(s.engine.events, s.callback.events) {
			if event.Turn < 0 || event.Turn > 9999 || ivr.ParseLanguage(string(event.Language)) != event.Language {
				t.Errorf("a webhook became %+v", event)
			}
		}
	})
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }
