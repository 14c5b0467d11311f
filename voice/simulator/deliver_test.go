package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

const sorry = "says We're sorry, an application error has occurred. Goodbye.\nended by the far end, completed"

// broken answers, and the error code that the fallback URL is told.
func TestFallback(t *testing.T) {
	document := func(contentType string, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write([]byte(body))
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		code   string
	}{
		{"not found", http.NotFound, "11200"},
		{"server error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "11200"},
		{"no connection", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(lostConnection) }, "11205"},
		{"content type", document("text/plain", response(goodbye)), "12300"},
		{"no content type", document("", response(goodbye)), "12300"},
		{"white space first", document("text/xml", "\n"+response(goodbye)), "12100"},
		{"not XML", document("text/xml", "<Response>"), "12100"},
		{"unknown verb", document("application/xml", response("<Sing/>")), "12200"},
		{"too large", document("text/xml", response("<!--"+strings.Repeat("x", 65<<10)+"-->")), "11750"},
		{"redirects for ever", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/voice/incoming", http.StatusFound) }, "11215"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			app := newApplication(t, map[string]string{"/voice/fallback": goodbye})
			app.answers["/voice/incoming"] = test.answer
			call := dial(t, app.config())
			if got := listen(t, call); got != "says Goodbye.\nended by the far end, completed" {
				t.Errorf("heard %q", got)
			}
			form := app.got("/voice/fallback")[0].form
			if got := form.Get("ErrorCode"); got != test.code {
				t.Errorf("ErrorCode = %s, want %s; %v", got, test.code, call.Problems())
			}
			if got := form.Get("ErrorUrl"); got != publicURL+"/voice/incoming" {
				t.Errorf("ErrorUrl = %s", got)
			}
		})
	}
}

func TestFallbackFailsToo(t *testing.T) {
	app := newApplication(t, nil)
	call := dial(t, app.config())
	events, err := call.Listen(t.Context())
	if err != nil || told(events) != sorry {
		t.Errorf("heard %q, %v", told(events), err)
	}
	ended, _ := events[len(events)-1].(simulator.Ended)
	var broken *simulator.WebhookError
	if !errors.As(ended.Failure, &broken) || broken.Code != simulator.RetrievalFailure || broken.Status != http.StatusNotFound {
		t.Errorf("failure %v", ended.Failure)
	}
	if len(call.Problems()) != 2 {
		t.Errorf("problems %v", call.Problems())
	}
}

func TestRetries(t *testing.T) {
	tests := []struct {
		name   string
		status int
		retry  simulator.Retry
		want   int // attempts
	}{
		{"no connection, unasked", lostConnection, simulator.Retry{}, 2},
		{"no connection, five times", lostConnection, simulator.Retry{Times: 5}, 6},
		{"500, unasked", 500, simulator.Retry{}, 1},
		{"500", 500, simulator.Retry{Times: 3, ServerErrors: true}, 4},
		{"404, unasked", 404, simulator.Retry{Times: 3, ServerErrors: true}, 1},
		{"404", 404, simulator.Retry{Times: 3, ClientErrors: true}, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			app := newApplication(t, map[string]string{"/voice/fallback": goodbye})
			app.answers["/voice/incoming"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(test.status) }
			config := app.config()
			config.Retry = test.retry
			listen(t, dial(t, config))
			attempts := app.got("/voice/incoming")
			if len(attempts) != test.want {
				t.Fatalf("%d attempts, want %d", len(attempts), test.want)
			}
			tokens := map[string]bool{}
			for _, attempt := range attempts {
				tokens[attempt.token] = true
			}
			if len(tokens) != test.want || tokens[""] {
				t.Errorf("tokens %v", tokens)
			}
		})
	}
}

// Who was connected has had the request: it is not sent again, unless Twilio was told to.
func TestABrokenConnectionIsNotTriedAgain(t *testing.T) {
	for retries, want := range map[simulator.Retry]int{{}: 1, {Times: 2, ReadTimeouts: true}: 3} {
		app := newApplication(t, map[string]string{"/voice/fallback": goodbye})
		app.answers["/voice/incoming"] = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		server := httptest.NewServer(app)
		t.Cleanup(server.Close)
		config := app.config()
		config.Client, config.Target, config.Retry = nil, server.URL, retries
		listen(t, dial(t, config))
		if got := len(app.got("/voice/incoming")); got != want {
			t.Errorf("%+v: %d attempts, want %d", retries, got, want)
		}
		if got := app.got("/voice/fallback")[0].form.Get("ErrorCode"); got != "11200" {
			t.Errorf("ErrorCode = %s", got)
		}
	}
}

func TestAnswerLimit(t *testing.T) {
	for retries, want := range map[simulator.Retry]int{{}: 1, {Times: 1, ReadTimeouts: true}: 2} {
		app := newApplication(t, map[string]string{"/voice/fallback": goodbye})
		app.answers["/voice/incoming"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		config := app.config()
		config.AnswerLimit, config.Retry = 10*time.Millisecond, retries
		listen(t, dial(t, config))
		if got := len(app.got("/voice/incoming")); got != want {
			t.Errorf("%+v: %d attempts, want %d", retries, got, want)
		}
		if got := app.got("/voice/fallback")[0].form.Get("ErrorCode"); got != "11200" {
			t.Errorf("ErrorCode = %s", got)
		}
	}
}

func TestRedirectedAnswerGoesOnWithoutDigits(t *testing.T) {
	for status, method := range map[int]string{302: "GET", 303: "GET", 307: "POST"} {
		app := newApplication(t, map[string]string{"/voice/incoming": `<Gather action="/keys" numDigits="4"/>`, "/there": goodbye})
		app.answers["/keys"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", status) }
		call := dial(t, app.config())
		listen(t, call)
		for _, key := range []byte("1234") {
			if err := call.Press(key); err != nil {
				t.Fatal(err)
			}
		}
		listen(t, call)
		there := app.got("/there")[0]
		if there.method != method || there.form.Has("Digits") || there.form.Get("CallSid") != call.SID() {
			t.Errorf("%d: %s %v", status, there.method, there.form)
		}
	}
}

func TestDeliverTwice(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": `<Gather action="/keys" numDigits="1"/>`})
	var turn atomic.Int32
	app.answers["/keys"] = func(w http.ResponseWriter, r *http.Request) {
		twimlAnswer("<Say>"+strings.Repeat("again ", int(turn.Add(1)))+"</Say>")(w, r)
	}
	config := app.config()
	config.DeliverTwice = true
	call := dial(t, config)
	if got := listen(t, call); got != "asks 5s, 0 keyed" {
		t.Fatalf("heard %q", got)
	}
	posts := app.got("/voice/incoming")
	if len(posts) != 2 || posts[0].token == posts[1].token {
		t.Errorf("posts %v", posts)
	}
	if err := call.Press('1'); err != nil {
		t.Fatal(err)
	}
	_, err := call.Listen(t.Context())
	if !errors.Is(err, simulator.ErrAnswersDiffer) || !strings.Contains(err.Error(), "again") {
		t.Errorf("got %v", err)
	}
	if got := listen(t, call); got != "ended by the far end, failed" {
		t.Errorf("then %q", got)
	}
}

func TestDeliverTwiceWithOneLost(t *testing.T) {
	app := newApplication(t, nil)
	var attempts atomic.Int32
	app.answers["/voice/incoming"] = func(w http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) == 1 {
			<-r.Context().Done()
			return
		}
		twimlAnswer(goodbye)(w, r)
	}
	config := app.config()
	config.DeliverTwice, config.AnswerLimit = true, 300*time.Millisecond
	if _, err := dial(t, config).Listen(t.Context()); !errors.Is(err, simulator.ErrAnswersDiffer) {
		t.Errorf("got %v", err)
	}
}

func TestContextLeavesTheCallAsItWas(t *testing.T) {
	app := newApplication(t, nil)
	hold := true
	app.answers["/voice/incoming"] = func(w http.ResponseWriter, r *http.Request) {
		if hold {
			<-r.Context().Done()
			return
		}
		twimlAnswer(goodbye)(w, r)
	}
	call := dial(t, app.config())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := call.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	hold = false
	if got := listen(t, call); got != "says Goodbye.\nended by the far end, completed" {
		t.Errorf("heard %q", got)
	}
}

// A server behind another address gets the webhooks as the public one would.
func TestTarget(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": `<Redirect>/bye?a=1</Redirect>`, "/bye": goodbye})
	server := httptest.NewServer(app)
	defer server.Close()
	config := app.config()
	config.Client, config.Target = nil, server.URL+"/"
	if got := listen(t, dial(t, config)); got != "says Goodbye.\nended by the far end, completed" {
		t.Errorf("heard %q", got)
	}
}

func TestKeysAskedForByGETStayOutOfErrors(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": `<Gather action="/keys" method="GET" numDigits="4"/>`})
	app.answers["/keys"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(lostConnection) }
	call := dial(t, app.config())
	listen(t, call)
	for _, key := range []byte("8265") {
		if err := call.Press(key); err != nil {
			t.Fatal(err)
		}
	}
	listen(t, call)
	if text := errors.Join(call.Problems()...).Error(); text == "" || strings.Contains(text, "8265") {
		t.Errorf("problems: %s", text)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*simulator.Config){
		"no public URL":     func(c *simulator.Config) { c.PublicURL = "" },
		"another scheme":    func(c *simulator.Config) { c.PublicURL = "ftp://example.com" },
		"a query":           func(c *simulator.Config) { c.PublicURL += "?a=b" },
		"a crooked target":  func(c *simulator.Config) { c.Target = "127.0.0.1:8080" },
		"too many retries":  func(c *simulator.Config) { c.Retry.Times = 6 },
		"less than nothing": func(c *simulator.Config) { c.Retry.Times = -1 },
	} {
		config := newApplication(t, nil).config()
		change(&config)
		if _, err := simulator.New(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// statusesOf are the status callbacks in order of arrival, as status and sequence number.
func statusesOf(app *application) []string {
	var got []string
	for _, p := range app.got("/voice/status") {
		got = append(got, p.form.Get("CallStatus")+" "+p.form.Get("SequenceNumber"))
	}
	return got
}

func TestStatusCallbacks(t *testing.T) {
	for order, want := range [][]string{
		simulator.InOrder:    {"ringing 0", "in-progress 1", "completed 2"},
		simulator.OutOfOrder: {"ringing 0", "completed 2", "in-progress 1"},
	} {
		if want == nil {
			continue // the order by chance has its own test
		}
		app := newApplication(t, map[string]string{"/voice/incoming": `<Pause length="42"/>`})
		config := app.config()
		config.StatusOrder = simulator.StatusOrder(order)
		call := dial(t, config)
		listen(t, call)
		if got := statusesOf(app); !slices.Equal(got, want) {
			t.Errorf("order %d: %v, want %v", order, got, want)
		}
		for _, p := range app.got("/voice/status") {
			if _, err := time.Parse(time.RFC1123Z, p.form.Get("Timestamp")); err != nil {
				t.Error(err)
			}
			if duration := p.form.Get("CallDuration"); p.form.Get("CallStatus") == "completed" && duration != "42" {
				t.Errorf("CallDuration = %q", duration)
			}
		}
		if len(call.Problems()) != 0 {
			t.Errorf("problems %v", call.Problems())
		}
	}
}

func TestStatusCallbacksOutOfOrderAtTimes(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": goodbye})
	config := app.config()
	config.StatusOrder = simulator.OutOfOrderAtTimes
	exchange := newExchange(t, config)
	for range 100 {
		call, err := exchange.Dial(t.Context(), "78", "612-555-0142", "")
		if err != nil {
			t.Fatal(err)
		}
		listen(t, call)
	}
	late := strings.Count(strings.Join(statusesOf(app), ", "), "completed 2, in-progress 1")
	if late < 10 || late > 40 {
		t.Errorf("%d calls of 100 out of order", late)
	}
}

func TestFailingStatusCallbackIsNoted(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": goodbye})
	app.answers["/voice/status"] = http.NotFound
	call := dial(t, app.config())
	if got := listen(t, call); !strings.HasPrefix(got, "says Goodbye.") {
		t.Errorf("heard %q", got)
	}
	if len(call.Problems()) != 3 {
		t.Errorf("problems %v", call.Problems())
	}
}
