package simulator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

func outbound(to string) simulator.Outbound {
	return simulator.Outbound{
		To: to, From: "+18886128052", URL: publicURL + "/code", StatusCallback: publicURL + "/voice/status",
		StatusCallbackEvents: []string{"ringing", "answered", "completed"}, MachineDetection: "Enable",
	}
}

func TestRing(t *testing.T) {
	tests := []struct {
		script     string
		answeredBy string
		statuses   []string
	}{
		{"answer 612-555-0142\nhear \"your code\"\nended", "human", []string{"ringing 0", "in-progress 1", "completed 2"}},
		{"voicemail 612-555-0142\n!hear \"your code\"", "machine_start", []string{"ringing 0", "in-progress 1", "completed 2"}},
		{"busy 612-555-0142", "", []string{"ringing 0", "busy 1"}},
		{"no-answer 612-555-0142", "", []string{"ringing 0", "no-answer 1"}},
	}
	for _, test := range tests {
		app := newApplication(t, map[string]string{"/code": `<Say>This is your code.</Say>`})
		exchange := newExchange(t, app.config())
		sid, err := exchange.Ring(t.Context(), outbound("+16125550142"))
		if err != nil {
			t.Fatal(err)
		}
		if result := play(t, exchange, test.script, nil); result.Err != nil {
			t.Errorf("%q: %v", test.script, result.Err)
		}
		if got := statusesOf(app); !slices.Equal(got, test.statuses) {
			t.Errorf("%q: statuses %v, want %v", test.script, got, test.statuses)
		}
		posts := app.got("/code")
		if test.answeredBy == "" {
			if len(posts) != 0 {
				t.Errorf("%q: the call was answered", test.script)
			}
			continue
		}
		form := posts[0].form
		if form.Get("AnsweredBy") != test.answeredBy || form.Get("Direction") != "outbound-api" || form.Get("CallSid") != sid || form.Get("CallStatus") != "in-progress" {
			t.Errorf("%q: form %v", test.script, form)
		}
	}
}

// A mailbox records nothing of what is said while its greeting plays, which Twilio waits for if it
// is asked to; a fax hears nothing ever.
func TestMachinesListenLate(t *testing.T) {
	const tell = `<Say>One two three four five.</Say><Pause length="9"/><Say>Six seven eight nine ten.</Say><Pause length="20"/><Say>Eleven.</Say>`
	const all = "says One two three four five.\npauses 9s\nsays Six seven eight nine ten.\npauses 20s\nsays Eleven."
	tests := []struct{ mode, by, answeredBy, want string }{
		{"", simulator.Human, "", all},
		{"", simulator.Machine, "", "pauses 9s\nsays nine ten.\npauses 20s\nsays Eleven."},
		{"", simulator.Fax, "", "pauses 9s\npauses 20s"},
		{"Enable", simulator.Human, "human", "pauses 4s\n" + all},
		{"Enable", simulator.Machine, "machine_start", "pauses 4s\npauses 9s\nsays Six seven eight nine ten.\npauses 20s\nsays Eleven."},
		{"Enable", simulator.MachineSilence, "machine_start", "pauses 4s\npauses 9s\nsays Six seven eight nine ten.\npauses 20s\nsays Eleven."},
		{"Enable", simulator.Unknown, "unknown", "pauses 30s\n" + all},
		{"DetectMessageEnd", simulator.Human, "human", "pauses 4s\n" + all},
		{"DetectMessageEnd", simulator.Machine, "machine_end_beep", "pauses 12s\n" + all},
		{"DetectMessageEnd", simulator.MachineSilence, "machine_end_silence", "pauses 12s\n" + all},
		{"DetectMessageEnd", simulator.MachineOther, "machine_end_other", "pauses 12s\n" + all},
		{"DetectMessageEnd", simulator.Fax, "fax", "pauses 4s\npauses 9s\npauses 20s"},
	}
	for _, test := range tests {
		app := newApplication(t, map[string]string{"/code": tell})
		exchange := newExchange(t, app.config())
		out := outbound("+16125550142")
		out.MachineDetection = test.mode
		if _, err := exchange.Ring(t.Context(), out); err != nil {
			t.Fatal(err)
		}
		rings, err := exchange.AwaitRing(t.Context(), "612-555-0142", 3*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		got := listen(t, rings.Answer(t.Context(), test.by))
		if want := test.want + "\nended by the far end, completed"; got != want {
			t.Errorf("%s, %s: heard\n%s\nwant\n%s", test.mode, test.by, got, want)
		}
		if by := app.got("/code")[0].form.Get("AnsweredBy"); by != test.answeredBy {
			t.Errorf("%s, %s: answered by %q", test.mode, test.by, by)
		}
	}
}

func TestRingStatusesNotAskedFor(t *testing.T) {
	app := newApplication(t, map[string]string{"/code": goodbye})
	exchange := newExchange(t, app.config())
	out := outbound("+16125550142")
	out.StatusCallbackEvents = nil
	if _, err := exchange.Ring(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	play(t, exchange, "answer 612-555-0142", nil)
	if got := statusesOf(app); !slices.Equal(got, []string{"completed 0"}) {
		t.Errorf("statuses %v", got)
	}
}

func TestAwaitRing(t *testing.T) {
	exchange := newExchange(t, newApplication(t, nil).config())
	if _, err := exchange.AwaitRing(t.Context(), "612-555-0142", time.Millisecond); !errors.Is(err, simulator.ErrNoRing) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	errs := make(chan error, 2)
	for _, to := range []string{"+16125550143", "+16125550142"} {
		go func() {
			_, err := exchange.Ring(context.Background(), outbound(to))
			errs <- err
		}()
	}
	rings, err := exchange.AwaitRing(t.Context(), "612-555-0142", 3*time.Minute)
	if err != nil || rings.To != "+16125550142" || !strings.HasPrefix(rings.SID, "CA") {
		t.Errorf("%+v, %v", rings, err)
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestRingIsBounded(t *testing.T) {
	exchange := newExchange(t, newApplication(t, nil).config())
	var err error
	for range 101 {
		_, err = exchange.Ring(t.Context(), simulator.Outbound{To: "+16125550142", From: "+18886128052"})
	}
	if !errors.Is(err, simulator.ErrTooManyRings) {
		t.Errorf("got %v", err)
	}
}
