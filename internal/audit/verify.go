package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/secret"
)

// Verify looks at every entry, whether it is where and what it was when it was recorded, and
// that none is missing. With an anchor it also says whether the audit still has that entry: else
// it was replaced by an older copy, or by another one. It takes no lock, and others may record
// meanwhile.
//
// What is wrong stands in the report; an error means that the store could not be asked.
func (l *Log) Verify(ctx context.Context, expect *Anchor) (Report, error) {
	w := &walk{log: l, expect: expect}
	for more := true; more; {
		h, stored, err := l.head(ctx)
		if err != nil && !IsFault(err) {
			return Report{}, fmt.Errorf("verify the audit: %w", err)
		}
		if err != nil || h.isZero() {
			more, err = w.blind(ctx, err)
		} else {
			more, err = w.to(ctx, h, stored)
		}
		if err != nil {
			return Report{}, fmt.Errorf("verify the audit: %w", err)
		}
	}
	return w.report, nil
}

// IsFault says whether an error means that the audit, or its head, is not as it was left, or that its
// key is gone: nothing can be recorded then.
func IsFault(err error) bool {
	return errors.Is(err, ErrUnreadable) || errors.Is(err, ErrTampered) || errors.Is(err, secret.ErrUnknownKey)
}

// walk goes over an audit, oldest entry first.
type walk struct {
	log    *Log
	expect *Anchor
	report Report

	next int64  // the place that is looked at next
	prev []byte // MAC of the entry before that; nil: not known
	held []byte // MAC of the entry of the anchor; nil: something is wrong with it
}

// to walks up to a head. It says whether there is a newer one, up to which the walk has to go on.
func (w *walk) to(ctx context.Context, h head, stored []byte) (more bool, err error) {
	w.begin(h)
	for w.next <= h.Seq {
		if err := w.some(ctx, int(min(MaxRead, h.Seq-w.next+1))); err != nil {
			return false, err
		}
	}
	beyond, err := w.log.config.Store.Read(ctx, w.next, MaxRead)
	if err != nil {
		return false, err
	}
	now, err := w.log.config.Store.Head(ctx)
	if err != nil && !IsFault(err) {
		return false, err
	}
	if !bytes.Equal(now, stored) {
		return true, nil
	}
	w.end(h, beyond)
	return false, nil
}

// begin starts at a head's oldest entry, or forgets what was found wrong with entries that were
// trimmed meanwhile.
func (w *walk) begin(h head) {
	if w.next < h.First {
		w.next, w.prev = h.First, nil
	}
	kept := w.report.Faults[:0]
	for _, f := range w.report.Faults {
		if f.Last >= h.First {
			f.Seq = max(f.Seq, h.First)
			kept = append(kept, f)
		}
	}
	w.report.Faults, w.report.Trimmed = kept, h.First-1
	w.report.Head = Anchor{Seq: h.Seq, MAC: h.MAC}
}

// some looks at the next places.
func (w *walk) some(ctx context.Context, count int) error {
	stored, err := w.log.config.Store.Read(ctx, w.next, count)
	if err != nil {
		return err
	}
	for end := w.next + int64(count); w.next < end; w.next++ {
		if len(stored) == 0 || stored[0].Seq != w.next {
			w.fault(w.next, Missing, "")
			w.prev = nil
			continue
		}
		w.look(stored[0].Line)
		stored = stored[1:]
	}
	return nil
}

// look judges what stands at the next place.
func (w *walk) look(line []byte) {
	prev := w.prev
	w.prev = nil
	e, err := parse(line)
	if err != nil {
		w.fault(w.next, Unreadable, "")
		return
	}
	w.report.Entries++
	ok, err := authentic(w.log.config.Keys, e, line)
	switch {
	case err != nil:
		w.fault(w.next, KeyGone, "its key, "+printableKey(e.Key)+", is not in the key ring")
	case !ok:
		w.fault(w.next, Changed, "")
		return
	case e.Seq != w.next:
		w.fault(w.next, Reordered, fmt.Sprintf("entry %d stands there", e.Seq))
		return
	case prev != nil && !bytes.Equal(prev, e.Prev):
		w.fault(w.next, Forked, "it does not follow the entry before it")
	}
	w.prev = e.MAC
	w.note(e)
}

// note notes an entry that is in its place.
func (w *walk) note(e Entry) {
	if w.report.First.Seq == 0 {
		w.report.First = e
	}
	w.report.Last = e
	switch {
	case w.expect == nil:
	case w.expect.Seq == w.next:
		w.held = e.MAC
	case w.expect.Seq == w.next-1 && w.held == nil: // it was trimmed, or is wrong in its place
		w.held = e.Prev
	}
}

// fault notes one; several in a row of one kind are one.
func (w *walk) fault(seq int64, kind Kind, detail string) {
	all := w.report.Faults
	if n := len(all) - 1; n >= 0 && seq > 0 && all[n].Last == seq-1 && all[n].Kind == kind && all[n].Detail == detail {
		all[n].Last = seq
		return
	}
	if len(all) == MaxFaults {
		w.report.More++
		return
	}
	w.report.Faults = append(all, Fault{Seq: seq, Last: seq, Kind: kind, Detail: detail})
}

// end judges the end of the audit, and the anchor.
func (w *walk) end(h head, beyond []Stored) {
	if n := len(w.report.Faults) - 1; n >= 0 && w.report.Faults[n].Kind == Missing && w.report.Faults[n].Last == h.Seq {
		w.report.Faults[n].Kind = Cut
	}
	if w.prev != nil && !bytes.Equal(w.prev, h.MAC) {
		w.fault(h.Seq, Forked, "it is not the entry of the head")
	}
	if len(beyond) > 0 {
		w.fault(beyond[0].Seq, Cut, "the head was set back before it")
	}
	w.anchor(h)
}

// anchor compares with the head that was kept elsewhere.
func (w *walk) anchor(h head) {
	another := ""
	if w.report.First.Action == AuditBegun {
		another = "; or the anchor is of the audit before the one begun at " + w.report.First.At.UTC().Format(time.RFC3339)
	}
	switch a := w.expect; {
	case a == nil:
	case a.Seq > h.Seq:
		w.fault(a.Seq, Cut, fmt.Sprintf("the audit had this entry once, and now ends at %d%s", h.Seq, another))
	case a.Seq < h.First-1:
		w.fault(a.Seq, Missing, "it was trimmed: compare with a newer head")
	case a.Seq == h.Seq && !bytes.Equal(a.MAC, h.MAC), w.held != nil && !bytes.Equal(a.MAC, w.held):
		w.fault(a.Seq, Forked, "it is not the entry that was kept as head"+another)
	}
}

// blind looks at an audit whose head is missing or can't be trusted: from its lowest place, until
// nothing comes any more. It says whether there is a head meanwhile: somebody has recorded first.
func (w *walk) blind(ctx context.Context, why error) (more bool, err error) {
	lowest, err := w.log.config.Store.Lowest(ctx)
	if err != nil && !IsFault(err) {
		return false, err
	}
	began := err != nil || lowest > 0
	w.next = max(w.next, lowest, 1)
	for {
		stored, err := w.log.config.Store.Read(ctx, w.next, MaxRead)
		if err != nil {
			return false, err
		}
		if len(stored) == 0 {
			break
		}
		if err := w.some(ctx, int(stored[len(stored)-1].Seq-w.next+1)); err != nil {
			return false, err
		}
	}
	if began = began || w.next > 1; why == nil && began {
		now, err := w.log.config.Store.Head(ctx)
		if err != nil || len(now) > 0 {
			return err == nil, err
		}
	}
	w.endBlind(why, began)
	return false, nil
}

// endBlind says what is wrong with the head, and judges the anchor. An audit that never began has
// none.
func (w *walk) endBlind(why error, began bool) {
	switch {
	case errors.Is(why, ErrTampered):
		w.fault(0, Changed, "")
	case errors.Is(why, secret.ErrUnknownKey):
		w.fault(0, KeyGone, "its key is not in the key ring")
	case why != nil:
		w.fault(0, Unreadable, "")
	case began:
		w.fault(0, Missing, "")
	}
	w.anchor(head{First: 1, Seq: w.next - 1, MAC: w.prev})
}
