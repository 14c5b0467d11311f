package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// TestClientsOfTheFirstRelease sent a reason alone, and are told what is to be done now.
func TestClientsOfTheFirstRelease(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	r.validated("ordering/77") // by somebody: that helps nobody who isn't named
	r.trail.told()
	for _, body := range []string{`{"reason":"forgot the PIN, identity checked"}`, `{"agent":null,"reason":"forgot"}`} {
		var problem Problem
		r.ask(http.MethodPost, linePath+"/pin/reset", body).is(http.StatusForbidden, "not-validated").read(&problem)
		for _, words := range []string{"agent", "15 minutes", "/v1/lines/{number}/validations"} {
			if !strings.Contains(problem.Detail, words) {
				t.Errorf("%q does not say %q", problem.Detail, words)
			}
		}
		if got := r.ask(http.MethodGet, linePath, "").line(); got.PIN != "personal" {
			t.Errorf("got %+v", got)
		}
		want := audit.Event{
			Action: audit.ResetRefused, By: "ordering", Via: "api", From: "192.0.2.1", Subject: string(line), Detail: "no agent named",
		}
		if diff := cmp.Diff(want, r.trail.told()[0]); diff != "" {
			t.Error(diff)
		}
	}
	records, err := r.store.Memory.History(t.Context(), line, 1)
	want := []pins.Record{{At: start, Event: pins.ResetRefused, By: "ordering", From: "api", Reason: "no agent named"}}
	if diff := cmp.Diff(want, records); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestNotValidated(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	for _, op := range []string{"/pin/reset", "/unlock"} {
		var problem Problem
		r.ask(http.MethodPost, linePath+op, help).is(http.StatusForbidden, "not-validated").read(&problem)
		if !strings.Contains(problem.Detail, "/v1/lines/{number}/validations") {
			t.Errorf("%s does not say what to do: %s", op, problem.Detail)
		}
		r.log.holds(t, "not done", string(line), `"77"`)
	}
	if diff := cmp.Diff([]string{"reset-refused by ordering/77", "reset-refused by ordering/77"}, actions(r.trail.told())); diff != "" {
		t.Error(diff)
	}
	if got := r.ask(http.MethodGet, linePath, "").line(); got.PIN != "personal" {
		t.Errorf("got %+v", got)
	}
}

func TestUnlock(t *testing.T) {
	r := newRig(t)
	r.add("", pins.DialLock)
	r.personal()
	r.fail(pins.FromLine, 10)
	r.fail(pins.Remote, 5)
	r.validated("ordering/77")
	body := `{"agent":"77","reason":"the children played"}`
	got := r.ask(http.MethodPost, linePath+"/unlock", body).is(http.StatusOK, "").line()
	unlocked := Strikes{Line: SideStrikes{Lock: NoLock}, Elsewhere: SideStrikes{Lock: NoLock}}
	if got.PIN != "personal" || got.Strikes != unlocked || len(got.Features) != 1 {
		t.Errorf("got %+v", got)
	}
	records, err := r.store.Memory.History(t.Context(), line, 1)
	want := []pins.Record{{At: start, Event: pins.PINUnlocked, By: "ordering/77", From: "api", Reason: "the children played"}}
	if diff := cmp.Diff(want, records); diff != "" || err != nil {
		t.Error(diff, err)
	}
	r.log.holds(t, "line unlocked", string(line), "ordering", `"77"`)
}

// TestRefusedHelpIsRecorded, in the history and in the audit, whatever was lacking.
func TestRefusedHelpIsRecorded(t *testing.T) {
	for _, test := range []struct {
		name, body, by, why string
		status              int
		scopes              []apikey.Scope
	}{
		{"no scope", help, "k", "key lacks the scope pins:reset", http.StatusForbidden, []apikey.Scope{apikey.LinesRead, apikey.ValidationsWrite}},
		{"no body", ``, "k", "no plain reason given", http.StatusUnsupportedMediaType, []apikey.Scope{apikey.PinsReset}},
		{"no reason", `{"agent":"77"}`, "k/77", "no plain reason given", http.StatusBadRequest, []apikey.Scope{apikey.PinsReset}},
		{"two lines", `{"agent":"77","reason":"a\nb"}`, "k/77", "no plain reason given", http.StatusBadRequest, []apikey.Scope{apikey.PinsReset}},
		{"long", `{"agent":"77","reason":"` + strings.Repeat("é", 501) + `"}`, "k/77", "no plain reason given", http.StatusBadRequest, []apikey.Scope{apikey.PinsReset}},
		{"bad agent", `{"agent":"7/7","reason":"x"}`, "k", "agent not named as agents are", http.StatusBadRequest, []apikey.Scope{apikey.PinsReset}},
	} {
		for _, op := range []string{"/pin/reset", "/unlock"} {
			r := newRig(t)
			r.add("")
			if got := r.askAs(r.key("k", test.scopes...), http.MethodPost, linePath+op, test.body); got.status != test.status {
				t.Errorf("%s: %d %s", test.name, got.status, got.body)
			}
			r.recorded(test.by, test.why)
			events := r.trail.told()
			if len(events) != 1 || events[0].Action != audit.ResetRefused || events[0].By != test.by || events[0].Detail != test.why {
				t.Errorf("%s: recorded %+v", test.name, events)
			}
		}
	}
}

var errFull = errors.New("no space left on device")

// TestLookUpsAreRecorded, each before it is answered, also of what is no line.
func TestLookUpsAreRecorded(t *testing.T) {
	r := newRig(t)
	const unknown = "/v1/lines/+16515550199"
	r.ask(http.MethodPut, linePath, `{"features":["selective-call-forwarding"]}`).is(http.StatusCreated, "")
	r.ask(http.MethodPut, linePath, `{"language":"es"}`).is(http.StatusOK, "")
	r.set(pins.SelectiveCallForwarding, "*", `{"on":false,"list":[],"forward_to":null}`)
	for _, event := range r.trail.told() {
		if event.Action == audit.LookedUp {
			t.Errorf("what the ordering system does is no look-up: %+v", event)
		}
	}
	for _, test := range []struct{ path, subject, detail string }{
		{linePath, string(line), "line"},
		{linePath + "/history", string(line), "history"},
		{linePath + "/features", string(line), "features"},
		{forwardingPath, string(line), "features"},
		{unknown, "+16515550199", "line"},
		{unknown + "/history", "+16515550199", "history"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r.trail.fault = nil
			r.ask(method, test.path, "")
			want := audit.Event{
				Action: audit.LookedUp, By: "ordering", Via: "api", From: "192.0.2.1", Subject: test.subject, Detail: test.detail,
			}
			if diff := cmp.Diff([]audit.Event{want}, r.trail.told()); diff != "" {
				t.Errorf("%s: %s", test.path, diff)
			}
		}
		r.trail.fault = errFull
		got := r.ask(http.MethodGet, test.path, "").is(http.StatusServiceUnavailable, "unavailable")
		if strings.Contains(got.body, "device") {
			t.Errorf("the client is told the cause: %s", got.body)
		}
		r.trail.fault = fmt.Errorf("read head: %w", audit.ErrTampered)
		r.ask(http.MethodGet, test.path, "").is(http.StatusInternalServerError, "internal")
	}
	r.log.holds(t, "ERROR", errFull.Error())
	r.log.holds(t, "ERROR", audit.ErrTampered.Error())
}

// TestNothingIsDoneUnrecorded: without the audit nobody is validated, and nothing is reset.
func TestNothingIsDoneUnrecorded(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	r.provision()
	path, code := r.called()
	r.validated("ordering/77")
	r.trail.fault = errFull
	for _, request := range []struct{ path, body string }{
		{linePath + "/validations", callLine},
		{linePath + "/validations", `{"agent":"77","method":"security_code","account":"MN-1000-4","code":"826517"}`},
		{linePath + "/validations", `{"agent":"77","method":"photo_id","note":"driver's license"}`},
		{path + "/code", `{"agent":"77","code":"` + code + `"}`},
		{linePath + "/pin/reset", help},
		{linePath + "/unlock", help},
	} {
		r.ask(http.MethodPost, request.path, request.body).is(http.StatusServiceUnavailable, "unavailable")
	}
	// What is refused stays refused.
	r.ask(http.MethodPost, linePath+"/pin/reset", `{"reason":"x"}`).is(http.StatusForbidden, "not-validated")
	r.log.holds(t, "refused reset of a PIN not recorded", errFull.Error(), "ordering")
	r.trail.fault = nil
	if got := r.ask(http.MethodGet, linePath, "").line(); got.PIN != "personal" {
		t.Errorf("got %+v", got)
	}
	if got := r.gives(path, code); got.Result != "right" {
		t.Errorf("the code was used up for nothing: %+v", got)
	}
}

// TestClientAddress: where there are proxies in between, Config says where a request comes from.
func TestClientAddress(t *testing.T) {
	r := newRig(t)
	r.add("")
	from := func(change func(*http.Request)) string {
		request := r.request(http.MethodGet, linePath, "")
		change(request)
		r.send(request).is(http.StatusOK, "")
		return r.trail.told()[0].From
	}
	for want, address := range map[string]string{"2001:db8::7": "[2001:db8::7]:443", "198.51.100.9": "[::ffff:198.51.100.9]:5", "198.51.100.4": "198.51.100.4:5", "": "@"} {
		got := from(func(request *http.Request) {
			request.RemoteAddr = address
			request.Header.Set("X-Forwarded-For", "203.0.113.9")
		})
		if got != want {
			t.Errorf("from %q, want %q", got, want)
		}
	}
	r.config.Client = func(request *http.Request) string { return request.Header.Get("X-Forwarded-For") }
	r.restart()
	if got := from(func(request *http.Request) { request.Header.Set("X-Forwarded-For", "203.0.113.9") }); got != "203.0.113.9" {
		t.Errorf("from %q", got)
	}
}

// TestFaultsOfTheDesk are ours, and to try again is no help.
func TestFaultsOfTheDesk(t *testing.T) {
	for _, err := range []error{repair.ErrWho, repair.ErrKey, audit.ErrInvalidEvent, audit.ErrTampered, audit.ErrUnreadable} {
		if no := explain(fmt.Errorf("ask: %w", err)); no.name != "internal" {
			t.Errorf("%v: %s", err, no.name)
		}
	}
}
