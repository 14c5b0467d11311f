package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/audit"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func TestVerifyIntact(t *testing.T) {
	log, recorded := logOn(newPlaces(), testkit.Keys("a")), 0
	for _, count := range []int{0, 1, 2, audit.MaxRead, audit.MaxRead + 1, 2*audit.MaxRead + 7} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			recordMany(t, log, count-recorded)
			recorded = count
			report, faults := verify(t, log, nil)
			if faults != nil || !report.Intact() || report.Entries != int64(count) || report.Head.Seq != int64(count) {
				t.Fatalf("faults %q, %d entries, head %d", faults, report.Entries, report.Head.Seq)
			}
			if count == 0 {
				return
			}
			if report.First.Seq != 1 || report.Last.Seq != int64(count) || !bytes.Equal(report.Last.MAC, report.Head.MAC) {
				t.Errorf("from %d to %d", report.First.Seq, report.Last.Seq)
			}
			if _, faults := verify(t, log, &report.Head); faults != nil {
				t.Errorf("with its own head: %q", faults)
			}
		})
	}
}

// damages are what somebody does who can write to the store and has no key, to an audit of nine
// entries, and what is told of it. With each goes the head that was kept before.
var damages = map[string]struct {
	do   func(p *places)
	want []string
}{
	"an event is changed": {func(p *places) { replace(p, 4, `"ann"`, `"bob"`) }, []string{"entry 4: changed"}},
	"a time is changed":   {func(p *places) { replace(p, 1, "2031", "2030") }, []string{"entry 1: changed"}},
	"a MAC is changed":    {func(p *places) { replace(p, 4, `"mac":"`, `"mac":"AAAA`) }, []string{"entry 4: changed"}},
	"a link is changed":   {func(p *places) { replace(p, 4, `"prev":"`, `"prev":"AAAA`) }, []string{"entry 4: changed"}},
	"a field is added":    {func(p *places) { replace(p, 4, `{"v"`, `{"note":"x","v"`) }, []string{"entry 4: changed"}},
	"a space is added":    {func(p *places) { replace(p, 9, `{"v"`, `{ "v"`) }, []string{"entry 9: changed"}},
	"a key is renamed": {
		func(p *places) { replace(p, 4, `"key":"a"`, `"key":"zz"`) },
		[]string{"entry 4: key-gone: its key, zz, is not in the key ring"},
	},
	"a key's name is no name": {
		func(p *places) { replace(p, 4, `"key":"a"`, `"key":"\u001b[2J"`) },
		[]string{"entry 4: key-gone: its key, (none), is not in the key ring"},
	},
	"an entry is no JSON":     {func(p *places) { p.lines[4] = []byte("\x00{") }, []string{"entry 4: unreadable"}},
	"an entry is nothing":     {func(p *places) { p.lines[4] = []byte{} }, []string{"entry 4: unreadable"}},
	"an entry is newer":       {func(p *places) { replace(p, 4, `{"v":1`, `{"v":2`) }, []string{"entry 4: unreadable"}},
	"one is removed":          {func(p *places) { delete(p.lines, 4) }, []string{"entry 4: missing"}},
	"the first is removed":    {func(p *places) { delete(p.lines, 1) }, []string{"entry 1: missing"}},
	"several are removed":     {func(p *places) { remove(p, 3, 6) }, []string{"entries 3 to 6: missing"}},
	"the last is removed":     {func(p *places) { delete(p.lines, 9) }, []string{"entry 9: cut"}},
	"the tail is removed":     {func(p *places) { remove(p, 7, 9) }, []string{"entries 7 to 9: cut"}},
	"all entries are removed": {func(p *places) { remove(p, 1, 9) }, []string{"entries 1 to 9: cut"}},
	"those after one are moved up": {func(p *places) {
		for seq := int64(4); seq < 9; seq++ {
			p.lines[seq] = p.lines[seq+1]
		}
		delete(p.lines, 9)
	}, []string{
		"entry 4: reordered: entry 5 stands there", "entry 5: reordered: entry 6 stands there",
		"entry 6: reordered: entry 7 stands there", "entry 7: reordered: entry 8 stands there",
		"entry 8: reordered: entry 9 stands there", "entry 9: cut",
	}},
	"two are swapped": {
		func(p *places) { p.lines[3], p.lines[6] = p.lines[6], p.lines[3] },
		[]string{"entry 3: reordered: entry 6 stands there", "entry 6: reordered: entry 3 stands there"},
	},
	"one is put in another's place": {
		func(p *places) { p.lines[6] = p.lines[3] }, []string{"entry 6: reordered: entry 3 stands there"},
	},
	"one is repeated at the end": {
		func(p *places) { p.lines[10] = p.lines[9] }, []string{"entry 10: cut: the head was set back before it"},
	},
	"the tail is replaced under another key": {func(p *places) {
		other := otherHistory(p)
		for seq := int64(6); seq <= 9; seq++ {
			p.lines[seq] = bytes.Replace(other.lines[seq], []byte(`"key":"b"`), []byte(`"key":"a"`), 1)
		}
	}, []string{"entries 6 to 9: changed"}},
	"the head is removed": {func(p *places) { p.head = nil }, []string{"the head: missing"}},
	"the head is garbage": {func(p *places) { p.head = []byte("9") }, []string{"the head: unreadable"}},
	"the head is newer": {func(p *places) {
		p.head = bytes.Replace(p.head, []byte(`"v":1`), []byte(`"v":2`), 1)
	}, []string{"the head: unreadable"}},
	"the head is set back by hand": {func(p *places) {
		p.head = bytes.Replace(p.head, []byte(`"seq":9`), []byte(`"seq":8`), 1)
		delete(p.lines, 9)
	}, []string{"the head: changed", "entry 9: cut: the audit had this entry once, and now ends at 8"}},
	"the oldest are called trimmed": {func(p *places) {
		p.head = bytes.Replace(p.head, []byte(`"first":1`), []byte(`"first":4`), 1)
		remove(p, 1, 3)
	}, []string{"entries 1 to 3: missing", "the head: changed"}},
	"the head and all entries are removed": {func(p *places) {
		remove(p, 1, 9)
		p.head = nil
	}, []string{"the head: missing", "entry 9: cut: the audit had this entry once, and now ends at 0"}},
	"everything is removed": {func(p *places) {
		remove(p, 1, 9)
		p.head, p.low = nil, 0
	}, []string{"entry 9: cut: the audit had this entry once, and now ends at 0"}},
}

func TestVerifyFinds(t *testing.T) {
	for name, test := range damages {
		t.Run(name, func(t *testing.T) {
			store := newPlaces()
			log := logOn(store, testkit.Keys("a"))
			record(t, log, 9)
			kept, _ := verify(t, log, nil)
			before := store.copied()
			test.do(store)
			report, faults := verify(t, log, &kept.Head)
			check.Same(t, faults, test.want)
			if report.Intact() {
				t.Error("the report is called intact")
			}
			store.head, store.lines, store.low = before.head, before.lines, before.low
			if _, faults := verify(t, log, &kept.Head); faults != nil {
				t.Errorf("put back as it was: %q", faults)
			}
		})
	}
}

// TestVerifyFindsEntriesEverywhere damages entries of an audit that is longer than one read,
// one at a time: those around the ends of reads, and one between.
func TestVerifyFindsEntriesEverywhere(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	const count = audit.MaxRead + 3
	recordMany(t, log, count)
	for _, seq := range []int64{1, 2, 265, audit.MaxRead - 1, audit.MaxRead, audit.MaxRead + 1, count - 1, count} {
		line := store.lines[seq]
		for _, damage := range []struct {
			kind audit.Kind
			line []byte
		}{
			{audit.Changed, bytes.Replace(line, []byte(`"pin-reset"`), []byte(`"looked-up"`), 1)},
			{audit.Missing, nil},
			{audit.Reordered, store.lines[seq%count+1]},
		} {
			kind := damage.kind
			store.lines[seq] = damage.line
			if kind == audit.Missing && seq == count {
				kind = audit.Cut
			}
			report, _ := verify(t, log, nil)
			if len(report.Faults) != 1 || report.Faults[0].Seq != seq || report.Faults[0].Last != seq || report.Faults[0].Kind != kind {
				t.Fatalf("entry %d %s: %v", seq, kind, report.Faults)
			}
		}
		store.lines[seq] = line
	}
}

// TestOlderCopies holds that an older copy of the whole store is a true audit, and that a head
// which was kept elsewhere finds it, also once the copy has grown again.
func TestOlderCopies(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	record(t, log, 5)
	old := store.copied()
	record(t, log, 4)
	kept, _ := verify(t, log, nil)

	older := logOn(old, testkit.Keys("a"))
	if _, faults := verify(t, older, nil); faults != nil {
		t.Errorf("without a head: %q", faults)
	}
	_, faults := verify(t, older, &kept.Head)
	check.Same(t, faults, []string{"entry 9: cut: the audit had this entry once, and now ends at 5"})
	check.OK(t, older.Record(t.Context(), reset("+16125550199")))
	record(t, older, 4)
	_, faults = verify(t, older, &kept.Head)
	check.Same(t, faults, []string{"entry 9: forked: it is not the entry that was kept as head"})

	// And entries of both histories don't mix.
	for seq := int64(7); seq <= 10; seq++ {
		store.lines[seq] = old.lines[seq]
	}
	store.head = old.head
	_, faults = verify(t, log, nil)
	check.Same(t, faults, []string{"entry 7: forked: it does not follow the entry before it"})
}

// TestOlderHead holds that nothing is recorded over entries whose head was put back.
func TestOlderHead(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	record(t, log, 5)
	old := store.head
	record(t, log, 2)
	store.head = old
	_, faults := verify(t, log, nil)
	check.Same(t, faults, []string{"entry 6: cut: the head was set back before it"})
	if log.Record(t.Context(), reset("")) == nil {
		t.Error("recorded over an entry")
	}
}

// TestManyFaults holds that a report stays bounded.
func TestManyFaults(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	const count = 2*audit.MaxFaults + 20
	recordMany(t, log, count)
	for seq := int64(2); seq <= count; seq += 2 {
		replace(store, seq, "ann", "bob")
	}
	report, _ := verify(t, log, nil)
	if len(report.Faults) != audit.MaxFaults || report.More != 10 {
		t.Errorf("%d faults and %d more", len(report.Faults), report.More)
	}
}

func TestKeysAreReplaced(t *testing.T) {
	store := newPlaces()
	record(t, logOn(store, testkit.Keys("a")), 3)
	record(t, logOn(store, testkit.Keys("b", "a")), 3)
	both := logOn(store, testkit.Keys("c", "b", "a"))
	report, faults := verify(t, both, nil)
	if faults != nil || report.First.Key != "a" || report.Last.Key != "b" {
		t.Errorf("%q; from key %s to %s", faults, report.First.Key, report.Last.Key)
	}
	_, faults = verify(t, logOn(store, testkit.Keys("b")), nil)
	check.Same(t, faults, []string{"entries 1 to 3: key-gone: its key, a, is not in the key ring"})
	_, faults = verify(t, logOn(store, testkit.Keys("a")), nil)
	check.Same(t, faults, []string{
		"entries 4 to 6: key-gone: its key, b, is not in the key ring", "the head: key-gone: its key is not in the key ring",
	})
	record(t, logOn(store, testkit.Keys("b")), 1) // the head's key is there: that is enough to go on
	if logOn(store, testkit.Keys("a")).Record(t.Context(), reset("")) == nil {
		t.Error("recorded after a head that can't be proved")
	}
}

func TestVerifyFailsWithTheStore(t *testing.T) {
	store := newPlaces()
	log := logOn(store, testkit.Keys("a"))
	record(t, log, 1)
	store.down = errDown
	if _, err := log.Verify(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "verify the audit") {
		t.Errorf("error %v", err)
	}
}

// replace changes a text in an entry.
func replace(p *places, seq int64, old, with string) {
	changed := bytes.Replace(p.lines[seq], []byte(old), []byte(with), 1)
	if bytes.Equal(changed, p.lines[seq]) {
		panic("nothing was changed")
	}
	p.lines[seq] = changed
}

func remove(p *places, first, last int64) {
	for seq := first; seq <= last; seq++ {
		delete(p.lines, seq)
	}
}

// otherHistory is what somebody makes with a key of their own.
func otherHistory(p *places) *places {
	made := newPlaces()
	log := logOn(made, testkit.Keys("b"))
	for range len(p.lines) {
		if err := log.Record(context.Background(), reset("+16125550111")); err != nil {
			panic(err)
		}
	}
	return made
}
