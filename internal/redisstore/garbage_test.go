package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// raw is a client that does not know our records.
func raw(t testing.TB, s *redistest.Server) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(s.URL())
	check.OK(t, err)
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// contents is all that a server holds, in order.
func contents(t testing.TB, s *redistest.Server) string {
	t.Helper()
	return strings.Join(slices.Sorted(strings.Lines(string(s.Contents(t)))), "")
}

// ours are the keys of the records that [operations] work with.
var ours = []string{
	"uc:call:{CA1}", "uc:line:{+16125550142}", "uc:strikes:line:{+16125550142}", "uc:strikes:elsewhere:{+16125550142}",
	"uc:history:{+16125550142}", "uc:caller:{+19525550100}:failures", "uc:apikeys",
	"uc:features:{+16125550142}", "uc:events:{+16125550142}", "uc:delivered:{+16125550142}",
	"uc:outbox:{lanes}:due", "uc:outbox:{lanes}:held", "uc:outbox:{lanes}:announced",
	"uc:account:{acc_1}", "uc:account-history:{acc_1}", "uc:account-number:{A1}", "uc:account-number:{A2}",
	"uc:account-refused:{acc_1}", "uc:account-strikes:{acc_1}", "uc:enrollment:{enr_1}", "uc:password-link:{sum}",
	"uc:delivery:{dlv_1}", "uc:deliveries:{acc_1}:created", "uc:deliveries:{all}:counted",
	"uc:deliveries:{acc_1}:blocked", "uc:delivery-key:{key1}", "uc:deliveries:{unfinished}:due",
	"uc:deliveries:{unfinished}:announced", "uc:phone:{+16125550142}", "uc:outbox:{lanes}:claimed", "uc:validations:{+16125550142}",
	agentHash, agentNamesHash, signInHash, signInStrikesHash, deskCall, deskCount,
	ofTickets, ofTicket, ofAccountLines, ofMailbox, ofLastCaller, "uc:notices:{+16125550142}",
}

// put lets every key of ours hold some other thing.
var put = map[string]func(context.Context, redis.Cmdable, string) error{
	"a string": func(ctx context.Context, c redis.Cmdable, key string) error { return c.Set(ctx, key, "x", 0).Err() },
	"a list": func(ctx context.Context, c redis.Cmdable, key string) error {
		return c.RPush(ctx, key, "x", "{}").Err()
	},
	"a set":  func(ctx context.Context, c redis.Cmdable, key string) error { return c.SAdd(ctx, key, "x").Err() },
	"a hash": func(ctx context.Context, c redis.Cmdable, key string) error { return c.HSet(ctx, key, "x", "y").Err() },
	"words for numbers": func(ctx context.Context, c redis.Cmdable, key string) error {
		return c.HSet(ctx, key, "v", "1", "next", "one", "since", "ever", "rev", "a", "failures", "many", "until", "then",
			"state", "s", "expires", "never", "hard", "very", "id:1", "{", "name:portal", "1",
			"at", "last", "rewound", "often", "r:dial-lock", "new", "features", "dial-lock no-such",
			"number", "A1", "token", "t", "sealed", "s", "account", "acc_1", "accounts", "acc_1", "status", "new",
			"due", "soon", "events", "few", "delivery", "{", "id", "dlv_2", "request", "r", "task", "t", "dlv_1", "x y",
			"name", "ann", "ann", "agt_1", "kind", "session", "first", "once", "closed", "maybe",
			"rests", "ever", "told", "never", "e:a", "-1").Err()
	},
	"a sorted set": func(ctx context.Context, c redis.Cmdable, key string) error {
		return c.ZAdd(ctx, key, redis.Z{Member: "x"}, redis.Z{Score: -0.5, Member: "+1"}).Err()
	},
	"a stream": func(ctx context.Context, c redis.Cmdable, key string) error {
		return c.XAdd(ctx, &redis.XAddArgs{Stream: key, Values: []any{"x", "y"}}).Err()
	},
	"an absurd version": func(ctx context.Context, c redis.Cmdable, key string) error {
		return c.HSet(ctx, key, "v", "one", "id:1", `{"v":"one"}`, "name:portal", "1").Err()
	},
}

// TestGarbageIsNoPanic has every operation meet garbage under every key. Whether it is an
// error depends on which keys it reads; it is never another error than ours.
func TestGarbageIsNoPanic(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for what, fill := range put {
			for name, run := range operations(db) {
				_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) (err error) {
					pipe.FlushAll(ctx)
					for _, key := range ours {
						err = errors.Join(err, fill(ctx, pipe, key))
					}
					return err
				})
				check.OK(t, err)
				if err := run(ctx); !contracted(err) {
					t.Errorf("%s on %s: %v", name, what, err)
				}
			}
		}
	})
}

func contracted(err error) bool {
	for _, e := range []error{
		nil, storage.ErrDamaged, storage.ErrNewer, ivr.ErrOvertaken, pins.ErrNoLine, storage.ErrStale, pins.ErrNotValidated,
		apikey.ErrExists, apikey.ErrNotFound,
		features.ErrNotInstalled, features.ErrBacklog, provisioning.ErrLost, redisstore.ErrNotOldest,
		accounts.ErrNoAccount, accounts.ErrTaken, accounts.ErrNoEnrollment,
		deliveries.ErrNotFound, deliveries.ErrKeyReused, repair.ErrNotFound, agents.ErrNoAgent, agents.ErrTaken, signin.ErrNoRecord,
		tickets.ErrNoTicket, tickets.ErrOvertaken, tickets.ErrBacklog,
		mailboxes.ErrNoMailbox, mailboxes.ErrOvertaken, mailboxes.ErrBacklog,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// TestGarbageStays holds that nothing happens to a record that can't be read. What only reads looks for our
// fields alone: a hash without any is nothing there.
func TestGarbageStays(t *testing.T) {
	ofLine := []string{"line", "admit", "settle"}
	missing := map[string]error{"line": pins.ErrNoLine, "load validation": repair.ErrNotFound}
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for key, names := range map[string][]string{
			ours[1]: ofLine, ours[2]: ofLine, ours[3]: ofLine,
			deskCall: {"create validation", "load validation", "save validation"}, deskCount: {"count", "refuse", "uncount"},
		} {
			for what, fill := range put {
				if err := errors.Join(client.FlushAll(ctx).Err(), fill(ctx, client, key)); err != nil {
					t.Fatal(err)
				}
				before := contents(t, s)
				for _, name := range names {
					want := storage.ErrDamaged
					if missing[name] != nil && what == "a hash" {
						want = missing[name]
					}
					if key == deskCount && name == "uncount" && what == "words for numbers" {
						continue // it takes its entry back all the same
					}
					if err := operations(db)[name](ctx); !errors.Is(err, want) {
						t.Errorf("%s with %s under %s: %v", name, what, key, err)
					}
				}
				if after := contents(t, s); after != before {
					t.Errorf("%s under %s became\n%s", what, key, after)
				}
			}
		}
	})
}

// TestGarbageUnderStrikesIsCleared holds that a line with damaged strikes can be helped: by a
// reset, by being unlocked, and by being removed.
func TestGarbageUnderStrikesIsCleared(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for what, fill := range put {
			for name, want := range map[string]error{"reset": nil, "unlock": nil, "remove": pins.ErrNoLine} {
				if err := errors.Join(client.FlushAll(ctx).Err(), operations(db)["add"](ctx), operations(db)["validate"](ctx),
					fill(ctx, client, ours[2]), fill(ctx, client, ours[3]), operations(db)[name](ctx)); err != nil {
					t.Fatalf("%s with %s for strikes: %v", name, what, err)
				}
				if err := operations(db)["line"](ctx); !errors.Is(err, want) {
					t.Errorf("the line after %s with %s for strikes: %v", name, what, err)
				}
				if err := operations(db)["admit"](ctx); err != nil {
					t.Errorf("admit after %s with %s for strikes: %v", name, what, err)
				}
			}
		}
	})
}

// TestNewerStrikesAreNotCleared holds that garbage on one side doesn't cost what a newer
// release keeps on the other.
func TestNewerStrikesAreNotCleared(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for newer, garbage := range map[string]string{ours[2]: ours[3], ours[3]: ours[2]} {
			check.OK(t, errors.Join(client.FlushAll(ctx).Err(), operations(db)["add"](ctx), operations(db)["validate"](ctx),
				client.HSet(ctx, newer, "v", "2").Err(), client.Set(ctx, garbage, "x", 0).Err()))
			before := contents(t, s)
			for _, name := range []string{"reset", "unlock", "remove"} {
				if err := operations(db)[name](ctx); !errors.Is(err, storage.ErrNewer) {
					t.Errorf("%s: %v, want storage.ErrNewer", name, err)
				}
			}
			if after := contents(t, s); after != before {
				t.Errorf("the records became\n%s", after)
			}
		}
	})
}

// TestGarbageUnderACall holds that a call with a damaged record is unknown and can go on.
func TestGarbageUnderACall(t *testing.T) {
	later := fmt.Sprint(now.Add(time.Hour).UnixMilli())
	fields := map[string][]any{
		"no state and no claim":    {"v", "1", "next", "3"},
		"a state that never ends":  {"v", "1", "next", "3", "claim", "2 h", "until", "1", "state", "s", "a:2", "x"},
		"no answer of the newest":  {"v", "1", "next", "3", "claim", "2 h", "until", "1", "state", "s", "expires", later},
		"a turn that is no number": {"v", "1", "next", "3.5", "claim", "2 h", "until", "1", "state", "s", "expires", later},
		"a claim without an end":   {"v", "1", "next", "0", "claim", "0 someone"},
		"an end without a claim":   {"v", "1", "next", "0", "until", later},
		"a claim on another turn":  {"v", "1", "next", "0", "claim", "1 someone", "until", later},
		"no version":               {"next", "0", "claim", "0 someone", "until", later},
	}
	lines := map[string]string{
		"a line with a turn of words":      "2 x 99999999999999 0 0 c\n",
		"a line with half a turn":          "2 0.5 99999999999999 0 0 c\n",
		"a line with an end in words":      "2 1 late 0 0 c\n",
		"a line without the size of state": "2 1 99999999999999 0 c\n",
		"a line that does not end":         "2 1 99999999999999 0 0 c",
	}
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		damage := map[string]func() error{}
		for what, fill := range put {
			damage[what] = func() error { return fill(ctx, client, ours[0]) }
		}
		for what, pairs := range fields {
			damage[what] = func() error { return client.HSet(ctx, ours[0], pairs...).Err() }
		}
		for what, line := range lines {
			damage[what] = func() error { return client.Set(ctx, ours[0], line, 0).Err() }
		}
		for what, do := range damage {
			check.OK(t, errors.Join(client.Del(ctx, ours[0]).Err(), do()))
			if err := takeTurn(db.Calls(), "CA1", 0); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			again, err := db.Calls().Begin(ctx, ivr.Claim{Call: "CA1", Turn: 0, Holder: "b", Now: now, Until: now})
			if err != nil || string(again.Answer) != "answer" {
				t.Errorf("%s: then %+v, %v", what, again, err)
			}
		}
	})
}

// newHashes are the hashes of accounts, deliveries, agents and sign-ins that hold a version.
var newHashes = []string{
	"uc:account:{acc_1}", "uc:account-number:{A1}", "uc:account-number:{A2}", "uc:account-strikes:{acc_1}", "uc:enrollment:{enr_1}", "uc:password-link:{sum}",
	"uc:delivery:{dlv_1}", "uc:deliveries:{acc_1}:blocked", "uc:delivery-key:{key1}", "uc:phone:{+16125550142}",
	agentHash, agentNamesHash, signInHash, signInStrikesHash, deskCall, deskCount,
	ofTickets, ofTicket, ofAccountLines, ofMailbox, ofLastCaller, "uc:notices:{+16125550142}",
}

// TestNewerVersionsAreLeftAlone holds that records of a newer release are neither read nor
// touched.
func TestNewerVersionsAreLeftAlone(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		newer := errors.Join(
			client.HSet(ctx, ours[0], "v", "2").Err(), client.HSet(ctx, ours[1], "v", "2").Err(),
			client.HSet(ctx, ours[2], "v", "2").Err(), client.LPush(ctx, ours[4], `{"v":2}`).Err(),
			client.HSet(ctx, ours[6], "id:1", `{"v":2}`, "name:portal", "1").Err(),
			client.HSet(ctx, ours[7], "v", "2").Err(), client.HSet(ctx, ours[9], "v", "2").Err())
		for _, key := range newHashes {
			newer = errors.Join(newer, client.HSet(ctx, key, "v", "2").Err())
		}
		newer = errors.Join(newer, client.LPush(ctx, "uc:account-history:{acc_1}", `{"v":2}`).Err())
		if newer != nil {
			t.Fatal(newer)
		}
		before := contents(t, s)
		for _, name := range []string{
			"begin", "commit", "line", "set language", "admit", "settle", "change", "remove", "validate", "reset", "unlock",
			"history", "key", "keys", "revoke key", "features", "install", "next", "delivered", "since",
			"last caller", "set last caller",
			"find account", "load account", "create account", "change account", "renumber", "account history",
			"admit claim", "settle claim", "join", "enrollment", "begin enrollment",
			"create delivery", "get delivery", "end delivery", "block", "reserve",
			"create agent", "load agent", "agent by name", "save agent", "list agents",
			"put session", "get session", "delete session", "count sign-in", "release sign-in", "clear sign-in",
			"create validation", "load validation", "save validation", "count", "refuse", "uncount",
		} {
			if err := operations(db)[name](ctx); !errors.Is(err, storage.ErrNewer) {
				t.Errorf("%s: %v, want storage.ErrNewer", name, err)
			}
		}
		if after := contents(t, s); after != before {
			t.Errorf("the records became\n%s", after)
		}
	})
}

// takeTurn claims and commits a turn.
func takeTurn(calls ivr.Store, id string, turn int) error {
	ctx := context.Background()
	begun, err := calls.Begin(ctx, ivr.Claim{Call: id, Turn: turn, Holder: "h", Now: now, Until: now.Add(time.Second)})
	if err != nil {
		return err
	}
	if begun.Status != ivr.Claimed {
		return fmt.Errorf("status %d", begun.Status)
	}
	return calls.Commit(ctx, ivr.Commit{Call: id, Turn: turn, Holder: "h", State: []byte("state"), Answer: []byte("answer"),
		Now: now, Expires: now.Add(time.Hour)})
}
