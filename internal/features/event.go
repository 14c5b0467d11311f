package features

import (
	"encoding/json"
	"fmt"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Event is what became of a feature, of which the operator's switch must learn.
type Event struct {
	ID       string // "evt_" and 32 hexadecimal digits
	Type     EventType
	At       time.Time
	Number   nanp.Number
	Feature  pins.Feature
	Revision int64  // of the feature, after the change
	By       string // who changed it
	Settings        // as they were after it; of FeatureRemoved, none
}

// EventType is what Standard Webhooks calls the type of an event.
type EventType string

// The types.
const (
	FeatureChanged EventType = "line.feature.changed" // its settings are these
	FeatureRemoved EventType = "line.feature.removed" // it is no longer installed, and its settings are forgotten
)

// storedEvent is an event as it waits in the outbox.
type storedEvent struct {
	storage.Version
	ID       string          `json:"id"`
	Type     EventType       `json:"type,omitempty"` // missing: FeatureChanged, as there was nothing else at first
	At       time.Time       `json:"at"`
	Number   nanp.Number     `json:"number"`
	Feature  pins.Feature    `json:"feature"`
	By       string          `json:"by"`
	Settings json.RawMessage `json:"settings,omitempty"` // storedSettings; missing of FeatureRemoved
	Revision int64           `json:"revision"`           // the last: see encodeRemoval
}

func (l *Lines) newEventID() (string, error) {
	drawn, err := ids.Hex(l.config.Random, 16)
	return "evt_" + drawn, err
}

func encodeEvent(e storedEvent) ([]byte, error) {
	encoded, err := storage.Encode(&e)
	if err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return encoded, nil
}

// encodeRemoval writes an event in two parts, between which its revision belongs: see [Removal].
func encodeRemoval(e storedEvent) (before, after []byte, err error) {
	e.Revision = 0
	encoded, err := encodeEvent(e)
	if err != nil {
		return nil, nil, err
	}
	end := len(encoded) - len("0}")
	return encoded[:end:end], []byte("}"), nil
}

// OpenEvent reads an event as [Lines.Change] and [Lines.Install] hand it to a [Store]. The error
// is storage.ErrUnreadable, also of an event whose code can't be opened: the switch must not take
// it for one without.
func (l *Lines) OpenEvent(stored []byte) (Event, error) {
	e, err := decodeEvent(stored)
	if err != nil {
		return Event{}, err
	}
	event := Event{
		ID: e.ID, Type: e.Type, At: e.At.UTC(), Number: e.Number, Feature: e.Feature,
		Revision: e.Revision, By: e.By,
	}
	if e.Type == FeatureRemoved {
		return event, nil
	}
	event.Settings, _, err = l.openSettings(e.Number, e.Feature, e.Settings)
	if err == nil && event.CodeLost {
		err = fmt.Errorf("%w: its code can't be opened", storage.ErrUnreadable)
	}
	if err != nil {
		return Event{}, fmt.Errorf("read event: %w", err)
	}
	return event, nil
}

func decodeEvent(stored []byte) (storedEvent, error) {
	var e storedEvent
	if err := storage.Decode(stored, &e); err != nil {
		return storedEvent{}, fmt.Errorf("read event: %w", err)
	}
	if e.Type == "" {
		e.Type = FeatureChanged
	}
	_, known := RuleOf(e.Feature)
	known = known && (e.Type == FeatureChanged || e.Type == FeatureRemoved)
	if !known || e.ID == "" || e.Number == "" {
		return storedEvent{}, fmt.Errorf("read event: %w", storage.ErrDamaged)
	}
	return e, nil
}

// EventDocument is an event as the operator may see it: of a code only whether there is one.
type EventDocument struct {
	ID       string       `json:"id"`
	Type     EventType    `json:"type"`
	At       time.Time    `json:"at"` // UTC
	Number   nanp.Number  `json:"number"`
	Feature  pins.Feature `json:"feature"`
	Revision int64        `json:"revision"`
	By       string       `json:"by"`
	Settings *Document    `json:"settings,omitempty"` // missing of FeatureRemoved
}

// ShowEvent reads an event as [Lines.Change] and [Lines.Install] hand it to a [Store], without
// the key that its code is sealed with. The error is storage.ErrUnreadable.
func ShowEvent(stored []byte) (EventDocument, error) {
	e, err := decodeEvent(stored)
	if err != nil {
		return EventDocument{}, err
	}
	document := EventDocument{
		ID: e.ID, Type: e.Type, At: e.At.UTC(), Number: e.Number, Feature: e.Feature, Revision: e.Revision, By: e.By,
	}
	if e.Type == FeatureRemoved {
		return document, nil
	}
	var settings storedSettings
	if err := storage.Decode(e.Settings, &settings); err != nil {
		return EventDocument{}, fmt.Errorf("read event: %w", err)
	}
	shown, err := settings.settings()
	if err != nil {
		return EventDocument{}, fmt.Errorf("read event: %w", err)
	}
	shown.CodeLost = len(settings.Code) > 0 // to be shown as a code, not to be opened
	of := DocumentOf(Setting{e.Feature, e.Revision, shown})
	document.Settings = &of
	return document, nil
}

type payload struct {
	Type      EventType   `json:"type"`
	Timestamp time.Time   `json:"timestamp"` // RFC 3339, UTC
	Data      payloadData `json:"data"`
}

type payloadData struct {
	Number   nanp.Number  `json:"number"`
	Feature  pins.Feature `json:"feature"`
	Revision int64        `json:"revision"`
	By       string       `json:"by"`
	Settings any          `json:"settings,omitempty"`
}

// withCode is the settings of a feature that has a code.
type withCode struct {
	Document
	Code *string `json:"code"`
}

// Payload writes what the switch is sent, in JSON (Standard Webhooks). It holds the code in
// the clear, since the switch must know it: it is for nobody else to see.
func (e Event) Payload() ([]byte, error) {
	data := payloadData{e.Number, e.Feature, e.Revision, e.By, nil}
	if e.Type == FeatureChanged {
		data.Settings = e.settings()
	}
	encoded, err := json.Marshal(payload{e.Type, e.At.UTC(), data})
	if err != nil {
		return nil, fmt.Errorf("write payload: %w", err)
	}
	return encoded, nil
}

// settings are those that the switch is told, with the code if the feature has one.
func (e Event) settings() any {
	document := DocumentOf(Setting{e.Feature, e.Revision, e.Settings})
	if document.CodeSet == nil {
		return document
	}
	shown := withCode{Document: document}
	if *document.CodeSet {
		code := e.Code.Reveal()
		shown.Code = &code
	}
	return shown
}

// storedSettings are settings as they are kept.
type storedSettings struct {
	storage.Version
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
		On: s.On, List: s.List, Schedules: scheduleDocuments(s.Schedules),
		Greeting: s.Greeting, Breakthrough: s.Breakthrough, Target: s.Target,
	}
	switch {
	case s.CodeLost:
		stored.Code = lost
	case !s.Code.IsZero():
		sealed, err := l.config.Keys.Seal(l.config.Random, []byte(s.Code.Reveal()), codeOf(number, setting.Feature))
		if err != nil {
			return nil, fmt.Errorf("seal code: %w", err)
		}
		stored.Code = sealed
	}
	encoded, err := storage.Encode(&stored)
	if err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	return encoded, nil
}

// openSettings reads settings of a line, and returns with them the code as it is sealed. One
// that can't be opened spoils nothing else. The error is storage.ErrUnreadable.
func (l *Lines) openSettings(number nanp.Number, feature pins.Feature, encoded []byte) (Settings, []byte, error) {
	var stored storedSettings
	if err := storage.Decode(encoded, &stored); err != nil {
		return Settings{}, nil, err
	}
	s, err := stored.settings()
	if err != nil || len(stored.Code) == 0 {
		return s, nil, err
	}
	code, err := l.config.Keys.Open(stored.Code, codeOf(number, feature))
	if err != nil {
		s.CodeLost = true
		return s, stored.Code, nil
	}
	s.Code = secret.New(string(code))
	return s, stored.Code, nil
}

// settings are those stored, but for the code.
func (stored storedSettings) settings() (Settings, error) {
	s := Settings{
		On: stored.On, List: stored.List, Greeting: stored.Greeting,
		Breakthrough: stored.Breakthrough, Target: stored.Target,
	}
	for _, written := range stored.Schedules {
		schedule := written.schedule()
		if schedule.check() != nil {
			return Settings{}, storage.ErrDamaged
		}
		s.Schedules = append(s.Schedules, schedule)
	}
	return s, nil
}

// codeOf is what a sealed code is bound to: put on another line, it can't be opened.
func codeOf(number nanp.Number, feature pins.Feature) []byte {
	return fmt.Appendf(nil, "feature code v1 %s %s", number, feature)
}
