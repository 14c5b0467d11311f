package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/audited"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/sse"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const callNow = `{"secret":"security_code","method":"voice"}`

func (a answer) delivery() Delivery {
	a.t.Helper()
	var d Delivery
	a.read(&d)
	return d
}

// keyed sends a request for a delivery with an idempotency key.
func (r *rig) keyed(key, body string) answer {
	r.Helper()
	request := r.request(http.MethodPost, accountPath+"/deliveries", body)
	request.Header.Set("Idempotency-Key", key)
	return r.send(request)
}

func TestRequestDelivery(t *testing.T) {
	for _, test := range []struct {
		body   string
		about  deliveries.Topic
		method deliveries.Method
	}{
		{callNow, deliveries.SecurityCode, deliveries.Voice},
		{`{"secret":"security_code","method":"letter"}`, deliveries.SecurityCode, deliveries.ByMail},
		{`{"secret":"security_code","method":"email"}`, deliveries.SecurityCode, deliveries.Email},
	} {
		r := newRig(t)
		r.provision()
		got := r.ask(http.MethodPost, accountPath+"/deliveries", test.body).is(http.StatusAccepted, "")
		delivery := got.delivery()
		path := "/v1/deliveries/" + string(delivery.ID)
		if got.header.Get("Location") != path {
			t.Errorf("Location = %s", got.header.Get("Location"))
		}
		event := DeliveryEvent{Sequence: 1, Event: deliveries.Event{At: start, Status: deliveries.Queued, Attempt: 1}}
		want := Delivery{
			ID: delivery.ID, Topic: test.about, Method: test.method, Status: deliveries.Queued, Attempt: 1,
			Created: start, NextAttempt: start, Events: []DeliveryEvent{event},
		}
		check.Same(t, delivery, want)
		check.Same(t, r.ask(http.MethodGet, path, "").is(http.StatusOK, "").delivery(), want)
		r.world.Log.Holds(t, "delivery requested", string(delivery.ID), string(test.method), "ordering")
	}
}

// TestRequestDeliveryOnce: what is sent again, as nobody heard the answer, is one delivery.
func TestRequestDeliveryOnce(t *testing.T) {
	r := newRig(t)
	r.provision()
	first := r.keyed("a", callNow).is(http.StatusAccepted, "")
	for range 4 { // more than an hour's worth
		again := r.keyed("a", callNow).is(http.StatusAccepted, "")
		if again.body != first.body {
			t.Errorf("got %s, and before %s", again.body, first.body)
		}
	}
	r.keyed("a", `{"secret":"security_code","method":"letter"}`).is(http.StatusUnprocessableEntity, "idempotency-key-reused")
	r.ask(http.MethodPut, "/v1/accounts/MN-2", newAccount).is(http.StatusCreated, "")
	request := r.request(http.MethodPost, "/v1/accounts/MN-2/deliveries", callNow)
	request.Header.Set("Idempotency-Key", "a")
	r.send(request).is(http.StatusUnprocessableEntity, "idempotency-key-reused")

	// The keys of two clients have nothing to do with each other.
	request = r.request(http.MethodPost, accountPath+"/deliveries", callNow)
	request.Header.Set("Authorization", "Bearer "+r.key("portal", "deliveries:write"))
	request.Header.Set("Idempotency-Key", "a")
	if other := r.send(request).is(http.StatusAccepted, ""); other.body == first.body {
		t.Error("another client's request is the same delivery")
	}
}

func TestIdempotencyKeys(t *testing.T) {
	r := newRig(t)
	r.provision()
	for i, test := range []struct {
		keys   []string
		good   bool
		unlike bool // a second header, which the checker doesn't look at
	}{
		{keys: []string{"8e03978e-40d5-43e8-bc93-6894a57f9324"}, good: true},
		{keys: []string{`"!~"`}, good: true},
		{keys: []string{strings.Repeat("k", 255)}, good: true},
		{keys: nil},
		{keys: []string{""}},
		{keys: []string{"two words"}},
		{keys: []string{"tab\t"}},
		{keys: []string{"é"}},
		{keys: []string{"\x7f"}},
		{keys: []string{strings.Repeat("k", 256)}},
		{keys: []string{"a", "a"}, unlike: true},
	} {
		request := r.request(http.MethodPost, accountPath+"/deliveries", callNow)
		request.Header["Idempotency-Key"] = test.keys
		if test.keys == nil {
			request.Header.Del("Idempotency-Key")
		}
		r.unlike = test.unlike
		got := r.send(request)
		if test.good {
			got.is(http.StatusAccepted, "")
		} else if got.status != http.StatusBadRequest {
			t.Errorf("%d: %d %s", i, got.status, got.body)
		} else {
			got.is(http.StatusBadRequest, "bad-idempotency-key")
		}
	}
}

func TestRequestDeliveryRefused(t *testing.T) {
	path := accountPath + "/deliveries"
	for _, test := range []struct {
		name    string
		prepare func(r *rig)
		path    string
		body    string
		status  int
		problem string
		words   []string
	}{
		{name: "no account", path: "/v1/accounts/" + string(missing) + "/deliveries", body: callNow, status: 404, problem: "no-such-account"},
		{name: "no answer", path: path, body: `{"secret":"security_answer","method":"voice"}`, status: 409, problem: "no-such-secret"},
		{
			name: "no code", prepare: func(r *rig) {
				r.ask(http.MethodPut, accountPath+"/security-question", `{"question":"Who?","answer":"`+luz+`"}`)
			},
			path: path, body: callNow, status: 409, problem: "no-such-secret",
		},
		{
			name: "no e-mail", prepare: func(r *rig) { r.ask(http.MethodPut, accountPath, `{"email":""}`) },
			path: path, body: `{"secret":"security_code","method":"email"}`, status: 409, problem: "no-email",
		},
		{
			name: "new e-mail", prepare: func(r *rig) { r.ask(http.MethodPut, accountPath, `{"email":"pat@example.com"}`) },
			path: path, body: `{"secret":"security_code","method":"email"}`, status: 409, problem: "email-too-new",
			words: []string{
				"March 4, 2026, 14:00 UTC", `"since":"2026-03-04T14:00:00Z"`, "April 3, 2026, 14:00 UTC", `"from":"2026-04-03T14:00:00Z"`,
			},
		},
		{
			name: "declined", prepare: func(r *rig) { r.block(start.Add(24 * time.Hour)) },
			path: path, body: callNow, status: 409, problem: "calls-declined",
			words: []string{"March 5, 2026, 14:00 UTC", `"until":"2026-03-05T14:00:00Z"`},
		},
		{name: "not set up", prepare: without, path: path, body: callNow, status: 409, problem: "method-not-offered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.provision()
			if test.prepare != nil {
				test.prepare(r)
			}
			got := r.ask(http.MethodPost, test.path, test.body).is(test.status, test.problem)
			for _, words := range append(test.words, `"instance"`) {
				if !strings.Contains(got.body, words) {
					t.Errorf("lacks %q: %s", words, got.body)
				}
			}
			for _, where := range []string{"5550142", "pat@"} {
				if strings.Contains(got.body, where) {
					t.Errorf("tells where it would go: %s", got.body)
				}
			}
		})
	}
}

// block is what a person who answers and did not ask for the call brings about.
func (r *rig) block(until time.Time) {
	account, err := r.config.Accounts.Get(r.Context(), coded)
	if err == nil {
		_, err = r.world.DB.Deliveries().Block(r.Context(), string(account.ID), until)
	}
	check.OK(r, err)
}

// without takes away the ways of delivery.
func without(r *rig) {
	r.config.Deliveries = deliveries.New(deliveries.Config{
		Store: r.world.Deliveries(), Phones: r.world.Deliveries(), Queue: &testkit.Queue{}, Accounts: r.config.Accounts,
	})
	r.restart()
}

func TestTooManyDeliveries(t *testing.T) {
	r := newRig(t)
	r.provision()
	for range 3 {
		r.ask(http.MethodPost, accountPath+"/deliveries", callNow).is(http.StatusAccepted, "")
	}
	r.world.Set(start.Add(time.Hour - 1500*time.Millisecond))
	got := r.ask(http.MethodPost, accountPath+"/deliveries", callNow).is(http.StatusTooManyRequests, "too-many-deliveries")
	if got.header.Get("Retry-After") != "2" || !strings.Contains(got.body, "for this account") {
		t.Errorf("Retry-After = %s: %s", got.header.Get("Retry-After"), got.body)
	}
	r.world.Set(start.Add(time.Hour))
	r.ask(http.MethodPost, accountPath+"/deliveries", callNow).is(http.StatusAccepted, "")
}

func TestTooManyDeliveriesForAll(t *testing.T) {
	until := &deliveries.LimitError{Until: start, All: true}
	for now, want := range map[time.Time]string{
		start.Add(-time.Minute): "60", start.Add(-time.Nanosecond): "1", start: "1", start.Add(time.Second): "1",
	} {
		no := tooManyDeliveries(until, now)
		if no.value != want || !strings.Contains(no.problem.Detail, "all accounts") {
			t.Errorf("Retry-After = %s, want %s: %s", no.value, want, no.problem.Detail)
		}
	}
}

func TestCancelDelivery(t *testing.T) {
	r := newRig(t)
	r.provision()
	got := r.ask(http.MethodDelete, deliveryPath, "").is(http.StatusOK, "").delivery()
	if got.Status != deliveries.Canceled || !got.Final || len(got.Events) != 2 || !got.Events[1].Final || !got.NextAttempt.IsZero() {
		t.Errorf("got %+v", got)
	}
	r.ask(http.MethodDelete, deliveryPath, "").is(http.StatusConflict, "too-late")
	r.world.Log.Holds(t, "delivery canceled", string(followed), "ordering")
}

func TestNoSuchDelivery(t *testing.T) {
	r := newRig(t)
	for _, id := range []string{"dlv_bbbbbbbbbbbbbbbbbbbbbbbbbb", "dlv_1", "x", "%20", strings.Repeat("x", 3000)} {
		path := "/v1/deliveries/" + id
		r.ask(http.MethodGet, path, "").is(http.StatusNotFound, "no-such-delivery")
		r.ask(http.MethodDelete, path, "").is(http.StatusNotFound, "no-such-delivery")
		r.ask(http.MethodGet, path+"/events", "").is(http.StatusNotFound, "no-such-delivery")
	}
}

// TestDeliveryTellsNothing: neither the code nor where it goes is shown, at any stage.
func TestDeliveryTellsNothing(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.secrets = append(r.secrets, "5550142", "Elm Street", "pat@mail", "acc_", "request-")
	r.becomes(deliveries.Answered, "")
	r.becomes(deliveries.Delivered, "")
	r.ask(http.MethodGet, deliveryPath, "").is(http.StatusOK, "")
	r.ask(http.MethodGet, deliveryPath+"/events", "").is(http.StatusOK, "")
	r.ask(http.MethodPost, accountPath+"/deliveries", callNow).is(http.StatusAccepted, "")
}

// TestDeliveryStoreTrouble: what is no refusal is the store's trouble, told without the cause.
func TestDeliveryStoreTrouble(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.config.Deliveries = troubled{r.config.Deliveries}
	r.restart()
	for _, request := range []*http.Request{
		r.request(http.MethodPost, accountPath+"/deliveries", callNow), r.request(http.MethodDelete, deliveryPath, ""),
	} {
		got := r.send(request).is(http.StatusServiceUnavailable, "unavailable")
		if strings.Contains(got.body, "10.0.0.7") {
			t.Errorf("told the cause: %s", got.body)
		}
	}
}

// troubled has no store to write to.
type troubled struct{ audited.Sending }

func (troubled) Request(context.Context, deliveries.Params) (deliveries.Delivery, error) {
	return deliveries.Delivery{}, fmt.Errorf("request: %w", errRefused)
}

func (troubled) Cancel(context.Context, deliveries.ID) (deliveries.Delivery, error) {
	return deliveries.Delivery{}, fmt.Errorf("cancel: %w", errors.Join(storage.ErrStale, errRefused))
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, seed := range []string{"a", "", " ", "two words", "\x7f", strings.Repeat("k", 256)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, err := idempotencyKey(http.Header{"Idempotency-Key": {value}})
		visible := strings.IndexFunc(value, func(c rune) bool { return c < '!' || c > '~' }) < 0
		if (err == nil) != (visible && value != "" && len(value) <= 255) {
			t.Errorf("%q: %v", value, err)
		}
		if err == nil && got != value {
			t.Errorf("%q was read as %q", value, got)
		}
	})
}

func ExampleDeliveryDocument() {
	document, err := json.Marshal(DeliveryDocument(deliveries.Delivery{
		ID: followed, Account: "acc_7", Topic: deliveries.SecurityCode, Method: deliveries.Voice, Status: deliveries.Ringing,
		Attempt: 1, CallSID: "CA1", Created: start, Events: []deliveries.Event{{At: start, Status: deliveries.Ringing, Attempt: 1}},
	}))
	fmt.Println(string(document), err)
	// Output:
	// {"id":"dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa","about":"security_code","method":"voice","status":"ringing","final":false,"attempt":1,"created":"2026-03-04T14:00:00Z","events":[{"sequence":1,"final":false,"at":"2026-03-04T14:00:00Z","status":"ringing","attempt":1}]} <nil>
}

// TestAddressTooNew: whoever has had the address changed gets no letter there.
func TestAddressTooNew(t *testing.T) {
	r := newRig(t)
	r.provision()
	const letter = `{"secret":"security_code","method":"letter"}`
	r.ask(http.MethodPost, accountPath+"/deliveries", letter).is(http.StatusAccepted, "")
	r.world.Set(start.Add(time.Hour))
	r.ask(http.MethodPut, accountPath, `{"address":{"street":["PO Box 7"],"city":"Duluth","state":"MN","zip":"55802"}}`).is(http.StatusOK, "")
	var got Problem
	r.ask(http.MethodPost, accountPath+"/deliveries", letter).is(http.StatusConflict, "address-too-new").read(&got)
	if !got.Since.Equal(r.now()) || !got.From.Equal(r.now().AddDate(0, 0, 30)) {
		t.Errorf("since %v, from %v", got.Since, got.From)
	}
	r.world.Set(got.From)
	r.ask(http.MethodPost, accountPath+"/deliveries", letter).is(http.StatusAccepted, "")
}

// TestCallsOfValidationsAreHidden: what an agent has asked for is nothing to other keys, even if
// they have the ID, and they can't end it.
func TestCallsOfValidationsAreHidden(t *testing.T) {
	const id deliveries.ID = "dlv_cccccccccccccccccccccccccc"
	r := newRig(t)
	r.provision()
	_, err := r.world.DB.Deliveries().Create(t.Context(), deliveries.NewDelivery{Subject: "validation +16125550142", Delivery: deliveries.Delivery{
		ID: id, Topic: deliveries.ValidationCode, Method: deliveries.Voice, To: "+16125550142", Ref: "val_1",
		Status: deliveries.Queued, Attempt: 1, Due: r.now(), Created: r.now(),
		Events: []deliveries.Event{{At: r.now(), Status: deliveries.Queued, Attempt: 1}},
	}})
	check.OK(t, err)
	path := "/v1/deliveries/" + string(id)
	r.ask(http.MethodGet, path, "").is(http.StatusNotFound, "no-such-delivery")
	r.ask(http.MethodGet, path+"/events", "").is(http.StatusNotFound, "no-such-delivery")
	r.ask(http.MethodDelete, path, "").is(http.StatusNotFound, "no-such-delivery")
	stream := r.request(http.MethodGet, path+"/events", "")
	stream.Header.Set("Accept", sse.Type)
	r.send(stream).is(http.StatusNotFound, "no-such-delivery")
	if stored, err := r.world.DB.Deliveries().Get(t.Context(), id); err != nil || stored.Status != deliveries.Queued {
		t.Errorf("it is %s (%v)", stored.Status, err)
	}
	r.ask(http.MethodPost, accountPath+"/deliveries", `{"secret":"validation_code","method":"voice"}`).is(http.StatusBadRequest, "")
}
