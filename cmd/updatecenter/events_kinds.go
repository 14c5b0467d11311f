package main

import (
	"encoding/json"
	"fmt"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/tickets"
)

// openEvent reads an event of a line, whichever package has published it, as the operator's system is sent it.
func openEvent(a *app, stored []byte) (id string, at time.Time, payload []byte, err error) {
	var event interface{ Payload() ([]byte, error) }
	switch kind := typeOf(stored); {
	case tickets.EventType(kind).Known():
		e, openErr := tickets.OpenEvent(stored)
		id, at, event, err = e.ID, e.At, e, openErr
	case mailboxes.EventType(kind).Known():
		e, openErr := a.mailboxes.OpenEvent(stored)
		id, at, event, err = e.ID, e.At, e, openErr
	default:
		e, openErr := a.features.OpenEvent(stored)
		id, at, event, err = e.ID, e.At, e, openErr
	}
	if err == nil {
		payload, err = event.Payload()
	}
	return id, at, payload, err
}

// typeOf is the type of a stored event. One that can't be read has none: it is for package features to refuse.
func typeOf(stored []byte) string {
	var of struct {
		Type string `json:"type"`
	}
	_ = storage.Decode(stored, &of)
	return of.Type
}

// shownEvent is an event as events tail shows it.
type shownEvent struct {
	id       string
	at       time.Time
	number   nanp.Number
	of       string // the feature, the ticket, the mailbox or the e-mail
	by       string
	became   string
	document any // in JSON
}

// ticketEvent, mailboxEvent and featureEvent are events in JSON, as events tail shows them.
type (
	ticketEvent struct {
		tickets.Event
		Delivered bool `json:"delivered"`
	}
	mailboxEvent struct {
		mailboxes.Event
		Delivered bool `json:"delivered"`
	}
	featureEvent struct {
		features.EventDocument
		Delivered bool `json:"delivered"`
	}
)

// showEvent reads an event of a line, whichever package has published it, without any secret.
func showEvent(stored []byte, delivered bool) (shownEvent, error) {
	switch kind := typeOf(stored); {
	case tickets.EventType(kind).Known():
		e, err := tickets.OpenEvent(stored)
		return shownEvent{
			e.ID, e.At, e.Number, fmt.Sprint("ticket ", e.Ticket), e.By, becameOfTicket(e), ticketEvent{e, delivered},
		}, err
	case mailboxes.EventType(kind).Known():
		e, err := mailboxes.ShowEvent(stored)
		of := "mailbox"
		if e.Type == mailboxes.EmailReset {
			of = "e-mail"
		}
		return shownEvent{e.ID, e.At, e.Number, of, e.By, "password reset", mailboxEvent{e, delivered}}, err
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
