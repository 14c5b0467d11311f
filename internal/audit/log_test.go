package audit_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

var start = time.Date(2031, 3, 4, 5, 6, 7, 891_234_567, time.UTC)

// places is a store into which a test can reach, as somebody with write access to Redis can.
type places struct {
	mu    sync.Mutex
	head  []byte
	lines map[int64][]byte
	low   int64 // the lowest place
	down  error // what every call answers
}

func newPlaces() *places { return &places{lines: map[int64][]byte{}} }

// copied is the store as a backup has it.
func (p *places) copied() *places {
	return &places{head: p.head, lines: maps.Clone(p.lines), low: p.low}
}

func (p *places) Head(context.Context) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.head, p.down
}

func (p *places) Append(_ context.Context, entries []audit.Stored, next, before []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.down != nil:
		return p.down
	case !bytes.Equal(p.head, before):
		return storage.ErrStale
	case slices.ContainsFunc(entries, func(e audit.Stored) bool { return p.lines[e.Seq] != nil }), before == nil && p.low > 0:
		return audit.ErrTampered
	}
	if before == nil {
		p.low = entries[0].Seq
	}
	for _, e := range entries {
		p.lines[e.Seq] = e.Line
	}
	p.head = next
	return nil
}

func (p *places) Read(_ context.Context, from int64, most int) ([]audit.Stored, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []audit.Stored
	for seq := from; seq < from+int64(most); seq++ {
		if line := p.lines[seq]; line != nil {
			found = append(found, audit.Stored{Seq: seq, Line: slices.Clone(line)})
		}
	}
	return found, p.down
}

func (p *places) Trim(_ context.Context, first, last int64, next, before []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !bytes.Equal(p.head, before) {
		return storage.ErrStale
	}
	for seq := first; seq <= last; seq++ {
		delete(p.lines, seq)
	}
	p.head, p.low = next, last+1
	return nil
}

func (p *places) SetAside(_ context.Context, _ string, first audit.Stored, next, before []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !bytes.Equal(p.head, before) {
		return storage.ErrStale
	}
	p.lines, p.head, p.low = map[int64][]byte{first.Seq: first.Line}, next, first.Seq
	return nil
}

func (p *places) Lowest(context.Context) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.low, p.down
}

// reset is an event like any other.
func reset(subject string) audit.Event {
	return audit.Event{
		Action: audit.PINReset, By: "ann", Via: audit.ViaConsole, From: "203.0.113.7", Subject: subject,
		Detail: `¿forgotten? <b>"\`,
	}
}

func record(t testing.TB, log *audit.Log, count int) {
	t.Helper()
	for range count {
		check.OK(t, log.Record(t.Context(), reset("+16125550142")))
	}
}

// recordMany records as many at once as are appended together.
func recordMany(t testing.TB, log *audit.Log, count int) {
	t.Helper()
	for ; count > 0; count -= audit.MaxTogether {
		check.AtOnce(min(count, audit.MaxTogether), func(int) {
			check.Is(t, log.Record(t.Context(), reset("+16125550142")), nil)
		})
	}
}

// logOn is an audit under some keys whose clock stands.
func logOn(store audit.Store, keys secret.Keyring) *audit.Log {
	return audit.New(audit.Config{Store: store, Keys: keys, Now: func() time.Time { return start }})
}

// verify returns the faults, a line each.
func verify(t testing.TB, log *audit.Log, expect *audit.Anchor) (audit.Report, []string) {
	t.Helper()
	report, err := log.Verify(t.Context(), expect)
	check.OK(t, err)
	var faults []string
	for _, f := range report.Faults {
		faults = append(faults, f.String())
	}
	return report, faults
}

var errDown = errors.New("nobody answers")

func Example() {
	keys, err := secret.ParseKeyring("2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		log.Panic(err)
	}
	db, end := testkit.Embedded()
	defer end()
	ctx, all := context.Background(), audit.New(audit.Config{Store: db.Audit(), Keys: keys})
	for _, action := range []audit.Action{audit.LookedUp, audit.Validated, audit.PINReset} {
		event := audit.Event{Action: action, By: "ann", Via: audit.ViaConsole, From: "203.0.113.7", Subject: "+16125550142"}
		if err := all.Record(ctx, event); err != nil {
			log.Panic(err) // and don't do it
		}
	}
	page, err := all.Page(ctx, audit.Filter{Subject: "+16125550142"}, 2)
	if err != nil {
		log.Panic(err)
	}
	for _, entry := range page {
		fmt.Println(entry.Seq, entry.Action, "by", entry.By)
	}
	report, err := all.Verify(ctx, nil)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("entries:", report.Entries, "intact:", report.Intact())
	// Output:
	// 3 pin-reset by ann
	// 2 validated by ann
	// entries: 3 intact: true
}

func TestRecord(t *testing.T) {
	store := newPlaces()
	var logged bytes.Buffer
	log := audit.New(audit.Config{
		Store: store, Keys: testkit.Keys("a"), Now: func() time.Time { return start },
		Log: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	record(t, log, 2)
	page, err := log.Page(t.Context(), audit.Filter{}, 10)
	if err != nil || len(page) != 2 {
		t.Fatalf("%d entries, %v", len(page), err)
	}
	newest, oldest := page[0], page[1]
	want := audit.Entry{
		Seq: 2, At: time.Date(2031, 3, 4, 5, 6, 7, 891_000_000, time.UTC), Event: reset("+16125550142"),
		Prev: oldest.MAC, Key: "a", MAC: newest.MAC,
	}
	check.Same(t, newest, want)
	if oldest.Seq != 1 || oldest.Prev != nil || len(oldest.MAC) != 32 || bytes.Equal(oldest.MAC, newest.MAC) {
		t.Errorf("the first is %+v", oldest)
	}
	for _, e := range page {
		line := fmt.Sprintf("level=INFO msg=\"recorded in the audit\" seq=%d mac=", e.Seq)
		if !strings.Contains(logged.String(), line) || !strings.Contains(logged.String(), base64.StdEncoding.EncodeToString(e.MAC)) {
			t.Errorf("log %s lacks entry %d", logged.String(), e.Seq)
		}
	}
	if strings.Contains(logged.String(), "ann") || strings.Contains(logged.String(), "612") {
		t.Errorf("the log tells who did what: %s", logged.String())
	}
}

// TestEntriesStayTheSame holds the form in which entries are stored, as they must be provable
// for a year by later releases.
func TestEntriesStayTheSame(t *testing.T) {
	store := newPlaces()
	record(t, logOn(store, testkit.Keys("a")), 2)
	const want = `{"v":1,"seq":2,"at":"2031-03-04T05:06:07.891Z","action":"pin-reset","by":"ann","via":"console",` +
		`"from":"203.0.113.7","subject":"+16125550142","detail":"¿forgotten? \u003cb\u003e\"\\",` +
		`"prev":"%s","key":"a","mac":"%s"}`
	page, err := logOn(store, testkit.Keys("a")).Page(t.Context(), audit.Filter{}, 1)
	check.OK(t, err)
	text := base64.StdEncoding.EncodeToString
	if got := string(store.lines[2]); got != fmt.Sprintf(want, text(page[0].Prev), text(page[0].MAC)) {
		t.Errorf("stored as %s", got)
	}
}

func TestRecordClips(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	event := reset("agent bob")
	event.From, event.Detail = strings.Repeat("9", 100), "one\ntwo\x1b[2J\xff\u202e"+strings.Repeat("ü", 400)
	check.OK(t, log.Record(t.Context(), event))
	page, err := log.Page(t.Context(), audit.Filter{}, 1)
	check.OK(t, err)
	if want := strings.Repeat("9", 64); page[0].From != want {
		t.Errorf("from %q", page[0].From)
	}
	if want := "onetwo[2J" + strings.Repeat("ü", 291); page[0].Detail != want {
		t.Errorf("detail %q", page[0].Detail)
	}
	if len(store.lines[1]) > audit.MaxLine {
		t.Errorf("%d bytes", len(store.lines[1]))
	}
}

func TestRecordRefuses(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	for name, spoil := range map[string]func(*audit.Event){
		"no action":            func(e *audit.Event) { e.Action = "" },
		"an unknown action":    func(e *audit.Event) { e.Action = "danced" },
		"nobody":               func(e *audit.Event) { e.By = "" },
		"a long name":          func(e *audit.Event) { e.By = strings.Repeat("x", 101) },
		"a name of two lines":  func(e *audit.Event) { e.By = "hunter2\nx" },
		"no way":               func(e *audit.Event) { e.Via = "" },
		"an unknown way":       func(e *audit.Event) { e.Via = "pigeon" },
		"a subject not UTF-8":  func(e *audit.Event) { e.Subject = "\xff" },
		"a subject too long":   func(e *audit.Event) { e.Subject = strings.Repeat("x", 101) },
		"a subject that hides": func(e *audit.Event) { e.Subject = "agent\u202ebob" },
	} {
		t.Run(name, func(t *testing.T) {
			event := reset("agent bob")
			spoil(&event)
			err := log.Record(t.Context(), event)
			if !errors.Is(err, audit.ErrInvalidEvent) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v", err)
			}
		})
	}
	if len(store.lines) != 0 {
		t.Error("something was recorded")
	}
}

func TestActions(t *testing.T) {
	log, seen := logOn(newPlaces(), testkit.Keys("a")), make(map[audit.Action]bool)
	for _, action := range audit.Actions() {
		if err := log.Record(t.Context(), audit.Event{Action: action, By: audit.BySystem, Via: audit.ViaSystem}); err != nil || seen[action] {
			t.Errorf("%s: %v, seen %t", action, err, seen[action])
		}
		seen[action] = true
	}
}

// TestRecordAfterTampering holds that a head which isn't as it was left is not sealed again.
func TestRecordAfterTampering(t *testing.T) {
	for name, test := range map[string]struct {
		do   func(head []byte) []byte
		want error
	}{
		"changed": {func(head []byte) []byte { return bytes.Replace(head, []byte(`"seq":3`), []byte(`"seq":2`), 1) }, audit.ErrTampered},
		"longer":  {func(head []byte) []byte { return append(head, ' ') }, audit.ErrTampered},
		"garbage": {func([]byte) []byte { return []byte("3") }, audit.ErrUnreadable},
		"newer":   {func(head []byte) []byte { return bytes.Replace(head, []byte(`"v":1`), []byte(`"v":2`), 1) }, audit.ErrUnreadable},
		"of another key": {func(head []byte) []byte {
			return bytes.Replace(head, []byte(`"key":"a"`), []byte(`"key":"z"`), 1)
		}, secret.ErrUnknownKey},
	} {
		t.Run(name, func(t *testing.T) {
			store := newPlaces()
			log := logOn(store, testkit.Keys("a"))
			record(t, log, 3)
			store.head = test.do(bytes.Clone(store.head))
			before := store.copied()
			check.Is(t, log.Record(t.Context(), reset("")), test.want)
			if !bytes.Equal(before.head, store.head) || len(store.lines) != 3 {
				t.Error("something was recorded")
			}
		})
	}
}

func TestRecordWithoutKeys(t *testing.T) {
	check.Is(t, logOn(newPlaces(), secret.Keyring{}).Record(t.Context(), reset("")), secret.ErrUnknownKey)
}

func TestRecordFailsWithTheStore(t *testing.T) {
	store := newPlaces()
	store.down = errDown
	check.Is(t, logOn(store, testkit.Keys("a")).Record(t.Context(), reset("")), errDown)
}

// hanging is a store that never answers.
type hanging struct{ audit.Store }

func (hanging) Head(ctx context.Context) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// behind is a store on which others are always quicker.
type behind struct{ audit.Store }

func (behind) Append(context.Context, []audit.Stored, []byte, []byte) error { return storage.ErrStale }

// TestRecordEnds holds that a hundred events at once fail within three seconds, all of them,
// when the store hangs, or when others are always quicker.
func TestRecordEnds(t *testing.T) {
	for name, test := range map[string]struct {
		store audit.Store
		want  error
	}{
		"hanging": {hanging{}, context.DeadlineExceeded},
		"behind":  {behind{newPlaces()}, storage.ErrContended},
	} {
		t.Run(name, func(t *testing.T) {
			keys := testkit.Keys("a")
			synctest.Test(t, func(t *testing.T) {
				log, began := logOn(test.store, keys), time.Now()
				check.AtOnce(100, func(int) {
					check.Is(t, log.Record(t.Context(), reset("")), test.want)
				})
				if took := time.Since(began); took > audit.Within {
					t.Errorf("it took %v", took)
				}
				time.Sleep(audit.Within) // by then the log itself has given up
			})
		})
	}
}

// TestServersAtOnce has eight servers record the same at the same moment: none is lost, and no
// two take one place.
func TestServersAtOnce(t *testing.T) {
	store := testkit.Redis(t).Audit()
	var group sync.WaitGroup
	for range 8 {
		log := logOn(store, testkit.Keys("a"))
		for range 4 {
			group.Go(func() {
				for range 10 {
					check.Is(t, log.Record(t.Context(), reset("+16125550142")), nil)
				}
			})
		}
	}
	group.Wait()
	report, faults := verify(t, logOn(store, testkit.Keys("a")), nil)
	if faults != nil || report.Entries != 320 || report.Head.Seq != 320 {
		t.Errorf("%d entries, head %d, faults %q", report.Entries, report.Head.Seq, faults)
	}
}

// TestVerifyWhileOthersRecord holds that what is recorded, or trimmed, meanwhile is no fault.
func TestVerifyWhileOthersRecord(t *testing.T) {
	log, group := logOn(testkit.Redis(t).Audit(), testkit.Keys("a")), sync.WaitGroup{}
	group.Go(func() {
		for range 100 {
			check.Is(t, log.Record(t.Context(), reset("")), nil)
		}
	})
	for range 20 {
		if _, faults := verify(t, log, nil); faults != nil {
			t.Errorf("found %q", faults)
		}
	}
	group.Wait()
}

// first is a store into which somebody records the first entry between two questions.
type first struct {
	redisstore.Audit
	record func()
}

func (f *first) Read(ctx context.Context, from int64, most int) ([]audit.Stored, error) {
	if record := f.record; record != nil {
		f.record = nil
		record()
	}
	return f.Audit.Read(ctx, from, most)
}

// TestVerifyWhileTheFirstIsRecorded holds the same of an audit that was empty when it began.
func TestVerifyWhileTheFirstIsRecorded(t *testing.T) {
	store := &first{Audit: testkit.Redis(t).Audit()}
	log := logOn(store, testkit.Keys("a"))
	store.record = func() { record(t, log, 3) }
	if report, faults := verify(t, log, nil); faults != nil || report.Entries != 3 || report.Head.Seq != 3 {
		t.Errorf("%d entries, head %d, faults %q", report.Entries, report.Head.Seq, faults)
	}
}
