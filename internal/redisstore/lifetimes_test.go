package redisstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/redistest"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestLifetimes holds how long Redis keeps what, by its own clock.
func TestLifetimes(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		expect := func(key string, want time.Duration) {
			t.Helper()
			got, err := client.PTTL(ctx, key).Result()
			if err != nil || got > want || got < want-time.Minute {
				t.Errorf("%s is kept for %v (%v), want %v", key, got, err, want)
			}
		}
		const slack, forever = 10 * time.Minute, time.Duration(-1)
		call, line, away := ours[0], ours[1], ours[3]

		claim := ivr.Claim{Call: "CA1", Holder: "h", Now: now, Until: now.Add(6 * time.Second)}
		if _, err := db.Calls().Begin(ctx, claim); err != nil {
			t.Fatal(err)
		}
		expect(call, 6*time.Second+slack)
		if err := db.Calls().Commit(ctx, ivr.Commit{Call: "CA1", Holder: "h", Now: now, Expires: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		expect(call, time.Hour+slack)

		lines, rule := db.Lines(), pins.DefaultLock()
		if _, err := lines.Add(ctx, []pins.NewLine{{Number: number}}, now); err != nil {
			t.Fatal(err)
		}
		expect(line, forever)
		for turn := range rule.CloseAt {
			if turn == 1 {
				expect(away, rule.ForgetIn+slack)
			}
			attempt := pins.Attempt{Number: number, Side: pins.Remote, Turn: pins.Turn{Call: "CA1", Number: turn}, At: now}
			if _, err := lines.Settle(ctx, attempt, pins.Settlement{As: limit.Failed}, rule); err != nil {
				t.Fatal(err)
			}
		}
		expect(away, forever)
		shorter, record := validation, pins.Record{At: now, Event: pins.Reset, By: validation.By}
		shorter.By, shorter.Until = "bob", now.Add(time.Minute)
		for _, v := range []pins.Validation{validation, shorter} {
			if err := lines.Validate(ctx, number, v, record); err != nil {
				t.Fatal(err)
			}
			expect("uc:validations:{+16125550142}", pins.ValidFor+slack)
		}
		if err := lines.Reset(ctx, number, record, nil); err != nil {
			t.Fatal(err)
		}
		expect(away, pins.TurnsKept+slack)
		expect(ours[4], pins.HistoryKept+slack)
		if _, err := lines.AdmitCaller(ctx, "+19525550100", pins.Turn{}, now, limit.Rate{Most: 10, Within: time.Hour}); err != nil {
			t.Fatal(err)
		}
		expect(ours[5], pins.TurnsKept+slack)
	})
}

// TestLifetimesOfFeatures holds that nothing of a line's features is swept up but what was
// delivered.
func TestLifetimesOfFeatures(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		const month, slack, forever = 30 * 24 * time.Hour, 10 * time.Minute, time.Duration(-1)
		expect := func(when string, wait, note time.Duration) {
			t.Helper()
			for key, want := range map[string]time.Duration{ours[7]: forever, ours[8]: wait, ours[9]: note, ours[10]: forever} {
				if got := client.PTTL(ctx, key).Val(); got > want || got < want-time.Minute {
					t.Errorf("%s %s is kept for %v, want %v", when, key, got, want)
				}
			}
		}
		const missing = time.Duration(-2)
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 2, now)
		expect("at first", forever, missing)
		if _, err := db.Outbox().Claim(ctx, "h", now.Add(time.Second), now.Add(time.Minute), 8); err != nil {
			t.Fatal(err)
		}
		if got := client.PTTL(ctx, "uc:outbox:{lanes}:claimed").Val(); got > month+slack || got < month {
			t.Errorf("that partitions were claimed is kept for %v", got)
		}
		deliver(t, db, 1)
		expect("when one waits", forever, forever)
		deliver(t, db, 1)
		expect("when none waits", month+slack, month+2*slack)
		changes(t, db.Features(), 3, 3, now)
		expect("after another change", forever, forever)
		deliver(t, db, 1)
		if _, err := db.Events().Rewind(ctx, number, now, now); err != nil {
			t.Fatal(err)
		}
		expect("after a rewind", forever, forever)

		changes(t, db.Features(), 4, 4, now.Add(2*pins.TurnsKept))
		for n, want := range map[int]bool{3: false, 4: true} {
			stored, err := db.Features().Features(ctx, number, changeOf(n, now).Turn)
			if err != nil || stored.Done != want {
				t.Errorf("turn %d is known: %t, %v", n, stored.Done, err)
			}
		}
		if err := db.Announce(ctx, "+16125550199", now.Add(2*month)); err != nil {
			t.Fatal(err)
		}
		if left := client.ZRange(ctx, ours[12], 0, -1).Val(); len(left) != 1 {
			t.Errorf("announcements of %v are kept", left)
		}
	})
}

// TestTooLargeValuesAreRefused holds the bounds of what is stored.
func TestTooLargeValuesAreRefused(t *testing.T) {
	db, ctx := open(t, redistest.StartMini(t).URL()), context.Background()
	large := make([]byte, 1<<20)
	if err := db.Calls().Commit(ctx, ivr.Commit{Call: "CA1", State: large}); err == nil {
		t.Error("a state of a megabyte was taken")
	}
	addLine(t, db)
	for what, err := range map[string]error{
		"reset":              db.Lines().Reset(ctx, number, pins.Record{Reason: string(large)}, nil),
		"notice of a reset":  db.Lines().Reset(ctx, number, pins.Record{}, large),
		"notice of a change": db.Lines().Change(ctx, pins.Change{Number: number, Notice: large}),
		"validation":         db.Lines().Validate(ctx, number, pins.Validation{Note: string(large)}, pins.Record{}),
	} {
		if err == nil || errors.Is(err, pins.ErrNotValidated) {
			t.Errorf("%s with a megabyte of words: %v", what, err)
		}
	}
	attempt := pins.Attempt{Number: number, Side: pins.Remote, From: string(large), Turn: pins.Turn{Call: string(large)}, At: now}
	if _, err := db.Lines().Settle(ctx, attempt, pins.Settlement{As: limit.Failed}, pins.DefaultLock()); err != nil {
		t.Errorf("a failure didn't count for a long From: %v", err)
	}
}

// TestLifetimesOfAccountsAndDeliveries holds the same of these.
func TestLifetimesOfAccountsAndDeliveries(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		all := operations(db)
		for _, name := range []string{
			"create account", "begin enrollment", "admit claim", "create delivery", "update delivery", "block", "reserve",
		} {
			if err := all[name](ctx); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		fail := accounts.Attempt{ID: "try_2", Nobody: "A9", At: now}
		if _, err := db.Accounts().Settle(ctx, fail, accounts.Settlement{As: limit.Failed}, accounts.DefaultLock()); err != nil {
			t.Fatal(err)
		}
		const slack, day, forever = 10 * time.Minute, 24 * time.Hour, time.Duration(-1)
		for key, want := range map[string]time.Duration{
			"uc:account:{acc_1}": forever, "uc:account-number:{A1}": forever, "uc:enrollment:{enr_1}": forever,
			"uc:account-strikes:{acc_1}": accounts.SettledKept + slack, "uc:account-strikes:{A9}": 90*day + slack,
			"uc:delivery:{dlv_1}": 90*day + slack, "uc:deliveries:{acc_1}:created": day + slack,
			"uc:deliveries:{all}:counted": time.Hour + slack, "uc:delivery-key:{key1}": day + slack,
			"uc:deliveries:{acc_1}:blocked": 30 * day, "uc:phone:{+16125550142}": time.Minute + slack,
			"uc:deliveries:{unfinished}:due": forever, "uc:deliveries:{unfinished}:announced": forever,
		} {
			if got := client.PTTL(ctx, key).Val(); got > want || got < want-time.Minute {
				t.Errorf("%s is kept for %v, want %v", key, got, want)
			}
		}
	})
}
