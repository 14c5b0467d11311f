package redisstore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/storage"
)

const (
	// lookTimes bounds how often one Unfinished looks again after it has corrected the index.
	lookTimes = 10
	// mostUnfinished bounds what one Unfinished lists.
	mostUnfinished = 10_000
	// mostUnreadable bounds how many are looked at in vain. Nothing but damage by hand, or a
	// newer release beside this one, makes any.
	mostUnreadable = 10_000
	// forgetAfter is how long after it was created a delivery that isn't stored is taken for
	// one that never will be: its Create has died, or it is three months old.
	forgetAfter = time.Hour
)

// announce tells the index of a revision that is about to be stored: a delivery is looked at
// at its due time, or earlier.
func (s Deliveries) announce(ctx context.Context, d deliveries.Delivery, revision int64) error {
	_, err := s.db.run(ctx, announceDelivery, []string{unfinishedKey, announcedKey},
		string(d.ID), millis(d.Due), revision, millis(d.Created))
	return err
}

// Unfinished implements [deliveries.Store]. It lists 10,000 at the most.
//
// Deliveries and their index are in different slots of a cluster, and the deliveries decide.
// A revision is announced to the index before it is stored, and only ever makes the time
// there earlier; so no delivery is in the index later than it is due, whoever dies when. What
// is there too early is found out here: the delivery itself is read, and the index corrected,
// unless a newer revision than the one that was read has been announced. Deliveries that have
// ended leave the index here as well. Those that can't be read stay where they are, as nobody
// knows when they are due; so many more of the index are looked at.
func (s Deliveries) Unfinished(ctx context.Context, before time.Time, most int) ([]deliveries.ID, error) {
	if most <= 0 {
		return nil, nil
	}
	most = min(most, mostUnfinished)
	var found []indexed
	unreadable := 0
	for range lookTimes {
		candidates, err := s.candidates(ctx, before, most+unreadable)
		if err != nil {
			return nil, err
		}
		if err := s.look(ctx, candidates); err != nil {
			return nil, err
		}
		corrected, err := s.correct(ctx, candidates, before)
		if err != nil {
			return nil, err
		}
		found = candidates
		known := unreadable
		unreadable = min(countUnreadable(candidates), mostUnreadable)
		if !corrected && unreadable <= known {
			break
		}
	}
	found = slices.DeleteFunc(found, func(i indexed) bool { return !i.open || !i.due.Before(before) })
	slices.SortStableFunc(found, func(a, b indexed) int { return cmp.Compare(millis(a.due), millis(b.due)) })
	found = found[:min(most, len(found))]
	ids := make([]deliveries.ID, len(found))
	for i, f := range found {
		ids[i] = f.id
	}
	return ids, nil
}

// indexed is a delivery in the index, and what is known of the delivery itself.
type indexed struct {
	id    deliveries.ID
	score time.Time // when the index has it due

	open     bool      // it is stored, and its status is not final
	final    bool      // it is stored, and its status is final
	missing  bool      // it is not stored
	due      time.Time // of an open one
	revision int64     // of an open one
	created  time.Time // of a missing one
}

// candidates are the first of the index, in its order.
func (s Deliveries) candidates(ctx context.Context, before time.Time, most int) ([]indexed, error) {
	answer, err := s.db.askOne(ctx, "Deliveries.Unfinished", "zrangebyscore", unfinishedKey,
		"-inf", "("+strconv.FormatInt(millis(before), 10), "withscores", "limit", 0, most)
	if err != nil {
		return nil, err
	}
	flat := texts[string](answer)
	candidates := make([]indexed, 0, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		score, err := strconv.ParseFloat(flat[i+1], 64)
		if err != nil {
			return nil, storage.ErrDamaged
		}
		candidates = append(candidates, indexed{id: deliveries.ID(flat[i]), score: time.UnixMilli(int64(score)).UTC()})
	}
	return candidates, nil
}

// look reads what is to be known of deliveries. One that can't be read is none of open, final
// and missing: nothing is done with it, and it keeps nobody from the others.
func (s Deliveries) look(ctx context.Context, candidates []indexed) error {
	for part := range slices.Chunk(candidates, batch) {
		announced := []any{"hmget", announcedKey}
		var commands [][]any
		for _, c := range part {
			announced = append(announced, string(c.id))
			commands = append(commands, []any{"hgetall", deliveryKey(c.id)})
		}
		answers, err := s.db.askEach(ctx, "Deliveries.look", append(commands, announced)...)
		if err != nil {
			return err
		}
		known, _ := answers[len(part)].([]any)
		if len(known) != len(part) {
			return storage.ErrDamaged
		}
		for i := range part {
			part[i].read(answers[i], known[i])
		}
	}
	return nil
}

// read takes in the record of a delivery, all of it since [Deliveries.Get] must be able to read
// it, and what was announced of it.
func (i *indexed) read(answer, announced any) {
	fields := parsePairs(answer)
	if answer != nil && len(fields) == 0 {
		text, _ := announced.(string)
		_, created, _ := strings.Cut(text, " ")
		ms, _ := parseNumber(created)
		i.missing, i.created = true, moment(ms)
		return
	}
	d, err := parseDelivery(i.id, fields)
	if err != nil {
		return
	}
	i.final = d.Status.Final()
	i.open, i.due, i.revision = !i.final, d.Due, d.Revision
}

// countUnreadable counts those of which nothing is known.
func countUnreadable(candidates []indexed) (n int) {
	for _, c := range candidates {
		if !c.open && !c.final && !c.missing {
			n++
		}
	}
	return n
}

// correct has the index agree with what was read, and says whether that has changed it.
func (s Deliveries) correct(ctx context.Context, candidates []indexed, before time.Time) (bool, error) {
	var args []any
	for _, c := range candidates {
		switch {
		case c.final, c.missing && c.created.Add(forgetAfter).Before(before):
			args = append(args, string(c.id), "", 0)
		case c.open && c.due.After(c.score):
			args = append(args, string(c.id), millis(c.due), c.revision)
		}
	}
	changed := false
	for part := range slices.Chunk(args, 3*batch) {
		done, err := s.db.run(ctx, correctUnfinished, []string{unfinishedKey, announcedKey}, part...)
		if err != nil {
			return changed, err
		}
		count, _ := done.(int64)
		changed = changed || count > 0
	}
	return changed, nil
}

// askEach is ask where an answer may be that a record is garbage: that one is then nil.
func (db *DB) askEach(ctx context.Context, operation string, commands ...[]any) ([]any, error) {
	answers := make([]any, len(commands))
	answered, err := db.ask(ctx, operation, commands...)
	if !errors.Is(err, storage.ErrDamaged) {
		return answered, err
	}
	for i, command := range commands {
		if answers[i], err = db.askOne(ctx, operation, command...); err != nil && !errors.Is(err, storage.ErrDamaged) {
			return nil, err
		}
	}
	return answers, nil
}
