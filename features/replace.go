package features

import "updatecenter/internal/nanp"

// Replace replaces all settings, but for the code if keepCode says so. What they hold is
// checked part by part, as if each had been set alone. Refusals: all but NotListed.
func Replace(settings Settings, keepCode bool) Edit {
	return Edit{func(d *draft) error {
		wanted := settings
		wanted.CodeLost = false // what is lost is kept, never given
		if keepCode {
			wanted.Code, wanted.CodeLost = d.Code, d.CodeLost
		}
		checked, err := d.rule.checked(d.number, wanted)
		if err != nil {
			return err
		}
		d.Settings = checked
		return nil
	}}
}

// checked builds settings anew, and so refuses what no edits could lead to.
func (r Rule) checked(number nanp.Number, s Settings) (Settings, error) {
	d := draft{rule: r, number: number}
	for _, build := range []func(Settings) error{
		d.buildList, d.buildSchedules, d.buildChoices, d.buildCode, d.buildTarget,
	} {
		if err := build(s); err != nil {
			return Settings{}, err
		}
	}
	if err := d.turn(s.On); err != nil {
		return Settings{}, err
	}
	return d.Settings, nil
}

func (d *draft) buildList(s Settings) error {
	for _, entry := range s.List {
		if err := d.add(string(entry)); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) buildSchedules(s Settings) error {
	for _, schedule := range s.Schedules {
		if err := d.addSchedule(schedule); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) buildChoices(s Settings) error {
	if d.rule.Greetings || s.Greeting != 0 {
		if err := d.chooseGreeting(s.Greeting); err != nil {
			return err
		}
	}
	if d.rule.Breakthrough || s.Breakthrough {
		return d.letThrough(s.Breakthrough)
	}
	return nil
}

func (d *draft) buildCode(s Settings) error {
	if s.Code.IsZero() {
		d.CodeLost = s.CodeLost
		return nil
	}
	return d.setCode(s.Code)
}

func (d *draft) buildTarget(s Settings) error {
	if s.Target == "" {
		return nil
	}
	return d.forwardTo(s.Target)
}
