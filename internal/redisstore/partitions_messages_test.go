package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/durability"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/pins"
)

var partitionNextTests = map[string]func(partitionPlay){
	"an unknown partition has no messages": func(p partitionPlay) { p.next(1, many) },
	"a partition that was announced has none yet": func(p partitionPlay) {
		p.announce(1, 0)
		p.next(1, many)
	},
	"messages come in order, no more than asked for": func(p partitionPlay) {
		p.announce(1, 0)
		p.append(1, "a", "b", "c")
		p.next(1, 2, "a", "b")
		p.next(1, many, "a", "b", "c")
	},
	"to look takes nothing away": func(p partitionPlay) {
		p.publish(1, 0, "a")
		first := p.next(1, many, "a")
		if again := p.next(1, many, "a"); again[0] != first[0] {
			p.t.Fatalf("position %q, and then %q", first[0], again[0])
		}
	},
	"what was delivered comes no more, nor what was before it": func(p partitionPlay) {
		p.announce(1, 0)
		p.append(1, "a", "b", "c", "d")
		positions := p.next(1, many, "a", "b", "c", "d")
		p.delivered(1, positions[0])
		p.next(1, many, "b", "c", "d")
		p.delivered(1, positions[2])
		p.next(1, many, "d")
		p.delivered(1, positions[3])
		p.next(1, many)
	},
	"a note said twice, or that lags behind, changes nothing": func(p partitionPlay) {
		p.announce(1, 0)
		p.append(1, "a", "b", "c")
		positions := p.next(1, many, "a", "b", "c")
		p.delivered(1, positions[1])
		p.delivered(1, positions[1])
		p.delivered(1, positions[0])
		p.next(1, many, "c")
	},
	"no claim is asked for": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.claims(holderTwo, 0, 1)
		p.delivered(1, p.next(1, many, "a")[0])
		p.next(1, many)
	},
	"partitions are apart": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.publish(2, 0, "b")
		p.delivered(1, p.next(1, many, "a")[0])
		p.next(1, many)
		p.next(2, many, "b")
	},
	"any bytes are kept": func(p partitionPlay) {
		p.publish(1, 0, "\x00\xff\r\n\"{}\x1b")
		p.next(1, many, "\x00\xff\r\n\"{}\x1b")
	},
	"hundreds of messages keep their order": func(p partitionPlay) {
		p.announce(1, 0)
		var want []string
		for n := range 300 {
			want = append(want, fmt.Sprintf("message %d", n))
		}
		p.append(1, want...)
		for len(want) > 0 {
			page := min(16, len(want))
			positions := p.next(1, 16, want[:page]...)
			p.delivered(1, positions[page-1])
			want = want[page:]
		}
		p.next(1, many)
	},
}

var partitionTogetherTests = map[string]func(partitionPlay){
	// However the steps of who publishes and who delivers fall between each other, the message
	// is found.
	"a message is found wherever its two steps fall": func(p partitionPlay) {
		steps := 5 // of who looks: claim, next, release; and before and after
		n := 0
		for announced := range steps {
			for appended := announced; appended < steps; appended++ {
				p.interleave(n, announced, appended, time.Duration(n)*24*time.Hour)
				n++
			}
		}
	},
	"one of many claims gets the partition": func(p partitionPlay) {
		for n := range partitionNames() {
			p.announce(n, 0)
		}
		var mu sync.Mutex
		var wait sync.WaitGroup
		got := map[string]int{}
		for n := range 10 {
			wait.Go(func() {
				partitions, err := p.Store.Claim(p.t.Context(), fmt.Sprint("holder ", n), p.start, p.at(claimedFor), 5)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					p.t.Error(err)
				}
				for _, name := range partitions {
					got[name]++
				}
			})
		}
		wait.Wait()
		for _, name := range partitionNames() {
			if got[name] != 1 {
				p.t.Errorf("partition %s was claimed %d times", name, got[name])
			}
		}
	},
	"a canceled context is an error": func(p partitionPlay) {
		p.publish(1, 0, "a")
		position := p.next(1, many, "a")[0]
		ctx, cancel := context.WithCancel(p.t.Context())
		cancel()
		_, claimErr := p.Store.Claim(ctx, holderOne, p.start, p.at(claimedFor), many)
		_, nextErr := p.Store.Next(ctx, partitionName(1), many)
		_, _, dueErr := p.Store.Due(ctx)
		for what, err := range map[string]error{
			"claim": claimErr, "next": nextErr, "due": dueErr,
			"delivered": p.Store.Delivered(ctx, partitionName(1), position),
			"release":   p.Store.Release(ctx, partitionName(1), holderOne, p.start, p.start),
		} {
			if err == nil || errors.Is(err, provisioning.ErrLost) {
				p.t.Errorf("%s: error %v", what, err)
			}
		}
	},
}

// interleave publishes a message to partition n while somebody looks into it, at the start of the
// day that is given: announced before the step that is given (0: before the claim, 1: before
// the look, 2: before the release, 3 and 4: after it), and appended before another or the same
// step.
func (p partitionPlay) interleave(n, announced, appended int, day time.Duration) {
	p.t.Helper()
	p.announce(n, day) // there was something before, and it was delivered
	var partitions []string
	var found []provisioning.Message
	var err error
	look := []func(){
		func() { partitions = p.claim(holderOne, day+time.Second, many) },
		func() {
			found, err = p.Store.Next(p.t.Context(), partitionName(n), many)
			p.ok(err)
		},
		func() {
			again := foundEmpty
			if len(found) > 0 {
				again = day + 2*time.Second
			}
			p.samePartitions(partitions, n)
			p.release(n, holderOne, day+time.Second, again)
		},
		func() {}, func() {},
	}
	for step, run := range look {
		if step == announced {
			p.announce(n, day+time.Second)
		}
		if step == appended {
			p.append(n, "it")
		}
		run()
	}
	p.claims(holderTwo, day+3*time.Second, n)
	p.delivered(n, p.next(n, many, "it")[0])
	p.release(n, holderTwo, day+time.Hour, foundEmpty)
}

// doubting is open to a server that has no replica, where one is required.
func doubting(t *testing.T, url string) *redisstore.DB {
	t.Helper()
	return reached(t, url, func(url string) (*redisstore.DB, error) {
		db, err := redisstore.OpenWithin(url, time.Minute)
		if err == nil {
			db.Require(redisstore.Replica, func(string, error) {})
		}
		return db, err
	})
}

// TestAnAnnouncementInDoubtIsRepeated loses the announcement of a notice that no replica has, as a
// fail-over does, and finds the partition announced again.
func TestAnAnnouncementInDoubtIsRepeated(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	db := doubting(t, s.URL())
	addLine(t, db)
	stored, err := db.Lines().Line(t.Context(), number)
	check.OK(t, err)
	err = db.Lines().Change(t.Context(), pins.Change{
		Number: number, Revision: stored.Revision, PIN: pinNamed(1), Turn: pins.Turn{Call: "CA", Number: 1},
		Record: pins.Record{At: now, Event: pins.Changed}, Notice: []byte("a notice"),
	})
	check.OK(t, err)
	client := raw(t, s)
	if gone := client.Del(t.Context(), "uc:notices:{lanes}:due", "uc:notices:{lanes}:announced").Val(); gone != 2 {
		t.Fatalf("%d keys were lost", gone)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		partitions, err := db.Notices().Claim(t.Context(), "holder", now.Add(time.Hour), now.Add(2*time.Hour), 1)
		if len(partitions) == 1 && partitions[0] == string(number) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the partition is not announced again: %v", err)
		}
	}
}

// TestTortureLostAnnouncements has notices and events wait that were announced to a Redis which has lost
// that: each partition is announced again, and known once; and no partition whose events are all delivered.
func TestTortureLostAnnouncements(t *testing.T) {
	t.Parallel()
	for topology, start := range map[string]func(testing.TB) string{
		"single":  func(t testing.TB) string { return redistest.Start(t).URL() },
		"cluster": func(t testing.TB) string { return redistest.StartCluster(t) },
	} {
		t.Run(topology, func(t *testing.T) {
			t.Parallel()
			db, most := open(t, start(t)), torture.Times(20, 5000)
			events := eventPartitions(t, db)
			want := map[string]bool{}
			for n := range most {
				partition := fmt.Sprintf("+1612555%04d", n)
				db.Notices().Append(t, partition, []byte("a notice"))
				want["notices of "+partition] = true
			}
			for i, partition := range partitionNames() {
				events.append(t, partition, []byte("an event"))
				if want["events of "+partition] = i > 0; i > 0 {
					continue
				}
				messages, err := db.Outbox().Next(t.Context(), partition, 1)
				if err != nil || len(messages) != 1 {
					t.Fatal(messages, err)
				}
				check.OK(t, db.Outbox().Delivered(t.Context(), partition, messages[0].Position))
			}
			db.AnnounceLost(func() time.Time { return now })
			known := map[string]int{}
			operations, later := 0, now.Add(time.Second)
			for _, waits := range want {
				if waits {
					operations++
				}
			}
			for deadline := time.Now().Add(2 * time.Minute); len(known) < operations && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
				for kind, store := range map[string]provisioning.Store{"notices": db.Notices(), "events": db.Outbox()} {
					partitions, err := store.Claim(t.Context(), "holder", later, later.Add(time.Hour), most)
					check.OK(t, err)
					for _, partition := range partitions {
						known[kind+" of "+partition]++
					}
				}
			}
			doubled, untold := 0, 0
			for partition, waits := range want {
				if waits && known[partition] == 0 {
					untold++
				}
				if known[partition] > 1 || !waits && known[partition] > 0 {
					doubled++
				}
			}
			torture.Report(t, "partitions whose announcement was lost", topology, torture.Counts{
				torture.Operations: operations, torture.Untold: untold, torture.Doubled: doubled,
			})
		})
	}
}

// TestAnAnnouncementThatFailsIsMadeAtTheNextLook has announcements fail, on a Redis with so many keys that a look
// sees a part of them: the others are tried all the same, and the next look sees the same keys.
func TestAnAnnouncementThatFailsIsMadeAtTheNextLook(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	db, partitions := open(t, s.URL()), 200
	var others []any
	for n := range 10_000 {
		others = append(others, fmt.Sprint("another key ", n), "")
	}
	check.OK(t, raw(t, s).MSet(t.Context(), others...).Err())
	for n := range partitions {
		db.Notices().Append(t, fmt.Sprintf("+1612555%04d", n), []byte("a notice"))
	}
	failed := db.LookForLost(t, now)
	if len(failed) < 2 || len(failed) == partitions {
		t.Fatalf("%d of %d partitions are seen at once", len(failed), partitions)
	}
	known, err := db.Notices().Claim(t.Context(), "holder", now.Add(time.Second), now.Add(time.Hour), partitions)
	check.OK(t, err)
	for _, partition := range failed {
		if !slices.Contains(known, partition) {
			t.Errorf("%s is not announced", partition)
		}
	}
}

// TestAMergedNoticeInDoubt is told of the delivery that tells it, and of the note which one that is.
func TestAMergedNoticeInDoubt(t *testing.T) {
	t.Parallel()
	db := doubting(t, redistest.Start(t).URL())
	delivery, err := db.Deliveries().Create(t.Context(), newDelivery(1))
	check.OK(t, err)
	delivery.Status = deliveries.NoticeLeft // for what isn't final the index is told, which lasts
	for range 3 {                           // what is merged stays
		ctx, doubt := durability.Watch(t.Context())
		if err := db.Deliveries().Update(ctx, delivery); err != nil || doubt.Any() != (len(delivery.Merged) > 0) {
			t.Errorf("with %d merged: doubt %v, %v", len(delivery.Merged), doubt.Any(), err)
		}
		delivery.Merged = []deliveries.Merged{{Topic: deliveries.PINChanged, Key: "a change"}}
		delivery.Revision++
	}
	db.Notices().Append(t, "a partition", []byte("a notice"))
	ctx, doubt := durability.Watch(t.Context())
	if _, err := db.Notices().Note(ctx, "a partition", "a notice", []byte("a noted one")); err != nil || !doubt.Any() {
		t.Errorf("noted: doubt %v, %v", doubt.Any(), err)
	}
}

// TestADeliveryInDoubtIsProvedAgain asks for a delivery that was created without a replica: the doubt is
// told as well to who only finds it, and the index is told again, as it may have been lost in a fail-over.
func TestADeliveryInDoubtIsProvedAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	db := doubting(t, server.URL())
	create := deliveries.NewDelivery{Delivery: newDelivery(1).Delivery, Subject: "acc_1", Key: "key"}
	created(t, db.Deliveries(), create)
	check.OK(t, raw(t, server).Del(t.Context(), "uc:deliveries:{unfinished}:due", "uc:deliveries:{unfinished}:announced").Err())
	due := create.Delivery.Due.Add(time.Hour)
	create.Delivery.ID = ""
	for _, later := range []struct {
		by   time.Duration
		want bool
	}{{time.Minute, true}, {time.Hour, false}} {
		create.Delivery.Created = create.Delivery.Created.Add(later.by)
		ctx, doubt := durability.Watch(t.Context())
		if _, err := db.Deliveries().Create(ctx, create); err != nil || doubt.Any() != later.want {
			t.Errorf("%v later: doubt %v, want %v, %v", later.by, doubt.Any(), later.want, err)
		}
		if ids, err := db.Deliveries().Unfinished(t.Context(), due, 2); err != nil || len(ids) != 1 {
			t.Errorf("%v later: unfinished are %q, %v", later.by, ids, err)
		}
	}
}
