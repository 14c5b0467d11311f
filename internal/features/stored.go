package features

import (
	"encoding/json"
	"fmt"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// storedVersion is that of the forms in which settings and events are kept.
const storedVersion = 1

// storedSettings are settings as they are kept.
type storedSettings struct {
	V            int                `json:"v"`
	On           bool               `json:"on,omitempty"`
	List         []Entry            `json:"list,omitempty"`
	Schedules    []ScheduleDocument `json:"schedules,omitempty"`
	Greeting     int                `json:"greeting,omitempty"`
	Breakthrough bool               `json:"breakthrough,omitempty"`
	Code         []byte             `json:"code,omitempty"` // sealed, bound to line and feature
	Target       nanp.Number        `json:"target,omitempty"`
}

// sealSettings writes settings of a line. A code that is lost stays as it was sealed: its key
// may come back.
func (l *Lines) sealSettings(number nanp.Number, setting Setting, lost []byte) ([]byte, error) {
	s := setting.Settings
	stored := storedSettings{
		V: storedVersion, On: s.On, List: s.List, Schedules: scheduleDocuments(s.Schedules),
		Greeting: s.Greeting, Breakthrough: s.Breakthrough, Target: s.Target,
	}
	switch {
	case s.CodeLost:
		stored.Code = lost
	case !s.Code.IsZero():
		sealed, err := l.keys.Seal(l.random, []byte(s.Code.Reveal()), codeOf(number, setting.Feature))
		if err != nil {
			return nil, fmt.Errorf("seal code: %w", err)
		}
		stored.Code = sealed
	}
	encoded, err := json.Marshal(stored)
	if err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	return encoded, nil
}

// openSettings reads settings of a line, and returns with them the code as it is sealed. One
// that can't be opened spoils nothing else. The error is pins.ErrUnreadable.
func (l *Lines) openSettings(number nanp.Number, feature pins.Feature, encoded []byte) (Settings, []byte, error) {
	var stored storedSettings
	if err := decode(encoded, &stored); err != nil {
		return Settings{}, nil, err
	}
	s, err := stored.settings()
	if err != nil || len(stored.Code) == 0 {
		return s, nil, err
	}
	code, err := l.keys.Open(stored.Code, codeOf(number, feature))
	if err != nil {
		s.CodeLost = true
		return s, stored.Code, nil
	}
	s.Code = secret.New(string(code))
	return s, stored.Code, nil
}

// settings are those stored, but for the code.
func (stored storedSettings) settings() (Settings, error) {
	if stored.V != storedVersion {
		return Settings{}, unreadable("of another version")
	}
	s := Settings{
		On: stored.On, List: stored.List, Greeting: stored.Greeting,
		Breakthrough: stored.Breakthrough, Target: stored.Target,
	}
	for _, written := range stored.Schedules {
		schedule := written.schedule()
		if schedule.check() != nil {
			return Settings{}, unreadable("a schedule is none")
		}
		s.Schedules = append(s.Schedules, schedule)
	}
	return s, nil
}

// codeOf is what a sealed code is bound to: put on another line, it can't be opened.
func codeOf(number nanp.Number, feature pins.Feature) []byte {
	return fmt.Appendf(nil, "feature code v1 %s %s", number, feature)
}

// decode reads JSON. Why it could not be read is not kept, as the reasons of encoding/json
// can quote it.
func decode(encoded []byte, into any) error {
	if json.Unmarshal(encoded, into) != nil {
		return unreadable("not in the form of ours")
	}
	return nil
}

func unreadable(found string) error {
	return fmt.Errorf("%w: %s", pins.ErrUnreadable, found)
}
