package rdb

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/outbox"
)

// errPosition is said of a position that no message has.
var errPosition = errors.New("not a position in a lane")

// Outbox keeps the events of lines until they were delivered: an [outbox.Store]. The lane of
// a line is its number in E.164.
//
// Lanes are in one slot of a cluster, and the events of a line in that of the line, so that a
// change and its event are one step. Nothing can be one step over both slots; this is why no
// event gets lost between them, whoever dies when:
//
//   - A change announces its lane first, and by that the lane is known. A lane leaves the
//     known ones in one way: by Release, from the holder of its claim, who found it empty.
//   - Release forgets it only if its last announcement is as old as [outbox.AnnouncedFor], and
//     looks once more itself, after the time that it was told and before it forgets. The event
//     of that announcement, and those of all earlier ones, have come by then and are seen. Who
//     announces after that look makes the announcement younger, and the lane stays known.
//   - Delivered moves only forward, and only as far as Next showed; and if the events were
//     rewound after that, it doesn't move at all.
//   - A claim whose holder died runs out; and as a lane is due when its claim has run out,
//     nobody has to notice.
//
// This holds if a change is made, or given up, within a minute of its announcement (ours give
// up within a second), and if clocks agree better than that (they should to a second).
type Outbox struct{ db *DB }

var _ outbox.Store = Outbox{}

// Outbox returns the store of events that wait for the switch.
func (db *DB) Outbox() Outbox { return Outbox{db} }

// announceKeys are the keys of announceLane.
var announceKeys = []string{lanesDueKey, lanesHeldKey, lanesAnnouncedKey, lanesClaimedKey}

// announce makes a lane known, and due now, unless it is claimed or held back. It says whether
// somebody has claimed lanes in the last keptDelivered.
func (db *DB) announce(ctx context.Context, lane string, now time.Time) (heard bool, err error) {
	answer, err := db.run(ctx, announceLane, announceKeys, lane, millis(now), keptDelivered.Milliseconds())
	return answer == int64(1), err
}

// announceAll announces the lanes of a batch of lines.
func (db *DB) announceAll(ctx context.Context, lines []nanp.Number, now time.Time) (heard bool, err error) {
	commands := make([][]any, len(lines))
	for i, line := range lines {
		commands[i] = announceLane.byHash(announceKeys, string(line), millis(now), keptDelivered.Milliseconds())
	}
	answers, err := db.runEach(ctx, announceLane, commands)
	return slices.Contains(answers, any(int64(1))), err
}

// Claim implements [outbox.Store]. After an error lanes may be claimed of which nobody knows:
// they are due again when the claim has run out.
func (o Outbox) Claim(ctx context.Context, holder string, now, until time.Time, most int) ([]string, error) {
	if most <= 0 {
		return nil, nil
	}
	answer, err := o.db.runOnce(ctx, claimLanes, []string{lanesDueKey, lanesHeldKey, lanesClaimedKey},
		claimedBy(holder), millis(now), millis(until), most, keep(keptDelivered))
	if err != nil {
		return nil, err
	}
	parts, _ := answer.([]any)
	lanes := make([]string, len(parts))
	for i, part := range parts {
		lanes[i], _ = part.(string)
	}
	return lanes, nil
}

// Next implements [outbox.Store]. Of a message that can't be read it says [ErrVersion] or
// [ErrGarbage], once those before it were delivered.
func (o Outbox) Next(ctx context.Context, lane string, most int) ([]outbox.Message, error) {
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
	messages := make([]outbox.Message, len(entries))
	for i, entry := range entries {
		messages[i] = outbox.Message{Position: entry.id.String() + "/" + rewound, Stored: entry.event}
	}
	if len(messages) > 0 {
		return messages, nil
	}
	return nil, err
}

// Delivered implements [outbox.Store]. It does nothing if the events were rewound after Next
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

// Release implements [outbox.Store]. A lane that is said to be empty and isn't any more is due
// at once. After an error the claim may stand until it has run out.
func (o Outbox) Release(ctx context.Context, lane, holder string, now, again time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, o.db.within)
	defer cancel()
	if again.IsZero() {
		late, err := o.Next(ctx, lane, 1)
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
	done, err := o.db.runOnce(ctx, releaseLane, []string{lanesDueKey, lanesHeldKey, lanesAnnouncedKey},
		lane, claimedBy(holder), millis(now), at, outbox.LookAgain.Milliseconds(), outbox.AnnouncedFor.Milliseconds())
	if err != nil {
		return err
	}
	if done != int64(1) {
		return outbox.ErrLost
	}
	return nil
}

// Due implements [outbox.Store].
func (o Outbox) Due(ctx context.Context) (lanes int, oldest time.Time, err error) {
	answers, err := o.db.ask(ctx,
		[]any{"zcard", lanesDueKey}, []any{"zrange", lanesDueKey, 0, 0, "withscores"})
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
