package simulator

import (
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

// A callResource is how the REST API tells of a call. What is not known yet is null.
type callResource struct {
	SID         string  `json:"sid"`
	AccountSID  string  `json:"account_sid"`
	To          string  `json:"to"`
	From        string  `json:"from"`
	Status      string  `json:"status"`
	Direction   string  `json:"direction"`
	DateCreated string  `json:"date_created"` // RFC 2822, as all dates
	StartTime   *string `json:"start_time"`
	EndTime     *string `json:"end_time"`
	Duration    *string `json:"duration"` // in seconds
	AnsweredBy  *string `json:"answered_by"`
	APIVersion  string  `json:"api_version"`
	URI         string  `json:"uri"`
}

// resource tells of a call as it stands.
func (e *Exchange) resource(p *placed) callResource {
	e.mu.Lock()
	defer e.mu.Unlock()
	return resourceOf(p, p.status)
}

func resourceOf(p *placed, status string) callResource {
	account := p.call.exchange.config.AccountSID
	r := callResource{
		SID: p.sid, AccountSID: account, Status: status, Direction: "outbound-api", APIVersion: "2010-04-01",
		To: international(p.out.To), From: international(p.out.From), DateCreated: *rfc2822(p.created),
		URI: "/2010-04-01/Accounts/" + account + "/Calls/" + p.sid + ".json",
	}
	if status == "queued" {
		return r
	}
	r.StartTime, r.EndTime = rfc2822(p.start), rfc2822(p.end)
	if status == "completed" {
		seconds := strconv.Itoa(int(p.end.Sub(p.start).Seconds()))
		r.Duration = &seconds
	}
	if p.answeredBy != "" {
		by := p.answeredBy
		r.AnsweredBy = &by
	}
	return r
}

// rfc2822 writes a time as Twilio does; nil for none.
func rfc2822(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	written := t.UTC().Format(time.RFC1123Z)
	return &written
}

// A listing is which calls are asked for.
type listing struct {
	to, from, status      string
	on, notBefore, before string // days of the start time, 2026-03-01
	size                  int
	after                 string // the last call of the page before
}

// Sizes of a page.
const (
	pageSize     = 50
	pageSizeMost = 1000
)

func readListing(query url.Values) (listing, bool) {
	l := listing{
		to: query.Get("To"), from: query.Get("From"), status: query.Get("Status"), size: pageSize,
		after: strings.TrimPrefix(query.Get("PageToken"), "PA"),
	}
	if l.to != "" {
		l.to = international(l.to)
	}
	if l.from != "" {
		l.from = international(l.from)
	}
	fine := true
	for field, day := range map[string]*string{"StartTime": &l.on, "StartTime>": &l.notBefore, "StartTime<": &l.before} {
		*day, fine = dayOf(query.Get(field), fine)
	}
	if query.Has("PageSize") {
		n, err := strconv.Atoi(query.Get("PageSize"))
		fine = fine && err == nil && n > 0
		l.size = min(n, pageSizeMost)
	}
	return l, fine
}

// dayOf reads a day, or a time, of which the day counts.
func dayOf(written string, fine bool) (string, bool) {
	if written == "" {
		return "", fine
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, written); err == nil {
			return t.UTC().Format(time.DateOnly), fine
		}
	}
	return "", false
}

// holds says whether a call is asked for. One that has not started is on no day.
func (l listing) holds(c callResource, start time.Time) bool {
	day := start.UTC().Format(time.DateOnly)
	if (l.on != "" || l.notBefore != "" || l.before != "") && c.StartTime == nil {
		return false
	}
	return (l.to == "" || l.to == c.To) && (l.from == "" || l.from == c.From) && (l.status == "" || l.status == c.Status) &&
		(l.on == "" || l.on == day) && (l.notBefore == "" || l.notBefore <= day) && (l.before == "" || day < l.before)
}

// listed are the calls asked for, newest first, and whether there are more.
func (e *Exchange) listed(l listing) (calls []callResource, more bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls = []callResource{}
	skip := l.after != ""
	for _, p := range slices.Backward(e.placed) {
		if skip {
			skip = p.sid != l.after
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
	Page        int            `json:"page"`
	PageSize    int            `json:"page_size"`
	URI         string         `json:"uri"`
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
	number, _ := strconv.Atoi(query.Get("Page")) // for the client's convenience alone
	page := callPage{Calls: calls, Page: number, PageSize: l.size, URI: request.URL.RequestURI()}
	if more {
		query.Set("Page", strconv.Itoa(number+1))
		query.Set("PageSize", strconv.Itoa(l.size))
		query.Set("PageToken", "PA"+calls[len(calls)-1].SID)
		next := request.URL.Path + "?" + query.Encode()
		page.NextPageURI = &next
	}
	writeJSON(w, http.StatusOK, page)
}

// Limits on what can be asked of a call, in seconds.
const (
	ringMost = 600
	callMost = 24 * 60 * 60 // TimeLimit; Twilio's depends on the account
)

// events are the status callbacks that can be asked for.
var events = [...]string{"initiated", "ringing", "answered", "completed"}

// readOrder reads what a call shall be.
func readOrder(form url.Values) (Outbound, *restError) {
	o := order{form: form}
	out := Outbound{
		To:                   o.number("To", noTo, badTo),
		From:                 o.number("From", noFrom, badFrom),
		URL:                  o.address("Url", badURL, true),
		FallbackURL:          o.address("FallbackUrl", badURL, false),
		StatusCallback:       o.address("StatusCallback", badCallback, false),
		StatusCallbackEvents: form["StatusCallbackEvent"],
		MachineDetection:     o.oneOf("MachineDetection", "Enable", "DetectMessageEnd"),
		Timeout:              o.seconds("Timeout", ringMost),
		TimeLimit:            o.seconds("TimeLimit", callMost),
	}
	if out.Timeout == 0 {
		out.Timeout = defaultRing
	}
	for _, event := range out.StatusCallbackEvents {
		o.refuseUnless(slices.Contains(events[:], event), badEvent, "StatusCallbackEvent is initiated, ringing, answered or completed")
	}
	for _, method := range []string{"Method", "FallbackMethod", "StatusCallbackMethod"} {
		o.refuseUnless(form.Get(method) == "" || form.Get(method) == http.MethodPost, badParameter, method+" is POST: this exchange knows no other")
	}
	return out, o.refusal
}

// An order is the form of a call that is to be made, and the first thing wrong with it.
type order struct {
	form    url.Values
	refusal *restError
}

func (o *order) refuseUnless(fine bool, code int, message string) {
	if !fine && o.refusal == nil {
		o.refusal = &restError{Code: code, Message: message, Status: http.StatusBadRequest}
	}
}

// e164 is a number as it must be after it was written in international form.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

func (o *order) number(field string, missing, wrong int) string {
	number := o.form.Get(field)
	o.refuseUnless(number != "", missing, "No "+field+" number is given")
	o.refuseUnless(e164.MatchString(international(number)), wrong, field+" is no telephone number")
	return number
}

func (o *order) address(field string, wrong int, must bool) string {
	address := o.form.Get(field)
	if address == "" && !must {
		return ""
	}
	u, err := url.Parse(address)
	fine := err == nil && (u.Scheme == "http" || u.Scheme == "https") && reachable(u)
	o.refuseUnless(fine, wrong, field+" is no http or https URL")
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

// oneOf reads a field that holds one of the words; empty: none is given.
func (o *order) oneOf(field string, words ...string) string {
	word := o.form.Get(field)
	o.refuseUnless(word == "" || slices.Contains(words, word), badParameter, field+" is not known")
	return word
}

// seconds reads a span; 0: none is given.
func (o *order) seconds(field string, most int) time.Duration {
	if !o.form.Has(field) {
		return 0
	}
	n, err := strconv.Atoi(o.form.Get(field))
	o.refuseUnless(err == nil && n > 0 && n <= most, badParameter, field+" is 1 to "+strconv.Itoa(most))
	return time.Duration(n) * time.Second
}

// refusals are the orders of calls that the exchange refuses. Exchange.mu guards them.
type refusals struct {
	switches map[string]Fault // by the number called; "": all others
	refused  map[string]int   // how many were refused and not yet awaited, by the number called
}

// Refuse has every order of a call to a number refused with one of Twilio's codes, and the HTTP status
// that Twilio sends with it, until [Exchange.Accept]. Without a number it is every call that has no
// refusal of its own. RetryAfter is that header, in whole seconds; 0: none.
func (e *Exchange) Refuse(number string, code int, retryAfter time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refusals.switches == nil {
		e.refusals.switches = map[string]Fault{}
	}
	if number != "" {
		number = international(number)
	}
	e.refusals.switches[number] = Fault{Status: statusOf(code), Code: code, RetryAfter: retryAfter}
}

// Accept ends what [Exchange.Refuse] has begun for a number; without one, for all.
func (e *Exchange) Accept(number string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if number == "" {
		e.refusals.switches = nil
		return
	}
	delete(e.refusals.switches, international(number))
}

// refusal is how an order of a call to a number is refused; false: it is not.
func (e *Exchange) refusal(to string) (Fault, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	to = international(to)
	fault, refused := e.refusals.switches[to]
	if !refused {
		fault, refused = e.refusals.switches[""]
	}
	if refused {
		if e.refusals.refused == nil || len(e.refusals.refused) >= placedLimit {
			e.refusals.refused = map[string]int{}
		}
		e.refusals.refused[to]++
		e.wake()
	}
	return fault, refused
}

// AwaitRefusal waits until an order of a call to a number was refused, for the given span of real
// time; then it is [ErrNoRing]. Each refusal counts once.
func (e *Exchange) AwaitRefusal(ctx context.Context, number string, within time.Duration) error {
	number = international(number)
	return e.await(ctx, within, func() (bool, <-chan struct{}) {
		e.mu.Lock()
		defer e.mu.Unlock()
		found := e.refusals.refused[number] > 0
		if found {
			e.refusals.refused[number]--
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
