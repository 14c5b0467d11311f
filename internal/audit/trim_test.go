package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// years is an audit of entries a day apart, the last of which is of the present.
func years(t *testing.T, store audit.Store, days int) (*audit.Log, time.Time) {
	t.Helper()
	at := start.AddDate(0, 0, -days)
	log := audit.New(audit.Config{Store: store, Keys: testkit.Keys("a"), Now: func() time.Time { return at }})
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
	if gone, err := logOn(newPlaces(), testkit.Keys("a")).Trim(t.Context(), start.AddDate(-2, 0, 0), operator); gone != 0 || err != nil {
		t.Errorf("of an empty audit %d went, %v", gone, err)
	}
}

// TestTrimKeepsWhatIsYounger holds that an entry of a clock that went wrong keeps those after it.
func TestTrimKeepsWhatIsYounger(t *testing.T) {
	at, store := start, newPlaces()
	log := audit.New(audit.Config{Store: store, Keys: testkit.Keys("a"), Now: func() time.Time { return at }})
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
	log := audit.New(audit.Config{Store: store, Keys: testkit.Keys("b", "a"), Now: func() time.Time { return now }})
	record(t, log, 1)
	before := now.AddDate(-1, 0, 0)
	without := audit.New(audit.Config{Store: store, Keys: testkit.Keys("b"), Now: func() time.Time { return now }})
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

// file is one in memory.
type file struct {
	bytes.Buffer
	synced bool
}

func (f *file) Sync() error { f.synced = true; return nil }

var byRoot = audit.Event{By: "command line: root", Via: audit.ViaCommandLine, From: "root"}

// TestBegin begins another audit after each kind of damage, and verifies it and the file.
func TestBegin(t *testing.T) {
	for name, test := range map[string]struct {
		damage func(*places)
		last   int64    // the last true entry
		faults []string // in the file
	}{
		"no head":           {func(p *places) { p.head = nil }, 7, nil},
		"a damaged head":    {func(p *places) { p.head = []byte("{") }, 7, nil},
		"another's head":    {func(p *places) { p.head = bytes.Replace(p.head, []byte(`"seq":7`), []byte(`"seq":6`), 1) }, 7, nil},
		"a changed entry":   {func(p *places) { p.lines[3] = []byte(strings.Replace(string(p.lines[3]), "ann", "bob", 1)) }, 7, []string{"entry 3: changed"}},
		"a damaged entry":   {func(p *places) { p.lines[7] = []byte("{") }, 6, []string{"entry 7: unreadable"}},
		"an entry is gone":  {func(p *places) { delete(p.lines, 4) }, 7, []string{"entry 4: missing"}},
		"a place is filled": {func(p *places) { p.lines[8] = []byte("x") }, 7, []string{"entry 8: unreadable"}},
	} {
		t.Run(name, func(t *testing.T) {
			store := newPlaces()
			log := logOn(store, testkit.Keys("a"))
			record(t, log, 7)
			whole, _ := verify(t, log, nil)
			test.damage(store)
			var to file
			first, err := log.Begin(t.Context(), &to, byRoot, false)
			if err != nil || !to.synced {
				t.Fatal(err, to.synced)
			}
			sum := fmt.Sprintf("%x", sha256.Sum256(to.Bytes()))
			if first.Action != audit.AuditBegun || first.By != byRoot.By || !strings.Contains(first.Detail, sum) ||
				!strings.Contains(first.Detail, fmt.Sprintf("newest unchanged one %d:", test.last)) || !strings.HasSuffix(first.Detail, "before:20310304T050607.891Z") {
				t.Errorf("begun by %+v", first.Event)
			}
			if test.last == 7 && !strings.Contains(first.Detail, whole.Head.String()) {
				t.Errorf("the last true entry was %s: %s", whole.Head, first.Detail)
			}
			record(t, log, 2)
			report, faults := verify(t, log, nil)
			if report.Entries != 3 || report.First.Action != audit.AuditBegun || faults != nil {
				t.Errorf("%d entries, %q", report.Entries, faults)
			}
			for _, seq := range []int64{1, 7} { // a head of the audit before
				_, faults = verify(t, log, &audit.Anchor{Seq: seq, MAC: whole.Head.MAC})
				if len(faults) != 1 || !strings.HasSuffix(faults[0], "; or the anchor is of the audit before the one begun at 2031-03-04T05:06:07Z") {
					t.Errorf("entry %d of the audit before: %q", seq, faults)
				}
			}
			fileReport, fileSum, err := log.VerifyFile(t.Context(), bytes.NewReader(to.Bytes()))
			got := []string(nil)
			for _, f := range fileReport.Faults {
				got = append(got, f.String())
			}
			if err != nil || fileSum != sum || !slices.Equal(got, test.faults) {
				t.Errorf("the file: %q, %v", got, err)
			}
		})
	}
}

// TestBeginRefuses an audit that is not damaged, and one of which only a key is not known.
func TestBeginRefuses(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	record(t, log, 3)
	var to file
	for _, keys := range []string{"a", "b"} {
		if _, err := logOn(store, testkit.Keys(keys)).Begin(t.Context(), &to, byRoot, false); !errors.Is(err, audit.ErrSound) || to.Len() > 0 {
			t.Errorf("under %s: %v, %d bytes", keys, err, to.Len())
		}
	}
	if _, err := log.Begin(t.Context(), &to, audit.Event{}, true); !errors.Is(err, audit.ErrInvalidEvent) {
		t.Errorf("begun by nobody: %v", err)
	}
	store.down = errDown
	if _, err := log.Begin(t.Context(), &to, byRoot, true); !errors.Is(err, errDown) {
		t.Errorf("without a store: %v", err)
	}
	store.down = nil
	if report, faults := verify(t, log, nil); report.Entries != 3 || faults != nil {
		t.Errorf("%d entries, %q", report.Entries, faults)
	}
	if _, err := log.Begin(t.Context(), &to, byRoot, true); err != nil {
		t.Errorf("anyway: %v", err)
	}
}

// TestBeginAtOnce has a hundred begin after one damaged audit.
func TestBeginAtOnce(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	record(t, log, 3)
	store.head = nil
	begun := make(chan audit.Entry, 100)
	check.AtOnce(100, func(int) {
		first, err := log.Begin(t.Context(), &file{}, byRoot, false)
		switch {
		case err == nil:
			begun <- first
		case !errors.Is(err, storage.ErrStale) && !errors.Is(err, audit.ErrSound):
			t.Error(err)
		}
	})
	if report, faults := verify(t, log, nil); len(begun) != 1 || report.Entries != 1 || faults != nil {
		t.Errorf("%d have begun, %d entries, %q", len(begun), report.Entries, faults)
	}
}

// TestVerifyFile finds what was done to an export of many entries.
func TestVerifyFile(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	recordMany(t, log, 2*audit.MaxRead+100)
	var whole bytes.Buffer
	if _, err := log.Export(t.Context(), &whole, start.AddDate(-1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole.Bytes(), []byte("\n"))
	for name, test := range map[string]struct {
		lines [][]byte
		want  string
	}{
		"whole":              {lines, "[]"},
		"its end":            {lines[700:], "[]"},
		"a line removed":     {slices.Concat(lines[:9], lines[10:]), "[entry 10: missing]"},
		"a line added":       {slices.Concat(lines[:9], [][]byte{[]byte("x\n")}, lines[9:]), ""},
		"many lines removed": {slices.Concat(lines[:9], lines[800:]), ""},
		"a line too long":    {slices.Concat(lines[:9], [][]byte{bytes.Repeat([]byte("x"), 9*audit.MaxLine), []byte("\n")}, lines[10:]), ""},
		"nothing":            {nil, "[]"},
	} {
		report, _, err := log.VerifyFile(t.Context(), bytes.NewReader(bytes.Join(test.lines, nil)))
		if got := fmt.Sprint(report.Faults); err != nil || test.want != "" && got != test.want || test.want == "" && report.Intact() {
			t.Errorf("%s: %.300s, %v", name, got, err)
		}
	}
}
