package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const linePath = "/v1/lines/" + string(line)

func TestShowLine(t *testing.T) {
	r := newRig(t)
	r.add("")
	want := Line{
		Number: line, PIN: "temporary", Since: start, AccessNumber: "+18886128052", Features: []pins.Feature{},
		Strikes: Strikes{Line: SideStrikes{Lock: NoLock}, Elsewhere: SideStrikes{Lock: NoLock}},
	}
	got := r.ask(http.MethodGet, linePath, "").is(http.StatusOK, "")
	check.Same(t, got.line(), want)
	if got.header.Get("Content-Type") != "application/json" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("header: %v", got.header)
	}

	r.world.Set(start.Add(time.Hour))
	r.personal()
	r.fail(pins.FromLine, 2)
	r.fail(pins.Remote, 5)
	want.PIN, want.Since = "personal", r.now()
	want.Strikes.Line.Failures = 2
	want.Strikes.Elsewhere = SideStrikes{Failures: 5, Lock: TimedLock, LockedUntil: r.now().Add(30 * time.Minute)}
	check.Same(t, r.ask(http.MethodGet, linePath, "").is(http.StatusOK, "").line(), want)
}

func TestNumberInEveryForm(t *testing.T) {
	r := newRig(t)
	r.add("en")
	for _, form := range []string{
		"+16125550142", "16125550142", "6125550142", "612-555-0142", "(612) 555-0142", "1 (612)555.0142", "+1-612 555 0142",
	} {
		got := r.ask(http.MethodGet, "/v1/lines/"+url.PathEscape(form), "").is(http.StatusOK, "").line()
		if got.Number != line || got.Language == nil || *got.Language != "en" {
			t.Errorf("%s: %+v", form, got)
		}
	}
}

func TestBadNumber(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/v1/lines/%s", "/v1/lines/%s/history", "/v1/lines/%s/features", "/v1/lines/%s/features/dial-lock"} {
		for _, form := range []string{
			"911", "123-555-0142", "+442079460018", "anonymous", "612555014", "61255501423", "%20", "612555014%0A", "%00", "611-555-0142",
			strings.Repeat("6", 3000), "%EF%BC%9112555014", "..%2e",
		} {
			r.ask(http.MethodGet, fmt.Sprintf(path, form), "").is(http.StatusBadRequest, "bad-number")
		}
	}
	r.ask(http.MethodPut, "/v1/lines/911", `{}`).is(http.StatusBadRequest, "bad-number")
	r.ask(http.MethodPost, "/v1/lines/911/pin/reset", `{"reason":"x"}`).is(http.StatusBadRequest, "bad-number")
}

func TestPutLine(t *testing.T) {
	r := newRig(t)
	for _, test := range []struct {
		name, body string
		status     int
		language   string
	}{
		{"creates", `{"language":"es"}`, http.StatusCreated, "es"},
		{"again", `{"language":"es"}`, http.StatusOK, "es"},
		{"null leaves it", `{"language":null}`, http.StatusOK, "es"},
		{"so does nothing", ` {} `, http.StatusOK, "es"},
		{"sets", `{"language":"en"}`, http.StatusOK, "en"},
	} {
		got := r.ask(http.MethodPut, "/v1/lines/612-555-0142", test.body).is(test.status, "")
		if shown := got.line(); shown.Number != line || shown.PIN != "temporary" || *shown.Language != test.language {
			t.Errorf("%s: %+v", test.name, shown)
		}
		if location := got.header.Get("Location"); (location == linePath) != (test.status == http.StatusCreated) {
			t.Errorf("%s: Location = %q", test.name, location)
		}
	}
	r.world.Log.Holds(t, "line created", string(line), "ordering", `"es"`)
	r.world.Log.Holds(t, "language of line set", string(line), "ordering", `"en"`)
}

func TestPutLineThatIsNotCalled(t *testing.T) {
	r := newRig(t)
	for _, number := range []string{"900-555-0142", "612-976-0142", "612-911-0142", "876-555-0142", "500-555-0142"} {
		r.ask(http.MethodPut, "/v1/lines/"+number, `{}`).is(http.StatusUnprocessableEntity, "number-not-called")
		r.ask(http.MethodGet, "/v1/lines/"+number, "").is(http.StatusNotFound, "no-such-line")
	}
}

func TestPutFeatures(t *testing.T) {
	r := newRig(t)
	for _, test := range []struct {
		name, body string
		status     int
		features   []pins.Feature
	}{
		{"creates", `{"features":["dial-lock","no-solicitation"]}`, http.StatusCreated, []pins.Feature{pins.NoSolicitation, pins.DialLock}},
		{"again", `{"features":["no-solicitation","dial-lock"]}`, http.StatusOK, []pins.Feature{pins.NoSolicitation, pins.DialLock}},
		{"null leaves them", `{"features":null}`, http.StatusOK, []pins.Feature{pins.NoSolicitation, pins.DialLock}},
		{"so does nothing", `{"language":"es"}`, http.StatusOK, []pins.Feature{pins.NoSolicitation, pins.DialLock}},
		{"sets", `{"features":["dial-lock","call-rejection"]}`, http.StatusOK, []pins.Feature{pins.DialLock, pins.CallRejection}},
		{"takes all", `{"features":[]}`, http.StatusOK, []pins.Feature{}},
	} {
		got := r.ask(http.MethodPut, linePath, test.body).is(test.status, "").line()
		if diff := cmp.Diff(test.features, got.Features); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	records, err := r.world.DB.Lines().History(t.Context(), line, 10)
	check.OK(t, err)
	want := []pins.Record{
		{At: start, Event: pins.FeaturesInstalled, By: "ordering", From: "api", Changes: []string{"removed dial-lock", "removed call-rejection"}},
		{At: start, Event: pins.FeaturesInstalled, By: "ordering", From: "api", Changes: []string{"installed call-rejection", "removed no-solicitation"}},
		{At: start, Event: pins.FeaturesInstalled, By: "ordering", From: "api", Changes: []string{"installed dial-lock", "installed no-solicitation"}},
	}
	for i := range records {
		slices.Sort(records[i].Changes)
		slices.Sort(want[min(i, 2)].Changes)
	}
	check.Same(t, records, want)
	r.world.Log.Holds(t, "features of line installed", string(line), "ordering")
}

func TestPutBadFeatures(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{
		`{"features":["voice-mail"]}`, `{"features":["dial-lock","dial-lock"]}`, `{"features":"dial-lock"}`, `{"features":[""]}`,
		`{"features":[null]}`, `{"features":{}}`, `{"features":["Dial-Lock"]}`, `{"features":["dial-lock no-solicitation"]}`,
	} {
		r.ask(http.MethodPut, linePath, body).is(http.StatusBadRequest, "bad-body")
	}
	r.ask(http.MethodGet, linePath, "").is(http.StatusNotFound, "no-such-line")
}

// TestSettingsSurvive: while a feature stays installed, and not longer.
func TestSettingsSurvive(t *testing.T) {
	r := newRig(t)
	r.add("", pins.CallRejection, pins.SecurityScreen)
	r.set(pins.CallRejection, "*", `{"on":true,"list":["218"]}`)
	install := func(body string) features.Setting {
		t.Helper()
		r.ask(http.MethodPut, linePath, body).is(http.StatusOK, "")
		return r.setting(pins.CallRejection)
	}
	if got := install(`{"features":["call-rejection"]}`); !got.On || len(got.List) != 1 {
		t.Errorf("lost: %+v", got)
	}
	r.ask(http.MethodPut, linePath, `{"features":[]}`).is(http.StatusOK, "")
	if got := install(`{"features":["call-rejection"]}`); got.On || len(got.List) != 0 {
		t.Errorf("kept: %+v", got)
	}
}

func TestPutNeverResets(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	r.fail(pins.Remote, 10)
	r.world.Set(start.Add(24 * time.Hour))
	for _, body := range []string{`{}`, `{"language":"es"}`} {
		got := r.ask(http.MethodPut, linePath, body).is(http.StatusOK, "").line()
		if got.PIN != "personal" || !got.Since.Equal(start) || got.Strikes.Elsewhere.Lock != UntilReset {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestLineWithoutLanguage(t *testing.T) {
	r := newRig(t)
	got := r.ask(http.MethodPut, linePath, `{"language":null}`).is(http.StatusCreated, "")
	if got.line().Language != nil {
		t.Errorf("got %s", got.body)
	}
}

func TestReset(t *testing.T) {
	r := newRig(t)
	r.add("es")
	r.personal()
	r.fail(pins.FromLine, 5)
	r.fail(pins.Remote, 10)
	r.world.Set(start.Add(time.Hour))
	r.validated("ordering/77")
	const reason = "Forgot the PIN; ¿identidad? validated"
	r.secrets = append(r.secrets[:0:0], reason) // the log has no use for it, the answer neither
	got := r.ask(http.MethodPost, linePath+"/pin/reset", `{"agent":"77","reason":"`+reason+`"}`).is(http.StatusOK, "").line()
	language := "es"
	want := Line{
		Number: line, Language: &language, PIN: "temporary", Since: r.now(), AccessNumber: "+18886128052", Features: []pins.Feature{},
		Strikes: Strikes{Line: SideStrikes{Lock: NoLock}, Elsewhere: SideStrikes{Lock: NoLock}},
	}
	check.Same(t, got, want)
	records, err := r.world.DB.Lines().History(t.Context(), line, 1)
	check.OK(t, err)
	check.Same(t, records, []pins.Record{{At: r.now(), Event: pins.Reset, By: "ordering/77", From: "api", Reason: reason}})
	r.world.Log.Holds(t, "PIN reset", string(line), "ordering", `"77"`)
}

// TestResetIsToldWhoeverWaits: a client that hangs up doesn't keep the customer from being told.
func TestResetIsToldWhoeverWaits(t *testing.T) {
	r := newRig(t)
	r.add("")
	ctx, hangUp := context.WithCancel(t.Context())
	r.validated("ordering/77")
	provisioning := r.config.Provisioning
	provisioning.Notice = func(number nanp.Number, event pins.Event, _ string) []byte {
		hangUp()
		return fmt.Append(nil, event, " of ", number)
	}
	r.config.Desk = r.desk(provisioning, repair.Limits{})
	r.restart()
	request := r.request(http.MethodPost, linePath+"/pin/reset", help)
	r.send(request.WithContext(ctx))
	if due := testkit.Notices(t, r.world.DB, string(line)); len(due) != 1 || string(due[0]) != "pin-reset of "+string(line) {
		t.Errorf("due: %s", due)
	}
}

func TestNoSuchLine(t *testing.T) {
	r := newRig(t)
	r.ask(http.MethodGet, linePath, "").is(http.StatusNotFound, "no-such-line")
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusNotFound, "no-such-line")
	r.world.Log.Holds(t, "not done: PIN reset", string(line), "ordering", `"77"`)
	var history History
	r.ask(http.MethodGet, linePath+"/history", "").is(http.StatusOK, "").read(&history)
	want := History{Number: line, Records: []pins.Record{
		{At: start, Event: pins.ResetRefused, By: "ordering/77", From: "api", Reason: "no such line"},
	}}
	check.Same(t, history, want)
}

func TestHistory(t *testing.T) {
	r := newRig(t)
	if got := r.ask(http.MethodGet, linePath+"/history", "").is(http.StatusOK, ""); !strings.Contains(got.body, `"records":[]`) {
		t.Errorf("without records: %s", got.body)
	}
	r.add("")
	r.personal()
	r.fail(pins.Remote, 10)
	r.validated("ordering/77")
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, "")
	events := func(query string) []pins.Event {
		var history History
		r.ask(http.MethodGet, linePath+"/history"+query, "").is(http.StatusOK, "").read(&history)
		var events []pins.Event
		for _, record := range history.Records {
			events = append(events, record.Event)
		}
		return events
	}
	all := []pins.Event{pins.Reset, pins.CustomerValidated, pins.Locked, pins.Locked, pins.Changed}
	check.Same(t, events(""), all)
	check.Same(t, events("?limit=2"), all[:2])
	check.Same(t, events("?limit=1000"), all)
	for _, limit := range []string{"0", "-1", "1001", "x", "2.5", "99999999999999999999", "%20"} {
		r.ask(http.MethodGet, linePath+"/history?limit="+limit, "").is(http.StatusBadRequest, "bad-limit")
	}
}

func TestAccessNumber(t *testing.T) {
	r := newRig(t)
	key := r.key("repair", apikey.PinsReset) // any key will do
	get := func(areaCode string) answer {
		request := r.request(http.MethodGet, "/v1/access-numbers/"+areaCode, "")
		request.Header.Set("Authorization", "Bearer "+key)
		return r.send(request)
	}
	for areaCode, want := range map[string]nanp.Number{
		"612": "+18886128052", "763": "+18886128052", "641": "+18885158052", "907": "+18889078052",
	} {
		var got AccessNumber
		get(areaCode).is(http.StatusOK, "").read(&got)
		if got != (AccessNumber{AreaCode: areaCode, AccessNumber: want}) {
			t.Errorf("got %+v", got)
		}
	}
	for _, areaCode := range []string{"123", "911", "61", "6125", "abc", "%20", "6%2012"} {
		get(areaCode).is(http.StatusBadRequest, "bad-area-code")
	}
}

func ExampleLineDocument() {
	now := time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)
	document, err := json.MarshalIndent(LineDocument(pins.Line{
		Number: "+17635550142", Language: "es", PIN: "$argon2id$...", Since: now.Add(-24 * time.Hour),
		FromLine: limit.Strikes{Failures: 1},
		Remote:   limit.Strikes{Failures: 5, LockedUntil: now.Add(10 * time.Minute)},
		Features: pins.FeaturesOf(pins.DialLock),
	}, now), "", "  ")
	fmt.Println(string(document), err)
	// Output:
	// {
	//   "number": "+17635550142",
	//   "language": "es",
	//   "pin": "personal",
	//   "since": "2026-03-03T14:00:00Z",
	//   "strikes": {
	//     "line": {
	//       "failures": 1,
	//       "lock": "none"
	//     },
	//     "elsewhere": {
	//       "failures": 5,
	//       "lock": "timed",
	//       "locked_until": "2026-03-04T14:10:00Z"
	//     }
	//   },
	//   "access_number": "+18886128052",
	//   "features": [
	//     "dial-lock"
	//   ]
	// } <nil>
}

func TestLocks(t *testing.T) {
	now := time.Date(2026, 3, 4, 14, 0, 0, 0, time.FixedZone("", -6*3600))
	for _, test := range []struct {
		name    string
		strikes limit.Strikes
		want    SideStrikes
	}{
		{"none", limit.Strikes{}, SideStrikes{Lock: NoLock}},
		{"timed", limit.Strikes{Failures: 5, LockedUntil: now.Add(1)}, SideStrikes{Failures: 5, Lock: TimedLock, LockedUntil: now.Add(1).UTC()}},
		{"over", limit.Strikes{Failures: 5, LockedUntil: now}, SideStrikes{Failures: 5, Lock: NoLock}},
		{"hard", limit.Strikes{Failures: 10, LockedUntil: now.Add(1), Closed: true}, SideStrikes{Failures: 10, Lock: UntilReset}},
	} {
		if got := sideStrikes(test.strikes, now); got != test.want {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}
