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
	"testing/synctest"
	"time"

	"updatecenter/internal/testkit/check"
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
		{"unknown voice", document("text/xml", response(`<Say voice="Polly.Joana">a</Say>`)), "13520"},
		{"voice of another language", document("text/xml", response(`<Gather><Say voice="Polly.Lupe" language="en-US">a</Say></Gather>`)), "13520"},
		{"SSML that the voice doesn't take", document("text/xml", response(`<Gather><Say voice="Polly.Ruth-Generative"><prosody rate="80%">a</prosody></Say></Gather>`)), "13520"},
		{"SSML without a voice", document("text/xml", response(`<Say>a<break time="9ms"/></Say>`)), "13520"},
		{"unknown verb", document("application/xml", response("<Sing/>")), "12200"},
		{"too large", document("text/xml", response("<!--"+strings.Repeat("x", 65<<10)+"-->")), "11750"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/voice/fallback", http.StatusFound) }, "11200"},
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

// A connection that fails is tried once more, with another idempotency token. Who was connected has had the
// request: it is not sent again.
func TestRetries(t *testing.T) {
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		attempts int
		code     string
	}{
		"no connection":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(lostConnection) }, 2, "11205"},
		"500":                 {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 1, "11200"},
		"a broken connection": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 1, "11200"},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApplication(t, map[string]string{"/voice/fallback": goodbye})
			app.answers["/voice/incoming"] = test.answer
			config := app.config()
			if name == "a broken connection" {
				server := httptest.NewServer(app)
				defer server.Close()
				config.Client, config.Target = nil, server.URL
			}
			listen(t, dial(t, config))
			tokens := map[string]bool{}
			for _, attempt := range app.got("/voice/incoming") {
				tokens[attempt.token] = true
			}
			if len(app.got("/voice/incoming")) != test.attempts || len(tokens) != test.attempts || tokens[""] {
				t.Errorf("%d attempts with the tokens %v, want %d", len(app.got("/voice/incoming")), tokens, test.attempts)
			}
			if got := app.got("/voice/fallback")[0].form.Get("ErrorCode"); got != test.code {
				t.Errorf("ErrorCode = %s", got)
			}
		})
	}
}

// An application is asked once that doesn't answer within 15 seconds.
func TestAnswerLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := newApplication(t, map[string]string{"/voice/fallback": goodbye})
		app.answers["/voice/incoming"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		began := time.Now()
		listen(t, dial(t, app.config()))
		if took, got := time.Since(began), len(app.got("/voice/incoming")); took != 15*time.Second || got != 1 {
			t.Errorf("%d attempts in %v", got, took)
		}
		if got := app.got("/voice/fallback")[0].form.Get("ErrorCode"); got != "11200" {
			t.Errorf("ErrorCode = %s", got)
		}
	})
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
	check.OK(t, call.Press('1'))
	_, err := call.Listen(t.Context())
	if !errors.Is(err, simulator.ErrAnswersDiffer) || !strings.Contains(err.Error(), "again") {
		t.Errorf("got %v", err)
	}
	if got := listen(t, call); got != "ended by the far end, failed" {
		t.Errorf("then %q", got)
	}
}

func TestDeliverTwiceWithOneLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
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
		config.DeliverTwice = true
		if _, err := dial(t, config).Listen(t.Context()); !errors.Is(err, simulator.ErrAnswersDiffer) {
			t.Errorf("got %v", err)
		}
	})
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
	app := newApplication(t, map[string]string{"/voice/incoming": `<Gather action="/bye?a=1" numDigits="1"/>`, "/bye": goodbye})
	server := httptest.NewServer(app)
	defer server.Close()
	config := app.config()
	config.Client, config.Target = nil, server.URL+"/"
	call := dial(t, config)
	listen(t, call)
	check.OK(t, call.Press('1'))
	if got := listen(t, call); got != "says Goodbye.\nended by the far end, completed" {
		t.Errorf("heard %q", got)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*simulator.Config){
		"no public URL":    func(c *simulator.Config) { c.PublicURL = "" },
		"another scheme":   func(c *simulator.Config) { c.PublicURL = "ftp://example.com" },
		"a query":          func(c *simulator.Config) { c.PublicURL += "?a=b" },
		"a crooked target": func(c *simulator.Config) { c.Target = "127.0.0.1:8080" },
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

// The last status overtakes that the call was answered, in one call of four.
func TestStatusCallbacks(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": `<Say>` + strings.Repeat("word ", 105) + `</Say>`})
	exchange := newExchange(t, app.config())
	for range 100 {
		call, err := exchange.Dial(t.Context(), "78", "612-555-0142", "")
		check.OK(t, err)
		listen(t, call)
		if len(call.Problems()) != 0 {
			t.Errorf("problems %v", call.Problems())
		}
	}
	late, inOrder := "ringing 0 completed 2 in-progress 1", "ringing 0 in-progress 1 completed 2"
	calls := map[string]int{}
	for statuses := range slices.Chunk(statusesOf(app), 3) {
		calls[strings.Join(statuses, " ")]++
	}
	if calls[late] < 10 || calls[late] > 40 || calls[late]+calls[inOrder] != 100 {
		t.Errorf("the statuses of 100 calls: %v", calls)
	}
	for _, p := range app.got("/voice/status") {
		if _, err := time.Parse(time.RFC1123Z, p.form.Get("Timestamp")); err != nil {
			t.Error(err)
		}
		if duration := p.form.Get("CallDuration"); p.form.Get("CallStatus") == "completed" && duration != "42" {
			t.Errorf("CallDuration = %q", duration)
		}
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
