package main

import (
	"encoding/json"
	"fmt"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/tickets"
)

// openEvent reads an event of a line, whichever package has published it, as the operator's system is sent it.
func openEvent(lines *features.Lines, stored []byte) (id string, at time.Time, payload []byte, err error) {
	if ofTicket(stored) {
		event, err := tickets.OpenEvent(stored)
		if err != nil {
			return "", time.Time{}, nil, err
		}
		payload, err = event.Payload()
		return event.ID, event.At, payload, err
	}
	event, err := lines.OpenEvent(stored)
	if err != nil {
		return "", time.Time{}, nil, err
	}
	payload, err = event.Payload()
	return event.ID, event.At, payload, err
}

// ofTicket says whether a stored event is one of package tickets. One that can't be read is for package features to refuse.
func ofTicket(stored []byte) bool {
	var of struct {
		Type tickets.EventType `json:"type"`
	}
	return storage.Decode(stored, &of) == nil && of.Type.Known()
}

// shownEvent is an event as events tail shows it.
type shownEvent struct {
	id       string
	at       time.Time
	number   nanp.Number
	of       string // the feature or the ticket
	by       string
	became   string
	document any // in JSON
}

// ticketEvent and featureEvent are events in JSON, as events tail shows them.
type (
	ticketEvent struct {
		tickets.Event
		Delivered bool `json:"delivered"`
	}
	featureEvent struct {
		features.EventDocument
		Delivered bool `json:"delivered"`
	}
)

// showEvent reads an event of a line, whichever package has published it, without any secret.
func showEvent(stored []byte, delivered bool) (shownEvent, error) {
	if ofTicket(stored) {
		e, err := tickets.OpenEvent(stored)
		return shownEvent{
			e.ID, e.At, e.Number, fmt.Sprint("ticket ", e.Ticket), e.By, becameOfTicket(e), ticketEvent{e, delivered},
		}, err
	}
	e, err := features.ShowEvent(stored)
	return shownEvent{e.ID, e.At, e.Number, string(e.Feature), e.By, becameOfFeature(e), featureEvent{e, delivered}}, err
}

// becameOfFeature is what became of a feature: its settings, or that it was removed.
func becameOfFeature(document features.EventDocument) string {
	if document.Type == features.FeatureRemoved {
		return "removed"
	}
	settings, _ := json.Marshal(document.Settings) // what is made of strings, numbers and times can't fail to be JSON
	return string(settings)
}

// becameOfTicket is what a caller did with a ticket.
func becameOfTicket(e tickets.Event) string {
	switch e.Type {
	case tickets.ContactChanged:
		return "contact " + string(e.Contact)
	case tickets.TicketCanceled:
		return string(e.Canceled) + " canceled"
	case tickets.TestRequested:
		return "service test " + e.Test + " requested"
	}
	return string(e.Type)
}
