package features

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Event is a change of a feature that the operator's switch must learn of.
type Event struct {
	ID       string // "evt_" and 32 hexadecimal digits
	At       time.Time
	Number   nanp.Number
	Feature  pins.Feature
	Revision int64  // of the feature, after the change
	By       string // who changed it
	Settings        // as they were after it
}

// storedEvent is an event as it waits in the outbox.
type storedEvent struct {
	V        int             `json:"v"`
	ID       string          `json:"id"`
	At       time.Time       `json:"at"`
	Number   nanp.Number     `json:"number"`
	Feature  pins.Feature    `json:"feature"`
	Revision int64           `json:"revision"`
	By       string          `json:"by"`
	Settings json.RawMessage `json:"settings"` // storedSettings
}

const (
	eventPrefix  = "evt_"
	eventIDBytes = 16
)

func (l *Lines) newEventID() (string, error) {
	var drawn [eventIDBytes]byte
	if _, err := io.ReadFull(l.random, drawn[:]); err != nil {
		return "", fmt.Errorf("draw id of event: %w", err)
	}
	return eventPrefix + hex.EncodeToString(drawn[:]), nil
}

func encodeEvent(e storedEvent) ([]byte, error) {
	e.V = storedVersion
	encoded, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return encoded, nil
}

// OpenEvent reads an event as [Lines.Change] hands it to a [Store]. The error is
// pins.ErrUnreadable.
func (l *Lines) OpenEvent(stored []byte) (Event, error) {
	e, err := decodeEvent(stored)
	if err != nil {
		return Event{}, err
	}
	settings, err := l.openSettings(e.Number, e.Feature, e.Settings)
	if err != nil {
		return Event{}, fmt.Errorf("read event: %w", err)
	}
	return Event{
		ID: e.ID, At: e.At.UTC(), Number: e.Number, Feature: e.Feature, Revision: e.Revision,
		By: e.By, Settings: settings,
	}, nil
}

func decodeEvent(stored []byte) (storedEvent, error) {
	var e storedEvent
	if err := decode(stored, &e); err != nil {
		return storedEvent{}, fmt.Errorf("read event: %w", err)
	}
	if _, known := RuleOf(e.Feature); e.V != storedVersion || !known || e.ID == "" || e.Number == "" {
		return storedEvent{}, fmt.Errorf("read event: %w", unreadable("of another version"))
	}
	return e, nil
}

// EventDocument is an event as the operator may see it: of a code only whether there is one.
type EventDocument struct {
	ID       string       `json:"id"`
	At       time.Time    `json:"at"` // UTC
	Number   nanp.Number  `json:"number"`
	Feature  pins.Feature `json:"feature"`
	Revision int64        `json:"revision"`
	By       string       `json:"by"`
	Settings Document     `json:"settings"`
}

// ShowEvent reads an event as [Lines.Change] hands it to a [Store], without the key that its
// code is sealed with. The error is pins.ErrUnreadable.
func ShowEvent(stored []byte) (EventDocument, error) {
	e, err := decodeEvent(stored)
	if err != nil {
		return EventDocument{}, err
	}
	var settings storedSettings
	if err := decode(e.Settings, &settings); err != nil {
		return EventDocument{}, fmt.Errorf("read event: %w", err)
	}
	shown, err := settings.settings()
	if err != nil {
		return EventDocument{}, fmt.Errorf("read event: %w", err)
	}
	if len(settings.Code) > 0 {
		shown.Code = secret.New("sealed")
	}
	return EventDocument{
		ID: e.ID, At: e.At.UTC(), Number: e.Number, Feature: e.Feature, Revision: e.Revision, By: e.By,
		Settings: DocumentOf(Setting{e.Feature, e.Revision, shown}),
	}, nil
}

// eventType is what Standard Webhooks calls the type of all our events.
const eventType = "line.feature.changed"

type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"` // RFC 3339, UTC
	Data      payloadData `json:"data"`
}

type payloadData struct {
	Number   nanp.Number  `json:"number"`
	Feature  pins.Feature `json:"feature"`
	Revision int64        `json:"revision"`
	By       string       `json:"by"`
	Settings any          `json:"settings"`
}

// withCode is the settings of a feature that has a code.
type withCode struct {
	Document
	Code *string `json:"code"`
}

// Payload writes what the switch is sent, in JSON (Standard Webhooks). It holds the code in
// the clear, since the switch must know it: it is for nobody else to see.
func (e Event) Payload() ([]byte, error) {
	document := DocumentOf(Setting{e.Feature, e.Revision, e.Settings})
	data := payloadData{e.Number, e.Feature, e.Revision, e.By, document}
	if document.CodeSet != nil {
		shown := withCode{Document: document}
		if *document.CodeSet {
			code := e.Code.Reveal()
			shown.Code = &code
		}
		data.Settings = shown
	}
	encoded, err := json.Marshal(payload{eventType, e.At.UTC(), data})
	if err != nil {
		return nil, fmt.Errorf("write payload: %w", err)
	}
	return encoded, nil
}
