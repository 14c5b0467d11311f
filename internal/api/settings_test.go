package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/pins"
)

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
