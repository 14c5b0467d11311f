package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/sse"
	"updatecenter/internal/testkit/check"
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
		if sse.Wanted(http.Header{"Accept": {value}}) && !strings.Contains(strings.ToLower(value), sse.Type) {
			t.Errorf("%q was taken for the stream's type", value)
		}
	})
}

// follow asks for the stream of the followed delivery, from the event after seen on.
func (r *rig) follow(seen string) answer {
	r.Helper()
	return r.send(r.following(seen))
}

func (r *rig) following(seen string) *http.Request {
	r.Helper()
	request := r.request(http.MethodGet, eventsPath, "")
	request.Header.Set("Accept", "text/event-stream")
	if seen != "" {
		request.Header.Set("Last-Event-ID", seen)
	}
	return request
}

// at has something happen when so many milliseconds have passed.
func (r *rig) at(when map[int]func()) {
	r.passing = func() {
		for after, happens := range when {
			if !r.now().Before(start.Add(time.Duration(after) * time.Millisecond)) {
				delete(when, after)
				happens()
			}
		}
	}
}

// streamed is an event of the followed delivery as a stream has it.
func streamed(sequence int, after time.Duration, status deliveries.Status, rest string) string {
	return fmt.Sprintf("id: %d\ndata: {\"sequence\":%d,\"final\":%t,\"at\":%q,\"status\":%q,\"attempt\":1%s}\n\n",
		sequence, sequence, status.Final(), start.Add(after).Format(time.RFC3339Nano), status, rest)
}

func TestStream(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.at(map[int]func(){
		600:  func() { r.becomes(deliveries.Calling, "") },
		900:  func() { r.becomes(deliveries.Ringing, "") },
		3000: func() { r.becomes(deliveries.NoticeLeft, "a machine answered") },
		6000: func() { r.becomes(deliveries.Delivered, "") },
		8400: func() { r.becomes(deliveries.Declined, "") },
	})
	got := r.follow("").is(http.StatusOK, "")
	want := streamed(1, 0, deliveries.Queued, "") +
		streamed(2, 600*time.Millisecond, deliveries.Calling, "") +
		streamed(3, 900*time.Millisecond, deliveries.Ringing, "") +
		streamed(4, 3*time.Second, deliveries.NoticeLeft, `,"detail":"a machine answered"`) +
		streamed(5, 6*time.Second, deliveries.Delivered, "")
	if got.body != want { // the last change comes more than 5 seconds after the first final event
		t.Errorf("got\n%s\nwant\n%s", got.body, want)
	}
	for header, want := range map[string]string{
		"Content-Type": "text/event-stream", "X-Accel-Buffering": "no", "Vary": "Accept", "Cache-Control": "no-store",
	} {
		if got := got.header.Get(header); got != want {
			t.Errorf("%s = %s", header, got)
		}
	}
	if passed := r.now().Sub(start); passed < 8*time.Second || passed > 8*time.Second+lookEvery {
		t.Errorf("ended after %s", passed)
	}
}

// TestStreamGoesOn: a client that comes back gets what it has not seen, and is told when
// there is nothing to come back for.
func TestStreamGoesOn(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.becomes(deliveries.Calling, "")
	r.becomes(deliveries.Failed, "busy")
	r.world.Set(start.Add(deliveries.SettlesIn - 1))
	if got := r.follow("3").is(http.StatusOK, ""); got.body != "" {
		t.Errorf("got %s", got.body)
	}
	r.world.Set(start.Add(time.Hour))
	if got := r.follow("2").is(http.StatusOK, ""); got.body != streamed(3, 0, deliveries.Failed, `,"detail":"busy"`) {
		t.Errorf("got %s", got.body)
	}
	if !r.now().Equal(start.Add(time.Hour)) {
		t.Error("waits for what will not come")
	}
	for _, seen := range []string{"3", "4", "999999999"} {
		if got := r.follow(seen).is(http.StatusNoContent, ""); got.body != "" {
			t.Errorf("got %s", got.body)
		}
	}
}

// TestHeartbeats follows a delivery as long as one can. Each look has the time of any other request, and not the
// whole stream.
func TestHeartbeats(t *testing.T) {
	r := newRig(t)
	r.provision()
	looks := 0
	r.fault(func(ctx context.Context) error {
		looks++
		deadline, ok := ctx.Deadline()
		if left := time.Until(deadline); !ok || left > storesWithin {
			t.Errorf("look %d: %s left", looks, left)
		}
		return nil
	})
	got := r.follow("1").is(http.StatusOK, "")
	const comment = ": nothing new\n\n"
	if count := strings.Count(got.body, comment); count < 117 || count > 120 || got.body != strings.Repeat(comment, count) {
		t.Errorf("%d comments: %.200s", count, got.body)
	}
	if passed := r.now().Sub(start); passed < maxStream || passed > maxStream+lookEvery {
		t.Errorf("ended after %s", passed)
	}
	if looks < 1000 {
		t.Errorf("%d looks", looks)
	}
}

func TestStreamEndsWhenTheServerStops(t *testing.T) {
	r := newRig(t)
	r.provision()
	stopping := make(chan struct{})
	r.config.Stopping = stopping
	r.restart()
	r.at(map[int]func(){60_000: func() { close(stopping) }})
	r.follow("").is(http.StatusOK, "")
	if passed := r.now().Sub(start); passed > time.Minute+lookEvery {
		t.Errorf("ended after %s", passed)
	}
}

// TestStreamInTrouble: before the first word the trouble of a store is a problem. After it,
// the stream goes on when the store is back, and the log is told once each time.
func TestStreamInTrouble(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.fault(away)
	r.follow("").is(http.StatusServiceUnavailable, "unavailable")
	r.fault(nil)
	before := strings.Count(r.world.Log.String(), errRefused.Error())
	r.at(map[int]func(){
		3000: func() { r.fault(away) },
		6000: func() { r.fault(nil); r.becomes(deliveries.Ringing, "") },
		7000: func() { r.fault(away) },
		9000: func() { r.fault(nil); r.becomes(deliveries.Failed, "no answer") },
	})
	want := streamed(1, 0, deliveries.Queued, "") + streamed(2, 6*time.Second, deliveries.Ringing, "") +
		streamed(3, 9*time.Second, deliveries.Failed, `,"detail":"no answer"`)
	if got := r.follow("").is(http.StatusOK, ""); got.body != want {
		t.Errorf("got %s", got.body)
	}
	r.world.Log.Holds(t, "WARN", "can't be looked at", string(followed), errRefused.Error())
	if told := strings.Count(r.world.Log.String(), errRefused.Error()) - before; told != 2 {
		t.Errorf("the log was told %d times", told)
	}
}

// TestFollowedDeliveryForgotten: a store that lost the delivery will not find it again.
func TestFollowedDeliveryForgotten(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.at(map[int]func(){1000: func() {
		r.fault(func(context.Context) error { return deliveries.ErrNotFound })
	}})
	r.follow("").is(http.StatusOK, "")
	if passed := r.now().Sub(start); passed > time.Second+lookEvery {
		t.Errorf("ended after %s", passed)
	}
	r.world.Log.Holds(t, "WARN", "stream of events broke off", string(followed))
}

func TestClientLeavesStream(t *testing.T) {
	r := newRig(t)
	r.provision()
	ctx, leave := context.WithCancel(t.Context())
	r.at(map[int]func(){1000: leave})
	r.send(r.following("").WithContext(ctx)).is(http.StatusOK, "")
	if passed := r.now().Sub(start); passed > time.Second+lookEvery {
		t.Errorf("ended after %s", passed)
	}
	if strings.Contains(r.world.Log.String(), "broke off") {
		t.Error("the log is told of a client that left")
	}
}

// A deaf client takes nothing.
type deaf struct{ *httptest.ResponseRecorder }

func (deaf) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestClientTakesNothing(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.handler.ServeHTTP(deaf{httptest.NewRecorder()}, r.following(""))
	if !r.now().Equal(start) {
		t.Errorf("ended after %s", r.now().Sub(start))
	}
	r.world.Log.Holds(t, "WARN", "broke off", "broken pipe")
}

func TestHeadOfStream(t *testing.T) {
	r := newRig(t)
	r.provision()
	request := r.following("")
	request.Method = http.MethodHead
	if got := r.send(request).is(http.StatusOK, ""); got.header.Get("Content-Type") != sse.Type || got.body != "" {
		t.Errorf("%s: %s", got.header.Get("Content-Type"), got.body)
	}
}

func TestTooManyStreams(t *testing.T) {
	r := newRig(t)
	r.provision()
	a := r.restart()
	a.streams.Store(maxStreams)
	got := r.follow("").is(http.StatusServiceUnavailable, "too-many-streams")
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	r.ask(http.MethodGet, eventsPath, "").is(http.StatusOK, "")
	a.streams.Store(maxStreams - 1)
	r.becomes(deliveries.Canceled, "")
	r.follow("").is(http.StatusOK, "")
	if open := a.streams.Load(); open != maxStreams-1 {
		t.Errorf("%d streams are held to be open", open)
	}
}

// TestStreamOutlastsTheServersTimes goes through a server that gives other requests a fraction
// of a second, for reading and for writing, and whose events must come one by one.
func TestStreamOutlastsTheServersTimes(t *testing.T) {
	const times = 2 * time.Second
	r := newRig(t)
	r.provision()
	began := time.Now()
	r.config.Now = func() time.Time { return start.Add(time.Since(began)) }
	r.config.Wait = nil
	r.restart()
	server := httptest.NewUnstartedServer(r.handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = times, times
	server.Start()
	defer server.Close()

	request := r.following("1") // nothing is new, and yet the headers come
	request.RequestURI = ""
	request.URL.Scheme, request.URL.Host = "http", server.Listener.Addr().String()
	response, err := server.Client().Do(request)
	check.OK(t, err)
	defer response.Body.Close()
	body := bufio.NewReader(response.Body)
	for i, status := range []deliveries.Status{deliveries.Calling, deliveries.Canceled} {
		time.Sleep(times * 3 / 2)
		r.becomes(status, "")
		if got := readEvent(t, body); got != streamed(i+2, 0, status, "") {
			t.Errorf("got %s", got)
		}
	}
	if rest, err := io.ReadAll(body); err != nil || len(rest) > 0 {
		t.Errorf("%s, %v", rest, err)
	}
	if lasted := time.Since(began); lasted < deliveries.SettlesIn {
		t.Errorf("lasted %s", lasted)
	}
}

func readEvent(t *testing.T, body *bufio.Reader) string {
	t.Helper()
	var event strings.Builder
	for !strings.HasSuffix(event.String(), "\n\n") {
		line, err := body.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q: %v", event.String(), err)
		}
		event.WriteString(line)
	}
	return event.String()
}
