package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"updatecenter/internal/audit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// unrecorded are the requests that leave no entry in the audit, each with its reason.
var unrecorded = map[string]string{
	"GET /openapi.yaml":                  "it describes the API",
	"GET /v1/access-numbers/{area_code}": "everybody may know the access numbers",
	"GET /v1/validations/{validation}":   "it tells an agent how far the own call is, which was recorded when it was begun",
}

// recorded are all other requests: with what body, and which entry they leave first.
var recorded = map[string]struct {
	body   string
	action audit.Action
}{
	"GET /v1/lines/{number}":                        {"", audit.LookedUp},
	"PUT /v1/lines/{number}":                        {`{"language":"es"}`, audit.LineChanged},
	"GET /v1/lines/{number}/history":                {"", audit.LookedUp},
	"GET /v1/lines/{number}/features":               {"", audit.LookedUp},
	"GET /v1/lines/{number}/features/{feature}":     {"", audit.LookedUp},
	"PUT /v1/lines/{number}/features/{feature}":     {`{"on":false,"list":[],"forward_to":null}`, audit.FeatureChanged},
	"POST /v1/lines/{number}/validations":           {`{"agent":"77","method":"call"}`, audit.ValidationBegun},
	"POST /v1/validations/{validation}/code":        {`{"agent":"77","code":"000000"}`, audit.ValidationFailed},
	"POST /v1/lines/{number}/pin/reset":             {help, audit.ResetRefused},
	"POST /v1/lines/{number}/unlock":                {help, audit.ResetRefused},
	"GET /v1/accounts/{account}":                    {"", audit.AccountRead},
	"PUT /v1/accounts/{account}":                    {`{"name":"Kim"}`, audit.AccountChanged},
	"POST /v1/accounts/{account}/renumber":          {`{"account":"` + string(coded) + `"}`, audit.AccountChanged},
	"POST /v1/accounts/{account}/security-code":     {"", audit.AccountChanged},
	"PUT /v1/accounts/{account}/security-question":  {`{"question":"Who?","answer":"` + luz + `"}`, audit.AccountChanged},
	"POST /v1/accounts/{account}/verify":            {`{"zip":"55403"}`, audit.AccountClaimed},
	"POST /v1/accounts/{account}/verification/open": {help, audit.AccountOpened},
	"POST /v1/enrollments":                          {`{"account":"` + string(coded) + `","zip":"55403"}`, audit.AccountClaimed},
	"GET /v1/enrollments/{enrollment}":              {"", audit.AccountRead},
	"POST /v1/enrollments/{enrollment}/accounts":    {`{"account":"` + string(coded) + `","zip":"55403"}`, audit.AccountClaimed},
	"POST /v1/accounts/{account}/deliveries":        {callNow, audit.DeliveryRequested},
	"GET /v1/deliveries/{delivery}":                 {"", audit.DeliveryRead},
	"DELETE /v1/deliveries/{delivery}":              {"", audit.DeliveryCanceled},
	"GET /v1/deliveries/{delivery}/events":          {"", audit.DeliveryRead},
}

// operations are all requests that the router answers, as "GET /v1/lines/{number}".
func (r *rig) operations() []string {
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
	return all
}

// TestEveryRequestIsRecorded walks the routes. Each must leave the entry that it has in one list, and
// show and change nothing when that can't be recorded; or stand in the other with a reason.
func TestEveryRequestIsRecorded(t *testing.T) {
	r := newRig(t)
	operations := r.operations()
	for _, operation := range operations {
		want, must := recorded[operation]
		if must == (unrecorded[operation] != "") {
			t.Errorf("%s must stand in one of both lists", operation)
			continue
		}
		t.Run(operation, func(t *testing.T) {
			r := newRig(t)
			method, path := r.prepared(operation)
			got := r.askWith("*", method, path, want.body)
			if events := r.world.Audit.Take(); must && (len(events) == 0 || events[0].Action != want.action || events[0].From == "") {
				t.Errorf("%d %s: recorded %+v, want %s first", got.status, got.body, events, want.action)
			}
			r.world.Calls.Fail("Record", errFull)
			if got := r.askWith("*", method, path, want.body); must && got.status < http.StatusBadRequest {
				t.Errorf("answered without a record: %d %s", got.status, got.body)
			}
		})
	}
	for listed := range unrecorded {
		if !slices.Contains(operations, listed) {
			t.Errorf("%s is no request that the API answers", listed)
		}
	}
	for listed := range recorded {
		if !slices.Contains(operations, listed) {
			t.Errorf("%s is no request that the API answers", listed)
		}
	}
}

// prepared has everything there that the paths name.
func (r *rig) prepared(operation string) (method, path string) {
	r.Helper()
	r.provision()
	r.add("", pins.SelectiveCallForwarding)
	key := r.allowed()
	var begun Validation
	r.askAs(key, http.MethodPost, linePath+"/validations", `{"agent":"77","method":"call"}`).is(http.StatusAccepted, "").read(&begun)
	r.world.Audit.Take()
	method, path, _ = strings.Cut(operation, " ")
	path = strings.NewReplacer(
		"{number}", string(line), "{feature}", string(pins.SelectiveCallForwarding), "{area_code}", "612", "{account}", string(coded),
		"{enrollment}", string(enrolled), "{delivery}", string(followed), "{validation}", string(begun.ID),
	).Replace(path)
	if strings.HasSuffix(operation, "{validation}") {
		path += "?agent=77"
	}
	return method, path
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
