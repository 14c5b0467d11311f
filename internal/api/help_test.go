package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestClientsOfTheFirstRelease sent a reason alone, and are told what is to be done now.
func TestClientsOfTheFirstRelease(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	r.validated("ordering/77") // by somebody: that helps nobody who isn't named
	r.world.Audit.Take()
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
		check.Same(t, r.world.Audit.Take()[0], want)
	}
	records, err := r.world.DB.Lines().History(t.Context(), line, 1)
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
		r.world.Log.Holds(t, "not done", string(line), `"77"`)
	}
	check.Same(t, actions(r.world.Audit.Take()), []string{"reset-refused by ordering/77", "reset-refused by ordering/77"})
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
	records, err := r.world.DB.Lines().History(t.Context(), line, 1)
	want := []pins.Record{{At: start, Event: pins.PINUnlocked, By: "ordering/77", From: "api", Reason: "the children played"}}
	if diff := cmp.Diff(want, records); diff != "" || err != nil {
		t.Error(diff, err)
	}
	r.world.Log.Holds(t, "line unlocked", string(line), "ordering", `"77"`)
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
			events := r.world.Audit.Take()
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
	for _, event := range r.world.Audit.Take() {
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
			r.world.Calls.Mend("Record")
			r.ask(method, test.path, "")
			want := audit.Event{
				Action: audit.LookedUp, By: "ordering", Via: "api", From: "192.0.2.1", Subject: test.subject, Detail: test.detail,
			}
			if diff := cmp.Diff([]audit.Event{want}, r.world.Audit.Take()); diff != "" {
				t.Errorf("%s: %s", test.path, diff)
			}
		}
		r.world.Calls.Fail("Record", errFull)
		got := r.ask(http.MethodGet, test.path, "").is(http.StatusServiceUnavailable, "unavailable")
		if strings.Contains(got.body, "device") {
			t.Errorf("the client is told the cause: %s", got.body)
		}
		r.world.Calls.Fail("Record", fmt.Errorf("read head: %w", audit.ErrTampered))
		r.ask(http.MethodGet, test.path, "").is(http.StatusInternalServerError, "internal")
	}
	r.world.Log.Holds(t, "ERROR", errFull.Error())
	r.world.Log.Holds(t, "ERROR", audit.ErrTampered.Error())
}

// TestNothingIsDoneUnrecorded: without the audit nobody is validated, and nothing is reset.
func TestNothingIsDoneUnrecorded(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	r.provision()
	path, code := r.called()
	r.validated("ordering/77")
	r.world.Calls.Fail("Record", errFull)
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
	r.world.Log.Holds(t, "refused reset of a PIN not recorded", errFull.Error(), "ordering")
	r.world.Calls.Mend("Record")
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
		return r.world.Audit.Take()[0].From
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
		if no := explain(fmt.Errorf("ask: %w", err), start); no.name != "internal" {
			t.Errorf("%v: %s", err, no.name)
		}
	}
}

// claims sends a claim as the agent 77, and returns the result.
func (r *rig) claims(method, account, field, text string) string {
	r.Helper()
	body := `{"agent":"77","method":"` + method + `","account":"` + account + `","` + field + `":"` + text + `"}`
	var result ValidationResult
	r.ask(http.MethodPost, linePath+"/validations", body).is(http.StatusOK, "").read(&result)
	if result.TriesLeft != nil {
		r.Errorf("%s: how many tries are left is told", method)
	}
	return result.Result
}

// TestValidationBySecret: right or wrong is all that is told.
func TestValidationBySecret(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.provision()
	const elsewhere = "MN-2000-7"
	r.ask(http.MethodPut, "/v1/accounts/"+elsewhere, strings.Replace(newAccount, "612-555-0142", "651-555-0199", 1)).is(http.StatusCreated, "")
	r.secrets = append(r.secrets, "999999")
	for _, test := range []struct{ method, account, field, text, want string }{
		{"security_code", string(coded), "code", "999999", "wrong"},
		{"security_code", string(missing), "code", code, "wrong"},
		{"security_code", elsewhere, "code", code, "wrong"}, // it is that of the account, but not of the line
		{"security_answer", string(coded), "answer", luz, "wrong"},
		{"security_code", "mn-1000-4", "code", "826 517", "right"},
	} {
		r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusForbidden, "not-validated")
		if got := r.claims(test.method, test.account, test.field, test.text); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
	r.ask(http.MethodPost, linePath+"/unlock", help).is(http.StatusOK, "")
	for range 6 {
		r.claims("security_code", string(coded), "code", "999999")
	}
	if got := r.claims("security_code", string(coded), "code", code); got != "wrong" {
		t.Errorf("of an account that is locked: %s", got)
	}
	r.world.Log.Holds(t, "validation of a customer judged", `"right"`, "ordering/77", string(line))
	if strings.Contains(r.world.Log.String()[strings.Index(r.world.Log.String(), "validation of a customer"):], string(coded)) {
		t.Error("the log holds what was typed for an account")
	}
}

func TestValidationByAnswer(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.provision()
	r.ask(http.MethodPut, accountPath+"/security-question", `{"question":"Who?","answer":"`+luz+`"}`).is(http.StatusOK, "")
	if got := r.claims("security_answer", string(coded), "answer", "dona LUZ of st paul"); got != "right" {
		t.Errorf("got %s", got)
	}
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, "")
	records, err := r.world.DB.Lines().History(t.Context(), line, 2)
	if err != nil || len(records) != 2 || records[1].Method != pins.BySecret || records[1].By != "ordering/77" {
		t.Errorf("got %+v, %v", records, err)
	}
}

func TestValidationByPhotoID(t *testing.T) {
	r := newRig(t)
	r.add("")
	const body = `{"agent":"jo.berg","method":"photo_id","note":"driver's license, looks like them"}`
	plain, store := r.key("crm", apikey.ValidationsWrite, apikey.PinsReset), r.key("store-12", apikey.ValidationsPhotoID, apikey.PinsReset)
	r.unlike = true // which scope it takes follows from the body
	got := r.askAs(plain, http.MethodPost, linePath+"/validations", body).is(http.StatusForbidden, "missing-scope")
	if !strings.Contains(got.header.Get("WWW-Authenticate"), "validations:photo-id") {
		t.Errorf("challenge: %s", got.header.Get("WWW-Authenticate"))
	}
	r.askAs(plain, http.MethodPost, linePath+"/pin/reset", strings.Replace(help, "77", "jo.berg", 1)).is(http.StatusForbidden, "not-validated")
	r.unlike = true
	r.askAs(store, http.MethodPost, linePath+"/validations", callLine).is(http.StatusForbidden, "missing-scope")
	r.askAs(store, http.MethodPost, linePath+"/validations", body).is(http.StatusOK, "")
	r.askAs(store, http.MethodPost, linePath+"/pin/reset", strings.Replace(help, "77", "jo.berg", 1)).is(http.StatusOK, "")
	check.Same(t, actions(r.world.Audit.Take()), []string{
		"validation-failed by crm/jo.berg", "reset-refused by crm/jo.berg", "validated by store-12/jo.berg", "pin-reset by store-12/jo.berg",
	})
	for _, note := range []string{"", "too short", strings.Repeat("é", 501), `two\nlines of text`} {
		r.ask(http.MethodPost, linePath+"/validations", `{"agent":"77","method":"photo_id","note":"`+note+`"}`).is(http.StatusBadRequest, "bad-body")
	}
}

// TestValidationBodies: each method has its fields, and no others.
func TestValidationBodies(t *testing.T) {
	r := newRig(t)
	r.add("")
	for _, body := range []string{
		`{}`, `null`, `[]`, `{"agent":"77"}`, `{"method":"call"}`, `{"agent":"77","method":""}`, `{"agent":"77","method":"zip","account":"MN-1000-4","zip":"55403"}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","zip":"55403"}`, `{"agent":"77","method":"CALL"}`,
		`{"agent":"77","method":"call","to":"651-555-0199"}`, `{"agent":"77","method":"call","note":"what a nice day"}`, `{"agent":"77","method":"call","code":""}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4"}`, `{"agent":"77","method":"security_code","code":"1"}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","code":""}`, `{"agent":"77","method":"security_code","account":"MN-1000-4","code":null}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","code":1}`, `{"agent":"77","method":"security_code","account":"M_N","code":"1"}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","answer":"1"}`, `{"agent":"77","method":"security_code","account":"MN-1000-4","code":"1","answer":"1"}`,
		`{"agent":"77","method":"security_answer","account":"MN-1000-4","answer":"` + strings.Repeat("x", 401) + `"}`,
		`{"agent":"77","method":"photo_id"}`, `{"agent":"77","method":"photo_id","note":null}`, `{"agent":"77","method":"operator","note":"because I say so"}`,
	} {
		r.ask(http.MethodPost, linePath+"/validations", body).is(http.StatusBadRequest, "bad-body")
	}
	if all := actions(r.world.Audit.Take()); slices.Contains(all, "validated by ordering/77") {
		t.Errorf("recorded: %v", all)
	}
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusForbidden, "not-validated")
}

// TestAgents: no name of an agent can be taken for another's, or for that of a key.
func TestAgents(t *testing.T) {
	r := newRig(t)
	r.add("")
	for _, agent := range []string{"", "7 7", "a/b", "é", "77\u0000", strings.Repeat("7", 36), "77,78", "\"", "<77>"} {
		quoted := strings.NewReplacer(`"`, `\"`, "\x00", `\u0000`).Replace(agent)
		r.ask(http.MethodPost, linePath+"/validations", `{"agent":"`+quoted+`","method":"call"}`).is(http.StatusBadRequest, "bad-body")
		r.ask(http.MethodPost, linePath+"/pin/reset", `{"agent":"`+quoted+`","reason":"x"}`).is(http.StatusBadRequest, "bad-body")
		r.ask(http.MethodPost, validationPath+"/code", `{"agent":"`+quoted+`","code":"123456"}`).is(http.StatusBadRequest, "bad-body")
	}
	for _, query := range []string{"", "?agent=", "?agent=7%207", "?agent=a/b", "?agent=" + strings.Repeat("7", 36), "?Agent=77"} {
		r.ask(http.MethodGet, validationPath+query, "").is(http.StatusBadRequest, "bad-agent")
	}
	r.unlike = true // as the checker takes the first of two
	r.ask(http.MethodGet, validationPath+"?agent=77&agent=78", "").is(http.StatusBadRequest, "bad-agent")
	r.ask(http.MethodDelete, validationPath+"?agent=77", "").is(http.StatusMethodNotAllowed, "bad-method")
	long := strings.Repeat("n", 64)
	agent := strings.Repeat("A", 35)
	r.world.Audit.Take()
	r.askAs(r.key(long, apikey.ValidationsWrite), http.MethodPost, linePath+"/validations", `{"agent":"`+agent+`","method":"call"}`).is(http.StatusAccepted, "")
	if events := r.world.Audit.Take(); len(events) != 1 || events[0].By != long+"/"+agent || events[0].Via != audit.ViaAPI {
		t.Errorf("recorded: %+v", events)
	}
}
