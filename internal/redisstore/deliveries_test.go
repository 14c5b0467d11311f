package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

func newDelivery(n int) deliveries.NewDelivery {
	id := fmt.Sprint("dlv_", n)
	return deliveries.NewDelivery{Subject: id, Delivery: deliveries.Delivery{
		ID: deliveries.ID(id), Revision: 1, Method: deliveries.Voice, Status: deliveries.Queued, Created: now, Due: now,
	}}
}

func created(t *testing.T, all redisstore.Deliveries, create deliveries.NewDelivery) deliveries.Delivery {
	t.Helper()
	delivery, err := all.Create(t.Context(), create)
	check.OK(t, err)
	return delivery
}

// TestIndexOfUnfinishedIsCorrected holds that what a server that died has announced, and never
// stored, is not listed, delays nothing, and is swept up.
func TestIndexOfUnfinishedIsCorrected(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		all := db.Deliveries()
		listed := func(at time.Time, want ...deliveries.ID) {
			t.Helper()
			ids, err := all.Unfinished(ctx, at, 2)
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("unfinished %v (%v), want %v", ids, err, want)
			}
		}
		for n := range 3 { // two round trips: counted, announced, never stored
			if _, err := db.Dying(2).Deliveries().Create(ctx, newDelivery(n)); !errors.Is(err, redisstore.ErrDead) {
				t.Fatal(err)
			}
		}
		for n := 3; n < 6; n++ {
			created(t, all, newDelivery(n))
		}
		if known := client.ZCard(ctx, "uc:deliveries:{unfinished}:due").Val(); known != 6 {
			t.Fatalf("%d are announced", known)
		}
		later := newDelivery(3).Delivery
		later.Due = now.Add(30 * time.Minute)
		check.OK(t, all.Update(ctx, later))
		early := newDelivery(4).Delivery // announced for an earlier time, and never stored
		early.Due = now.Add(-time.Hour)
		if err := db.Dying(1).Deliveries().Update(ctx, early); !errors.Is(err, redisstore.ErrDead) {
			t.Fatal(err)
		}
		listed(now)
		listed(now.Add(2*time.Hour), "dlv_4", "dlv_5")
		if known := client.ZCard(ctx, "uc:deliveries:{unfinished}:due").Val(); known != 3 {
			t.Errorf("%d are left in the index", known)
		}
		for n, revision := range map[int]int64{3: 2, 4: 1, 5: 1} {
			ended := newDelivery(n).Delivery
			ended.Revision, ended.Status = revision, deliveries.Failed
			check.OK(t, all.Update(ctx, ended))
		}
		listed(now.Add(2 * time.Hour))
		if left := client.Exists(ctx, "uc:deliveries:{unfinished}:due", "uc:deliveries:{unfinished}:announced").Val(); left != 0 {
			t.Errorf("%d keys of the index are left", left)
		}
	})
}

// TestIndexWaitsForWhatIsAnnounced holds that an update which is being stored while somebody
// looks for unfinished deliveries is seen when it is due.
func TestIndexWaitsForWhatIsAnnounced(t *testing.T) {
	db, ctx := open(t, redistest.StartMini(t).URL()), t.Context()
	all, d := db.Deliveries(), newDelivery(1).Delivery
	created(t, all, newDelivery(1))
	d.Due = now.Add(time.Hour)
	check.OK(t, all.Update(ctx, d))
	d.Due, d.Revision = now.Add(time.Minute), 2
	if err := db.Dying(1).Deliveries().Update(ctx, d); !errors.Is(err, redisstore.ErrDead) {
		t.Fatal(err)
	}
	if ids, err := all.Unfinished(ctx, now.Add(time.Second), 10); err != nil || len(ids) > 0 {
		t.Errorf("unfinished %v, %v", ids, err)
	}
	check.OK(t, all.StoreAnnounced(ctx, d))
	if ids, err := all.Unfinished(ctx, now.Add(2*time.Minute), 10); err != nil || len(ids) != 1 {
		t.Errorf("unfinished %v, %v", ids, err)
	}
}

// TestUnfinishedIsCorrectedAtOnce holds that times which many updates have made later don't
// keep those that are due from being listed.
func TestUnfinishedIsCorrectedAtOnce(t *testing.T) {
	all, ctx := open(t, redistest.Start(t).URL()).Deliveries(), context.Background()
	for n := range 300 {
		create := newDelivery(n)
		create.Delivery.Due = now.Add(time.Duration(n) * time.Second)
		created(t, all, create)
		if n < 290 {
			create.Delivery.Due = now.Add(time.Hour)
			check.OK(t, all.Update(ctx, create.Delivery))
		}
	}
	for range 2 {
		ids, err := all.Unfinished(ctx, now.Add(30*time.Minute), 100)
		if err != nil || len(ids) != 10 || ids[0] != "dlv_290" {
			t.Fatalf("unfinished %v, %v", ids, err)
		}
	}
}

// TestUnreadableDeliveryKeepsNobody holds that a damaged delivery is left alone, and that the
// others are listed all the same.
func TestUnreadableDeliveryKeepsNobody(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		all := db.Deliveries()
		for n := range 5 {
			created(t, all, newDelivery(n))
		}
		check.OK(t, errors.Join(
			client.Set(ctx, "uc:delivery:{dlv_0}", "x", 0).Err(),
			client.HSet(ctx, "uc:delivery:{dlv_1}", "v", "2").Err(),
			client.HSet(ctx, "uc:delivery:{dlv_2}", "due", "soon").Err(),
		))
		for most, want := range map[int][]deliveries.ID{10: {"dlv_3", "dlv_4"}, 2: {"dlv_3", "dlv_4"}, 1: {"dlv_3"}} {
			ids, err := all.Unfinished(ctx, now.Add(time.Minute), most)
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("up to %d unfinished are %v, %v", most, ids, err)
			}
		}
		if err := client.HSet(ctx, "uc:delivery:{dlv_3}", "delivery", "{").Err(); err != nil { // Get can't read it
			t.Fatal(err)
		}
		ids, err := all.Unfinished(ctx, now.Add(time.Minute), 1)
		if err != nil || !slices.Equal(ids, []deliveries.ID{"dlv_4"}) {
			t.Errorf("unfinished %v, %v", ids, err)
		}
	})
}

// TestKeyOfACreateThatDied holds that nobody is kept from using their key again by a server
// that died before it stored the delivery.
func TestKeyOfACreateThatDied(t *testing.T) {
	db, ctx := open(t, redistest.StartMini(t).URL()), context.Background()
	first := newDelivery(1)
	first.Key, first.Request = "portal 1", "a code"
	if _, err := db.Dying(2).Deliveries().Create(ctx, first); !errors.Is(err, redisstore.ErrDead) {
		t.Fatal(err)
	}
	other := newDelivery(2)
	other.Key, other.Request = "portal 1", "an answer"
	if _, err := db.Deliveries().Create(ctx, other); !errors.Is(err, deliveries.ErrKeyReused) {
		t.Errorf("error %v while it may be under way, want ErrKeyReused", err)
	}
	other.Delivery.Created = now.Add(time.Minute)
	if created, err := db.Deliveries().Create(ctx, other); err != nil || created.ID != "dlv_2" {
		t.Errorf("created %q, %v", created.ID, err)
	}
	if _, err := db.Deliveries().Create(ctx, first); !errors.Is(err, deliveries.ErrKeyReused) {
		t.Errorf("error %v, want ErrKeyReused", err)
	}
}

// TestRefusalsLeaveNothing holds that a delivery which the limit for all has refused neither
// counts for its subject nor keeps its client's key, not even for a moment.
func TestRefusalsLeaveNothing(t *testing.T) {
	all, ctx := open(t, redistest.StartMini(t).URL()).Deliveries(), t.Context()
	create := newDelivery(1)
	create.Limits = deliveries.Limits{Global: limit.Rate{Most: 1, Within: time.Minute}}
	created(t, all, create)
	for n := range 3 {
		create := newDelivery(10 + n)
		create.Subject, create.Key, create.Request = "acc_1", "portal 1", fmt.Sprint("request ", n)
		create.Limits = deliveries.Limits{AnHour: 1, Global: limit.Rate{Most: 1, Within: time.Minute}}
		_, err := all.Create(ctx, create)
		if limit, is := errors.AsType[*deliveries.LimitError](err); !is || !limit.All {
			t.Errorf("request %d: %v", n, err)
		}
	}
}

// TestDeliveriesHoldNoRequest holds that what was asked for can't be read from a key.
func TestDeliveriesHoldNoRequest(t *testing.T) {
	s := redistest.StartMini(t)
	create := newDelivery(1)
	create.Key, create.Request = "portal 1", "account 612-555-0142-001 by voice"
	created(t, open(t, s.URL()).Deliveries(), create)
	if strings.Contains(contents(t, s), "612-555") {
		t.Error("the request is in Redis")
	}
}

// TestNoDeliveryIsForgotten has servers change deliveries and look for unfinished ones at once,
// and die wherever chance will have it. Whatever happened, each delivery that isn't finished is
// listed when it is due, and nothing else is.
func TestNoDeliveryIsForgotten(t *testing.T) {
	db, err := redisstore.OpenWithin(redistest.Start(t).URL(), 10*time.Second)
	check.OK(t, err)
	defer db.Close()
	all, later := db.Deliveries(), func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	var servers sync.WaitGroup
	for server := range 6 {
		servers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(server), 0))
			for range 150 {
				mortal := db.Dying(random.IntN(6)).Deliveries()
				if random.IntN(3) == 0 {
					_, _ = mortal.Unfinished(t.Context(), later(random.IntN(60)), 1+random.IntN(5))
					continue
				}
				changeSomething(t, mortal, all, random, later(random.IntN(60)))
			}
		})
	}
	servers.Wait()
	var want []deliveries.ID
	for n := range manyDeliveries {
		d, err := all.Get(t.Context(), newDelivery(n).Delivery.ID)
		if errors.Is(err, deliveries.ErrNotFound) || d.Status.Final() {
			continue
		}
		want = append(want, d.ID)
		for due, listed := range map[time.Time]bool{d.Due: false, d.Due.Add(time.Millisecond): true} {
			ids, err := all.Unfinished(t.Context(), due, 1000)
			if err != nil || slices.Contains(ids, d.ID) != listed {
				t.Errorf("%s, due at %v, is listed at %v: %t (%v)", d.ID, d.Due, due, !listed, err)
			}
		}
	}
	ids, err := all.Unfinished(t.Context(), later(100), 1000)
	slices.Sort(ids)
	slices.Sort(want)
	if err != nil || !slices.Equal(ids, want) {
		t.Errorf("unfinished %v (%v), want %v", ids, err, want)
	}
}

const manyDeliveries = 12

// changeSomething creates a delivery, or gives it another due time, or ends it.
func changeSomething(t *testing.T, mortal, all redisstore.Deliveries, random *rand.Rand, due time.Time) {
	n := random.IntN(manyDeliveries)
	d, err := all.Get(t.Context(), newDelivery(n).Delivery.ID)
	switch {
	case errors.Is(err, deliveries.ErrNotFound):
		create := newDelivery(n)
		create.Delivery.Due = due
		_, err = mortal.Create(t.Context(), create)
	case err == nil && !d.Status.Final():
		d.Due = due
		if random.IntN(20) == 0 {
			d.Status = deliveries.Failed
		}
		err = mortal.Update(t.Context(), d)
	}
	for _, fine := range []error{nil, storage.ErrStale, redisstore.ErrDead} {
		if errors.Is(err, fine) {
			return
		}
	}
	t.Error(err)
}

// TestDeliveryOfTheFirstRelease holds that a delivery which the first release has stored, before
// there were validations, is read, and can be changed.
func TestDeliveryOfTheFirstRelease(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		err := client.HSet(ctx, "uc:delivery:{dlv_1}", "v", "1", "rev", "3", "status", "ringing", "due", "1767618300000",
			"delivery", `{"account":"acc_1","about":"security_code","method":"voice","to":"+16125550142","language":"es",`+
				`"attempt":1,"began":"2026-01-05T13:00:00Z","call":"CA1","sequence":2,"opened":true,"created":"2026-01-05T12:59:59.5Z"}`,
			"events", "1", "e:1", `{"at":"2026-01-05T12:59:59.5Z","status":"queued","attempt":1}`).Err()
		check.OK(t, err)
		began := time.Date(2026, 1, 5, 13, 0, 0, 0, time.UTC)
		created := began.Add(-500 * time.Millisecond)
		want := deliveries.Delivery{
			ID: "dlv_1", Revision: 3, Account: "acc_1", Topic: deliveries.SecurityCode, Method: deliveries.Voice,
			To: "+16125550142", Language: "es", Status: deliveries.Ringing, Attempt: 1, Due: began.Add(5 * time.Minute),
			Began: began, CallSID: "CA1", Sequence: 2, Opened: true, Created: created,
			Events: []deliveries.Event{{At: created, Status: deliveries.Queued, Attempt: 1}},
		}
		got, err := db.Deliveries().Get(ctx, "dlv_1")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
		got.Status = deliveries.Answered
		check.OK(t, db.Deliveries().Update(ctx, got))
		want.Status, want.Revision = deliveries.Answered, 4
		got, err = db.Deliveries().Get(ctx, "dlv_1")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}
