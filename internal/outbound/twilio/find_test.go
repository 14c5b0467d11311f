package twilio_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/twilio"
)

// since is when the attempt was begun. The calls below say how many seconds after it, to the
// second, Twilio created them.
var since = time.Date(2026, 3, 1, 0, 0, 1, 700_000_000, time.UTC)

func listed(sid string, after int, change record) record {
	call := record{
		"sid": sid, "to": string(home), "from": string(access), "direction": "outbound-api", "status": "ringing",
		"date_created": since.Truncate(time.Second).Add(time.Duration(after) * time.Second).Format(time.RFC1123Z),
		"start_time":   nil,
	}
	for field, value := range change {
		call[field] = value
	}
	return call
}

// callList answers with the calls that wait and those that were dialed, size of them a page.
func callList(size int, waiting, started []record) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		all := started
		if r.Form.Get("Status") == "queued" {
			all = waiting
		}
		page := number(r, "Page")
		from, to := min(page*size, len(all)), min((page+1)*size, len(all))
		answer := record{"calls": all[from:to], "page": page, "next_page_uri": nil}
		if to < len(all) {
			query := r.URL.Query()
			query.Set("Page", fmt.Sprint(page+1))
			query.Set("PageToken", "PA1")
			answer["next_page_uri"] = r.URL.Path + "?" + query.Encode()
		}
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func TestFind(t *testing.T) {
	started := []record{
		listed("CA5", 9, record{"status": "completed"}),
		listed("CA4", 0, nil),
		listed("CA3", -2, nil),
		listed("CA2", -3, nil),
		listed("CA6", 1, record{"direction": "outbound-dial"}),
		listed("CA7", 1, record{"direction": "inbound"}),
		listed("CA8", 1, record{"to": "+16125550143"}),
	}
	waiting := []record{listed("CA9", 3, record{"status": "queued"}), listed("CA4", 0, record{"status": "queued"})}
	l := newLine(t, callList(2, waiting, started))
	got, err := dialer(t, l, nil).Find(t.Context(), home, since)
	if err != nil {
		t.Fatal(err)
	}
	second := since.Truncate(time.Second)
	want := []deliveries.FoundCall{
		{CallSID: "CA3", Created: second.Add(-2 * time.Second), Status: "ringing"},
		{CallSID: "CA4", Created: second, Status: "ringing"},
		{CallSID: "CA9", Created: second.Add(3 * time.Second), Status: "queued"},
		{CallSID: "CA5", Created: second.Add(9 * time.Second), Status: "completed"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Two seconds before since was the day before.
	queries := []url.Values{
		{"To": {string(home)}, "From": {string(access)}, "PageSize": {"100"}, "Status": {"queued"}},
		{"To": {string(home)}, "From": {string(access)}, "PageSize": {"100"}, "StartTime>": {"2026-02-28T00:00:00Z"}},
	}
	asked := l.requests()
	if diff := cmp.Diff(queries, []url.Values{asked[0].form, asked[1].form}); diff != "" {
		t.Error(diff)
	}
	if len(asked) != 5 {
		t.Errorf("asked for %d pages", len(asked))
	}
}

func TestFindNothing(t *testing.T) {
	got, err := dialer(t, newLine(t, callList(2, nil, nil)), nil).Find(t.Context(), home, since)
	if len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFindFails(t *testing.T) {
	many := make([]record, 1001)
	for i := range many {
		many[i] = listed(fmt.Sprint("CA", i), 1, nil)
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error // nil: any
	}{
		"too many":    {callList(500, nil, many), twilio.ErrTooMany},
		"no date":     {callList(2, nil, []record{listed("CA1", 1, record{"date_created": nil})}), nil},
		"no SID":      {callList(2, []record{listed("CA1", 1, record{"sid": nil})}, nil), nil},
		"credentials": {answers(http.StatusUnauthorized, record{"code": 20003}), twilio.ErrCredentials},
		"trouble":     {answers(http.StatusServiceUnavailable, nil), nil},
	} {
		got, err := dialer(t, newLine(t, c.answer), nil).Find(t.Context(), home, since)
		if got != nil || err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}
