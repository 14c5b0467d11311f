package torture

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// What the servers and the exchange share.
const (
	publicURL = "https://ivr.test"
	authToken = "demoauthtoken"
	callFrom  = simulator.DefaultNumber
)

// Telephones are a telephone exchange with its REST API, whose webhooks go to a balancer, and people who
// pick up every telephone that rings.
type telephones struct {
	t        testing.TB
	url      string // of the REST API
	exchange *simulator.Exchange
	rest     *simulator.REST
	people   sync.WaitGroup

	mu      sync.Mutex
	answers map[string][]answered // by telephone
	rings   int
}

// answered is a call that somebody took.
type answered struct {
	order    int           // among all calls: 1 is the first
	delivery deliveries.ID // that the call was made for
	words    string
	faults   []error // webhooks that went wrong
}

// pickUpWithin is how long a telephone may take to ring once its call was made.
const pickUpWithin = time.Minute

// newTelephones makes telephones that calls the webhooks at target, until the test ends.
func newTelephones(t testing.TB, target string) *telephones {
	t.Helper()
	w := &telephones{t: t, answers: map[string][]answered{}}
	exchange, err := simulator.New(simulator.Config{
		PublicURL: publicURL, Target: target, AuthToken: secret.New(authToken),
		Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	})
	check.OK(t, err)
	w.exchange, w.rest = exchange, simulator.NewREST(exchange)
	server := httptest.NewServer(w)
	w.url = server.URL
	t.Cleanup(func() { server.Close(); w.rest.Close(); w.people.Wait() })
	return w
}

// ServeHTTP is the REST API.
func (w *telephones) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	form, answer := readForm(r), httptest.NewRecorder()
	w.rest.ServeHTTP(answer, r)
	if r.Method == http.MethodPost && answer.Code == http.StatusCreated && strings.HasSuffix(r.URL.Path, "/Calls.json") {
		w.people.Go(func() { w.pickUp(form) })
	}
	maps.Copy(out.Header(), answer.Header())
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
}

// pickUp takes a call that was asked for, and keeps what was said in it.
func (w *telephones) pickUp(form url.Values) {
	phone := form.Get("To")
	_, of, _ := strings.Cut(form.Get("Url"), "/voice/callback/")
	delivery, _, _ := strings.Cut(of, "/")
	ctx := context.WithoutCancel(w.t.Context()) // what has begun goes on to its end
	ring, err := w.exchange.AwaitRing(ctx, phone, pickUpWithin)
	if err != nil {
		w.t.Error(err)
		return
	}
	w.mu.Lock()
	w.rings++
	order := w.rings
	w.mu.Unlock()
	call := ring.Answer(ctx, simulator.Human)
	words := hear(ctx, call)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[phone] = append(w.answers[phone], answered{order, deliveries.ID(delivery), words, call.Problems()})
}

// hear listens until the caller is asked something, and hangs up then, or until the call is over.
func hear(ctx context.Context, call *simulator.Call) string {
	var words []string
	for {
		event, err := call.Next(ctx)
		if err != nil {
			return strings.Join(words, " ")
		}
		switch event := event.(type) {
		case simulator.Spoken:
			words = append(words, event.Words)
		case simulator.Gathering:
			call.HangUp(ctx)
		case simulator.Ended:
			return strings.Join(words, " ")
		}
	}
}

// calls are what was said at a telephone, call by call.
func (w *telephones) calls(phone string) []answered {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.answers[phone])
}

// readForm reads the form of a request, and leaves it there.
func readForm(r *http.Request) url.Values {
	if body, again := r.Body.(*read); again {
		form, _ := url.ParseQuery(string(body.all))
		return form
	}
	all, _ := io.ReadAll(r.Body)
	r.Body = &read{bytes.NewReader(all), all}
	form, _ := url.ParseQuery(string(all))
	return form
}

// read is a body that was read, and can be once more.
type read struct {
	*bytes.Reader
	all []byte
}

// Close implements [io.Closer].
func (*read) Close() error { return nil }

// rung is how many calls were taken so far.
func (w *telephones) rung() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rings
}

// An errand is what a customer calls for: one change.
type errand string

// The errands.
const (
	firstPIN   errand = "replaces the temporary PIN"
	anotherPIN errand = "changes the PIN"
	feature    errand = "turns Security Screen on"
)

// The PINs of all customers: a change is from one of the first two to newPIN.
const (
	temporaryPIN = "1234"
	oldPIN       = "4071"
	newPIN       = "8265"
)

// A customer calls once, from a line of their own, and makes one change.
type customer struct {
	line   nanp.Number
	errand errand

	call   string    // the CallSid; empty: no call was made
	dialed time.Time // when it was
	words  string    // all that was said in it
	heard  verdict   // of the change
	tried  bool      // the new PIN, to be let in
	failed error     // of the telephone itself
	faults []error   // webhooks that went wrong
}

// verdict is what a caller knows of the change in the end.
type verdict string

// What callers can have heard.
const (
	heardDone    verdict = "it is done"
	heardMayBe   verdict = "it may be done"
	heardNotDone verdict = "it is not done"
	heardSorry   verdict = "sorry, call again"
	heardTwilio  verdict = "an application error" // which Twilio says when it gives up
	heardNothing verdict = "nothing of use"
)

// lastWords find out what a caller has heard. The first that fits counts.
var lastWords = []struct {
	heard verdict
	words *regexp.Regexp
}{
	{heardMayBe, regexp.MustCompile(`may (already |now )?(be in force|have been|be changed|not hold|be on|be done|have a new)|might be|could not make sure`)},
	{heardDone, regexp.MustCompile(`PIN has been changed|We turned it on|Security Screen is on|let in with the new PIN` +
		`|technician now has the number|line is being tested|Your temporary password is`)},
	{heardNotDone, regexp.MustCompile(`has not been changed|have not changed`)},
	{heardTwilio, regexp.MustCompile(`an application error has occurred`)},
	{heardSorry, regexp.MustCompile(`We are sorry|call again|repair service`)},
}

// callMost bounds the questions that a caller answers, and callWithin the time of a call.
const (
	callMost   = 20
	callWithin = 2 * time.Minute
)

// calls makes a customer's call.
func (c *customer) calls(ctx context.Context, exchange *simulator.Exchange) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	c.dialed = time.Now()
	dialed, passport := "78", simulator.NoPassport
	if c.errand.helps() {
		dialed, passport = helpLine, simulator.AttestedA
	}
	call, err := exchange.Dial(ctx, dialed, string(c.line), passport)
	if err != nil {
		c.failed = err
		return
	}
	c.call = call.SID()
	var all, since []string
	for asked := 0; asked < callMost; {
		event, err := call.Next(ctx)
		if err != nil {
			c.failed = fmt.Errorf("%s: %w", c.call, err)
			break
		}
		switch event := event.(type) {
		case simulator.Spoken:
			all, since = append(all, event.Words), append(since, event.Words)
		case simulator.Gathering:
			asked++
			keys, known := c.keys(strings.Join(since, " "))
			since = nil
			if known != "" {
				all = append(all, known)
			}
			if keys == "" {
				call.HangUp(ctx)
				continue
			}
			for _, key := range []byte(keys) {
				if err := call.Press(key); err != nil {
					c.failed = fmt.Errorf("%s: press: %w", c.call, err)
				}
			}
		case simulator.Ended:
			asked = callMost
		}
	}
	c.words, c.faults = strings.Join(all, " "), call.Problems()
	c.heard = understand(c.words)
}

func understand(words string) verdict {
	for _, last := range lastWords {
		if last.words.MatchString(words) {
			return last.heard
		}
	}
	return heardNothing
}

// choices find the keys of the main menu's choices.
var choices = map[errand]*regexp.Regexp{
	anotherPIN: regexp.MustCompile(`To change your PIN, press (\w)`),
	feature:    regexp.MustCompile(`For Security Screen, press (\w)`),
}

// keys are what the customer presses after such words, none to hang up, and what they learn from
// them that nobody says.
func (c *customer) keys(words string) (keys, known string) {
	has := func(part string) bool { return strings.Contains(words, part) }
	own := map[errand]string{firstPIN: newPIN, anotherPIN: oldPIN, feature: oldPIN}[c.errand]
	switch {
	case c.errand.helps():
		return c.helpKeys(words), ""
	case has("once more, then press pound"):
		return newPIN + "#", ""
	case has("Choose a new PIN"):
		return newPIN + "#", ""
	case has("Enter the temporary PIN"):
		return temporaryPIN + "#", ""
	case has("Security Screen is off"):
		return "3", ""
	case has("Security Screen is on"), has("PIN has been changed"):
		return "", ""
	case has("enter your PIN") && has("does not match"):
		c.tried = true
		return newPIN + "#", ""
	case has("enter your PIN"):
		c.tried = c.errand == firstPIN
		return own + "#", ""
	case has("Main menu") && c.tried:
		return "", "let in with the new PIN"
	case has("Main menu") && c.errand != firstPIN:
		if key := choices[c.errand].FindStringSubmatch(words); key != nil {
			return key[1], ""
		}
	}
	return "", ""
}

// event is what a change for this errand stands as in the history of the line.
func (c *customer) event() pins.Event {
	return map[errand]pins.Event{
		firstPIN: pins.Changed, anotherPIN: pins.Changed, feature: pins.FeatureChanged,
		contact: pins.TicketContactChanged, tested: pins.ServiceTestRequested, mailbox: pins.MailboxPasswordReset,
	}[c.errand]
}

// notice are words by which the line's telephone tells of the change; empty: it doesn't.
func (c *customer) notice() string {
	return map[errand]string{
		firstPIN: "The PIN of your telephone line was changed", anotherPIN: "The PIN of your telephone line was changed",
		contact: "for your repair ticket was changed", mailbox: "password of your voice mailbox was reset",
	}[c.errand]
}
