package redisstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/golden"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// storedFile holds all keys of a small world, as an earlier release wrote them.
const storedFile = "stored.txt"

// TestStoredDataIsWrittenAsBefore holds that what is stored does not change its form: servers of the release
// before read it during an upgrade. A file that -update changes is a new form, which that release must read.
func TestStoredDataIsWrittenAsBefore(t *testing.T) {
	s := redistest.StartMini(t)
	newStoredWorld(t, open(t, s.URL())).live()
	golden.Is(t, storedFile, dump(t, raw(t, s)))
}

// TestStoredDataOfBeforeIsRead holds that all of it is read as that release did.
func TestStoredDataOfBeforeIsRead(t *testing.T) {
	s := redistest.StartMini(t)
	text, err := os.ReadFile(filepath.Join("testdata", storedFile))
	check.OK(t, err)
	restore(t, raw(t, s), string(text))
	w := newStoredWorld(t, open(t, s.URL()))
	w.names = newStoredWorld(t, testkit.Redis(t)).live()
	golden.Is(t, "stored-read.txt", w.read())
}

// dump is all that a server holds: a line for each key with its type, and one for each part of it.
func dump(t *testing.T, client *redis.Client) string {
	t.Helper()
	var out strings.Builder
	ctx := t.Context()
	keys := client.Keys(ctx, "*").Val()
	slices.Sort(keys)
	for _, key := range keys {
		kind := client.Type(ctx, key).Val()
		fmt.Fprintf(&out, "%s %s\n", kind, key)
		parts := []string{}
		switch kind {
		case "string":
			parts = append(parts, quoted(client.Get(ctx, key).Val()))
		case "list":
			for _, value := range client.LRange(ctx, key, 0, -1).Val() {
				parts = append(parts, quoted(value))
			}
		case "hash":
			for field, value := range client.HGetAll(ctx, key).Val() {
				parts = append(parts, quoted(field, value))
			}
			slices.Sort(parts)
		case "zset":
			for _, z := range client.ZRangeWithScores(ctx, key, 0, -1).Val() {
				parts = append(parts, quoted(fmt.Sprint(z.Member), strconv.FormatFloat(z.Score, 'f', -1, 64)))
			}
		case "stream":
			for _, m := range client.XRange(ctx, key, "-", "+").Val() {
				parts = append(parts, quoted(m.ID, fmt.Sprint(m.Values["v"]), fmt.Sprint(m.Values["event"])))
			}
		default:
			t.Fatalf("%s is a %s, which is not dumped", key, kind)
		}
		fmt.Fprintf(&out, "\t%s\n", strings.Join(parts, "\n\t"))
	}
	return out.String()
}

func quoted(parts ...string) string {
	for i, part := range parts {
		parts[i] = strconv.Quote(part)
	}
	return strings.Join(parts, " ")
}

// restore writes what dump read.
func restore(t *testing.T, client *redis.Client, text string) {
	t.Helper()
	ctx, kind, key := t.Context(), "", ""
	for line := range strings.Lines(text) {
		part, isPart := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "\t")
		if !isPart {
			kind, key, _ = strings.Cut(part, " ")
			continue
		}
		var err error
		switch values := unquoted(t, part); kind {
		case "string":
			err = client.Set(ctx, key, values[0], 0).Err()
		case "list":
			err = client.RPush(ctx, key, values[0]).Err()
		case "hash":
			err = client.HSet(ctx, key, values[0], values[1]).Err()
		case "zset":
			err = client.Do(ctx, "zadd", key, values[1], values[0]).Err()
		case "stream":
			err = client.Do(ctx, "xadd", key, values[0], "v", values[1], "event", values[2]).Err()
		}
		check.OK(t, err)
	}
}

func unquoted(t *testing.T, part string) (values []string) {
	t.Helper()
	for part != "" {
		prefix, err := strconv.QuotedPrefix(part)
		if err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		value, _ := strconv.Unquote(prefix)
		values = append(values, value)
		part = strings.TrimPrefix(part[len(prefix):], " ")
	}
	return values
}

// read is all that can be known of what live has written, secrets included.
func (w *storedWorld) read() string {
	w.t.Helper()
	w.now = w.names.until
	var out strings.Builder
	say := func(what string, value any, err error) {
		w.t.Helper()
		if err != nil {
			w.t.Errorf("%s: %v", what, err)
		}
		fmt.Fprintf(&out, "%s: %+v\n", what, value)
	}
	w.readLines(say)
	w.readAccounts(say)
	w.readAgents(say)
	ticket, err := w.tickets.Get(w.ctx, storedTicket)
	say("ticket", fmt.Sprintf("%+v, tested %+v", ticket.Ticket, *ticket.Test), err)
	w.readMailbox(say)
	w.readLongDistance(say)
	last, err := w.features.LastCaller(w.ctx, storedLine)
	say("last caller", last, err)
	for _, id := range w.names.deliveries {
		delivery, err := w.sent.Get(w.ctx, id)
		say("delivery", delivery, err)
	}
	unfinished, err := w.db.Deliveries().Unfinished(w.ctx, w.now.Add(time.Hour), 10)
	say("unfinished", unfinished, err)
	asked, err := w.sent.Request(w.ctx, deliveries.Params{
		Account: storedAccount, Topic: deliveries.SecurityCode, Method: deliveries.Voice, Key: "portal.1", Request: "r",
	})
	say("asked for before", asked.ID, err)
	blocked, err := w.db.Deliveries().Block(w.ctx, "line "+string(storedLine2), time.Time{})
	say("blocked", blocked, err)
	free, err := w.db.Deliveries().Reserve(w.ctx, storedLine, deliveries.Task{}, w.now, w.now, deliveries.Limits{})
	say("reserved", free, err)
	call, err := w.db.Calls().Begin(w.ctx, ivr.Claim{Call: "CA1", Turn: 2, Now: w.now, Until: w.now})
	say("call", fmt.Sprintf("%d %s", call.Status, call.State), err)
	call, err = w.db.Calls().Begin(w.ctx, ivr.Claim{Call: "CA1", Turn: 0, Now: w.now, Until: w.now})
	say("answer", fmt.Sprintf("%d %d %s", call.Status, call.Turn, call.Answer), err)
	keys, err := w.db.Keys().Keys(w.ctx)
	say("keys", keys, err)
	lacking, err := w.db.CheckSecretKeys(w.ctx, storedKeys, nil)
	say("secret keys", lacking, err)
	page, err := w.audit.Page(w.ctx, audit.Filter{}, 100)
	say("audit", len(page), err)
	for _, entry := range page {
		say("entry", entry, nil)
	}
	report, err := w.audit.Verify(w.ctx, nil)
	say("intact", report.Intact(), err)
	return out.String()
}

// sayer writes down what was read.
type sayer func(what string, value any, err error)

func (w *storedWorld) readLines(say sayer) {
	for _, n := range []nanp.Number{storedLine, storedLine2, storedLine3} {
		line, err := w.lines.Find(w.ctx, n)
		say("line", line, err)
		history, err := w.provision.History(w.ctx, n, 100)
		say("history", history, err)
		set, err := w.features.Find(w.ctx, n)
		say("features", set.Installed, err)
		for _, f := range pins.AllFeatures {
			if setting, ok := set.Setting(f); ok {
				say(string(f), fmt.Sprintf("%+v code %s", setting, setting.Code.Reveal()), nil)
			}
		}
		say("notices", fmt.Sprintf("%q", testkit.Notices(w.t, w.db, string(n))), nil)
		say("events", fmt.Sprintf("%s", testkit.Events(w.t, w.db, n)), nil)
		all, err := w.db.Events().Since(w.ctx, n, now)
		say("since", len(all), err)
	}
	result, err := w.lines.Check(w.ctx, pins.Attempt{
		Number: storedLine, Side: pins.FromLine, Turn: pins.Turn{Call: "CA3"}, At: w.now,
	}, secret.New("8265"))
	say("PIN", result, err)
	validation, err := w.provision.Validation(w.ctx, storedLine2, "ordering", "api")
	say("validation", validation, err)
	failures, err := w.db.Lines().CallerFailures(w.ctx, "+19525550100", w.now, time.Hour)
	say("failures of a caller", failures, err)
	partitions, oldest, err := w.db.Outbox().Due(w.ctx)
	say("outbox", fmt.Sprint(partitions, oldest), err)
}

func (w *storedWorld) readAccounts(say sayer) {
	for _, number := range []accounts.Number{storedAccount, "612-555-0143-002"} {
		account, err := w.accounts.Get(w.ctx, number)
		say("account", account, err)
		say("secrets", account.Code.Reveal()+account.Answer.Reveal(), nil)
		history, err := w.accounts.History(w.ctx, account.ID, 100)
		say("history", history, err)
		say("notices", fmt.Sprintf("%q", testkit.Notices(w.t, w.db, string(account.ID))), nil)
	}
	enrollment, err := w.accounts.Enrollment(w.ctx, w.names.enrollment)
	say("enrollment", enrollment, err)
	result, err := w.accounts.Verify(w.ctx, storedAccount, accounts.Claim{Code: secret.New("000000")})
	say("wrong code", result, err)
}

func (w *storedWorld) readMailbox(say sayer) {
	box, err := w.mailboxes.Find(w.ctx, storedLine3)
	say("mailbox", box, err)
	again, err := w.mailboxes.ResetByCall(w.ctx, storedLine3, "", "dlv_1", "CA1")
	say("its password", fmt.Sprint(again.Outcome, " ", again.Password.Reveal()), err)
	events, err := w.db.Events().Since(w.ctx, storedLine3, now)
	say("events", len(events), err)
	event, err := w.mailboxes.OpenEvent(events[len(events)-1].Stored)
	say("its event", fmt.Sprintf("%+v password %s", event, event.Password.Reveal()), err)
}

func (w *storedWorld) readLongDistance(say sayer) {
	account, err := w.accounts.ByLink(w.ctx, w.names.link, secret.Text{})
	say("long-distance account", account, err)
	say("secrets", account.Code.Reveal()+" "+account.Link.Token.Reveal(), nil)
	right, err := w.accounts.VerifyToRecover(w.ctx, storedDistant, accounts.Claim{
		Code: secret.New("826517"), Password: accounts.Keypad(secret.New(storedPassword)),
	})
	say("password", right, err)
}

func (w *storedWorld) readAgents(say sayer) {
	all, err := w.agents.List(w.ctx)
	say("agents", all, err)
	ann, err := w.agents.Find(w.ctx, "ann")
	say("ann", ann.ID, err)
	session, err := w.signIn.Look(w.ctx, w.names.session)
	say("session", fmt.Sprint(session.Agent.Name, session.Begun, session.Seen, session.From, session.SetUp), err)
	change, err := w.signIn.Change(w.ctx, session, w.names.change)
	say("change", change, err)
	draft, err := w.signIn.Draft(w.ctx, w.names.draft, ann.ID)
	say("draft", draft, err)
	_, _, err = w.signIn.Code(w.ctx, w.names.underWay, w.names.code, "192.0.2.1")
	say("sign-in", "ended", err)
	who := repair.Who{Name: "ann", Via: repair.ViaConsole, From: "192.0.2.1"}
	v, err := w.desk.Validation(w.ctx, who, w.names.validation)
	say("validation by a call", v, err)
	code, err := w.desk.ValidationCode(w.ctx, string(w.names.validation))
	say("its code", code.Reveal(), err)
}
