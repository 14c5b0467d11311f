package audit

import (
	"context"
	"errors"
	"slices"
)

// An Actor is who does something. The zero Actor is nobody, and nothing can be recorded of it.
type Actor struct {
	Name string // of a person, or a key, maybe with its agent: "crm/77"
	Via  string // [ViaConsole], [ViaAPI] or [ViaCommandLine]
	From string // the address of the client, or the user of the computer at the command line
}

// Event is that the actor does something. At the command line a name is what somebody says it is,
// and so stands behind "command line: ".
func (a Actor) Event(action Action, subject, detail string) Event {
	name := a.Name
	if a.Via == ViaCommandLine && name != "" {
		name = ViaCommandLine + ": " + name
	}
	return Event{Action: action, By: name, Via: a.Via, From: a.From, Subject: subject, Detail: detail}
}

// A Recorder is a [Log], or what stands for one in tests.
type Recorder interface {
	Record(ctx context.Context, event Event) error
}

// The details of the second entry of what came to nothing.
const (
	notDone  = "failed, not done"
	notKnown = "it is not known whether it was done"
)

// Do records an event, and then does what it tells of; after an error of the audit it doesn't. If it
// fails, a second entry says so, also when who asked has gone away by then: that it was not done after
// one of the errors that are certain, and after any other that this is not known.
func Do(ctx context.Context, log Recorder, event Event, deed func() error, certain ...error) error {
	if err := log.Record(ctx, event); err != nil {
		return err
	}
	err := deed()
	if err == nil {
		return nil
	}
	event.Detail = notKnown
	if slices.ContainsFunc(certain, func(target error) bool { return errors.Is(err, target) }) {
		event.Detail = notDone
	}
	return errors.Join(err, after(ctx, log, event))
}

// DoMany is Do for what concerns many customers at once, and takes long: a second entry stands in
// the audit in any case. It has what the deed returns, such as how many it changed.
func DoMany(ctx context.Context, log Recorder, event Event, deed func() (string, error)) error {
	if err := log.Record(ctx, event); err != nil {
		return err
	}
	told, err := deed()
	event.Detail = "ended: " + told
	if err != nil {
		event.Detail = "ended with an error: " + told
	}
	return errors.Join(err, after(ctx, log, event))
}

func after(ctx context.Context, log Recorder, event Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Within)
	defer cancel()
	return log.Record(ctx, event)
}
