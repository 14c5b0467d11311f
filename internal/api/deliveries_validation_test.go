package api

import (
	"net/http"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/sse"
)

// TestCallsOfValidationsAreHidden: what an agent has asked for is nothing to other keys, even if
// they have the ID, and they can't end it.
func TestCallsOfValidationsAreHidden(t *testing.T) {
	const id deliveries.ID = "dlv_cccccccccccccccccccccccccc"
	r := newRig(t)
	r.provision()
	_, err := r.sent.Create(t.Context(), deliveries.NewDelivery{Subject: "validation +16125550142", Delivery: deliveries.Delivery{
		ID: id, About: deliveries.ValidationCode, Method: deliveries.Voice, To: "+16125550142", Ref: "val_1",
		Status: deliveries.Queued, Attempt: 1, Due: r.now, Created: r.now,
		Events: []deliveries.Event{{At: r.now, Status: deliveries.Queued, Attempt: 1}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	path := "/v1/deliveries/" + string(id)
	r.ask(http.MethodGet, path, "").is(http.StatusNotFound, "no-such-delivery")
	r.ask(http.MethodGet, path+"/events", "").is(http.StatusNotFound, "no-such-delivery")
	r.ask(http.MethodDelete, path, "").is(http.StatusNotFound, "no-such-delivery")
	stream := r.request(http.MethodGet, path+"/events", "")
	stream.Header.Set("Accept", sse.Type)
	r.send(stream).is(http.StatusNotFound, "no-such-delivery")
	if stored, err := r.sent.Get(t.Context(), id); err != nil || stored.Status != deliveries.Queued {
		t.Errorf("it is %s (%v)", stored.Status, err)
	}
	r.ask(http.MethodPost, accountPath+"/deliveries", `{"secret":"validation_code","method":"voice"}`).is(http.StatusBadRequest, "")
}
