package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

// What TestNoCodeIsReadable looks for. The codes have ten digits, so that none turns up by
// chance in a time, a hash or an identifier.
const (
	told       accounts.Number = "8000-1"
	answering  accounts.Number = "8000-2" // has a code first, and then a question and answer
	toldCode                   = "7391640582"
	oldCode                    = "5820937164"
	wrongCode                  = "4170629358"
	toldAnswer                 = "Quixotry Bramblewick"
	toldStreet                 = "4711 Kestrel Hollow Road"
	toldEmail                  = "vesper.lindqvist@mail.example.com"
)

// codeCall has the code told, again and again as webhooks are repeated and lost, and then
// declined; answerCall has the answer told, and goes on while we search.
const (
	codeCall = `
answer 612-555-0171
repeat
press 1
hear "7391640582"
repeat
lose
press 1
hear "7391640582"
press 9
ended
`
	answerCall = `
answer 612-555-0172
press 1
hear "Quixotry Bramblewick"
hear "Q u i x o t r y"
press 1
`
)

// TestNoCodeIsReadable searches Redis, its dump, logs, metrics, all that was said to the
// exchange and by the API, for codes and answers that were told by telephone, letter and
// e-mail, claimed rightly and wrongly, and replaced. Redis holds no address either.
func TestNoCodeIsReadable(t *testing.T) {
	server := redistest.Start(t)
	s := newSecretStage(t, server, nil)
	s.tellEverything(t)
	s.claimEverything(t)
	places := map[string][]byte{
		"Redis": server.Contents(t), "dump": server.Dump(t), "log": []byte(s.logs.String()), "metrics": s.metrics(t),
		"requests": []byte(s.requests.String()), "answers": []byte(s.answers.String()),
	}
	for place, content := range places {
		if len(content) < 1000 {
			t.Errorf("%s holds only %d bytes", place, len(content))
		}
		for _, hidden := range []string{toldCode, oldCode, wrongCode, toldAnswer} {
			mustHide(t, place, string(content), hidden)
		}
		if place == "answers" {
			continue // the API shows addresses to those who may see accounts
		}
		for _, hidden := range []string{toldStreet, toldEmail} {
			mustHide(t, place, string(content), hidden)
		}
	}
}

// mustHide looks for a text as it is, as it is spelled out loud, and as encodings write it.
func mustHide(t *testing.T, place, content, hidden string) {
	t.Helper()
	for _, form := range formsOfText(hidden) {
		if strings.Contains(strings.ToLower(content), strings.ToLower(form)) {
			t.Errorf("%s holds %q as %q", place, hidden, form)
		}
	}
}

// formsOfText writes a text in all ways. Base64 has three, by where in a text it stands; the
// characters at its ends depend on their neighbors.
func formsOfText(text string) []string {
	forms := []string{text, strings.Join(strings.Split(text, ""), " "), hex.EncodeToString([]byte(text))}
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + text))
		forms = append(forms, encoded[[]int{0, 2, 3}[before]:len(encoded)-2])
	}
	return forms
}

// TestMustHideFinds makes sure that the search above can find.
func TestMustHideFinds(t *testing.T) {
	for _, content := range []string{
		"x" + toldCode, "7 3 9 1 6 4 0 5 8 2", hex.EncodeToString([]byte("ab" + toldCode + "c")),
		base64.StdEncoding.EncodeToString([]byte(toldCode)), base64.StdEncoding.EncodeToString([]byte("a" + toldCode + "b")),
		base64.StdEncoding.EncodeToString([]byte("ab" + toldCode + "c")),
	} {
		found := false
		for _, form := range formsOfText(toldCode) {
			found = found || strings.Contains(content, form)
		}
		if !found {
			t.Errorf("the code is not found in %q", content)
		}
	}
}

// secretStage is a stage with all ways of delivery. It keeps what was asked of the exchange,
// and what the exchange and the API's clients were answered, but for what calls said.
type secretStage struct {
	*stage
	exchange *simulator.Exchange
	token    string
	requests *testkit.Log // to the exchange and by it: URLs and forms
	answers  *testkit.Log // of the API, with their headers
	post     *postOffice
}

func newSecretStage(t *testing.T, server *redistest.Server, change func(*config)) *secretStage {
	t.Helper()
	s := &secretStage{stage: newEmptyStage(t), requests: &testkit.Log{}, answers: &testkit.Log{}, post: newPostOffice(t)}
	s.exchange = s.stage.exchange(func(c *simulator.Config) { c.Client = &http.Client{Transport: overheard{s}} })
	rest := simulator.NewREST(s.exchange)
	twilio := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.overhear(r)
		rest.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { twilio.Close(); rest.Close() })
	s.config.TwilioURL, s.config.CallRate = twilio.URL, 1000
	s.config.LettersDir, s.config.Notices = t.TempDir(), deliveries.Email
	s.config.Mail, s.config.MailFrom = mailServer{host: "127.0.0.1", port: s.post.port}, "center@example.com"
	if change != nil {
		change(&s.config)
	}
	s.begin(t, server.URL())
	s.server, s.token = server, s.apiKey(t)
	s.attempt(t)
	return s
}

// overheard delivers the exchange's webhooks, and keeps what they were.
type overheard struct{ stage *secretStage }

// RoundTrip implements [http.RoundTripper].
func (o overheard) RoundTrip(r *http.Request) (*http.Response, error) {
	o.stage.overhear(r)
	return direct{&o.stage.app}.RoundTrip(r)
}

func (s *secretStage) overhear(r *http.Request) {
	fmt.Fprintln(s.requests, r.Method, r.URL, formOf(r))
}

// api sends a request to the API, and keeps the answer.
func (s *secretStage) api(t *testing.T, method, path, body string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	request := must(http.NewRequestWithContext(t.Context(), method, s.config.PublicURL+path, strings.NewReader(body)))(t)
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer := must(direct{&s.app}.RoundTrip(request))(t)
	content := must(io.ReadAll(answer.Body))(t)
	fmt.Fprintf(s.answers, "%s %s %d %v %s\n", method, path, answer.StatusCode, answer.Header, content)
	return answer, content
}

// asks sends a request that must be answered with a status.
func (s *secretStage) asks(t *testing.T, want int, method, path, body string) []byte {
	t.Helper()
	answer, content := s.api(t, method, path, body, nil)
	if answer.StatusCode != want {
		t.Fatalf("%s %s: %d, not %d: %s", method, path, answer.StatusCode, want, content)
	}
	return content
}

// addAccount adds an account with a code, and an e-mail address that is of record.
func (s *secretStage) addAccount(t *testing.T, number accounts.Number, phone, code string) {
	t.Helper()
	body := fmt.Sprintf(`{"phone":%q,"language":"en","name":"Vesper Lindqvist","email":%q,"email_since":"2025-11-01T00:00:00Z",
		"security_code":%q,"address":{"street":[%q],"city":"Duluth","state":"MN","zip":"55802"}}`, phone, toldEmail, code, toldStreet)
	s.asks(t, http.StatusCreated, http.MethodPut, "/v1/accounts/"+string(number), body)
}

// deliver asks for a delivery, and returns the answer.
func (s *secretStage) deliver(t *testing.T, number accounts.Number, about deliveries.Topic, method deliveries.Method, key string) (*http.Response, []byte) {
	t.Helper()
	return s.api(t, http.MethodPost, "/v1/accounts/"+string(number)+"/deliveries",
		fmt.Sprintf(`{"secret":%q,"method":%q}`, about, method), http.Header{"Idempotency-Key": {key}})
}

// tellEverything has codes and answers told in every way, and follows how that goes.
func (s *secretStage) tellEverything(t *testing.T) {
	t.Helper()
	s.addAccount(t, told, "6125550171", toldCode)
	s.addAccount(t, answering, "6125550172", oldCode)
	eventually(t, func() bool { return s.letters(t) == 2 }, "a letter of welcome to each")
	s.asks(t, http.StatusOK, http.MethodPut, "/v1/accounts/"+string(answering)+"/security-question",
		fmt.Sprintf(`{"question":"Who?","answer":%q}`, toldAnswer))
	s.tell(t, told, deliveries.SecurityCode, codeCall, deliveries.Declined)
	s.tell(t, answering, deliveries.SecurityAnswer, answerCall, deliveries.Delivered)
	if letters := s.letters(t); letters != 4 {
		t.Errorf("%d letters: not two welcomes and two that were asked for", letters)
	}
	eventually(t, func() bool { return len(s.post.taken()) == 3 }, "two e-mails that were asked for, and one about the question")
	mails := strings.Join(s.post.taken(), "")
	if !strings.Contains(mails, toldCode) || !strings.Contains(mails, toldAnswer) {
		t.Error("the e-mails don't tell what was asked for")
	}
}

// letters counts the letters in the spool.
func (s *secretStage) letters(t *testing.T) int {
	t.Helper()
	return len(must(filepath.Glob(s.config.LettersDir + "/*.pdf"))(t))
}

// tell has a secret told by letter, e-mail and in a call.
func (s *secretStage) tell(t *testing.T, number accounts.Number, about deliveries.Topic, script string, want deliveries.Status) {
	t.Helper()
	outcomes := map[deliveries.Method]deliveries.Status{deliveries.Voice: want, deliveries.ByMail: deliveries.Sent, deliveries.Email: deliveries.Sent}
	ids := make(map[deliveries.Method]deliveries.ID)
	for method := range outcomes {
		answer, content := s.deliver(t, number, about, method, string(number)+"-"+string(method))
		if answer.StatusCode != http.StatusAccepted {
			t.Fatalf("%s: %d %s", method, answer.StatusCode, content)
		}
		ids[method] = deliveries.ID(strings.TrimPrefix(answer.Header.Get("Location"), "/v1/deliveries/"))
	}
	call := must(simulator.Parse("told", strings.NewReader(script)))(t)
	if result := simulator.Play(t.Context(), s.exchange, call, s); result.Err != nil {
		t.Fatal(result.Err)
	}
	for method, outcome := range outcomes {
		s.becomes(t, ids[method], outcome)
		s.follow(t, ids[method])
	}
}

// follow reads a delivery and its events, also as they are streamed.
func (s *secretStage) follow(t *testing.T, id deliveries.ID) {
	t.Helper()
	s.Advance(10 * time.Second) // a stream ends some time after the delivery
	path := "/v1/deliveries/" + string(id)
	s.asks(t, http.StatusOK, http.MethodGet, path, "")
	s.asks(t, http.StatusOK, http.MethodGet, path+"/events", "")
	_, streamed := s.api(t, http.MethodGet, path+"/events", "", http.Header{"Accept": {"text/event-stream"}})
	if !strings.Contains(string(streamed), "data: ") {
		t.Errorf("no events are streamed: %s", streamed)
	}
}

// claimEverything claims accounts by what is right, was right and never was, and reads them.
func (s *secretStage) claimEverything(t *testing.T) {
	t.Helper()
	for _, claim := range []string{
		`{"security_code":"` + toldCode + `"}`, `{"security_code":"` + oldCode + `"}`,
		`{"security_code":"` + wrongCode + `"}`, `{"security_answer":"` + toldAnswer + `"}`,
		`{"security_answer":"` + toldAnswer + `","security_code":"` + toldCode + `"}`, `{"` + toldCode + `":1}`,
	} {
		for _, number := range []accounts.Number{told, answering, "8000-404"} {
			s.api(t, http.MethodPost, "/v1/accounts/"+string(number)+"/verify", claim, nil)
			s.api(t, http.MethodPost, "/v1/enrollments", `{"account":"`+string(number)+`",`+claim[1:], nil)
			s.api(t, http.MethodGet, "/v1/accounts/"+string(number), "", nil)
		}
	}
	if !strings.Contains(s.answers.String(), `"verified":true`) {
		t.Error("no claim was right")
	}
}

// TestDeclinedCallsAreRefused asks for the code of somebody who has pressed 9: no call is made
// for a day, which the web site is told in a sentence; a letter may still be asked for.
func TestDeclinedCallsAreRefused(t *testing.T) {
	server := redistest.Start(t)
	s := newSecretStage(t, server, nil)
	s.addAccount(t, told, "6125550171", toldCode)
	answer, _ := s.deliver(t, told, deliveries.SecurityCode, deliveries.Voice, "asked")
	call := must(simulator.Parse("declined", strings.NewReader("answer 612-555-0171\npress 9\nhear \"no more such calls\"\nended\n")))(t)
	if result := simulator.Play(t.Context(), s.exchange, call, s); result.Err != nil {
		t.Fatal(result.Err)
	}
	s.becomes(t, deliveries.ID(strings.TrimPrefix(answer.Header.Get("Location"), "/v1/deliveries/")), deliveries.Declined)
	declined := s.clock.Now()

	refused, content := s.deliver(t, told, deliveries.SecurityCode, deliveries.Voice, "asked-again")
	var problem api.Problem
	check.OK(t, json.Unmarshal(content, &problem))
	if refused.StatusCode != http.StatusConflict || problem.Type != "/openapi.yaml#calls-declined" ||
		!strings.Contains(problem.Detail, "had not asked") || !strings.Contains(problem.Detail, "letter") {
		t.Errorf("%d %s", refused.StatusCode, content)
	}
	if until := declined.Add(24 * time.Hour); problem.Until.After(until) || problem.Until.Before(until.Add(-time.Hour)) {
		t.Errorf("refused until %v, which is not a day from %v", problem.Until, declined)
	}
	for method, want := range map[deliveries.Method]int{
		deliveries.ByMail: http.StatusAccepted, deliveries.Email: http.StatusAccepted, deliveries.Voice: http.StatusConflict,
	} {
		if answer, content := s.deliver(t, told, deliveries.SecurityCode, method, "then-"+string(method)); answer.StatusCode != want {
			t.Errorf("%s: %d %s", method, answer.StatusCode, content)
		}
	}
	if calls := s.callsTo("+16125550171"); calls != 1 {
		t.Errorf("%d calls were made", calls)
	}
	s.Advance(problem.Until.Sub(s.clock.Now()))
	if answer, content := s.deliver(t, told, deliveries.SecurityCode, deliveries.Voice, "a-day-later"); answer.StatusCode != http.StatusAccepted {
		t.Errorf("a day later: %d %s", answer.StatusCode, content)
	}
}

// callsTo counts the calls that the exchange was asked to make to a telephone.
func (s *secretStage) callsTo(phone string) int {
	calls := 0
	for line := range strings.SplitSeq(s.requests.String(), "\n") {
		if strings.HasPrefix(line, "POST /2010-04-01/") && strings.Contains(line, "To:["+phone+"]") {
			calls++
		}
	}
	return calls
}

// A postOffice is a mail server that keeps what it takes.
type postOffice struct {
	port  int
	mu    sync.Mutex
	mails []string
}

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	p := &postOffice{port: listener.Addr().(*net.TCPAddr).Port}
	server, done := smtp.NewServer(p), make(chan struct{})
	server.Domain, server.ReadTimeout, server.WriteTimeout = "mail.example.com", 10*time.Second, 10*time.Second
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); listener.Close(); <-done })
	return p
}

func (p *postOffice) taken() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.mails...)
}

// NewSession implements [smtp.Backend].
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return counter{p}, nil }

// counter takes one client's mail.
type counter struct{ office *postOffice }

func (counter) Reset()                               {}
func (counter) Logout() error                        { return nil }
func (counter) Mail(string, *smtp.MailOptions) error { return nil }
func (counter) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (c counter) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.office.mails = append(c.office.mails, string(data))
	return err
}
