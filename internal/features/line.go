package features

import (
	"fmt"
	"slices"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Line is what features a telephone line has, and how they are set up.
type Line struct {
	Number      nanp.Number
	Installed   pins.Features
	PINRevision int64                    // of the line's PIN: who proved to know an earlier one learns no more
	settings    map[pins.Feature]Setting // of those that were ever changed
	lost        map[pins.Feature][]byte  // the sealed codes that can't be opened, to be kept as they are
}

// Setting returns a feature with its settings, the defaults where nothing was ever changed;
// false: it is not installed.
func (l Line) Setting(f pins.Feature) (Setting, bool) {
	rule, known := RuleOf(f)
	if !known || !l.Installed.Has(f) {
		return Setting{}, false
	}
	if setting, changed := l.settings[f]; changed {
		return setting, true
	}
	return Setting{Feature: f, Settings: rule.defaults()}, true
}

// line reads what a store has of a line.
func (l *Lines) line(number nanp.Number, stored Stored) (Line, error) {
	line := Line{
		Number: number, Installed: stored.Installed, PINRevision: stored.PINRevision,
		settings: make(map[pins.Feature]Setting), lost: make(map[pins.Feature][]byte),
	}
	for f, kept := range stored.Settings {
		settings, lost, err := l.openSettings(number, f, kept.Settings)
		if err != nil {
			return Line{}, fmt.Errorf("read settings of %s: %w", f, err)
		}
		if settings.CodeLost {
			line.lost[f] = lost
		}
		line.settings[f] = Setting{Feature: f, Revision: kept.Revision, Settings: settings}
	}
	return line, nil
}

// equal says whether settings are the same, codes included.
func (s Settings) equal(other Settings) bool {
	return s.On == other.On && slices.Equal(s.List, other.List) &&
		slices.Equal(s.Schedules, other.Schedules) && s.Greeting == other.Greeting &&
		s.Breakthrough == other.Breakthrough && s.Code.Equal(other.Code) && s.CodeLost == other.CodeLost &&
		s.Target == other.Target
}
