package features

import (
	"context"
	"fmt"

	"updatecenter/pins"
)

// Install sets which features lines have, and records it for those of which it changes
// anything. Settings of features that are no longer installed are forgotten; those of the
// others stay. It says of each line whether anything changed; of a number that is no line,
// false. Errors: pins.ErrNote, and then nothing was installed.
func (l *Lines) Install(ctx context.Context, lines []Installation, note pins.Note) ([]bool, error) {
	if !note.Valid() {
		return nil, fmt.Errorf("install features: %w", pins.ErrNote)
	}
	changed, err := l.store.Install(ctx, lines, pins.Record{
		At: l.now().UTC(), Event: pins.FeaturesInstalled, By: note.By, From: note.From, Reason: note.Reason,
	})
	if err != nil {
		return changed, fmt.Errorf("install features: %w", err)
	}
	return changed, nil
}
