package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// operations are one good request to each that takes a key.
func operations() []struct{ method, path, body string } {
	return []struct{ method, path, body string }{
		{http.MethodGet, linePath, ""},
		{http.MethodPut, linePath, `{"language":"en"}`},
		{http.MethodPost, linePath + "/pin/reset", help},
		{http.MethodPost, linePath + "/unlock", help},
		{http.MethodPost, linePath + "/validations", callLine},
		{http.MethodPost, linePath + "/validations", photoID},
		{http.MethodGet, validationPath + "?agent=77", ""},
		{http.MethodPost, validationPath + "/code", `{"agent":"77","code":"000000"}`},
		{http.MethodGet, linePath + "/history", ""},
		{http.MethodGet, linePath + "/features", ""},
		{http.MethodGet, forwardingPath, ""},
		{http.MethodPut, forwardingPath, `{"on":false,"list":[],"forward_to":null}`},
		{http.MethodGet, accountPath, ""},
		{http.MethodPut, accountPath, `{"language":"en"}`},
		{http.MethodPost, accountPath + "/renumber", `{"account":"` + string(coded) + `"}`},
		{http.MethodPost, accountPath + "/security-code", ""},
		{http.MethodPut, accountPath + "/security-question", `{"question":"Which color?","answer":"blue"}`},
		{http.MethodPost, accountPath + "/verify", `{"zip":"55403"}`},
		{http.MethodPost, accountPath + "/deliveries", `{"secret":"security_answer","method":"voice"}`},
		{http.MethodPost, "/v1/enrollments", `{"account":"` + string(coded) + `","zip":"55403"}`},
		{http.MethodGet, enrollmentPath, ""},
		{http.MethodPost, enrollmentPath + "/accounts", `{"account":"` + string(coded) + `","zip":"55403"}`},
		{http.MethodGet, deliveryPath, ""},
		{http.MethodGet, deliveryPath + "/events", ""},
		{http.MethodDelete, deliveryPath, ""},
		{http.MethodPost, accountPath + "/verification/open", help},
		{http.MethodGet, "/v1/access-numbers/612", ""},
	}
}

func TestScopes(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SelectiveCallForwarding)
	r.provision()
	for _, scope := range apikey.AllScopes {
		token, answered := r.key("only-"+strings.ReplaceAll(string(scope), ":", "-"), scope), 0
		for _, o := range operations() {
			request := r.request(o.method, o.path, o.body)
			request.Header.Set("Authorization", "Bearer "+token)
			request.Header.Set("If-Match", "*")
			request.Header.Set("Accept", "application/json")
			// Which of two scopes it takes follows from the body, and openapi.yaml can't say that.
			r.unlike = o.body == callLine && scope == apikey.ValidationsPhotoID || o.body == photoID && scope == apikey.ValidationsWrite
			got := r.send(request) // which holds it against the scopes in openapi.yaml
			if got.status < http.StatusBadRequest || got.status == http.StatusNotFound || strings.Contains(got.body, "#not-validated") {
				answered++
				continue
			}
			got.is(http.StatusForbidden, "missing-scope")
			if !strings.Contains(got.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) {
				t.Errorf("challenge: %s", got.header.Get("WWW-Authenticate"))
			}
		}
		if answered < 2 || answered == len(operations()) {
			t.Errorf("%s: %d operations answered", scope, answered)
		}
	}
	r.world.Log.Holds(t, "missing-scope", "only-lines-read", "/v1/lines/{number}/pin/reset")
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
		for _, o := range operations() {
			r.world.Calls.Made("APIKeys")
			request := r.request(o.method, o.path, o.body)
			request.Header.Set("If-Match", "*")
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

func TestFeatureRefusals(t *testing.T) {
	entries := func(count int) string {
		var all []string
		for i := range count {
			all = append(all, fmt.Sprintf(`"+1651555%04d"`, i))
		}
		return strings.Join(all, ",")
	}
	doNotDisturb := func(schedules, greeting, code string) string {
		return `{"on":true,"schedules":[` + schedules + `],"greeting":` + greeting + `,"emergency_breakthrough":true,"code":` + code + `}`
	}
	day := func(start, end string) string {
		return `{"days":"weekdays","start":"` + start + `","end":"` + end + `"}`
	}
	for _, test := range []struct {
		feature pins.Feature
		body    string
		want    features.Reason
	}{
		{pins.NoSolicitation, `{"on":true,"list":["anonymous"]}`, features.NotANumber},
		{pins.NoSolicitation, `{"on":true,"list":[""]}`, features.NotANumber},
		{pins.NoSolicitation, `{"on":true,"list":["+442079460018"]}`, features.NotANumber},
		{pins.NoSolicitation, `{"on":true,"list":["+16515550199","651-555-0199"]}`, features.AlreadyListed},
		{pins.NoSolicitation, `{"on":true,"list":[` + entries(26) + `]}`, features.ListFull},
		{pins.DialLock, `{"on":true,"list":[` + entries(21) + `]}`, features.ListFull},
		{pins.DialLock, `{"on":true,"list":[],"code":"482"}`, features.NotACode},
		{pins.DialLock, `{"on":true,"list":[],"code":""}`, features.NotACode},
		{pins.CallRejection, `{"on":true,"list":["900"]}`, features.Barred},
		{pins.CallRejection, `{"on":true,"list":["911-555"]}`, features.Barred},
		{pins.SelectiveCallForwarding, `{"on":true,"list":[],"forward_to":null}`, features.NoTarget},
		{pins.SelectiveCallForwarding, `{"on":true,"list":[],"forward_to":"612-555-0142"}`, features.OwnNumber},
		{pins.SelectiveCallForwarding, `{"on":true,"list":[],"forward_to":"900-555-0142"}`, features.Barred},
		{pins.SelectiveCallForwarding, `{"on":true,"list":[],"forward_to":"home"}`, features.NotANumber},
		{pins.DoNotDisturb, doNotDisturb(day("21:00", "24:00"), "1", "null"), features.NotATime},
		{pins.DoNotDisturb, doNotDisturb(`{"days":"weekdays","start":"21:00"}`, "1", "null"), features.NotATime},
		{pins.DoNotDisturb, doNotDisturb(`{"days":"monday","start":"21:00","end":"22:00"}`, "1", "null"), features.NotATime},
		{pins.DoNotDisturb, doNotDisturb(day("21:00", "21:00"), "1", "null"), features.NoLength},
		{pins.DoNotDisturb, doNotDisturb(day("21:00", "07:00")+","+day("06:59", "08:00"), "1", "null"), features.Overlaps},
		{
			pins.DoNotDisturb, doNotDisturb(day("01:00", "02:00")+","+day("03:00", "04:00")+","+day("05:00", "06:00"), "1", "null"),
			features.SchedulesFull,
		},
		{pins.DoNotDisturb, doNotDisturb("", "0", "null"), features.NoSuchGreeting},
		{pins.DoNotDisturb, doNotDisturb("", "5", "null"), features.NoSuchGreeting},
		{pins.DoNotDisturb, doNotDisturb("", "1", `"48213"`), features.NotACode},
		{pins.DoNotDisturb, doNotDisturb("", "1", `"4 21"`), features.NotACode},
		{pins.DoNotDisturb, doNotDisturb("", "1", `"7777"`), features.EasyCode},
		{pins.DoNotDisturb, doNotDisturb("", "1", `"3456"`), features.EasyCode},
		{pins.SecurityScreen, `{"on":true,"list":[]}`, features.NotOfFeature},
		{pins.SecurityScreen, `{"on":true,"code":null}`, features.NotOfFeature},
		{pins.SecurityScreen, `{"on":true,"greeting":1}`, features.NotOfFeature},
		{pins.SecurityScreen, `{"on":true,"schedules":[]}`, features.NotOfFeature},
		{pins.SecurityScreen, `{"on":true,"emergency_breakthrough":false}`, features.NotOfFeature},
		{pins.SecurityScreen, `{"on":true,"forward_to":null}`, features.NotOfFeature},
	} {
		r := newRig(t)
		r.add("", pins.AllFeatures[:]...)
		got := r.askWith(`"0"`, http.MethodPut, featuresPath+"/"+string(test.feature), test.body).
			is(http.StatusUnprocessableEntity, "settings-refused")
		var problem Problem
		if got.read(&problem); problem.Reason != test.want || problem.Detail != test.want.Sentence() {
			t.Errorf("%s: got %s (%s), want %s", test.body, problem.Reason, problem.Detail, test.want)
		}
		if setting := r.setting(test.feature); setting.Revision != 0 || r.woken.Load() != 0 {
			t.Errorf("%s: yet changed: %+v", test.body, setting)
		}
	}
}

// TestListsToTheLimit: as many as a list takes, it takes.
func TestListsToTheLimit(t *testing.T) {
	for _, feature := range []pins.Feature{pins.NoSolicitation, pins.DialLock, pins.CallRejection} {
		most := 25
		if feature == pins.DialLock {
			most = 20
		}
		r := newRig(t)
		r.add("", feature)
		var all []string
		for i := range most {
			all = append(all, fmt.Sprintf(`"+1651555%04d"`, i))
		}
		r.set(feature, "*", `{"on":false,"list":[`+strings.Join(all, ",")+`]}`)
		if got := len(r.setting(feature).List); got != most {
			t.Errorf("%s: %d entries, want %d", feature, got, most)
		}
	}
}

// TestFeatureBodies: what is no body of the feature, and so no matter of its rules.
func TestFeatureBodies(t *testing.T) {
	r := newRig(t)
	r.add("", pins.AllFeatures[:]...)
	for _, test := range []struct {
		feature pins.Feature
		body    string
		unlike  bool // which parts a feature has depends on the path, which openapi.yaml can't say
	}{
		{pins.SecurityScreen, `{}`, false},
		{pins.SecurityScreen, `{"on":null}`, false},
		{pins.SecurityScreen, `{"on":"yes"}`, false},
		{pins.SecurityScreen, `[]`, false},
		{pins.SecurityScreen, `{"on":true,"feature":"security-screen"}`, false},
		{pins.SecurityScreen, `{"on":true,"revision":0}`, false},
		{pins.DialLock, `{"on":true,"list":[],"code_set":false}`, false},
		{pins.DialLock, `{"on":true,"list":[],"code":4821}`, false},
		{pins.DialLock, `{"on":true,"list":{}}`, false},
		{pins.DialLock, `{"on":true,"list":[7]}`, false},
		{pins.DialLock, `{"on":true,"list":null}`, false},
		{pins.DialLock, `{"on":true}`, true},
		{pins.SelectiveCallForwarding, `{"on":false,"list":[],"forward_to":7}`, false},
		{pins.SelectiveCallForwarding, `{"on":false,"list":[]}`, true},
		{pins.DoNotDisturb, `{"on":false,"schedules":[{"days":"weekdays","start":"21:00","end":"22:00","x":1}],"greeting":1,"emergency_breakthrough":true}`, false},
		{pins.DoNotDisturb, `{"on":false,"schedules":["21:00"],"greeting":1,"emergency_breakthrough":true}`, false},
		{pins.DoNotDisturb, `{"on":false,"schedules":[],"greeting":1.5,"emergency_breakthrough":true}`, false},
		{pins.DoNotDisturb, `{"on":false,"schedules":[],"greeting":1,"emergency_breakthrough":"no"}`, false},
		{pins.DoNotDisturb, `{"on":false,"schedules":[],"greeting":1}`, true},
		{pins.DoNotDisturb, `{"on":false,"schedules":[],"emergency_breakthrough":true}`, true},
		{pins.DoNotDisturb, `{"on":false,"greeting":1,"emergency_breakthrough":true}`, true},
	} {
		r.unlike = test.unlike
		path := featuresPath + "/" + string(test.feature)
		r.askWith("*", http.MethodPut, path, test.body).is(http.StatusBadRequest, "bad-body")
		if revision := r.setting(test.feature).Revision; revision != 0 {
			t.Errorf("%s: yet changed, to revision %d", test.body, revision)
		}
	}
}
