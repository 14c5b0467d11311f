package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

const (
	account   = "AC00000000000000000000000000000078"
	callsPath = "/2010-04-01/Accounts/" + account + "/Calls.json"
)

// rest is the REST API of an exchange, asked over a socket.
type rest struct {
	t        *testing.T
	url      string
	api      *simulator.REST
	exchange *simulator.Exchange
}

func newREST(t *testing.T, config simulator.Config) *rest {
	t.Helper()
	exchange := newExchange(t, config)
	api := simulator.NewREST(exchange)
	server := httptest.NewServer(api)
	t.Cleanup(func() {
		server.Close()
		api.Close()
	})
	return &rest{t, server.URL, api, exchange}
}

// ask sends a form by POST, or asks by GET where there is none. The status is 0 if there was
// no answer.
func (r *rest) ask(path string, form url.Values) (status int, answer map[string]any) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	if form != nil {
		request, err = http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+path, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if err != nil {
		r.t.Fatal(err)
	}
	request.SetBasicAuth(account, authToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		r.t.Fatalf("%s: %v in %s", path, err, body)
	}
	return response.StatusCode, answer
}

// rings is the call that rings at 612-555-0142.
func (r *rest) rings() *simulator.Ringing {
	r.t.Helper()
	rings, err := r.exchange.AwaitRing(r.t.Context(), "612-555-0142", 3*time.Minute)
	check.OK(r.t, err)
	return rings
}

func callPath(sid any) string {
	return strings.Replace(callsPath, ".json", "/"+sid.(string)+".json", 1)
}

// calls are the calls that a query lists, as their status.
func (r *rest) calls(query string) []string {
	r.t.Helper()
	status, answer := r.ask(callsPath+query, nil)
	if status != http.StatusOK {
		r.t.Fatalf("%s: %d %v", query, status, answer)
	}
	var statuses []string
	for _, call := range answer["calls"].([]any) {
		statuses = append(statuses, call.(map[string]any)["status"].(string))
	}
	return statuses
}

func orderForm(change ...string) url.Values {
	form := url.Values{
		"To": {"+16125550142"}, "From": {"+18886128052"}, "Url": {publicURL + "/code"},
		"StatusCallback":      {publicURL + "/voice/status"},
		"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"},
	}
	for pair := range slices.Chunk(change, 2) {
		if pair[1] == "" {
			form.Del(pair[0])
			continue
		}
		form.Set(pair[0], pair[1])
	}
	return form
}

func codeApp(t *testing.T) *application {
	return newApplication(t, map[string]string{
		"/code": `<Gather numDigits="1" action="/spoken"><Say>To hear it press 1.</Say></Gather><Say>Goodbye.</Say>`, "/spoken": `<Say>1 2 3.</Say>`,
	})
}

func TestRESTCall(t *testing.T) {
	answered := []string{"initiated 0", "ringing 1", "in-progress 2", "completed 3"}
	for _, c := range []struct {
		script     string
		status     string
		answeredBy string
		statuses   []string
	}{
		{"answer 612-555-0142\npress 1\nhear \"1 2 3\"\nended", "completed", "human", answered},
		{"voicemail 612-555-0142\nsilence\n!hear \"1 2 3\"\nended", "completed", "machine_end_beep", answered},
		{"busy 612-555-0142", "busy", "", []string{"initiated 0", "ringing 1", "busy 2"}},
		{"no-answer 612-555-0142", "no-answer", "", []string{"initiated 0", "ringing 1", "no-answer 2"}},
		{"failed 612-555-0142", "failed", "", []string{"initiated 0", "ringing 1", "failed 2"}},
	} {
		app := codeApp(t)
		r := newREST(t, app.config())
		status, made := r.ask(callsPath, orderForm("MachineDetection", "DetectMessageEnd", "Timeout", "20", "TimeLimit", "600"))
		if status != http.StatusCreated || made["status"] != "queued" || made["start_time"] != nil || made["to"] != "+16125550142" {
			t.Fatalf("%d %v", status, made)
		}
		mustPlay(t, r.exchange, c.script)
		if _, shown := r.ask(callPath(made["sid"]), nil); shown["status"] != c.status || shown["start_time"] == nil {
			t.Errorf("%q: %v", c.script, shown)
		}
		if got := statusesOf(app); !slices.Equal(got, c.statuses) {
			t.Errorf("%q: statuses %v, want %v", c.script, got, c.statuses)
		}
		last := app.got("/voice/status")[len(c.statuses)-1].form
		if (last.Get("CallDuration") == "0") != (c.status != "completed") || last.Get("SipResponseCode") == "" || last.Get("CallSid") != made["sid"] {
			t.Errorf("%q: last status %v", c.script, last)
		}
		posts := app.got("/code")
		if len(posts) > 0 != (c.answeredBy != "") {
			t.Fatalf("%q: asked %d times what to say", c.script, len(posts))
		}
		for _, p := range posts {
			if p.form.Get("AnsweredBy") != c.answeredBy || p.form.Get("Direction") != "outbound-api" || p.form.Get("CallSid") != made["sid"] || p.form.Get("CallStatus") != "in-progress" {
				t.Errorf("%q: form %v", c.script, p.form)
			}
		}
	}
}

func TestRESTStatusesNotAskedFor(t *testing.T) {
	app := codeApp(t)
	r := newREST(t, app.config())
	r.ask(callsPath, orderForm("StatusCallbackEvent", ""))
	mustPlay(t, r.exchange, "answer 612-555-0142")
	if got := statusesOf(app); !slices.Equal(got, []string{"completed 0"}) {
		t.Errorf("statuses %v", got)
	}
}

func TestRESTRefuses(t *testing.T) {
	r := newREST(t, codeApp(t).config())
	for _, c := range []struct {
		field, value string
		code         float64
	}{
		{"To", "", 21201}, {"To", "911", 21211}, {"To", "anonymous", 21211}, {"From", "", 21213}, {"From", "me", 21212},
		{"Url", "", 21205}, {"Url", "/code", 21205}, {"Url", "ftp://example.com", 21205},
		{"Url", "http://localhost/code", 21205}, {"Url", "http://[::]/code", 21205}, {"Url", "http://0.0.0.0/code", 21205},
		{"Url", "https://ivr.example.com:65536/code", 21205}, {"Url", "https://my_ivr.example.com/code", 21205}, {"FallbackUrl", "x", 21205},
		{"StatusCallback", "://", 21609}, {"StatusCallbackEvent", "hungup", 21626},
		{"Timeout", "0", 20001}, {"Timeout", "601", 20001}, {"TimeLimit", "soon", 20001}, {"MachineDetection", "Enable", 20001}, {"Method", "GET", 20001},
	} {
		status, answer := r.ask(callsPath, orderForm(c.field, c.value))
		if status != http.StatusBadRequest || answer["code"] != c.code || answer["status"] != float64(status) || answer["message"] == "" {
			t.Errorf("%s=%q: %d %v", c.field, c.value, status, answer)
		}
	}
	for path, form := range map[string]url.Values{
		strings.Replace(callsPath, account, "ACother", 1): orderForm(),
		callPath("CA1"): nil,
		strings.Replace(callsPath, ".json", "/CA1", 1): {"Status": {"completed"}},
	} {
		if status, answer := r.ask(path, form); status != http.StatusNotFound || answer["code"] != 20404.0 {
			t.Errorf("%s: %d %v", path, status, answer)
		}
	}
	if got := r.calls(""); len(got) != 0 {
		t.Errorf("calls were made: %v", got)
	}
	response, err := http.Get(r.url + callsPath)
	check.OK(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a password: %s", response.Status)
	}
}

func TestRESTLoses(t *testing.T) {
	r := newREST(t, codeApp(t).config())
	r.api.Lose()
	for i, want := range []int{0, http.StatusCreated} {
		if status, _ := r.ask(callsPath, orderForm()); status != want {
			t.Errorf("%d: %d, want %d", i, status, want)
		}
	}
	if got := r.calls("?To=612-555-0142"); len(got) != 2 {
		t.Errorf("calls %v", got)
	}
}

// A script has orders of calls refused with any of Twilio's codes, for one number or for all.
func TestRESTRefusesAsAScriptSays(t *testing.T) {
	r := newREST(t, codeApp(t).config())
	other := orderForm("To", "+16125550143")
	for code, status := range map[int]int{
		21211: http.StatusBadRequest, 21215: http.StatusBadRequest, 21216: http.StatusForbidden, 20003: http.StatusUnauthorized,
		20404: http.StatusNotFound, 20429: http.StatusTooManyRequests, 10004: http.StatusTooManyRequests, 22005: http.StatusTooManyRequests,
		20503: http.StatusServiceUnavailable, 29999: http.StatusBadRequest,
	} {
		mustPlay(t, r.exchange, fmt.Sprintf("refuse 612-555-0142 %d", code))
		if got, answer := r.ask(callsPath, orderForm()); got != status || answer["code"] != float64(code) {
			t.Errorf("%d: %d %v", code, got, answer)
		}
	}
	if status, _ := r.ask(callsPath, other); status != http.StatusCreated {
		t.Errorf("another number: %d", status)
	}
	mustPlay(t, r.exchange, "refused 612-555-0142\naccept 612-555-0142\nrefuse all 20429 again in 7s")
	for _, form := range []url.Values{orderForm(), other} {
		if status, answer := r.ask(callsPath, form); status != http.StatusTooManyRequests {
			t.Errorf("all: %d %v", status, answer)
		}
	}
	if status, answer := r.ask(callsPath, orderForm("Url", "")); status != http.StatusBadRequest || answer["code"] != 21205.0 {
		t.Errorf("what is wrong in itself: %d %v", status, answer)
	}
	mustPlay(t, r.exchange, "accept all")
	if status, _ := r.ask(callsPath, orderForm()); status != http.StatusCreated {
		t.Errorf("accepted: %d", status)
	}
}

func mustPlay(t *testing.T, exchange *simulator.Exchange, script string) {
	t.Helper()
	if result := play(t, exchange, script, nil); result.Err != nil {
		t.Fatal(result.Err)
	}
}

func TestRESTList(t *testing.T) {
	config := codeApp(t).config()
	clock := config.Clock.(*simulator.VirtualClock)
	r := newREST(t, config)
	for i := range 5 {
		to := "+1612555014" + strconv.Itoa(i%2)
		r.ask(callsPath, orderForm("To", to))
		mustPlay(t, r.exchange, []string{"busy ", "no-answer ", "failed "}[i%3]+to)
		clock.Advance(24 * time.Hour)
	}
	for query, want := range map[string]string{
		"":                                   "no-answer busy failed no-answer busy",
		"?To=%2B16125550141":                 "busy no-answer",
		"?To=6125550141&From=8886128052":     "busy no-answer",
		"?From=%2B18885158052":               "",
		"?Status=busy":                       "busy busy",
		"?StartTime%3E=2026-03-04T23:59:59Z": "no-answer busy",
		"?PageSize=2":                        "no-answer busy",
	} {
		if got := strings.Join(r.calls(query), " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?PageSize=0", "?StartTime%3E=today", "?EndTime=2026-03-04"} {
		if status, _ := r.ask(callsPath+query, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, status)
		}
	}
	pages := 0
	for next := any(callsPath + "?PageSize=2"); next != nil && pages < 9; pages++ {
		_, page := r.ask(next.(string), nil)
		next = page["next_page_uri"]
	}
	if pages != 3 {
		t.Errorf("%d pages", pages)
	}
}

func TestRESTEndsACallThatRings(t *testing.T) {
	for _, status := range []string{"completed", "canceled"} {
		app := codeApp(t)
		r := newREST(t, app.config())
		_, made := r.ask(callsPath, orderForm())
		rings := r.rings()
		if got, answer := r.ask(callPath(made["sid"]), url.Values{"Status": {status}}); got != http.StatusOK || answer["status"] != "canceled" {
			t.Errorf("%s: %d %v", status, got, answer)
		}
		<-rings.Over()
		if got := listen(t, rings.Answer(t.Context(), simulator.Human)); got != "ended by the far end, canceled" {
			t.Errorf("%s: heard %s", status, got)
		}
		if got := statusesOf(app); !slices.Equal(got, []string{"initiated 0", "ringing 1", "canceled 2"}) {
			t.Errorf("%s: statuses %v", status, got)
		}
		if got, answer := r.ask(callPath(made["sid"]), url.Values{"Status": {status}}); got != http.StatusBadRequest || answer["code"] != 21220.0 {
			t.Errorf("%s again: %d %v", status, got, answer)
		}
	}
}

func TestRESTEndsACallUnderWay(t *testing.T) {
	app := codeApp(t)
	r := newREST(t, app.config())
	_, made := r.ask(callsPath, orderForm())
	rings := r.rings()
	call := rings.Answer(t.Context(), simulator.Human)
	listen(t, call)
	if status, _ := r.ask(callPath(made["sid"]), url.Values{"Status": {"canceled"}}); status != http.StatusOK || call.Press('*') != nil {
		t.Error("canceled ends a call that was answered")
	}
	if status, _ := r.ask(callPath(made["sid"]), url.Values{"Status": {"no"}}); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
	r.ask(callPath(made["sid"]), url.Values{"Status": {"completed"}})
	if got := listen(t, call); got != "ended by the far end, completed" {
		t.Errorf("heard %s", got)
	}
}

func TestRESTTimeLimit(t *testing.T) {
	app := newApplication(t, map[string]string{ // ten seconds, again and again
		"/code": `<Say>` + strings.Repeat("word ", 25) + `</Say><Dial action="/code" callerId="+16125557801"><Number>+18005731311</Number></Dial>`,
	})
	r := newREST(t, app.config())
	r.ask(callsPath, orderForm("TimeLimit", "60"))
	mustPlay(t, r.exchange, "answer 612-555-0142\nended")
	if got := app.got("/voice/status"); got[len(got)-1].form.Get("CallDuration") != "60" {
		t.Errorf("last status %v", got[len(got)-1].form)
	}
}

func TestRESTNobodyAnswers(t *testing.T) {
	app := codeApp(t)
	config := app.config()
	config.Clock = patientClock{letGo: make(chan time.Time)}
	r := newREST(t, config)
	_, made := r.ask(callsPath, orderForm("Timeout", "20"))
	rings := r.rings()
	config.Clock.(patientClock).letGo <- time.Time{}
	<-rings.Over()
	rings.LetRing(t.Context()) // too late, and harmless
	listen(t, rings.Answer(t.Context(), simulator.Human))
	if _, shown := r.ask(callPath(made["sid"]), nil); shown["status"] != "no-answer" {
		t.Errorf("%v", shown)
	}
	if got := statusesOf(app); !slices.Equal(got, []string{"initiated 0", "ringing 1", "no-answer 2"}) {
		t.Errorf("statuses %v", got)
	}
}

func TestRESTClosed(t *testing.T) {
	r := newREST(t, codeApp(t).config())
	r.api.Close()
	if status, answer := r.ask(callsPath, orderForm()); status != http.StatusServiceUnavailable {
		t.Errorf("%d %v", status, answer)
	}
}

// A mailbox records nothing of what is said while its greeting plays, which Twilio waits for if it
// is asked to; a fax hears nothing ever.
func TestMachinesListenLate(t *testing.T) {
	const tell = `<Say>One two three four five.</Say><Play>/a</Play><Play>/b</Play><Play>/c</Play><Say>Six seven eight nine ten.</Say><Play>/d</Play>`
	const begin, plays = "says One two three four five.\n", "plays " + publicURL
	const all = begin + plays + "/a\n" + plays + "/b\n" + plays + "/c\nsays Six seven eight nine ten.\n" + plays + "/d\n"
	tests := []struct{ detects, by, answeredBy, want string }{
		{"", simulator.Human, "", all},
		{"", simulator.Machine, "", "says nine ten.\n" + plays + "/d\n"},
		{"", simulator.Fax, "", ""},
		{"DetectMessageEnd", simulator.Human, "human", "pauses 4s\n" + all},
		{"DetectMessageEnd", simulator.Machine, "machine_end_beep", "pauses 12s\n" + all},
		{"DetectMessageEnd", simulator.Fax, "fax", "pauses 4s\n"},
		{"DetectMessageEnd", simulator.Unknown, "unknown", "pauses 30s\n" + all},
	}
	for _, test := range tests {
		app := newApplication(t, map[string]string{"/code": tell})
		r := newREST(t, app.config())
		r.ask(callsPath, orderForm("MachineDetection", test.detects))
		rings := r.rings()
		got := listen(t, rings.Answer(t.Context(), test.by))
		if want := test.want + "ended by the far end, completed"; got != want {
			t.Errorf("%s, %s: heard\n%s\nwant\n%s", test.detects, test.by, got, want)
		}
		if by := app.got("/code")[0].form.Get("AnsweredBy"); by != test.answeredBy {
			t.Errorf("%s, %s: answered by %q", test.detects, test.by, by)
		}
	}
}

func TestAwaitRing(t *testing.T) {
	r := newREST(t, codeApp(t).config())
	if _, err := r.exchange.AwaitRing(t.Context(), "612-555-0142", time.Millisecond); !errors.Is(err, simulator.ErrNoRing) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	for _, to := range []string{"+16125550143", "+16125550142"} {
		r.ask(callsPath, orderForm("To", to))
	}
	rings, err := r.exchange.AwaitRing(t.Context(), "612-555-0142", 3*time.Minute)
	if err != nil || rings.To != "+16125550142" || !strings.HasPrefix(rings.SID, "CA") {
		t.Errorf("%+v, %v", rings, err)
	}
}
