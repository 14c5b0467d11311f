package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
)

// A deliveryBody is what to deliver, and how. Where to is the account's to say, so there is
// no field for it.
type deliveryBody struct {
	Secret deliveries.About  `json:"secret"`
	Method deliveries.Method `json:"method"`
}

func (b deliveryBody) check(f *form) {
	f.need(b.Secret == deliveries.SecurityCode || b.Secret == deliveries.SecurityAnswer, "/secret", "want security_code or security_answer")
	f.need(b.Method == deliveries.Voice || b.Method == deliveries.ByMail || b.Method == deliveries.Email, "/method", "want voice, letter or email")
}

// requestDelivery answers at once: the telephone rings, or the letter is printed, later.
func (a *API) requestDelivery(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
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
		return fmt.Errorf("request delivery by API: %w", a.withNow(err))
	}
	a.log.InfoContext(r.Context(), "delivery requested", "delivery", delivery.ID, "account", number,
		"secret", delivery.About, "method", delivery.Method, "key", key.Name)
	w.Header().Set("Location", "/v1/deliveries/"+string(delivery.ID))
	return reply(w, http.StatusAccepted, jsonType, DeliveryDocument(delivery))
}

// ask is what the body asks for. The client's key is its own: two clients who happen to send
// the same one do not meet. No part of what the request is can hold a space.
func (b deliveryBody) ask(number accounts.Number, key apikey.Key, once string) deliveries.Ask {
	return deliveries.Ask{
		Account: number, About: b.Secret, Method: b.Method,
		Key:     key.Name + " " + once,
		Request: strings.Join([]string{string(number), string(b.Secret), string(b.Method)}, " "),
	}
}

func (a *API) showDelivery(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathDelivery(r)
	if err != nil {
		return err
	}
	delivery, err := a.deliveries.Get(r.Context(), a.by(r, key), id)
	if err != nil {
		return fmt.Errorf("show delivery: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, DeliveryDocument(delivery))
}

func (a *API) cancelDelivery(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathDelivery(r)
	if err != nil {
		return err
	}
	delivery, err := a.deliveries.Cancel(r.Context(), a.by(r, key), id)
	if err != nil {
		return fmt.Errorf("cancel delivery by API: %w", err)
	}
	a.log.InfoContext(r.Context(), "delivery canceled", "delivery", id, "key", key.Name)
	return reply(w, http.StatusOK, jsonType, DeliveryDocument(delivery))
}

func pathDelivery(r *http.Request) (deliveries.ID, error) {
	id, err := deliveries.ParseID(mux.Vars(r)["delivery"])
	if err != nil {
		return "", noDelivery()
	}
	return id, nil
}
