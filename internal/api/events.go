package api

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/sse"
)

// showEvents answers the events of a delivery as they happen, to who asks for server-sent
// events, or else those until now.
func (a *API) showEvents(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	id, err := pathDelivery(r)
	if err != nil {
		return err
	}
	seen, err := lastEventID(r.Header)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), storesWithin)
	defer cancel()
	delivery, err := a.deliveries.Get(ctx, a.by(r, key), id)
	if err != nil {
		return fmt.Errorf("show events: %w", err)
	}
	w.Header().Set("Vary", "Accept")
	if !wantsStream(r.Header) {
		return reply(w, http.StatusOK, jsonType, DeliveryEvents{ID: id, Events: eventDocuments(delivery)})
	}
	return a.stream(w, r, delivery, seen)
}

// look asks the store once more for a delivery, in the time that any other request has for it.
func (a *API) look(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	ctx, cancel := context.WithTimeout(ctx, storesWithin)
	defer cancel()
	return a.deliveries.Again(ctx, id)
}

// wantsStream says whether a client names the type of server-sent events. One that takes
// anything gets what ends by itself.
func wantsStream(header http.Header) bool {
	for _, value := range header.Values("Accept") {
		for accepted := range strings.SplitSeq(value, ",") {
			if media, _, err := mime.ParseMediaType(accepted); err == nil && media == sse.Type {
				return true
			}
		}
	}
	return false
}

// maxEventDigits bounds the digits of an event's id; a delivery has a few dozen at most.
const maxEventDigits = 9

// lastEventID reads the Last-Event-ID header of a client that comes back: how many events it
// has seen. Without one it has seen none.
func lastEventID(header http.Header) (int, error) {
	values := header.Values("Last-Event-ID")
	if len(values) == 0 {
		return 0, nil
	}
	seen, err := strconv.Atoi(values[0])
	if len(values) > 1 || err != nil || seen < 0 || len(values[0]) > maxEventDigits || values[0] != strconv.Itoa(seen) {
		return 0, badLastEventID()
	}
	return seen, nil
}
