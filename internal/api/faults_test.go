package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/durability"
	"updatecenter/internal/features"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const noAccountPath = "/v1/accounts/MN-3000-1" // of no account

// TestFaults: all that is wrong with a body is told at once, each with a pointer to its field, and
// nothing of what was sent.
func TestFaults(t *testing.T) {
	r := newRig(t)
	r.add("", pins.AllFeatures[:]...)
	r.secrets = append(r.secrets, "swordfish")
	const dnd = featuresPath + "/do-not-disturb"
	for _, test := range []struct {
		method, path, body string
		status             int
		problem            string
		want               string // the pointers and details
	}{
		{http.MethodPut, linePath, `{"Language":"en","features":["dial-lock","caller-id","dial-lock"]}`, 400, "bad-body",
			"#/Language is no field; names are as they are written here: features, language | #/features/1 is no calling feature: want any of no-solicitation, security-screen, do-not-disturb, dial-lock, call-rejection, selective-call-forwarding | #/features/2 stands twice"},
		{http.MethodPut, linePath, `{"language":"en","l\u0061nguage":"es","features":{}}`, 400, "bad-body", "#/language stands twice | #/features want a list"},
		{http.MethodPut, linePath, `{"a/b~ c%":1,"` + strings.Repeat("x", 65) + `":1}`, 400, "bad-body",
			"#/a~1b~0%20c%25 is no field; names are as they are written here: features, language | # has a field with a name that is none: features, language"},
		{http.MethodPut, linePath, `{"language":}`, 400, "bad-body", "# is not JSON, from byte 13 on"},
		{http.MethodPut, linePath, " ", 400, "bad-body", "# is empty; want an object"},
		{http.MethodPut, linePath, `[]`, 400, "bad-body", "# want an object"},
		{http.MethodPost, linePath + "/pin/reset", `{"agent":"7/7"}`, 400, "bad-body",
			"#/agent want the person at work, by 1 to 35 of a-z A-Z 0-9 . _ - | #/reason is missing: want text of 1 to 500 characters on one line"},
		{http.MethodPost, linePath + "/validations", `{"method":"security_code","code":"swordfish","note":"x"}`, 400, "bad-body",
			"#/agent is missing: want the person at work, by 1 to 35 of a-z A-Z 0-9 . _ - | #/account is missing: want an account number, " +
				"1 to 24 letters, digits and hyphens | #/code want 6 to 10 digits | #/note is no field of this method"},
		{http.MethodPost, validationPath + "/code", `{"agent":7,"code":"swordfish"}`, 400, "bad-body", "#/agent want text | #/code want six digits"},
		{http.MethodPost, "/v1/enrollments", `{"zip":"swordfish","security_code":null}`, 400, "bad-body",
			"#/account is missing: want an account number, 1 to 24 letters, digits and hyphens | #/zip want 5 or 9 digits | " +
				"#/security_code want 6 to 10 digits | # wants exactly one of zip, security_code and security_answer"},
		{http.MethodPost, noAccountPath + "/deliveries", `{"secret":"pin"}`, 400, "bad-body",
			"#/secret want security_code or security_answer | #/method is missing: want voice, letter or email"},
		{http.MethodPut, noAccountPath, `{"phone":"swordfish","address":{"street":["1 Elm St",7],"zip":"5540","ZIP":"55403"},"email_since":"today"}`, 400, "bad-body",
			"#/address/street/1 want text | #/address/ZIP is no field; names are as they are written here: city, state, street, zip | " +
				"#/email_since want a time such as 2026-01-31T00:00:00Z | #/phone not a North American telephone number | " +
				"#/address/city is missing: want 1 to 60 characters that can be printed | #/address/state is missing: want two letters | #/address/zip want 5 or 9 digits"},
		{http.MethodPut, noAccountPath, `{"phone":"","email":"swordfish","address":{"street":["1 Elm St"],"city":"Duluth","state":"Minnesota","zip":"5580"}}`, 422, "details-refused",
			"#/phone not a North American telephone number | #/address/state want two letters | #/address/zip want 5 or 9 digits | " +
				"#/email not an e-mail address | #/name a new account must have it"},
		{http.MethodPut, noAccountPath + "/security-question", `{"question":" ","answer":"x"}`, 422, "details-refused",
			"#/question want 1 to 200 characters that can be printed | #/answer want 2 letters or digits, and at most 100 characters that can be printed"},
		{http.MethodPut, dnd, `{"on":true,"code_set":true,"schedules":[{"days":"monday","start":"9:00","end":"10:00"},7],"code":"1234"}`, 400, "bad-body",
			"#/schedules/1 want an object | #/code_set is only answered; set code | #/greeting is missing: want it as it was answered, or changed | " +
				"#/emergency_breakthrough is missing: want it as it was answered, or changed | #/schedules/0/days " + notATime + " | #/schedules/0/start " + notATime +
				" | #/code That code is too easy to guess. Choose one that is not a repetition, digits in a row, the end of the line's own number, or one that many people choose."},
		{http.MethodPut, dnd, `{"on":true,"list":["911"],"schedules":[{"days":"weekdays","start":"09:00","end":"10:00"},{"days":"weekdays","start":"09:30","end":"24:00"}],"greeting":5,"emergency_breakthrough":true}`,
			422, "settings-refused", "#/list The feature doesn't have that. Leave it out. | #/schedules/1/end " + notATime +
				" | #/greeting There is no such greeting. Choose one from 1 to 4."},
		{http.MethodPut, forwardingPath, `{"on":true,"list":["612-555-0199","911","612.555.0199"],"forward_to":null}`, 422, "settings-refused",
			"#/list/1 Service codes such as 911, and numbers with these first digits, can't be used here. Give another number. | " +
				"#/list/2 That entry is on the list already. There is nothing to add. | " +
				"#/forward_to Forwarding needs a number to forward to. Give one first, or turn forwarding off."},
		{http.MethodPut, forwardingPath, `{"on":true,"list":[],"forward_to":"612-555-0142"}`, 422, "settings-refused",
			"#/forward_to Calls can't be forwarded to the line's own number. Give another number."},
		{http.MethodPut, featuresPath + "/dial-lock", `{"on":true,"list":["911"]}`, 422, "settings-refused",
			"#/list/0 911 can always be dialed, whatever is locked. It needs no place on the list."},
	} {
		r.unlike = strings.Contains(test.body, "\\u0061") || strings.Contains(test.body, `"security_code":null`) // which the checker reads otherwise
		got := r.askWith("*", test.method, test.path, test.body).is(test.status, test.problem)
		var problem Problem
		got.read(&problem)
		var faults []string
		for _, fault := range problem.Errors {
			faults = append(faults, fault.Pointer+" "+fault.Detail)
		}
		if diff := cmp.Diff(test.want, strings.Join(faults, " | ")); diff != "" {
			t.Errorf("%s %s (-want +got)\n%s", test.path, test.body, diff)
		}
	}
}

const notATime = "A schedule is for weekdays or for the weekend, from one time of day to another, 00:00 to 23:59. Correct it."

// TestManyFaults: the answer to a body has a bound, whatever is sent.
func TestManyFaults(t *testing.T) {
	r := newRig(t)
	var body strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&body, `,"%d":0`, i)
	}
	got := r.ask(http.MethodPut, linePath, "{"+body.String()[1:]+"}").is(http.StatusBadRequest, "bad-body")
	var problem Problem
	got.read(&problem)
	if len(problem.Errors) != maxFaults || !strings.Contains(problem.Detail, "49 more") {
		t.Errorf("%d faults, %s", len(problem.Errors), problem.Detail)
	}
}

// asking are the operations that ask a store for more than the key.
var asking = operations[:len(operations)-1]

func TestStoreAway(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.secrets = append(r.secrets[:0:0], "8265")
	checked := func() {
		t.Helper()
		for _, o := range asking {
			got := r.send(r.operate(o, r.allowed())).is(http.StatusServiceUnavailable, "unavailable")
			if strings.Contains(got.body, "refused") || strings.Contains(got.body, "10.0.0.7") {
				t.Errorf("the client is told the cause: %s", got.body)
			}
			if got.header.Get("Retry-After") != "5" {
				t.Errorf("Retry-After = %s", got.header.Get("Retry-After"))
			}
			var problem Problem
			got.read(&problem)
			r.world.Log.Holds(t, problem.Instance, errRefused.Error(), "ERROR", o.request[:strings.IndexByte(o.request, ' ')])
		}
	}
	r.fault(away)
	checked()
	r.fault(nil)
	r.world.Calls.Before("APIKeys", away)
	checked()
}

// TestStoredRecordUnreadable: to try again would not help.
func TestStoredRecordUnreadable(t *testing.T) {
	r := newRig(t)
	damaged := func(context.Context) error { return fmt.Errorf("ask: %w", storage.ErrUnreadable) }
	checked := func() {
		t.Helper()
		for _, o := range asking {
			got := r.send(r.operate(o, r.allowed())).is(http.StatusInternalServerError, "internal")
			if got.header.Get("Retry-After") != "" {
				t.Errorf("Retry-After = %s", got.header.Get("Retry-After"))
			}
		}
	}
	r.fault(damaged)
	checked()
	r.fault(nil)
	r.world.Calls.Before("APIKeys", damaged)
	checked()
	r.world.Log.Holds(t, "ERROR", storage.ErrUnreadable.Error())
}

// TestLineLostMidway: a line is removed between being found and getting its language or its
// features.
func TestLineLostMidway(t *testing.T) {
	for _, body := range []string{`{"language":"en"}`, `{"features":["dial-lock"]}`} {
		r := newRig(t)
		r.add("")
		asked := 0
		r.fault(func(ctx context.Context) error {
			if asked++; asked == 2 {
				return r.world.DB.Lines().Remove(ctx, line, pins.Record{})
			}
			return nil
		})
		r.ask(http.MethodPut, linePath, body).is(http.StatusNotFound, "no-such-line")
	}
}

func TestStoreHangs(t *testing.T) {
	r := newRig(t)
	r.fault(func(ctx context.Context) error {
		deadline, _ := ctx.Deadline()
		if left := time.Until(deadline); left > storesWithin || left <= 0 {
			t.Errorf("%s are left to answer", left)
		}
		return context.DeadlineExceeded
	})
	r.ask(http.MethodGet, linePath, "").is(http.StatusServiceUnavailable, "unavailable")
	r.world.Log.Holds(t, "ERROR", context.DeadlineExceeded.Error())
}

func TestClientGoesAway(t *testing.T) {
	r := newRig(t)
	r.fault(hanging)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.send(r.request(http.MethodGet, linePath, "").WithContext(ctx)).is(http.StatusServiceUnavailable, "unavailable")
	if strings.Contains(r.world.Log.String(), "ERROR") {
		t.Errorf("log: %s", r.world.Log)
	}
}

// TestAnswerThatIsNoJSON: RFC 3339 ends with the year 9999.
func TestAnswerThatIsNoJSON(t *testing.T) {
	r := newRig(t)
	r.world.Set(time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC))
	got := r.ask(http.MethodPut, linePath, `{}`).is(http.StatusInternalServerError, "internal")
	if strings.Contains(got.body, "year") {
		t.Errorf("the client is told the cause: %s", got.body)
	}
	r.world.Log.Holds(t, "ERROR", "year outside of range")
}

func TestNoRandomness(t *testing.T) {
	a := New(Config{Random: strings.NewReader("")})
	recorder := httptest.NewRecorder()
	a.refuse(recorder, httptest.NewRequestWithContext(t.Context(), "BREW", "/", nil), noPath)
	if body := recorder.Body.String(); recorder.Code != http.StatusNotFound || strings.Contains(body, "instance") {
		t.Errorf("%d %s", recorder.Code, body)
	}
}

func TestRefusalKeepsItsCause(t *testing.T) {
	err := unavailable(errRefused)
	if !errors.Is(err, errRefused) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("err = %v", err)
	}
	if noPath.Error() != "No such path" {
		t.Errorf("err = %v", noPath)
	}
}

// TestAtOnce is for the race detector: one API, many clients.
func TestAtOnce(t *testing.T) {
	r := newRig(t)
	token := r.allowed()
	server := httptest.NewServer(r.handler)
	defer server.Close()
	var wait sync.WaitGroup
	statuses := make(chan int, 32)
	for range cap(statuses) {
		wait.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+linePath, strings.NewReader(`{"language":"es"}`))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer "+token)
			request.Header.Set("Content-Type", "application/json")
			response, err := server.Client().Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			statuses <- response.StatusCode
		})
	}
	wait.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[http.StatusCreated] != 1 || count[http.StatusOK] != cap(statuses)-1 {
		t.Errorf("statuses: %v", count)
	}
}

// TestUncertainChanges holds that programs are told of a change that may not last, and that it is no failure.
func TestUncertainChanges(t *testing.T) {
	r := newRig(t)
	for _, doubt := range []bool{false, true} {
		r.fault(func(ctx context.Context) error {
			if doubt {
				durability.Tell(ctx)
			}
			return nil
		})
		got := r.askWith("*", http.MethodPut, linePath, `{"language":"en"}`).is(map[bool]int{false: http.StatusCreated, true: http.StatusOK}[doubt], "")
		if told := got.header.Get(DurabilityHeader) == "uncertain"; told != doubt {
			t.Errorf("in doubt: %t, told: %t", doubt, told)
		}
	}
}

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
