package simulator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

// A mailbox records nothing of what is said while its greeting plays, which Twilio waits for if it
// is asked to; a fax hears nothing ever.
func TestMachinesListenLate(t *testing.T) {
	const tell = `<Say>One two three four five.</Say><Play>/a</Play><Play>/b</Play><Play>/c</Play><Say>Six seven eight nine ten.</Say><Play>/d</Play>`
	const begin, plays = "says One two three four five.\n", "plays " + publicURL
	const all = begin + plays + "/a\n" + plays + "/b\n" + plays + "/c\nsays Six seven eight nine ten.\n" + plays + "/d\n"
	tests := []struct{ detects, by, answeredBy, want string }{
		{"", simulator.Human, "", all},
		{"", simulator.Machine, "", "says nine ten.\n" + plays + "/d\n"},
		{"", simulator.Fax, "", ""},
		{"DetectMessageEnd", simulator.Human, "human", "pauses 4s\n" + all},
		{"DetectMessageEnd", simulator.Machine, "machine_end_beep", "pauses 12s\n" + all},
		{"DetectMessageEnd", simulator.Fax, "fax", "pauses 4s\n"},
		{"DetectMessageEnd", simulator.Unknown, "unknown", "pauses 30s\n" + all},
	}
	for _, test := range tests {
		app := newApplication(t, map[string]string{"/code": tell})
		r := newREST(t, app.config())
		r.ask(callsPath, orderForm("MachineDetection", test.detects))
		rings, err := r.exchange.AwaitRing(t.Context(), "612-555-0142", 3*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		got := listen(t, rings.Answer(t.Context(), test.by))
		if want := test.want + "ended by the far end, completed"; got != want {
			t.Errorf("%s, %s: heard\n%s\nwant\n%s", test.detects, test.by, got, want)
		}
		if by := app.got("/code")[0].form.Get("AnsweredBy"); by != test.answeredBy {
			t.Errorf("%s, %s: answered by %q", test.detects, test.by, by)
		}
	}
}

func TestAwaitRing(t *testing.T) {
	r := newREST(t, codeApp(t).config())
	if _, err := r.exchange.AwaitRing(t.Context(), "612-555-0142", time.Millisecond); !errors.Is(err, simulator.ErrNoRing) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	for _, to := range []string{"+16125550143", "+16125550142"} {
		go r.ask(callsPath, orderForm("To", to))
	}
	rings, err := r.exchange.AwaitRing(t.Context(), "612-555-0142", 3*time.Minute)
	if err != nil || rings.To != "+16125550142" || !strings.HasPrefix(rings.SID, "CA") {
		t.Errorf("%+v, %v", rings, err)
	}
}
