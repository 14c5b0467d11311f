package redisstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/redistest"
)

// TestDeliveryOfTheFirstRelease holds that a delivery which the first release has stored, before
// there were validations, is read, and can be changed.
func TestDeliveryOfTheFirstRelease(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		err := client.HSet(ctx, "uc:delivery:{dlv_1}", "v", "1", "rev", "3", "status", "ringing", "due", "1767618300000",
			"delivery", `{"account":"acc_1","about":"security_code","method":"voice","to":"+16125550142","language":"es",`+
				`"attempt":1,"began":"2026-01-05T13:00:00Z","call":"CA1","sequence":2,"opened":true,"created":"2026-01-05T12:59:59.5Z"}`,
			"events", "1", "e:1", `{"at":"2026-01-05T12:59:59.5Z","status":"queued","attempt":1}`).Err()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Date(2026, 1, 5, 13, 0, 0, 0, time.UTC)
		created := began.Add(-500 * time.Millisecond)
		want := deliveries.Delivery{
			ID: "dlv_1", Revision: 3, Account: "acc_1", About: deliveries.SecurityCode, Method: deliveries.Voice,
			To: "+16125550142", Language: "es", Status: deliveries.Ringing, Attempt: 1, Due: began.Add(5 * time.Minute),
			Began: began, CallSID: "CA1", Sequence: 2, Opened: true, Created: created,
			Events: []deliveries.Event{{At: created, Status: deliveries.Queued, Attempt: 1}},
		}
		got, err := db.Deliveries().Get(ctx, "dlv_1")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
		got.Status = deliveries.Answered
		if err := db.Deliveries().Update(ctx, got); err != nil {
			t.Fatal(err)
		}
		want.Status, want.Revision = deliveries.Answered, 4
		got, err = db.Deliveries().Get(ctx, "dlv_1")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}

// TestValidationsOfOneKey holds that two servers which are asked for one validation at once, by
// one key, store one, with one reference, and count it once.
func TestValidationsOfOneKey(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		first, second := open(t, s.URL()).Deliveries(), open(t, s.URL()).Deliveries()
		ask := func(store deliveries.Store, n int) deliveries.Delivery {
			create := newDelivery(n)
			create.Delivery.About, create.Delivery.To = deliveries.ValidationCode, "+16125550142"
			create.Delivery.Ref = []string{"val_1", "val_2"}[n]
			create.Subject, create.Key, create.Request = "validation +16125550142", " validation bob 1", "validation +16125550142"
			create.Limits = deliveries.Limits{AnHour: 1}
			stored, err := store.Create(t.Context(), create)
			if err != nil {
				t.Error(err)
			}
			return stored
		}
		answers := make(chan deliveries.Delivery, 2)
		for n, store := range []deliveries.Store{first, second} {
			go func() { answers <- ask(store, n) }()
		}
		one, other := <-answers, <-answers
		if one.ID == "" || one.ID != other.ID {
			t.Errorf("two are stored: %+v and %+v", one, other)
		}
		got, err := first.Get(t.Context(), one.ID)
		if err != nil || got.Ref != one.Ref || got.Ref != other.Ref {
			t.Errorf("stored with %q (%v), answered with %q and %q", got.Ref, err, one.Ref, other.Ref)
		}
	})
}
