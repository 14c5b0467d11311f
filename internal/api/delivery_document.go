package api

import (
	"time"

	"updatecenter/internal/deliveries"
)

// Delivery is a delivery as the API shows it. It holds no secret, nor where it goes: no
// number, address or account.
type Delivery struct {
	ID          deliveries.ID      `json:"id"`
	About       deliveries.About   `json:"about"`
	Also        []deliveries.About `json:"also,omitempty"` // further changes that a notice's call tells
	Method      deliveries.Method  `json:"method"`
	Status      deliveries.Status  `json:"status"`
	Final       bool               `json:"final"`   // nothing more is to be done
	Attempt     int                `json:"attempt"` // the present one, from 1
	Created     time.Time          `json:"created"`
	NextAttempt time.Time          `json:"next_attempt,omitzero"` // of a queued one: when the present attempt is to be made
	Reason      deliveries.Reason  `json:"reason,omitempty"`      // why it failed or waits, where that is not the customer's doing
	TwilioCode  int                `json:"twilio_code,omitempty"` // with which Twilio has refused the call
	Events      []DeliveryEvent    `json:"events"`                // oldest first; never null
}

// DeliveryEvent is a step that a delivery took, with its place among them.
type DeliveryEvent struct {
	Sequence int  `json:"sequence"` // from 1, without gaps
	Final    bool `json:"final"`    // of its status
	deliveries.Event
}

// DeliveryEvents are the steps that a delivery took until now.
type DeliveryEvents struct {
	ID     deliveries.ID   `json:"id"`
	Events []DeliveryEvent `json:"events"` // oldest first; never null
}

// DeliveryDocument shows a delivery; its times are in UTC.
func DeliveryDocument(delivery deliveries.Delivery) Delivery {
	document := Delivery{
		ID: delivery.ID, About: delivery.About, Also: delivery.Also(), Method: delivery.Method, Status: delivery.Status,
		Final: delivery.Status.Final(), Attempt: delivery.Attempt, Created: delivery.Created.UTC(),
		Events: eventDocuments(delivery),
	}
	document.Reason, document.TwilioCode = delivery.Cause()
	if delivery.Status == deliveries.Queued {
		document.NextAttempt = delivery.Due.UTC()
	}
	return document
}

func eventDocuments(delivery deliveries.Delivery) []DeliveryEvent {
	documents := make([]DeliveryEvent, 0, len(delivery.Events))
	for i, event := range delivery.Events {
		event.At = event.At.UTC()
		documents = append(documents, DeliveryEvent{Sequence: i + 1, Final: event.Status.Final(), Event: event})
	}
	return documents
}
