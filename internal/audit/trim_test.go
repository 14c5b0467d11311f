package audit_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/audit"
)

// years is an audit of entries a day apart, the last of which is of the present.
func years(t *testing.T, store audit.Store, days int) (*audit.Log, time.Time) {
	t.Helper()
	at := start.AddDate(0, 0, -days)
	log := audit.New(audit.Config{Store: store, Keys: ring(t, "a"), Now: func() time.Time { return at }})
	for range days {
		at = at.AddDate(0, 0, 1)
		record(t, log, 1)
	}
	return log, at
}

var operator = audit.Event{By: "command line: root", Via: audit.ViaCommandLine}

func TestTrim(t *testing.T) {
	store := newPlaces()
	const days = 2*audit.MaxRead + 300
	log, now := years(t, store, days)
	kept := store.copied()
	before := now.AddDate(-1, 0, 0)
	gone, err := log.Trim(t.Context(), before, operator)
	if err != nil || gone != days-366 {
		t.Fatalf("%d gone, %v", gone, err)
	}
	report, faults := verify(t, log, nil)
	if faults != nil || report.Trimmed != gone || report.Entries != 367 || report.First.Seq != gone+1 {
		t.Fatalf("faults %q, %d trimmed, %d kept from %d", faults, report.Trimmed, report.Entries, report.First.Seq)
	}
	if report.First.At.Before(before.Truncate(time.Millisecond)) {
		t.Errorf("the first that is kept is of %v", report.First.At)
	}
	for seq := gone + 1; seq <= days; seq++ {
		if !bytes.Equal(store.lines[seq], kept.lines[seq]) {
			t.Fatalf("entry %d became another", seq)
		}
	}
	last := report.Last
	if last.Action != audit.AuditTrimmed || last.By != "command line: root" ||
		!strings.Contains(last.Detail, "entries 1 to 934, before 2030-03-04T05:06:07Z, the last with MAC "+
			base64.StdEncoding.EncodeToString(report.First.Prev)) {
		t.Errorf("the last entry is %+v", last)
	}
	if gone, err := log.Trim(t.Context(), before, operator); gone != 0 || err != nil {
		t.Errorf("then %d more, %v", gone, err)
	}
	if store.lines[days+2] != nil {
		t.Error("that nothing was trimmed is recorded")
	}
	record(t, log, 3)
	if _, faults := verify(t, log, nil); faults != nil {
		t.Errorf("then %q", faults)
	}
}

func TestAnchorsOfTrimmedEntries(t *testing.T) {
	store := newPlaces()
	log, now := years(t, store, 400)
	old := func(seq int64) *audit.Anchor {
		page, err := log.Page(t.Context(), audit.Filter{Before: seq + 1}, 1)
		if err != nil || page[0].Seq != seq {
			t.Fatal(err)
		}
		return &audit.Anchor{Seq: seq, MAC: page[0].MAC}
	}
	long, last, first := old(1), old(34), old(35)
	if gone, err := log.Trim(t.Context(), now.AddDate(-1, 0, 0), operator); gone != 34 || err != nil {
		t.Fatalf("%d gone, %v", gone, err)
	}
	for _, anchor := range []*audit.Anchor{last, first} {
		if _, faults := verify(t, log, anchor); faults != nil {
			t.Errorf("with head %d: %q", anchor.Seq, faults)
		}
		anchor.MAC = long.MAC
		if report, _ := verify(t, log, anchor); len(report.Faults) != 1 || report.Faults[0].Kind != audit.Forked {
			t.Errorf("with another head %d: %v", anchor.Seq, report.Faults)
		}
	}
	if _, faults := verify(t, log, long); len(faults) != 1 || faults[0] != "entry 1: missing: it was trimmed: compare with a newer head" {
		t.Errorf("with head 1: %q", faults)
	}
}

func TestTrimRefuses(t *testing.T) {
	store := newPlaces()
	log, now := years(t, store, 400)
	if _, err := log.Trim(t.Context(), now.AddDate(-1, 0, 1), operator); !errors.Is(err, audit.ErrTooRecent) {
		t.Errorf("error %v, want ErrTooRecent", err)
	}
	for _, seq := range []int64{3, 390} {
		line := store.lines[seq]
		replace(store, seq, "ann", "bob")
		if _, err := log.Trim(t.Context(), now.AddDate(-1, 0, 0), operator); !errors.Is(err, audit.ErrFaulty) {
			t.Errorf("error %v, want ErrFaulty", err)
		}
		store.lines[seq] = line
	}
	if _, err := log.Trim(t.Context(), now.AddDate(-1, 0, 0), audit.Event{}); !errors.Is(err, audit.ErrInvalidEvent) {
		t.Errorf("error %v, want ErrInvalidEvent", err)
	}
	if len(store.lines) != 400 {
		t.Errorf("%d entries are left", len(store.lines))
	}
	if gone, err := logOn(newPlaces(), ring(t, "a")).Trim(t.Context(), start.AddDate(-2, 0, 0), operator); gone != 0 || err != nil {
		t.Errorf("of an empty audit %d went, %v", gone, err)
	}
}

// TestTrimKeepsWhatIsYounger holds that an entry of a clock that went wrong keeps those after it.
func TestTrimKeepsWhatIsYounger(t *testing.T) {
	at, store := start, newPlaces()
	log := audit.New(audit.Config{Store: store, Keys: ring(t, "a"), Now: func() time.Time { return at }})
	for _, days := range []int{-500, -499, 0, -498, -1} {
		at = start.AddDate(0, 0, days)
		record(t, log, 1)
	}
	at = start
	if gone, err := log.Trim(t.Context(), start.AddDate(-1, 0, 0), operator); gone != 2 || err != nil {
		t.Errorf("%d gone, %v", gone, err)
	}
}

// TestTrimUnderGoneKeys holds that what can't be proved to be old stays until its key is back.
func TestTrimUnderGoneKeys(t *testing.T) {
	store := newPlaces()
	_, now := years(t, store, 400)
	log := audit.New(audit.Config{Store: store, Keys: ring(t, "b", "a"), Now: func() time.Time { return now }})
	record(t, log, 1)
	before := now.AddDate(-1, 0, 0)
	without := audit.New(audit.Config{Store: store, Keys: ring(t, "b"), Now: func() time.Time { return now }})
	if _, err := without.Trim(t.Context(), before, operator); !errors.Is(err, audit.ErrFaulty) {
		t.Errorf("error %v, want ErrFaulty", err)
	}
	if gone, err := log.Trim(t.Context(), before, operator); gone != 34 || err != nil {
		t.Errorf("%d gone, %v", gone, err)
	}
}

// TestTheHeadOfATrimmedAuditIsRemoved holds that this is found, that the entries are, and that no
// other audit is begun beside them.
func TestTheHeadOfATrimmedAuditIsRemoved(t *testing.T) {
	store := newPlaces()
	log, now := years(t, store, 2*audit.MaxRead+300)
	if _, err := log.Trim(t.Context(), now.AddDate(-1, 0, 0), operator); err != nil {
		t.Fatal(err)
	}
	for name, head := range map[string][]byte{"removed": nil, "changed": []byte("{}")} {
		store.head = head
		report, faults := verify(t, log, nil)
		if len(faults) != 1 || !strings.HasPrefix(faults[0], "the head: ") || report.Entries != 367 || report.First.Seq != 935 {
			t.Errorf("%s: %q, %d entries from %d", name, faults, report.Entries, report.First.Seq)
		}
		var out bytes.Buffer
		if count, err := log.Export(t.Context(), &out, time.Time{}); count != 367 || err != nil {
			t.Errorf("%s: %d exported, %v", name, count, err)
		}
		if err := log.Record(t.Context(), reset("")); err == nil {
			t.Errorf("%s: recorded", name)
		}
	}
	store.head = nil
	if err := log.Record(t.Context(), reset("")); !errors.Is(err, audit.ErrTampered) || len(store.lines) != 367 {
		t.Errorf("error %v, want ErrTampered; %d entries", err, len(store.lines))
	}
}
