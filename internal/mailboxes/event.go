package mailboxes

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
)

// EventType is what Standard Webhooks calls the type of an event.
type EventType string

// The types.
const (
	PasswordReset EventType = "mailbox.password.reset" // of a voice mailbox
	EmailReset    EventType = "email.password.reset"   // of an e-mail address
)

// Known says whether a stored event of that type is one of mailboxes.
func (t EventType) Known() bool { return t == PasswordReset || t == EmailReset }

// Event is a reset, of which the operator's platform must learn. In JSON it is as the operator may see it: without the
// password, and without the address that it is of.
type Event struct {
	ID   string    `json:"id"` // "evt_" and 32 hexadecimal digits
	Type EventType `json:"type"`
	At   time.Time `json:"at"` // UTC
	EventData
	Address  string      `json:"-"` // of EmailReset
	Password secret.Text `json:"-"` // the temporary one
}

// EventData is what an event tells, but for the password and the address.
type EventData struct {
	Number   nanp.Number `json:"number"`   // of the line
	Revision int64       `json:"revision"` // of the mailbox or the address, after the reset
	By       string      `json:"by"`
}

// storedEvent is an event as it waits in the outbox of the line.
type storedEvent struct {
	storage.Version
	Event
	Sealed []byte `json:"password"` // and after a space the address, if it has one; bound to the line
}

// passwordOf is what a sealed password is bound to: put on another line, it can't be opened.
func passwordOf(e Event) []byte {
	if e.Type == EmailReset {
		return fmt.Appendf(nil, "email password v1 %s", e.Number)
	}
	return fmt.Appendf(nil, "mailbox password v1 %s", e.Number)
}

func (m *Mailboxes) sealEvent(e Event) ([]byte, error) {
	plain := e.Password.Reveal()
	if e.Address != "" {
		plain += " " + e.Address
	}
	sealed, err := m.config.Keys.Seal(m.config.Random, []byte(plain), passwordOf(e))
	if err != nil {
		return nil, fmt.Errorf("seal password: %w", err)
	}
	encoded, err := storage.Encode(&storedEvent{Event: e, Sealed: sealed})
	if err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return encoded, nil
}

// ShowEvent reads an event as [Mailboxes] hand it to a [Store], without what is sealed in it, which takes no key. The error is
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
	plain, err := m.config.Keys.Open(e.Sealed, passwordOf(e.Event))
	if err != nil {
		return Event{}, fmt.Errorf("read event: %w: its password can't be opened", storage.ErrUnreadable)
	}
	password, address, _ := strings.Cut(string(plain), " ")
	e.Password, e.Address = secret.New(password), address
	return e.Event, nil
}

// Payload writes what the operator's platform is sent, in JSON (Standard Webhooks). It holds the password in the clear,
// since the platform must know it: it is for nobody else to see.
func (e Event) Payload() ([]byte, error) {
	type data struct {
		EventData
		Address  string `json:"address,omitempty"`
		Password string `json:"password"`
	}
	encoded, err := json.Marshal(struct {
		Type      EventType `json:"type"`
		Timestamp time.Time `json:"timestamp"` // RFC 3339, UTC
		Data      data      `json:"data"`
	}{e.Type, e.At, data{e.EventData, e.Address, e.Password.Reveal()}})
	if err != nil {
		return nil, fmt.Errorf("write payload: %w", err)
	}
	return encoded, nil
}
