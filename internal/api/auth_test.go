package api

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

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

// TestFeatureRefusals: what the rules of package features refuse when the body is read, and when it would be put
// in force, changes nothing, and the reason is told.
func TestFeatureRefusals(t *testing.T) {
	r := newRig(t)
	r.add("", pins.AllFeatures[:]...)
	doNotDisturb := func(start, end string) string {
		return `{"on":true,"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"},{"days":"weekdays","start":"` + start +
			`","end":"` + end + `"}],"greeting":1,"emergency_breakthrough":true,"code":null}`
	}
	for _, test := range []struct {
		feature pins.Feature
		body    string
		want    features.Reason
	}{
		{pins.DoNotDisturb, doNotDisturb("21:00", "24:00"), features.NotATime},
		{pins.DoNotDisturb, doNotDisturb("06:59", "08:00"), features.Overlaps},
		{pins.SelectiveCallForwarding, `{"on":true,"list":[],"forward_to":null}`, features.NoTarget},
		{pins.SecurityScreen, `{"on":true,"list":[]}`, features.NotOfFeature},
	} {
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
