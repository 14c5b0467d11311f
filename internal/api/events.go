package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/sse"
)

// showEvents answers the events of a delivery as they happen, to who asks for server-sent
// events, or else those until now.
func (a *API) showEvents(w http.ResponseWriter, r *http.Request, key apikey.Key, id deliveries.ID) error {
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
	if !sse.Wanted(r.Header) {
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
		return 0, badLastEventID
	}
	return seen, nil
}

const (
	lookEvery  = 300 * time.Millisecond // a person who watches takes this for at once
	maxStream  = 30 * time.Minute       // four attempts that nobody answers take some 25
	maxStreams = 1000                   // at once: each looks at the store every lookEvery
)

// A stream writes the events of one delivery to one client.
type stream struct {
	*sse.Stream
	seen  int  // how many events the client has
	blind bool // the last look failed
}

// stream writes the events that the client has not seen, and those to come. It ends after the
// last one, when the server stops, and when the client has gone.
func (a *API) stream(w http.ResponseWriter, r *http.Request, delivery deliveries.Delivery, seen int) error {
	if delivery.Settled(a.config.Now()) && seen >= len(delivery.Events) {
		// The one answer after which a client does not come back (WHATWG HTML, section 9.2.3).
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	open := a.streams.Add(1)
	defer a.streams.Add(-1)
	if open > maxStreams {
		return tooManyStreams
	}
	if r.Method == http.MethodHead {
		sse.Head(w)
		return nil
	}
	if err := a.follow(r.Context(), w, delivery, seen); err != nil && r.Context().Err() == nil {
		a.config.Log.WarnContext(r.Context(), "stream of events broke off", "delivery", delivery.ID, "cause", err)
	}
	return nil
}

// follow looks at the delivery again and again. The error is why it could not go on.
func (a *API) follow(ctx context.Context, w http.ResponseWriter, delivery deliveries.Delivery, seen int) error {
	began := a.config.Now()
	end := began.Add(maxStream)
	opened, err := sse.Open(w, maxStream, began)
	if err != nil {
		return err
	}
	s := &stream{Stream: opened, seen: seen}
	for {
		if err := s.tell(eventDocuments(delivery), a.config.Now()); err != nil {
			return err
		}
		if now := a.config.Now(); delivery.Settled(now) || !now.Before(end) || sse.Stops(a.config.Stopping) {
			return nil
		}
		if err := a.config.Wait(ctx, lookEvery); err != nil {
			return err
		}
		latest, err := a.look(ctx, delivery.ID)
		switch {
		case err == nil:
			delivery, s.blind = latest, false
		case errors.Is(err, deliveries.ErrNotFound):
			return fmt.Errorf("look at delivery: %w", err)
		case ctx.Err() == nil && !s.blind: // told once, and seen again when the store is back
			s.blind = true
			a.config.Log.WarnContext(ctx, "followed delivery can't be looked at", "delivery", delivery.ID, "cause", err)
		}
	}
}

// tell writes what the client has not seen or, from time to time, that there is nothing new.
func (s *stream) tell(events []DeliveryEvent, now time.Time) error {
	var text strings.Builder
	for ; s.seen < len(events); s.seen++ {
		data, err := json.Marshal(events[s.seen]) // which holds no line break
		if err != nil {
			return fmt.Errorf("encode event: %w", err)
		}
		fmt.Fprintf(&text, "id: %d\ndata: %s\n\n", events[s.seen].Sequence, data)
	}
	if text.Len() == 0 {
		return s.Beat(now)
	}
	return s.Send(text.String(), now)
}
