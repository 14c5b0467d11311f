package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/limit"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestBearer(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   string
	}{
		{[]string{"Bearer x"}, "x"},
		{[]string{"bearer x"}, "x"},
		{[]string{"BEARER   x"}, "x"},
		{[]string{"Bearer x "}, "x "},
		{[]string{"Bearer"}, ""},
		{[]string{"Bearer "}, ""},
		{[]string{"Bearer\tx"}, ""},
		{[]string{" Bearer x"}, ""},
		{[]string{"Bearerx y"}, ""},
		{[]string{"Basic x"}, ""},
		{[]string{""}, ""},
		{nil, ""},
		{[]string{"Bearer x", "Bearer x"}, ""},
	} {
		token, ok := bearer(http.Header{"Authorization": test.values})
		if ok != (test.want != "") || !token.Equal(secret.New(test.want)) {
			t.Errorf("%q: %v %v", test.values, token.Reveal(), ok)
		}
	}
}

func FuzzBearer(f *testing.F) {
	for _, s := range []string{"Bearer uc_0123456789abcdef_x", "bearer  x", "Basic x", "", "Bearer", " "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		token, ok := bearer(http.Header{"Authorization": {s}})
		if ok == token.IsZero() {
			t.Fatalf("%q: ok = %v, and a token: %v", s, ok, !token.IsZero())
		}
		if ok && (!strings.HasSuffix(s, token.Reveal()) || !strings.EqualFold(s[:7], "Bearer ")) {
			t.Errorf("%q: token %q", s, token.Reveal())
		}
	})
}

// FuzzBody: what is read is one object, is what encoding/json reads of it, and says the same when
// written and read again. What isn't is refused with pointers that stand in a URI.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"language":"en"}`, `{"language":null}`, `{}`, `null`, `{}{}`, `{"Language":"es"}`, `{"language":"en","language":"es"}`,
		`{"x":1}`, "{\"language\":\"\xff\"}", `[`, ``, `{"language":"\u0000"}`, `{"l\u0061nguage":"en","\ud800":{"~/% ":1}}`,
		`{"features":["dial-lock"]}`, `{"features":[]}`, `{"features":null}`, `{"features":[null,7]}`, `{"language":{},"features":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, faults := decode(body, lineBody.check)
		for _, fault := range faults {
			if at, err := url.Parse(fault.Pointer); err != nil || at.String() != fault.Pointer && fault.Pointer != "#" || fault.Detail == "" {
				t.Errorf("%q: %+v", body, fault)
			}
		}
		if len(faults) > maxFaults {
			t.Errorf("%d faults", len(faults))
		}
		if len(faults) > 0 {
			return
		}
		var want lineBody
		if err := json.Unmarshal(body, &want); err != nil || !cmp.Equal(got, want) || !strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
			t.Fatalf("%q read as %+v, want %+v, %v", body, got, want, err)
		}
		written, err := json.Marshal(got)
		check.OK(t, err)
		again, faults := decode(written, lineBody.check)
		if len(faults) > 0 || !cmp.Equal(again, got) {
			t.Errorf("%q read as %s, and that otherwise: %v", body, written, faults)
		}
	})
}

// FuzzSettings: what a feature takes is what it then shows, and it takes that again.
func FuzzSettings(f *testing.F) {
	for i, s := range []string{
		`{"on":true,"list":["651-555-0199"]}`, `{"on":true}`,
		`{"on":true,"schedules":[{"days":"weekdays","start":"21:00","end":"07:00"}],"greeting":2,"emergency_breakthrough":false,"code":"4821"}`,
		`{"on":false,"list":["01144 20 7946 0018"],"code":null}`, `{"on":false,"list":["218","507555"]}`,
		`{"on":true,"list":[],"forward_to":"+19525550177"}`, `{"on":1}`, `null`, `{"on":true,"list":null,"code":7}`,
	} {
		f.Add(uint8(i), []byte(s))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		rule, _ := features.RuleOf(pins.AllFeatures[int(which)%len(pins.AllFeatures)])
		read, faults := decode(body, func(d features.Document, f *form) { checkSettings(d, f, rule) })
		if len(faults) > 0 {
			return
		}
		settings, err := rule.Read(read)
		if err != nil {
			if _, refused := features.ReasonOf(err); !refused {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		shown := features.DocumentOf(features.Setting{Feature: rule.Feature, Settings: settings})
		again, err := rule.Read(shown)
		settings.Code = secret.Text{} // is not shown
		if err != nil || !reflect.DeepEqual(again, settings) {
			t.Errorf("%q: %+v is read again as %+v, %v", body, settings, again, err)
		}
	})
}

// FuzzValidationBody: what is taken has the fields of one method, and an agent who can stand in
// a history; and a claim of it is one that can be judged, or refused.
func FuzzValidationBody(f *testing.F) {
	for _, s := range []string{
		callLine, `{"agent":"77","method":"security_code","account":"MN-1000-4","code":"1"}`, `{"agent":"7/7","method":"call"}`,
		`{"agent":"77","method":"security_answer","account":"x","answer":"y"}`, `{"agent":"77","method":"photo_id","note":"a driver's license"}`,
		`{"agent":"77","method":"call","code":null}`, `{"Agent":"77","METHOD":"call","note":""}`, `null`, `{"agent":"77","method":"call"}x`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		body, faults := decode(text, validationBody.check)
		if len(faults) > 0 {
			return
		}
		if !(pins.Note{By: strings.Repeat("k", 64) + "/" + body.Agent}).Valid() || strings.Contains(body.Agent, "/") {
			t.Errorf("%q is an agent", body.Agent)
		}
		claimed := !body.Code.IsZero() || !body.Answer.IsZero()
		if claimed != (body.Method == byCode || body.Method == byAnswer) || claimed != !body.Account.IsZero() {
			t.Errorf("%q is %s", text, body.Method)
		}
		if number, err := body.account(); claimed && (err != nil || number == "") {
			t.Errorf("%q claims %q: %v", text, number, err)
		}
	})
}

func ExampleValidationDocument() {
	now := time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)
	document, err := json.MarshalIndent(ValidationDocument(repair.Validation{
		ID: "val_aaaaaaaaaaaaaaaaaaaaaaaaaa", Line: "+17635550142", Created: now, Until: now.Add(repair.CodeFor),
		Left: 2, Status: repair.Waiting, Call: deliveries.Delivery{
			ID: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Status: deliveries.Ringing,
			Events: []deliveries.Event{{At: now, Status: deliveries.Ringing, Attempt: 1}},
		},
	}), "", "  ")
	fmt.Println(string(document), err)
	// Output:
	// {
	//   "id": "val_aaaaaaaaaaaaaaaaaaaaaaaaaa",
	//   "line": "+17635550142",
	//   "status": "waiting",
	//   "expires_at": "2026-03-04T14:10:00Z",
	//   "tries_left": 2,
	//   "call": {
	//     "status": "ringing",
	//     "final": false,
	//     "events": [
	//       {
	//         "sequence": 1,
	//         "final": false,
	//         "at": "2026-03-04T14:00:00Z",
	//         "status": "ringing",
	//         "attempt": 1
	//       }
	//     ]
	//   }
	// } <nil>
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
