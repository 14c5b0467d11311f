package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"updatecenter/internal/audit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

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
			recorder := httptest.NewRecorder()
			r.handler.ServeHTTP(recorder, request)
			answer{t: t, status: recorder.Code, body: recorder.Body.String()}.is(http.StatusNotFound, "no-such-path")
		}
	}
}

func TestMethods(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SelectiveCallForwarding)
	r.provision()
	for path, allow := range map[string]string{
		linePath:                 "GET, HEAD, OPTIONS, PUT",
		linePath + "/pin/reset":  "OPTIONS, POST",
		linePath + "/unlock":     "OPTIONS, POST",
		validationPath + "/code": "OPTIONS, POST",

		linePath + "/validations": "OPTIONS, POST",
		linePath + "/history":     "GET, HEAD, OPTIONS",
		linePath + "/features":    "GET, HEAD, OPTIONS",
		forwardingPath:            "GET, HEAD, OPTIONS, PUT",
		"/v1/access-numbers/612":  "GET, HEAD, OPTIONS",

		accountPath:                        "GET, HEAD, OPTIONS, PUT",
		accountPath + "/renumber":          "OPTIONS, POST",
		accountPath + "/security-question": "OPTIONS, PUT",
		accountPath + "/verify":            "OPTIONS, POST",
		accountPath + "/verification/open": "OPTIONS, POST",
		accountPath + "/deliveries":        "OPTIONS, POST",
		"/v1/enrollments":                  "OPTIONS, POST",
		enrollmentPath:                     "GET, HEAD, OPTIONS",
		enrollmentPath + "/accounts":       "OPTIONS, POST",
		deliveryPath:                       "DELETE, GET, HEAD, OPTIONS",
		deliveryPath + "/events":           "GET, HEAD, OPTIONS",
		"/openapi.yaml":                    "GET, HEAD, OPTIONS",
	} {
		for _, method := range []string{"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "TRACE", "BREW", "get"} {
			if strings.Contains(allow, method) {
				continue
			}
			request := r.request(method, path, "")
			if method == http.MethodHead {
				continue // a refusal of HEAD has no body to be read
			}
			if got := r.send(request).is(http.StatusMethodNotAllowed, "bad-method"); got.header.Get("Allow") != allow {
				t.Errorf("%s %s: Allow = %s", method, path, got.header.Get("Allow"))
			}
		}
		got := r.ask(http.MethodOptions, path, "").is(http.StatusNoContent, "")
		if got.header.Get("Allow") != allow {
			t.Errorf("OPTIONS %s: Allow = %s", path, got.header.Get("Allow"))
		}
		if strings.Contains(allow, "HEAD") {
			r.ask(http.MethodHead, path, "").is(http.StatusOK, "")
		}
	}
	if strings.Contains(r.world.Log.String(), "BREW") {
		t.Error("the log holds a method that a client made up")
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
