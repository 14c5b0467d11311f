package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// office is an operator's shell beside a server whose switch can refuse.
type office struct {
	shell
	db       *redisstore.DB
	features *features.Lines
	now      time.Time // of changes
}

const officeLine nanp.Number = "+16125550142"

// newOffice imports a line with Dial Lock.
func newOffice(t *testing.T, server *redistest.Server) *office {
	t.Helper()
	o := &office{shell: shell{t, server.URL()}, db: must(redisstore.OpenWithin(server.URL(), patience))(t), now: time.Now()}
	t.Cleanup(func() { o.db.Close() })
	o.features = features.New(features.Config{
		Store: o.db.Features(), Keys: testConfig(t).SecretKeys, Now: func() time.Time { return o.now },
	})
	o.expect(exitOK, nil, "number,language,features\n6125550142,en,dial-lock\n", "lines", "import", "-")
	return o
}

// change changes the line's Dial Lock, and returns the id of the event.
func (o *office) change(edit features.Edit) string {
	o.t.Helper()
	must(o.features.Change(o.t.Context(), features.Request{
		Number: officeLine, Feature: pins.DialLock, Edit: edit, By: "test", From: "test",
	}))(o.t)
	events := must(o.db.Events().Waiting(o.t.Context(), officeLine, 1000))(o.t)
	return nameOf(events[len(events)-1])
}

// deliver notes so many events as delivered.
func (o *office) deliver(count int) {
	o.t.Helper()
	partition := string(officeLine)
	messages := must(o.db.Outbox().Next(o.t.Context(), partition, count))(o.t)
	check.OK(o.t, o.db.Outbox().Delivered(o.t.Context(), partition, messages[len(messages)-1].Position))
}

// shows runs events tail and returns its lines.
func (o *office) shows(args ...string) []string {
	o.t.Helper()
	o.t.Setenv("REDIS_URL", o.redis)
	out, err, status := o.run("", append([]string{"events", "tail"}, args...)...)
	if status != exitOK {
		o.t.Fatalf("events tail %q: exit status %d\n%s", args, status, err)
	}
	return strings.FieldsFunc(out, func(r rune) bool { return r == '\n' })
}

// TestEventsTail shows what waits and what was delivered, and never a code.
func TestEventsTail(t *testing.T) {
	server := redistest.Start(t)
	o := newOffice(t, server)
	o.now = time.Now().Add(-time.Hour)
	first := o.change(features.SetCode(secret.New("4821")))
	second := o.change(features.Switch(true))
	o.deliver(1)
	for _, args := range [][]string{nil, {"612-555-0142"}, {"--since", "2h"}} {
		got := o.shows(args...)
		if len(got) != 2 || !strings.Contains(got[0], "delivered  612-555-0142  dial-lock  by test  "+first) ||
			!strings.Contains(got[1], "waits      612-555-0142  dial-lock  by test  "+second+`  {"on":true`) {
			t.Errorf("tail %q: %q", args, got)
		}
	}
	if got := o.shows("--since", "5m"); len(got) != 0 {
		t.Errorf("of the last minutes: %q", got)
	}
	for _, args := range [][]string{{"--waiting"}, {"-w", "6125550142"}} {
		if got := o.shows(args...); len(got) != 1 || !strings.Contains(got[0], second) {
			t.Errorf("tail %q: %q", args, got)
		}
	}
	if got := o.shows("-w", "6125550143"); len(got) != 0 {
		t.Errorf("of another line: %q", got)
	}
	if all := strings.Join(o.shows("--json"), ""); strings.Contains(all, "4821") || !strings.Contains(all, `"delivered":true`) {
		t.Errorf("as JSON: %s", all)
	}
	for _, args := range [][]string{{"--waiting", "--follow"}, {"911"}, {"--since", "0s"}, {"--since", "721h"}} {
		o.expect(exitUsage, nil, "", append([]string{"events", "tail"}, args...)...)
	}
}

// TestEventsWaitHoweverOld finds what waits when it is older than any --since.
func TestEventsWaitHoweverOld(t *testing.T) {
	o := newOffice(t, redistest.StartMini(t))
	o.now = time.Now().Add(-60 * 24 * time.Hour)
	id := o.change(features.Switch(true))
	if got := o.shows("--since", "720h"); len(got) != 0 {
		t.Errorf("since: %q", got)
	}
	if got := o.shows("--waiting"); len(got) != 1 || !strings.Contains(got[0], id) {
		t.Errorf("waiting: %q", got)
	}
}

// TestEventsUnreadable shows an event that can't be read by its position, as JSON too, and
// gives it up by that.
func TestEventsUnreadable(t *testing.T) {
	o := newOffice(t, redistest.StartMini(t))
	err := o.db.Features().Change(t.Context(), features.Change{
		Number: officeLine, Feature: pins.DialLock, Revision: 1, Settings: []byte(`{"v":1}`), Event: []byte(`{"v":2}`),
		Record: pins.Record{At: time.Now(), Event: pins.FeatureChanged, By: "test"},
	})
	check.OK(t, err)
	var shown unreadableEvent
	for _, args := range [][]string{{"--json"}, {"--json", "--waiting"}} {
		got := o.shows(args...)
		if err := json.Unmarshal([]byte(strings.Join(got, "")), &shown); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if shown.Number != officeLine || shown.Position == "" || shown.Unreadable == "" || shown.Delivered || shown.At.IsZero() {
			t.Errorf("%+v", shown)
		}
	}
	if got := o.shows(); len(got) != 1 || !strings.Contains(got[0], "waits      612-555-0142  "+shown.Position) {
		t.Errorf("%q", got)
	}
	o.expect(exitOK, []string{"is given up"}, "", "events", "skip", "6125550142", shown.Position, "--by", "Pat", "--reason", "damaged")
}

// TestEventsSkip gives up the oldest event that waits, and no other.
func TestEventsSkip(t *testing.T) {
	server := redistest.Start(t)
	o := newOffice(t, server)
	skip := func(status int, id string, words ...string) {
		t.Helper()
		o.expect(status, words, "", "events", "skip", "6125550142", id, "--by", "Pat", "--reason", "the switch refuses it")
	}
	skip(exitError, "evt_1", "no event of 612-555-0142 waits")
	first, second := o.change(features.Switch(true)), o.change(features.Switch(false))
	skip(exitError, second, "not the oldest event of 612-555-0142 that waits", first)
	o.expect(exitUsage, []string{"--reason"}, "", "events", "skip", "6125550142", first, "--by", "Pat")
	o.expect(exitUsage, nil, "", "events", "skip", "6125550142", first, "--by", "Pat", "--reason", "")
	o.expect(exitUsage, nil, "", "events", "skip", "911", first, "--by", "Pat", "--reason", "x")
	skip(exitOK, first, first, "is given up")
	if got := o.shows("--waiting"); len(got) != 1 || !strings.Contains(got[0], second) {
		t.Errorf("then wait %q", got)
	}
	o.expect(exitOK, []string{"event-skipped: " + first, "Pat", "command line", "the switch refuses it"}, "", "lines", "history", "6125550142")
	skip(exitError, first, second)
}

// TestEventsFollow shows an event when it comes and when it was delivered, outlives a Redis that
// is away, and ends well.
func TestEventsFollow(t *testing.T) {
	server := redistest.StartMini(t)
	o := newOffice(t, server)
	first := o.change(features.Switch(true))
	ctx, stop := context.WithCancel(t.Context())
	var out, told testkit.Log
	status := make(chan int)
	go func() {
		status <- run(ctx, []string{"events", "tail", "--follow", "--redis-url", server.URL()}, terminal{
			in: strings.NewReader(""), out: &out, err: &told, getenv: func(string) string { return "" },
		})
	}()
	wait := func(book *testkit.Log, words ...string) {
		t.Helper()
		eventually(t, func() bool { return holdsInOrder(book.String(), words...) }, words, " in ", &out, &told)
	}
	wait(&out, "waits", first)
	o.deliver(1)
	wait(&out, "waits", first, "delivered", first)
	server.Down()
	wait(&told, "trying again")
	server.Up()
	second := o.change(features.Switch(false))
	wait(&out, "delivered", first, "waits", second)
	stop()
	if got := <-status; got != exitOK || strings.Count(out.String(), first) != 2 || strings.Count(told.String(), "trying again") != 1 {
		t.Errorf("exit status %d\n%s%s", got, out.String(), told.String())
	}
	o.expect(exitError, []string{"no answer"}, "", "events", "tail", "--follow", "--redis-url", "redis://127.0.0.1:1")
}

func holdsInOrder(text string, words ...string) bool {
	for _, word := range words {
		_, after, found := strings.Cut(text, word)
		if !found {
			return false
		}
		text = after
	}
	return true
}

// TestRemovedLineAtTheSwitch holds that the last that a switch hears of a line that was removed
// is that its features are gone, when all is replayed to it too, and when the number has a new
// customer.
func TestRemovedLineAtTheSwitch(t *testing.T) {
	server := redistest.Start(t)
	o, heard := newOffice(t, server), newMemorySwitch(t)
	o.change(features.SetCode(secret.New("4821")))
	o.change(features.Switch(true))
	o.expect(exitOK, []string{"removed"}, "", "lines", "remove", "6125550142", "--by", "Pat", "--reason", "moved")
	o.expect(exitOK, []string{"line-removed", "removed dial-lock"}, "", "lines", "history", "6125550142")
	heard.deliver(o, 3)
	o.expect(exitOK, nil, "number,language,features\n6125550142,en,dial-lock\n", "lines", "import", "-")
	o.expect(exitOK, []string{"3 events of 1 lines"}, "", "events", "replay", "6125550142")
	heard.deliver(o, 6)
	for _, last := range []string{heard.types[2], heard.types[5]} {
		if last != string(features.FeatureRemoved) {
			t.Errorf("heard %q", heard.types)
		}
	}
	o.expect(exitError, []string{"no such line"}, "", "lines", "remove", "6125550149")
	if got := o.shows("--json"); !strings.Contains(got[2], `"type":"line.feature.removed"`) || strings.Contains(got[2], "settings") {
		t.Errorf("tail: %q", got)
	}
	if got := o.shows(); !strings.HasSuffix(got[2], "  removed") {
		t.Errorf("tail: %q", got)
	}
}

// memorySwitch remembers the types of events that it heard.
type memorySwitch struct {
	config config
	mu     sync.Mutex
	types  []string
}

func newMemorySwitch(t *testing.T) *memorySwitch {
	s := &memorySwitch{config: testConfig(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event receivedEvent
		if err := json.NewDecoder(io.LimitReader(r.Body, maxEvent)).Decode(&event); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.types = append(s.types, string(event.Type))
	}))
	t.Cleanup(server.Close)
	s.config.ProvisioningURL, s.config.ProvisioningSecret = server.URL, secret.New("whsec_"+strings.Repeat("A", 43)+"=")
	return s
}

// deliver delivers what waits, until so many events were heard in all.
func (s *memorySwitch) deliver(o *office, count int) {
	o.t.Helper()
	d := must(newDispatcher(s.config, outside{db: o.db, now: time.Now, log: slog.New(slog.DiscardHandler)}, &app{features: o.features}, nil))(o.t)
	ctx, stop := context.WithCancel(o.t.Context())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx) }()
	heard := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.types)
	}
	eventually(o.t, func() bool { return heard() >= count }, count, " events are heard")
	stop()
	if err := <-ended; err != nil || heard() != count {
		o.t.Errorf("heard %d events, want %d: %v", heard(), count, err)
	}
}

// TestEventsOfTickets, and of mailboxes, are shown, and sent, with those of features, each read by the package that has published it.
func TestEventsOfTickets(t *testing.T) {
	server := redistest.StartMini(t)
	t.Setenv("SECRET_KEYS", testKeys)
	o := newOffice(t, server)
	feature := o.change(features.Switch(true))
	o.expect(exitOK, nil, "account,phone,name,street1,city,state,zip\nA1,6125550142,Ann,1 Main,Duluth,MN,55801\n", "accounts", "import", "-")
	file := "ticket,number,account,contact,status,from,to,cancelable\n" +
		"4821,6125550142,A1,6125550142,scheduled,2126-03-05T08:00:00Z,2126-03-05T12:00:00Z,yes\n"
	o.expect(exitOK, []string{"1 tickets added"}, file, "tickets", "import", "-")
	all := tickets.New(tickets.Config{Store: o.db.Tickets(), Keys: testConfig(t).SecretKeys})
	request := tickets.Request{Line: officeLine, Ticket: "4821", Turn: pins.Turn{Call: "CA1", Number: 1}}
	_, _, err := all.ChangeContact(t.Context(), request, "+16515550123")
	check.OK(t, err)
	request.Turn.Number++
	_, _, err = all.RequestTest(t.Context(), request)
	check.OK(t, err)
	request.Turn.Number++
	_, _, err = all.Cancel(t.Context(), request, tickets.Visit)
	check.OK(t, err)
	o.expect(exitError, []string{`line 2: contact "6125550142": a caller has given the technician another number since`}, file, "tickets", "import", "-")
	file = strings.Replace(file, "A1,6125550142", "A1,6515550123", 1)
	o.expect(exitError, []string{`line 2: status "scheduled": a caller has canceled the ticket, or its visit, since`}, file, "tickets", "import", "-")

	boxes := must(mailboxes.New(mailboxes.Config{Store: o.db.Mailboxes(), Keys: testConfig(t).SecretKeys}))(t)
	check.OK(t, check.Err(boxes.Put(t.Context(), mailboxes.Put{Number: officeLine, Note: pins.Note{By: "test"}})))
	reset := must(boxes.ResetByCall(t.Context(), officeLine, "", "dlv_1", "CA2"))(t)
	put := demoEmails[0]
	put.Number, put.Note = officeLine, pins.Note{By: "test"}
	email := must(boxes.PutEmail(t.Context(), put))(t).Email
	resetEmail := must(boxes.ResetByCall(t.Context(), officeLine, email.ID, "dlv_2", "CA3"))(t)

	got := o.shows("-w")
	for i, want := range []string{
		"dial-lock  by test  " + feature, "ticket 4821  by caller  evt_", "ticket 4821  by caller  evt_", "ticket 4821  by caller  evt_",
		"mailbox  by caller  evt_", "e-mail  by caller  evt_",
	} {
		if len(got) != 6 || !strings.Contains(got[i], want) {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	for i, want := range []string{"contact +16515550123", "service test tst_", "visit canceled", "password reset", "password reset"} {
		if !strings.Contains(got[i+1], want) {
			t.Errorf("%s, want %s", got[i+1], want)
		}
	}
	if got := o.shows("--json"); len(got) != 6 || !strings.Contains(got[3], `"type":"ticket.cancelled"`) || !strings.Contains(got[3], `"delivered":false`) ||
		!strings.Contains(got[4], `"type":"mailbox.password.reset"`) || strings.Contains(got[4], reset.Password.Reveal()) ||
		!strings.Contains(got[5], `"type":"email.password.reset"`) || strings.Contains(got[5], resetEmail.Password.Reveal()) || strings.Contains(got[5], put.Address) {
		t.Errorf("as JSON: %q", got)
	}
	a := &app{features: o.features, mailboxes: boxes}
	for i, stored := range testkit.Events(t, o.db, officeLine) {
		id, _, payload, err := openEvent(a, stored)
		want := []string{
			`"settings":{"on":true`, `"contact":"+16515550123"}`, `"service_test":"tst_`, `"canceled":"visit"}`,
			`"password":"` + reset.Password.Reveal() + `"}`,
			`"address":"ann@example.com","password":"` + resetEmail.Password.Reveal() + `"}`,
		}[i]
		if err != nil || !strings.HasPrefix(id, "evt_") || !strings.Contains(string(payload), want) {
			t.Errorf("%s: %s, %v; want %s", id, payload, err, want)
		}
	}
	if _, _, _, err := openEvent(a, []byte(`{"v":1,"type":"ticket.cancelled"}`)); !errors.Is(err, storage.ErrUnreadable) {
		t.Errorf("a damaged event: %v", err)
	}
}
