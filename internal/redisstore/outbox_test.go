package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestNoEventIsLost plays changes and deliveries of one line step by step, in an order and at
// times that chance chooses, and lets them die between any two steps. Whatever happened, all
// events that are there are delivered in the end, for the first time in their order, and the
// partition is forgotten.
func TestNoEventIsLost(t *testing.T) {
	db := open(t, redistest.Start(t).URL())
	addLine(t, db, pins.DialLock)
	at, changed := now, 0
	for seed := range uint64(200) {
		g := &game{t: t, db: db, random: rand.New(rand.NewPCG(seed, 0)), now: at, changed: changed, delivered: changed}
		g.play()
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, g.told)
		}
		at, changed = g.now.Add(31*24*time.Hour), g.changed // what was delivered goes
	}
}

// game is a play of TestNoEventIsLost.
type game struct {
	t                  *testing.T
	db                 *redisstore.DB
	random             *rand.Rand
	now                time.Time
	changed, delivered int // the last event that is there, and the last that was delivered
	holders            int
	deathless          bool
	told               string
}

// actor is a change or a dispatcher under way; its step says which step comes next.
type actor struct {
	step     int
	began    time.Time
	holder   string
	messages []provisioning.Message
}

func (g *game) play() {
	changer, dispatchers := actor{}, make([]actor, 2)
	for range 14 {
		switch g.random.IntN(6) {
		case 0, 1:
			g.change(&changer)
		case 2, 3, 4:
			g.dispatch(&dispatchers[g.random.IntN(2)])
		case 5:
			pauses := []time.Duration{time.Millisecond, time.Second, 20 * time.Second, 59 * time.Second, 2 * time.Minute}
			g.now = g.now.Add(pauses[g.random.IntN(len(pauses))])
			g.say("now it is %v", g.now)
		}
	}
	g.deathless = true // but all that is under way dies
	for rounds := 0; g.partitions() > 0 && rounds < 8; rounds++ {
		g.now = g.now.Add(time.Minute)
		last := actor{}
		for g.dispatch(&last); last.step != 0; {
			g.dispatch(&last)
		}
	}
	if partitions := g.partitions(); g.delivered != g.changed || partitions != 0 {
		g.t.Errorf("%d events, delivered up to %d, %d partitions", g.changed, g.delivered, partitions)
	}
}

// partitions is how many partitions are known.
func (g *game) partitions() int {
	partitions, _, err := g.db.Outbox().Due(context.Background())
	g.ok(err)
	return partitions
}

// change takes the next step of a change, or dies before it.
func (g *game) change(a *actor) {
	if g.random.IntN(8) == 0 || g.now.After(a.began.Add(provisioning.AnnouncedFor)) {
		a.step = 0
	}
	if a.step == 0 {
		*a = actor{step: 1, began: g.now}
		g.say("announce")
		g.ok(g.db.Announce(context.Background(), string(number), g.now))
		return
	}
	a.step = 0
	change := changeOf(g.changed+1, a.began)
	change.Turn = pins.Turn{}
	g.say("append %d", g.changed+1)
	g.ok(g.db.Features().Append(context.Background(), change))
	g.changed++
}

// dispatch takes the next step of a delivery, or dies before it.
func (g *game) dispatch(a *actor) {
	ctx, out := context.Background(), g.db.Outbox()
	if !g.deathless && g.random.IntN(12) == 0 {
		a.step = 0
	}
	switch a.step {
	case 0:
		g.holders++
		*a = actor{holder: fmt.Sprint("holder ", g.holders)}
		partitions, err := out.Claim(ctx, a.holder, g.now, g.now.Add(time.Minute), 8)
		g.ok(err)
		a.step = len(partitions)
		g.say("%s claims %v", a.holder, partitions)
	case 1:
		var err error
		a.messages, err = out.Next(ctx, string(number), 2)
		g.ok(err)
		g.say("%s finds %d", a.holder, len(a.messages))
		a.step = 2
	case 2:
		if len(a.messages) == 0 {
			g.release(a)
			return
		}
		g.deliver(string(a.messages[0].Stored))
		a.step = 3
	case 3:
		g.say("%s notes it", a.holder)
		g.ok(out.Delivered(ctx, string(number), a.messages[0].Position))
		a.messages = a.messages[1:]
		a.step = 1
		if len(a.messages) > 0 {
			a.step = 2
		}
	}
}

// deliver delivers an event, for the first time or again.
func (g *game) deliver(event string) {
	n := 0
	_, err := fmt.Sscanf(event, "event %d", &n)
	g.ok(err)
	g.say("deliver %d", n)
	if n > g.delivered+1 {
		g.t.Errorf("event %d comes after %d", n, g.delivered)
	}
	g.delivered = max(g.delivered, n)
}

func (g *game) release(a *actor) {
	a.step = 0
	err := g.db.Outbox().Release(context.Background(), string(number), a.holder, g.now, time.Time{})
	g.say("%s releases: %v", a.holder, err)
	if !errors.Is(err, provisioning.ErrLost) {
		g.ok(err)
	}
}

func (g *game) say(format string, args ...any) { g.told += fmt.Sprintf(format+"\n", args...) }

func (g *game) ok(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatalf("%v\n%s", err, g.told)
	}
}

// TestLateEventKeepsItsLane holds that a partition is not forgotten when the event comes between
// the last look of its holder and the release.
func TestLateEventKeepsItsLane(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		claim := func(at time.Time, want int) {
			t.Helper()
			partitions, err := db.Outbox().Claim(ctx, "h", at, at.Add(time.Minute), 8)
			if err != nil || len(partitions) != want {
				t.Fatalf("claimed %v, %v", partitions, err)
			}
		}
		check.OK(t, db.Announce(ctx, string(number), now))
		later := now.Add(provisioning.AnnouncedFor)
		claim(later.Add(-time.Second), 1)
		check.OK(t, db.Features().Append(ctx, changeOf(1, now)))
		check.OK(t, db.Outbox().Release(ctx, string(number), "h", later, time.Time{}))
		claim(later, 1)
	})
}

// TestUnreadableEvents holds that events before one that can't be read are delivered, and no
// event after it.
func TestUnreadableEvents(t *testing.T) {
	for bad, want := range map[string]error{"2": storage.ErrNewer, "x": storage.ErrDamaged} {
		redistest.Both(t, func(t *testing.T, s *redistest.Server) {
			db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
			addLine(t, db, pins.DialLock)
			changes(t, db.Features(), 1, 2, now)
			id := fmt.Sprint(now.Add(time.Second).UnixMilli())
			check.OK(t, client.Do(ctx, "xadd", ours[8], id, "v", bad, "event", "?").Err())
			changes(t, db.Features(), 3, 3, now.Add(time.Minute))
			if n := deliver(t, db, 10); n != 2 {
				t.Errorf("%d events before the bad one", n)
			}
			if _, err := db.Outbox().Next(ctx, string(number), 10); !errors.Is(err, want) {
				t.Errorf("then %v, want %v", err, want)
			}
			if err := db.Features().Change(ctx, changeOf(4, now.Add(time.Hour))); err != nil {
				t.Errorf("change after it: %v", err)
			}
		})
	}
}

// TestDeliveredNoFurtherThanThereAre holds that a note can't hide events that are to come.
func TestDeliveredNoFurtherThanThereAre(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, ctx := open(t, s.URL()), context.Background()
		addLine(t, db, pins.DialLock)
		far := fmt.Sprintf("%d-7/0", now.Add(time.Hour).UnixMilli())
		for n := 1; n <= 2; n++ {
			check.OK(t, db.Outbox().Delivered(ctx, string(number), far))
			changes(t, db.Features(), n, n, now)
			if got := testkit.Events(t, db, number); len(got) != 1 {
				t.Errorf("%d events wait, want the %d. alone", len(got), n)
			}
		}
		for _, position := range []string{"", "1", "1-0", "1-0/", "-1-0/0", "1-0/0/0", "1-x/0", "9999999999999999-0/0"} {
			if err := db.Outbox().Delivered(ctx, string(number), position); err == nil {
				t.Errorf("position %q was taken", position)
			}
		}
	})
}

// TestChangeIsAnnouncedFirst holds that nothing changes when the outbox can't be told.
func TestChangeIsAnnouncedFirst(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db, pins.DialLock)
		check.OK(t, client.Set(ctx, ours[10], "x", 0).Err())
		before := contents(t, s)
		if err := db.Features().Change(ctx, changeOf(1, now)); !errors.Is(err, storage.ErrDamaged) {
			t.Errorf("change: %v", err)
		}
		if after := contents(t, s); after != before {
			t.Errorf("became\n%s", after)
		}
	})
}

// Each notice that takes the place of another is told once, be it of a changed PIN, a reset or an account.
func TestReplacedNoticesAreTold(t *testing.T) {
	db, replaced := open(t, redistest.StartMini(t).URL()), 0
	db.OnNoticeReplaced(func(context.Context) { replaced++ })
	told := func(want int, err error) {
		t.Helper()
		if err != nil || replaced != want {
			t.Errorf("%d replaced notices are told, want %d: %v", replaced, want, err)
		}
	}
	fill := func(partition string, notices int) {
		for n := range notices {
			db.Notices().Append(t, partition, fmt.Appendf(nil, "notice %d", n))
		}
	}
	addLine(t, db)
	fill(string(number), pins.MaxDue-1)
	change := pins.Change{Number: number, PIN: pinNamed(1), Record: pins.Record{At: now, Event: pins.Changed}, Notice: []byte("a change")}
	for turn := range 2 { // the second is too many
		stored, err := db.Lines().Line(t.Context(), number)
		check.OK(t, err)
		change.Revision, change.Turn = stored.Revision, pins.Turn{Call: "CA", Number: turn}
		told(turn, db.Lines().Change(t.Context(), change))
	}
	told(1, db.Lines().Change(t.Context(), change)) // of the same turn
	validated := pins.Validation{By: "ann", From: "api", Method: pins.ByCall, At: now, Until: now.Add(patience)}
	told(1, db.Lines().Validate(t.Context(), number, validated, pins.Record{At: now, Event: pins.CustomerValidated}))
	told(2, db.Lines().Reset(t.Context(), number, pins.Record{At: now, Event: pins.Reset, By: "ann", From: "api"}, []byte("a reset")))

	account, records := accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1}, []accounts.Record{{At: now, Event: accounts.Created}}
	told(2, db.Accounts().Create(t.Context(), account, records, [][]byte{[]byte("created")}))
	fill("acc_1", accounts.MaxDue-2)
	told(3, db.Accounts().Change(t.Context(), account, records, [][]byte{[]byte("the last"), []byte("one too many")}))
}
