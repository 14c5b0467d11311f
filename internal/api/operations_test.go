package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/testkit/check"
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
	{"GET /v1/access-numbers/{area_code}", "", "", "everybody may know the access numbers"},
}

// named is what stands in a path for the names in it: what [rig.provisioned] has there, and a validation of nobody.
func named(path string) string {
	return strings.NewReplacer(
		"{number}", string(line), "{feature}", string(pins.SelectiveCallForwarding), "{area_code}", "612", "{account}", string(coded),
		"{enrollment}", string(enrolled), "{delivery}", string(followed), "/v1/validations/{validation}", validationPath,
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
				all = append(all, method+" "+path)
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
