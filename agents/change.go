package agents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/audit"
)

// changeTries bounds how often a change starts over because others changed the profile
// meanwhile. Of those that meet, one always succeeds.
const changeTries = 32

// By is who does something, for the audit.
type By struct {
	Name string // the user name of an agent, "command line: root" or "system"; empty: unknown
	Via  string // "console", "api", "command line" or "system"
	From string // the address of the client; may be empty
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

// do carries out a deed, and starts over when another change came first.
func (a *Agents) do(ctx context.Context, id ID, deed deed) (Agent, error) {
	recorded := false
	for range changeTries {
		agent, err := a.once(ctx, id, deed, &recorded)
		switch {
		case errors.Is(err, errNothing):
			return agent, nil
		case err == nil:
			return agent, nil
		case !errors.Is(err, ErrStale):
			return agent, a.failed(ctx, deed, agent.Name, recorded, err)
		}
	}
	return Agent{}, a.failed(ctx, deed, "", recorded, ErrStale)
}

func (a *Agents) once(ctx context.Context, id ID, deed deed, recorded *bool) (Agent, error) {
	before, err := a.Get(ctx, id)
	if err != nil {
		return Agent{}, err
	}
	after := before
	if err := deed.edit(&after, a.now()); err != nil {
		return before, err
	}
	if deed.action != "" && !*recorded {
		if err := a.record(ctx, deed.by.event(deed.action, before.Name, deed.detail)); err != nil {
			return before, err
		}
		*recorded = true
	}
	if err := a.commit(ctx, a.store.Save, after); err != nil {
		return before, err
	}
	after.Revision++
	return after, nil
}

// failed records that what was recorded was not done after all.
func (a *Agents) failed(ctx context.Context, deed deed, name UserName, recorded bool, err error) error {
	if !recorded {
		return err
	}
	return errors.Join(err, a.record(ctx, deed.by.event(deed.action, name, "failed, not done")))
}

func (a *Agents) record(ctx context.Context, event audit.Event) error {
	if err := a.audit.Record(ctx, event); err != nil {
		return fmt.Errorf("record in the audit: %w", err)
	}
	return nil
}

// commit seals and stores. A store that failed may yet have done it. It is asked once more, which
// has no further effect: otherwise a link or a code could be used up and its owner told that it
// was wrong.
func (a *Agents) commit(ctx context.Context, write func(context.Context, Stored) error, agent Agent) error {
	stored, err := seal(a.keys, a.random, agent)
	if err != nil {
		return err
	}
	err = write(ctx, stored)
	if err != nil && !decided(err) && ctx.Err() == nil {
		err = write(ctx, stored)
	}
	if err != nil {
		return fmt.Errorf("store profile: %w", err)
	}
	return nil
}

// decided says whether an error of the store means that it has changed nothing.
func decided(err error) bool {
	return errors.Is(err, ErrStale) || errors.Is(err, ErrTaken) || errors.Is(err, ErrNoAgent)
}
