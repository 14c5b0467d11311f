package twilio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

func TestNew(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*twilio.Config)
		want   string // what the error begins with; empty: none
	}{
		{"as it should be", func(*twilio.Config) {}, ""},
		{"no base URL", func(c *twilio.Config) { c.BaseURL = "" }, ""},
		{"a path", func(c *twilio.Config) { c.BaseURL = "http://127.0.0.1:4010/twilio" }, ""},
		{"no SID", func(c *twilio.Config) { c.AccountSID = "" }, "account SID"},
		{"SID that leaves its path", func(c *twilio.Config) { c.AccountSID = "AC1/../hidden" }, "account SID"},
		{"no token", func(c *twilio.Config) { c.AuthToken = secret.Text{} }, "auth token"},
		{"two tokens", func(c *twilio.Config) { c.AuthToken = secret.New("hidden,hidden") }, "auth token"},
		{"newline", func(c *twilio.Config) { c.AuthToken = secret.New("hidden\n") }, "auth token"},
		{"letters beyond ASCII", func(c *twilio.Config) { c.AuthToken = secret.New("hiddén") }, "auth token"},
		{"no scheme", func(c *twilio.Config) { c.BaseURL = "hidden.example.com" }, "base URL"},
		{"other scheme", func(c *twilio.Config) { c.BaseURL = "ftp://hidden.example.com" }, "base URL"},
		{"no host", func(c *twilio.Config) { c.BaseURL = "https:///hidden" }, "base URL"},
		{"password", func(c *twilio.Config) { c.BaseURL = "https://u:hidden@example.com" }, "base URL"},
		{"query", func(c *twilio.Config) { c.BaseURL = "https://example.com?hidden" }, "base URL"},
		{"fragment", func(c *twilio.Config) { c.BaseURL = "https://example.com#hidden" }, "base URL"},
		{"not a URL", func(c *twilio.Config) { c.BaseURL = "https://hidden:x" }, "base URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := twilio.Config{AccountSID: sid, AuthToken: secret.New(token), BaseURL: "https://api.twilio.com"}
			c.change(&config)
			account, err := twilio.New(config)
			if c.want == "" {
				if account == nil || err != nil {
					t.Errorf("got %v, %v", account, err)
				}
				return
			}
			if account != nil || !errors.Is(err, twilio.ErrConfig) || !strings.HasPrefix(err.Error(), c.want+": ") {
				t.Fatalf("got %v, want an error of the %s", err, c.want)
			}
			if strings.Contains(err.Error(), "hidd") {
				t.Errorf("the error tells what was given: %v", err)
			}
		})
	}
}

// since is when the attempt was begun. The calls below say how many seconds after it, to the
// second, Twilio created them.
var since = time.Date(2026, 3, 1, 0, 0, 1, 700_000_000, time.UTC)

func listed(sid string, after int, change record) record {
	call := record{
		"sid": sid, "to": string(home), "from": string(access), "direction": "outbound-api", "status": "ringing",
		"date_created": since.Truncate(time.Second).Add(time.Duration(after) * time.Second).Format(time.RFC1123Z),
		"start_time":   nil,
	}
	for field, value := range change {
		call[field] = value
	}
	return call
}

// callList answers with the calls that wait and those that were dialed, size of them a page.
func callList(size int, waiting, started []record) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		all := started
		if r.Form.Get("Status") == "queued" {
			all = waiting
		}
		page := number(r, "Page")
		from, to := min(page*size, len(all)), min((page+1)*size, len(all))
		answer := record{"calls": all[from:to], "page": page, "next_page_uri": nil}
		if to < len(all) {
			query := r.URL.Query()
			query.Set("Page", fmt.Sprint(page+1))
			query.Set("PageToken", "PA1")
			answer["next_page_uri"] = r.URL.Path + "?" + query.Encode()
		}
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func TestFind(t *testing.T) {
	started := []record{
		listed("CA5", 9, record{"status": "completed"}),
		listed("CA4", 0, nil),
		listed("CA3", -2, nil),
		listed("CA2", -3, nil),
		listed("CA6", 1, record{"direction": "outbound-dial"}),
		listed("CA7", 1, record{"direction": "inbound"}),
		listed("CA8", 1, record{"to": "+16125550143"}),
	}
	waiting := []record{listed("CA9", 3, record{"status": "queued"}), listed("CA4", 0, record{"status": "queued"})}
	l := newLine(t, callList(2, waiting, started))
	got, err := dialer(t, l, nil).Find(t.Context(), home, since)
	check.OK(t, err)
	second := since.Truncate(time.Second)
	want := []deliveries.FoundCall{
		{CallSID: "CA3", Created: second.Add(-2 * time.Second), Status: "ringing"},
		{CallSID: "CA4", Created: second, Status: "ringing"},
		{CallSID: "CA9", Created: second.Add(3 * time.Second), Status: "queued"},
		{CallSID: "CA5", Created: second.Add(9 * time.Second), Status: "completed"},
	}
	check.Same(t, got, want)
	// Two seconds before since was the day before.
	queries := []url.Values{
		{"To": {string(home)}, "From": {string(access)}, "PageSize": {"100"}, "Status": {"queued"}},
		{"To": {string(home)}, "From": {string(access)}, "PageSize": {"100"}, "StartTime>": {"2026-02-28T00:00:00Z"}},
	}
	asked := l.requests()
	check.Same(t, []url.Values{asked[0].form, asked[1].form}, queries)
	if len(asked) != 5 {
		t.Errorf("asked for %d pages", len(asked))
	}
}

func TestFindNothing(t *testing.T) {
	got, err := dialer(t, newLine(t, callList(2, nil, nil)), nil).Find(t.Context(), home, since)
	if len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFindFails(t *testing.T) {
	many := make([]record, 1001)
	for i := range many {
		many[i] = listed(fmt.Sprint("CA", i), 1, nil)
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error // nil: any
	}{
		"too many":    {callList(500, nil, many), twilio.ErrTooMany},
		"no date":     {callList(2, nil, []record{listed("CA1", 1, record{"date_created": nil})}), nil},
		"no SID":      {callList(2, []record{listed("CA1", 1, record{"sid": nil})}, nil), nil},
		"credentials": {answers(http.StatusUnauthorized, record{"code": 20003}), twilio.ErrCredentials},
		"trouble":     {answers(http.StatusServiceUnavailable, nil), nil},
	} {
		got, err := dialer(t, newLine(t, c.answer), nil).Find(t.Context(), home, since)
		if got != nil || err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// The simulated exchange and the dialer know nothing of each other, and get on.
func TestDialerOnTheExchange(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write([]byte(`<Response><Gather><Say>Press 1.</Say></Gather></Response>`))
	}))
	defer app.Close()
	exchange, err := simulator.New(simulator.Config{
		PublicURL: app.URL, AuthToken: secret.New(token), AccountSID: sid, Clock: simulator.NewVirtualClock(since),
	})
	check.OK(t, err)
	api := simulator.NewREST(exchange)
	defer api.Close()
	d := dialer(t, newLine(t, api.ServeHTTP), func(c *twilio.DialerConfig) { c.PublicURL, c.DetectMachines = app.URL, true })

	api.Lose()
	if _, err := d.Dial(t.Context(), ring); err == nil {
		t.Fatal("the answer was not lost")
	}
	rings, err := exchange.AwaitRing(t.Context(), string(home), 3*time.Minute)
	check.OK(t, err)
	found, err := d.Find(t.Context(), home, since)
	if err != nil || len(found) != 1 || found[0].CallSID != rings.SID || found[0].Status != "ringing" {
		t.Fatalf("found %v, %v", found, err)
	}
	if earlier, err := d.Find(t.Context(), home, since.Add(time.Minute)); err != nil || len(earlier) != 0 {
		t.Errorf("found %v, %v", earlier, err)
	}
	call := rings.Answer(t.Context(), simulator.Human)
	for range 2 {
		check.Is(t, d.HangUp(t.Context(), rings.SID), nil)
		events, err := call.Listen(t.Context())
		if err != nil || len(events) != 1 || events[0] != (simulator.Ended{By: simulator.FarEnd, Status: "completed"}) {
			t.Errorf("heard %v, %v", events, err)
		}
	}
	sid, err := d.Dial(t.Context(), ring)
	check.OK(t, err)
	if rings, err := exchange.AwaitRing(t.Context(), string(home), 3*time.Minute); err != nil || rings.SID != sid {
		t.Errorf("%v, %v", rings, err)
	}
}

func ExampleAccount_Webhooks() {
	server := httptest.NewServer(newFake(numbers()[:1], nil)) // in place of api.twilio.com
	defer server.Close()
	account, err := twilio.New(twilio.Config{
		AccountSID: sid, AuthToken: secret.New(token), BaseURL: server.URL,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	webhooks, err := account.Webhooks(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range webhooks {
		fmt.Println(w.Name, w.Voice.Method, w.Voice.URL)
	}
	// Output: +18886128052 POST https://ivr.example.com/voice/incoming
}
