package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/audit"
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
