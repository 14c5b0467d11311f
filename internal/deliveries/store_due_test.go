package deliveries_test

import (
	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/provisioning"
)

// The lanes of the tests.
const (
	lineLane    = "+16125550142"
	accountLane = ann
)

// next checks the notices of a lane, and returns the position of the first.
func (p play) next(lane string, want ...string) string {
	p.t.Helper()
	messages, err := p.db.Notices().Next(p.t.Context(), lane, 100)
	p.t.OK(err)
	got := []string{}
	for _, message := range messages {
		got = append(got, string(message.Stored))
	}
	p.t.Same(got, append([]string{}, want...))
	if len(messages) == 0 {
		return ""
	}
	return messages[0].Position
}

var dueTests = map[string]func(play){
	"the oldest notice is replaced, and again": func(p play) {
		makeDue(p.t, p.db, p.start, lineLane, []byte("one"), []byte("two"))
		first := p.next(lineLane, "one", "two")
		for range 2 {
			noted, err := p.db.Notices().Note(p.t.Context(), lineLane, first, []byte("one, noted"))
			p.t.OK(err)
			p.t.Same(noted, p.next(lineLane, "one, noted", "two"))
		}
		_, err := p.db.Notices().Note(p.t.Context(), lineLane, first, []byte("one, noted otherwise"))
		p.t.Is(err, provisioning.ErrLost)
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), lineLane, p.next(lineLane, "one, noted", "two")))
		p.next(lineLane, "two")
	},
	"a notice goes behind the others of its lane": func(p play) {
		makeDue(p.t, p.db, p.start, lineLane, []byte("one"), []byte("two"), []byte("three"))
		first := p.next(lineLane, "one", "two", "three")
		for range 2 {
			p.t.OK(p.db.Notices().Later(p.t.Context(), lineLane, first))
			p.next(lineLane, "two", "three", "one")
		}
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), lineLane, p.next(lineLane, "two", "three", "one")))
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), lineLane, p.next(lineLane, "three", "one")))
		p.t.OK(p.db.Notices().Later(p.t.Context(), lineLane, first))
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), lineLane, p.next(lineLane, "one")))
		p.t.Is(p.db.Notices().Later(p.t.Context(), lineLane, first), provisioning.ErrLost)
		p.next(lineLane)
	},
	"what is told is not noted": func(p play) {
		makeDue(p.t, p.db, p.start, lineLane, []byte("one"))
		first := p.next(lineLane, "one")
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), lineLane, first))
		_, err := p.db.Notices().Note(p.t.Context(), lineLane, first, []byte("one, noted"))
		p.t.Is(err, provisioning.ErrLost)
		p.next(lineLane)
	},
	"a notice is given up once, in the history of the line or of the account": func(p play) {
		account := accounts.Stored{ID: accountLane, Number: "A1", Revision: 1, Sealed: []byte("x")}
		p.t.OK(p.db.Accounts().Create(p.t.Context(), account, nil, nil))
		for lane, untold := range map[string]deliveries.Untold{
			lineLane:    {About: deliveries.PINChanged, Line: lineLane, Reason: deliveries.NoWay},
			accountLane: {About: deliveries.EmailChanged, Account: accountLane, Line: lineLane, Reason: deliveries.TooManyNotices},
		} {
			makeDue(p.t, p.db, p.start, lane, []byte("one"), []byte("two"))
			first := p.next(lane, "one", "two")
			for range 2 {
				p.t.OK(p.db.Notices().GiveUp(p.t.Context(), lane, first, untold, p.start))
				p.next(lane, "two")
				p.t.Same(untoldOf(p.t, p.db, lane), []string{untold.String()})
			}
		}
	},
}
