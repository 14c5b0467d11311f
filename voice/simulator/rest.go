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
	loses  bool // the next answer
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

// Lose breaks the connection in place of the next answer to who has a call made; the call is made.
func (r *REST) Lose() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loses = true
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

// create makes a call, unless such a call is refused.
func (r *REST) create(w http.ResponseWriter, request *http.Request) {
	order, wrong := readOrder(request.PostForm)
	if wrong != nil {
		refuse(w, wrong.Status, wrong.Code, wrong.Message)
		return
	}
	if refusal, refused := r.exchange.refusal(order.to); refused {
		if refusal.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(refusal.retryAfter/time.Second)))
		}
		refuse(w, statusOf(refusal.code), refusal.code, "Refused, as the exchange was told")
		return
	}
	p, err := r.exchange.place(order)
	if err != nil || !r.start(p) {
		refuse(w, http.StatusServiceUnavailable, unavailable, "No call can be made now")
		return
	}
	if r.lost() {
		panic(http.ErrAbortHandler) // as the server says to break a connection
	}
	writeJSON(w, http.StatusCreated, resourceOf(p, "queued"))
}

func (r *REST) lost() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	lost := r.loses
	r.loses = false
	return lost
}

// start dials a call, unless the API has been closed.
func (r *REST) start(p *Ringing) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.calls.Go(func() { r.exchange.ring(r.running, p) })
	}
	return !r.closed
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
func (r *REST) named(w http.ResponseWriter, request *http.Request) *Ringing {
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

func refuse(w http.ResponseWriter, status, code int, message string) {
	writeJSON(w, status, restError{code, message, "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), status})
}

// statuses is how far the status callbacks of a call have come.
type statuses struct {
	next      int        // SequenceNumber
	wanted    []string   // nil: all
	overtakes bool       // that of the end overtakes the one that the call was answered
	late      url.Values // which waits then
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
	switch {
	case c.ended != nil:
		seconds := c.duration()
		extra.Set("CallDuration", strconv.Itoa(seconds))
		extra.Set("Duration", strconv.Itoa((seconds+59)/60)) // minutes begun
		if c.placed != nil {
			extra.Set("SipResponseCode", sipCodes[status])
		}
	case s.overtakes && status == "in-progress":
		s.late = extra
		return
	}
	c.postStatus(ctx, extra)
	if c.ended != nil && s.late != nil {
		c.postStatus(ctx, s.late)
	}
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
	a, err := c.deliver(ctx, delivery{c.statusURL, c.formWith(extra)})
	if err == nil && !a.ok() {
		err = &WebhookError{RetrievalFailure, c.statusURL, a.status, fmt.Errorf("status %d", a.status)}
	}
	if err != nil {
		c.problems = append(c.problems, fmt.Errorf("status callback: %w", err))
	}
}
