package redisstore_test

import (
	"context"
	"fmt"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/redistest"
	"updatecenter/pins"
)

// Each notice that takes the place of another is told once, be it of a changed PIN, a reset or an account.
func TestReplacedNoticesAreTold(t *testing.T) {
	db, replaced := open(t, redistest.StartMini(t).URL()), 0
	db.OnNoticeReplaced(func(context.Context) { replaced++ })
	check := func(want int, err error) {
		t.Helper()
		if err != nil || replaced != want {
			t.Errorf("%d replaced notices are told, want %d: %v", replaced, want, err)
		}
	}
	fill := func(lane string, notices int) {
		for n := range notices {
			db.Notices().Append(t, lane, fmt.Appendf(nil, "notice %d", n))
		}
	}
	addLine(t, db)
	fill(string(number), pins.MaxDue-1)
	change := pins.Change{Number: number, PIN: pinNamed(1), Record: pins.Record{At: now, Event: pins.Changed}, Notice: []byte("a change")}
	for turn := range 2 { // the second is too many
		stored, err := db.Lines().Line(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		change.Revision, change.Turn = stored.Revision, pins.Turn{Call: "CA", Number: turn}
		check(turn, db.Lines().Change(t.Context(), change))
	}
	check(1, db.Lines().Change(t.Context(), change)) // of the same turn
	validated := pins.Validation{By: "ann", From: "api", Method: pins.ByCall, At: now, Until: now.Add(patience)}
	check(1, db.Lines().Validate(t.Context(), number, validated, pins.Record{At: now, Event: pins.CustomerValidated}))
	check(2, db.Lines().Reset(t.Context(), number, pins.Record{At: now, Event: pins.Reset, By: "ann", From: "api"}, []byte("a reset")))

	account, records := accounts.Stored{ID: "acc_1", Number: "A1", Revision: 1}, []accounts.Record{{At: now, Event: accounts.Created}}
	check(2, db.Accounts().Create(t.Context(), account, records, [][]byte{[]byte("created")}))
	fill("acc_1", accounts.MaxDue-2)
	check(3, db.Accounts().Change(t.Context(), account, records, [][]byte{[]byte("the last"), []byte("one too many")}))
}
