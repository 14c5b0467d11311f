package tickets

import (
	"encoding/json"
	"fmt"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
)

// EventType is what Standard Webhooks calls the type of an event.
type EventType string

// The types.
const (
	ContactChanged EventType = "ticket.contact.changed"
	TicketCanceled EventType = "ticket.cancelled"
	TestRequested  EventType = "service-test.requested"
)

// Known says whether a stored event of that type is one of tickets.
func (t EventType) Known() bool {
	return t == ContactChanged || t == TicketCanceled || t == TestRequested
}

// Event is what a caller did with a ticket, of which the operator's system must learn. In JSON it is as the operator may see it.
type Event struct {
	ID   string    `json:"id"` // "evt_" and 32 hexadecimal digits
	Type EventType `json:"type"`
	At   time.Time `json:"at"` // UTC
	EventData
}

// EventData is what an event tells.
type EventData struct {
	Number   nanp.Number `json:"number"` // of the line
	Ticket   Number      `json:"ticket"`
	Revision int64       `json:"revision"` // of the ticket, after the change
	By       string      `json:"by"`
	Contact  nanp.Number `json:"contact,omitempty"`      // of ContactChanged: the new one
	Canceled What        `json:"canceled,omitempty"`     // of TicketCanceled
	Test     string      `json:"service_test,omitempty"` // of TestRequested: by this its result is sent
}

// storedEvent is an event as it waits in the outbox of the line.
type storedEvent struct {
	storage.Version
	Event
}

// OpenEvent reads an event as [Tickets] hand it to a [Store]. The error is storage.ErrUnreadable.
func OpenEvent(stored []byte) (Event, error) {
	var e storedEvent
	err := storage.Decode(stored, &e)
	if err == nil && (!e.Type.Known() || e.ID == "" || e.Number == "" || e.Ticket == "") {
		err = storage.ErrDamaged
	}
	if err != nil {
		return Event{}, fmt.Errorf("read event: %w", err)
	}
	e.At = e.At.UTC()
	return e.Event, nil
}

// Payload writes what the operator's system is sent, in JSON (Standard Webhooks).
func (e Event) Payload() ([]byte, error) {
	encoded, err := json.Marshal(struct {
		Type      EventType `json:"type"`
		Timestamp time.Time `json:"timestamp"` // RFC 3339, UTC
		Data      EventData `json:"data"`
	}{e.Type, e.At, e.EventData})
	if err != nil {
		return nil, fmt.Errorf("write payload: %w", err)
	}
	return encoded, nil
}
