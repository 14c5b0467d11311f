package agents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/storage"
)

// By is who does something, for the audit.
type By struct {
	Name string // the user name of an agent, "command line: root" or "system"; empty: unknown
	Via  string // "console", "api", "command line" or "system"
	From string // the address of the client; may be empty
	// Epoch is that of the session in which agents change what is their own: once the profile has
	// another, nothing is changed ([ErrStaleSession]). Zero: without a session, and not compared;
	// the profile of whoever has one has 1 or more. It isn't compared with other people's profiles.
	Epoch int64
}

// system is who does what the clock asks for.
var system = By{Name: audit.BySystem, Via: audit.ViaSystem}

func (b By) event(action audit.Action, name UserName, detail string) audit.Event {
	event := audit.Event{Action: action, By: b.Name, Via: b.Via, From: b.From, Detail: detail}
	if event.By == "" {
		event.By = audit.ByUnknown
	}
	if name != "" {
		event.Subject = "agent " + string(name)
	}
	return event
}

// outdated says whether it is the agent in person, in a session that is over.
func (b By) outdated(agent Agent) bool {
	return b.Epoch != 0 && b.Name == string(agent.Name) && b.Epoch != agent.Epoch
}

// errNothing ends a change that has nothing to do.
var errNothing = errors.New("nothing to change")

// An edit makes a profile what it shall be, or says why it can't. errNothing: it is so already.
type edit func(agent *Agent, now time.Time) error

// A deed is a change, with what the audit is told before it is done; no action: nothing.
type deed struct {
	by     By
	action audit.Action
	detail string
	edit   edit
}

// progress is how far a deed has come.
type progress struct {
	name     UserName // whose profile it is
	recorded bool     // in the audit, as about to be done
	unsure   bool     // whether the store did it, as its answer was lost
}

// do carries out a deed, and starts over when another change came first.
func (a *Agents) do(ctx context.Context, id ID, deed deed) (Agent, error) {
	var done progress
	agent, err := storage.Retry(ctx, func() (Agent, error) { return a.once(ctx, id, deed, &done) })
	if err != nil && !errors.Is(err, errNothing) {
		return Agent{}, a.failed(ctx, deed, done, err)
	}
	return agent, nil
}

func (a *Agents) once(ctx context.Context, id ID, deed deed, done *progress) (Agent, error) {
	before, err := a.Get(ctx, id)
	if err != nil {
		return Agent{}, err
	}
	done.name = before.Name
	if deed.by.outdated(before) {
		return Agent{}, ErrStaleSession
	}
	after := before
	if err := deed.edit(&after, a.now()); err != nil {
		return before, err
	}
	if deed.action != "" && !done.recorded {
		if err := a.record(ctx, deed.by.event(deed.action, before.Name, deed.detail)); err != nil {
			return Agent{}, err
		}
		done.recorded = true
	}
	unsure, err := a.commit(ctx, a.config.Store.Save, after)
	if err != nil {
		done.unsure = done.unsure || unsure
		return Agent{}, err
	}
	after.Revision++
	return after, nil
}

// errUnsure comes with the error of a deed that may have been done all the same.
var errUnsure = errors.New("it is not known whether it was done")

// failed records what became of a deed that was recorded as about to be done, also when whoever
// asked has gone by now.
func (a *Agents) failed(ctx context.Context, deed deed, done progress, err error) error {
	if !done.recorded {
		return err
	}
	detail := "failed, not done"
	if done.unsure {
		detail = errUnsure.Error()
		err = errors.Join(err, errUnsure)
	}
	ctx, cancel := detached.Context(ctx, afterwards)
	defer cancel()
	return errors.Join(err, a.record(ctx, deed.by.event(deed.action, done.name, detail)))
}

// afterwards bounds the time for what must follow on a deed although whoever asked may be gone.
const afterwards = audit.Within + 2*time.Second

func (a *Agents) record(ctx context.Context, event audit.Event) error {
	if err := a.config.Audit.Record(ctx, event); err != nil {
		return fmt.Errorf("record in the audit: %w", err)
	}
	return nil
}

// commit seals and stores, and asks a store that failed once more: otherwise a link or a code could be
// used up and its owner told that it was wrong. With an error, unsure says that it may have been done.
func (a *Agents) commit(ctx context.Context, write func(context.Context, Stored) error, agent Agent) (unsure bool, err error) {
	stored, err := seal(a.config.Keys, a.config.Random, agent)
	if err != nil {
		return false, err
	}
	unsure, err = storage.Write(ctx, func() error { return write(ctx, stored) }, storage.ErrStale, ErrTaken, ErrNoAgent)
	if err != nil {
		return unsure, fmt.Errorf("store profile: %w", err)
	}
	return false, nil
}
