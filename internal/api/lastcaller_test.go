package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/testkit/check"
)

const lastCallerPath = linePath + "/last-caller"

// called says who called the line.
func (r *rig) calls(body string) answer {
	r.Helper()
	return r.ask(http.MethodPut, lastCallerPath, body)
}

// lastCaller wants who called the line last; empty: nobody.
func (r *rig) lastCaller(want features.Entry) {
	r.Helper()
	check.Same(r, check.Must(r.settings().LastCaller(r.Context(), line))(r), want)
}

func TestPutLastCaller(t *testing.T) {
	r := newRig(t)
	r.secrets = append(r.secrets, "5550177", "5550178", "79460018") // no answer and no line of the log holds them
	r.calls(`{"caller":"+16515550177"}`).is(http.StatusNotFound, "no-such-line")
	r.add("")
	for _, test := range []struct {
		body string
		want features.Entry
	}{
		{`{"caller":"+16515550177"}`, "+16515550177"},
		{`{"caller":null}`, ""},
		{`{"caller":"651-555-0178","at":"2026-03-04T14:00:00Z"}`, "+16515550178"},
		{`{"caller":"+16515550177","at":"2026-03-04T13:59:59.999Z"}`, "+16515550178"},
		{`{"caller":null,"at":"2026-03-04T07:59:00-06:00"}`, "+16515550178"},
		{`{"caller":"011 44 20 7946 0018","at":null}`, "+442079460018"},
		{`{"caller":null,"at":"2026-03-04T14:05:00Z"}`, ""},
		{`{"caller":"+16515550177"}`, "+16515550177"}, // as none comes from the future
	} {
		if got := r.calls(test.body).is(http.StatusNoContent, ""); got.body != "" {
			t.Errorf("%s: the answer is %q", test.body, got.body)
		}
		r.lastCaller(test.want)
	}
	if stored := string(r.world.Redis.Contents(t)); strings.Contains(stored, "5550177") {
		t.Errorf("the store holds\n%s", stored)
	}
	for _, path := range []string{linePath, linePath + "/history", featuresPath} {
		r.ask(http.MethodGet, path, "").is(http.StatusOK, "") // which is searched for secrets
	}
	if records := r.world.Records(t, line); len(records) > 0 || r.woken.Load() != 0 {
		t.Errorf("recorded %+v, woken %d times", records, r.woken.Load())
	}
	r.ask(http.MethodGet, lastCallerPath, "").is(http.StatusMethodNotAllowed, "bad-method")
	r.world.Pass(24 * time.Hour)
	r.lastCaller("")
}

func TestLastCallersThatAreRefused(t *testing.T) {
	r := newRig(t)
	r.add("")
	r.secrets = append(r.secrets, "5550177", "swordfish")
	r.calls(`{"caller":"+16515550177"}`).is(http.StatusNoContent, "")
	for _, body := range []string{
		`{}`, `{"at":"2026-03-04T14:00:00Z"}`, `{"caller":""}`, `{"caller":6515550177}`, `{"caller":["+16515550177"]}`,
		`{"caller":"+16515550177","at":"swordfish"}`, `{"caller":"+16515550177","at":1772632800}`, `{"caller":null,"name":"swordfish"}`,
	} {
		r.calls(body).is(http.StatusBadRequest, "bad-body")
	}
	for _, caller := range []string{"swordfish", "911", "651", "+1651555017", "+4420", " "} {
		r.calls(`{"caller":"`+caller+`"}`).is(http.StatusUnprocessableEntity, "details-refused")
	}
	r.ask(http.MethodPut, "/v1/lines/911/last-caller", `{"caller":null}`).is(http.StatusBadRequest, "bad-number")
	r.lastCaller("+16515550177")
}
