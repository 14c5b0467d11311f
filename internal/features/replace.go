package features

import (
	"strconv"

	"updatecenter/internal/nanp"
)

// Replace replaces all settings, but for the code if keepCode says so. What they hold is
// checked part by part, as if each had been set alone. Refusals: all but NotListed.
func Replace(settings Settings, keepCode bool) Edit {
	return Edit{func(d *draft) error {
		wanted := settings
		wanted.CodeLost = false // what is lost is kept, never given
		if keepCode {
			wanted.Code, wanted.CodeLost = d.Code, d.CodeLost
		}
		checked, err := d.rule.checked(d.number, wanted, nil)
		if err != nil {
			return err
		}
		d.Settings = checked
		return nil
	}}
}

// checked builds settings anew, and so refuses what no edits could lead to, besides what is refused
// already. The error is [Refusals].
func (r Rule) checked(number nanp.Number, s Settings, refused Refusals) (Settings, error) {
	d := draft{rule: r, number: number}
	d.buildList(s, &refused)
	for i, schedule := range s.Schedules {
		refused.add(partOf("schedules", i), d.addSchedule(schedule))
	}
	if r.Greetings || s.Greeting != 0 {
		refused.add("greeting", d.chooseGreeting(s.Greeting))
	}
	if r.Breakthrough || s.Breakthrough {
		refused.add("emergency_breakthrough", d.letThrough(s.Breakthrough))
	}
	if d.CodeLost = s.CodeLost; !s.Code.IsZero() {
		refused.add("code", d.setCode(s.Code))
	}
	if s.Target != "" {
		refused.add("forward_to", d.forwardTo(s.Target))
	}
	if err := d.turn(s.On); err != nil && !refused.has("forward_to") {
		refused.add("forward_to", err)
	}
	if len(refused) > 0 {
		return Settings{}, refused
	}
	return d.Settings, nil
}

// buildList ends with the first entry for which there is no room.
func (d *draft) buildList(s Settings, refused *Refusals) {
	for i, entry := range s.List {
		err := d.add(string(entry))
		refused.add(partOf("list", i), err)
		if reason, _ := ReasonOf(err); reason == ListFull {
			return
		}
	}
}

// partOf names an element of a part.
func partOf(part string, i int) string { return part + "/" + strconv.Itoa(i) }
