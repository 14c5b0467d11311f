package redisstore_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestTortureYear has one line, one account and one agent do as much in each day of a year as a busy
// customer does, and counts as lost what has outgrown its bound, or is kept and not in the table of kinds, or is
// dropped though a rule needs it. Its short form is a year of some weeks, in which no history reaches its bound.
func TestTortureYear(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	y := &year{t: t, db: open(t, s.URL()), client: raw(t, s), at: now, line: 1, account: 1}
	y.log = auditOn(t, y.db, func() time.Time { return y.at })
	addLine(t, y.db, pins.DialLock)
	account := accounts.Stored{ID: "acc_1", Number: "A1", Sealed: []byte("sealed 0")}
	y.ok(y.db.Accounts().Create(t.Context(), account, nil, nil))
	y.ok(y.db.Agents().Create(t.Context(), agents.Stored{ID: "agt_1", Name: "ann", Sealed: []byte("x")}))
	line, err := y.db.Lines().Line(t.Context(), number)
	y.ok(err)
	y.revision = line.Revision
	times, days := torture.Times(2, 10), torture.Times(30, 365)
	for day := range days {
		for hour := range times {
			y.at = now.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
			y.work(day*times + hour)
		}
		y.daily(day, day >= days-25)
	}
	torture.Report(t, "a year of a busy line and account", "single", torture.Counts{
		torture.Operations: y.done, torture.Lost: y.outgrown() + y.dropped(),
	})
}

// year is a year of one line and one account.
type year struct {
	t        *testing.T
	db       *redisstore.DB
	client   *redis.Client
	log      *audit.Log
	at       time.Time
	revision int64 // of the line's PIN
	line     int   // the next change of its feature
	account  int   // the next revision of the account
	waiting  int   // events that wait
	done     int
}

func (y *year) ok(errs ...error) {
	y.t.Helper()
	y.done += len(errs)
	if err := errors.Join(errs...); err != nil {
		y.t.Fatalf("%s: %v", y.at, err)
	}
}

func (y *year) record(event pins.Event) pins.Record {
	return pins.Record{At: y.at, Event: event, By: "ann", From: "console", Reason: "the customer has forgotten it, and was validated by a call"}
}

// work is what comes some times a day: a call that proves the PIN, changes it and a feature, and a
// delivery that is told of.
func (y *year) work(n int) {
	ctx, turn := y.t.Context(), pins.Turn{Call: fmt.Sprint("CA", n), Number: 1}
	lines := y.db.Lines()
	_, err := y.db.Calls().Begin(ctx, ivr.Claim{Call: turn.Call, Holder: "h", Now: y.at, Until: y.at.Add(time.Second)})
	y.ok(err)
	commit := ivr.Commit{Call: turn.Call, Holder: "h", Now: y.at, Expires: y.at.Add(time.Hour)}
	attempt := pins.Attempt{Number: number, Side: pins.Remote, From: "+19525550100", Turn: turn, At: y.at}
	as := pins.Settlement{As: limit.Passed}
	if n%3 == 0 {
		as.As = limit.Failed
	}
	_, admitErr := lines.Admit(ctx, attempt, pins.DefaultLock())
	_, settleErr := lines.Settle(ctx, attempt, as, pins.DefaultLock())
	_, callerErr := lines.AdmitCaller(ctx, "+19525550100", turn, y.at, limit.Rate{Most: 10, Within: time.Hour})
	y.ok(y.db.Calls().Commit(ctx, commit), admitErr, settleErr, callerErr,
		lines.Change(ctx, pins.Change{Number: number, Turn: turn, Revision: y.revision, PIN: "hash", Record: y.record(pins.Changed), Notice: fmt.Appendf(nil, "change %d", n)}))
	y.revision++
	change := changeOf(y.line, y.at)
	change.Turn = turn
	err = y.db.Features().Change(ctx, change)
	if errors.Is(err, features.ErrBacklog) && y.waiting >= 1000 {
		err = nil
	} else {
		y.line++
		y.waiting++
	}
	y.ok(err)
	d := deliveries.Delivery{
		ID: deliveries.ID(fmt.Sprint("dlv_", n)), Method: deliveries.Voice, Status: deliveries.Queued, Created: y.at, Due: y.at,
	}
	_, err = y.db.Deliveries().Create(ctx, deliveries.NewDelivery{Delivery: d, Subject: "acc_1", Key: fmt.Sprint("key", n), Limits: deliveries.Limits{AnHour: 3, ADay: 10}})
	_, reserveErr := y.db.Deliveries().Reserve(ctx, number, d.Task(), y.at, y.at.Add(time.Minute), deliveries.Limits{AnHour: 6, ADay: 20})
	d.Revision, d.Status = 1, deliveries.Failed
	y.ok(err, reserveErr, y.db.Deliveries().Update(ctx, d, deliveries.Event{At: y.at}))
	count := repair.Count{Subject: "look-ups:console:ann", Entry: fmt.Sprint(n), At: y.at, Rule: repair.Rule{Rate: limit.Rate{Most: 120, Within: time.Hour}}}
	_, err = y.db.Desk().Count(ctx, count)
	y.ok(err, y.log.Record(ctx, audit.Event{Action: audit.LookedUp, By: "ann", Via: audit.ViaConsole, Subject: string(number)}))
	y.changeAccount(ctx)
}

func (y *year) changeAccount(ctx context.Context) {
	stored := accounts.Stored{ID: "acc_1", Number: "A1", Revision: int64(y.account - 1), Sealed: fmt.Appendf(nil, "sealed %d", y.account)}
	y.ok(y.db.Accounts().Change(ctx, stored, []accounts.Record{{At: y.at, Event: accounts.NameChanged, By: "crm/77"}}, [][]byte{fmt.Appendf(nil, "notice %d", y.account)}))
	y.account++
	attempt := accounts.Attempt{ID: fmt.Sprint("try_", y.account), Account: "acc_1", At: y.at}
	_, err := y.db.Accounts().Admit(ctx, attempt, accounts.DefaultLock())
	y.ok(err)
	_, err = y.db.Accounts().Settle(ctx, attempt, accounts.Settlement{As: limit.Passed, Record: accounts.Record{At: y.at, Event: accounts.NameChanged}}, accounts.DefaultLock())
	y.ok(err)
}

// daily is what comes once a day: a validation and a reset, the switch, which is away but for the end of the
// year, a session, and a key of the API.
func (y *year) daily(day int, switched bool) {
	ctx, lines, outbox := y.t.Context(), y.db.Lines(), y.db.Outbox()
	v := pins.Validation{By: "ann", From: "console", Method: pins.ByOperator, At: y.at, Until: y.at.Add(pins.ValidFor)}
	y.ok(lines.Validate(ctx, number, v, y.record(pins.CustomerValidated)), lines.Reset(ctx, number, y.record(pins.Reset), fmt.Appendf(nil, "reset %d", day)),
		lines.Append(ctx, number, y.record(pins.NoticeUndelivered)))
	y.revision++
	if switched {
		partitions, err := outbox.Claim(ctx, "h", y.at.Add(time.Hour), y.at.Add(2*time.Hour), 8)
		y.ok(err)
		for len(partitions) > 0 && y.waiting > 0 {
			y.waiting -= deliver(y.t, y.db, 100)
		}
		for _, partition := range partitions {
			y.ok(outbox.Release(ctx, partition, "h", y.at.Add(time.Hour), time.Time{}))
		}
	}
	key := sha256.Sum256([]byte(y.at.String()))
	_, err := y.db.SignIn(clock).Count(ctx, "agt_1", y.at, signin.DefaultRule().Names)
	y.ok(err, y.db.SignIn(clock).Put(ctx, signin.Record{Key: key, Kind: signin.KindSession, Sealed: []byte("x"), Expires: clock().Add(time.Hour)}, 0),
		y.db.SignIn(clock).Clear(ctx, "agt_1"))
	made := apikey.Key{ID: fmt.Sprintf("%016d", day), Name: "portal", Created: y.at}
	y.ok(y.db.Keys().AddKey(ctx, made), y.db.Keys().RevokeKey(ctx, "portal", y.at))
	_, err = y.db.Deliveries().Unfinished(ctx, y.at, 100)
	y.ok(err)
}

// outgrown counts the keys that are larger than the table says, have no expiry although it says so, or
// have no row in it. Elements that are bounded by an age must be fewer than a year brings.
func (y *year) outgrown() (wrong int) {
	ctx := y.t.Context()
	seen := map[string]int{}
	for iter := y.client.Scan(ctx, 0, "*", 1000).Iterator(); iter.Next(ctx); {
		key := iter.Val()
		kind, ok := redisstore.KindOf(key)
		if !ok {
			wrong++
			y.t.Errorf("%s has no row in the table of kinds", key)
			continue
		}
		size, bytes, ttl := y.size(key), y.client.MemoryUsage(ctx, key, 0).Val(), y.client.PTTL(ctx, key).Val()
		seen[kind.Name] = max(seen[kind.Name], int(size))
		if size > int64(kind.Most) && kind.Most > 0 || kind.Most == 0 && size > 1000 || bytes > int64(kind.Bytes) || kind.Expires && ttl < 0 {
			wrong++
			y.t.Errorf("%s has %d elements of %d bytes, and lives for %s; want %d, %d", key, size, bytes, ttl, kind.Most, kind.Bytes)
		}
	}
	full := seen["uc:history:{NUMBER}"] == pins.MaxHistory && seen["uc:account-history:{ID}"] == accounts.MaxHistory
	if torture.Long() && !full || seen["uc:history:{NUMBER}"] == 0 || seen["uc:events:{NUMBER}"] == 0 {
		y.t.Errorf("this shows nothing: %v", seen)
	}
	return wrong
}

func (y *year) size(key string) int64 {
	ctx, c := y.t.Context(), y.client
	switch c.Type(ctx, key).Val() {
	case "hash":
		return c.HLen(ctx, key).Val()
	case "list":
		return c.LLen(ctx, key).Val()
	case "set":
		return c.SCard(ctx, key).Val()
	case "zset":
		return c.ZCard(ctx, key).Val()
	case "stream":
		return c.XLen(ctx, key).Val()
	}
	return 1
}

// dropped counts what is gone that a rule needs: events that wait, and a lock of the line.
func (y *year) dropped() int {
	ctx, lost := y.t.Context(), 0
	if waiting, err := y.db.Events().Waiting(ctx, number, 2000); err != nil || len(waiting) != y.waiting {
		y.t.Errorf("%d events wait, not %d: %v", len(waiting), y.waiting, err)
		lost++
	}
	for n := range pins.DefaultLock().CloseAt {
		attempt := pins.Attempt{Number: number, Side: pins.FromLine, Turn: pins.Turn{Call: "lock", Number: n}, At: y.at}
		_, err := y.db.Lines().Settle(ctx, attempt, pins.Settlement{As: limit.Failed}, pins.DefaultLock())
		y.ok(err)
	}
	for range pins.MaxHistory {
		y.ok(y.db.Lines().Append(ctx, number, y.record(pins.NoticeUndelivered)))
	}
	if line, err := y.db.Lines().Line(ctx, number); err != nil || !line.FromLine.Closed {
		y.t.Errorf("the lock is gone with its record: %+v, %v", line.FromLine, err)
		lost++
	}
	return lost
}
