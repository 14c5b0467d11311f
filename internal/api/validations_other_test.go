package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/pins"
)

// claims sends a claim as the agent 77, and returns the result.
func (r *rig) claims(method, account, field, text string) string {
	r.Helper()
	body := `{"agent":"77","method":"` + method + `","account":"` + account + `","` + field + `":"` + text + `"}`
	var result ValidationResult
	r.ask(http.MethodPost, linePath+"/validations", body).is(http.StatusOK, "").read(&result)
	if result.TriesLeft != nil {
		r.Errorf("%s: how many tries are left is told", method)
	}
	return result.Result
}

// TestValidationBySecret: right or wrong is all that is told.
func TestValidationBySecret(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.provision()
	const elsewhere = "MN-2000-7"
	r.ask(http.MethodPut, "/v1/accounts/"+elsewhere, strings.Replace(newAccount, "612-555-0142", "651-555-0199", 1)).is(http.StatusCreated, "")
	r.secrets = append(r.secrets, "999999")
	for _, test := range []struct{ method, account, field, text, want string }{
		{"security_code", string(coded), "code", "999999", "wrong"},
		{"security_code", string(missing), "code", code, "wrong"},
		{"security_code", elsewhere, "code", code, "wrong"}, // it is that of the account, but not of the line
		{"security_answer", string(coded), "answer", luz, "wrong"},
		{"security_code", "mn-1000-4", "code", "826 517", "right"},
	} {
		r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusForbidden, "not-validated")
		if got := r.claims(test.method, test.account, test.field, test.text); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
	r.ask(http.MethodPost, linePath+"/unlock", help).is(http.StatusOK, "")
	for range 6 {
		r.claims("security_code", string(coded), "code", "999999")
	}
	if got := r.claims("security_code", string(coded), "code", code); got != "wrong" {
		t.Errorf("of an account that is locked: %s", got)
	}
	r.log.holds(t, "validation of a customer judged", `"right"`, "ordering/77", string(line))
	if strings.Contains(r.log.String()[strings.Index(r.log.String(), "validation of a customer"):], string(coded)) {
		t.Error("the log holds what was typed for an account")
	}
}

func TestValidationByAnswer(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.provision()
	r.ask(http.MethodPut, accountPath+"/security-question", `{"question":"Who?","answer":"`+luz+`"}`).is(http.StatusOK, "")
	if got := r.claims("security_answer", string(coded), "answer", "dona LUZ of st paul"); got != "right" {
		t.Errorf("got %s", got)
	}
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusOK, "")
	records, err := r.store.Memory.History(t.Context(), line, 2)
	if err != nil || len(records) != 2 || records[1].Method != pins.BySecret || records[1].By != "ordering/77" {
		t.Errorf("got %+v, %v", records, err)
	}
}

func TestValidationByPhotoID(t *testing.T) {
	r := newRig(t)
	r.add("")
	const body = `{"agent":"jo.berg","method":"photo_id","note":"driver's license, looks like them"}`
	plain, store := r.key("crm", apikey.ValidationsWrite, apikey.PinsReset), r.key("store-12", apikey.ValidationsPhotoID, apikey.PinsReset)
	r.unlike = true // which scope it takes follows from the body
	got := r.askAs(plain, http.MethodPost, linePath+"/validations", body).is(http.StatusForbidden, "missing-scope")
	if !strings.Contains(got.header.Get("WWW-Authenticate"), "validations:photo-id") {
		t.Errorf("challenge: %s", got.header.Get("WWW-Authenticate"))
	}
	r.askAs(plain, http.MethodPost, linePath+"/pin/reset", strings.Replace(help, "77", "jo.berg", 1)).is(http.StatusForbidden, "not-validated")
	r.unlike = true
	r.askAs(store, http.MethodPost, linePath+"/validations", callLine).is(http.StatusForbidden, "missing-scope")
	r.askAs(store, http.MethodPost, linePath+"/validations", body).is(http.StatusOK, "")
	r.askAs(store, http.MethodPost, linePath+"/pin/reset", strings.Replace(help, "77", "jo.berg", 1)).is(http.StatusOK, "")
	if diff := cmp.Diff([]string{
		"validation-failed by crm/jo.berg", "reset-refused by crm/jo.berg", "validated by store-12/jo.berg", "pin-reset by store-12/jo.berg",
	}, actions(r.trail.told())); diff != "" {
		t.Error(diff)
	}
	for _, note := range []string{"", "too short", strings.Repeat("é", 501), `two\nlines of text`} {
		r.ask(http.MethodPost, linePath+"/validations", `{"agent":"77","method":"photo_id","note":"`+note+`"}`).is(http.StatusBadRequest, "bad-body")
	}
}

// TestValidationBodies: each method has its fields, and no others.
func TestValidationBodies(t *testing.T) {
	r := newRig(t)
	r.add("")
	for _, body := range []string{
		`{}`, `null`, `[]`, `{"agent":"77"}`, `{"method":"call"}`, `{"agent":"77","method":""}`, `{"agent":"77","method":"zip","account":"MN-1000-4","zip":"55403"}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","zip":"55403"}`, `{"agent":"77","method":"CALL"}`,
		`{"agent":"77","method":"call","to":"651-555-0199"}`, `{"agent":"77","method":"call","note":"what a nice day"}`, `{"agent":"77","method":"call","code":""}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4"}`, `{"agent":"77","method":"security_code","code":"1"}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","code":""}`, `{"agent":"77","method":"security_code","account":"MN-1000-4","code":null}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","code":1}`, `{"agent":"77","method":"security_code","account":"M_N","code":"1"}`,
		`{"agent":"77","method":"security_code","account":"MN-1000-4","answer":"1"}`, `{"agent":"77","method":"security_code","account":"MN-1000-4","code":"1","answer":"1"}`,
		`{"agent":"77","method":"security_answer","account":"MN-1000-4","answer":"` + strings.Repeat("x", 401) + `"}`,
		`{"agent":"77","method":"photo_id"}`, `{"agent":"77","method":"photo_id","note":null}`, `{"agent":"77","method":"operator","note":"because I say so"}`,
	} {
		r.ask(http.MethodPost, linePath+"/validations", body).is(http.StatusBadRequest, "bad-body")
	}
	if all := actions(r.trail.told()); slices.Contains(all, "validated by ordering/77") {
		t.Errorf("recorded: %v", all)
	}
	r.ask(http.MethodPost, linePath+"/pin/reset", help).is(http.StatusForbidden, "not-validated")
}

// TestAgents: no name of an agent can be taken for another's, or for that of a key.
func TestAgents(t *testing.T) {
	r := newRig(t)
	r.add("")
	for _, agent := range []string{"", "7 7", "a/b", "é", "77\u0000", strings.Repeat("7", 36), "77,78", "\"", "<77>"} {
		quoted := strings.NewReplacer(`"`, `\"`, "\x00", `\u0000`).Replace(agent)
		r.ask(http.MethodPost, linePath+"/validations", `{"agent":"`+quoted+`","method":"call"}`).is(http.StatusBadRequest, "bad-body")
		r.ask(http.MethodPost, linePath+"/pin/reset", `{"agent":"`+quoted+`","reason":"x"}`).is(http.StatusBadRequest, "bad-body")
		r.ask(http.MethodPost, validationPath+"/code", `{"agent":"`+quoted+`","code":"123456"}`).is(http.StatusBadRequest, "bad-body")
	}
	for _, query := range []string{"", "?agent=", "?agent=7%207", "?agent=a/b", "?agent=" + strings.Repeat("7", 36), "?Agent=77"} {
		r.ask(http.MethodGet, validationPath+query, "").is(http.StatusBadRequest, "bad-agent")
	}
	r.unlike = true // as the checker takes the first of two
	r.ask(http.MethodGet, validationPath+"?agent=77&agent=78", "").is(http.StatusBadRequest, "bad-agent")
	r.ask(http.MethodDelete, validationPath+"?agent=77", "").is(http.StatusMethodNotAllowed, "bad-method")
	long := strings.Repeat("n", 64)
	agent := strings.Repeat("A", 35)
	r.trail.told()
	r.askAs(r.key(long, apikey.ValidationsWrite), http.MethodPost, linePath+"/validations", `{"agent":"`+agent+`","method":"call"}`).is(http.StatusAccepted, "")
	if events := r.trail.told(); len(events) != 1 || events[0].By != long+"/"+agent || events[0].Via != audit.ViaAPI {
		t.Errorf("recorded: %+v", events)
	}
}
