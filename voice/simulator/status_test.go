package simulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

// statusesOf are the status callbacks in order of arrival, as status and sequence number.
func statusesOf(app *application) []string {
	var got []string
	for _, p := range app.got("/voice/status") {
		got = append(got, p.form.Get("CallStatus")+" "+p.form.Get("SequenceNumber"))
	}
	return got
}

func TestStatusCallbacks(t *testing.T) {
	for order, want := range [][]string{
		simulator.InOrder:    {"ringing 0", "in-progress 1", "completed 2"},
		simulator.OutOfOrder: {"ringing 0", "completed 2", "in-progress 1"},
	} {
		if want == nil {
			continue // the order by chance has its own test
		}
		app := newApplication(t, map[string]string{"/voice/incoming": `<Pause length="42"/>`})
		config := app.config()
		config.StatusOrder = simulator.StatusOrder(order)
		call := dial(t, config)
		listen(t, call)
		if got := statusesOf(app); !slices.Equal(got, want) {
			t.Errorf("order %d: %v, want %v", order, got, want)
		}
		for _, p := range app.got("/voice/status") {
			if _, err := time.Parse(time.RFC1123Z, p.form.Get("Timestamp")); err != nil {
				t.Error(err)
			}
			if duration := p.form.Get("CallDuration"); p.form.Get("CallStatus") == "completed" && duration != "42" {
				t.Errorf("CallDuration = %q", duration)
			}
		}
		if len(call.Problems()) != 0 {
			t.Errorf("problems %v", call.Problems())
		}
	}
}

func TestStatusCallbacksOutOfOrderAtTimes(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": goodbye})
	config := app.config()
	config.StatusOrder = simulator.OutOfOrderAtTimes
	exchange := newExchange(t, config)
	for range 100 {
		call, err := exchange.Dial(t.Context(), "78", "612-555-0142", "")
		if err != nil {
			t.Fatal(err)
		}
		listen(t, call)
	}
	late := strings.Count(strings.Join(statusesOf(app), ", "), "completed 2, in-progress 1")
	if late < 10 || late > 40 {
		t.Errorf("%d calls of 100 out of order", late)
	}
}

func TestFailingStatusCallbackIsNoted(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": goodbye})
	app.answers["/voice/status"] = http.NotFound
	call := dial(t, app.config())
	if got := listen(t, call); !strings.HasPrefix(got, "says Goodbye.") {
		t.Errorf("heard %q", got)
	}
	if len(call.Problems()) != 3 {
		t.Errorf("problems %v", call.Problems())
	}
}
