package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
)

// A deliveryBody is what to deliver, and how. Where to is the account's to say, so there is
// no field for it.
type deliveryBody struct {
	Secret deliveries.Topic  `json:"secret"`
	Method deliveries.Method `json:"method"`
}

func (b deliveryBody) check(f *form) {
	f.need(b.Secret == deliveries.SecurityCode || b.Secret == deliveries.SecurityAnswer, "/secret", "want security_code or security_answer")
	f.need(b.Method == deliveries.Voice || b.Method == deliveries.ByMail || b.Method == deliveries.Email, "/method", "want voice, letter or email")
}

// requestDelivery answers at once: the telephone rings, or the letter is printed, later.
func (a *API) requestDelivery(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number) error {
	once, err := idempotencyKey(r.Header)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, deliveryBody.check)
	if err != nil {
		return err
	}
	delivery, err := a.deliveries.Request(r.Context(), a.by(r, key), body.ask(number, key, once))
	if err != nil {
		return fmt.Errorf("request delivery by API: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), "delivery requested", "delivery", delivery.ID, "account", number,
		"secret", delivery.Topic, "method", delivery.Method, "key", key.Name)
	w.Header().Set("Location", "/v1/deliveries/"+string(delivery.ID))
	return reply(w, http.StatusAccepted, jsonType, DeliveryDocument(delivery))
}

// ask is what the body asks for. The client's key is its own: two clients who happen to send
// the same one do not meet. No part of what the request is can hold a space.
func (b deliveryBody) ask(number accounts.Number, key apikey.Key, once string) deliveries.Params {
	return deliveries.Params{
		Account: number, Topic: b.Secret, Method: b.Method,
		Key:     key.Name + " " + once,
		Request: strings.Join([]string{string(number), string(b.Secret), string(b.Method)}, " "),
	}
}

func (a *API) showDelivery(w http.ResponseWriter, r *http.Request, key apikey.Key, id deliveries.ID) error {
	delivery, err := a.deliveries.Get(r.Context(), a.by(r, key), id)
	if err != nil {
		return fmt.Errorf("show delivery: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, DeliveryDocument(delivery))
}

func (a *API) cancelDelivery(w http.ResponseWriter, r *http.Request, key apikey.Key, id deliveries.ID) error {
	delivery, err := a.deliveries.Cancel(r.Context(), a.by(r, key), id)
	if err != nil {
		return fmt.Errorf("cancel delivery by API: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), "delivery canceled", "delivery", id, "key", key.Name)
	return reply(w, http.StatusOK, jsonType, DeliveryDocument(delivery))
}

// Delivery is a delivery as the API shows it. It holds no secret, nor where it goes: no
// number, address or account.
type Delivery struct {
	ID          deliveries.ID      `json:"id"`
	Topic       deliveries.Topic   `json:"about"`
	Also        []deliveries.Topic `json:"also,omitempty"` // further changes that a notice's call tells
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
		ID: delivery.ID, Topic: delivery.Topic, Also: delivery.Also(), Method: delivery.Method, Status: delivery.Status,
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
