package main

import (
	"encoding/json"
	"fmt"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
)

// shownEvent is an event as events tail shows it.
type shownEvent struct {
	features.EventDocument
	Delivered bool `json:"delivered"`
}

// unreadableEvent is one that can't be read, as events tail shows it.
type unreadableEvent struct {
	Number     nanp.Number `json:"number"`
	Position   string      `json:"position"` // by which events skip takes it
	At         time.Time   `json:"at"`
	Unreadable string      `json:"unreadable"` // why
	Delivered  bool        `json:"delivered"`
}

// nameOf is by what an operator names an event: its id, or its position if it can't be read.
func nameOf(event redisstore.Event) string {
	document, err := features.ShowEvent(event.Stored)
	if err != nil {
		return event.Position
	}
	return document.ID
}

// show writes an event.
func (t *tail) show(event redisstore.Event) {
	t.shown++
	document, err := features.ShowEvent(event.Stored)
	switch {
	case err != nil && t.json:
		t.line(unreadableEvent{event.Number, event.Position, event.At.UTC(), err.Error(), event.Delivered})
	case err != nil:
		fmt.Fprintf(t.out, "%s  %-9s  %s  %s  %v\n",
			moment(event.At), state(event), event.Number.Display(), event.Position, err)
	case t.json:
		t.line(shownEvent{document, event.Delivered})
	default:
		fmt.Fprintf(t.out, "%s  %-9s  %s  %s  by %s  %s  %s\n", moment(document.At), state(event),
			document.Number.Display(), document.Feature, plain(document.By), plain(document.ID), became(document))
	}
}

func (t *tail) line(document any) {
	// What is made of strings, numbers and times can't fail to be JSON.
	line, _ := json.Marshal(document)
	fmt.Fprintf(t.out, "%s\n", line)
}

func state(event redisstore.Event) string {
	if event.Delivered {
		return "delivered"
	}
	return "waits"
}

// became is what became of the feature: its settings, or that it was removed.
func became(document features.EventDocument) string {
	if document.Type == features.FeatureRemoved {
		return "removed"
	}
	settings, _ := json.Marshal(document.Settings) // as above
	return string(settings)
}
