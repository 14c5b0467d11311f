package redisstore_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

const number nanp.Number = "+16125550142"

var now = time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)

// validation lets the records of operations reset and unlock.
var validation = pins.Validation{By: "ann", Method: pins.ByOperator, At: now, Until: now.Add(pins.ValidFor)}

// operations are all that the package does with Redis, and the keys that it needs for it.
func operations(db *redisstore.DB) map[string]func(context.Context) error {
	calls, lines, keys := db.Calls(), db.Lines(), db.Keys()
	settings, partitions, events := db.Features(), db.Outbox(), db.Events()
	rule, turn := pins.DefaultLock(), pins.Turn{Call: "CA1", Number: 1}
	all := map[string]func(context.Context) error{}
	maps.Copy(all, accountOperations(db.Accounts()))
	maps.Copy(all, deliveryOperations(db.Deliveries()))
	maps.Copy(all, agentOperations(db.Agents()))
	maps.Copy(all, signInOperations(db.SignIn(clock)))
	maps.Copy(all, noticeOperations(db))
	maps.Copy(all, deskOperations(db.Desk()))
	maps.Copy(all, ticketOperations(db.Tickets()))
	maps.Copy(all, mailboxOperations(db.Mailboxes()))
	attempt := pins.Attempt{Number: number, Side: pins.Remote, Turn: turn, At: now}
	record := pins.Record{At: now, Event: pins.Reset, By: "ann"}
	maps.Copy(all, map[string]func(context.Context) error{
		"ping": db.Ping,
		"begin": func(ctx context.Context) error {
			return check.Err(calls.Begin(ctx, ivr.Claim{Call: "CA1", Holder: "h", Now: now, Until: now.Add(time.Second)}))
		},
		"commit": func(ctx context.Context) error {
			return calls.Commit(ctx, ivr.Commit{Call: "CA1", Holder: "h", Now: now, Expires: now.Add(time.Hour)})
		},
		"line":         func(ctx context.Context) error { return check.Err(lines.Line(ctx, number)) },
		"set language": func(ctx context.Context) error { return lines.SetLanguage(ctx, number, "es") },
		"admit":        func(ctx context.Context) error { return check.Err(lines.Admit(ctx, attempt, rule)) },
		"settle": func(ctx context.Context) error {
			return check.Err(lines.Settle(ctx, attempt, pins.Settlement{As: limit.Passed}, rule))
		},
		"change": func(ctx context.Context) error {
			return lines.Change(ctx, pins.Change{Number: number, Turn: turn, Record: record})
		},
		"admit caller": func(ctx context.Context) error {
			return check.Err(lines.AdmitCaller(ctx, "+19525550100", turn, now, limit.Rate{Most: 10, Within: time.Hour}))
		},
		"forgive caller": func(ctx context.Context) error { return lines.ForgiveCaller(ctx, "+19525550100", turn) },
		"caller failures": func(ctx context.Context) error {
			return check.Err(lines.CallerFailures(ctx, "+19525550100", now, time.Hour))
		},
		"add": func(ctx context.Context) error {
			return check.Err(lines.Add(ctx, []pins.NewLine{{Number: number}}, now))
		},
		"remove":   func(ctx context.Context) error { return lines.Remove(ctx, number, record) },
		"validate": func(ctx context.Context) error { return lines.Validate(ctx, number, validation, record) },
		"validation": func(ctx context.Context) error {
			return check.Err(lines.Validation(ctx, number, "ann", "", now))
		},
		"reset":      func(ctx context.Context) error { return lines.Reset(ctx, number, record, nil) },
		"unlock":     func(ctx context.Context) error { return lines.Unlock(ctx, number, record) },
		"append":     func(ctx context.Context) error { return lines.Append(ctx, number, record) },
		"history":    func(ctx context.Context) error { return check.Err(lines.History(ctx, number, 10)) },
		"add key":    func(ctx context.Context) error { return keys.AddKey(ctx, apikey.Key{ID: "1", Name: "portal"}) },
		"key":        func(ctx context.Context) error { return check.Err(keys.Key(ctx, "1")) },
		"keys":       func(ctx context.Context) error { return check.Err(keys.Keys(ctx)) },
		"revoke key": func(ctx context.Context) error { return keys.RevokeKey(ctx, "portal", now) },
		"features":   func(ctx context.Context) error { return check.Err(settings.Features(ctx, number, turn)) },
		"change feature": func(ctx context.Context) error {
			return settings.Change(ctx, features.Change{Number: number, Feature: pins.DialLock, Turn: turn, Record: record})
		},
		"install": func(ctx context.Context) error {
			return check.Err(settings.Install(ctx, []features.Installation{{Number: number}}, record, removal))
		},
		"last caller": func(ctx context.Context) error { return check.Err(settings.LastCaller(ctx, number)) },
		"set last caller": func(ctx context.Context) error {
			return settings.SetLastCaller(ctx, features.LastCaller{Number: number, At: now, Lives: features.LastCallerKept, Sealed: []byte("x")})
		},
		"waiting lines": func(ctx context.Context) error { return check.Err(db.Events().WaitingLines(ctx)) },
		"waiting":       func(ctx context.Context) error { return check.Err(db.Events().Waiting(ctx, number, 8)) },
		"skip":          func(ctx context.Context) error { return db.Events().Skip(ctx, number, "1-0", record) },
		"look": func(ctx context.Context) error {
			return db.Events().Look(ctx, []redisstore.Event{{Number: number, Position: "1-0"}})
		},
		"claim": func(ctx context.Context) error {
			return check.Err(partitions.Claim(ctx, "h", now, now.Add(time.Minute), 8))
		},
		"next":         func(ctx context.Context) error { return check.Err(partitions.Next(ctx, string(number), 8)) },
		"delivered":    func(ctx context.Context) error { return partitions.Delivered(ctx, string(number), "1-0/0") },
		"release":      func(ctx context.Context) error { return partitions.Release(ctx, string(number), "h", now, now) },
		"forget":       func(ctx context.Context) error { return partitions.Release(ctx, string(number), "h", now, time.Time{}) },
		"due":          func(ctx context.Context) error { _, _, err := partitions.Due(ctx); return err },
		"since":        func(ctx context.Context) error { return check.Err(events.Since(ctx, number, now)) },
		"since of all": func(ctx context.Context) error { return check.Err(events.SinceOfAll(ctx, now, 10)) },
		"rewind":       func(ctx context.Context) error { return check.Err(events.Rewind(ctx, number, now, now)) },
	})
	return all
}

func noticeOperations(db *redisstore.DB) map[string]func(context.Context) error {
	n, partition := db.Notices(), string(number)
	account := accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1, Sealed: []byte("x")}
	notice := []byte("notice")
	return map[string]func(context.Context) error{
		"change with a notice": func(ctx context.Context) error {
			return db.Lines().Change(ctx, pins.Change{Number: number, Record: pins.Record{At: now}, Notice: notice})
		},
		"reset with a notice": func(ctx context.Context) error {
			return db.Lines().Reset(ctx, number, pins.Record{At: now, By: "ann"}, notice)
		},
		"change account with a notice": func(ctx context.Context) error {
			return db.Accounts().Change(ctx, account, []accounts.Record{{At: now}}, [][]byte{notice})
		},
		"next notice": func(ctx context.Context) error { return check.Err(n.Next(ctx, partition, 8)) },
		"told":        func(ctx context.Context) error { return n.Delivered(ctx, partition, "notice") },
		"note notice": func(ctx context.Context) error {
			return check.Err(n.Note(ctx, partition, "notice", []byte("noted")))
		},
		"give up notice": func(ctx context.Context) error {
			return n.GiveUp(ctx, partition, "notice", deliveries.Undelivered{Line: number}, now)
		},
		"release notices": func(ctx context.Context) error { return n.Release(ctx, partition, "h", now, time.Time{}) },
	}
}

func accountOperations(all redisstore.Accounts) map[string]func(context.Context) error {
	account := accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1, Sealed: []byte("x")}
	renumbered := accounts.Stored{ID: "acc_1", Number: "A2", Revision: 1, Sealed: []byte("y")}
	attempt := accounts.Attempt{ID: "try_1", Account: "acc_1", Nobody: "A1", At: now}
	rule := accounts.DefaultLock()
	return map[string]func(context.Context) error{
		"find account":    func(ctx context.Context) error { return check.Err(all.Find(ctx, "A1")) },
		"load account":    func(ctx context.Context) error { return check.Err(all.Load(ctx, "acc_1")) },
		"create account":  func(ctx context.Context) error { return all.Create(ctx, account, nil, nil) },
		"change account":  func(ctx context.Context) error { return all.Change(ctx, account, nil, nil) },
		"renumber":        func(ctx context.Context) error { return all.Change(ctx, renumbered, nil, nil) },
		"account history": func(ctx context.Context) error { return check.Err(all.History(ctx, "acc_1", 10)) },
		"admit claim":     func(ctx context.Context) error { return check.Err(all.Admit(ctx, attempt, rule)) },
		"settle claim": func(ctx context.Context) error {
			return check.Err(all.Settle(ctx, attempt, accounts.Settlement{As: limit.Passed}, rule))
		},
		"begin enrollment": func(ctx context.Context) error {
			return all.Begin(ctx, accounts.Enrollment{ID: "enr_1", Accounts: []accounts.ID{"acc_1"}, Since: now})
		},
		"join":       func(ctx context.Context) error { return check.Err(all.Join(ctx, "enr_1", "acc_2", 20)) },
		"put link":   func(ctx context.Context) error { return all.PutLink(ctx, "sum", "acc_1", now, now.Add(time.Hour)) },
		"linked":     func(ctx context.Context) error { return check.Err(all.Linked(ctx, "sum")) },
		"enrollment": func(ctx context.Context) error { return check.Err(all.Enrollment(ctx, "enr_1")) },
	}
}

func deliveryOperations(all redisstore.Deliveries) map[string]func(context.Context) error {
	delivery := deliveries.Delivery{ID: "dlv_1", Revision: 1, Method: deliveries.Voice, Status: deliveries.Queued, Created: now, Due: now}
	create := deliveries.NewDelivery{
		Delivery: delivery, Subject: "acc_1", Key: "key1", Limits: deliveries.DefaultLimits(),
	}
	final := delivery
	final.Status = deliveries.Failed
	return map[string]func(context.Context) error{
		"create delivery": func(ctx context.Context) error { return check.Err(all.Create(ctx, create)) },
		"get delivery":    func(ctx context.Context) error { return check.Err(all.Get(ctx, "dlv_1")) },
		"update delivery": func(ctx context.Context) error { return all.Update(ctx, delivery, deliveries.Event{At: now}) },
		"end delivery":    func(ctx context.Context) error { return all.Update(ctx, final) },
		"unfinished":      func(ctx context.Context) error { return check.Err(all.Unfinished(ctx, now.Add(time.Hour), 10)) },
		"block":           func(ctx context.Context) error { return check.Err(all.Block(ctx, "acc_1", now.Add(time.Hour))) },
		"reserve": func(ctx context.Context) error {
			return check.Err(all.Reserve(ctx, number, delivery.Task(), now, now.Add(time.Minute), deliveries.Limits{}))
		},
	}
}

// The keys of deskOperations.
const (
	deskCall  = "uc:desk-call:{val_1}"
	deskCount = "uc:desk-count:{look-ups:console:ann}"
)

// deskOperations are what the repair desk does with Redis.
func deskOperations(all redisstore.Desk) map[string]func(context.Context) error {
	validation := repair.Stored{ID: "val_1", Revision: 1, Sealed: []byte("sealed")}
	count := repair.Count{Subject: "look-ups:console:ann", Entry: "a", At: now, Rule: repair.Rule{Rate: limit.Rate{Most: 1, Within: time.Hour}}}
	refused := count
	refused.Entry, refused.Rule.Most = "b", 0
	return map[string]func(context.Context) error{
		"create validation": func(ctx context.Context) error { return check.Err(all.Create(ctx, validation)) },
		"load validation":   func(ctx context.Context) error { return check.Err(all.Load(ctx, "val_1")) },
		"save validation":   func(ctx context.Context) error { return all.Save(ctx, validation) },
		"count":             func(ctx context.Context) error { return check.Err(all.Count(ctx, count)) },
		"refuse":            func(ctx context.Context) error { return check.Err(all.Count(ctx, refused)) },
		"uncount":           func(ctx context.Context) error { return all.Uncount(ctx, count.Subject, count.Entry) },
	}
}

// TestFaultsAreErrorsSoon has all operations at once while Redis is away.
func TestFaultsAreErrorsSoon(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db := openForFaults(t, s.URL())
		for name, fault := range map[string]func(){"down": s.Down, "hanging": s.Hang} {
			fault()
			allFail(t, name, db)
			s.Up()
			recovers(t, db)
		}
	})
}

// soon is within how long an operation fails while Redis is away.
const soon = 2 * time.Second

func allFail(t *testing.T, fault string, db *redisstore.DB) {
	t.Helper()
	var all sync.WaitGroup
	for name, run := range operations(db) {
		all.Go(func() {
			var err error
			took := testkit.Quickest(soon, func() { err = run(context.Background()) })
			if err == nil || took > soon {
				t.Errorf("%s while %s: error %v after %v, want one within %v", name, fault, err, took, soon)
			}
		})
	}
	all.Wait()
}

// recovers waits for an operation of either way to Redis to succeed again.
func recovers(t *testing.T, db *redisstore.DB) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for _, name := range []string{"ping", "begin"} {
		for {
			err := operations(db)[name](context.Background())
			if err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s after the fault: %v", name, err)
			}
		}
	}
}

func TestFaultOfNoServerAtAll(t *testing.T) {
	for _, url := range []string{
		"redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1",
		"redis://127.0.0.1:1?addr=127.0.0.1:2", "redis://127.0.0.1:1?master_name=main",
	} {
		db, err := redisstore.Open(url)
		check.OK(t, err)
		allFail(t, url, db)
		_ = db.Close()
	}
}

func TestCallersDeadlineIsKept(t *testing.T) {
	s := redistest.StartMini(t)
	db := open(t, s.URL()) // which has more patience
	s.Hang()
	const limit = 500 * time.Millisecond
	var err error
	took := testkit.Quickest(limit, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		err = operations(db)["begin"](ctx)
	})
	if err == nil || took > limit {
		t.Errorf("error %v after %v, want one after 50ms", err, took)
	}
	s.Up()
}

func TestOpenRefusesWithoutQuoting(t *testing.T) {
	const password = "hunter2"
	for _, url := range []string{
		"", "localhost:6379", "http://:hunter2@localhost", "unix:///tmp/redis.sock?x=hunter2",
		"redis://:hunter2/x@localhost:99999/abc", "redis://:hunter2@localhost/notanumber",
		"redis://:pass#hunter2@localhost:6379/0", "redis://localhost?hunter2=1", "redis://local host:hunter2",
		"redis://localhost?addr=hunter2", "redis://localhost?master_name=a&hunter2=b", "rediss+cluster://h:hunter2",
	} {
		db, err := redisstore.Open(url)
		if err == nil {
			t.Errorf("%s: opened", url)
			_ = db.Close()
			continue
		}
		if strings.Contains(fmt.Sprintf("%v %+v", err, err), password) {
			t.Errorf("the error quotes the URL: %v", err)
		}
	}
}

func TestErrorsDontHoldThePassword(t *testing.T) {
	s := redistest.StartMini(t)
	s.Mini().RequireAuth("right")
	db, err := redisstore.Open("redis://:hunter2@" + s.Addr())
	check.OK(t, err)
	defer db.Close()
	for name, run := range operations(db) {
		if err := run(context.Background()); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestErrorsSayItOnce reads errors as an operator does: through the package that asked.
func TestErrorsSayItOnce(t *testing.T) {
	db, err := redisstore.Open("redis://127.0.0.1:1")
	check.OK(t, err)
	defer db.Close()
	w := testkit.On(db)
	lines, provisioning := linesOf(t, w), pins.Provisioning{Registry: db.Lines(), Validations: db.Lines()}
	settings := features.New(features.Config{Store: db.Features()})
	all, sent := w.Accounts(t), deliveries.New(deliveries.Config{Store: db.Deliveries(), Now: func() time.Time { return now }})
	people, signIn := signInOf(t, w)
	token := secret.New(base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
	const deliveryID = "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	pin, note := secret.New("8265"), pins.Note{By: "ann", From: "api", Reason: "forgot it"}
	checkPIN := func(ctx context.Context, side pins.Side) error {
		return check.Err(lines.Check(ctx, pins.Attempt{Number: number, Side: side, From: "+19525550100", Turn: pins.Turn{Call: "CA1"}, At: now}, pin))
	}
	for what, ask := range map[string]func(context.Context) error{
		"find line:":                func(ctx context.Context) error { return check.Err(lines.Find(ctx, number)) },
		"remember language:":        func(ctx context.Context) error { return lines.SetLanguage(ctx, number, "es") },
		"check PIN: admit attempt:": func(ctx context.Context) error { return checkPIN(ctx, pins.FromLine) },
		"check PIN: admit caller:":  func(ctx context.Context) error { return checkPIN(ctx, pins.Remote) },
		"change PIN:": func(ctx context.Context) error {
			return lines.Change(ctx, pins.ChangeRequest{Number: number, Entry: pin})
		},
		"add lines:": func(ctx context.Context) error {
			return check.Err(provisioning.Add(ctx, []pins.NewLine{{Number: number}}))
		},
		"remove line:": func(ctx context.Context) error { return provisioning.Remove(ctx, number, note) },
		"validate customer:": func(ctx context.Context) error {
			return check.Err(provisioning.Validate(ctx, number, pins.ByCall, note))
		},
		"find validation:": func(ctx context.Context) error {
			return check.Err(provisioning.Validation(ctx, number, "ann", "api"))
		},
		"reset PIN: validate customer:": func(ctx context.Context) error {
			return provisioning.ResetByOperator(ctx, number, note)
		},
		"unlock line:": func(ctx context.Context) error { return provisioning.Unlock(ctx, number, note) },
		"reset PIN:":   func(ctx context.Context) error { return provisioning.Reset(ctx, number, note) },
		"record refused reset:": func(ctx context.Context) error {
			return provisioning.ResetRefused(ctx, number, note)
		},
		"read history:": func(ctx context.Context) error { return check.Err(provisioning.History(ctx, number, 1)) },
		"revoke key:": func(ctx context.Context) error {
			return fmt.Errorf("revoke key: %w", db.Keys().RevokeKey(ctx, "portal", now))
		},
		"find features:": func(ctx context.Context) error { return check.Err(settings.Find(ctx, number)) },
		"change feature:": func(ctx context.Context) error {
			return check.Err(settings.Change(ctx, features.Request{Number: number, Feature: pins.DialLock, Edit: features.Switch(true)}))
		},
		"install features:": func(ctx context.Context) error {
			return check.Err(settings.Install(ctx, []features.Installation{{Number: number}}, note))
		},
		"read events:": func(ctx context.Context) error { return check.Err(db.Events().Since(ctx, number, now)) },
		"list lines with events:": func(ctx context.Context) error {
			return check.Err(db.Events().SinceOfAll(ctx, now, 10))
		},
		"announce events:": func(ctx context.Context) error {
			return check.Err(db.Events().Rewind(ctx, number, now, now))
		},
		"find account:": func(ctx context.Context) error { return check.Err(all.Get(ctx, "A1")) },
		"verify account: find account:": func(ctx context.Context) error {
			return check.Err(all.Verify(ctx, "A1", accounts.Claim{Code: secret.New("123456")}))
		},
		"get delivery:":     func(ctx context.Context) error { return check.Err(sent.Get(ctx, deliveryID)) },
		"sweep deliveries:": sent.Sweep,
		"read events that wait:": func(ctx context.Context) error {
			return check.Err(db.Events().Waiting(ctx, number, 1))
		},
		"list lines that wait:": func(ctx context.Context) error { return check.Err(db.Events().WaitingLines(ctx)) },
		"look at events:": func(ctx context.Context) error {
			return db.Events().Look(ctx, []redisstore.Event{{Number: number}})
		},
		"skip event:":  func(ctx context.Context) error { return db.Events().Skip(ctx, number, "1-0", pins.Record{}) },
		"load agent:":  func(ctx context.Context) error { return check.Err(people.Get(ctx, "agt_1")) },
		"find agent:":  func(ctx context.Context) error { return check.Err(people.Find(ctx, "ann")) },
		"list agents:": func(ctx context.Context) error { return check.Err(people.List(ctx)) },
		"count attempt:": func(ctx context.Context) error {
			return check.Err(signIn.Begin(ctx, "ann", "192.0.2.1", signin.Token{}))
		},
		"find session:": func(ctx context.Context) error { return check.Err(signIn.Session(ctx, token)) },
		"count attempt: ask Redis:": func(ctx context.Context) error {
			return check.Err(signIn.SaveDraft(ctx, signin.Draft{Agent: "agt_1"}))
		},
		"read line:": func(ctx context.Context) error { return check.Err(db.Lines().Line(ctx, number)) },
	} {
		err := ask(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), what) {
			t.Errorf("%v, want %s ...", err, what)
			continue
		}
		said := strings.Split(err.Error(), ": ")
		slices.Sort(said)
		if len(slices.Compact(slices.Clone(said))) < len(said) {
			t.Errorf("says it twice: %v", err)
		}
	}
}

func signInOf(t *testing.T, w *testkit.World) (*agents.Agents, *signin.SignIn) {
	t.Helper()
	people := w.Agents(t)
	signIn, err := signin.New(signin.Config{
		Agents: people, Store: w.SignIn(), Attempts: w.SignIn(), Mailer: w.Mail, Audit: w.Audit, Keys: w.Keys,
		Now: w.Now, Random: rand.Reader, Log: w.Log.Logger(),
	})
	check.OK(t, err)
	return people, signIn
}

func linesOf(t *testing.T, w *testkit.World) *pins.Lines {
	t.Helper()
	lines, err := pins.New(pins.Config{
		Store: w.Lines(), Callers: w.Lines(), Hasher: w.Hasher().Hasher, Now: w.Now,
		Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	})
	check.OK(t, err)
	return lines
}
