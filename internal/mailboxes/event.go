package mailboxes

import (
	"encoding/json"
	"fmt"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// EventType is what Standard Webhooks calls the type of an event.
type EventType string

// PasswordReset is the one type.
const PasswordReset EventType = "mailbox.password.reset"

// Known says whether a stored event of that type is one of mailboxes.
func (t EventType) Known() bool { return t == PasswordReset }

// Event is a reset, of which the operator's platform must learn. In JSON it is as the operator may see it: without the
// password.
type Event struct {
	ID   string    `json:"id"` // "evt_" and 32 hexadecimal digits
	Type EventType `json:"type"`
	At   time.Time `json:"at"` // UTC
	EventData
	Password secret.Text `json:"-"` // the temporary one
}

// EventData is what an event tells, but for the password.
type EventData struct {
	Number   nanp.Number `json:"number"`   // of the line
	Revision int64       `json:"revision"` // of the mailbox, after the reset
	By       string      `json:"by"`
}

// storedEvent is an event as it waits in the outbox of the line.
type storedEvent struct {
	storage.Version
	Event
	Sealed []byte `json:"password"` // bound to the line
}

// passwordOf is what a sealed password is bound to: put on another line, it can't be opened.
func passwordOf(number nanp.Number) []byte { return fmt.Appendf(nil, "mailbox password v1 %s", number) }

func (m *Mailboxes) sealEvent(e Event) ([]byte, error) {
	sealed, err := m.config.Keys.Seal(m.config.Random, []byte(e.Password.Reveal()), passwordOf(e.Number))
	if err != nil {
		return nil, fmt.Errorf("seal password: %w", err)
	}
	encoded, err := storage.Encode(&storedEvent{Event: e, Sealed: sealed})
	if err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return encoded, nil
}

// ShowEvent reads an event as [Mailboxes] hand it to a [Store], without its password, which takes no key. The error is
// storage.ErrUnreadable.
func ShowEvent(stored []byte) (Event, error) {
	e, err := decodeEvent(stored)
	return e.Event, err
}

func decodeEvent(stored []byte) (storedEvent, error) {
	var e storedEvent
	err := storage.Decode(stored, &e)
	if err == nil && (!e.Type.Known() || e.ID == "" || e.Number == "") {
		err = storage.ErrDamaged
	}
	if err != nil {
		return storedEvent{}, fmt.Errorf("read event: %w", err)
	}
	e.At = e.At.UTC()
	return e, nil
}

// OpenEvent reads an event as [Mailboxes] hand it to a [Store]. The error is storage.ErrUnreadable, also if the password
// can't be opened.
func (m *Mailboxes) OpenEvent(stored []byte) (Event, error) {
	e, err := decodeEvent(stored)
	if err != nil {
		return Event{}, err
	}
	password, err := m.config.Keys.Open(e.Sealed, passwordOf(e.Number))
	if err != nil {
		return Event{}, fmt.Errorf("read event: %w: its password can't be opened", storage.ErrUnreadable)
	}
	e.Password = secret.New(string(password))
	return e.Event, nil
}

// Payload writes what the operator's platform is sent, in JSON (Standard Webhooks). It holds the password in the clear,
// since the platform must know it: it is for nobody else to see.
func (e Event) Payload() ([]byte, error) {
	type data struct {
		EventData
		Password string `json:"password"`
	}
	encoded, err := json.Marshal(struct {
		Type      EventType `json:"type"`
		Timestamp time.Time `json:"timestamp"` // RFC 3339, UTC
		Data      data      `json:"data"`
	}{e.Type, e.At, data{e.EventData, e.Password.Reveal()}})
	if err != nil {
		return nil, fmt.Errorf("write payload: %w", err)
	}
	return encoded, nil
}
