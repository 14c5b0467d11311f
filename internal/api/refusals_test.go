package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"updatecenter/internal/testkit/check"
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
