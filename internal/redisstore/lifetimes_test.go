package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/limit"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// How long Redis keeps a key: longer than it is of use, for ever, or not at all.
const (
	slack    = 10 * time.Minute
	noExpiry = time.Duration(-1)
	noKey    = time.Duration(-2)
)

// lives wants a key to be kept for so long.
func lives(t *testing.T, client *redis.Client, key string, want time.Duration) {
	t.Helper()
	got := client.PTTL(t.Context(), key).Val()
	if got != want && (want <= 0 || got > want || got < want-time.Minute) {
		t.Errorf("%s is kept for %v, want %v", key, got, want)
	}
}

// TestLifetimes holds how long Redis keeps what, by its own clock.
func TestLifetimes(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		expect := func(key string, want time.Duration) { t.Helper(); lives(t, client, key, want) }
		call, line, away := ours[0], ours[1], ours[3]

		claim := ivr.Claim{Call: "CA1", Holder: "h", Now: now, Until: now.Add(6 * time.Second)}
		if _, err := db.Calls().Begin(ctx, claim); err != nil {
			t.Fatal(err)
		}
		expect(call, 6*time.Second+slack)
		check.OK(t, db.Calls().Commit(ctx, ivr.Commit{Call: "CA1", Holder: "h", Now: now, Expires: now.Add(time.Hour)}))
		expect(call, time.Hour+slack)

		lines, rule := db.Lines(), pins.DefaultLock()
		addLine(t, db)
		expect(line, noExpiry)
		for turn := range rule.CloseAt {
			if turn == 1 {
				expect(away, rule.ForgetIn+slack)
			}
			attempt := pins.Attempt{Number: number, Side: pins.Remote, Turn: pins.Turn{Call: "CA1", Number: turn}, At: now}
			if _, err := lines.Settle(ctx, attempt, pins.Settlement{As: limit.Failed}, rule); err != nil {
				t.Fatal(err)
			}
		}
		expect(away, noExpiry)
		shorter, record := validation, pins.Record{At: now, Event: pins.Reset, By: validation.By}
		shorter.By, shorter.Until = "bob", now.Add(time.Minute)
		for _, v := range []pins.Validation{validation, shorter} {
			check.OK(t, lines.Validate(ctx, number, v, record))
			expect("uc:validations:{+16125550142}", pins.ValidFor+slack)
		}
		check.OK(t, lines.Reset(ctx, number, record, nil))
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
		const month = 30 * 24 * time.Hour
		expect := func(wait, note time.Duration) {
			t.Helper()
			for key, want := range map[string]time.Duration{ours[7]: noExpiry, ours[8]: wait, ours[9]: note, ours[10]: noExpiry} {
				lives(t, client, key, want)
			}
		}
		addLine(t, db, pins.DialLock)
		changes(t, db.Features(), 1, 2, now)
		expect(noExpiry, noKey)
		if _, err := db.Outbox().Claim(ctx, "h", now.Add(time.Second), now.Add(time.Minute), 8); err != nil {
			t.Fatal(err)
		}
		lives(t, client, "uc:outbox:{lanes}:claimed", month+slack)
		deliver(t, db, 1)
		expect(noExpiry, noExpiry)
		deliver(t, db, 1)
		expect(month+slack, month+2*slack)
		changes(t, db.Features(), 3, 3, now)
		expect(noExpiry, noExpiry)
		deliver(t, db, 1)
		if _, err := db.Events().Rewind(ctx, number, now, now); err != nil {
			t.Fatal(err)
		}
		expect(noExpiry, noExpiry)

		changes(t, db.Features(), 4, 4, now.Add(2*pins.TurnsKept))
		for n, want := range map[int]bool{3: false, 4: true} {
			stored, err := db.Features().Features(ctx, number, changeOf(n, now).Turn)
			if err != nil || stored.Done != want {
				t.Errorf("turn %d is known: %t, %v", n, stored.Done, err)
			}
		}
		check.OK(t, db.Announce(ctx, "+16125550199", now.Add(2*month)))
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
	account := accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1, Sealed: large}
	_, created := db.Desk().Create(ctx, repair.Stored{ID: "val_1", Sealed: large})
	for what, err := range map[string]error{
		"reset":              db.Lines().Reset(ctx, number, pins.Record{Reason: string(large)}, nil),
		"notice of a reset":  db.Lines().Reset(ctx, number, pins.Record{}, large),
		"notice of a change": db.Lines().Change(ctx, pins.Change{Number: number, Notice: large}),
		"validation":         db.Lines().Validate(ctx, number, pins.Validation{Note: string(large)}, pins.Record{}),
		"create validation":  created,
		"save validation":    db.Desk().Save(ctx, repair.Stored{ID: "val_1", Revision: 1, Sealed: large}),
		"create profile":     db.Agents().Create(ctx, agents.Stored{ID: "agt_1", Name: "ann", Revision: 1, Sealed: large}),
		"save profile":       db.Agents().Save(ctx, agents.Stored{ID: "agt_1", Name: "ann", Revision: 1, Sealed: large}),
		"create account":     db.Accounts().Create(ctx, account, nil, nil),
		"change account":     db.Accounts().Change(ctx, account, nil, nil),
		"record of account":  db.Accounts().Create(ctx, accounts.Stored{ID: "acc_1"}, []accounts.Record{{Reason: string(large)}}, nil),
		"put session":        db.SignIn(clock).Put(ctx, signin.Record{Sealed: large}, 0),
	} {
		if err == nil || errors.Is(err, pins.ErrNotValidated) || errors.Is(err, storage.ErrStale) || errors.Is(err, accounts.ErrNoAccount) {
			t.Errorf("%s of a megabyte: %v", what, err)
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
			"create account", "put link", "begin enrollment", "admit claim", "create delivery", "update delivery", "block", "reserve",
			"create validation", "save validation", "count", "refuse",
		} {
			if err := all[name](ctx); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		fail := accounts.Attempt{ID: "try_2", Nobody: "A9", At: now}
		if _, err := db.Accounts().Settle(ctx, fail, accounts.Settlement{As: limit.Failed}, accounts.DefaultLock()); err != nil {
			t.Fatal(err)
		}
		rest := repair.Count{Subject: "line", Entry: "a", At: now, Rule: repair.Rule{Rate: limit.Rate{Most: 9, Within: time.Hour}, Rest: 24 * time.Hour}}
		if _, err := db.Desk().Count(ctx, rest); err != nil {
			t.Fatal(err)
		}
		const day = 24 * time.Hour
		for key, want := range map[string]time.Duration{
			"uc:account:{acc_1}": noExpiry, "uc:account-number:{A1}": noExpiry, "uc:enrollment:{enr_1}": noExpiry,
			"uc:password-link:{sum}":     time.Hour + slack,
			"uc:account-strikes:{acc_1}": accounts.SettledKept + slack, "uc:account-strikes:{A9}": 90*day + slack,
			"uc:delivery:{dlv_1}": 90*day + slack, "uc:deliveries:{acc_1}:created": day + slack,
			"uc:deliveries:{all}:counted": time.Hour + slack, "uc:delivery-key:{key1}": day + slack,
			"uc:deliveries:{acc_1}:blocked": 30 * day, "uc:phone:{+16125550142}": time.Minute + slack,
			deskCall: repair.Kept + slack, deskCount: time.Hour + slack, "uc:desk-count:{line}": day + slack,
			"uc:deliveries:{unfinished}:due": noExpiry, "uc:deliveries:{unfinished}:announced": noExpiry,
		} {
			lives(t, client, key, want)
		}
	})
}

// TestDeskForgetsOldEntries holds that a subject that is counted for ever stays small.
func TestDeskForgetsOldEntries(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		all, ctx := open(t, s.URL()).Desk(), context.Background()
		count := repair.Count{Subject: "s", At: now, Rule: repair.Rule{Rate: limit.Rate{Most: 5, Within: time.Hour}}}
		for n := range 50 {
			count.Entry, count.At = strings.Repeat("x", n+1), now.Add(time.Duration(n)*20*time.Minute)
			if counted, err := all.Count(ctx, count); err != nil || counted.Refused {
				t.Fatalf("entry %d: %+v, %v", n, counted, err)
			}
		}
		if got := raw(t, s).HLen(ctx, "uc:desk-count:{s}").Val(); got > 6 {
			t.Errorf("%d fields are left", got)
		}
	})
}

// TestLifetimesOfAgentsAndSessions holds how long Redis keeps these, by its own clock.
func TestLifetimesOfAgentsAndSessions(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), t.Context()
		check.OK(t, errors.Join(agentOperations(db.Agents())["create agent"](ctx), agentOperations(db.Agents())["save agent"](ctx)))
		lives(t, client, agentHash, noExpiry)
		lives(t, client, agentNamesHash, noExpiry)

		all, touched := db.SignIn(clock), signInRecord
		touched.Expires = now.Add(time.Hour)
		for revision, record := range []signin.Record{signInRecord, touched, {Key: touched.Key, Kind: touched.Kind, Expires: now.Add(-time.Hour)}} {
			check.OK(t, all.Put(ctx, record, int64(revision)))
			lives(t, client, signInHash, max(record.Expires.Sub(now), 0)+slack)
		}
		check.OK(t, all.Delete(ctx, touched.Key, 3))
		lives(t, client, signInHash, noKey)
		lifetimesOfGuesses(t, all, func(want time.Duration) { t.Helper(); lives(t, client, signInStrikesHash, want) })
	})
}

func lifetimesOfGuesses(t *testing.T, all signin.Attempts, expect func(want time.Duration)) {
	t.Helper()
	window := limit.Lock{LockAt: 3, LockFor: 2 * time.Hour, ForgetIn: time.Hour, Window: 30 * time.Minute}
	count := func(after time.Duration, rule limit.Lock) signin.Admission {
		got, err := all.Count(t.Context(), "agt_1", now.Add(after), rule)
		check.OK(t, err)
		return got
	}
	count(0, window)
	expect(window.Window + slack)
	second := count(10*time.Minute, window)
	expect(window.Window - 10*time.Minute + slack)
	check.OK(t, all.Release(t.Context(), "agt_1", second))
	expect(window.Window - 10*time.Minute + slack)
	count(10*time.Minute, window)
	count(10*time.Minute, window)
	expect(window.LockFor + slack)
	check.OK(t, all.Clear(t.Context(), "agt_1"))
	expect(noKey)
	names := signin.DefaultRule().Names
	only := count(0, names)
	expect(names.ForgetIn + slack)
	check.OK(t, all.Release(t.Context(), "agt_1", only))
	expect(noKey)
}

const validations = "uc:validations:{+16125550142}"

// damages are what can stand in the place of the validation that [validation] was, under the
// name of its field.
var damages = map[string]func(ctx context.Context, client *redis.Client, field string) error{
	"another type": func(ctx context.Context, client *redis.Client, _ string) error {
		return errors.Join(client.Del(ctx, validations).Err(), client.LPush(ctx, validations, "x").Err())
	},
	"nothing":              value(""),
	"no end":               value("call knew it"),
	"a negative end":       value("-1 1 call x"),
	"an end in words":      value("late 1 call x"),
	"an end in exponents":  value("9e14 1 call x"),
	"an end beyond time":   value("9999999999999999 1 call x"),
	"no time of its own":   value("999999999999999 call x"),
	"a time beyond time":   value("999999999999999 9999999999999999 call x"),
	"no method":            value("999999999999999 1"),
	"an empty method":      value("999999999999999 1  x"),
	"a method in capitals": value("999999999999999 1 Call x"),
	"nothing behind it":    value("999999999999999 1 call"),
	"a line break before":  value("\n999999999999999 1 call x"),
	"an end of no number":  value("99999999999999\x00 1 call x"),
}

func value(text string) func(context.Context, *redis.Client, string) error {
	return func(ctx context.Context, client *redis.Client, field string) error {
		return client.HSet(ctx, validations, field, text).Err()
	}
}

// TestDamagedValidationIsNone holds that nobody resets by what can't be read, and that a
// new validation mends it.
func TestDamagedValidationIsNone(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for what, damage := range damages {
			all := operations(db)
			check.OK(t, errors.Join(client.FlushAll(ctx).Err(), all["add"](ctx), all["validate"](ctx)))
			field := client.HKeys(ctx, validations).Val()[0]
			check.OK(t, damage(ctx, client, field))
			for _, name := range []string{"validation", "reset", "unlock"} {
				if err := all[name](ctx); !errors.Is(err, pins.ErrNotValidated) {
					t.Errorf("%s with %s: %v", name, what, err)
				}
			}
			for _, name := range []string{"validate", "validation", "reset", "unlock"} {
				if err := all[name](ctx); err != nil {
					t.Errorf("mended after %s, %s: %v", what, name, err)
				}
			}
		}
	})
}

// TestValidationsAreForgotten holds that a line has no more of them than count.
func TestValidationsAreForgotten(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db)
		for n := range 50 {
			v := validation
			v.By, v.At = fmt.Sprint("agent ", n), now.Add(time.Duration(n)*time.Minute)
			v.Until = v.At.Add(pins.ValidFor)
			check.OK(t, db.Lines().Validate(ctx, number, v, pins.Record{At: v.At}))
			if got, want := client.HLen(ctx, validations).Val(), int64(min(n+1, 15)); got != want {
				t.Fatalf("%d validations after %d, want %d", got, n+1, want)
			}
		}
	})
}

// TestFormOfValidations holds the form in which they are stored, for releases to come. The name of
// the field is the SHA-256 of "ann" "console", with the quotes.
func TestFormOfValidations(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db)
		const field = "sha256.c1278f9349fdf0b69dfd5f02c59b5a2f67b7d486dfad79d626e7f0482d2f7410"
		v := validation
		v.From, v.Note = "console", "knew it: ¿sí?"
		check.OK(t, db.Lines().Validate(ctx, number, v, pins.Record{At: now}))
		want := map[string]string{field: "1930368067000 1930367167000 operator knew it: ¿sí?"}
		if diff := cmp.Diff(want, client.HGetAll(ctx, validations).Val()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestValidationsOfARemovedLine holds that the next customer of a number has none of those of a
// line that an earlier release removed, which knew of none.
func TestValidationsOfARemovedLine(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		all := operations(db)
		err := errors.Join(all["add"](ctx), all["validate"](ctx), client.Del(ctx, ours[1]).Err(), all["add"](ctx))
		check.OK(t, err)
		if err := all["reset"](ctx); !errors.Is(err, pins.ErrNotValidated) {
			t.Errorf("reset: %v, want ErrNotValidated", err)
		}
	})
}
