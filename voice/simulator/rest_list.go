package simulator

import (
	"net/http"
	"net/url"
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
