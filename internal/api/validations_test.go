package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const (
	validationPath = "/v1/validations/val_aaaaaaaaaaaaaaaaaaaaaaaaaa" // is nobody's

	callLine = `{"agent":"77","method":"call"}`
	photoID  = `{"agent":"77","method":"photo_id","note":"a driver's license"}`
	help     = `{"agent":"77","reason":"forgot"}`
)

// called has the line called, and returns the validation with the code that the line is told.
func (r *rig) called() (path, code string) {
	r.Helper()
	got := r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusAccepted, "")
	path = got.header.Get("Location")
	id := strings.TrimPrefix(path, "/v1/validations/")
	text, err := r.config.Desk.ValidationCode(r.Context(), id)
	check.OK(r, err)
	r.secrets = append(r.secrets, text.Reveal())
	return path, text.Reveal()
}

// wrong is another code than the given one.
func wrong(code string) string {
	return fmt.Sprint((code[0]-'0'+1)%10) + code[1:]
}

// gives sends a code as the agent 77, and returns the result.
func (r *rig) gives(path, code string) ValidationResult {
	r.Helper()
	var result ValidationResult
	r.ask(http.MethodPost, path+"/code", `{"agent":"77","code":"`+code+`"}`).is(http.StatusOK, "").read(&result)
	return result
}

func (a answer) validation() Validation {
	a.t.Helper()
	var v Validation
	a.read(&v)
	return v
}

func wrongWith(left int) ValidationResult { return ValidationResult{Result: "wrong", TriesLeft: &left} }

// actions are what was done, by whom.
func actions(events []audit.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, string(e.Action)+" by "+e.By)
	}
	return all
}

// TestCustomerForgotPIN is the whole conversation.
func TestCustomerForgotPIN(t *testing.T) {
	r := newRig(t)
	r.add("en")
	r.personal()
	r.fail(pins.FromLine, 10)
	got := r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusAccepted, "")
	begun := got.validation()
	path := "/v1/validations/" + string(begun.ID)
	if got.header.Get("Location") != path {
		t.Errorf("Location = %s", got.header.Get("Location"))
	}
	event := DeliveryEvent{Sequence: 1, Event: deliveries.Event{At: start, Status: deliveries.Queued, Attempt: 1}}
	want := Validation{
		ID: begun.ID, Line: line, Status: repair.Waiting, ExpiresAt: start.Add(10 * time.Minute), TriesLeft: 3,
		Call: &ValidationCall{Status: deliveries.Queued, Events: []DeliveryEvent{event}},
	}
	check.Same(t, begun, want)
	text, err := r.config.Desk.ValidationCode(t.Context(), string(begun.ID))
	check.OK(t, err)
	code := text.Reveal()
	r.secrets = append(r.secrets, code, wrong(code))
	check.Same(t, r.gives(path, wrong(code)), wrongWith(2))
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusForbidden, "not-validated")
	if result := r.gives(path, code[:3]+" - "+code[3:]); result != (ValidationResult{Result: "right"}) {
		t.Errorf("got %+v", result)
	}
	if now := r.ask(http.MethodGet, path+"?agent=77", "").is(http.StatusOK, "").validation(); now.Status != repair.Succeeded {
		t.Errorf("got %+v", now)
	}
	after := r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, "").line()
	if after.PIN != "temporary" || after.Strikes.Line.Lock != NoLock {
		t.Errorf("got %+v", after)
	}
	check.Same(t, actions(r.world.Audit.Take()), []string{
		"validation-begun by ordering/77", "validation-failed by ordering/77", "reset-refused by ordering/77",
		"validated by ordering/77", "pin-reset by ordering/77",
	})
	r.world.Log.Holds(t, "line called", string(line), "ordering/77")
	r.world.Log.Holds(t, "code of a validation judged", string(begun.ID), `"wrong"`, "ordering/77")
}

// TestValidationCountsForOne: one agent of one key, one line, for 15 minutes.
func TestValidationCountsForOne(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.personal()
	const other = "/v1/lines/+16515550199"
	r.ask(http.MethodPut, other, `{}`).is(http.StatusCreated, "")
	path, code := r.called()
	token := r.key("crm", apikey.AllScopes[:]...)
	// What another agent or key does with it comes to nothing, and takes no try.
	for range 4 {
		r.ask(http.MethodGet, path+"?agent=78", "").is(http.StatusNotFound, "no-such-validation")
		r.askAs(token, http.MethodGet, path+"?agent=77", "").is(http.StatusNotFound, "no-such-validation")
		r.ask(http.MethodPost, path+"/code", `{"agent":"78","code":"`+code+`"}`).is(http.StatusNotFound, "no-such-validation")
		r.askAs(token, http.MethodPost, path+"/code", `{"agent":"77","code":"`+code+`"}`).is(http.StatusNotFound, "no-such-validation")
	}
	if got := r.gives(path, code); got.Result != "right" {
		t.Fatalf("got %+v", got)
	}
	for _, op := range []string{"/pin/reset", "/unlock"} {
		r.ask(http.MethodPost, linePath+op, strings.Replace(help, "77", "78", 1)).is(http.StatusForbidden, "not-validated")
		r.ask(http.MethodPost, linePath+op, strings.Replace(help, "77", "7", 1)).is(http.StatusForbidden, "not-validated")
		r.askAs(token, http.MethodPost, linePath+op, help).is(http.StatusForbidden, "not-validated")
		r.ask(http.MethodPost, other+op, help).is(http.StatusForbidden, "not-validated")
		r.world.Set(start.Add(pins.ValidFor))
		r.ask(http.MethodPost, linePath+op, help).is(http.StatusForbidden, "not-validated")
		r.world.Set(start)
	}
	if got := r.ask(http.MethodGet, linePath, "").line(); got.PIN != "personal" {
		t.Errorf("got %+v", got)
	}
	r.world.Set(start.Add(pins.ValidFor - time.Millisecond))
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, "")
}

func TestCodesOfValidations(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.secrets = nil // a line of the log may hold six digits by chance, in a test of many codes
	path, code := r.called()
	for left := 2; left >= 0; left-- {
		check.Same(t, r.gives(path, wrong(code)), wrongWith(left))
	}
	if got := r.gives(path, code); got != (ValidationResult{Result: "used_up"}) {
		t.Errorf("after three wrong ones: %+v", got)
	}
	if got := r.ask(http.MethodGet, path+"?agent=77", "").validation(); got.Status != repair.Failed || got.TriesLeft != 0 {
		t.Errorf("got %+v", got)
	}
	path, code = r.called()
	for _, want := range []string{"right", "used_up"} {
		if got := r.gives(path, code); got != (ValidationResult{Result: want}) {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
	path, code = r.called()
	r.world.Set(start.Add(repair.CodeFor))
	if got := r.gives(path, code); got != (ValidationResult{Result: "expired"}) {
		t.Errorf("got %+v", got)
	}
	if got := r.ask(http.MethodGet, path+"?agent=77", "").validation(); got.Status != repair.TooLate {
		t.Errorf("got %+v", got)
	}
}

// TestNoCode: what can't be a code takes no try.
func TestNoCode(t *testing.T) {
	r := newRig(t)
	r.add("")
	path, code := r.called()
	for _, body := range []string{
		`{}`, `null`, `{"agent":"77"}`, `{"code":"` + code + `"}`, `{"agent":"77","code":""}`, `{"agent":"77","code":null}`,
		`{"agent":"77","code":"12345"}`, `{"agent":"77","code":"1234567"}`, `{"agent":"77","code":"12345x"}`, `{"agent":"77","code":123456}`,
		`{"agent":"77","code":"` + code + strings.Repeat(" ", 256) + `"}`, `{"agent":"7 7","code":"` + code + `"}`,
		`{"agent":"77","code":"` + code + `","line":"612-555-0142"}`,
	} {
		r.ask(http.MethodPost, path+"/code", body).is(http.StatusBadRequest, "bad-body")
	}
	if got := r.gives(path, code); got.Result != "right" {
		t.Errorf("got %+v", got)
	}
	for _, id := range []string{"val_", "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", "val_AAAAAAAAAAAAAAAAAAAAAAAAAA", "%20"} {
		r.ask(http.MethodGet, "/v1/validations/"+id+"?agent=77", "").is(http.StatusNotFound, "no-such-validation")
		r.ask(http.MethodPost, "/v1/validations/"+id+"/code", `{"agent":"77","code":"123456"}`).is(http.StatusNotFound, "no-such-validation")
	}
}

// TestCallAgain: who hears no answer sends the request again, and the line rings once.
func TestCallAgain(t *testing.T) {
	r := newRig(t)
	r.add("")
	call := func(key, body string) answer {
		request := r.request(http.MethodPost, linePath+"/validations", body)
		if request.Header.Del("Idempotency-Key"); key != "" {
			request.Header.Set("Idempotency-Key", key)
		}
		return r.send(request)
	}
	long := strings.Repeat("k", 255)
	first := call(long, callLine).is(http.StatusAccepted, "").validation()
	if again := call(long, callLine).is(http.StatusAccepted, "").validation(); again.ID != first.ID {
		t.Errorf("%s, and then %s", first.ID, again.ID)
	}
	if other := call(long[1:], callLine).is(http.StatusAccepted, "").validation(); other.ID == first.ID {
		t.Error("another key is the same call")
	}
	if other := call(long, strings.Replace(callLine, "77", "78", 1)).is(http.StatusAccepted, "").validation(); other.ID == first.ID {
		t.Error("another agent's is the same call")
	}
	call(long+"k", callLine).is(http.StatusBadRequest, "bad-idempotency-key")
	r.unlike = true // that one method must have the header, openapi.yaml can't say
	call("", callLine).is(http.StatusBadRequest, "bad-idempotency-key")
	if all := len(r.world.Audit.Take()); all != 3 {
		t.Errorf("%d entries in the audit, want one for each call", all)
	}
}

func TestCallsRefused(t *testing.T) {
	r := newRig(t)
	r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusNotFound, "no-such-line")
	r.ask(http.MethodPost, "/v1/lines/911/validations", callLine).is(http.StatusBadRequest, "bad-number")
	r.add("")
	for range 3 {
		r.called()
		r.world.Pass(time.Minute)
	}
	got := r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusTooManyRequests, "too-many-deliveries")
	if wait := got.header.Get("Retry-After"); wait != "3420" || !strings.Contains(got.body, "this line") {
		t.Errorf("Retry-After %s: %s", wait, got.body)
	}
	until := r.now().Add(24 * time.Hour)
	if _, err := r.world.DB.Deliveries().Block(t.Context(), "validation "+string(line), until); err != nil {
		t.Fatal(err)
	}
	got = r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusConflict, "calls-declined")
	var problem Problem
	if got.read(&problem); !problem.Until.Equal(until) || !strings.Contains(problem.Detail, "March 5, 2026, 14:03 UTC") {
		t.Errorf("got %+v", problem)
	}
	r.ask(http.MethodPost, accountPath+"/deliveries", callNow).is(http.StatusNotFound, "no-such-account") // which is not blocked
}

// TestAgentLimits: each has its own, and the first refusal is told to supervisors.
func TestAgentLimits(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.validated("ordering/77")
	r.config.Desk = r.desk(r.config.Provisioning, repair.Limits{Lookups: 1, Calls: 1, Secrets: 1, Resets: 1, Program: 1, Claims: 9})
	r.restart()
	secret := `{"agent":"77","method":"security_code","account":"MN-1000-4","code":"111111"}`
	for _, test := range []struct {
		path, body string
		status     int
		what       repair.Bounded
	}{
		{"/validations", callLine, http.StatusAccepted, repair.Calls},
		{"/validations", secret, http.StatusOK, repair.Secrets},
		{"/unlock", help, http.StatusOK, repair.Resets},
	} {
		r.alerts = nil
		r.world.Set(start)
		r.ask(http.MethodPost, linePath+test.path, test.body).is(test.status, "")
		r.world.Set(start.Add(time.Minute))
		for range 2 {
			got := r.ask(http.MethodPost, linePath+test.path, test.body).is(http.StatusTooManyRequests, "limit-reached")
			if got.header.Get("Retry-After") != "3540" || !strings.Contains(got.body, string(test.what)) {
				t.Errorf("Retry-After %s: %s", got.header.Get("Retry-After"), got.body)
			}
		}
		if len(r.alerts) != 1 || r.alerts[0].What != test.what || r.alerts[0].Who.Name != "ordering/77" {
			t.Errorf("alerts: %+v", r.alerts)
		}
		other := r.ask(http.MethodPost, linePath+test.path, strings.Replace(test.body, "77", "78", 1))
		if other.status == http.StatusTooManyRequests {
			t.Errorf("another agent is limited: %s", other.body)
		}
	}
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusTooManyRequests, "limit-reached")
}

// TestNoCalls: a server that calls nobody says so.
func TestNoCalls(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.config.Desk = repair.New(repair.Config{
		Lines: r.config.Lines, Provisioning: r.config.Provisioning, Accounts: r.config.Accounts, Store: r.world.Desk(), Audit: r.world.Audit,
		Keys: r.world.Keys, Deliveries: deliveries.New(deliveries.Config{Store: r.world.Deliveries(), Queue: &testkit.Queue{}}),
	})
	r.restart()
	r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusConflict, "method-not-offered")
}

// TestWrongCodesOfLine: other calls do not make guessing longer.
func TestWrongCodesOfLine(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.secrets = nil
	for i := range 8 {
		if i%3 == 0 {
			r.world.Set(start.Add(time.Duration(i) * 30 * time.Minute))
		}
		path, code := r.called()
		r.gives(path, wrong(code))
		r.world.Pass(time.Minute)
	}
	r.world.Set(start.Add(5 * time.Hour))
	first, code := r.called()
	second, right := r.called()
	r.gives(first, wrong(code)) // the ninth
	got := r.ask(http.MethodPost, second+"/code", `{"agent":"77","code":"`+right+`"}`).is(http.StatusTooManyRequests, "limit-reached")
	if !strings.Contains(got.body, "wrong codes") || got.header.Get("Retry-After") != fmt.Sprint(24*60*60) {
		t.Errorf("Retry-After %s: %s", got.header.Get("Retry-After"), got.body)
	}
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusForbidden, "not-validated")
	r.world.Pass(time.Hour)
	got = r.ask(http.MethodPost, linePath+"/validations", callLine).is(http.StatusTooManyRequests, "limit-reached")
	if got.header.Get("Retry-After") != fmt.Sprint(23*60*60) {
		t.Errorf("Retry-After %s: %s", got.header.Get("Retry-After"), got.body)
	}
	// Another way remains.
	r.ask(http.MethodPost, linePath+"/validations", photoID).is(http.StatusOK, "")
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, "")
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
