package twilio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// As Twilio's reference shows them, but for fields that nobody reads.
func numbers() []record {
	return []record{
		{
			"sid": "PN1", "phone_number": "+18886128052", "friendly_name": "access, Twin Cities",
			"capabilities": record{"voice": true, "sms": false},
			"voice_url":    "https://ivr.example.com/voice/incoming", "voice_method": "POST",
			"voice_fallback_url": "https://ivr.example.com/voice/fallback", "voice_fallback_method": "GET",
			"status_callback": "https://ivr.example.com/voice/status", "status_callback_method": "POST",
			"voice_application_sid": "", "trunk_sid": nil, "sms_url": "https://sms.example.com",
		},
		{"phone_number": "+18886518052", "voice_application_sid": "AP1", "voice_url": "", "voice_method": ""},
		{"phone_number": "+18885158052", "trunk_sid": "TK1"},
	}
}

func domains() []record {
	return []record{{
		"sid": "SD1", "domain_name": "example.sip.twilio.com", "auth_type": "IP_ACL",
		"voice_url": "https://ivr.example.com/voice/incoming", "voice_method": "POST",
		"voice_fallback_url": nil, "voice_fallback_method": nil,
		"voice_status_callback_url": "https://ivr.example.com/voice/status", "voice_status_callback_method": "GET",
	}}
}

func TestWebhooks(t *testing.T) {
	f := newFake(numbers(), domains())
	got, err := account(t, f, nil).Webhooks(t.Context())
	check.OK(t, err)
	none := twilio.Callback{Method: "POST"}
	want := []twilio.Webhook{
		{
			Name:     "+18886128052",
			Voice:    twilio.Callback{URL: "https://ivr.example.com/voice/incoming", Method: "POST"},
			Fallback: twilio.Callback{URL: "https://ivr.example.com/voice/fallback", Method: "GET"},
			Status:   twilio.Callback{URL: "https://ivr.example.com/voice/status", Method: "POST"},
		},
		{Name: "+18886518052", Voice: none, Fallback: none, Status: none, TakenBy: "AP1"},
		{Name: "+18885158052", Voice: none, Fallback: none, Status: none, TakenBy: "TK1"},
		{
			Name:     "example.sip.twilio.com",
			Voice:    twilio.Callback{URL: "https://ivr.example.com/voice/incoming", Method: "POST"},
			Fallback: none,
			Status:   twilio.Callback{URL: "https://ivr.example.com/voice/status", Method: "GET"},
		},
	}
	check.Same(t, got, want)
	asked := []string{
		"GET " + numbersPath + "?PageSize=500",
		"GET " + numbersPath + "?PageSize=500&Page=1&PageToken=PA1",
		"GET " + domainsPath + "?PageSize=500",
	}
	check.Same(t, f.asked, asked)
}

func TestWebhooksOfNothing(t *testing.T) {
	got, err := account(t, newFake(nil, nil), nil).Webhooks(t.Context())
	if len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWebhooksBelowAPath(t *testing.T) {
	f := newFake(numbers(), domains())
	f.prefix = "/twilio"
	got, err := account(t, f, func(c *twilio.Config) { c.BaseURL += "/twilio/" }).Webhooks(t.Context())
	if len(got) != 4 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

// What the environment says to twilio-go's own constructors changes nothing here.
func TestWebhooksIgnoreTheEnvironment(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "sydney")
	t.Setenv("TWILIO_ACCOUNT_SID", "ACother")
	t.Setenv("TWILIO_AUTH_TOKEN", "other")
	got, err := account(t, newFake(numbers(), domains()), nil).Webhooks(t.Context())
	if len(got) != 4 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWebhooksTooMany(t *testing.T) {
	many := make([]record, 10_001)
	for i := range many {
		many[i] = record{"phone_number": fmt.Sprintf("+1612%07d", i), "domain_name": fmt.Sprintf("d%d.sip.twilio.com", i)}
	}
	for name, f := range map[string]*fake{"numbers": newFake(many, nil), "domains": newFake(nil, many)} {
		f.page = 500
		got, err := account(t, f, nil).Webhooks(t.Context())
		if got != nil || !errors.Is(err, twilio.ErrTooMany) {
			t.Errorf("%s: got %d webhooks, %v", name, len(got), err)
		}
	}
	f := newFake(many[1:], nil)
	f.page = 500
	if got, err := account(t, f, nil).Webhooks(t.Context()); len(got) != 10_000 || err != nil {
		t.Errorf("as many as are read: got %d webhooks, %v", len(got), err)
	}
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestWebhooksRefused(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.Handler
		want    string
	}{
		"error code":          {answer(404, `{"code":20404,"message":"`+token+`","status":404}`), "answered by Twilio with status 404, error 20404"},
		"rate":                {answer(429, `{"code":20429}`), "answered by Twilio with status 429, error 20429"},
		"server":              {answer(503, "<html>"+token), "answered by Twilio with status 503"},
		"not JSON":            {answer(200, "<html>"+token), "invalid character '<' looking for beginning of value"},
		"cut short":           {answer(200, `{"incoming_phone_numbers":[{`), "unexpected EOF"},
		"empty":               {answer(200, ""), "EOF"},
		"too large":           {answer(200, `{"x":"`+strings.Repeat("x", 5<<20)+`"}`), "http: request body too large"},
		"too large a refusal": {answer(500, `{"x":"`+strings.Repeat("x", 5<<20)+`","code":1}`), "answered by Twilio with status 500"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := account(t, c.handler, nil).Webhooks(t.Context())
			if want := "list telephone numbers: " + c.want; got != nil || err == nil || err.Error() != want {
				t.Errorf("got %v, %v; want %s", got, err, want)
			}
		})
	}
}

func TestWebhooksRefusedOnALaterPage(t *testing.T) {
	f := newFake(numbers(), domains())
	a := account(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("Page") == "1" {
			answer(500, "")(w, r)
			return
		}
		f.ServeHTTP(w, r)
	}), nil)
	got, err := a.Webhooks(t.Context())
	if want := "list telephone numbers: answered by Twilio with status 500"; got != nil || err == nil || err.Error() != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
}

func TestWebhooksWithAWrongToken(t *testing.T) {
	const wrong = "fedcba9876543210"
	a := account(t, newFake(numbers(), domains()), func(c *twilio.Config) { c.AuthToken = secret.New(wrong) })
	_, err := a.Webhooks(t.Context())
	if !errors.Is(err, twilio.ErrCredentials) || strings.Contains(err.Error(), wrong) || !strings.Contains(err.Error(), "20003") {
		t.Errorf("got %v", err)
	}
	if shown := fmt.Sprintf("%+v %#v", a, a); strings.Contains(shown, wrong) {
		t.Error("the token is shown with the account")
	}
}

// The token goes to the base URL alone, whatever an answer says.
func TestWebhooksGoNowhereElse(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("asked elsewhere: %s", r.URL)
	}))
	t.Cleanup(elsewhere.Close)
	for name, handler := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"next page": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("PageSize") == "" {
				answer(http.StatusNotFound, "")(w, r)
				return
			}
			fmt.Fprintf(w, `{"next_page_uri":"@%s/next"}`, elsewhere.Listener.Addr())
		},
	} {
		if _, err := account(t, handler, nil).Webhooks(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWebhooksHaveADeadline(t *testing.T) {
	stop := make(chan struct{})
	hangs := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	})
	stalls := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"incoming_phone_numbers":[`)
		w.(http.Flusher).Flush()
		hangs(w, r)
	})
	neverEnds := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"next_page_uri":%q}`, r.URL.Path+"?Page=1")
	})
	t.Cleanup(func() { close(stop) })
	for name, handler := range map[string]http.Handler{"hangs": hangs, "stalls": stalls, "never ends": neverEnds} {
		t.Run(name, func(t *testing.T) {
			a := account(t, handler, func(c *twilio.Config) { c.Timeout = 50 * time.Millisecond })
			if _, err := a.Webhooks(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := account(t, handler, nil).Webhooks(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("canceled: got %v", err)
			}
		})
	}
}

func TestWebhooksUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	a := account(t, http.NotFoundHandler(), func(c *twilio.Config) { c.BaseURL = server.URL })
	_, err := a.Webhooks(t.Context())
	if err == nil || !strings.Contains(err.Error(), server.Listener.Addr().String()) || strings.Contains(err.Error(), "api.twilio.com") {
		t.Errorf("got %v, want the address that was asked", err)
	}
}

const (
	sid   = "AC00112233445566778899aabbccddeeff"
	token = "0123456789abcdef0123456789abcdef"

	numbersPath = "/2010-04-01/Accounts/" + sid + "/IncomingPhoneNumbers.json"
	domainsPath = "/2010-04-01/Accounts/" + sid + "/SIP/Domains.json"
)

type record map[string]any

// fake answers as Twilio's API does, two records a page unless page says otherwise.
type fake struct {
	records map[string][]record // by path
	keys    map[string]string   // the JSON key of the records, by path
	page    int
	prefix  string // of every path

	mu    sync.Mutex
	asked []string // the URLs that were asked, in order
}

func newFake(numbers, domains []record) *fake {
	return &fake{
		records: map[string][]record{numbersPath: numbers, domainsPath: domains},
		keys:    map[string]string{numbersPath: "incoming_phone_numbers", domainsPath: "domains"},
		page:    2,
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.URL.String())
	f.mu.Unlock()
	user, password, _ := r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	if user != sid || password != token {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"code":20003,"message":"Authenticate %s","more_info":"","status":401}`, password)
		return
	}
	path := r.URL.Path[len(f.prefix):]
	all, page := f.records[path], number(r, "Page")
	from, to := min(page*f.page, len(all)), min((page+1)*f.page, len(all))
	answer := record{f.keys[path]: all[from:to], "page": page, "page_size": f.page, "next_page_uri": nil}
	if to < len(all) {
		answer["next_page_uri"] = fmt.Sprintf("%s?PageSize=500&Page=%d&PageToken=PA%d", path, page+1, page+1)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func number(r *http.Request, key string) int {
	n, err := strconv.Atoi(r.URL.Query().Get(key))
	if err != nil {
		return 0
	}
	return n
}

// account returns the account that the handler answers for.
func account(t *testing.T, handler http.Handler, change func(*twilio.Config)) *twilio.Account {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := twilio.Config{
		AccountSID: sid, AuthToken: secret.New(token), BaseURL: server.URL, Timeout: 10 * time.Second,
	}
	if change != nil {
		change(&config)
	}
	a, err := twilio.New(config)
	check.OK(t, err)
	return a
}
