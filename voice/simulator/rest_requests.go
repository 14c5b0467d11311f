package simulator

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A callResource is how the REST API tells of a call.
type callResource struct {
	SID         string  `json:"sid"`
	To          string  `json:"to"`
	From        string  `json:"from"`
	Status      string  `json:"status"`
	Direction   string  `json:"direction"`
	DateCreated string  `json:"date_created"` // RFC 2822
	StartTime   *string `json:"start_time"`   // likewise; null while the call is queued
}

// resource tells of a call as it stands.
func (e *Exchange) resource(p *Ringing) callResource {
	e.mu.Lock()
	defer e.mu.Unlock()
	return resourceOf(p, p.status)
}

func resourceOf(p *Ringing, status string) callResource {
	r := callResource{
		SID: p.SID, Status: status, Direction: "outbound-api", To: p.To, From: p.From, DateCreated: rfc2822(p.created),
	}
	if status != "queued" {
		start := rfc2822(p.start)
		r.StartTime = &start
	}
	return r
}

// rfc2822 writes a time as Twilio does.
func rfc2822(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// A listing is which calls are asked for.
type listing struct {
	to, from, status string
	notBefore        string // day of the start time, 2026-03-01
	size             int
	after            string // the last call of the page before
}

// Sizes of a page.
const (
	pageSize     = 50
	pageSizeMost = 1000
)

// readListing reads a query. It takes no filters but those that it knows.
func readListing(query url.Values) (listing, bool) {
	l, fine := listing{size: pageSize}, true
	for field := range query {
		value := query.Get(field)
		switch field {
		case "To":
			l.to = international(value)
		case "From":
			l.from = international(value)
		case "Status":
			l.status = value
		case "StartTime>":
			day, err := time.Parse(time.RFC3339, value)
			l.notBefore, fine = day.UTC().Format(time.DateOnly), fine && err == nil
		case "PageSize":
			n, err := strconv.Atoi(value)
			l.size, fine = min(n, pageSizeMost), fine && err == nil && n > 0
		case "PageToken":
			l.after = strings.TrimPrefix(value, "PA")
		default:
			fine = false
		}
	}
	return l, fine
}

// holds says whether a call is asked for. One that has not started is on no day.
func (l listing) holds(c callResource, start time.Time) bool {
	return (l.to == "" || l.to == c.To) && (l.from == "" || l.from == c.From) && (l.status == "" || l.status == c.Status) &&
		(l.notBefore == "" || c.StartTime != nil && l.notBefore <= start.UTC().Format(time.DateOnly))
}

// listed are the calls asked for, newest first, and whether there are more.
func (e *Exchange) listed(l listing) (calls []callResource, more bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls = []callResource{}
	skip := l.after != ""
	for _, p := range slices.Backward(e.placed) {
		if skip {
			skip = p.SID != l.after
			continue
		}
		if c := resourceOf(p, p.status); l.holds(c, p.start) {
			if len(calls) == l.size {
				return calls, true
			}
			calls = append(calls, c)
		}
	}
	return calls, false
}

// A callPage is one page of a list.
type callPage struct {
	Calls       []callResource `json:"calls"`
	NextPageURI *string        `json:"next_page_uri"`
}

// list tells of calls, newest first, in pages.
func (r *REST) list(w http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	l, fine := readListing(query)
	if !fine {
		refuse(w, http.StatusBadRequest, badParameter, "The filter can't be read")
		return
	}
	calls, more := r.exchange.listed(l)
	page := callPage{Calls: calls}
	if more {
		query.Set("PageToken", "PA"+calls[len(calls)-1].SID)
		next := request.URL.Path + "?" + query.Encode()
		page.NextPageURI = &next
	}
	writeJSON(w, http.StatusOK, page)
}

// Limits on what can be asked of a call, in seconds, and how long a telephone rings where the application
// does not say.
const (
	ringMost    = 600
	callMost    = 24 * 60 * 60 // TimeLimit; Twilio's depends on the account
	defaultRing = 60 * time.Second
)

// events are the status callbacks that can be asked for.
var events = [...]string{"initiated", "ringing", "answered", "completed"}

// An order is what a call shall be that an application asks for.
type order struct {
	to, from       string // in E.164 form
	url            string // asked when someone picks up
	fallback       string // empty: none
	statusCallback string // empty: none
	events         []string
	detects        bool          // who has answered is told in AnsweredBy, of a mailbox when its greeting has ended
	timeout        time.Duration // how long it rings
	timeLimit      time.Duration // after which the exchange ends the call; 0: never
}

// readOrder reads what a call shall be.
func readOrder(form url.Values) (order, *restError) {
	f := orderForm{form: form}
	o := order{
		to:             f.number("To", noTo, badTo),
		from:           f.number("From", noFrom, badFrom),
		url:            f.address("Url", badURL, true),
		fallback:       f.address("FallbackUrl", badURL, false),
		statusCallback: f.address("StatusCallback", badCallback, false),
		events:         form["StatusCallbackEvent"],
		detects:        form.Get("MachineDetection") != "",
		timeout:        cmp.Or(f.seconds("Timeout", ringMost), defaultRing),
		timeLimit:      f.seconds("TimeLimit", callMost),
	}
	f.refuseUnless(!o.detects || form.Get("MachineDetection") == "DetectMessageEnd", badParameter, "MachineDetection is DetectMessageEnd: this exchange knows no other")
	for _, event := range o.events {
		f.refuseUnless(slices.Contains(events[:], event), badEvent, "StatusCallbackEvent is initiated, ringing, answered or completed")
	}
	for _, method := range []string{"Method", "FallbackMethod", "StatusCallbackMethod"} {
		f.refuseUnless(form.Get(method) == "" || form.Get(method) == http.MethodPost, badParameter, method+" is POST: this exchange knows no other")
	}
	return o, f.refusal
}

// An orderForm is the form of a call that is to be made, and the first thing wrong with it.
type orderForm struct {
	form    url.Values
	refusal *restError
}

func (f *orderForm) refuseUnless(fine bool, code int, message string) {
	if !fine && f.refusal == nil {
		f.refusal = &restError{Code: code, Message: message, Status: http.StatusBadRequest}
	}
}

// e164 is a number as it must be after it was written in international form.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

func (f *orderForm) number(field string, missing, wrong int) string {
	number := international(f.form.Get(field))
	f.refuseUnless(number != "", missing, "No "+field+" number is given")
	f.refuseUnless(e164.MatchString(number), wrong, field+" is no telephone number")
	return number
}

func (f *orderForm) address(field string, wrong int, must bool) string {
	address := f.form.Get(field)
	if address == "" && !must {
		return ""
	}
	u, err := url.Parse(address)
	fine := err == nil && (u.Scheme == "http" || u.Scheme == "https") && reachable(u)
	f.refuseUnless(fine, wrong, field+" is no http or https URL")
	return address
}

// reachable says whether a host and port could be somebody's: Twilio refuses others before it asks
// them. It takes an address of this machine, which is where this exchange is.
func reachable(u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return false
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsUnspecified()
	}
	return strings.Contains(strings.Trim(host, "."), ".") && !strings.Contains(host, "_")
}

// seconds reads a span; 0: none is given.
func (f *orderForm) seconds(field string, most int) time.Duration {
	if !f.form.Has(field) {
		return 0
	}
	n, err := strconv.Atoi(f.form.Get(field))
	f.refuseUnless(err == nil && n > 0 && n <= most, badParameter, field+" is 1 to "+strconv.Itoa(most))
	return time.Duration(n) * time.Second
}

// A refusal is how orders of calls are refused.
type refusal struct {
	code       int
	retryAfter time.Duration // of that header, in whole seconds; 0: none
}

// refuse has every order of a call to a number refused with one of Twilio's codes, and the HTTP status
// that Twilio sends with it, until it is accepted again. Without a number it is every call that has no
// refusal of its own.
func (e *Exchange) refuse(number string, how refusal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refusals[international(number)] = how
}

// accept ends what refuse has begun for a number; without one, for all.
func (e *Exchange) accept(number string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if number == "" {
		clear(e.refusals)
	}
	delete(e.refusals, international(number))
}

// refusal is how an order of a call to a number is refused; false: it is not.
func (e *Exchange) refusal(to string) (refusal, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	how, refused := e.refusals[to]
	if !refused {
		how, refused = e.refusals[""]
	}
	if refused {
		if len(e.refused) >= placedLimit {
			clear(e.refused)
		}
		e.refused[to]++
		e.wake()
	}
	return how, refused
}

// awaitRefusal waits until an order of a call to a number was refused, as [Exchange.AwaitRing] waits. Each
// refusal counts once.
func (e *Exchange) awaitRefusal(ctx context.Context, number string, within time.Duration) error {
	number = international(number)
	return e.await(ctx, within, func() (bool, <-chan struct{}) {
		e.mu.Lock()
		defer e.mu.Unlock()
		found := e.refused[number] > 0
		if found {
			e.refused[number]--
		}
		return found, e.changed
	})
}

// statusOf is the HTTP status that Twilio sends with a code: most are 400.
func statusOf(code int) int {
	switch code {
	case 10001, unauthenticated: // account is not active; authenticate
		return http.StatusUnauthorized
	case 21216: // account not allowed to call the number
		return http.StatusForbidden
	case notFound:
		return http.StatusNotFound
	case 10004, 20429, 22005: // too many calls at once, too many requests, a queue that is full
		return http.StatusTooManyRequests
	case 20500:
		return http.StatusInternalServerError
	case unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
