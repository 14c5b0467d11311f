package audit_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"updatecenter/internal/audit"
)

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
			log := logOn(store, ring(t, "a"))
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
	log := logOn(store, ring(t, "a"))
	record(t, log, 3)
	var to file
	for _, keys := range []string{"a", "b"} {
		if _, err := logOn(store, ring(t, keys)).Begin(t.Context(), &to, byRoot, false); !errors.Is(err, audit.ErrSound) || to.Len() > 0 {
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
	log := logOn(store, ring(t, "a"))
	record(t, log, 3)
	store.head = nil
	begun := make(chan audit.Entry, 100)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			first, err := log.Begin(t.Context(), &file{}, byRoot, false)
			switch {
			case err == nil:
				begun <- first
			case !errors.Is(err, audit.ErrBehind) && !errors.Is(err, audit.ErrSound):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if report, faults := verify(t, log, nil); len(begun) != 1 || report.Entries != 1 || faults != nil {
		t.Errorf("%d have begun, %d entries, %q", len(begun), report.Entries, faults)
	}
}

// TestVerifyFile finds what was done to an export of many entries.
func TestVerifyFile(t *testing.T) {
	store := newPlaces()
	log := logOn(store, ring(t, "a"))
	record(t, log, 3*audit.MaxRead)
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
