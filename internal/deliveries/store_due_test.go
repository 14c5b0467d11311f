package deliveries_test

import (
	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/provisioning"
)

// The partitions of the tests.
const (
	linePartition    = "+16125550142"
	accountPartition = ann
)

// next checks the notices of a partition, and returns the position of the first.
func (p play) next(partition string, want ...string) string {
	p.t.Helper()
	messages, err := p.db.Notices().Next(p.t.Context(), partition, 100)
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
		makeDue(p.t, p.db, p.start, linePartition, []byte("one"), []byte("two"))
		first := p.next(linePartition, "one", "two")
		for range 2 {
			noted, err := p.db.Notices().Note(p.t.Context(), linePartition, first, []byte("one, noted"))
			p.t.OK(err)
			p.t.Same(noted, p.next(linePartition, "one, noted", "two"))
		}
		_, err := p.db.Notices().Note(p.t.Context(), linePartition, first, []byte("one, noted otherwise"))
		p.t.Is(err, provisioning.ErrLost)
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "one, noted", "two")))
		p.next(linePartition, "two")
	},
	"a notice goes behind the others of its partition": func(p play) {
		makeDue(p.t, p.db, p.start, linePartition, []byte("one"), []byte("two"), []byte("three"))
		first := p.next(linePartition, "one", "two", "three")
		for range 2 {
			p.t.OK(p.db.Notices().Later(p.t.Context(), linePartition, first))
			p.next(linePartition, "two", "three", "one")
		}
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "two", "three", "one")))
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "three", "one")))
		p.t.OK(p.db.Notices().Later(p.t.Context(), linePartition, first))
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, p.next(linePartition, "one")))
		p.t.Is(p.db.Notices().Later(p.t.Context(), linePartition, first), provisioning.ErrLost)
		p.next(linePartition)
	},
	"what is told is not noted": func(p play) {
		makeDue(p.t, p.db, p.start, linePartition, []byte("one"))
		first := p.next(linePartition, "one")
		p.t.OK(p.db.Notices().Delivered(p.t.Context(), linePartition, first))
		_, err := p.db.Notices().Note(p.t.Context(), linePartition, first, []byte("one, noted"))
		p.t.Is(err, provisioning.ErrLost)
		p.next(linePartition)
	},
	"a notice is given up once, in the history of the line or of the account": func(p play) {
		account := accounts.Stored{ID: accountPartition, Number: "A1", Revision: 1, Sealed: []byte("x")}
		p.t.OK(p.db.Accounts().Create(p.t.Context(), account, nil, nil))
		for partition, untold := range map[string]deliveries.Undelivered{
			linePartition:    {Topic: deliveries.PINChanged, Line: linePartition, Reason: deliveries.NoWay},
			accountPartition: {Topic: deliveries.EmailChanged, Account: accountPartition, Line: linePartition, Reason: deliveries.TooManyNotices},
		} {
			makeDue(p.t, p.db, p.start, partition, []byte("one"), []byte("two"))
			first := p.next(partition, "one", "two")
			for range 2 {
				p.t.OK(p.db.Notices().GiveUp(p.t.Context(), partition, first, untold, p.start))
				p.next(partition, "two")
				p.t.Same(undeliveredOf(p.t, p.db, partition), []string{untold.String()})
			}
		}
	},
}
