package redisstore

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"updatecenter/internal/durability"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
)

// errPosition is said of a position that no message has.
var errPosition = errors.New("not a position in a lane")

// Outbox keeps the events of lines until they were delivered: an [provisioning.Store]. The lane of
// a line is its number in E.164.
//
// Lanes are in one slot of a cluster, and the events of a line in that of the line, so that a
// change and its event are one step. Nothing can be one step over both slots; this is why no
// event gets lost between them, whoever dies when:
//
//   - A change announces its lane first, and by that the lane is known. A lane leaves the
//     known ones in one way: by Release, from the holder of its claim, who found it empty.
//   - Release forgets it only if its last announcement is as old as [provisioning.AnnouncedFor], and
//     looks once more itself, after the time that it was told and before it forgets. The event
//     of that announcement, and those of all earlier ones, have come by then and are seen. Who
//     announces after that look makes the announcement younger, and the lane stays known.
//   - Delivered moves only forward, and only as far as Next showed; and if the events were
//     rewound after that, it doesn't move at all.
//   - An announcement that may be lost with its server, as no replica has it in time, is made again
//     until one has.
//   - A claim whose holder died runs out; and as a lane is due when its claim has run out,
//     nobody has to notice.
//
// This holds if a change is made, or given up, within a minute of its announcement (ours give
// up within a second), and if clocks agree better than that (they should to a second).
type Outbox struct{ lanes }

var _ provisioning.Store = Outbox{}

// Outbox returns the store of events that wait for the switch.
func (db *DB) Outbox() Outbox { return Outbox{db.eventLanes()} }

// lanes are what is known of the lanes of one kind of message, in one slot of a cluster.
type lanes struct {
	db                            *DB
	due, held, announced, claimed string        // keys
	kept                          time.Duration // of announcements
}

// eventLanes are those of lines with events for the switch.
func (db *DB) eventLanes() lanes {
	return lanes{db, lanesDueKey, lanesHeldKey, lanesAnnouncedKey, lanesClaimedKey, keptDelivered}
}

// announceArgs are the keys and arguments of announceLane.
func (l lanes) announceArgs(lane string, now time.Time) (keys []string, args []any) {
	return []string{l.due, l.held, l.announced, l.claimed}, []any{lane, millis(now), l.kept.Milliseconds()}
}

// announce makes a lane known, and due now, unless it is claimed or held back. It says whether
// somebody has claimed lanes for as long as announcements are kept. One that may not last is
// repeated, see [DB.announceAgain]: nobody need be told of that doubt.
func (l lanes) announce(ctx context.Context, lane string, now time.Time) (heard bool, err error) {
	heard, lasts, err := l.announceOnce(ctx, lane, now)
	if !lasts {
		l.db.doubted.add(l, now, lane)
	}
	return heard, err
}

// announceOnce is announce of one that is not repeated, and says whether it lasts.
func (l lanes) announceOnce(ctx context.Context, lane string, now time.Time) (heard, lasts bool, err error) {
	ctx, doubt := durability.Apart(ctx)
	keys, args := l.announceArgs(lane, now)
	answer, err := l.db.run(ctx, announceLane, keys, args...)
	return answer == int64(1), err != nil || !doubt.Any(), err
}

// announceAll announces the lanes of a batch of lines.
func (l lanes) announceAll(ctx context.Context, lines []nanp.Number, now time.Time) (heard bool, err error) {
	ctx, doubt := durability.Apart(ctx)
	commands := make([][]any, len(lines))
	for i, line := range lines {
		keys, args := l.announceArgs(string(line), now)
		commands[i] = announceLane.byHash(keys, args...)
	}
	answers, err := l.db.runEach(ctx, announceLane, commands)
	for _, line := range lines {
		if doubt.Any() {
			l.db.doubted.add(l, now, string(line))
		}
	}
	return slices.Contains(answers, any(int64(1))), err
}

// Claim implements [provisioning.Store]. After an error lanes may be claimed of which nobody knows:
// they are due again when the claim has run out.
func (l lanes) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	if most <= 0 {
		return nil, nil
	}
	answer, err := l.db.runOnce(ctx, claimLanes, []string{l.due, l.held, l.claimed},
		claimedBy(holder), millis(now), millis(until), most, keep(l.kept))
	if err != nil {
		return nil, err
	}
	return texts(answer), nil
}

// texts are the elements of an answer that are texts.
func texts(answer any) []string {
	parts, _ := answer.([]any)
	all := make([]string, len(parts))
	for i, part := range parts {
		all[i], _ = part.(string)
	}
	return all
}

// Next implements [provisioning.Store]. Of a message that can't be read it says [ErrVersion] or
// [ErrGarbage], once those before it were delivered.
func (o Outbox) Next(ctx context.Context, lane string, most int) ([]provisioning.Message, error) {
	if most <= 0 {
		return nil, nil
	}
	n := nanp.Number(lane)
	answer, err := o.db.run(ctx, nextEvents, []string{eventsKey(n), deliveredKey(n)}, most)
	if err != nil {
		return nil, err
	}
	parts, _ := answer.([]any)
	if len(parts) != 2 {
		return nil, ErrGarbage
	}
	rewound, _ := parts[0].(string)
	entries, err := parseEntries(parts[1])
	messages := make([]provisioning.Message, len(entries))
	for i, entry := range entries {
		messages[i] = provisioning.Message{Position: entry.id.String() + "/" + rewound, Stored: entry.event}
	}
	if len(messages) > 0 {
		return messages, nil
	}
	return nil, err
}

// Delivered implements [provisioning.Store]. It does nothing if the events were rewound after Next
// told the position.
func (o Outbox) Delivered(ctx context.Context, lane, position string) error {
	id, rewound, ok := parsePosition(position)
	if !ok {
		return errPosition
	}
	n := nanp.Number(lane)
	_, err := o.db.run(ctx, noteDelivered, []string{eventsKey(n), deliveredKey(n)},
		id.String(), rewound, keep(keptDelivered), keep(keptDelivered+slack))
	return err
}

// Release implements [provisioning.Store]. A lane that is said to be empty and isn't any more is due
// at once. After an error the claim may stand until it has run out, and after a broken connection ErrLost
// can be said of a claim that was ended.
func (o Outbox) Release(ctx context.Context, lane, holder string, now, again time.Time) error {
	return o.release(ctx, lane, holder, now, again, o.Next)
}

// release implements Release, with the Next of the store whose lanes these are.
func (l lanes) release(
	ctx context.Context, lane, holder string, now, again time.Time,
	next func(ctx context.Context, lane string, most int) ([]provisioning.Message, error),
) error {
	ctx, cancel := context.WithTimeout(ctx, l.db.within)
	defer cancel()
	if again.IsZero() {
		late, err := next(ctx, lane, 1)
		if err != nil {
			return err
		}
		if len(late) > 0 {
			again = now
		}
	}
	at := ""
	if !again.IsZero() {
		at = strconv.FormatInt(millis(again), 10)
	}
	done, err := l.db.run(ctx, releaseLane, []string{l.due, l.held, l.announced},
		lane, claimedBy(holder), millis(now), at, provisioning.LookAgain.Milliseconds(), provisioning.AnnouncedFor.Milliseconds())
	if err != nil {
		return err
	}
	if done != int64(1) {
		return provisioning.ErrLost
	}
	return nil
}

// Due implements [provisioning.Store].
func (l lanes) Due(ctx context.Context) (lanes int, oldest time.Time, err error) {
	answers, err := l.db.ask(ctx, []any{"zcard", l.due}, []any{"zrange", l.due, 0, 0, "withscores"})
	if err != nil {
		return 0, time.Time{}, err
	}
	count, _ := answers[0].(int64)
	first, _ := answers[1].([]any)
	if count == 0 || len(first) != 2 {
		return 0, time.Time{}, nil
	}
	score, _ := first[1].(string)
	ms, err := strconv.ParseFloat(score, 64)
	if err != nil {
		return 0, time.Time{}, ErrGarbage
	}
	return int(count), moment(int64(ms)), nil
}
