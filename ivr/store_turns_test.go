package ivr_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"updatecenter/ivr"
)

func unknownCall(p play) {
	p.claimed(p.begin(sid, 0, "a", start), "")
	const lost = "CAlost"
	p.claimed(p.begin(lost, 5, "a", start), "")
	p.ok(p.commit(lost, 5, "a", "state 5", "answer 5", start))
	p.claimed(p.begin(lost, 6, "b", start), "state 5")
}

func answered(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.answered(p.begin(sid, 0, "b", start), 0, "answer 0")
	p.turn(sid, 1, "state 1", "answer 1", start)
	p.answered(p.begin(sid, 1, "d", start), 1, "answer 1")
}

func nextTurn(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	p.ok(p.commit(sid, 1, "a", "state 1", "answer 1", start))
	p.claimed(p.begin(sid, 2, "b", start), "state 1")
}

func pastTurn(p play) {
	p.turn(sid, 3, "state 3", "answer 3", start)
	p.answered(p.begin(sid, 2, "a", start), 3, "answer 3")
	p.claimed(p.begin(sid, 4, "a", start), "state 3")
	p.answered(p.begin(sid, 2, "b", start), 3, "answer 3")
}

func lostCommits(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	late := start.Add(lease)
	p.claimed(p.begin(sid, 10, "b", late), "")
	p.overtaken(p.commit(sid, 1, "a", "late", "late", late))
	p.inProgress(p.begin(sid, 0, "c", late)) // its answer went with the old record
	p.inProgress(p.begin(sid, 10, "c", late))
	p.ok(p.commit(sid, 10, "b", "state 10", "answer 10", late))
	p.answered(p.begin(sid, 0, "d", late), 10, "answer 10")
	p.claimed(p.begin(sid, 11, "d", late), "state 10")
}

func lostCommitsMeanwhile(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.claimed(p.begin(sid, 1, "a", start), "state 0")
	p.inProgress(p.begin(sid, 2, "b", start))
	p.ok(p.commit(sid, 1, "a", "state 1", "answer 1", start))
	p.claimed(p.begin(sid, 2, "b", start), "state 1")
}

func expiry(p play) {
	p.turn(sid, 0, "state 0", "answer 0", start)
	just := start.Add(lifetime - time.Millisecond)
	p.answered(p.begin(sid, 0, "a", just), 0, "answer 0")
	p.claimed(p.begin(sid, 0, "b", start.Add(lifetime)), "")
	p.ok(p.commit(sid, 0, "b", "anew", "answer anew", start.Add(lifetime)))
	p.claimed(p.begin(sid, 1, "c", start.Add(lifetime)), "anew")
}

func prolonged(p play) {
	later := start.Add(lifetime - time.Second)
	p.turn(sid, 0, "state 0", "answer 0", start)
	p.turn(sid, 1, "state 1", "answer 1", later)
	p.answered(p.begin(sid, 0, "a", later.Add(lifetime-time.Second)), 1, "answer 1")
}

func anyBytes(p play) {
	var all strings.Builder
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	values := []string{all.String(), "\r\n$-1\r\n", strings.Repeat("\x00\xff", 32<<10)}
	for i, v := range values {
		id := fmt.Sprintf("CAbytes%d", i)
		p.turn(id, 0, v, v, start)
		p.answered(p.begin(id, 0, "a", start), 0, v)
		p.claimed(p.begin(id, 1, "b", start), v)
	}
	const empty = "CAempty"
	p.turn(empty, 0, "", "", start)
	p.answered(p.begin(empty, 0, "a", start), 0, "")
	if got := p.begin(empty, 1, "b", start); got.Status != ivr.Claimed || got.State == nil {
		p.Fatalf("status %d, state %v; want an empty state", got.Status, got.State)
	}
}

func apart(p play) {
	names := []string{"CA1", "CA10", "CA1}", "{CA1}", "CA1:0", "CA1 ", "", strings.Repeat("CA", 500), "\x00"}
	for _, id := range names {
		p.turn(id, 0, "state of "+id, "answer of "+id, start)
	}
	for _, id := range names {
		p.answered(p.begin(id, 0, "b", start), 0, "answer of "+id)
		p.claimed(p.begin(id, 1, "b", start), "state of "+id)
	}
}

func keptAnswers(p play) {
	const turns = ivr.KeptAnswers + 5
	for turn := range turns {
		p.turn(sid, turn, "state", fmt.Sprint("answer ", turn), start)
	}
	for turn := turns - ivr.KeptAnswers; turn < turns; turn++ {
		p.answered(p.begin(sid, turn, "a", start), turn, fmt.Sprint("answer ", turn))
	}
}

func canceled(p play) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	claim := ivr.Claim{Call: sid, Holder: "a", Now: start, Until: start.Add(lease)}
	if _, err := p.store.Begin(ctx, claim); err == nil {
		p.Error("begin went on")
	}
	if err := p.store.Commit(ctx, ivr.Commit{Call: sid, Holder: "a", Now: start}); err == nil {
		p.Error("commit went on")
	}
}
