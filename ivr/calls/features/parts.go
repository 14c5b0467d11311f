package features

import (
	"context"

	"updatecenter/ivr"
	"updatecenter/pins"
)

// Parts returns the parts of the call, a feature each, in the order of [pins.AllFeatures].
// They share editors, so they belong to one call.
func Parts(c Config) []Part {
	d := newDesk(c)
	hear, add, code := d.hearList(), d.addNumber(), d.setCode()
	return []Part{
		d.noSolicitation(hear, add), d.securityScreen(), d.doNotDisturb(code),
		d.dialLock(hear, add, code), d.callRejection(hear, add), d.forwarding(hear, add),
	}
}

func (d desk) noSolicitation(hear, add editor) Part {
	s := stepsOf(pins.NoSolicitation)
	return d.part(s, forNoSolicitation, s.says(sayList),
		s.edits("1", toHearWelcome, hear), d.turns(s), s.edits("#", toAddWelcome, add))
}

func (d desk) securityScreen() Part {
	s := stepsOf(pins.SecurityScreen)
	return d.part(s, forSecurityScreen, nil, d.turns(s))
}

func (d desk) doNotDisturb(code editor) Part {
	s := stepsOf(pins.DoNotDisturb)
	return d.part(s, forDoNotDisturb, s.says(sayDoNotDisturb),
		s.edits("1", toHearSchedules, d.hearSchedules()), s.edits("2", toChooseGreeting, d.chooseGreeting()),
		d.turns(s), s.edits("4", toGetThrough, d.getThrough(code)),
		s.edits("#", toAddSchedule, d.addSchedule()))
}

func (d desk) dialLock(hear, add, code editor) Part {
	s := stepsOf(pins.DialLock)
	return d.part(s, forDialLock, s.says(sayDialLock),
		s.edits("1", toHearDialable, hear), s.edits("2", toSetCode, code), d.turns(s),
		s.edits("#", toAddDialable, add))
}

func (d desk) callRejection(hear, add editor) Part {
	s := stepsOf(pins.CallRejection)
	return d.part(s, forCallRejection, s.says(sayList),
		s.edits("1", toHearRejected, hear), d.turns(s), s.edits("#", toReject, add))
}

// aiming is whether there is a number to forward to.
type aiming string

const (
	hasTarget aiming = "goes to a number"
	noTarget  aiming = "no number yet"
)

// forwarding is Selective Call Forwarding.
func (d desk) forwarding(hear, add editor) Part {
	s := stepsOf(pins.SelectiveCallForwarding)
	with, without := s.named("with-target"), s.named("without-target")
	details := []ivr.Line{
		ivr.Work[aiming]{At: s.details, Run: aims, On: ivr.On[aiming]{hasTarget: with, noTarget: without}},
		ivr.Say{At: with, Prompt: sayWithTarget, Next: s.menu},
		ivr.Say{At: without, Prompt: sayWithoutTarget, Next: s.menu},
	}
	return d.part(s, forForwarding, details,
		s.edits("1", toHearForwarded, hear), s.edits("2", toSetTarget, d.setTarget()), d.turns(s),
		s.edits("#", toAddForwarded, add))
}

func aims(_ context.Context, c *ivr.Call) (aiming, error) {
	if c.Text(target) == "" {
		return noTarget, nil
	}
	return hasTarget, nil
}
