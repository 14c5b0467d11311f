package features

import (
	"context"
	"fmt"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Install sets which features lines have, and records it for those of which it changes
// anything. Settings of features that are no longer installed are forgotten, and an event tells
// the switch of each, whoever has the number next; settings of the others stay. It says of each
// line whether anything changed; of a number that is no line, false. Errors: pins.ErrNote, and
// then nothing was installed.
func (l *Lines) Install(ctx context.Context, lines []Installation, note pins.Note) ([]bool, error) {
	if !note.Valid() {
		return nil, fmt.Errorf("install features: %w", pins.ErrNote)
	}
	record := pins.Record{
		At: l.now().UTC(), Event: pins.FeaturesInstalled, By: note.By, From: note.From, Reason: note.Reason,
	}
	changed, err := l.store.Install(ctx, lines, record, l.removal(record))
	if err != nil {
		return changed, fmt.Errorf("install features: %w", err)
	}
	return changed, nil
}

// removal writes the events of features that are taken away.
func (l *Lines) removal(record pins.Record) Removal {
	return func(number nanp.Number, feature pins.Feature) (before, after []byte, err error) {
		id, err := l.newEventID()
		if err != nil {
			return nil, nil, err
		}
		return encodeRemoval(storedEvent{
			ID: id, Type: FeatureRemoved, At: record.At, Number: number, Feature: feature, By: record.By,
		})
	}
}
