package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// An operation is a good request to the API, with the entry of the audit that it leaves first; or it leaves none.
type operation struct {
	request string // as "GET /v1/lines/{number}"
	body    string
	action  audit.Action
	why     string // it leaves no entry
}

// operations are at least one to each method of each path but those that need no key, in an order in which all
// of them find what they ask for.
var operations = []operation{
	{"GET /v1/lines/{number}", "", audit.LookedUp, ""},
	{"PUT /v1/lines/{number}", `{"language":"en"}`, audit.LineChanged, ""},
	{"POST /v1/lines/{number}/pin/reset", help, audit.ResetRefused, ""},
	{"POST /v1/lines/{number}/unlock", help, audit.ResetRefused, ""},
	{"POST /v1/lines/{number}/validations", callLine, audit.ValidationBegun, ""},
	{"POST /v1/lines/{number}/validations", photoID, audit.Validated, ""},
	{"GET /v1/validations/{validation}?agent=77", "", "", "it tells an agent how far the own call is, which was recorded when it was begun"},
	{"POST /v1/validations/{validation}/code", `{"agent":"77","code":"000000"}`, audit.ValidationFailed, ""},
	{"GET /v1/lines/{number}/history", "", audit.LookedUp, ""},
	{"GET /v1/lines/{number}/features", "", audit.LookedUp, ""},
	{"GET /v1/lines/{number}/features/{feature}", "", audit.LookedUp, ""},
	{"PUT /v1/lines/{number}/features/{feature}", `{"on":false,"list":[],"forward_to":null}`, audit.FeatureChanged, ""},
	{"PUT /v1/lines/{number}/last-caller", `{"caller":"+16515550177"}`, "", "the switch tells of every call to every line, and an audit of that would be the record of calls that nobody is to have"},
	{"GET /v1/accounts/{account}", "", audit.AccountRead, ""},
	{"PUT /v1/accounts/{account}", `{"language":"en"}`, audit.AccountChanged, ""},
	{"POST /v1/accounts/{account}/renumber", `{"account":"` + string(coded) + `"}`, audit.AccountChanged, ""},
	{"POST /v1/accounts/{account}/security-code", "", audit.AccountChanged, ""},
	{"PUT /v1/accounts/{account}/security-question", `{"question":"Which color?","answer":"blue"}`, audit.AccountChanged, ""},
	{"POST /v1/accounts/{account}/verify", `{"zip":"55403"}`, audit.AccountClaimed, ""},
	{"POST /v1/accounts/{account}/deliveries", `{"secret":"security_answer","method":"voice"}`, audit.DeliveryRequested, ""},
	{"POST /v1/enrollments", `{"account":"` + string(coded) + `","zip":"55403"}`, audit.AccountClaimed, ""},
	{"GET /v1/enrollments/{enrollment}", "", audit.AccountRead, ""},
	{"POST /v1/enrollments/{enrollment}/accounts", `{"account":"` + string(coded) + `","zip":"55403"}`, audit.AccountClaimed, ""},
	{"GET /v1/deliveries/{delivery}", "", audit.DeliveryRead, ""},
	{"GET /v1/deliveries/{delivery}/events", "", audit.DeliveryRead, ""},
	{"DELETE /v1/deliveries/{delivery}", "", audit.DeliveryCanceled, ""},
	{"POST /v1/accounts/{account}/verification/open", help, audit.AccountOpened, ""},
	{"GET /v1/tickets/{ticket}", "", audit.TicketRead, ""},
	{"PUT /v1/tickets/{ticket}", `{"number":"+16125550142","account":"` + string(coded) + `","contact":"+16515550177","status":"open"}`, audit.TicketChanged, ""},
	{"GET /v1/mailboxes/{number}", "", audit.LookedUp, ""},
	{"PUT /v1/mailboxes/{number}", `{"set_up":true}`, audit.MailboxChanged, ""},
	{"GET /v1/emails/{number}", "", audit.LookedUp, ""},
	{"PUT /v1/emails/{number}/{address}", asked, audit.EmailAddressChanged, ""},
	{"DELETE /v1/emails/{number}/{address}", "", audit.EmailAddressRemoved, ""},
	{"POST /v1/service-tests/{service_test}/result", `{"result":"good"}`, audit.ServiceTestEnded, ""},
	{"PUT /v1/long-distance/{number}", `{"language":"en"}`, audit.AccountChanged, ""},
	{"GET /v1/long-distance/{number}", "", audit.AccountRead, ""},
	{"POST /v1/recoveries", `{"service":"long_distance","need":"security_code","btn":"612-555-0142","method":"email"}`, audit.RecoveryRequested, ""},
	{"POST /v1/recoveries/challenges", `{"btn":"612-555-0142"}`, audit.RecoveryRequested, ""},
	{"POST /v1/passwords", `{"token":"MFRG","password":"green egret 7"}`, audit.AccountClaimed, ""},
	{"GET /v1/access-numbers/{area_code}", "", "", "everybody may know the access numbers"},
}

// named is what stands in a path for the names in it: what [rig.provisioned] has there, and a validation of nobody.
func named(path string) string {
	return strings.NewReplacer(
		"{number}", string(line), "{feature}", string(pins.SelectiveCallForwarding), "{area_code}", "612", "{account}", string(coded),
		"{enrollment}", string(enrolled), "{delivery}", string(followed),
		"{ticket}", "48211907", "{service_test}", "tst_"+strings.Repeat("0", 32), "{address}", "Pat@mail.example.com", "/v1/validations/{validation}", validationPath,
	).Replace(path)
}

// operate makes the request of an operation, with a key.
func (r *rig) operate(o operation, token string) *http.Request {
	r.Helper()
	method, path, _ := strings.Cut(o.request, " ")
	request := r.request(method, named(path), o.body)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("If-Match", "*")
	request.Header.Set("Accept", "application/json")
	return request
}

// provisioned is a rig with all that the operations name.
func provisioned(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.add("", pins.SelectiveCallForwarding)
	r.provision()
	r.putLongDistance()
	r.notices = nil
	_, err := r.config.Tickets.Put(t.Context(), tickets.Put{
		Number: "48211907", Details: tickets.Details{Line: line, Account: coded, Contact: "+16515550177", Status: tickets.Open}, Note: pins.Note{By: "crm"},
	})
	check.OK(t, err)
	check.OK(t, check.Err(r.config.Mailboxes.Put(t.Context(), mailboxes.Put{Number: line, Note: pins.Note{By: "crm"}})))
	r.createEmail(emailPath, asked).is(http.StatusCreated, "")
	return r
}

func TestScopes(t *testing.T) {
	r := provisioned(t)
	for _, scope := range apikey.AllScopes {
		token, answered := r.key("only-"+strings.ReplaceAll(string(scope), ":", "-"), scope), 0
		for _, o := range operations {
			// Which of two scopes it takes follows from the body, and openapi.yaml can't say that.
			r.unlike = o.body == callLine && scope == apikey.ValidationsPhotoID || o.body == photoID && scope == apikey.ValidationsWrite
			got := r.send(r.operate(o, token)) // which holds it against the scopes in openapi.yaml
			if !strings.Contains(got.body, "#missing-scope") {
				answered++
				continue
			}
			got.is(http.StatusForbidden, "missing-scope")
			if !strings.Contains(got.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) {
				t.Errorf("challenge: %s", got.header.Get("WWW-Authenticate"))
			}
		}
		if answered < 2 || answered == len(operations) {
			t.Errorf("%s: %d operations answered", scope, answered)
		}
	}
	r.world.Log.Holds(t, "missing-scope", "only-lines-read", "/v1/lines/{number}/pin/reset")
}

// TestEveryRequestIsRecorded walks the routes. Each must leave an entry, and show and change nothing when that
// can't be recorded; or leave none, with a reason.
func TestEveryRequestIsRecorded(t *testing.T) {
	r := provisioned(t)
	begun := r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusAccepted, "").validation()
	listed := []string{"GET /openapi.yaml"} // it describes the API
	for _, o := range operations {
		request, _, _ := strings.Cut(o.request, "?")
		listed = append(listed, request)
		if (o.action == "") == (o.why == "") {
			t.Errorf("%s must leave an entry, or have a reason", o.request)
		}
		o.request = strings.ReplaceAll(o.request, "{validation}", string(begun.ID))
		r.world.Audit.Take()
		got := r.send(r.operate(o, r.allowed()))
		events := r.world.Audit.Take()
		if o.action != "" && (len(events) == 0 || events[0].Action != o.action || events[0].From == "") {
			t.Errorf("%s: %d %s: recorded %+v, want %s first", o.request, got.status, got.body, events, o.action)
		}
		r.world.Calls.Fail("Record", errFull)
		if got := r.send(r.operate(o, r.allowed())); o.action != "" && got.status < http.StatusBadRequest {
			t.Errorf("%s: answered without a record: %d %s", o.request, got.status, got.body)
		}
		r.world.Calls.Mend("Record")
	}
	slices.Sort(listed)
	check.Same(t, slices.Compact(listed), r.served())
}

// served are all requests that the router answers, sorted.
func (r *rig) served() []string {
	r.Helper()
	var all []string
	err := r.handler.(*mux.Router).Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		if at, ok := route.GetHandler().(resource); ok {
			for method := range at.methods {
				all = append(all, method+" "+strings.ReplaceAll(path, ":.+", "")) // which openapi.yaml has no way to say
			}
			return err
		}
		return errors.Join(err, errors.New(path+" is no resource"))
	})
	check.OK(r, err)
	slices.Sort(all)
	return all
}

func TestMethods(t *testing.T) {
	r := provisioned(t)
	doc, _ := described(t)
	for template, item := range doc.Paths.Map() {
		path, methods := named(template), []string{http.MethodOptions}
		for method := range item.Operations() {
			methods = append(methods, method)
		}
		if item.Get != nil {
			methods = append(methods, http.MethodHead)
		}
		slices.Sort(methods)
		allow := strings.Join(methods, ", ")
		for _, method := range []string{"GET", "PUT", "POST", "PATCH", "DELETE", "TRACE", "BREW", "get"} { // a refusal of HEAD has no body to be read
			if slices.Contains(methods, method) {
				continue
			}
			got := r.send(r.request(method, path, "")).is(http.StatusMethodNotAllowed, "bad-method")
			if got.header.Get("Allow") != allow {
				t.Errorf("%s %s: Allow = %s", method, path, got.header.Get("Allow"))
			}
		}
		if got := r.ask(http.MethodOptions, path, "").is(http.StatusNoContent, ""); got.header.Get("Allow") != allow {
			t.Errorf("OPTIONS %s: Allow = %s", path, got.header.Get("Allow"))
		}
		if item.Get != nil && path != validationPath {
			r.ask(http.MethodHead, path, "").is(http.StatusOK, "")
		}
	}
	if strings.Contains(r.world.Log.String(), "BREW") {
		t.Error("the log holds a method that a client made up")
	}
}

// TestResetWithoutScope: whose key may not reset PINs is told of in the line's history.
func TestResetWithoutScope(t *testing.T) {
	r := newRig(t)
	token := r.key("curious", apikey.LinesRead, apikey.LinesWrite)
	for _, reset := range []struct{ number, body string }{{string(line), `{"reason":"x"}`}, {"911", `{"reason":"x"}`}} {
		request := r.request(http.MethodPost, "/v1/lines/"+reset.number+"/pin/reset", reset.body)
		request.Header.Set("Authorization", "Bearer "+token)
		r.send(request).is(http.StatusForbidden, "missing-scope")
	}
	r.recorded("curious", "key lacks the scope pins:reset")
}

// TestRefusedResetNotRecorded: the refusal stands, whatever becomes of its record.
func TestRefusedResetNotRecorded(t *testing.T) {
	r := newRig(t)
	r.fault(away)
	r.ask(http.MethodPost, linePath+"/pin/reset", `{"reason":""}`).is(http.StatusBadRequest, "bad-body")
	r.world.Log.Holds(t, "ERROR", "not recorded", errRefused.Error(), string(line), "ordering")
}

func TestKeys(t *testing.T) {
	r := newRig(t)
	r.add("")
	token := r.allowed()
	revoked := r.key("old", apikey.LinesRead)
	check.OK(t, r.world.DB.Keys().RevokeKey(t.Context(), "old", start))
	delete(r.tokens, revoked)
	id, hidden := token[:len("uc_")+16], token[len("uc_")+17:]
	const none, invalid = `Bearer realm="updatecenter"`, `Bearer realm="updatecenter", error="invalid_token"`
	for _, test := range []struct {
		name, header, challenge string
		lookups                 int64
	}{
		{"none", "", none, 0},
		{"another scheme", "Basic " + token, none, 0},
		{"no scheme", token, none, 0},
		{"no token", "Bearer ", none, 0},
		{"malformed", "Bearer uc_x_y", invalid, 0},
		{"no key of ours", "Bearer ghp_" + token, invalid, 0},
		{"longer", "Bearer " + token + "A", invalid, 0},
		{"followed", "Bearer " + token + " x", invalid, 0},
		{"huge", "Bearer uc_" + strings.Repeat("a", 1<<20), invalid, 0},
		{"unknown", "Bearer uc_0123456789abcdef_" + hidden, invalid, 1},
		{"wrong", "Bearer " + id + "_" + strings.Repeat("A", 43), invalid, 1},
		{"revoked", "Bearer " + revoked, invalid, 1},
	} {
		for _, o := range operations {
			r.world.Calls.Made("APIKeys")
			request := r.operate(o, "")
			request.Header.Set("Authorization", test.header)
			if test.header == "" {
				request.Header.Del("Authorization")
			}
			got := r.send(request).is(http.StatusUnauthorized, "no-valid-key")
			if got.header.Get("WWW-Authenticate") != test.challenge {
				t.Errorf("%s: challenge = %s", test.name, got.header.Get("WWW-Authenticate"))
			}
			if asked := int64(len(r.world.Calls.Made("APIKeys.Key"))); asked != test.lookups {
				t.Errorf("%s: %d questions to the store, want %d", test.name, asked, test.lookups)
			}
		}
	}
}

// TestNoKeyCanBeGuessed: the answers for an unknown, a wrong and a revoked key are the same.
func TestNoKeyCanBeGuessed(t *testing.T) {
	r := newRig(t)
	revoked := r.key("old", apikey.LinesRead)
	check.OK(t, r.world.DB.Keys().RevokeKey(t.Context(), "old", start))
	delete(r.tokens, revoked)
	var first Problem
	for i, token := range []string{
		revoked, r.allowed()[:len("uc_")+16] + "_" + strings.Repeat("A", 43), "uc_0123456789abcdef_" + strings.Repeat("A", 43),
	} {
		request := r.request(http.MethodGet, linePath, "")
		request.Header.Set("Authorization", "Bearer "+token)
		var got Problem
		r.send(request).is(http.StatusUnauthorized, "no-valid-key").read(&got)
		got.Instance = ""
		if i > 0 && !reflect.DeepEqual(got, first) {
			t.Errorf("got %+v, and before %+v", got, first)
		}
		first = got
	}
}

func TestTwoAuthorizations(t *testing.T) {
	r := newRig(t)
	r.unlike = true
	request := r.request(http.MethodGet, linePath, "")
	request.Header.Add("Authorization", "Bearer x")
	r.send(request).is(http.StatusUnauthorized, "no-valid-key")
}

func TestSchemeInAnyCase(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.unlike = true // as the test's reading of keys is simpler
	request := r.request(http.MethodGet, linePath, "")
	request.Header.Set("Authorization", "bEARER   "+r.allowed())
	r.send(request).is(http.StatusOK, "")
}

func TestBodies(t *testing.T) {
	large := `{"reason":"` + strings.Repeat("x", maxBody) + `"}`
	for _, test := range []struct {
		name, reset, put string
		status           int
		problem          string
		unlike           bool
	}{
		{name: "not JSON", reset: `reason=x`, put: `language`, status: 400, problem: "bad-body"},
		{name: "cut off", reset: `{"reason":"x"`, put: `{"language":`, status: 400, problem: "bad-body"},
		{name: "unknown field", reset: `{"reason":"x","by":"me"}`, put: `{"language":"en","pin":"8265"}`, status: 400, problem: "bad-body"},
		{name: "wrong type", reset: `{"reason":7}`, put: `{"language":["en"]}`, status: 400, problem: "bad-body"},
		{name: "null", reset: `null`, put: `null`, status: 400, problem: "bad-body"},
		{name: "array", reset: `[]`, put: `[{}]`, status: 400, problem: "bad-body"},
		{name: "empty value", reset: `{"reason":""}`, put: `{"language":""}`, status: 400, problem: "bad-body"},
		{name: "missing", reset: `{}`, put: ` `, status: 400, problem: "bad-body"},
		{name: "bad value", reset: `{"reason":"two\nlines"}`, put: `{"language":"fr"}`, status: 400, problem: "bad-body"},
		{name: "long", reset: `{"reason":"` + strings.Repeat("é", 501) + `"}`, put: `{"language":"EN"}`, status: 400, problem: "bad-body"},
		{name: "two", reset: `{"reason":"x"}{}`, put: `{} {}`, status: 400, problem: "bad-body", unlike: true},
		{name: "followed", reset: `{"reason":"x"}]`, put: `{}x`, status: 400, problem: "bad-body", unlike: true},
		{name: "not UTF-8", reset: "{\"reason\":\"\xff\"}", put: "{\"language\":\"\xff\"}", status: 400, problem: "bad-body", unlike: true},
		{name: "BOM", reset: "\ufeff{\"reason\":\"x\"}", put: "\ufeff{}", status: 400, problem: "bad-body"},
		{name: "deep", reset: strings.Repeat("[", 60000), put: strings.Repeat(`{"a":`, 10000), status: 400, problem: "bad-body"},
		{name: "large", reset: large, put: strings.Repeat(" ", maxBody) + `{}`, status: 413, problem: "body-too-large"},
	} {
		r := newRig(t)
		r.add("")
		for _, request := range []*http.Request{
			r.request(http.MethodPost, linePath+"/pin/reset", test.reset),
			r.request(http.MethodPut, linePath, test.put),
		} {
			r.unlike = test.unlike
			if got := r.send(request); got.status != test.status {
				t.Errorf("%s: %d %s", test.name, got.status, got.body)
			} else {
				got.is(test.status, test.problem)
			}
		}
		r.recorded("ordering", "no plain reason given")
	}
}

func TestContentTypes(t *testing.T) {
	r := newRig(t)
	for contentType, good := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "Application/JSON": true,
		"": false, "text/plain": false, "application/x-www-form-urlencoded": false, "application/json;;": false, "application/jsonx": false,
	} {
		r.unlike = contentType == "Application/JSON" || contentType == "application/json;;" // which the checker reads otherwise
		request := r.request(http.MethodPut, linePath, `{}`)
		request.Header.Set("Content-Type", contentType)
		if got := r.send(request); good && got.status >= 300 {
			t.Errorf("%q: %d %s", contentType, got.status, got.body)
		} else if !good {
			got.is(http.StatusUnsupportedMediaType, "bad-content-type")
		}
	}
}

func TestLargestBody(t *testing.T) {
	r := newRig(t)
	r.ask(http.MethodPut, linePath, `{}`+strings.Repeat(" ", maxBody-2)).is(http.StatusCreated, "")
}

func TestPaths(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{
		"/v1", "/v1/", "/v1/lines", "/v1/lines/", "/v1/line/6125550142", linePath + "/", linePath + "/pin", linePath + "/features/", linePath + "/features/dial-lock/list", "/v1//lines/6125550142",
		"/v1/lines/612%2F5550142", "/v1/access-numbers", "/v1/lines/../lines/6125550142",
	} {
		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodOptions} {
			request := r.request(method, path, "")
			request.Header.Del("Authorization")
			r.serve(request).is(http.StatusNotFound, "no-such-path")
		}
	}
}

// TestHead goes through a server, which is what leaves the body away.
func TestHead(t *testing.T) {
	r := newRig(t)
	r.add("")
	server := httptest.NewServer(r.handler)
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+linePath, nil)
	check.OK(t, err)
	request.Header.Set("Authorization", "Bearer "+r.allowed())
	response, err := server.Client().Do(request)
	check.OK(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.ContentLength < 100 {
		t.Errorf("status %d, length %d", response.StatusCode, response.ContentLength)
	}
}

// TestTypedNumbersAreNotRecorded, unless they are an account's: it may be a code that a customer has
// typed in its place.
func TestTypedNumbersAreNotRecorded(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.world.Audit.Take()
	r.ask(http.MethodGet, "/v1/accounts/"+code, "")
	r.ask(http.MethodPost, "/v1/accounts/"+code+"/verify", `{"zip":"55403"}`)
	r.ask(http.MethodPost, "/v1/accounts/"+code+"/deliveries", callNow)
	for _, event := range r.world.Audit.Take() {
		if event.Subject != "no account" || strings.Contains(event.Detail, code) {
			t.Errorf("recorded %+v", event)
		}
	}
}
