package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const (
	featuresPath     = linePath + "/features"
	forwardingPath   = featuresPath + "/selective-call-forwarding"
	doNotDisturbPath = featuresPath + "/do-not-disturb"
)

// set puts settings at a revision, or at any, and fails unless they are accepted.
func (r *rig) set(feature pins.Feature, ifMatch, body string) answer {
	r.Helper()
	return r.askWith(ifMatch, http.MethodPut, featuresPath+"/"+string(feature), body).is(http.StatusOK, "")
}

// phone makes one edit as a caller would.
func (r *rig) phone(feature pins.Feature, edit features.Edit) {
	r.Helper()
	_, err := r.settings().Change(r.Context(), features.Request{
		Number: line, Feature: feature, Edit: edit, Turn: pins.Turn{Call: "CA3", Number: 5},
		By: pins.ByCaller, Side: pins.FromLine, From: string(line),
	})
	check.OK(r, err)
}

// settings are the features as another part of the program sees them.
func (r *rig) settings() *features.Lines {
	r.Helper()
	return features.New(features.Config{Store: r.world.Features(), Keys: r.world.Keys, Now: r.world.Now})
}

// setting is how a feature of the line is stored.
func (r *rig) setting(feature pins.Feature) features.Setting {
	r.Helper()
	found, err := r.settings().Find(r.Context(), line)
	check.OK(r, err)
	setting, installed := found.Setting(feature)
	if !installed {
		r.Fatalf("%s is not installed", feature)
	}
	return setting
}

func (a answer) feature() Feature {
	a.t.Helper()
	var f Feature
	a.read(&f)
	if a.header.Get("ETag") != strconv.Quote(strconv.FormatInt(f.Revision, 10)) {
		a.t.Errorf("ETag %s of revision %d", a.header.Get("ETag"), f.Revision)
	}
	return f
}

// holds fails unless that is the body, spaces around it apart.
func (a answer) holds(want string) {
	a.t.Helper()
	if got := strings.TrimSpace(a.body); got != want {
		a.t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestShowFeatures(t *testing.T) {
	r := newRig(t)
	r.ask(http.MethodGet, featuresPath, "").is(http.StatusNotFound, "no-such-line")
	r.add("")
	r.ask(http.MethodGet, featuresPath, "").is(http.StatusOK, "").holds(`{"number":"+16125550142","features":[]}`)
	r.ask(http.MethodPut, linePath,
		`{"features":["selective-call-forwarding","call-rejection","dial-lock","do-not-disturb","security-screen","no-solicitation"]}`)
	r.ask(http.MethodGet, featuresPath, "").is(http.StatusOK, "").holds(`{"number":"+16125550142","features":[` +
		`{"feature":"no-solicitation","revision":0,"on":false,"list":[]},` +
		`{"feature":"security-screen","revision":0,"on":false},` +
		`{"feature":"do-not-disturb","revision":0,"on":false,"schedules":[],"greeting":1,"emergency_breakthrough":true,"code_set":false},` +
		`{"feature":"dial-lock","revision":0,"on":false,"list":[],"code_set":false},` +
		`{"feature":"call-rejection","revision":0,"on":false,"list":[]},` +
		`{"feature":"selective-call-forwarding","revision":0,"on":false,"list":[],"forward_to":null}]}`)
}

func TestShowFeature(t *testing.T) {
	r := newRig(t)
	r.ask(http.MethodGet, doNotDisturbPath, "").is(http.StatusNotFound, "no-such-line")
	r.add("", pins.DoNotDisturb)
	r.ask(http.MethodGet, forwardingPath, "").is(http.StatusNotFound, "not-installed")
	for _, name := range []string{"voice-mail", "Do-Not-Disturb", "%20", strings.Repeat("x", 3000)} {
		r.ask(http.MethodGet, featuresPath+"/"+name, "").is(http.StatusNotFound, "no-such-feature")
		r.askWith("*", http.MethodPut, featuresPath+"/"+name, `{"on":true}`).is(http.StatusNotFound, "no-such-feature")
	}
	r.phone(pins.DoNotDisturb, features.SetCode(secret.New("4821")))
	r.secrets = append(r.secrets, "4821")
	got := r.ask(http.MethodGet, doNotDisturbPath, "").is(http.StatusOK, "")
	if f := got.feature(); !*f.CodeSet || f.Revision != start.UnixMilli() {
		t.Errorf("got %s", got.body)
	}
}

func TestPutFeature(t *testing.T) {
	for _, test := range []struct {
		feature    pins.Feature
		body, want string // the answer without feature and revision
	}{
		{pins.NoSolicitation, `{"on":true,"list":["(651) 555-0199","16515550198"]}`, `"on":true,"list":["+16515550199","+16515550198"]`},
		{pins.SecurityScreen, `{"on":true}`, `"on":true`},
		{
			pins.DoNotDisturb,
			`{"on":true,"schedules":[{"days":"weekend","start":"13:00","end":"15:30"},{"days":"weekdays","start":"21:00","end":"07:00"}],` +
				`"greeting":3,"emergency_breakthrough":false,"code":"4821"}`,
			`"on":true,"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"},{"days":"weekend","start":"13:00","end":"15:30"}],` +
				`"greeting":3,"emergency_breakthrough":false,"code_set":true`,
		},
		{pins.DialLock, `{"on":true,"list":["011 44 20 7946 0018"],"code":null}`, `"on":true,"list":["+442079460018"],"code_set":false`},
		{pins.CallRejection, `{"on":false,"list":["218","507-555","763.555.0110"]}`, `"on":false,"list":["218","507555","+17635550110"]`},
		{
			pins.SelectiveCallForwarding, `{"on":true,"list":[],"forward_to":"952-555-0177"}`,
			`"on":true,"list":[],"forward_to":"+19525550177"`,
		},
	} {
		r := newRig(t)
		r.secrets = append(r.secrets, "4821")
		r.add("", test.feature)
		want := fmt.Sprintf(`{"feature":%q,"revision":%d,%s}`, test.feature, start.UnixMilli(), test.want)
		got := r.set(test.feature, `"0"`, test.body)
		got.holds(want)
		got.feature()
		r.ask(http.MethodGet, featuresPath+"/"+string(test.feature), "").is(http.StatusOK, "").holds(want)
		r.world.Log.Holds(t, "feature of line set", string(line), "ordering")
		if strings.Contains(r.world.Log.String(), string(test.feature)) {
			t.Errorf("the log names the feature: %s", r.world.Log)
		}
		if events := len(testkit.Events(t, r.world.DB, line)); r.woken.Load() != 1 || events != 1 {
			t.Errorf("%s: woken %d times, for %d events", test.feature, r.woken.Load(), events)
		}
	}
}

// TestCodeInBody: it can be set, removed and left as it is, and is never shown.
func TestCodeInBody(t *testing.T) {
	r := newRig(t)
	r.add("", pins.DialLock)
	r.secrets = append(r.secrets, "4821", "7316")
	for _, test := range []struct{ body, want string }{
		{`{"on":true,"list":[],"code":"4821"}`, "4821"},
		{`{"on":false,"list":[]}`, "4821"},
		{`{"on":false,"list":[],"code":"7316"}`, "7316"},
		{`{"on":false,"list":["+442079460018"],"code":null}`, ""},
		{`{"on":true,"list":["+442079460018"]}`, ""},
	} {
		set := r.set(pins.DialLock, "*", test.body).feature().CodeSet
		if got := r.setting(pins.DialLock).Code; !got.Equal(secret.New(test.want)) || *set != (test.want != "") {
			t.Errorf("%s: got %s", test.body, got.Reveal())
		}
	}
}

func TestPutFeatureThatIsNotThere(t *testing.T) {
	r := newRig(t)
	for _, ifMatch := range []string{"*", `"0"`} {
		r.askWith(ifMatch, http.MethodPut, doNotDisturbPath+"/../security-screen", `{"on":true}`).is(http.StatusNotFound, "no-such-path")
		r.askWith(ifMatch, http.MethodPut, featuresPath+"/security-screen", `{"on":true}`).is(http.StatusNotFound, "no-such-line")
	}
	r.add("", pins.DialLock)
	for _, ifMatch := range []string{"*", `"0"`} { // of what is not there, no revision matches
		r.askWith(ifMatch, http.MethodPut, featuresPath+"/security-screen", `{"on":true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
	}
	if r.woken.Load() != 0 {
		t.Error("woken for nothing")
	}
}

// TestChangedByNobody: settings that are what they were are no change.
func TestChangedByNobody(t *testing.T) {
	r := newRig(t)
	r.add("", pins.CallRejection)
	before := r.set(pins.CallRejection, "*", `{"on":true,"list":["218"]}`).feature().Revision
	r.world.Set(start.Add(time.Minute))
	after := r.set(pins.CallRejection, etag(before), `{"on":true,"list":["218"]}`).feature().Revision
	if after != before || len(testkit.Events(t, r.world.DB, line)) != 1 || r.woken.Load() != 1 {
		t.Errorf("revision %d, and before %d; woken %d times", after, before, r.woken.Load())
	}
	if n := strings.Count(r.world.Log.String(), "feature of line set"); n != 1 {
		t.Errorf("%d changes in the log", n)
	}
}

func TestChangeBacklog(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	r.world.Calls.Fail("Features", fmt.Errorf("ask: %w", features.ErrBacklog))
	got := r.askWith("*", http.MethodPut, featuresPath+"/security-screen", `{"on":true}`).is(http.StatusServiceUnavailable, "backlog")
	if got.header.Get("Retry-After") != "60" || r.woken.Load() != 0 {
		t.Errorf("Retry-After = %s, woken %d times", got.header.Get("Retry-After"), r.woken.Load())
	}
	r.world.Log.Holds(t, "ERROR", features.ErrBacklog.Error())
}

// TestHistoryOfFeatures: that a line has features, and what became of them, is for those who may
// read them.
func TestHistoryOfFeatures(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.secrets = append(r.secrets, "4821")
	r.ask(http.MethodPut, linePath, `{"features":["dial-lock"]}`).is(http.StatusOK, "")
	r.set(pins.DialLock, `"0"`, `{"on":true,"list":["+16515550199"],"code":"4821"}`)
	r.phone(pins.DialLock, features.Switch(false))
	want := History{Number: line, Records: []pins.Record{
		{
			At: start, Event: pins.FeatureChanged, By: "caller", Side: pins.FromLine, From: string(line), Call: "CA3",
			Feature: pins.DialLock, Changes: []string{"off"},
		},
		{
			At: start, Event: pins.FeatureChanged, By: "ordering", From: "api",
			Feature: pins.DialLock, Changes: []string{"on", "added +16515550199", "code set"},
		},
		{At: start, Event: pins.FeaturesInstalled, By: "ordering", From: "api", Changes: []string{"installed dial-lock"}},
	}}
	var got History
	r.ask(http.MethodGet, linePath+"/history", "").is(http.StatusOK, "").read(&got)
	check.Same(t, got, want)

	reset := pins.Record{At: start, Event: pins.Reset, By: "ann"}
	skipped := pins.Record{At: start, Event: pins.EventSkipped, By: "ann", Changes: []string{"evt_1"}}
	for _, record := range []pins.Record{reset, skipped} {
		check.OK(t, r.world.DB.Lines().Append(t.Context(), line, record))
	}
	got = History{}
	agent := r.key("agents", apikey.LinesRead)
	r.askAs(agent, http.MethodGet, linePath+"/history?limit=2", "").is(http.StatusOK, "").read(&got)
	check.Same(t, got, History{Number: line, Records: []pins.Record{reset}})
}

// askAs sends a request with another key.
func (r *rig) askAs(token, method, path, body string) answer {
	r.Helper()
	request := r.request(method, path, body)
	request.Header.Set("Authorization", "Bearer "+token)
	return r.send(request)
}

// TestFeaturesAreForThoseWhoMayReadThem: no other key learns which features a line has, be it
// one that installs them or resets PINs.
func TestFeaturesAreForThoseWhoMayReadThem(t *testing.T) {
	r := newRig(t)
	clerk := r.key("clerk", apikey.LinesRead, apikey.LinesWrite, apikey.PinsReset)
	reader := r.key("reader", apikey.LinesRead, apikey.FeaturesRead)
	created := r.askAs(clerk, http.MethodPut, linePath, `{"features":["dial-lock"]}`).is(http.StatusCreated, "")
	r.validated("clerk/77")
	for name, got := range map[string]answer{
		"created":  created,
		"put":      r.askAs(clerk, http.MethodPut, linePath, `{"features":["call-rejection"]}`).is(http.StatusOK, ""),
		"shown":    r.askAs(clerk, http.MethodGet, linePath, "").is(http.StatusOK, ""),
		"reset":    r.askAs(clerk, http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, ""),
		"unlocked": r.askAs(clerk, http.MethodPost, linePath+"/unlock", help).is(http.StatusOK, ""),
		"history":  r.askAs(clerk, http.MethodGet, linePath+"/history", "").is(http.StatusOK, ""),
	} {
		if strings.Contains(got.body, "features") || strings.Contains(got.body, "call-rejection") {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	shown := r.askAs(reader, http.MethodGet, linePath, "").is(http.StatusOK, "").line()
	check.Same(t, shown.Features, []pins.Feature{pins.CallRejection})
}

// TestLostCode: a code whose key is gone is shown as one, and is left alone or replaced as any.
func TestLostCode(t *testing.T) {
	r := newRig(t)
	r.add("", pins.DialLock)
	other, err := secret.ParseKeyring("gone:" + strings.Repeat("A", 43) + "=")
	check.OK(t, err)
	gone := features.New(features.Config{Store: r.world.Features(), Keys: other, Now: r.world.Now})
	_, err = gone.Change(t.Context(), features.Request{Number: line, Feature: pins.DialLock, Edit: features.SetCode(secret.New("4821"))})
	check.OK(t, err)
	for _, body := range []string{`{"on":true,"list":[]}`, `{"on":true,"list":[],"code":"7316"}`} {
		if f := r.set(pins.DialLock, "*", body).feature(); !*f.CodeSet {
			t.Errorf("%s: no code is set", body)
		}
	}
	if got := r.setting(pins.DialLock); got.CodeLost || got.Code.Reveal() != "7316" {
		t.Errorf("got %+v", got)
	}
}

func ExampleFeaturesDocument() {
	document, err := json.MarshalIndent(FeaturesDocument(features.Line{
		Number: "+17635550142", Installed: pins.FeaturesOf(pins.SecurityScreen, pins.DialLock),
	}), "", "  ")
	fmt.Println(string(document), err)
	// Output:
	// {
	//   "number": "+17635550142",
	//   "features": [
	//     {
	//       "feature": "security-screen",
	//       "revision": 0,
	//       "on": false
	//     },
	//     {
	//       "feature": "dial-lock",
	//       "revision": 0,
	//       "on": false,
	//       "list": [],
	//       "code_set": false
	//     }
	//   ]
	// } <nil>
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
