package audit_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// stored is what an export should be.
func (p *places) stored(from, to int64) string {
	var all bytes.Buffer
	for seq := from; seq <= to; seq++ {
		if line := p.lines[seq]; line != nil {
			all.Write(append(slices.Clone(line), '\n'))
		}
	}
	return all.String()
}

func TestExport(t *testing.T) {
	store := newPlaces()
	const days = audit.MaxRead + 20
	log, now := years(t, store, days)
	for since, from := range map[time.Time]int64{
		{}: 1, now: days, now.AddDate(0, 0, -9): days - 9, now.Add(time.Hour): days + 1,
	} {
		var out strings.Builder
		count, err := log.Export(t.Context(), &out, since)
		if err != nil || int64(count) != days-from+1 || out.String() != store.stored(from, days) {
			t.Errorf("since %v: %d entries, %v", since, count, err)
		}
	}
}

// TestExportOfDamaged holds that all that can be found is exported, whatever was done to it,
// and without keys.
func TestExportOfDamaged(t *testing.T) {
	for name, test := range damages {
		t.Run(name, func(t *testing.T) {
			store := newPlaces()
			record(t, logOn(store, testkit.Keys("a")), 9)
			test.do(store)
			for who, keys := range map[string]secret.Keyring{"with keys": testkit.Keys("a"), "without": {}} {
				var out strings.Builder
				if _, err := logOn(store, keys).Export(t.Context(), &out, time.Time{}); err != nil {
					t.Errorf("%s: %v", who, err)
				}
				if diff := cmp.Diff(store.stored(1, 10), out.String()); diff != "" {
					t.Errorf("%s (-want +got)\n%s", who, diff)
				}
			}
		})
	}
}

// broken is a file that can't be written.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errDown }

func TestExportFails(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	record(t, log, 1)
	if _, err := log.Export(t.Context(), broken{}, time.Time{}); !errors.Is(err, errDown) {
		t.Errorf("error %v", err)
	}
	store.down = errDown
	if _, err := log.Export(t.Context(), io.Discard, time.Time{}); !errors.Is(err, errDown) {
		t.Errorf("error %v", err)
	}
}

func TestPage(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	const count = audit.MaxRead + 40
	for n := range count {
		event := reset("+16125550142")
		if n%2 == 1 {
			event.Action, event.Subject = audit.LookedUp, "+16125550143"
		}
		if n%100 == 0 {
			event.By = "bob"
		}
		check.OK(t, log.Record(t.Context(), event))
	}
	replace(store, 539, "ann", "eve")
	store.lines[537] = store.lines[535]
	store.lines[536] = []byte("{")
	for name, test := range map[string]struct {
		filter audit.Filter
		limit  int
		want   []int64
	}{
		"all":          {audit.Filter{}, 4, []int64{540, 538, 535, 534}},
		"before":       {audit.Filter{Before: 503}, 4, []int64{502, 501, 500, 499}},
		"far before":   {audit.Filter{Before: 3}, 4, []int64{2, 1}},
		"before all":   {audit.Filter{Before: 1}, 4, nil},
		"beyond all":   {audit.Filter{Before: 9999}, 1, []int64{540}},
		"by":           {audit.Filter{By: "bob"}, 100, []int64{501, 401, 301, 201, 101, 1}},
		"by nobody":    {audit.Filter{By: "eve"}, 100, nil},
		"subject":      {audit.Filter{Subject: "+16125550143"}, 2, []int64{540, 538}},
		"action":       {audit.Filter{Action: audit.PINReset}, 2, []int64{535, 533}},
		"both":         {audit.Filter{Action: audit.LookedUp, By: "bob"}, 2, nil},
		"none":         {audit.Filter{}, 0, nil},
		"less than no": {audit.Filter{}, -1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := log.Page(t.Context(), test.filter, test.limit)
			check.OK(t, err)
			var got []int64
			for _, e := range page {
				got = append(got, e.Seq)
			}
			check.Same(t, got, test.want)
		})
	}
	if page, err := log.Page(t.Context(), audit.Filter{}, 1_000_000); err != nil || len(page) != audit.MaxPage {
		t.Errorf("%d entries, %v", len(page), err)
	}
}

// TestPageReach holds that a page which finds nothing doesn't read everything.
func TestPageReach(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	recordMany(t, log, audit.Reach+1)
	first := audit.Filter{Subject: "+16125550142", Before: audit.Reach + 1}
	remove(store, 2, audit.Reach+1)
	if page, err := log.Page(t.Context(), audit.Filter{}, 1); err != nil || len(page) != 0 {
		t.Errorf("%d entries, %v", len(page), err)
	}
	if page, err := log.Page(t.Context(), first, 1); err != nil || len(page) != 1 {
		t.Errorf("%d entries, %v", len(page), err)
	}
}

func TestAnchor(t *testing.T) {
	mac := strings.Repeat("A", 43) + "="
	for _, text := range []string{"1:" + mac, "9223372036854775807:" + mac} {
		if a, err := audit.ParseAnchor(text); err != nil || a.String() != text {
			t.Errorf("%s was read as %s, %v", text, a, err)
		}
	}
	for _, text := range []string{
		"", ":", "1", mac, "1:", "0:" + mac, "-1:" + mac, "x:" + mac, "1:" + mac[1:], "1:" + mac + "x", "1: " + mac,
		"9223372036854775808:" + mac, "1:" + strings.Repeat("A", 44), "1:" + strings.Repeat("A", 42) + "B=",
	} {
		if _, err := audit.ParseAnchor(text); !errors.Is(err, audit.ErrInvalidAnchor) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzAnchor holds that an anchor that is read is written so that it is read again.
func FuzzAnchor(f *testing.F) {
	for _, seed := range []string{"", "1:" + strings.Repeat("A", 43) + "=", "007:" + strings.Repeat("+", 42) + "8="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := audit.ParseAnchor(text)
		if err != nil {
			return
		}
		if again, err := audit.ParseAnchor(a.String()); err != nil || !cmp.Equal(a, again) {
			t.Errorf("%q was read as %s", text, a)
		}
	})
}

// FuzzVerify holds that no bytes of an entry or of the head are a panic, and none but the true
// ones pass.
func FuzzVerify(f *testing.F) {
	for _, seed := range []string{"", "{}", "null", `{"v":1}`, `{"v":2}`, `{"v":1,"first":1,"seq":9223372036854775807}`, `[`} {
		f.Add([]byte(seed), []byte(seed))
	}
	store := newPlaces()
	record(f, audit.New(audit.Config{ // alike in each process that takes part
		Store: store, Keys: testkit.Keys("a"), Now: func() time.Time { return start }, Random: bytes.NewReader(make([]byte, 100)),
	}), 3)
	line, head := store.lines[2], store.head
	f.Add(slices.Clone(line), slices.Clone(head))
	f.Fuzz(func(t *testing.T, otherLine, otherHead []byte) {
		damaged := store.copied()
		damaged.lines[2], damaged.head = otherLine, otherHead
		report, _ := verify(t, logOn(damaged, testkit.Keys("a")), nil)
		if report.Intact() != (bytes.Equal(line, otherLine) && bytes.Equal(head, otherHead)) {
			t.Errorf("line %q and head %q: %v", otherLine, otherHead, report.Faults)
		}
		if _, err := logOn(damaged, testkit.Keys("a")).Page(t.Context(), audit.Filter{}, 10); err != nil && bytes.Equal(head, otherHead) {
			t.Error(err)
		}
	})
}
