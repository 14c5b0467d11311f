package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
	"updatecenter/voice/simulator"
)

// The simulated exchange and the dialer know nothing of each other, and get on.
func TestDialerOnTheExchange(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write([]byte(`<Response><Gather><Say>Press 1.</Say></Gather></Response>`))
	}))
	defer app.Close()
	exchange, err := simulator.New(simulator.Config{
		PublicURL: app.URL, AuthToken: secret.New(token), AccountSID: sid, Clock: simulator.NewVirtualClock(since),
	})
	if err != nil {
		t.Fatal(err)
	}
	api := simulator.NewREST(exchange)
	defer api.Close()
	d := dialer(t, newLine(t, api.ServeHTTP), func(c *twilio.DialerConfig) { c.PublicURL, c.DetectMachines = app.URL, true })

	api.Fail(simulator.Fault{Lost: true})
	if _, err := d.Dial(t.Context(), ring); err == nil {
		t.Fatal("the answer was not lost")
	}
	rings, err := exchange.AwaitRing(t.Context(), string(home), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	found, err := d.Find(t.Context(), home, since)
	if err != nil || len(found) != 1 || found[0].CallSID != rings.SID || found[0].Status != "ringing" {
		t.Fatalf("found %v, %v", found, err)
	}
	if earlier, err := d.Find(t.Context(), home, since.Add(time.Minute)); err != nil || len(earlier) != 0 {
		t.Errorf("found %v, %v", earlier, err)
	}
	call := rings.Answer(t.Context(), simulator.Human)
	for range 2 {
		if err := d.HangUp(t.Context(), rings.SID); err != nil {
			t.Error(err)
		}
		events, err := call.Listen(t.Context())
		if err != nil || len(events) != 1 || events[0] != (simulator.Ended{By: simulator.FarEnd, Status: "completed"}) {
			t.Errorf("heard %v, %v", events, err)
		}
	}
	sid, err := d.Dial(t.Context(), ring)
	if err != nil {
		t.Fatal(err)
	}
	if rings, err := exchange.AwaitRing(t.Context(), string(home), 5*time.Second); err != nil || rings.SID != sid {
		t.Errorf("%v, %v", rings, err)
	}
}
