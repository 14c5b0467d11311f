package simulator_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

const goodbye = `<Say>Goodbye.</Say><Hangup/>`

func TestVerbs(t *testing.T) {
	tests := []struct{ name, verbs, want string }{
		{"say", `<Say>Hello  there.</Say>`, "says Hello there."},
		{"digits", `<Say voice="Polly.Joanna-Neural">Call <say-as interpret-as="digits">800</say-as>.</Say>`, "says Call 8 0 0."},
		{"slow", `<Say voice="Polly.Joanna-Neural">a<break time="200ms"/><prosody rate="80%">b c</prosody></Say>`, "says a b c"},
		{"play", `<Play>/audio/hello.en.mp3</Play>`, "plays " + publicURL + "/audio/hello.en.mp3"},
		{"nothing", ``, ""},
		{"hang up", `<Hangup/><Say>unheard</Say>`, ""},
		{"spelled", `<Say voice="Polly.Joanna-Neural"><say-as interpret-as="spell-out">a1</say-as></Say>`, "says a 1"},
		{"dial", `<Dial callerId="+16125557801"><Number>+18005731311</Number></Dial><Say>Back.</Say>`, "transfers to +18005731311\nsays Back."},
		{"dial and ask", `<Dial action="/bye" callerId="+16125557801"><Number>+18005731311</Number></Dial><Say>unheard</Say>`,
			"transfers to +18005731311\nsays Goodbye."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			app := newApplication(t, map[string]string{"/voice/incoming": test.verbs, "/bye": goodbye})
			call := dial(t, app.config())
			want := strings.TrimSpace(test.want + "\nended by the far end, completed")
			if got := listen(t, call); got != want {
				t.Errorf("heard\n%s\nwant\n%s", got, want)
			}
			if err := call.Press('1'); !errors.Is(err, simulator.ErrOver) {
				t.Errorf("press after the end: %v", err)
			}
			if err := call.Silence(); !errors.Is(err, simulator.ErrOver) {
				t.Errorf("silence after the end: %v", err)
			}
		})
	}
}

// A transfer dials nobody without a caller ID that is a number which can be called, and the
// account's, the one that was called, or the caller's own; what comes over SIP has none.
func TestCallerID(t *testing.T) {
	const own, called, caller, verified = "+16125557801", "+18886128052", "+16515550199", "+16125557802"
	tests := []struct{ name, to, from, callerID, want string }{ // want: what the telephone shows; empty: it does not ring
		{"of the account", "78", caller, own, own},
		{"verified", "78", caller, verified, verified},
		{"none over SIP", "78", caller, "", ""},
		{"the caller's over SIP", "78", "612-555-0142", "+16125550142", ""},
		{"the short code", "78", caller, "78", ""},
		{"the number that was called", called, caller, called, called},
		{"of the account, from a telephone", called, "anonymous", own, own},
		{"the caller's by default", called, caller, "", caller},
		{"the caller's", called, caller, caller, caller},
		{"a foreign caller's", called, "+442079460000", "", "+442079460000"},
		{"a stranger's", called, caller, "+16515550100", ""},
		{"withheld", called, "anonymous", "", ""},
		{"restricted", called, "Restricted", "", ""},
		{"ANONYMOUS", called, "+266696687", "", ""},
		{"RESTRICTED", called, "+7378742833", "", ""},
		{"BLOCKED", called, "+2562533", "", ""},
		{"UNKNOWN", called, "+8656696", "", ""},
		{"UNAVAILABLE", called, "+86282452253", "", ""},
		{"too short", called, "+1612555", "", ""},
		{"no number that there is", called, "+11115550142", "", ""},
		{"in another form", called, caller, "6125557801", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			attribute := ""
			if test.callerID != "" {
				attribute = ` callerId="` + test.callerID + `"`
			}
			app := newApplication(t, map[string]string{
				"/voice/incoming": `<Dial action="/bye"` + attribute + `><Number>+18005731311</Number></Dial>`, "/bye": goodbye,
			})
			config := app.config()
			config.Numbers = []string{own, verified}
			call, err := newExchange(t, config).Dial(t.Context(), test.to, test.from, simulator.NoPassport)
			check.OK(t, err)
			shown := ""
			events, err := call.Listen(t.Context())
			for _, event := range events {
				if transferred, is := event.(simulator.Transferred); is {
					shown = transferred.CallerID
				}
			}
			status := "completed"
			if test.want == "" {
				status = "failed"
			}
			told := app.got("/bye")
			if err != nil || shown != test.want || len(told) != 1 || told[0].form.Get("DialCallStatus") != status {
				t.Errorf("%v, shown as %q, told %v", err, shown, told)
			}
			var broken *simulator.WebhookError
			if problems := call.Problems(); (len(problems) == 1 && errors.As(problems[0], &broken) && broken.Code == 13214) != (test.want == "") {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}

func TestGather(t *testing.T) {
	tests := []struct {
		name, attributes string
		keys             string // an s is silence
		want             string // Digits and FinishedOnKey at the action, or how the call went on
	}{
		{"finish key", ``, "12#", "12 by #"},
		{"no finish key", `finishOnKey="" numDigits="3"`, "1#*", "1#* by "},
		{"number of digits", `numDigits="4"`, "1234", "1234 by "},
		{"finish key before the number of digits", `numDigits="4"`, "1#", "1 by #"},
		{"pause after the last key", ``, "12s", "12 by "},
		{"silence falls through", ``, "s", "fell through"},
		{"silence is told", `actionOnEmptyResult="true"`, "s", " by "},
		{"finish key alone falls through", ``, "#", "fell through"},
		{"finish key alone is told", `actionOnEmptyResult="true"`, "#", " by #"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			app := newApplication(t, map[string]string{
				"/voice/incoming": `<Gather action="/keys" timeout="7" ` + test.attributes + `><Say>Key.</Say></Gather><Say>fell through</Say>`,
				"/keys":           goodbye,
			})
			call := dial(t, app.config())
			if got := listen(t, call); got != "says Key.\nasks 7s, 0 keyed" {
				t.Fatalf("heard %q", got)
			}
			for _, key := range []byte(test.keys) {
				check.OK(t, pressOrWait(call, key))
			}
			heard := listen(t, call)
			got := "fell through"
			if posts := app.got("/keys"); len(posts) == 1 {
				got = posts[0].form.Get("Digits") + " by " + posts[0].form.Get("FinishedOnKey")
				if msg := posts[0].form.Get("msg"); msg != "Gather End" {
					t.Errorf("msg = %q", msg)
				}
			}
			if got != test.want || strings.Contains(heard, "fell") != strings.Contains(test.want, "fell") {
				t.Errorf("got %q, heard %q", got, heard)
			}
		})
	}
}

func pressOrWait(call *simulator.Call, key byte) error {
	if key == 's' {
		return call.Silence()
	}
	return call.Press(key)
}

func TestKeyCutsPromptsShort(t *testing.T) {
	app := newApplication(t, map[string]string{
		"/voice/incoming": `<Say>First.</Say><Gather action="/keys" numDigits="2"><Say>One.</Say><Say>Two.</Say></Gather>`,
		"/keys":           goodbye,
	})
	call := dial(t, app.config())
	first, err := call.Next(t.Context())
	if err != nil || first != (simulator.Spoken{Words: "First.", Language: "en-US"}) {
		t.Fatalf("first: %+v, %v", first, err)
	}
	if err := call.Press('1'); !errors.Is(err, simulator.ErrNotGathering) {
		t.Errorf("key before the question: %v", err)
	}
	if one, _ := call.Next(t.Context()); one != (simulator.Spoken{Words: "One.", Language: "en-US", Interruptible: true}) {
		t.Fatalf("one: %+v", one)
	}
	if err := call.Press('x'); !errors.Is(err, simulator.ErrKey) {
		t.Errorf("no key: %v", err)
	}
	check.OK(t, call.Press('1'))
	if asked, _ := call.Next(t.Context()); asked != (simulator.Gathering{Timeout: 5 * time.Second, Keyed: 1}) {
		t.Errorf("after a key: %+v", asked)
	}
	if !call.Entering() {
		t.Error("no entry under way")
	}
	if err := call.Press('2'); err != nil || call.Listening() {
		t.Errorf("second key: %v, listening %v", err, call.Listening())
	}
	if got := listen(t, call); got != "says Goodbye.\nended by the far end, completed" {
		t.Errorf("heard %q", got)
	}
	if n := len(call.Turns()); n != 2 {
		t.Errorf("%d turns", n)
	}
}

func TestGatherWithoutActionAsksThePresentURL(t *testing.T) {
	app := newApplication(t, nil)
	app.answers["/voice/incoming"] = func(w http.ResponseWriter, r *http.Request) {
		if r.Form.Get("Digits") == "" {
			twimlAnswer(`<Gather numDigits="1"/>`)(w, r)
			return
		}
		twimlAnswer(goodbye)(w, r)
	}
	call := dial(t, app.config())
	listen(t, call)
	check.OK(t, call.Press('1'))
	if got := listen(t, call); !strings.HasPrefix(got, "says Goodbye.") {
		t.Errorf("heard %q", got)
	}
}

func TestEndless(t *testing.T) {
	app := newApplication(t, map[string]string{
		"/voice/incoming": `<Dial action="/voice/incoming" callerId="+16125557801"><Number>+18005731311</Number></Dial>`,
	})
	call := dial(t, app.config())
	if _, err := call.Listen(t.Context()); !errors.Is(err, simulator.ErrEndless) {
		t.Errorf("got %v", err)
	}
	if got := listen(t, call); got != "ended by the far end, failed" {
		t.Errorf("then %q", got)
	}
}

func TestHangUp(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": `<Gather><Say>Key.</Say></Gather>`})
	call := dial(t, app.config())
	listen(t, call)
	call.HangUp(t.Context())
	call.HangUp(t.Context())
	if got := listen(t, call); got != "ended by the caller, completed" {
		t.Errorf("heard %q", got)
	}
	statuses := app.got("/voice/status")
	if last := statuses[len(statuses)-1].form; len(statuses) != 3 || last.Get("CallStatus") != "completed" || last.Get("CallSid") != call.SID() {
		t.Errorf("%d statuses, the last %v", len(statuses), last)
	}
}

func TestForms(t *testing.T) {
	tests := []struct {
		name, to, from string
		stir           simulator.Attestation
		want           map[string]string // an empty value: the field is missing
	}{
		{"78", "78", "612-555-0142", "", map[string]string{"To": "sip:78@demo.sip.twilio.com", "SipDomain": "demo.sip.twilio.com", "StirVerstat": "", "Direction": "inbound"}},
		{"*78", "*78", "6125550142", "", map[string]string{"To": "sip:*78@demo.sip.twilio.com"}},
		{"78 from no number", "78", "anonymous", "", map[string]string{"From": "sip:anonymous@demo.sip.twilio.com"}},
		{"78 from abroad", "78", "+442079460000", "", map[string]string{"From": "sip:+442079460000@demo.sip.twilio.com"}},
		{"78 from a client", "78", "client:kiosk", "", map[string]string{"From": "client:kiosk"}},
		{"number", "888-612-8052", "+16125550142", simulator.AttestedA, map[string]string{"To": "+18886128052", "Called": "+18886128052", "From": "+16125550142", "Caller": "+16125550142", "FromCountry": "US", "StirVerstat": "TN-Validation-Passed-A", "SipDomain": ""}},
		{"eleven digits", "18886128052", "1-612-555-0142", simulator.Unverified, map[string]string{"To": "+18886128052", "From": "+16125550142", "StirVerstat": "No-TN-Validation"}},
		{"short", "911", "anonymous", "", map[string]string{"To": "911", "From": "anonymous", "FromCountry": ""}},
		{"wrong area code", "888-612-8052", "123-555-0142", "", map[string]string{"From": "+11235550142"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			app := newApplication(t, map[string]string{"/voice/incoming": goodbye})
			call, err := newExchange(t, app.config()).Dial(t.Context(), test.to, test.from, test.stir)
			check.OK(t, err)
			listen(t, call)
			form := app.got("/voice/incoming")[0].form
			for field, want := range test.want {
				if form.Get(field) != want || form.Has(field) != (want != "") {
					t.Errorf("%s = %q, want %q", field, form.Get(field), want)
				}
			}
			if sid := form.Get("CallSid"); len(sid) != 34 || !strings.HasPrefix(sid, "CA") {
				t.Errorf("CallSid = %q", sid)
			}
			if form.Get("CallStatus") != "ringing" || form.Get("ApiVersion") != "2010-04-01" || !strings.HasPrefix(form.Get("AccountSid"), "AC") {
				t.Errorf("form = %v", form)
			}
		})
	}
}

func TestSIPCallersAreWrittenInSeveralWays(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": goodbye})
	exchange := newExchange(t, app.config())
	ways := map[string]bool{}
	for range 60 {
		call, err := exchange.Dial(t.Context(), "78", "612-555-0142", "")
		check.OK(t, err)
		listen(t, call)
	}
	for _, p := range app.got("/voice/incoming") {
		ways[p.form.Get("From")] = true
	}
	for _, want := range []string{"sip:%s@%s", "sip:+1%s@%s", "sip:%s@%s;user=phone", "sip:+1%s@%s:5060"} {
		if want = fmt.Sprintf(want, "6125550142", "demo.sip.twilio.com"); !ways[want] {
			t.Errorf("never %s", want)
		}
	}
	if len(ways) != 4 {
		t.Errorf("ways: %v", ways)
	}
}
