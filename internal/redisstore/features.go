package redisstore

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

const (
	// maxEvents is how many events of a line are kept: undelivered ones, and for keptDelivered
	// those that were delivered, of which the oldest make room.
	maxEvents = 1000
	// keptDelivered is how long events are kept after they were delivered, to be looked at
	// and to be delivered again.
	keptDelivered = 30 * 24 * time.Hour
	// maxSettings bounds settings and events, in bytes.
	maxSettings = 32 << 10
)

// errLongSettings refuses settings, or an event, of more than maxSettings bytes.
var errLongSettings = errors.New("the settings are too long")

// Features keeps the settings of calling features: a [features.Store].
type Features struct {
	db      *DB
	unheard bool
}

var _ features.Store = Features{}

// Features returns the store of calling features. Its events wait in [DB.Outbox].
func (db *DB) Features() Features { return Features{db: db} }

// Unheard returns the same store for a server that knows of nobody who takes its events: when
// 1000 of a line wait, a change drops the oldest of them, and isn't refused with
// [features.ErrBacklog]. It drops none that another server may deliver yet: none of a line of
// which an event was ever delivered, and none while lanes were claimed in the last 30 days.
func (s Features) Unheard() Features { return Features{db: s.db, unheard: true} }

// Features implements [features.Store]. What it reads of the line and of its settings need
// not be of the same moment: a change is refused anyway if its revision isn't the present one.
func (s Features) Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error) {
	asked := []any{"hmget", featuresKey(number), "v", turnField(turn)}
	for _, f := range pins.AllFeatures {
		asked = append(asked, revisionField(f), settingsField(f))
	}
	answers, err := s.db.ask(ctx,
		[]any{"hmget", lineKey(number), "v", "lang", "pin", "since", "rev", "features"}, asked)
	if err != nil {
		return features.Stored{}, err
	}
	var line pins.Line
	fields, _ := answers[0].([]any)
	if err := parseLineHash(fields, &line); err != nil {
		return features.Stored{}, err
	}
	fields, _ = answers[1].([]any)
	stored, err := parseSettings(fields)
	stored.Installed, stored.PINRevision = line.Features, line.Revision
	stored.Done = stored.Done && turn != pins.Turn{}
	return stored, err
}

// parseSettings reads v, the field of a turn, and a revision and settings for each feature.
func parseSettings(fields []any) (features.Stored, error) {
	stored := features.Stored{Settings: make(map[pins.Feature]features.Kept)}
	if len(fields) != 2+2*len(pins.AllFeatures) {
		return stored, ErrGarbage
	}
	if isEmpty(fields) {
		return stored, nil
	}
	if err := checkVersion(fields[0]); err != nil {
		return stored, err
	}
	stored.Done = fields[1] != nil
	for i, f := range pins.AllFeatures {
		pair := fields[2+2*i : 4+2*i]
		if isEmpty(pair) {
			continue
		}
		var kept features.Kept
		text, ok := pair[1].(string)
		if !ok || !parseNumber(pair[0], &kept.Revision) {
			return stored, ErrGarbage
		}
		kept.Settings = []byte(text)
		stored.Settings[f] = kept
	}
	return stored, nil
}

// Change implements [features.Store]. It announces the event to the outbox before the change,
// so that no event is ever overlooked: see [Outbox]. Without a turn it can't simply be run
// again: the change would be another one.
func (s Features) Change(ctx context.Context, change features.Change) error {
	if len(change.Settings) > maxSettings || len(change.Event) > maxSettings {
		return errLongSettings
	}
	record, err := encode(change.Record)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	heard, err := s.db.eventLanes().announce(ctx, string(change.Number), change.Record.At)
	if err != nil {
		return err
	}
	done, err := s.change(ctx, change, record, heard)
	return featureVerdict(done, err)
}

// change runs the script, twice at most, and once where that would make two changes. Heard says
// whether somebody takes events.
func (s Features) change(ctx context.Context, change features.Change, record string, heard bool) (any, error) {
	run := s.db.run
	if change.Turn == (pins.Turn{}) {
		run = s.db.runOnce
	}
	n := change.Number
	return run(ctx, changeFeature,
		[]string{lineKey(n), featuresKey(n), historyKey(n), eventsKey(n), deliveredKey(n)},
		string(change.Feature), change.Expected, change.Revision, change.Settings, change.Event, record,
		turnField(change.Turn), millis(change.Record.At), pins.TurnsKept.Milliseconds(),
		s.drop(heard), maxEvents, keptDelivered.Milliseconds(), change.Proved)
}

// drop says, to a script, whether events that wait may be dropped.
func (s Features) drop(heard bool) int {
	if s.unheard && !heard {
		return 1
	}
	return 0
}

// featureVerdict reads the answer of [changeFeature].
func featureVerdict(done any, err error) error {
	switch {
	case err != nil:
		return err
	case done == int64(0):
		return pins.ErrNoLine
	case done == int64(-1):
		return features.ErrStale
	case done == int64(-2):
		return features.ErrNotInstalled
	case done == int64(-3):
		return features.ErrBacklog
	case done == int64(-4):
		return features.ErrOvertaken
	}
	return nil
}

func settingsField(f pins.Feature) string { return "s:" + string(f) }
func revisionField(f pins.Feature) string { return "r:" + string(f) }

// turnField is the mark of a turn that changed something; none of the turn that is no turn.
func turnField(t pins.Turn) string {
	if t == (pins.Turn{}) {
		return ""
	}
	return "t:" + turnName(t)
}
