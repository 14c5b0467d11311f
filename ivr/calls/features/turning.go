package features

import (
	"context"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// turning is what comes of the wish to turn a feature on or off.
type turning string

const (
	atOnce      turning = "at once"
	warned      turning = "warned"        // first it is said what that means
	withoutGoal turning = "no target yet" // there is no number to forward to
	withoutList turning = "no entry yet"  // there is nothing on its list
)

// A guard is what is asked before a feature is turned on: what is missing, or whether that is really meant.
type guard struct {
	on    ivr.On[turning] // but for atOnce
	nodes []ivr.Node
}

// turns is the way to turn the feature on or off. Then it says what that means.
func (a actions) turns(s steps, means ivr.Prompt, guards ...guard) way {
	asOffered := func(c *ivr.Call) (deed, error) {
		on := c.Text(turn) == turnOn.Name
		done := turnedOff
		if on {
			done = turnedOn
		}
		return deed{features.Switch(on), done, "switch " + strconv.FormatBool(!on), nil}, nil
	}
	now := s.named("turn-now")
	on := ivr.On[turning]{atOnce: now} //nolint:exhaustive // the guards have the others
	nodes := []ivr.Node{
		changes(now, a.act(asOffered), s.turned),
		ivr.Say{At: s.turned, Prompt: means, Next: s.look},
	}
	for _, g := range guards {
		nodes = append(nodes, g.nodes...)
		for outcome, step := range g.on {
			on[outcome] = step
		}
	}
	nodes = append(nodes, ivr.Action[turning]{At: s.turn, Run: weighTurning, On: on})
	return way{ivr.Option{Prompt: toTurn.full, Brief: toTurn.brief, Key: "3", Next: s.turn}, nodes}
}

// weighTurning says what to ask first. To turn a feature off nothing is asked.
func weighTurning(_ context.Context, c *ivr.Call) (turning, error) {
	empty, on := c.Text(entries) == "0", c.Text(turn) == turnOn.Name
	switch f := featureOf(c); {
	case !on:
	case f == pins.DoNotDisturb && c.Text(schedules) == "0", f == pins.DialLock && empty && c.Text(codeState) == noCode.Name:
		return warned, nil
	case f == pins.SelectiveCallForwarding && c.Text(target) == "":
		return withoutGoal, nil
	case (f == pins.SelectiveCallForwarding || f == pins.CallRejection) && empty:
		return withoutList, nil
	}
	return atOnce, nil
}

// warns says what it means to turn the feature on as it is, and offers what may be meant in its place.
func (s steps) warns(means, instead ivr.Prompt, e editor, left ivr.Step) guard {
	at, other := s.named("warn"), s.named("instead")
	return guard{ivr.On[turning]{warned: at}, []ivr.Node{ //nolint:exhaustive // what else comes of it is not this guard's
		ivr.Menu{At: at, Prompt: means, Options: []ivr.Option{
			{Prompt: instead, Next: other}, {Prompt: toTurnOnAnyway, Next: s.named("turn-now")},
		}, Closing: sayGoBack, Back: s.look, GaveUp: s.noAnswer},
		e.toTurnOn(other, left, s.noAnswer, s.turn),
	}}
}

// toTurnOn enters an editor for what is missing. What it saves turns the feature on in the same step, as a turn makes one
// change.
func (e editor) toTurnOn(at, left, noAnswer, turn ivr.Step) ivr.Enter {
	enter := e.enter(at, left, noAnswer, turn)
	enter.Given[thenOn] = "1"
	return enter
}

// wants has what is missing asked for on the spot, and goes on to turn the feature on, if it was given.
func (s steps) wants(missing turning, e editor, given func(c *ivr.Call) bool) guard {
	at := s.named("wants-" + e.Name)
	again := s.named("has-" + e.Name)
	first := at
	if missing == withoutList { // it is said why one is asked for
		first = s.named("list-is-empty")
	}
	nodes := []ivr.Node{
		e.toTurnOn(at, again, s.noAnswer, s.turn),
		ivr.Action[giving]{At: again, On: ivr.On[giving]{wasGiven: s.turn, notGiven: s.look}, Run: func(_ context.Context, c *ivr.Call) (giving, error) {
			if given(c) && isTurnedOff(c) && (!changedNow(c) || !hasEntry(c)) {
				return wasGiven, nil
			}
			return notGiven, nil
		}},
	}
	if first != at {
		nodes = append(nodes, ivr.Say{At: first, Prompt: sayList, Next: at})
	}
	return guard{ivr.On[turning]{missing: first}, nodes} //nolint:exhaustive // likewise
}

// giving is whether somebody gave what was missing.
type giving string

const (
	wasGiven giving = "given"
	notGiven giving = "not given"
)
