package storetest

import (
	"testing"
	"time"

	"updatecenter/internal/checked"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/provisioning"
)

// DueStores are a store of notices that are due, and what a test needs beside.
type DueStores struct {
	Due deliveries.Due
	// Append keeps a notice as due, as those do who make changes.
	Append func(t testing.TB, lane string, stored []byte)
	// Untold says how often the history of the account or line has that a notice is not told.
	Untold func(t testing.TB, untold deliveries.Untold) int
}

// RunDue runs every test of what a [deliveries.Due] does beside what an outbox does.
func RunDue(t *testing.T, fresh func(t *testing.T) DueStores) {
	for sentence, test := range dueTests {
		t.Run(sentence, func(t *testing.T) { test(due{checked.T{T: t}, fresh(t)}) })
	}
}

// due is one test under way.
type due struct {
	t checked.T
	DueStores
}

// The lanes of the tests.
const (
	lineLane    = "+16125550142"
	accountLane = ann
)

// next checks the notices of a lane, and returns the position of the first.
func (d due) next(lane string, want ...string) string {
	d.t.Helper()
	messages, err := d.Due.Next(d.t.Context(), lane, 100)
	d.t.OK(err)
	got := []string{}
	for _, message := range messages {
		got = append(got, string(message.Stored))
	}
	d.t.Same(got, append([]string{}, want...))
	if len(messages) == 0 {
		return ""
	}
	return messages[0].Position
}

var dueTests = map[string]func(due){
	"the oldest notice is replaced, and again": func(d due) {
		d.Append(d.t, lineLane, []byte("one"))
		d.Append(d.t, lineLane, []byte("two"))
		first := d.next(lineLane, "one", "two")
		for range 2 {
			noted, err := d.Due.Note(d.t.Context(), lineLane, first, []byte("one, noted"))
			d.t.OK(err)
			d.t.Same(noted, d.next(lineLane, "one, noted", "two"))
		}
		_, err := d.Due.Note(d.t.Context(), lineLane, first, []byte("one, noted otherwise"))
		d.t.Is(err, provisioning.ErrLost)
		d.t.OK(d.Due.Delivered(d.t.Context(), lineLane, d.next(lineLane, "one, noted", "two")))
		d.next(lineLane, "two")
	},
	"a notice goes behind the others of its lane": func(d due) {
		for _, notice := range []string{"one", "two", "three"} {
			d.Append(d.t, lineLane, []byte(notice))
		}
		first := d.next(lineLane, "one", "two", "three")
		for range 2 {
			d.t.OK(d.Due.Later(d.t.Context(), lineLane, first))
			d.next(lineLane, "two", "three", "one")
		}
		d.t.OK(d.Due.Delivered(d.t.Context(), lineLane, d.next(lineLane, "two", "three", "one")))
		d.t.OK(d.Due.Delivered(d.t.Context(), lineLane, d.next(lineLane, "three", "one")))
		d.t.OK(d.Due.Later(d.t.Context(), lineLane, first))
		d.t.OK(d.Due.Delivered(d.t.Context(), lineLane, d.next(lineLane, "one")))
		d.t.Is(d.Due.Later(d.t.Context(), lineLane, first), provisioning.ErrLost)
		d.next(lineLane)
	},
	"what is told is not noted": func(d due) {
		d.Append(d.t, lineLane, []byte("one"))
		first := d.next(lineLane, "one")
		d.t.OK(d.Due.Delivered(d.t.Context(), lineLane, first))
		_, err := d.Due.Note(d.t.Context(), lineLane, first, []byte("one, noted"))
		d.t.Is(err, provisioning.ErrLost)
		d.next(lineLane)
	},
	"a notice is given up once, in the history of the line or of the account": func(d due) {
		for lane, untold := range map[string]deliveries.Untold{
			lineLane:    {About: deliveries.PINChanged, Line: lineLane, Reason: deliveries.NoWay},
			accountLane: {About: deliveries.EmailChanged, Account: accountLane, Line: lineLane, Reason: deliveries.TooManyNotices},
		} {
			d.Append(d.t, lane, []byte("one"))
			d.Append(d.t, lane, []byte("two"))
			first := d.next(lane, "one", "two")
			for range 2 {
				d.t.OK(d.Due.GiveUp(d.t.Context(), lane, first, untold, time.Now()))
				d.next(lane, "two")
				d.t.Same(d.Untold(d.t, untold), 1)
			}
		}
	},
}
