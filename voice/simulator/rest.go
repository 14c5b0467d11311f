package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"updatecenter/internal/secret"
)

// restLimit is how large a request can be, in bytes.
const restLimit = 64 << 10

// REST is the part of Twilio's REST API that has to do with outbound calls: it makes, lists,
// shows and ends them (https://www.twilio.com/docs/voice/api/call-resource). The account is
// the exchange's, and so is the auth token. A call that was made rings by itself: meanwhile
// the answer is on its way, and either can be first. When nobody picks up within its Timeout
// the status is no-answer; not so with a [VirtualClock], which jumps to the end of every
// wait: there a telephone rings until a script takes the call. Make it with [NewREST].
type REST struct {
	exchange *Exchange
	routes   *http.ServeMux
	calls    sync.WaitGroup
	running  context.Context // until Close
	stop     context.CancelFunc

	mu     sync.Mutex // guards what follows
	closed bool
	faults []Fault
}

// A Fault is what goes wrong with one request to make a call.
type Fault struct {
	// Status and Code refuse the call: 429 and 20429, or 400 and 21211. 0: it is made.
	Status, Code int
	RetryAfter   time.Duration // of a refusal, in whole seconds; 0: the header is missing
	Slow         time.Duration // real time before the answer, but after the call was made
	Lost         bool          // the connection breaks instead of the answer
}

// NewREST sets up the REST API of an exchange. Close it.
func NewREST(exchange *Exchange) *REST {
	r := &REST{exchange: exchange, routes: http.NewServeMux()}
	r.running, r.stop = context.WithCancel(context.Background())
	const account = "/2010-04-01/Accounts/{account}/"
	r.routes.HandleFunc("POST "+account+"Calls.json", r.signedIn(r.create))
	r.routes.HandleFunc("GET "+account+"Calls.json", r.signedIn(r.list))
	r.routes.HandleFunc("GET "+account+"Calls/{file}", r.signedIn(r.show))
	r.routes.HandleFunc("POST "+account+"Calls/{file}", r.signedIn(r.update))
	return r
}

// Fail lets the next requests to make a call go wrong, each in the way of one fault; the zero
// Fault is none. It takes the place of faults that are still to come.
func (r *REST) Fail(faults ...Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = faults
}

// Close stops what is under way for telephones that ring, and waits for it. No call can be
// made after it.
func (r *REST) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stop()
	r.calls.Wait()
}

// ServeHTTP answers as https://api.twilio.com does.
func (r *REST) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.routes.ServeHTTP(w, request)
}

// signedIn answers only to the account, and reads the form.
func (r *REST) signedIn(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		config := r.exchange.config
		user, password, _ := request.BasicAuth()
		if user != config.AccountSID || !secret.New(password).Equal(config.AuthToken) {
			refuse(w, http.StatusUnauthorized, unauthenticated, "Authenticate")
			return
		}
		if request.PathValue("account") != config.AccountSID {
			refuse(w, http.StatusNotFound, notFound, "The account was not found")
			return
		}
		request.Body = http.MaxBytesReader(w, request.Body, restLimit)
		if request.ParseForm() != nil {
			refuse(w, http.StatusBadRequest, badParameter, "The form can't be read")
			return
		}
		answer(w, request)
	}
}

// create makes a call, unless a fault is due.
func (r *REST) create(w http.ResponseWriter, request *http.Request) {
	fault := r.fault()
	out, refusal := readOrder(request.PostForm)
	switch {
	case fault.Status != 0:
	case refusal != nil:
		refusal.write(w)
		return
	default:
		if told, refused := r.exchange.refusal(out.To); refused {
			fault = told
		}
	}
	if fault.Status != 0 {
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(fault.RetryAfter/time.Second)))
		}
		refuse(w, fault.Status, fault.Code, "Refused, as the exchange was told")
		return
	}
	p, err := r.exchange.place(out)
	if err != nil || !r.start(p) {
		refuse(w, http.StatusServiceUnavailable, unavailable, "No call can be made now")
		return
	}
	_ = sleep(request.Context(), RealClock{}, fault.Slow)
	if fault.Lost {
		panic(http.ErrAbortHandler) // as the server says to break a connection
	}
	writeJSON(w, http.StatusCreated, resourceOf(p, "queued"))
}

func (r *REST) fault() Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) == 0 {
		return Fault{}
	}
	first := r.faults[0]
	r.faults = r.faults[1:]
	return first
}

// start dials a call, unless the API has been closed.
func (r *REST) start(p *placed) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.calls.Go(func() {
		if r.exchange.ring(r.running, p) == nil {
			r.exchange.giveUp(r.running, p)
		}
	})
	return true
}

// defaultRing is how long a telephone rings where the application does not say.
const defaultRing = 60 * time.Second

// giveUp ends a call that nobody answers in time.
func (e *Exchange) giveUp(ctx context.Context, p *placed) {
	var timeOut <-chan time.Time
	if _, jumps := e.config.Clock.(*VirtualClock); !jumps {
		timeOut = e.config.Clock.After(p.out.Timeout)
	}
	select {
	case <-timeOut:
		if e.settle(p, over) {
			p.call.end(ctx, Caller, "no-answer", nil)
		}
	case <-p.settled:
	case <-ctx.Done():
	}
}

// show tells of one call.
func (r *REST) show(w http.ResponseWriter, request *http.Request) {
	if p := r.named(w, request); p != nil {
		writeJSON(w, http.StatusOK, r.exchange.resource(p))
	}
}

// update ends a call: with completed in any case, with canceled as long as it only rings.
func (r *REST) update(w http.ResponseWriter, request *http.Request) {
	p := r.named(w, request)
	if p == nil {
		return
	}
	status := request.PostForm.Get("Status")
	if status != "completed" && status != "canceled" {
		refuse(w, http.StatusBadRequest, badParameter, "Status is completed or canceled")
		return
	}
	alone, ok := r.exchange.tell(p, status == "completed")
	if !ok {
		refuse(w, http.StatusBadRequest, callOver, "The call is not in progress")
		return
	}
	if alone {
		p.call.end(request.Context(), FarEnd, "canceled", nil)
	}
	writeJSON(w, http.StatusOK, r.exchange.resource(p))
}

// named is the call in the path, or nil if there is none; then it has answered so.
func (r *REST) named(w http.ResponseWriter, request *http.Request) *placed {
	sid, isJSON := strings.CutSuffix(request.PathValue("file"), ".json")
	p := r.exchange.find(sid)
	if !isJSON || p == nil {
		refuse(w, http.StatusNotFound, notFound, "The call was not found")
		return nil
	}
	return p
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the one who asked has gone
}

// Twilio's error codes, https://www.twilio.com/docs/api/errors.
const (
	unauthenticated = 20003
	badParameter    = 20001
	notFound        = 20404
	unavailable     = 20503
	noTo            = 21201
	badURL          = 21205
	badTo           = 21211
	badFrom         = 21212
	noFrom          = 21213
	callOver        = 21220
	badCallback     = 21609
	badEvent        = 21626
)

// A restError is Twilio's way to refuse.
type restError struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func (e *restError) write(w http.ResponseWriter) { refuse(w, e.Status, e.Code, e.Message) }

func refuse(w http.ResponseWriter, status, code int, message string) {
	writeJSON(w, status, restError{code, message, "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), status})
}

// statuses is how far the status callbacks of a call have come.
type statuses struct {
	next      int      // SequenceNumber
	wanted    []string // nil: all
	overtaken []string // by that of the end
	late      []url.Values
}

// sipCodes are SIP's words for how an outbound call ended.
var sipCodes = map[string]string{
	"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404",
}

// report sends a status callback. One that is late waits for the last one.
func (c *Call) report(ctx context.Context, status string) {
	s := &c.statuses
	if c.statusURL == "" || s.wanted != nil && !slices.Contains(s.wanted, status) {
		return
	}
	extra := url.Values{
		"CallStatus":     {status},
		"SequenceNumber": {strconv.Itoa(s.next)},
		"Timestamp":      {c.exchange.config.Clock.Now().UTC().Format(time.RFC1123Z)},
		"CallbackSource": {"call-progress-events"},
	}
	s.next++
	if c.ended == nil {
		if slices.Contains(s.overtaken, status) {
			s.late = append(s.late, extra)
			return
		}
		c.postStatus(ctx, extra)
		return
	}
	seconds := c.duration()
	extra.Set("CallDuration", strconv.Itoa(seconds))
	extra.Set("Duration", strconv.Itoa((seconds+59)/60)) // minutes begun
	if c.placed != nil {
		extra.Set("SipResponseCode", sipCodes[status])
	}
	c.postStatus(ctx, extra)
	for _, late := range s.late {
		c.postStatus(ctx, late)
	}
	s.late = nil
}

// duration is how many seconds the call has lasted since it was answered.
func (c *Call) duration() int {
	if !c.answered {
		return 0
	}
	return int(c.exchange.config.Clock.Now().Sub(c.started).Seconds())
}

// postStatus delivers a status callback. Twilio lets a call go on that fails at it, so
// failing is noted and no more.
func (c *Call) postStatus(ctx context.Context, extra url.Values) {
	a, err := c.deliver(ctx, delivery{http.MethodPost, c.statusURL, c.formWith(extra)})
	if err == nil && !a.ok() {
		err = &WebhookError{RetrievalFailure, c.statusURL, a.status, fmt.Errorf("status %d", a.status)}
	}
	if err != nil {
		c.problems = append(c.problems, fmt.Errorf("status callback: %w", err))
	}
}
