package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/sse"
)

const eventsPath = deliveryPath + "/events"

func TestEventsAsJSON(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.becomes(deliveries.Queued, "busy")
	want := DeliveryEvents{ID: followed, Events: []DeliveryEvent{
		{Sequence: 1, Event: deliveries.Event{At: start, Status: deliveries.Queued, Attempt: 1}},
		{Sequence: 2, Event: deliveries.Event{At: start, Status: deliveries.Queued, Attempt: 1, Detail: "busy"}},
	}}
	for _, accept := range []string{
		"", "*/*", "application/json", "text/html, application/json;q=0.9", "text/event-streams", ";",
	} {
		request := r.request(http.MethodGet, eventsPath, "")
		request.Header.Set("Accept", accept)
		request.Header.Set("Last-Event-ID", "1") // which is about streams
		var got DeliveryEvents
		answer := r.send(request).is(http.StatusOK, "")
		answer.read(&got)
		if diff := cmp.Diff(want, got); diff != "" || answer.header.Get("Vary") != "Accept" {
			t.Errorf("%q: Vary = %q, %s", accept, answer.header.Get("Vary"), diff)
		}
	}
}

func TestAcceptStream(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.becomes(deliveries.Canceled, "")
	for _, accept := range []string{"text/event-stream", "Text/Event-Stream; charset=utf-8", "text/html, text/event-stream"} {
		request := r.request(http.MethodGet, eventsPath, "")
		request.Header.Set("Accept", accept)
		if got := r.send(request).is(http.StatusOK, ""); got.header.Get("Content-Type") != sse.Type {
			t.Errorf("%q: %s", accept, got.header.Get("Content-Type"))
		}
	}
}

func TestBadLastEventID(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, seen := range []string{"-1", "x", "1.0", "01", "+1", "1 2", "1234567890", "99999999999999999999"} {
		r.follow(seen).is(http.StatusBadRequest, "bad-last-event-id")
	}
	r.unlike = true // the checker looks at the first alone
	request := r.following("1")
	request.Header.Add("Last-Event-ID", "1")
	r.send(request).is(http.StatusBadRequest, "bad-last-event-id")
}

func FuzzLastEventID(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "-1", "01", "9999999999", "1 ", "٣"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		seen, err := lastEventID(http.Header{"Last-Event-Id": {value}})
		if err == nil && fmt.Sprint(seen) != value {
			t.Errorf("%q was read as %d", value, seen)
		}
		if seen < 0 || seen > 999_999_999 {
			t.Errorf("%q was read as %d", value, seen)
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"", "*/*", "text/event-stream", "a/b, text/event-stream;q=0.1", "\"", ",,;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if wantsStream(http.Header{"Accept": {value}}) && !strings.Contains(strings.ToLower(value), sse.Type) {
			t.Errorf("%q was taken for the stream's type", value)
		}
	})
}
